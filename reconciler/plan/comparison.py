"""What a change of the configuration asks for, apart from what was pending before it.

Both plans are made from the same live groups and the same state; only the configuration differs. What both contain
is drift, or was merged and never applied: a reviewer of the change need not answer for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import Field

from reconciler.errors import Diagnostic
from reconciler.model.base import Frozen
from reconciler.plan.plan import GroupPlan, Plan, Step


class Comparison(Frozen):
    """A plan taken apart; groups in which nothing is left are left out. Totals and guards are those of the whole."""

    base: str
    """The configuration that the change is compared with, as people named it."""
    asked: tuple[GroupPlan, ...]
    """What only this change asks for."""
    pending: tuple[GroupPlan, ...]
    """What would be done without this change as well."""
    settled: tuple[GroupPlan, ...]
    """What was to be done before, and is not any more with this change."""
    notices: tuple[Diagnostic, ...] = ()
    """Changes of what a run is: state, tenant, guards, bindings. They stand first."""
    people: dict[str, str] = Field(default={}, exclude=True)
    """How people and pictures of both plans are shown; see `Plan`."""


def compare_plans(head: Plan, base: Plan, name: str, notices: Iterable[Diagnostic] = ()) -> Comparison:
    """Return what the configuration of `head` asks for beyond that of `base`, which people call `name`."""
    wanted, known = _facts_by_key(head), _facts_by_key(base)
    return Comparison(
        base=name,
        asked=_parts(head, known, shared=False),
        pending=_parts(head, known, shared=True),
        settled=_parts(base, wanted, shared=False),
        notices=tuple(notices),
        people={**base.people, **head.people},
    )


def _parts(plan: Plan, others: Mapping[str, frozenset[str]], *, shared: bool) -> tuple[GroupPlan, ...]:
    """Return the groups of a plan with only what is, or is not, in another plan of theirs."""
    parts = (_part(group, others.get(group.key, frozenset()), shared=shared) for group in plan.groups)
    return tuple(part for part in parts if part.steps or part.problem or part.refusals or part.warnings)


def _part(group: GroupPlan, other: frozenset[str], *, shared: bool) -> GroupPlan:
    def belongs(fact: str) -> bool:
        return (fact in other) is shared

    steps = []
    for step in group.steps:
        changes = tuple(
            each for each, fact in zip(step.changes, _step_facts(step), strict=False) if belongs(fact)
        )
        if changes or (not step.changes and belongs(_bare_fact(step))):
            steps.append(step.model_copy(update={"changes": changes}))
    return group.model_copy(
        update={
            "steps": tuple(steps),
            "problem": group.problem if group.problem and belongs(_told_fact(group.problem)) else None,
            "refusals": tuple(each for each in group.refusals if belongs(_told_fact(each))),
            "warnings": tuple(each for each in group.warnings if belongs(_told_fact(each))),
        }
    )


# ------------------------------------------------------------------ what is the same in two plans


def _facts_by_key(plan: Plan) -> dict[str, frozenset[str]]:
    return {group.key: frozenset(_facts(group)) for group in plan.groups}


def _facts(group: GroupPlan) -> Iterable[str]:
    for step in group.steps:
        yield from _step_facts(step) if step.changes else (_bare_fact(step),)
    told = (*group.refusals, *group.warnings, *((group.problem,) if group.problem else ()))
    yield from map(_told_fact, told)


def _step_facts(step: Step) -> list[str]:
    """Return what each change does; where the wish stands in the files does not count."""
    return [
        f"{step.address} {step.action} {change.model_dump_json(exclude={'source', 'origin', 'risk'})}"
        for change in step.changes
    ]


def _bare_fact(step: Step) -> str:
    return f"{step.address} {step.action}"


def _told_fact(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.address} {diagnostic.summary} {diagnostic.detail}"
