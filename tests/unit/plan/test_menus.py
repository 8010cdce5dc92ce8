"""The cases of menus.openapi.yaml, `x-convergence` and `x-change-matrix`."""

from __future__ import annotations

from reconciler.model.menus import MenuItem
from reconciler.plan.menus import plan_menus
from reconciler.plan.operations import CreateMenus, DeleteMenus, MenuRef, PatchMenuItem, SortMenus
from tests.support.builders import additive, entry, exact, link, live_menu, menu, only


def kinds(operations):
    return [operation.kind for operation in operations]


def test_equal_menus_are_no_call():
    shape = menu("A", entry("B"))

    assert plan_menus(exact(shape), [live_menu("1", shape)], None) == ()


def test_pure_removal_is_one_delete():
    live = [live_menu("1", menu("A")), live_menu("2", menu("B"))]

    assert plan_menus(exact(menu("B")), live, None) == (DeleteMenus(ids=("1",)),)


def test_pure_addition_at_the_end_is_one_create():
    live = [live_menu("1", menu("A"))]

    assert plan_menus(exact(menu("A"), menu("B")), live, None) == (CreateMenus(menus=(menu("B"),)),)


def test_insertion_elsewhere_is_create_and_sort():
    live = [live_menu("1", menu("B"))]

    assert plan_menus(exact(menu("A"), menu("B")), live, None) == (
        CreateMenus(menus=(menu("A"),)),
        SortMenus(order=(MenuRef(name="A"), MenuRef(id="1"))),
    )


def test_order_that_differs_is_one_sort():
    live = [live_menu("2", menu("B")), live_menu("1", menu("A"))]

    assert plan_menus(exact(menu("A"), menu("B")), live, None) == (
        SortMenus(order=(MenuRef(id="1"), MenuRef(id="2"))),
    )


def test_additive_menus_are_never_sorted():
    live = [live_menu("2", menu("B")), live_menu("1", menu("A"))]

    assert plan_menus(additive(menu("A"), menu("B")), live, None) == ()


def test_kept_menus_stand_behind_the_listed_ones():
    live = [live_menu("1", menu("Kept")), live_menu("2", menu("A"))]

    assert plan_menus(exact(menu("A"), keep=["Kept"]), live, None) == (
        SortMenus(order=(MenuRef(id="2"), MenuRef(id="1"))),
    )


def test_changed_link_is_one_patch_of_that_entry():
    live = [live_menu("1", menu("A", entry("B"), entry("C", "old")))]

    assert plan_menus(exact(menu("A", entry("B"), entry("C"))), live, None) == (
        PatchMenuItem(id="1.2", fields=("REDIRECT_LINK",), item=MenuItem(name="C", url=link("C"))),
    )


def test_moved_children_are_patched_by_position():
    live = [live_menu("1", menu("A", entry("B"), entry("C")))]

    operations = plan_menus(exact(menu("A", entry("C"), entry("B"))), live, None)

    assert operations == (
        PatchMenuItem(id="1.1", fields=("NAME", "REDIRECT_LINK"), item=entry("C")),
        PatchMenuItem(id="1.2", fields=("NAME", "REDIRECT_LINK"), item=entry("B")),
    )


def test_patched_localized_names_are_live_overlaid_by_desired():
    live = [live_menu("1", menu("A"), i18n_names={"zh_cn": "甲", "en_us": "old"})]

    operation = only(plan_menus(exact(menu("A", i18n_names={"en_us": "new"})), live, None), PatchMenuItem)

    assert operation.fields == ("I18N_NAME",)
    assert operation.item.i18n_names == {"zh_cn": "甲", "en_us": "new"}


def test_renamed_entry_takes_no_localized_name_along():
    live = [live_menu("1", menu("Old"), i18n_names={"ja_jp": "旧"})]

    operation = only(plan_menus(exact(menu("New", i18n_names={"en_us": "New"})), live, None), PatchMenuItem)

    assert operation.fields == ("NAME", "I18N_NAME", "REDIRECT_LINK")
    assert operation.item.i18n_names == {"en_us": "New"}


def test_replaced_icon_is_a_patch():
    live = [live_menu("1", menu("A"), icon="img_1")]

    operation = only(plan_menus(exact(menu("A", icon="img_2")), live, None), PatchMenuItem)

    assert operation.fields == ("ICON",)


def test_unlisted_menu_becomes_the_missing_one_by_a_patch_when_that_is_shorter():
    live = [live_menu("1", menu("A"))]

    assert kinds(plan_menus(exact(menu("B")), live, None)) == ["patch_menu_item"]


def test_unlisted_menu_with_an_icon_is_not_patched_into_one_without():
    live = [live_menu("1", menu("A"), icon="img_1")]

    assert kinds(plan_menus(exact(menu("B")), live, None)) == ["delete_menus", "create_menus"]


def test_unlisted_menu_with_localized_names_is_not_patched_into_one_without():
    live = [live_menu("1", menu("A"), i18n_names={"en_us": "x"})]

    assert kinds(plan_menus(exact(menu("B")), live, None)) == ["delete_menus", "create_menus"]


def test_another_number_of_children_takes_delete_and_create():
    live = [live_menu("1", menu("A", entry("B")))]

    assert kinds(plan_menus(exact(menu("A", entry("B"), entry("C"))), live, None)) == [
        "delete_menus",
        "create_menus",
    ]


def test_entry_that_begins_to_lead_somewhere_takes_delete_and_create():
    live = [live_menu("1", menu("A", url=None))]

    assert kinds(plan_menus(exact(menu("A")), live, None)) == ["delete_menus", "create_menus"]


def test_child_that_begins_to_lead_somewhere_takes_delete_and_create():
    live = [live_menu("1", menu("A", entry("B", None)))]

    assert kinds(plan_menus(exact(menu("A", entry("B"))), live, None)) == ["delete_menus", "create_menus"]


def test_menu_with_the_wanted_structure_is_patched_however_many_patches_it_takes():
    children = [entry(name) for name in "BCDE"]
    live = [live_menu("1", menu("A", *children))]

    operations = plan_menus(exact(menu("A", *reversed(children))), live, None)

    assert kinds(operations) == ["patch_menu_item"] * 4


def test_menu_without_the_wanted_structure_gives_its_place_to_another_when_that_is_shorter():
    live = [live_menu("1", menu("A", entry("B"))), live_menu("2", menu("C"))]

    operations = plan_menus(exact(menu("X", entry("B")), menu("C"), menu("A")), live, None)

    assert operations == (
        PatchMenuItem(id="1", fields=("NAME",), item=MenuItem(name="X")),
        CreateMenus(menus=(menu("A"),)),
    )


def test_of_ways_with_as_many_calls_the_one_that_renames_least_is_taken():
    live = [live_menu("1", menu("A", entry("B")))]

    operations = plan_menus(exact(menu("X", entry("B")), menu("A")), live, None)

    assert kinds(operations) == ["delete_menus", "create_menus"]
