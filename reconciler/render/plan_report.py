"""A plan as a report for its reviewers.

Who reads only the marks, the words beside them and the last lines knows what would change for whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from reconciler.diff.changes import ChangeKind, Direction, Level, Origin
from reconciler.diff.risk import gravity
from reconciler.errors import Diagnostic, text
from reconciler.model.address import Facet
from reconciler.plan.comparison import Comparison
from reconciler.plan.plan import Authority, Block, GroupPlan, Plan, Step, StepAction
from reconciler.render.change_lines import ChangeContext, change_rows
from reconciler.render.columns import Cell
from reconciler.render.counts import Prospect, count_plan, prospect_of
from reconciler.render.durations import clock
from reconciler.render.people import named
from reconciler.render.report import Concern, GroupReport, Report, Section, StepReport
from reconciler.render.safe import safe
from reconciler.render.style import Role
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

PLAN_REFUSED: Final = text("A guard refuses this plan: nothing of it is performed.")


def plan_report(plan: Plan, comparison: Comparison | None = None) -> Report:
    """Return the plan as a report.

    Args:
        plan: The plan; groups in which nothing is to be done are only counted.
        comparison: The plan taken apart into what a change asks for and what was pending before it.
    """
    verdict = NO_CHANGES if is_without_changes(plan) else " ".join(filter(None, plan_totals(plan)))
    remarks = [Cell(each, Role.WARNING) for each in (*_removals(plan), *plan_concerns(plan))]
    if plan.refusals:
        remarks.append(Cell(translate(PLAN_REFUSED), Role.ERROR))
    return Report(
        title=plan_title(plan),
        verdict=translate(verdict),
        remarks=tuple(remarks),
        problems=(
            *(comparison.notices if comparison else ()),
            *(named(each, plan.people) for each in plan.refusals),
        ),
        sections=tuple(
            Section(title, _gravest_first(groups, comparison.people if comparison else plan.people))
            for title, groups in plan_sections(plan, comparison)
        ),
    )


NO_CHANGES: Final = text("No changes. The groups are as the configuration wants them.")


def plan_sections(plan: Plan, comparison: Comparison | None) -> Iterator[tuple[str, tuple[GroupPlan, ...]]]:
    """Yield groups with what they have in common; without a comparison all of them, under no title."""
    if comparison is None:
        yield "", plan.groups
        return
    yield say("This change asks for"), comparison.asked
    if comparison.pending:
        yield say("Pending without this change, as in {base}", base=comparison.base), comparison.pending
    if comparison.settled:
        yield say("No longer to be done"), comparison.settled


def _gravest_first(groups: Iterable[GroupPlan], people: Mapping[str, str]) -> tuple[GroupReport, ...]:
    told = (group_report(group, people) for group in sorted(groups, key=_by_gravity))
    return tuple(group for group in told if group)


def _by_gravity(group: GroupPlan) -> tuple[bool, bool, bool, bool, str]:
    """Sort what needs a reviewer first: what cannot be done, what ends, what opens up, what loses something."""
    concerns = group_concerns(group)
    actions = {step.action for step in group.steps}
    return (
        not (group.problem or group.refusals),
        actions.isdisjoint({StepAction.DISSOLVE, StepAction.FORGET}),
        Concern.LOOSENS not in concerns,
        Concern.REMOVES not in concerns,
        group.key,
    )


def _removals(plan: Plan) -> Iterator[str]:
    removals = sum(_removes(step) for group in plan.groups for step in group.performable)
    if removals:
        yield say_count(removals, "Removes {n} thing.", "Removes {n} things.")


def _removes(step: Step) -> int:
    return sum(change.kind is ChangeKind.REMOVE for change in step.changes)


def plan_title(plan: Plan) -> str:
    """Return what the plan belongs to."""
    template = (
        text(
            "Plan for the fleet {fleet} on {endpoint}, compared with the last apply only",
            fleet=plan.fleet,
            endpoint=plan.endpoint,
        )
        if plan.offline
        else text("Plan for the fleet {fleet} on {endpoint}", fleet=plan.fleet, endpoint=plan.endpoint)
    )
    place = translate(template)
    app = say("app {app_id}", app_id=plan.app_id) if plan.app_id else ""
    tenant = say("tenant {tenant_key}", tenant_key=plan.tenant_key) if plan.tenant_key else ""
    return ", ".join(part for part in (place, app, tenant) if part)


# ------------------------------------------------------------------ groups


def group_report(
    group: GroupPlan, people: Mapping[str, str], *, limit: int | None = LIMIT
) -> GroupReport | None:
    """Return a planned group as a report; `None` when there is nothing to tell of it.

    Args:
        group: A planned group.
        people: How people are shown, by open id.
        limit: Cells after which texts are shortened; `None`: never.
    """
    told = (*group.refusals, *((group.problem,) if group.problem else ()), *group.warnings)
    problems = tuple(named(each, people) for each in told)
    if not group.steps and not problems:
        return None
    mark, role = _MARKS[prospect_of(group)]
    return GroupReport(
        mark=Cell(translate(mark), role),
        key=group.key,
        name=group.name,
        chat_id=group.chat_id or "",
        remarks=tuple(_group_remarks(group)),
        concerns=group_concerns(group),
        problems=problems,
        steps=tuple(_step_report(step, group, people, limit) for step in group.steps),
    )


def _group_remarks(group: GroupPlan) -> Iterator[Cell]:
    if group.user_count:
        yield Cell(say_count(group.user_count, "{n} user", "{n} users"))
    level = _worst_loosening(group)
    if level:
        yield Cell(say("! loosens ({level})", level=level.value), Role.WARNING)


def group_concerns(group: GroupPlan) -> frozenset[Concern]:
    """Return what readers look for that is in a planned group."""
    origins = {change.origin for step in group.steps for change in step.changes}
    found = {
        Concern.LOOSENS: _worst_loosening(group) is not None,
        Concern.REMOVES: any(_removes(step) for step in group.steps),
        Concern.DRIFT: not origins.isdisjoint({Origin.DRIFT, Origin.BOTH}),
        Concern.STUCK: bool(group.problem or group.refusals) or any(step.block for step in group.steps),
    }
    return frozenset(concern for concern, is_there in found.items() if is_there)


def _step_report(step: Step, group: GroupPlan, people: Mapping[str, str], limit: int | None) -> StepReport:
    actions = {each.action for each in group.steps}
    whole_group = step.facet in {Facet.EXISTENCE, Facet.LIFECYCLE}
    context = ChangeContext(
        facet=step.facet,
        begins=not actions.isdisjoint(_BEGINNINGS),
        created=not actions.isdisjoint(_CREATIONS),
        people=people,
        limit=limit,
    )
    return StepReport(
        title=safe(step.action.value if whole_group else f"{step.action.value} {step.facet.value}"),
        remarks=", ".join(_step_remarks(step, group)),
        # That live differs from the configuration goes without saying.
        reason=translate(step.reason) if whole_group or limit is None else "",
        problems=(_blocked(step.block),) if step.block else (),
        changes=tuple(tuple(change_rows(change, context)) for change in step.changes),
    )


def _blocked(block: Block) -> Diagnostic:
    return Diagnostic(text("Blocked"), block.reason, block.remedy)


def _step_remarks(step: Step, group: GroupPlan) -> Iterator[str]:
    yield say_count(step.calls, "{n} call", "{n} calls") if step.calls else say("no call")
    if step.block or group.refusals:
        yield say("not performed")
    elif step.authority is Authority.UNKNOWN:
        yield say("our role may not allow it")


def _worst_loosening(group: GroupPlan) -> Level | None:
    """Return how much an existing group opens up; adding ordinary members does not count."""
    if any(step.action in _CREATIONS for step in group.steps):
        return None
    risks = (change.risk for step in group.performable for change in step.changes)
    worst = max(risks, key=gravity, default=None)
    if worst is None or worst.direction is not Direction.LOOSENS or worst.level is Level.LOW:
        return None
    return worst.level


# ------------------------------------------------------------------ the whole


def plan_concerns(plan: Plan) -> Iterator[str]:
    """Yield what deserves a second look: where access opens up, and where somebody else was at work."""
    levels = ((group.key, _worst_loosening(group)) for group in plan.groups)
    loosened = [f"{key} ({level.value})" for key, level in levels if level]
    if loosened:
        yield say("! Opens up access: {groups}.", groups=_listing(loosened))
    drifted = [group.key for group in plan.groups if Concern.DRIFT in group_concerns(group)]
    if drifted:
        yield say("Changed on the platform since the last apply: {groups}.", groups=_listing(drifted))


def _listing(keys: Sequence[str]) -> str:
    shown = ", ".join(keys[:_LISTED_KEYS])
    rest = len(keys) - _LISTED_KEYS
    return say("{keys} and {rest} more", keys=shown, rest=rest) if rest > 0 else shown


def is_without_changes(plan: Plan) -> bool:
    """Tell whether nothing differs, in no group."""
    return not plan.has_changes and not any(group.problem for group in plan.groups)


def plan_totals(plan: Plan) -> tuple[str, str]:
    """Return what the plan comes to in one line, and what stands in its way; numbers that are zero are left out."""
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
    return say("Plan: {effects}.", effects="; ".join(effects)), f"{obstacles}." if obstacles else ""


def _effort(calls: int, seconds: int) -> str:
    """Return the calls to be made and, when the quota makes people wait, for how long."""
    number = say_count(calls, "{n} call", "{n} calls")
    return say("{calls}, at least {time}", calls=number, time=clock(seconds)) if seconds else number


def _numbers(*told: tuple[int, str]) -> str:
    return ", ".join(words for number, words in told if number)
