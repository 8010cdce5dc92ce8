"""`people`: groups of too many people would open up or lose something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.diff.changes import ChangeKind
from reconciler.errors import Diagnostic, text
from reconciler.plan.guards.scope import PlanScope, listing
from reconciler.plan.plan import GroupPlan, StepAction


def check_people(scope: PlanScope) -> Iterator[Diagnostic]:
    """Refuse plans that touch more memberships than the limit, or an unknown number of them."""
    limit = scope.limits.people.max
    touched = [group for group in scope.groups if _is_touched(group)]
    unknown = [group.key for group in touched if group.user_count is None]
    if unknown:
        yield _uncounted(unknown)
    memberships = sum(group.user_count or 0 for group in touched)
    if memberships > limit:
        yield _too_many(touched, memberships, limit)


def _is_touched(group: GroupPlan) -> bool:
    """Tell whether those who are in a group feel it: it opens up, loses something, or is dissolved.

    Somebody who joins changes nothing for the others, or every new colleague would need an override.
    """
    performed = [change for step in group.performable for change in step.changes]
    return (
        any(not change.path.startswith("members/") for change in group.loosening)
        or any(change.kind is ChangeKind.REMOVE for change in performed)
        or any(step.action is StepAction.DISSOLVE for step in group.performable)
    )


def _too_many(touched: Sequence[GroupPlan], memberships: int, limit: int) -> Diagnostic:
    largest = sorted(touched, key=lambda group: (-(group.user_count or 0), group.key))
    return Diagnostic(
        text("Plan touches too many people"),
        text(
            "{memberships} memberships are in groups that would open up or lose something: {names}. The limit is "
            "{limit}. Nothing was changed.",
            memberships=memberships,
            names=listing([f"{group.key} ({group.user_count or 0})" for group in largest]),
            limit=limit,
        ),
        text(
            "Apply a few groups at a time, or raise `guards.people.max`. If this is what you want, run `groupctl apply "
            "--override people`."
        ),
    )


def _uncounted(keys: Sequence[str]) -> Diagnostic:
    return Diagnostic(
        text("Plan touches an unknown number of people"),
        text(
            "The platform does not tell how many people are in groups that would open up or lose something: {names}. "
            "Nothing was changed.",
            names=listing(keys),
        ),
        text(
            "Plan again later, or leave these groups out. If this is what you want, run `groupctl apply --override "
            "people`."
        ),
        address=keys[0],
    )
