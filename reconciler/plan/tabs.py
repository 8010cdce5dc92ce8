"""The fewest calls that make live tabs the desired ones, keeping the id of every tab that lives on.

There are four possible calls, each at most once and in this order: delete, update, create, sort. A missing
tab is created, or takes over the place of a surplus one of its type when that saves a call.

Source: tabs.openapi.yaml, `info.x-convergence`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.diff.tabs import TabMatch, match_tabs, tab_differs
from reconciler.model.collection import Collection, Mode
from reconciler.model.recorded import RecordedGroup
from reconciler.model.tabs import LiveTab, Tab
from reconciler.plan.operations import (
    CreateTabs,
    DeleteTabs,
    Operation,
    SortTabs,
    TabRef,
    TabUpdate,
    UpdateTabs,
)

Reuse = dict[str, LiveTab]
"""Missing tabs, by name, that take over the place of a surplus tab."""


def plan_tabs(
    desired: Collection[Tab], live: Sequence[LiveTab], recorded: RecordedGroup | None
) -> tuple[Operation, ...]:
    """Return the operations of the tabs step; empty when nothing managed differs."""
    match = match_tabs(desired, live, recorded)
    drafts = (_Draft(desired, live, match, reuse) for reuse in _reuses(desired, live, match))
    # Of equals min() takes the first, and reuses come with the fewest taken-over places first.
    return min((draft.operations() for draft in drafts), key=len)


def _reuses(desired: Collection[Tab], live: Sequence[LiveTab], match: TabMatch) -> Iterator[Reuse]:
    """Yield the ways of taking over places among which the best one is.

    Without a sort the new order has to come out by itself: only the last desired tabs can be created (at
    the right end) and every other missing one needs a place between its neighbours. With a sort places do
    not matter, and taking over pays only when it saves the whole delete or the whole create call: then as
    many as possible.
    """
    yield {}
    for created in range(len(match.missing) - 1, -1, -1):
        yield _between_neighbours(desired, live, match, created)
    yield _anywhere(match)


def _between_neighbours(
    desired: Collection[Tab], live: Sequence[LiveTab], match: TabMatch, created: int
) -> Reuse:
    """Give all but the last `created` missing tabs the first fitting place right of their left neighbour."""
    position = {tab.id: index for index, tab in enumerate(live)}
    existing = {tab.name: position[old.id] for tab, old in match.pairs}
    reused = frozenset(tab.name for tab in match.missing[: len(match.missing) - created])
    reuse: Reuse = {}
    reached = -1
    for tab in desired.items:
        if tab.name in existing:
            reached = existing[tab.name]
        elif tab.name in reused:
            places = (old for old in match.surplus if position[old.id] > reached and _fits(tab, old))
            place = next(places, None)
            if place:
                reuse[tab.name] = place
                reached = position[place.id]
    return _without_double_use(reuse)


def _without_double_use(reuse: Reuse) -> Reuse:
    """Drop takers of a place that was given before; happens when live order and desired order cross."""
    first = {old.id: name for name, old in reversed(reuse.items())}
    return {name: old for name, old in reuse.items() if first[old.id] == name}


def _anywhere(match: TabMatch) -> Reuse:
    """Give places to as many missing tabs as possible: a maximum matching, by Kuhn's algorithm."""
    holders: dict[str, Tab] = {}

    def settle(tab: Tab, tried: set[str]) -> bool:
        for place in match.surplus:
            if place.id in tried or not _fits(tab, place):
                continue
            tried.add(place.id)
            holder = holders.get(place.id)
            if holder is None or settle(holder, tried):
                holders[place.id] = tab
                return True
        return False

    for tab in match.missing:
        settle(tab, set())
    return {holders[place.id].name: place for place in match.surplus if place.id in holders}


def _fits(tab: Tab, place: LiveTab) -> bool:
    """Tell whether an update can turn `place` into `tab`: what is not sent stays, an icon for ever."""
    icon_stays = place.icon is not None and tab.icon is None
    opening_stays = bool(place.open_in_app) and tab.open_in_app is None
    return tab.type == place.type and not icon_stays and not opening_stays


@dataclass(frozen=True, slots=True)
class _Draft:
    """One way to go, with the places that missing tabs take over."""

    desired: Collection[Tab]
    live: Sequence[LiveTab]
    match: TabMatch
    reuse: Reuse

    def operations(self) -> tuple[Operation, ...]:
        deleted, updates, created = self._deleted(), self._updates(), self._created()
        calls: list[Operation] = []
        if deleted:
            calls.append(DeleteTabs(ids=deleted))
        if updates:
            calls.append(UpdateTabs(tabs=updates))
        if created:
            calls.append(CreateTabs(tabs=created))
        order = self._order(deleted, created)
        if order:
            calls.append(SortTabs(order=order))
        return tuple(calls)

    def _deleted(self) -> tuple[str, ...]:
        taken = {tab.id for tab in self.reuse.values()}
        return tuple(tab.id for tab in self.match.surplus if tab.id not in taken)

    def _updates(self) -> tuple[TabUpdate, ...]:
        changed = [
            TabUpdate(id=old.id, tab=_complete(tab, old))
            for tab, old in self.match.pairs
            if tab_differs(tab, old)
        ]
        taken = [
            TabUpdate(id=self.reuse[tab.name].id, tab=tab)
            for tab in self.match.missing
            if tab.name in self.reuse
        ]
        return (*changed, *taken)

    def _created(self) -> tuple[Tab, ...]:
        return tuple(tab for tab in self.match.missing if tab.name not in self.reuse)

    def _order(self, deleted: tuple[str, ...], created: tuple[Tab, ...]) -> tuple[TabRef, ...]:
        """Return the order to sort into, or nothing when it comes out by itself.

        Only the places of our own tabs are refilled: foreign and built-in tabs stay where they are.
        """
        new = {tab.name: TabRef(type=tab.type, link=tab.link) for tab in created}
        existing = {tab.name: old.id for tab, old in self.match.pairs}
        existing |= {name: old.id for name, old in self.reuse.items()}
        listed = [new.get(tab.name) or TabRef(id=existing[tab.name]) for tab in self.desired.items]
        wanted = [*listed, *(TabRef(id=tab.id) for tab in self.match.kept)]
        present = [TabRef(id=tab.id) for tab in self.live if tab.id not in deleted] + list(new.values())
        ours = [ref for ref in present if ref in wanted]
        if self.desired.mode is Mode.ADDITIVE or ours == wanted:
            return ()
        refill = iter(wanted)
        return tuple(next(refill) if ref in wanted else ref for ref in present)


def _complete(tab: Tab, live: LiveTab) -> Tab:
    """Return `tab` with what it leaves unmanaged as it is live, for an update sends the whole tab."""
    return tab.model_copy(
        update={
            "open_in_app": live.open_in_app if tab.open_in_app is None else tab.open_in_app,
            "icon": live.icon if tab.icon is None else tab.icon,
        }
    )
