"""`removals`: too much would be gone afterwards, in the whole plan or in one collection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from reconciler.diff.changes import Change, ChangeKind
from reconciler.errors import Diagnostic, text
from reconciler.model.address import address
from reconciler.model.fleet import RemovalsLimit
from reconciler.model.group import LiveGroup
from reconciler.model.ids import other_bots_of
from reconciler.model.recorded import RecordedGroup
from reconciler.plan.guards.scope import PlanScope, listing
from reconciler.plan.plan import GroupPlan


def check_removals(scope: PlanScope) -> Iterator[Diagnostic]:
    """Refuse plans that remove more than the limits allow."""
    limit = scope.limits.removals
    gone = 0
    for group in scope.groups:
        for collection, changes in _by_collection(group).items():
            removed = [change for change in changes if change.kind is ChangeKind.REMOVE]
            gone += len(removed)
            if len(removed) < 2:
                continue
            where, size = address(group.key, collection), _size(group, collection, len(removed))
            if len(removed) > limit.fraction * size:
                yield _too_large_a_part(where, removed, size, limit)
            elif len(removed) == size and not any(each.kind is ChangeKind.ADD for each in changes):
                yield _emptied(where, removed)
    if gone > limit.count:
        yield _too_many(gone, limit)


def _by_collection(group: GroupPlan) -> dict[str, list[Change]]:
    """Return the changes of things in collections that are to be performed; members go in several steps."""
    found: defaultdict[str, list[Change]] = defaultdict(list)
    for step in group.performable:
        for change in step.changes:
            collection, slash, _ = change.path.partition("/")
            if slash:
                found[collection].append(change)
    return found


def _size(group: GroupPlan, collection: str, gone: int) -> int:
    """Return how many things that can be removed a collection has now: what goes was there, whatever was read."""
    return max(len(_THINGS[collection](group.live, group.recorded)) if group.live else 0, gone)


def _moderators(live: LiveGroup, _recorded: RecordedGroup | None) -> frozenset[str]:
    """The owner always stands in the list and cannot be taken off it."""
    listed = live.moderation.moderators if live.moderation else None
    return (listed or frozenset()) - frozenset(filter(None, [live.owner]))


def _members(live: LiveGroup, recorded: RecordedGroup | None) -> frozenset[str]:
    """Bots are not listed; those that we added are the ones that can go."""
    users = live.members.users if live.members else frozenset()
    return users | frozenset(other_bots_of((recorded and recorded.items("members")) or ()))


_THINGS: Final[dict[str, Callable[[LiveGroup, RecordedGroup | None], Collection[object]]]] = {
    "managers": lambda live, _: live.managers or frozenset(),
    "moderation": _moderators,
    "members": _members,
    "tabs": lambda live, _: [tab for tab in live.tabs or () if tab.writable],
    "menus": lambda live, _: live.menus or (),
}
"""What is in a collection, by the first part of the paths of its things."""


def _too_large_a_part(where: str, removed: Sequence[Change], size: int, limit: RemovalsLimit) -> Diagnostic:
    return Diagnostic(
        text("Plan removes too large a part of a collection"),
        text(
            "{count} of {size} ({percent:.0f} %) would be removed: {names}. The limit is {limit:.0f} % "
            "when more than one goes. Nothing was changed.",
            count=len(removed),
            size=size,
            percent=100 * len(removed) / size,
            names=_names(removed),
            limit=100 * limit.fraction,
        ),
        _way_out(),
        address=where,
        source=removed[0].source,
    )


def _emptied(where: str, removed: Sequence[Change]) -> Diagnostic:
    return Diagnostic(
        text("Plan empties a collection"),
        text(
            "All {count} would be removed: {names}. Nothing was changed.",
            count=len(removed),
            names=_names(removed),
        ),
        _way_out(),
        address=where,
        source=removed[0].source,
    )


def _too_many(gone: int, limit: RemovalsLimit) -> Diagnostic:
    return Diagnostic(
        text("Plan removes too much"),
        text(
            "{gone} members, managers, moderators, tabs and menus would be removed; the limit is {limit}. "
            "Nothing was changed.",
            gone=gone,
            limit=limit.count,
        ),
        _way_out(),
    )


def _names(changes: Sequence[Change]) -> str:
    return listing([change.path.partition("/")[2] for change in changes])


def _way_out() -> str:
    return text(
        "If this is what you want, run `groupctl apply --override removals`; to keep everything that is "
        "there, run `groupctl apply --no-removals`."
    )
