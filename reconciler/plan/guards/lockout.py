"""`lockout`: our app, or nearly every manager, would lose what managing the group takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.diff.changes import Change, ChangeKind
from reconciler.errors import Diagnostic, text
from reconciler.model.address import address
from reconciler.model.ids import SELF
from reconciler.plan.guards.owner import transfers
from reconciler.plan.guards.scope import GroupScope, override
from reconciler.plan.plan import GroupPlan


def check_lockout(scope: GroupScope) -> Iterator[Diagnostic]:
    """Refuse a group in which our app would leave or lose its role, or too few managers would stay."""
    group = scope.group
    yield from _check_presence(group)
    yield from _check_role(group)
    yield from _check_ownership(scope)
    yield from _check_managers(scope)


def _removed(group: GroupPlan, facet: str) -> list[Change]:
    return [
        change
        for step in group.performable
        for change in step.changes
        if change.kind is ChangeKind.REMOVE and change.path.startswith(f"{facet}/")
    ]


def _ours(changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if change.before == SELF]


def _check_presence(group: GroupPlan) -> Iterator[Diagnostic]:
    """Refuse to take ourselves out. The diff never asks for that; a plan that does was not made by it."""
    for change in _ours(_removed(group, "members")):
        yield Diagnostic(
            text("Our app would leave the group"),
            text("Outside of the group the app can do nothing at all. Nothing was changed in this group."),
            override("lockout"),
            address=address(group.key, "members"),
            source=change.source,
        )


def _check_role(group: GroupPlan) -> Iterator[Diagnostic]:
    for change in _ours(_removed(group, "managers")):
        yield Diagnostic(
            text("Our app would lose its role"),
            text(
                "The app is a manager of this group and not in the list of `managers`; without the role it "
                "could not manage the group any longer. Nothing was changed in this group."
            ),
            text("Add `self` to `managers`, or run `groupctl apply --override lockout`."),
            address=address(group.key, "managers"),
            source=change.source,
        )


def _check_ownership(scope: GroupScope) -> Iterator[Diagnostic]:
    """Refuse to give away a group that our app could not manage afterwards."""
    group = scope.group
    keeps_power = scope.operate_as_owner and group.recorded is not None and group.recorded.created_by_us
    given = [change for change in transfers(group) if change.before == SELF]
    if given and not keeps_power:
        yield Diagnostic(
            text("Our app would lose its role"),
            text(
                "`{owner}` would own this group, and our app would be an ordinary member of it, who can manage hardly "
                "anything. Nothing was changed in this group.",
                owner=given[0].after,
            ),
            text(
                "For a new group add `self` to `managers`: it is then created for its owner, with the app as a manager. "
                "If the app created the group and holds the scope `im:chat:operate_as_owner`, set "
                "`tenant.operate_as_owner: true`. To give the group away all the same, run "
                "`groupctl apply --override lockout`."
            ),
            address=address(group.key, "owner"),
            source=given[0].source,
        )


def _check_managers(scope: GroupScope) -> Iterator[Diagnostic]:
    group, limit = scope.group, scope.limits.lockout.min_managers
    dismissed = _removed(group, "managers")
    appointed = sum(
        change.kind is ChangeKind.ADD and change.path.startswith("managers/")
        for step in group.performable
        for change in step.changes
    )
    present = len((group.live.managers if group.live else None) or ())
    staying = present + appointed - len(dismissed)
    if dismissed and staying < limit:
        yield Diagnostic(
            text("Too few managers would stay"),
            text(
                "{staying} of {present} managers would stay; `guards.lockout.min_managers` asks for "
                "{limit}. Nothing was changed in this group.",
                staying=staying,
                present=present,
                limit=limit,
            ),
            override("lockout"),
            address=address(group.key, "managers"),
            source=dismissed[0].source,
        )
