"""What became of a plan, as a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from reconciler.errors import Diagnostic
from reconciler.plan.outcome import GroupOutcome, Outcome, Status, StepOutcome
from reconciler.render.columns import Cell
from reconciler.render.outcome_text import STATUS_WORDS, outcome_verdict, reach, step_name
from reconciler.render.people import named
from reconciler.render.report import Concern, GroupReport, Report, Section, StepReport
from reconciler.render.style import Role
from reconciler.render.translate import say, say_count, translate

_FINE: Final = frozenset({Status.DONE, Status.ALREADY_DONE, Status.UNCHANGED})


def outcome_report(outcome: Outcome, people: Mapping[str, str]) -> Report:
    """Return the outcome as a report: groups that are not as they should be first, unchanged ones left out.

    Args:
        outcome: What became of the plan.
        people: How people are shown, by open id.
    """
    told = [group for group in outcome.groups if group.status is not Status.UNCHANGED]
    ordered = sorted(told, key=lambda group: (group.status in _FINE, group.key))
    return Report(
        title=say("What became of the plan"),
        verdict=outcome_verdict(outcome),
        remarks=tuple(_remarks(outcome)),
        problems=(outcome.stopped,) if outcome.stopped else (),
        sections=(Section("", tuple(_group(group, outcome.stopped, people) for group in ordered)),),
    )


def _remarks(outcome: Outcome) -> Iterator[Cell]:
    calls = sum(outcome.calls.values())
    if calls:
        yield Cell(say("Calls to the platform: {n}", n=calls))
    if outcome.interrupted:
        yield Cell(say("Interrupted. What was done until then is recorded."), Role.WARNING)


def _group(group: GroupOutcome, stopped: Diagnostic | None, people: Mapping[str, str]) -> GroupReport:
    word, role = STATUS_WORDS[group.status]
    problem = (named(group.problem, people),) if group.problem and group.problem != stopped else ()
    return GroupReport(
        mark=Cell(translate(word), role),
        key=group.key,
        name=group.name,
        chat_id=group.chat_id or "",
        remarks=tuple(Cell(each) for each in reach(group)),
        concerns=frozenset() if group.status in _FINE else frozenset({Concern.STUCK}),
        problems=problem,
        steps=tuple(_step(step, group.key, {stopped, group.problem}, people) for step in group.steps),
    )


def _step(step: StepOutcome, key: str, told: set[Diagnostic | None], people: Mapping[str, str]) -> StepReport:
    word, _ = STATUS_WORDS[step.status]
    problems = (*step.warnings, *((step.problem,) if step.problem else ()))
    return StepReport(
        title=f"{translate(word)} {step_name(step, key)}",
        remarks=say_count(step.calls, "{n} call", "{n} calls") if step.calls else "",
        problems=tuple(named(each, people) for each in problems if each not in told),
    )
