"""Drift as text: a block per group, gone ones first, then what it comes to.

~ drifted  oncall  "支付值班"  oc_…  4 users
  settings
    ~ changed  permissions.at_all  "only_owner" → "all_members"           groups/oncall.yaml:20:5
    ~ changed  name                "A" → "B"; wanted: "C"                 (changed in the configuration too)
    ? differs  description         "live"; wanted: "desired"              (never applied)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from reconciler.diff.changes import Change, ChangeKind, Origin
from reconciler.errors import text
from reconciler.model.address import Facet
from reconciler.plan.drift import Drifted, DriftReport, DriftStatus, Event, GroupDrift
from reconciler.plan.plan import Block
from reconciler.render.change_lines import ChangeContext, differing_fields, label_of, thing_line
from reconciler.render.columns import Cell, Row, align, indent
from reconciler.render.diagnostics import diagnostic_lines
from reconciler.render.headings import heading
from reconciler.render.safe import safe
from reconciler.render.style import Role, Style
from reconciler.render.text_diff import text_diff
from reconciler.render.translate import say, say_count, translate
from reconciler.render.values import LIMIT, inline, inline_order, inline_pair

DRIFT_MARKS: Final = {
    DriftStatus.GONE: (text("! gone"), Role.ERROR),
    DriftStatus.DRIFTED: (text("~ drifted"), Role.WARNING),
    DriftStatus.UNREADABLE: (text("! unreadable"), Role.ERROR),
    DriftStatus.PENDING: (text("~ pending"), Role.FAINT),
}
_EVENTS: Final = {
    Event.ADDED: (text("+ added"), Role.ADD),
    Event.CHANGED: (text("~ changed"), Role.CHANGE),
    Event.REMOVED: (text("- removed"), Role.REMOVE),
    Event.REORDERED: (text("~ reordered"), Role.CHANGE),
    Event.UNKNOWN: (text("? differs"), Role.CHANGE),
}
_ORIGINS: Final = {
    Origin.DRIFT: text(""),
    Origin.BOTH: text("(changed in the configuration too)"),
    Origin.NEW: text("(never applied)"),
}
_LISTED_KEYS: Final = 10


def render_drift(report: DriftReport, *, color: bool, verbose: bool = False) -> str:
    """Return the report as text.

    Args:
        report: The drift; pending configuration is only counted.
        color: Whether to colour marks, beside the words that say the same.
        verbose: Whether to show long texts in full, and the paths of pending configuration.
    """
    style, limit = Style(color), None if verbose else LIMIT
    blocks = [
        "\n".join(_group_lines(group, report.people, limit, style))
        for group in report.groups
        if group.status is not DriftStatus.PENDING
    ]
    if blocks:
        blocks.insert(0, drift_title(report))
    if verbose:
        blocks += ["\n".join(lines) for lines in (list(_pending_lines(report, style)),) if lines]
    return "\n\n".join((*blocks, "\n".join(_summary(report, style))))


def drift_title(report: DriftReport) -> str:
    """Return what the drift belongs to."""
    place = say("Drift in the fleet {fleet} on {endpoint}", fleet=report.fleet, endpoint=report.endpoint)
    app = say("app {app_id}", app_id=report.app_id) if report.app_id else ""
    tenant = say("tenant {tenant_key}", tenant_key=report.tenant_key) if report.tenant_key else ""
    return ", ".join(part for part in (place, app, tenant) if part)


# ------------------------------------------------------------------ groups


def _group_lines(group: GroupDrift, people: Mapping[str, str], limit: int | None, style: Style) -> list[str]:
    mark, role = DRIFT_MARKS[group.status]
    users = say_count(group.user_count, "{n} user", "{n} users") if group.user_count else ""
    lines = [heading(Cell(translate(mark), role), group.key, group.name, group.chat_id, users, style)]
    if group.problem:
        lines.extend(indent(diagnostic_lines(group.problem, style)))
    for facet, drifted in groupby(group.drifted, key=lambda each: each.facet):
        context = ChangeContext(facet=facet, people=people, limit=limit)
        lines.extend(indent(_facet_lines(list(drifted), context, style)))
    return lines


def _facet_lines(drifted: Sequence[Drifted], context: ChangeContext, style: Style) -> list[str]:
    rows = [row for each in drifted for row in drift_rows(each, context)]
    block = drifted[0].block
    return [
        style.paint(safe(context.facet.value), Role.HEADING),
        *indent(_block_lines(block, style) if block else []),
        *indent(align(rows, style)),
    ]


def _block_lines(block: Block, style: Style) -> list[str]:
    reason = f"{style.paint(say('! cannot be set back:'), Role.ERROR)} {translate(block.reason)}"
    hint = f"{style.paint(say('hint:'), Role.FAINT)} {translate(block.remedy)}"
    return [reason, *indent(hint.splitlines())]


def drift_rows(drifted: Drifted, context: ChangeContext) -> Iterator[Row]:
    """Yield the rows of one difference: mark, label, value, origin and position; further values in rows of their own."""
    first, *more = list(_values(drifted, context)) or [""]
    mark, role = _EVENTS[drifted.event]
    yield (
        Cell(translate(mark), role),
        Cell(label_of(_as_change(drifted), context)),
        Cell(first),
        Cell(translate(_ORIGINS[drifted.origin]), Role.FAINT),
        Cell(safe(str(drifted.source)) if drifted.source else "", Role.FAINT),
    )
    for value in more:
        yield Cell(), Cell(), Cell(value)


def _as_change(drifted: Drifted) -> Change:
    """Return the change that a label is made of."""
    kind = ChangeKind.MOVE if drifted.event is Event.REORDERED else ChangeKind.CHANGE
    return Change(path=drifted.path, kind=kind, origin=drifted.origin, risk=drifted.risk)


# ------------------------------------------------------------------ values


def _values(drifted: Drifted, context: ChangeContext) -> Iterator[str]:
    """Yield what stands in the value column, a line each; nothing where the label says it all."""
    if drifted.event is Event.REORDERED:
        yield _told(
            drifted, *(inline_order(each or ()) for each in (drifted.left, drifted.live, drifted.wanted))
        )
    elif "/" in drifted.path and drifted.live is None:
        yield say("missing") if drifted.event is Event.UNKNOWN else thing_line(drifted.left, context)
    elif "/" in drifted.path and drifted.wanted is None:
        yield thing_line(drifted.live, context)
    elif drifted.path == Facet.ANNOUNCEMENT.value:
        yield from _text_lines(drifted, context)
    elif drifted.path == Facet.OWNER.value:
        owners = (drifted.left, drifted.live, drifted.wanted)
        yield _told(drifted, *(safe(context.people.get(each, each or say("(none)"))) for each in owners))
    else:
        yield from _field_lines(drifted, context.limit)


def _text_lines(drifted: Drifted, context: ChangeContext) -> Iterator[str]:
    if drifted.origin is Origin.DRIFT:
        yield from text_diff(drifted.wanted, drifted.live, context.limit)
    else:
        yield say("as it is now, and as it is wanted:")
        yield from text_diff(drifted.live, drifted.wanted, context.limit)


def _field_lines(drifted: Drifted, limit: int | None) -> Iterator[str]:
    fields = list(differing_fields(drifted.live, drifted.wanted)) or [("", drifted.live, drifted.wanted)]
    for path, live, wanted in fields:
        new, old = inline_pair(live, wanted, limit)
        # Of a part of a thing the configuration and recorded agree, or nobody can say what was left.
        left = inline(drifted.left, limit) if not path and drifted.left is not None else ""
        told = _told(drifted, old if drifted.origin is Origin.DRIFT else left, new, old)
        yield f"{safe(path)}: {told}" if path else told


def _told(drifted: Drifted, left: str, live: str, wanted: str) -> str:
    """Return the three values in one line: what is wanted stands there only if we did not leave it so."""
    match drifted.origin:
        case Origin.DRIFT:
            return f"{left} → {live}"
        case _:
            moved = f"{left} → {live}" if left else live
            return say("{moved}; wanted: {wanted}", moved=moved, wanted=wanted)


# ------------------------------------------------------------------ summary


def _pending_lines(report: DriftReport, style: Style) -> Iterator[str]:
    waiting = [group for group in report.groups if group.pending]
    if waiting:
        yield say("Pending configuration:")
        rows = [(Cell(safe(group.key)), Cell(safe(", ".join(group.pending)))) for group in waiting]
        yield from indent(align(rows, style))


def _summary(report: DriftReport, style: Style) -> list[str]:
    lines = list(pending_summary(report))
    verdict = drift_verdict(report)
    if not report.has_drift and not report.counts.unreadable:
        return [*lines, verdict]
    lines.append(style.paint(verdict, Role.HEADING))
    if report.counts.drifted:
        lines += [
            say("Left of an arrow stands what the last apply left, right of it what is there now."),
            say("Who changed it is not known. `groupctl apply` sets it back, `groupctl pull` accepts it."),
        ]
    return lines


def drift_verdict(report: DriftReport) -> str:
    """Return what the drift comes to, in one line; numbers that are zero are left out."""
    counts = report.counts
    told = (
        (counts.gone, say_count(counts.gone, "{n} group gone", "{n} groups gone")),
        (counts.drifted, _drifted_groups(counts.drifted, counts.differences)),
        (counts.unreadable, say_count(counts.unreadable, "{n} group unreadable", "{n} groups unreadable")),
    )
    parts = ", ".join(words for number, words in told if number)
    if not parts:
        return say("No drift. The groups are as the last apply left them.")
    return say("Drift: {parts}.", parts=parts)


def _drifted_groups(groups: int, differences: int) -> str:
    number = say_count(differences, "{n} difference", "{n} differences")
    return say(
        "{groups} with {differences}", groups=say_count(groups, "{n} group", "{n} groups"), differences=number
    )


def pending_summary(report: DriftReport) -> Iterator[str]:
    """Yield how much of the configuration waits for an apply, if any."""
    keys = [group.key for group in report.groups if group.pending]
    if keys:
        shown = ", ".join(keys[:_LISTED_KEYS]) + (", …" if len(keys) > _LISTED_KEYS else "")
        changes = say_count(report.counts.pending_changes, "{n} change", "{n} changes")
        yield say(
            "Not drift, but waiting for `groupctl apply`: {changes} of the configuration in {keys}.",
            changes=changes,
            keys=shown,
        )
