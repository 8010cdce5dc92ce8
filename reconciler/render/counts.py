"""What becomes of each group of a plan, and how many there are of each kind."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

from reconciler.model.base import Frozen
from reconciler.plan.operations import OFFLINE_KINDS
from reconciler.plan.pictures import count_calls
from reconciler.plan.plan import GroupPlan, Plan, StepAction


class Prospect(StrEnum):
    """What becomes of a group when the plan is applied; each group has exactly one."""

    CREATE = "create"
    ADOPT = "adopt"
    UPDATE = "update"
    FORGET = "forget"
    DISSOLVE = "dissolve"
    UNCHANGED = "unchanged"
    BLOCKED = "blocked"
    """Every step is blocked."""
    REFUSED = "refused"
    """A guard refuses the group."""
    NOT_PLANNED = "not_planned"
    """It could not be read or planned."""


_PROSPECTS = {
    StepAction.CREATE: Prospect.CREATE,
    StepAction.RESUME: Prospect.CREATE,
    StepAction.ADOPT: Prospect.ADOPT,
    StepAction.FORGET: Prospect.FORGET,
    StepAction.DISSOLVE: Prospect.DISSOLVE,
}


def prospect_of(group: GroupPlan) -> Prospect:
    """Return what becomes of a group, the refusal of a whole plan aside."""
    if group.problem is not None:
        return Prospect.NOT_PLANNED
    if not group.steps:
        return Prospect.UNCHANGED
    if group.refusals:
        return Prospect.REFUSED
    if not group.performable:
        return Prospect.BLOCKED
    told = (_PROSPECTS[step.action] for step in group.performable if step.action in _PROSPECTS)
    return next(told, Prospect.UPDATE)


class PlanCounts(Frozen):
    """What applying the plan would do, in numbers. The first nine count groups and add up to all of them."""

    create: int = 0
    adopt: int = 0
    update: int = 0
    forget: int = 0
    dissolve: int = 0
    unchanged: int = 0
    blocked: int = 0
    refused: int = 0
    not_planned: int = 0
    blocked_steps: int
    """Steps that our role or the group does not allow, in any group."""
    calls: int
    """Calls to the platform that are to be made; a file that several groups show is uploaded once."""
    memberships: int
    """Sum of the users of groups that something is done to."""


def count_plan(plan: Plan) -> PlanCounts:
    """Return the plan in numbers, as if no guard refused the whole of it."""
    busy = [group for group in plan.groups if group.performable]
    steps = [step for group in busy for step in group.performable]
    calls = count_calls(each for step in steps for each in step.operations if each.kind not in OFFLINE_KINDS)
    return PlanCounts(
        **Counter(prospect_of(group).value for group in plan.groups),
        blocked_steps=sum(step.block is not None for step in plan.steps),
        calls=calls.total(),
        memberships=sum(group.user_count or 0 for group in busy),
    )
