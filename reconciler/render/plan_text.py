"""A plan as text for reviewers: a block per group, then what it comes to.

Who reads only the marks, the words beside them and the last lines knows what would change for whom.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.diff.changes import Direction, Level, Origin
from reconciler.diff.risk import gravity
from reconciler.errors import text
from reconciler.model.address import Facet
from reconciler.plan.plan import Authority, GroupPlan, Plan, Step, StepAction
from reconciler.render.change_lines import ChangeContext, change_rows
from reconciler.render.columns import Cell, align, indent
from reconciler.render.counts import Prospect, count_plan, prospect_of
from reconciler.render.diagnostics import diagnostic_lines, render_diagnostics
from reconciler.render.durations import clock
from reconciler.render.headings import heading
from reconciler.render.safe import safe
from reconciler.render.style import Role, Style
from reconciler.render.translate import say, say_count, translate
from reconciler.render.values import LIMIT

_MARKS: Final = {
    Prospect.CREATE: (text("+ create"), Role.ADD),
    Prospect.ADOPT: (text("+ adopt"), Role.ADD),
    Prospect.UPDATE: (text("~ update"), Role.CHANGE),
    Prospect.FORGET: (text("- forget"), Role.REMOVE),
    Prospect.DISSOLVE: (text("- dissolve"), Role.REMOVE),
    Prospect.UNCHANGED: (text("unchanged"), Role.FAINT),
    Prospect.BLOCKED: (text("! blocked"), Role.ERROR),
    Prospect.REFUSED: (text("! refused"), Role.ERROR),
    Prospect.NOT_PLANNED: (text("! not planned"), Role.ERROR),
}
_BEGINNINGS: Final = frozenset({StepAction.CREATE, StepAction.RESUME, StepAction.ADOPT})
_CREATIONS: Final = frozenset({StepAction.CREATE, StepAction.RESUME})
_LISTED_KEYS: Final = 10


@dataclass(frozen=True, slots=True)
class _View:
    style: Style
    verbose: bool
    people: Mapping[str, str]


def render_plan(plan: Plan, *, color: bool, verbose: bool = False) -> str:
    """Return the plan as text.

    Args:
        plan: The plan; groups in which nothing is to be done are only counted.
        color: Whether to colour marks, beside the words that say the same.
        verbose: Whether to show long texts in full, reasons, calls per operation and unchanged keys.
    """
    view = _View(Style(color), verbose, plan.people)
    groups = [block for group in plan.groups if (block := _group_lines(group, view))]
    blocks = ["\n".join(lines) for lines in ([_title(plan)], *groups)] if groups else []
    if plan.refusals:
        blocks.append(render_diagnostics(plan.refusals, color=color))
    return "\n\n".join((*blocks, "\n".join(_summary(plan, view))))


def _title(plan: Plan) -> str:
    place = say("Plan for the fleet {fleet} on {endpoint}", fleet=plan.fleet, endpoint=plan.endpoint)
    app = say("app {app_id}", app_id=plan.app_id) if plan.app_id else ""
    tenant = say("tenant {tenant_key}", tenant_key=plan.tenant_key) if plan.tenant_key else ""
    return ", ".join(part for part in (place, app, tenant) if part)


# ------------------------------------------------------------------ groups


def _group_lines(group: GroupPlan, view: _View) -> list[str]:
    """Return the block of a group; empty when there is nothing to tell."""
    problems = (*group.refusals, *((group.problem,) if group.problem else ()), *group.warnings)
    if not group.steps and not problems:
        return []
    mark, role = _MARKS[prospect_of(group)]
    users = say_count(group.user_count, "{n} user", "{n} users") if group.user_count else ""
    lines = [heading(Cell(translate(mark), role), group.key, group.name, group.chat_id, users, view.style)]
    for problem in problems:
        lines.extend(indent(diagnostic_lines(problem, view.style)))
    for step in group.steps:
        lines.extend(indent(_step_lines(step, group, view)))
    return lines


def _step_lines(step: Step, group: GroupPlan, view: _View) -> list[str]:
    actions = {each.action for each in group.steps}
    context = ChangeContext(
        facet=step.facet,
        begins=not actions.isdisjoint(_BEGINNINGS),
        created=not actions.isdisjoint(_CREATIONS),
        people=view.people,
        limit=None if view.verbose else LIMIT,
    )
    rows = [row for change in step.changes for row in change_rows(change, context)]
    return [
        _step_title(step, group, view),
        *indent(_block_lines(step, view.style)),
        *indent(align(rows, view.style)),
    ]


def _step_title(step: Step, group: GroupPlan, view: _View) -> str:
    whole_group = step.facet in {Facet.EXISTENCE, Facet.LIFECYCLE}
    what = step.action.value if whole_group else f"{step.action.value} {step.facet.value}"
    remarks = ", ".join(_step_remarks(step, group))
    title = view.style.paint(safe(what), Role.HEADING) + f" ({remarks})"
    return f"{title}: {translate(step.reason)}" if whole_group or view.verbose else title


def _step_remarks(step: Step, group: GroupPlan) -> Iterator[str]:
    yield say_count(step.calls, "{n} call", "{n} calls") if step.calls else say("no call")
    if step.block or group.refusals:
        yield say("not performed")
    elif step.authority is Authority.UNKNOWN:
        yield say("our role may not allow it")


def _block_lines(step: Step, style: Style) -> list[str]:
    if step.block is None:
        return []
    reason = f"{style.paint(say('! blocked:'), Role.ERROR)} {translate(step.block.reason)}"
    hint = f"{style.paint(say('hint:'), Role.FAINT)} {translate(step.block.remedy)}"
    return [reason, *indent(hint.splitlines())]


# ------------------------------------------------------------------ summary


def _summary(plan: Plan, view: _View) -> list[str]:
    lines = [*_calls(plan, view), *_unchanged(plan, view)]
    if not plan.has_changes and not any(group.problem for group in plan.groups):
        return [*lines, say("No changes. The groups are as the configuration wants them.")]
    lines.extend(_concerns(plan, view.style))
    lines.append(_totals(plan, view.style))
    if plan.refusals:
        lines.append(
            view.style.paint(say("A guard refuses this plan: nothing of it is performed."), Role.ERROR)
        )
    return lines


def _calls(plan: Plan, view: _View) -> list[str]:
    calls = plan.totals.calls
    if not view.verbose or not calls:
        return []
    rows = [(Cell(safe(kind)), Cell(str(number))) for kind, number in calls.items()]
    return [say("Calls, blocked steps included:"), *indent(align(rows, view.style)), ""]


def _unchanged(plan: Plan, view: _View) -> list[str]:
    keys = [group.key for group in plan.groups if prospect_of(group) is Prospect.UNCHANGED]
    if not view.verbose or not keys:
        return []
    return [say("Unchanged: {keys}.", keys=", ".join(keys))]


def _concerns(plan: Plan, style: Style) -> Iterator[str]:
    """Yield what deserves a second look: where access opens up, and where somebody else was at work."""
    loosened = [f"{group.key} ({worst.value})" for group in plan.groups if (worst := _worst_loosening(group))]
    if loosened:
        yield style.paint(say("! Opens up access: {groups}.", groups=_listing(loosened)), Role.WARNING)
    drifted = [group.key for group in plan.groups if _drifted(group)]
    if drifted:
        yield style.paint(
            say("Changed on the platform since the last apply: {groups}.", groups=_listing(drifted)),
            Role.WARNING,
        )


def _worst_loosening(group: GroupPlan) -> Level | None:
    """Return how much an existing group opens up; adding ordinary members does not count."""
    if any(step.action in _CREATIONS for step in group.steps):
        return None
    risks = (change.risk for step in group.performable for change in step.changes)
    worst = max(risks, key=gravity, default=None)
    if worst is None or worst.direction is not Direction.LOOSENS or worst.level is Level.LOW:
        return None
    return worst.level


def _drifted(group: GroupPlan) -> bool:
    origins = {change.origin for step in group.steps for change in step.changes}
    return not origins.isdisjoint({Origin.DRIFT, Origin.BOTH})


def _listing(keys: Sequence[str]) -> str:
    shown = ", ".join(keys[:_LISTED_KEYS])
    rest = len(keys) - _LISTED_KEYS
    return say("{keys} and {rest} more", keys=shown, rest=rest) if rest > 0 else shown


def _totals(plan: Plan, style: Style) -> str:
    """Return the plan in one line, the numbers that are zero left out."""
    counts = count_plan(plan)
    to_do = _numbers(
        (counts.create, say("{n} to create", n=counts.create)),
        (counts.adopt, say("{n} to adopt", n=counts.adopt)),
        (counts.update, say("{n} to update", n=counts.update)),
        (counts.forget, say("{n} to forget", n=counts.forget)),
        (counts.dissolve, say("{n} to dissolve", n=counts.dissolve)),
    )
    unchanged = _numbers((counts.unchanged, say("{n} unchanged", n=counts.unchanged)))
    groups = ", ".join(part for part in (to_do or say("nothing to do"), unchanged) if part)
    effects = [groups, _effort(counts.calls, plan.shortest_seconds)]
    if counts.memberships:
        effects.append(say_count(counts.memberships, "{n} membership affected", "{n} memberships affected"))
    obstacles = _numbers(
        (
            counts.blocked_steps,
            say_count(counts.blocked_steps, "{n} step blocked", "{n} steps blocked"),
        ),
        (counts.refused, say_count(counts.refused, "{n} group refused", "{n} groups refused")),
        (
            counts.not_planned,
            say_count(counts.not_planned, "{n} group not planned", "{n} groups not planned"),
        ),
    )
    line = style.paint(say("Plan: {effects}.", effects="; ".join(effects)), Role.HEADING)
    return f"{line} {style.paint(obstacles + '.', Role.ERROR)}" if obstacles else line


def _effort(calls: int, seconds: int) -> str:
    """Return the calls to be made and, when the quota makes people wait, for how long."""
    number = say_count(calls, "{n} call", "{n} calls")
    return say("{calls}, at least {time}", calls=number, time=clock(seconds)) if seconds else number


def _numbers(*told: tuple[int, str]) -> str:
    return ", ".join(words for number, words in told if number)
