"""`forgets`: many keys left the configuration at once, as when a file is not found any more."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic, text
from reconciler.model.address import Facet
from reconciler.plan.guards.scope import PlanScope, listing, override


def check_forgets(scope: PlanScope) -> Iterator[Diagnostic]:
    """Refuse plans in which too many groups leave, by being forgotten or dissolved."""
    limit = scope.limits.forgets
    # A key without a chat only has an unfinished create to lose; it was never managed.
    leaving = [
        group.key
        for group in scope.groups
        if group.chat_id and any(step.facet is Facet.LIFECYCLE for step in group.performable)
    ]
    if not leaving:
        return
    # One key is never a mass: in a small fleet it would always be more than the fraction, and people would
    # learn to override. Forgetting changes nothing on the platform and can be taken back.
    if scope.configured == 0:
        yield Diagnostic(
            text("Configuration has no groups"),
            text(
                "The state holds {managed} groups and the configuration none: all would be forgotten or dissolved. "
                "Nothing was changed.",
                managed=scope.managed,
            ),
            text(
                "Check that `groups:` in `groupctl.yaml` finds your files. If the fleet is really to be "
                "given up, run `groupctl apply --override forgets`."
            ),
        )
    elif len(leaving) > 1 and (len(leaving) > limit.count or len(leaving) > limit.fraction * scope.managed):
        yield Diagnostic(
            text("Plan forgets too many groups"),
            text(
                "{count} of {managed} groups ({percent:.0f} %) left the configuration and would no longer "
                "be managed: {names}. The limits are {limit} and {fraction:.0f} %. Nothing was changed.",
                count=len(leaving),
                managed=scope.managed,
                percent=100 * len(leaving) / scope.managed,
                names=listing(leaving),
                limit=limit.count,
                fraction=100 * limit.fraction,
            ),
            override("forgets"),
        )
