"""A fleet: all desired groups with the limits that guard them."""

from __future__ import annotations

from reconciler.model.base import Frozen
from reconciler.model.group import DesiredGroup


class RemovalsLimit(Frozen):
    """Limits of the guard `removals`."""

    count: int = 10
    """Things gone afterwards in the whole plan."""
    fraction: float = 0.25
    """Part of one collection that may go, when more than one thing goes."""


class PeopleLimit(Frozen):
    """Limits of the guard `people`."""

    max: int = 500
    """Memberships in groups that open up or lose something."""


class ForgetsLimit(Frozen):
    """Limits of the guard `forgets`."""

    count: int = 5
    fraction: float = 0.05


class LockoutLimit(Frozen):
    """Limits of the guard `lockout`."""

    min_managers: int = 0
    """Managers that have to stay in a group whose managers are changed; 0 switches the check off."""


class GuardLimits(Frozen):
    """The limits of `guards:` in `groupctl.yaml`."""

    removals: RemovalsLimit = RemovalsLimit()
    people: PeopleLimit = PeopleLimit()
    forgets: ForgetsLimit = ForgetsLimit()
    lockout: LockoutLimit = LockoutLimit()


class Fleet(Frozen):
    """Everything the configuration says, by key in sorted order."""

    name: str
    """Identity of the fleet; part of every create's uuid."""
    groups: dict[str, DesiredGroup]
    guards: GuardLimits = GuardLimits()
    operate_as_owner: bool = False
    """Whether the app holds `im:chat:operate_as_owner`; declared, because no call reveals it."""
