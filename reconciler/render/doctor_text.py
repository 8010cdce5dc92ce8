"""A check-up as text and as JSON.

Check-up of the fleet acme-groups on feishu, app cli_a10fbf7e94b8d01d

  ok       clock   Clock agrees with the platform's
    They differ by 1 s.
  failed   scopes  App lacks a scope
    chat_tab_list needs im:chat or im:chat.tabs:read or im:chat:readonly, for: tabs.
    hint: Add one of these in the developer console (Permissions & Scopes), and publish a version of the app.

1 ok, 1 failed
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from reconciler.plan.report import Check, GroupCheck, Report, Verdict
from reconciler.plan.scopes import ScopeNeed
from reconciler.render.as_json import dump_json
from reconciler.render.columns import Cell, align, indent
from reconciler.render.diagnostics import told_facts
from reconciler.render.documents import DoctorDocument
from reconciler.render.safe import safe
from reconciler.render.style import Role, Style
from reconciler.render.translate import say, translate

_KEYS_SHOWN: Final = 8
"""Keys that a line names; more are counted."""

_ROLES: Final = {
    Verdict.OK: Role.ADD,
    Verdict.WARNING: Role.WARNING,
    Verdict.FAILED: Role.ERROR,
    Verdict.UNKNOWN: Role.CHANGE,
    Verdict.SKIPPED: Role.FAINT,
}


def render_report(report: Report, *, color: bool, verbose: bool) -> str:
    """Return a check-up for people.

    Args:
        report: What was found.
        color: Whether to colour.
        verbose: Whether to list every group with its role, every call with its scopes, and all keys of a check.
    """
    style = Style(color=color)
    lines = [_title(report), "", *indent(list(_check_lines(report.checks, style, verbose=verbose)))]
    if verbose:
        lines += _section(say("Groups"), align([_group_row(each) for each in report.groups], style), style)
        lines += _section(say("Scopes"), align([_scope_row(each) for each in report.scopes], style), style)
        calls = [(Cell(safe(name)), Cell(str(number))) for name, number in report.calls.items()]
        lines += _section(say("Calls of a plan"), align(calls, style), style)
    return "\n".join((*lines, "", _counts(report)))


def _title(report: Report) -> str:
    parts = (
        say("Check-up of the fleet {fleet} on {endpoint}", fleet=report.fleet, endpoint=report.endpoint)
        if report.fleet
        else say("Check-up"),
        say("app {app_id}", app_id=report.app_id) if report.app_id else "",
        say("tenant {tenant}", tenant=report.tenant_key) if report.tenant_key else "",
    )
    return ", ".join(part for part in parts if part)


def _check_lines(checks: Sequence[Check], style: Style, *, verbose: bool) -> Iterator[str]:
    heads = align([_head(check) for check in checks], style)
    for check, head in zip(checks, heads, strict=True):
        yield head
        yield from indent(list(_body(check, style, verbose=verbose)))


def _head(check: Check) -> Sequence[Cell]:
    return (
        Cell(translate(_VERDICTS[check.verdict]), _ROLES[check.verdict]),
        Cell(check.topic.value, Role.FAINT),
        Cell(translate(check.summary)),
    )


_VERDICTS: Final = {verdict: verdict.value for verdict in Verdict}


def _body(check: Check, style: Style, *, verbose: bool) -> Iterator[str]:
    if check.source:
        yield style.paint(safe(str(check.source)), Role.FAINT)
    if check.detail:
        yield translate(check.detail)
    if check.platform and (facts := told_facts(check.platform)):
        yield facts
    if check.keys:
        yield say("groups: {keys}", keys=_keys(check.keys, None if verbose else _KEYS_SHOWN))
    if check.hint:
        yield from f"{style.paint(say('hint:'), Role.FAINT)} {translate(check.hint)}".splitlines()


def _keys(keys: Sequence[str], limit: int | None) -> str:
    shown = ", ".join(keys[:limit])
    rest = len(keys) - len(keys[:limit])
    return say("{keys} and {n} more", keys=shown, n=rest) if rest else shown


def _section(title: str, rows: Sequence[str], style: Style) -> list[str]:
    return ["", style.paint(title, Role.HEADING), *indent(rows)] if rows else []


def _group_row(group: GroupCheck) -> Sequence[Cell]:
    refused = ", ".join(group.refused)
    return (
        Cell(safe(group.key)),
        Cell(group.place.value.replace("_", " ")),
        Cell(safe(group.chat_id or ""), Role.FAINT),
        Cell(say("cannot write {facets}", facets=refused) if refused else "", Role.WARNING),
        Cell(translate(group.problem.summary) if group.problem else "", Role.ERROR),
    )


def _scope_row(need: ScopeNeed) -> Sequence[Cell]:
    return (
        Cell(need.operation),
        Cell(need.known.value, Role.ERROR if need.known == "missing" else Role.PLAIN),
        Cell(", ".join(need.scopes), Role.FAINT),
    )


def _counts(report: Report) -> str:
    counts = _count(report)
    return ", ".join(f"{number} {verdict.value}" for verdict, number in counts.items() if number)


def _count(report: Report) -> dict[Verdict, int]:
    counted = Counter(check.verdict for check in report.checks)
    return {verdict: counted[verdict] for verdict in Verdict}


def report_json(report: Report) -> str:
    """Return a check-up for programs; see `schemas/doctor.schema.json`."""
    document = DoctorDocument.model_construct(**vars(report), counts=_count(report))
    return dump_json(document.model_dump())
