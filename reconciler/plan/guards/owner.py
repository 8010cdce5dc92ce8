"""`owner`: a group that exists would be given away."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.diff.changes import Change
from reconciler.errors import Diagnostic, text
from reconciler.model.address import Facet, address
from reconciler.plan.guards.scope import PlanScope, listing, override
from reconciler.plan.plan import GroupPlan


def check_owner(scope: PlanScope) -> Iterator[Diagnostic]:
    """Refuse to give away a group that exists; for a group made for a person the YAML was the asking."""
    given = [
        (group, change)
        for group in scope.groups
        if group.chat_id
        for change in transfers(group)
        if not _was_promised(group, change)
    ]
    if given:
        yield Diagnostic(
            text("Plan gives groups away"),
            text(
                "Groups that would get another owner: {count} ({names}). A transfer cannot be taken back. Nothing was "
                "changed.",
                count=len(given),
                names=listing([f"{group.key} → {change.after}" for group, change in given]),
            ),
            override("owner"),
            address=address(given[0][0].key, Facet.OWNER),
            source=given[0][1].source,
        )


def transfers(group: GroupPlan) -> Iterator[Change]:
    """Yield the changes of ownership that are to be performed."""
    return (change for step in group.performable if step.facet is Facet.OWNER for change in step.changes)


def _was_promised(group: GroupPlan, change: Change) -> bool:
    """Tell whether the group was created for its new owner and never got there."""
    recorded = group.recorded
    return recorded is not None and recorded.promised_to == change.after and not recorded.gave_away
