"""Laws of tabs: the fewest calls, and identity.

Calls of one kind can always be made one, so a way is told by: which missing tabs take over which surplus
places, in which order the others are created, and whether a sort is needed then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations, product

from hypothesis import given
from hypothesis import strategies as st

from reconciler.diff.tabs import TabMatch, diff_tabs, match_tabs, tab_differs
from reconciler.model.collection import Collection, Mode
from reconciler.model.recorded import RecordedGroup
from reconciler.model.tabs import LiveTab, Tab
from reconciler.plan.operations import DeleteTabs
from reconciler.plan.tabs import plan_tabs
from tests.support.builders import live_group
from tests.support.fake_platform import FakeChat
from tests.support.strategies import (
    LAW,
    law,
    live_tab_rows,
    recorded_groups,
    subsets,
    tab_collections,
    tab_lists,
)


def ways_to_reuse(missing: Sequence[Tab], places: Sequence[LiveTab]) -> Iterator[dict[str, LiveTab]]:
    """Yield every injective choice of places for some of the missing tabs."""
    if not missing:
        yield {}
        return
    head, rest = missing[0], missing[1:]
    yield from ways_to_reuse(rest, places)
    for place in places:
        # What an update does not send stays, and an icon cannot be removed by one.
        icon_stays = bool(place.icon) and head.icon is None
        opening_stays = bool(place.open_in_app) and head.open_in_app is None
        if place.type == head.type and not icon_stays and not opening_stays:
            others = [each for each in places if each is not place]
            yield from ({head.name: place, **way} for way in ways_to_reuse(rest, others))


def calls_of_way(
    desired: Collection[Tab],
    live: Sequence[LiveTab],
    match: TabMatch,
    reuse: dict[str, LiveTab],
    created: Sequence[Tab],
) -> int:
    taken = {place.id for place in reuse.values()}
    deleted = {tab.id for tab in match.surplus} - taken
    updates = bool(reuse) or any(tab_differs(tab, old) for tab, old in match.pairs)
    names = {old.id: tab.name for tab, old in match.pairs} | {old.id: name for name, old in reuse.items()}
    kept = {tab.id: f"kept {tab.id}" for tab in match.kept}
    row = [{**names, **kept}.get(tab.id) for tab in live if tab.id not in deleted]
    row += [tab.name for tab in created]
    wanted = [*(tab.name for tab in desired.items), *kept.values()]
    is_sorted = [name for name in row if name is not None] == wanted
    sort = desired.mode is Mode.EXACT and not is_sorted
    return sum((bool(deleted), updates, bool(created), sort))


def optimum(desired: Collection[Tab], live: Sequence[LiveTab], recorded: RecordedGroup | None) -> int:
    match = match_tabs(desired, live, recorded)
    return min(
        calls_of_way(desired, live, match, reuse, created)
        for reuse in ways_to_reuse(match.missing, match.surplus)
        for created in permutations([tab for tab in match.missing if tab.name not in reuse])
    )


@LAW
@given(tab_collections(), live_tab_rows(max_size=3), recorded_groups())
def test_tabs_take_as_few_calls_as_any_way_does(
    desired: Collection[Tab], live: tuple[LiveTab, ...], recorded: RecordedGroup | None
) -> None:
    assert len(plan_tabs(desired, live, recorded)) == optimum(desired, live, recorded)


MANY_NAMES = ("A", "B", "C", "D", "E", "F", "G")
unlike_tabs = st.sampled_from(
    [
        *(
            Tab(name=name, type="url", link=f"https://example.com/{name}", open_in_app=opening, icon=icon)
            for name, opening, icon in product(MANY_NAMES, (None, True), (None, "img_1"))
        ),
        *(Tab(name=name, type="doc", link=f"https://example.com/{name}") for name in MANY_NAMES),
    ]
)
"""Tabs that are either the same or have nothing in common: rows of them have many surplus places."""


def rows_of_unlike_tabs(max_size: int) -> st.SearchStrategy[list[Tab]]:
    return st.lists(unlike_tabs, max_size=max_size, unique_by=lambda tab: tab.name)


@law(600)
@given(rows_of_unlike_tabs(4), rows_of_unlike_tabs(5), subsets(MANY_NAMES))
def test_exact_tabs_with_many_surplus_places_take_as_few_calls_as_any_way_does(
    wanted: list[Tab], row: list[Tab], keep: list[str]
) -> None:
    names = {tab.name for tab in wanted}
    kept = tuple(name for name in keep[:1] if name not in names)
    desired = Collection[Tab](mode=Mode.EXACT, items=tuple(wanted), keep=kept)
    live = [LiveTab(**dict(tab), id=f"tab-{number}") for number, tab in enumerate(row)]

    assert len(plan_tabs(desired, live, None)) == optimum(desired, live, None)


@LAW
@given(tab_collections(), live_tab_rows())
def test_tabs_end_as_listed_with_kept_ones_behind(
    desired: Collection[Tab], live: tuple[LiveTab, ...]
) -> None:
    match = match_tabs(desired, live, None)

    after = FakeChat(live_group(tabs=live)).perform(plan_tabs(desired, live, None)).tabs or ()

    writable = [tab for tab in after if tab.writable]
    ids = {tab.id for tab in match.kept}
    listed = [tab for tab in writable if tab.id not in ids]
    by_name = {tab.name: tab for tab in listed}
    assert by_name.keys() == {tab.name for tab in desired.items}
    assert not any(tab_differs(tab, by_name[tab.name]) for tab in desired.items)
    if desired.mode is Mode.EXACT:
        assert [tab.name for tab in listed] == [tab.name for tab in desired.items]
        assert writable[len(listed) :] == list(match.kept)


@LAW
@given(tab_collections(), live_tab_rows())
def test_matched_tab_keeps_its_id(desired: Collection[Tab], live: tuple[LiveTab, ...]) -> None:
    match = match_tabs(desired, live, None)

    operations = plan_tabs(desired, live, None)
    after = FakeChat(live_group(tabs=live)).perform(operations).tabs or ()

    names = {tab.id: tab.name for tab in after}
    assert all(names[old.id] == tab.name for tab, old in match.pairs)


@LAW
@given(tab_collections(), live_tab_rows())
def test_tab_whose_name_or_link_is_listed_is_deleted_only_for_a_better_match(
    desired: Collection[Tab], live: tuple[LiveTab, ...]
) -> None:
    match = match_tabs(desired, live, None)
    found = {tab.name for tab, _ in match.pairs}

    deleted = {
        tab_id
        for operation in plan_tabs(desired, live, None)
        if isinstance(operation, DeleteTabs)
        for tab_id in operation.ids
    }

    for old in live:
        same = [
            tab
            for tab in desired.items
            if tab.type == old.type and (tab.name == old.name or tab.link == old.link)
        ]
        if old.id in deleted and same:
            assert all(tab.name in found for tab in same)


@LAW
@given(tab_collections(), live_tab_rows())
def test_tabs_that_the_api_cannot_write_keep_their_place(
    desired: Collection[Tab], live: tuple[LiveTab, ...]
) -> None:
    after = FakeChat(live_group(tabs=live)).perform(plan_tabs(desired, live, None)).tabs or ()

    assert [tab for tab in after if not tab.writable] == [tab for tab in live if not tab.writable]


@LAW
@given(tab_lists)
def test_tabs_do_not_differ_from_themselves(wanted: list[Tab]) -> None:
    desired = Collection[Tab](mode=Mode.EXACT, items=tuple(wanted))
    row = tuple(LiveTab(**dict(tab), id=f"tab-{number}") for number, tab in enumerate(wanted))

    assert diff_tabs(desired, row, None) == ()
    assert plan_tabs(desired, row, None) == ()
