"""Laws of menus: the fewest calls found by searching every sequence, and identity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations, permutations

from hypothesis import assume, given

from reconciler.diff.menus import diff_menus, match_menus, menu_differs, menu_form
from reconciler.model.collection import Collection, Mode
from reconciler.model.menus import TOP_LEVELS, LiveMenu, LiveMenuItem, Menu, MenuItem
from reconciler.plan.menus import plan_menus
from reconciler.plan.operations import DeleteMenus
from tests.support.builders import live_group
from tests.support.fake_platform import FakeChat
from tests.support.strategies import LAW, live_menu_rows, menu_collections, menu_lists

Item = tuple[str, str | None]
Entry = tuple[str | None, Item, tuple[Item, ...]]
"""Id (`None`: made on the way), own content, contents of the children."""
Row = tuple[Entry, ...]


def item_of(item: MenuItem) -> Item:
    return item.name, item.url.common if item.url else None


def shape_of(menu: Menu | LiveMenu) -> tuple[Item, tuple[Item, ...]]:
    return item_of(menu), tuple(item_of(child) for child in menu.children)


def same_kind(one: Item, other: Item) -> bool:
    return (one[1] is None) == (other[1] is None)


def patchable(one: tuple[Item, tuple[Item, ...]], other: tuple[Item, tuple[Item, ...]]) -> bool:
    return (
        same_kind(one[0], other[0]) and len(one[1]) == len(other[1]) and all(map(same_kind, one[1], other[1]))
    )


def next_rows(
    row: Row, wanted: Sequence[tuple[Item, tuple[Item, ...]]], protected: frozenset[str]
) -> Iterator[Row]:
    """Yield every row that one sensible call makes of `row`."""
    free = [entry for entry in row if entry[0] not in protected]
    for gone in chain.from_iterable(combinations(free, size) for size in range(1, len(free) + 1)):
        yield tuple(entry for entry in row if entry not in gone)
    for size in range(1, min(len(wanted), TOP_LEVELS - len(row)) + 1):
        for new in permutations(wanted, size):
            yield (*row, *((None, top, children) for top, children in new))
    yield from permutations(row)
    tops = {top for top, _ in wanted}
    leaves = {child for _, children in wanted for child in children}
    for place, (entry_id, top, children) in enumerate(row):
        for other in tops:
            if other != top and same_kind(other, top):
                yield (*row[:place], (entry_id, other, children), *row[place + 1 :])
        for number, child in enumerate(children):
            for leaf in leaves:
                if leaf != child and same_kind(leaf, child):
                    patched = (*children[:number], leaf, *children[number + 1 :])
                    yield (*row[:place], (entry_id, top, patched), *row[place + 1 :])


def fewest_calls(desired: Sequence[Menu], live: Sequence[LiveMenu], enough: int) -> int:
    """Return the least number of calls; `enough` when no way is shorter than that.

    A menu that exists by name with the wanted structure must live on; of two with one name the first counts.
    """
    wanted = [shape_of(menu) for menu in desired]
    row: Row = tuple((menu.id, *shape_of(menu)) for menu in live)
    pairs = match_menus(Collection[Menu](mode=Mode.EXACT, items=tuple(desired)), live, None).pairs
    must_become = {old.id: shape_of(menu) for menu, old in pairs if patchable(shape_of(menu), shape_of(old))}
    protected = frozenset(must_become)

    def arrived(row: Row) -> bool:
        right = all(must_become.get(entry[0], entry[1:]) == entry[1:] for entry in row if entry[0])
        return right and [entry[1:] for entry in row] == wanted

    seen, frontier = {row}, {row}
    for calls in range(enough):
        if any(map(arrived, frontier)):
            return calls
        frontier = {after for each in frontier for after in next_rows(each, wanted, protected)} - seen
        seen |= frontier
    return enough


@LAW
@given(menu_lists(plain=True, max_size=2), live_menu_rows(plain=True, max_size=2))
def test_menus_take_as_few_calls_as_any_sequence_does(wanted: list[Menu], live: tuple[LiveMenu, ...]) -> None:
    desired = Collection[Menu](mode=Mode.EXACT, items=tuple(wanted))

    planned = len(plan_menus(desired, live, None))

    assume(planned <= 4)
    assert fewest_calls(wanted, live, planned) == planned


@LAW
@given(menu_collections(), live_menu_rows())
def test_menus_end_as_listed_with_kept_ones_behind(
    desired: Collection[Menu], live: tuple[LiveMenu, ...]
) -> None:
    match = match_menus(desired, live, None)
    assume(len(desired.items) + len(match.kept) <= TOP_LEVELS)

    after = FakeChat(live_group(menus=live)).perform(plan_menus(desired, live, None)).menus or ()

    kept = {menu.id for menu in match.kept}
    listed = [menu for menu in after if menu.id not in kept]
    by_name = {menu.name: menu for menu in listed}
    assert by_name.keys() == {menu.name for menu in desired.items}
    assert not any(menu_differs(menu, by_name[menu.name]) for menu in desired.items)
    if desired.mode is Mode.EXACT:
        assert [menu.name for menu in listed] == [menu.name for menu in desired.items]
        assert list(after[len(listed) :]) == list(match.kept)


@LAW
@given(menu_lists(plain=True), live_menu_rows(plain=True))
def test_menu_that_exists_by_name_with_the_wanted_structure_is_never_deleted(
    wanted: list[Menu], live: tuple[LiveMenu, ...]
) -> None:
    desired = Collection[Menu](mode=Mode.EXACT, items=tuple(wanted))
    safe = {
        old.id
        for menu, old in match_menus(desired, live, None).pairs
        if patchable(shape_of(menu), shape_of(old))
    }

    deleted = {
        menu_id
        for operation in plan_menus(desired, live, None)
        if isinstance(operation, DeleteMenus)
        for menu_id in operation.ids
    }

    assert not deleted & safe


@LAW
@given(menu_lists())
def test_menus_do_not_differ_from_themselves(wanted: list[Menu]) -> None:
    desired = Collection[Menu](mode=Mode.EXACT, items=tuple(wanted))
    live = as_live(wanted)

    assert diff_menus(desired, live, None) == ()
    assert plan_menus(desired, live, None) == ()


@LAW
@given(menu_lists(), live_menu_rows())
def test_renamed_entry_shows_no_localized_name_of_the_entry_it_was(
    wanted: list[Menu], live: tuple[LiveMenu, ...]
) -> None:
    desired = Collection[Menu](mode=Mode.EXACT, items=tuple(wanted))
    before = {item.id: item for menu in live for item in (menu, *menu.children)}

    after = FakeChat(live_group(menus=live)).perform(plan_menus(desired, live, None)).menus or ()

    for menu, made in zip(wanted, after, strict=True):
        for item, new in ((menu, made), *zip(menu.children, made.children, strict=True)):
            if new.id in before and before[new.id].name != new.name:
                assert (new.i18n_names or {}) == (item.i18n_names or {})
                assert new.icon == item.icon


def as_live(wanted: Sequence[Menu]) -> tuple[LiveMenu, ...]:
    return tuple(
        LiveMenu(
            **{
                **dict(menu),
                "id": f"menu-{number}",
                "children": tuple(
                    LiveMenuItem(**dict(child), id=f"menu-{number}-{place}")
                    for place, child in enumerate(menu.children)
                ),
            }
        )
        for number, menu in enumerate(wanted)
    )


@LAW
@given(menu_lists())
def test_form_of_a_live_menu_is_that_of_the_desired_one(wanted: list[Menu]) -> None:
    assert [menu_form(menu) for menu in as_live(wanted)] == [menu_form(menu) for menu in wanted]
