"""`dissolve`: a group would be dissolved with its history."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic, text
from reconciler.model.address import Facet, address
from reconciler.plan.guards.scope import PlanScope, listing, override
from reconciler.plan.plan import StepAction


def check_dissolve(scope: PlanScope) -> Iterator[Diagnostic]:
    """Refuse every plan that dissolves a group."""
    doomed = [
        group
        for group in scope.groups
        if any(step.action is StepAction.DISSOLVE for step in group.performable)
    ]
    if doomed:
        yield Diagnostic(
            text("Plan dissolves groups"),
            text(
                "Groups that would be dissolved with their history, which cannot be undone: {count} ({names}), with "
                "{users} memberships. Nothing was changed.",
                count=len(doomed),
                users=sum(group.user_count or 0 for group in doomed),
                names=listing([group.key for group in doomed]),
            ),
            override("dissolve"),
            address=address(doomed[0].key, Facet.LIFECYCLE),
        )
