"""`incomplete`: people would be removed by a list that is known to be cut."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic, text
from reconciler.model.address import Facet
from reconciler.plan.guards.scope import GroupScope


def check_incomplete(scope: GroupScope) -> Iterator[Diagnostic]:
    """Refuse removals from a group that is not shown in full."""
    group = scope.group
    members = group.live.members if group.live else None
    leaving = [step for step in group.performable if step.facet is Facet.DEPARTURES]
    if members is None or members.complete or not leaving:
        return
    yield Diagnostic(
        text("Member list is incomplete"),
        text(
            "{count} would be removed from a group of which the platform shows only {shown} members: a list "
            "that is known to be cut says nothing about who else is there. Nothing was changed in this group.",
            count=sum(len(step.changes) for step in leaving),
            shown=len(members.users),
        ),
        text(
            "Write `members: {mode: additive, …}`, let an administrator raise the tenant's limit, or run "
            "`groupctl apply --override incomplete`."
        ),
        address=leaving[0].address,
        source=leaving[0].changes[0].source,
    )
