"""The cases of tabs.openapi.yaml, `x-convergence`."""

from __future__ import annotations

from reconciler.plan.operations import (
    CreateTabs,
    DeleteTabs,
    SortTabs,
    TabRef,
    TabUpdate,
    UpdateTabs,
)
from reconciler.plan.tabs import plan_tabs
from tests.support.builders import MESSAGE_TAB, additive, exact, live_tab, only, tab


def kinds(operations):
    return [operation.kind for operation in operations]


def test_equal_tabs_are_no_call():
    assert plan_tabs(exact(tab("A")), [MESSAGE_TAB, live_tab("1", "A")], None) == ()


def test_missing_tabs_are_created_in_one_call_in_order():
    assert plan_tabs(exact(tab("A"), tab("B")), [MESSAGE_TAB], None) == (
        CreateTabs(tabs=(tab("A"), tab("B"))),
    )


def test_surplus_tabs_are_deleted_in_one_call():
    live = [MESSAGE_TAB, live_tab("1", "A"), live_tab("2", "B")]

    assert plan_tabs(exact(), live, None) == (DeleteTabs(ids=("1", "2")),)


def test_renamed_tab_is_updated_under_its_id():
    live = [live_tab("1", "Old", "https://x")]

    assert plan_tabs(exact(tab("New", "https://x")), live, None) == (
        UpdateTabs(tabs=(TabUpdate(id="1", tab=tab("New", "https://x")),)),
    )


def test_update_sends_what_is_unmanaged_as_it_is_live():
    live = [live_tab("1", "Old", "https://x", open_in_app=True, icon="img_1")]

    operation = only(plan_tabs(exact(tab("New", "https://x")), live, None), UpdateTabs)

    assert operation.tabs[0].tab == tab("New", "https://x", open_in_app=True, icon="img_1")


def test_update_sends_what_is_managed_as_desired():
    live = [live_tab("1", "A", open_in_app=True, icon="img_1")]

    operation = only(plan_tabs(exact(tab("A", open_in_app=False, icon="img_2")), live, None), UpdateTabs)

    assert operation.tabs[0].tab == tab("A", open_in_app=False, icon="img_2")


def test_missing_tab_takes_over_a_surplus_place_when_that_saves_a_call():
    live = [MESSAGE_TAB, live_tab("1", "A")]

    assert plan_tabs(exact(tab("B")), live, None) == (UpdateTabs(tabs=(TabUpdate(id="1", tab=tab("B")),)),)


def test_place_between_neighbours_saves_the_sort():
    live = [live_tab("1", "A"), live_tab("2", "X"), live_tab("3", "C")]

    assert kinds(plan_tabs(exact(tab("A"), tab("B"), tab("C")), live, None)) == ["update_tabs"]


def test_place_right_of_its_neighbour_saves_the_sort_when_another_one_stands_left():
    live = [live_tab("1", "X"), live_tab("2", "A"), live_tab("3", "Y"), live_tab("4", "C")]

    operations = plan_tabs(exact(tab("A"), tab("B"), tab("C")), live, None)

    assert operations == (
        DeleteTabs(ids=("1",)),
        UpdateTabs(tabs=(TabUpdate(id="3", tab=tab("B")),)),
    )


def test_last_tabs_are_created_when_only_the_earlier_ones_find_a_place_in_order():
    live = [
        live_tab("1", "X"),
        live_tab("2", "A", "https://old"),
        live_tab("3", "Y"),
        live_tab("4", "C"),
        live_tab("5", "Z"),
    ]
    wanted = exact(tab("A"), tab("B"), tab("C"), tab("D", tab_type="doc"), tab("E"))

    assert kinds(plan_tabs(wanted, live, None)) == ["delete_tabs", "update_tabs", "create_tabs"]


def test_places_are_shared_out_so_that_every_missing_tab_gets_one():
    live = [live_tab("1", "X"), live_tab("2", "B"), live_tab("3", "Y", open_in_app=True), live_tab("4", "A")]
    easy, picky = tab("C", open_in_app=True), tab("D")

    operations = plan_tabs(exact(tab("A"), tab("B"), easy, picky), live, None)

    assert kinds(operations) == ["update_tabs", "sort_tabs"]


def test_tab_that_fits_into_more_places_leaves_the_only_one_to_another():
    live = [live_tab("1", "Old"), live_tab("2", "Older", icon="img_old")]
    plain, with_icon = tab("A"), tab("B", icon="img_new")

    assert plan_tabs(exact(plain, with_icon), live, None) == (
        UpdateTabs(tabs=(TabUpdate(id="1", tab=plain), TabUpdate(id="2", tab=with_icon))),
    )


def test_place_of_another_type_is_not_taken_over():
    live = [live_tab("1", "A", tab_type="doc")]

    assert kinds(plan_tabs(exact(tab("B")), live, None)) == ["delete_tabs", "create_tabs"]


def test_place_is_not_taken_over_when_its_icon_would_stay():
    live = [live_tab("1", "A", icon="img_1")]

    assert kinds(plan_tabs(exact(tab("B")), live, None)) == ["delete_tabs", "create_tabs"]


def test_place_is_taken_over_when_its_icon_is_replaced():
    live = [live_tab("1", "A", icon="img_1")]

    assert kinds(plan_tabs(exact(tab("B", icon="img_2")), live, None)) == ["update_tabs"]


def test_place_is_not_taken_over_when_its_way_of_opening_would_stay():
    live = [live_tab("1", "A", open_in_app=True)]

    assert kinds(plan_tabs(exact(tab("B")), live, None)) == ["delete_tabs", "create_tabs"]


def test_order_that_differs_is_one_sort_of_all_tabs():
    live = [MESSAGE_TAB, live_tab("2", "B"), live_tab("1", "A")]

    assert plan_tabs(exact(tab("A"), tab("B")), live, None) == (
        SortTabs(order=(TabRef(id="tab-message"), TabRef(id="1"), TabRef(id="2"))),
    )


def test_foreign_tabs_keep_their_places_in_a_sort():
    live = [MESSAGE_TAB, live_tab("2", "B"), live_tab("pin", tab_type="pin"), live_tab("1", "A")]

    operation = only(plan_tabs(exact(tab("A"), tab("B")), live, None), SortTabs)

    assert [ref.id for ref in operation.order] == ["tab-message", "1", "pin", "2"]


def test_new_tab_is_sorted_by_what_will_identify_it():
    live = [MESSAGE_TAB, live_tab("2", "B")]

    operations = plan_tabs(exact(tab("A"), tab("B")), live, None)

    assert operations == (
        CreateTabs(tabs=(tab("A"),)),
        SortTabs(
            order=(
                TabRef(id="tab-message"),
                TabRef(type="url", link="https://example.com/A"),
                TabRef(id="2"),
            )
        ),
    )


def test_kept_tabs_stand_behind_the_listed_ones():
    live = [live_tab("1", "Kept"), live_tab("2", "A")]

    operation = only(plan_tabs(exact(tab("A"), keep=["Kept"]), live, None), SortTabs)

    assert [ref.id for ref in operation.order] == ["2", "1"]


def test_additive_tabs_are_never_sorted():
    live = [live_tab("2", "B"), live_tab("1", "A")]

    assert plan_tabs(additive(tab("A"), tab("B")), live, None) == ()


def test_calls_come_as_delete_update_create_sort():
    live = [live_tab("1", "Gone", tab_type="doc"), live_tab("2", "B", "https://old"), live_tab("3", "C")]

    operations = plan_tabs(exact(tab("C"), tab("New"), tab("B")), live, None)

    assert kinds(operations) == ["delete_tabs", "update_tabs", "create_tabs", "sort_tabs"]
