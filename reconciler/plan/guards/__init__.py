"""What makes a plan unsafe. Guards run before the first write; each is set aside by its name only.

A plan guard refuses the whole plan, a group guard one group. A module per guard; the two tables below hold all of them.

Source: docs/behaviour.md, "Guards".
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Final

from reconciler.diff.changes import Level
from reconciler.errors import Diagnostic
from reconciler.model.fleet import GuardLimits
from reconciler.plan.answers import ListedChat
from reconciler.plan.guards.dissolve import check_dissolve
from reconciler.plan.guards.first_contact import check_first_contact
from reconciler.plan.guards.forgets import check_forgets
from reconciler.plan.guards.incomplete import check_incomplete
from reconciler.plan.guards.lockout import check_lockout
from reconciler.plan.guards.loosening import check_loosening
from reconciler.plan.guards.owner import check_owner
from reconciler.plan.guards.people import check_people
from reconciler.plan.guards.removals import check_removals
from reconciler.plan.guards.scope import GroupGuard, GroupScope, PlanGuard, PlanScope
from reconciler.plan.guards.twin import check_twin
from reconciler.plan.plan import GroupPlan

PLAN_GUARDS: Final[dict[str, PlanGuard]] = {
    "removals": check_removals,
    "people": check_people,
    "forgets": check_forgets,
    "owner": check_owner,
    "dissolve": check_dissolve,
    "loosening": check_loosening,
}
"""Guards that refuse everything, in the order in which they speak."""

GROUP_GUARDS: Final[dict[str, GroupGuard]] = {
    "lockout": check_lockout,
    "twin": check_twin,
    "first-contact": check_first_contact,
    "incomplete": check_incomplete,
}
"""Guards that refuse one group, in the order in which they speak."""


def check_guards(
    groups: Sequence[GroupPlan],
    limits: GuardLimits,
    overrides: Container[str],
    *,
    configured: int,
    managed: int,
    fail_on: Level | None = None,
) -> tuple[Diagnostic, ...]:
    """Return why the whole plan is refused; empty when it is not.

    Args:
        groups: The planned groups.
        limits: Limits from the configuration.
        overrides: Names of guards that are set aside.
        configured: Groups in the configuration.
        managed: Groups in the state before this plan.
        fail_on: The level from which on opening a group up is refused; `None`: never.
    """
    scope = PlanScope(groups, limits, configured, managed, fail_on)
    return tuple(
        refusal for name, check in PLAN_GUARDS.items() if name not in overrides for refusal in check(scope)
    )


def check_group(
    group: GroupPlan,
    limits: GuardLimits,
    overrides: Container[str],
    namesakes: Mapping[str, Sequence[ListedChat]],
    *,
    operate_as_owner: bool = False,
) -> tuple[Diagnostic, ...]:
    """Return why one group is refused; empty when it is not.

    Args:
        group: The planned group.
        limits: Limits from the configuration.
        overrides: Names of guards that are set aside.
        namesakes: Chats our app is in that no key is bound to, by name.
        operate_as_owner: Whether our app keeps its power over groups that it created and gave away.
    """
    scope = GroupScope(group, limits, namesakes, operate_as_owner)
    return tuple(
        refusal for name, check in GROUP_GUARDS.items() if name not in overrides for refusal in check(scope)
    )
