"""What the facets that list people share: managers, moderators and members are sets of ids."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.diff.changes import Change, ChangeKind, origin_of_item
from reconciler.diff.risk import risk_of_item
from reconciler.model.collection import Collection, keeps
from reconciler.model.recorded import RecordedValue


def unwanted_people(
    wanted: Collection[str], live: Iterable[str], recorded: RecordedValue | None
) -> tuple[str, ...]:
    """Return the live people that have to go, sorted."""
    ours = frozenset(recorded.sent if recorded else ())
    listed = frozenset(wanted.items)
    return tuple(sorted(each for each in live if each not in listed and not keeps(wanted, (each,), ours)))


def change_people(
    facet: str, add: Iterable[str], remove: Iterable[str], recorded: RecordedValue | None
) -> tuple[Change, ...]:
    """Return one change a person: the added ones in their order, then the removed ones."""
    return tuple(
        Change(
            path=f"{facet}/{each}",
            kind=kind,
            before=before,
            after=after,
            origin=origin_of_item(before, after, recorded),
            risk=risk_of_item(facet, kind),
        )
        for kind, people in ((ChangeKind.ADD, add), (ChangeKind.REMOVE, remove))
        for each in people
        for before, after in [(None, each) if kind is ChangeKind.ADD else (each, None)]
    )
