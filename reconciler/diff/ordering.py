"""The order of a collection, told by the names of its things."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.diff.changes import Change, ChangeKind, Origin, tell_origin
from reconciler.diff.risk import risk_of_item
from reconciler.model.collection import Mode
from reconciler.model.menus import LiveMenu
from reconciler.model.recorded import RecordedValue
from reconciler.model.tabs import LiveTab


def diff_order(
    facet: str,
    mode: Mode,
    before: Sequence[LiveTab | LiveMenu],
    after: Sequence[LiveTab | LiveMenu],
    recorded: RecordedValue | None,
) -> tuple[Change, ...]:
    """Return the change of order, if there is one; `additive` collections have no order.

    Args:
        facet: Name of the collection, which is the path of the change.
        mode: Mode of the collection.
        before: The things that stay, as live orders them.
        after: The same things as desired orders them.
        recorded: What the last apply left of the collection; `None` when there was no apply.
    """
    # Ids decide, for two live things may share a name.
    if mode is Mode.ADDITIVE or [thing.id for thing in before] == [thing.id for thing in after]:
        return ()
    names_before = [thing.name for thing in before]
    names_after = [thing.name for thing in after]
    return (
        Change(
            path=facet,
            kind=ChangeKind.MOVE,
            before=names_before,
            after=names_after,
            origin=_origin_of_order(names_before, names_after, recorded),
            risk=risk_of_item(facet, ChangeKind.MOVE),
        ),
    )


def _origin_of_order(
    before: Sequence[str | None], after: Sequence[str | None], recorded: RecordedValue | None
) -> Origin:
    """Compare orders over the things that recorded, live and desired have in common.

    When they all agree, something that recorded does not know stands in between: somebody put it there.
    """
    if recorded is None:
        return Origin.NEW
    common = [item["name"] for item in recorded.sent if item["name"] in before]
    live_moved = [name for name in before if name in common] != common
    desired_moved = [name for name in after if name in common] != common
    return tell_origin(live_moved=live_moved or not desired_moved, desired_moved=desired_moved)
