"""`loosening`: groups would open up although `--fail-on loosens` was given."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.diff.risk import LEVELS
from reconciler.errors import Diagnostic, text
from reconciler.model.address import address
from reconciler.plan.guards.scope import PlanScope, listing


def check_loosening(scope: PlanScope) -> Iterator[Diagnostic]:
    """Refuse plans that open up groups as much as people said, or more; only when they said it."""
    if scope.fail_on is None:
        return
    asked = LEVELS.index(scope.fail_on)
    opening = [
        (group, change)
        for group in scope.groups
        for change in group.loosening
        if LEVELS.index(change.risk.level) >= asked
    ]
    if opening:
        first, change = opening[0]
        yield Diagnostic(
            text("Plan opens up access"),
            text(
                "Changes that loosen a group, with level {level} or more: {count} ({names}). `--fail-on` refuses them. "
                "Nothing was changed.",
                level=scope.fail_on.value,
                count=len(opening),
                names=listing(
                    [f"{group.key}/{each.path}: {each.risk.level.value}" for group, each in opening]
                ),
            ),
            text(
                "If this is what you want, run `groupctl apply` without `--fail-on`, or with `--override loosening`."
            ),
            address=address(first.key, change.path),
            source=change.source,
        )
