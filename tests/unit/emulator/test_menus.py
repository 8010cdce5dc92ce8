"""Rules of menus.openapi.yaml; who may call the operations is in test_tab_and_menu_access.py."""

from __future__ import annotations

import pytest

from reconciler.emulator.chat import SECOND_LEVELS, TOP_LEVELS
from reconciler.emulator.handlers.menus import NAME_LENGTH
from tests.support.contract import load_contract
from tests.support.rows import shows_error, shows_rule

LIMITS = load_contract("menus")["info"]["x-limits"]


def link(name="Link", url="https://link.example", **more):
    return {"action_type": "REDIRECT_LINK", "name": name, "redirect_link": {"common_url": url}, **more}


def plain(name="Menu", **more):
    return {"action_type": "NONE", "name": name, **more}


def top(item, *children):
    menu = {"chat_menu_item": item}
    return {**menu, "children": [{"chat_menu_item": child} for child in children]} if children else menu


def create(api, chat_id, *menus):
    return api.call(
        "chat_menu_tree_create", chat_id, body={"menu_tree": {"chat_menu_top_levels": list(menus)}}
    )


def delete(api, chat_id, *menu_ids):
    return api.call("chat_menu_tree_delete", chat_id, body={"chat_menu_top_level_ids": list(menu_ids)})


def sort(api, chat_id, *order):
    """Sort by names; what is the name of no entry is sent as it is."""
    found = ids(api, chat_id)
    return api.call(
        "chat_menu_tree_sort",
        chat_id,
        body={"chat_menu_top_level_ids": [found.get(name, name) for name in order]},
    )


def patch(api, chat_id, name, fields, /, **item):
    """Patch the entry called `name`; what is the name of no entry is sent as it is."""
    return api.call(
        "chat_menu_item_patch",
        chat_id,
        menu_item_id=ids(api, chat_id).get(name, name),
        body={"update_fields": fields, "chat_menu_item": item},
    )


def top_levels(answer):
    return answer.data["menu_tree"]["chat_menu_top_levels"]


def names(menus):
    return [menu["chat_menu_item"]["name"] for menu in menus]


def ids(api, chat_id):
    found = {menu["chat_menu_item"]["name"]: menu["chat_menu_top_level_id"] for menu in api.menus(chat_id)}
    for menu in api.menus(chat_id):
        for child in menu.get("children", []):
            found[child["chat_menu_item"]["name"]] = child["chat_menu_second_level_id"]
    return found


def item_of(api, chat_id, name):
    """Return the item of the top-level menu called `name`."""
    return next(
        menu["chat_menu_item"] for menu in api.menus(chat_id) if menu["chat_menu_item"]["name"] == name
    )


@pytest.fixture
def chat_id(api):
    return api.create(name="Team")


def test_limits_are_the_documented_ones():
    assert LIMITS["top_levels_per_chat"] == TOP_LEVELS
    assert LIMITS["second_levels_per_top_level"] == SECOND_LEVELS
    assert LIMITS["name_max_characters"] == NAME_LENGTH


class TestGet:
    def test_group_without_a_menu_answers_an_empty_list(self, api, chat_id):
        assert api.menus(chat_id) == []

    @shows_rule("chat_menu_tree_get", "The answer holds every top-level menu in display order")
    def test_whole_menu_comes_in_display_order(self, api, chat_id):
        children = [link(str(number)) for number in range(5)]
        create(api, chat_id, top(plain("A"), *children), top(link("B")), top(plain("C"), *children))
        sort(api, chat_id, "C", "A", "B")

        data = api.call("chat_menu_tree_get", chat_id).data

        assert data.keys() == {"menu_tree"}
        assert data["menu_tree"].keys() == {"chat_menu_top_levels"}
        menus = data["menu_tree"]["chat_menu_top_levels"]
        assert names(menus) == ["C", "A", "B"]
        assert names(menus[0]["children"]) == names(menus[1]["children"]) == list("01234")
        assert "children" not in menus[2]


class TestCreate:
    @shows_rule("chat_menu_tree_create", "The call appends")
    def test_appends_and_returns_the_whole_menu(self, api, chat_id):
        create(api, chat_id, top(link("A")))

        menus = top_levels(create(api, chat_id, top(plain("B"), link("B1"), plain("B2"))))

        assert names(menus) == ["A", "B"]
        assert names(menus[1]["children"]) == ["B1", "B2"]
        assert menus == api.menus(chat_id)

    @shows_rule("chat_menu_tree_create", "repeating it adds the same menus again")
    def test_repeated_call_adds_the_menu_again(self, api, chat_id):
        create(api, chat_id, top(link("A")))

        assert names(top_levels(create(api, chat_id, top(link("A"))))) == ["A", "A"]

    @shows_rule("chat_menu_tree_create", "The server assigns chat_menu_top_level_id")
    def test_server_assigns_decimal_ids_as_text_whatever_the_call_says(self, api, chat_id):
        wanted = {**top(plain("A"), link("A1")), "chat_menu_top_level_id": "1"}
        wanted["children"][0]["chat_menu_second_level_id"] = "2"

        create(api, chat_id, wanted, top(link("B")))

        found = ids(api, chat_id)
        assert all(menu_id.isdecimal() and int(menu_id) > 2**53 for menu_id in found.values())
        assert len(set(found.values())) == 3
        assert patch(api, chat_id, "A1", ["NAME"], name="A2").code == 0

    @shows_rule("chat_menu_tree_create", "There is no way to add one to an existing top-level menu")
    def test_naming_an_existing_menu_adds_no_child_to_it(self, api, chat_id):
        create(api, chat_id, top(plain("A"), link("A1")))
        again = {**top(plain("A"), link("A2")), "chat_menu_top_level_id": ids(api, chat_id)["A"]}

        menus = top_levels(create(api, chat_id, again))

        assert [names(menu["children"]) for menu in menus] == [["A1"], ["A2"]]

    def test_entry_is_kept_as_given(self, api, chat_id):
        item = link(i18n_names={"en_us": "Link"}, image_key="img_x")

        create(api, chat_id, top(item))

        assert item_of(api, chat_id, "Link") == item

    @pytest.mark.parametrize("nothing", [{"i18n_names": {}}, {"image_key": ""}])
    def test_empty_properties_are_absent(self, api, chat_id, nothing):
        create(api, chat_id, top(link(**nothing)))

        assert item_of(api, chat_id, "Link") == link()

    def test_link_on_none_is_accepted_and_repeated(self, api, chat_id):
        item = plain(redirect_link={"common_url": "https://x.example"})

        assert create(api, chat_id, top(item, link("child"))).code == 0
        assert item_of(api, chat_id, "Menu") == item

    def test_none_may_be_without_children(self, api, chat_id):
        assert create(api, chat_id, top(plain("A"), plain("A1")), top(plain("B"))).code == 0

    @shows_rule("chat_menu_tree_create", "A group has at most 3 top-level menus")
    @shows_error("chat_menu_tree_create", 232070)
    def test_fourth_top_level_is_232070_and_none_is_added(self, api, chat_id):
        create(api, chat_id, top(link("A")), top(link("B")))

        assert create(api, chat_id, top(link("C")), top(link("D"))).code == 232070
        assert create(api, chat_id, *[top(link(str(number))) for number in range(4)]).code == 232070
        assert names(top_levels(create(api, chat_id, top(link("C"))))) == ["A", "B", "C"]

    @shows_rule("chat_menu_tree_create", "each of them at most 5 second-level menus")
    @shows_error("chat_menu_tree_create", 232071)
    def test_sixth_child_is_232071(self, api, chat_id):
        children = [link(str(number)) for number in range(6)]

        assert create(api, chat_id, top(link("good")), top(plain(), *children)).code == 232071
        assert api.menus(chat_id) == []
        assert create(api, chat_id, top(plain(), *children[:5])).code == 0

    @shows_rule("chat_menu_tree_create", "A top-level menu with children must have action_type NONE")
    @shows_error("chat_menu_tree_create", 232078)
    @pytest.mark.parametrize(
        "item", [pytest.param(link(), id="link"), pytest.param(plain(image_key="img_x"), id="icon")]
    )
    def test_menu_with_children_is_none_without_icon(self, api, chat_id, item):
        assert create(api, chat_id, top(link("good")), top(item, link("child"))).code == 232078
        assert api.menus(chat_id) == []

    @shows_rule("chat_menu_tree_create", "An entry with action_type REDIRECT_LINK needs redirect_link")
    @shows_error("chat_menu_tree_create", 232078)
    @pytest.mark.parametrize(
        "item",
        [
            pytest.param({"action_type": "REDIRECT_LINK", "name": "A"}, id="no link"),
            pytest.param({**link(), "redirect_link": {}}, id="no link of any platform"),
            pytest.param(link(url="ftp://x"), id="link without http"),
            pytest.param(link(url=""), id="empty link"),
            pytest.param(plain(redirect_link={"web_url": "x"}), id="link without http on NONE"),
            pytest.param(plain(redirect_link={}), id="links without any on NONE"),
        ],
    )
    def test_links_are_there_and_begin_with_http_on_both_levels(self, api, chat_id, item):
        assert create(api, chat_id, top(link("good")), top(item)).code == 232078
        assert create(api, chat_id, top(link("good")), top(plain(), item)).code == 232078
        assert api.menus(chat_id) == []

    @pytest.mark.parametrize("platform", ["common_url", "ios_url", "android_url", "pc_url", "web_url"])
    def test_link_of_one_platform_is_enough(self, api, chat_id, platform):
        item = {**link(), "redirect_link": {platform: "http://x.example"}}

        assert create(api, chat_id, top(item)).code == 0

    @shows_rule("chat_menu_tree_create", "Names and localized names have 1 to 120 characters")
    @pytest.mark.parametrize(
        ("item", "code"),
        [
            pytest.param(plain(""), 99992402, id="name empty"),
            pytest.param(plain("x"), 0, id="name of 1 character"),
            pytest.param(plain("字" * 120), 0, id="name of 120 characters, however many bytes"),
            pytest.param(plain("x" * 121), 99992402, id="name of 121 characters"),
            pytest.param(plain(i18n_names={"en_us": ""}), 99992402, id="localized name empty"),
            pytest.param(plain(i18n_names={"zh_cn": "字" * 120}), 0, id="localized name of 120 characters"),
            pytest.param(plain(i18n_names={"ja_jp": "x" * 121}), 99992402, id="localized name too long"),
        ],
    )
    def test_lengths_of_names_on_both_levels(self, api, chat_id, item, code):
        assert create(api, chat_id, top(item)).code == code
        assert create(api, chat_id, top(plain(), item)).code == code

    @pytest.mark.parametrize("locale", LIMITS["locales"])
    def test_localized_names_are_kept_for_the_three_locales(self, api, chat_id, locale):
        item = plain(i18n_names={locale: "x", "fr_fr": "x"})

        create(api, chat_id, top(item))

        assert item_of(api, chat_id, "Menu")["i18n_names"] == {locale: "x"}

    @shows_error("chat_menu_tree_create", 232078)
    @pytest.mark.parametrize("item", [plain("bad name"), plain(i18n_names={"en_us": "bad"})])
    def test_names_that_the_review_refuses(self, make, item):
        api = make(tenant="review_words: [bad]")

        assert create(api, api.create(), top(item)).code == 232078

    @shows_error("chat_menu_tree_create", 232001)
    @pytest.mark.parametrize(
        "child",
        [
            pytest.param({"chat_menu_item": {"name": "child"}}, id="action_type missing"),
            pytest.param({"chat_menu_item": {"action_type": "NONE"}}, id="name missing"),
            pytest.param({}, id="entry missing"),
        ],
    )
    def test_second_level_needs_what_the_top_level_needs(self, api, chat_id, child):
        assert create(api, chat_id, {"chat_menu_item": plain(), "children": [child]}).code == 232001

    @pytest.mark.parametrize(
        ("item", "field"),
        [
            ({"name": "A"}, "action_type"),
            ({"action_type": "NONE"}, "name"),
            ({"action_type": "OPEN", "name": "A"}, "action_type"),
        ],
    )
    def test_fields_of_the_top_level_are_checked_before(self, api, chat_id, item, field):
        place = f"menu_tree.chat_menu_top_levels[0].chat_menu_item.{field}"

        assert create(api, chat_id, top(item)).violations == [place]

    @shows_rule("chat_menu_tree_create", "image_key must come from an image that the same bot uploaded")
    @shows_error("chat_menu_tree_create", 232056)
    def test_icon_must_be_an_own_image_on_both_levels(self, api, chat_id):
        for icon, code in (("img_theirs", 232056), ("img_x", 0)):
            assert create(api, chat_id, top(link(image_key=icon))).code == code
            assert create(api, chat_id, top(plain(), link(image_key=icon))).code == code

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "menu_tree"),
            ({"menu_tree": {}}, "menu_tree.chat_menu_top_levels"),
            ({"menu_tree": {"chat_menu_top_levels": []}}, "menu_tree.chat_menu_top_levels"),
            (
                {"menu_tree": {"chat_menu_top_levels": [{}]}},
                "menu_tree.chat_menu_top_levels[0].chat_menu_item",
            ),
        ],
    )
    def test_required_fields(self, api, chat_id, body, field):
        assert api.call("chat_menu_tree_create", chat_id, body=body).violations == [field]


class TestDelete:
    @shows_rule("chat_menu_tree_delete", "their second-level menus go with them", "several ids are allowed")
    def test_children_go_with_their_menus_and_what_remains_comes_back(self, api, chat_id):
        create(api, chat_id, top(plain("A"), link("A1")), top(link("B")), top(link("C")))
        found = ids(api, chat_id)

        menus = top_levels(delete(api, chat_id, found["A"], found["C"]))

        assert names(menus) == ["B"]
        assert menus == api.menus(chat_id)
        assert patch(api, chat_id, found["A1"], ["NAME"], name="x").code == 232001

    @shows_rule("chat_menu_tree_delete", "A single second-level menu cannot be deleted")
    @shows_error("chat_menu_tree_delete", 232001)
    def test_unknown_or_second_level_id_deletes_nothing(self, api, chat_id):
        create(api, chat_id, top(plain("A"), link("A1")))
        found = ids(api, chat_id)

        assert delete(api, chat_id, found["A"], found["A1"]).code == 232001
        assert delete(api, chat_id, found["A1"]).code == 232001
        assert delete(api, chat_id, found["A"], "1").code == 232001
        assert names(api.menus(chat_id)) == ["A"]

    def test_id_may_stand_there_twice(self, api, chat_id):
        create(api, chat_id, top(link("A")))
        menu_id = ids(api, chat_id)["A"]

        assert top_levels(delete(api, chat_id, menu_id, menu_id)) == []

    def test_list_is_required(self, api, chat_id):
        assert delete(api, chat_id).violations == ["chat_menu_top_level_ids"]


class TestSort:
    @shows_rule("chat_menu_tree_sort", "Only top-level menus can be sorted")
    def test_order_of_the_list_is_the_order_shown_and_children_and_ids_stay(self, api, chat_id):
        create(api, chat_id, top(link("A")), top(plain("B"), link("B1"), link("B2")), top(link("C")))
        before = {menu["chat_menu_top_level_id"]: menu for menu in api.menus(chat_id)}

        menus = top_levels(sort(api, chat_id, "C", "A", "B"))

        assert names(menus) == ["C", "A", "B"]
        assert {menu["chat_menu_top_level_id"]: menu for menu in menus} == before
        assert menus == api.menus(chat_id)

    @shows_rule(
        "chat_menu_tree_sort",
        "The id list must match the existing top-level menus exactly",
        "Only top-level menus can be sorted",
    )
    @shows_error("chat_menu_tree_sort", 232072)
    @pytest.mark.parametrize(
        "order",
        [
            pytest.param(["B"], id="missing"),
            pytest.param(["B", "A", "1"], id="foreign"),
            pytest.param(["B", "A", "A"], id="repeated"),
            pytest.param(["B", "B"], id="repeated in place of another"),
            pytest.param(["B", "B1"], id="second level"),
            pytest.param(["B", "A", "1", "2"], id="more than there can be"),
        ],
    )
    def test_list_must_match_the_existing_menus_exactly(self, api, chat_id, order):
        create(api, chat_id, top(link("A")), top(plain("B"), link("B1")))

        assert sort(api, chat_id, *order).code == 232072
        assert names(api.menus(chat_id)) == ["A", "B"]


class TestPatch:
    @shows_rule(
        "chat_menu_item_patch",
        "Only the properties named in update_fields change",
        "Only this one entry is returned",
    )
    def test_only_named_properties_change_and_only_the_entry_returns(self, api, chat_id):
        create(api, chat_id, top(link("A", i18n_names={"en_us": "A"})), top(link("B")))
        before = ids(api, chat_id)

        data = patch(api, chat_id, "A", ["NAME"], name="A2", i18n_names={"en_us": "ignored"}).data

        assert data == {"chat_menu_item": link("A2", i18n_names={"en_us": "A"})}
        assert ids(api, chat_id) == {"A2": before["A"], "B": before["B"]}

    @shows_rule("chat_menu_item_patch", "menu_item_id is the id of a top-level or of a second-level menu")
    @pytest.mark.parametrize("name", ["A", "A1"])
    def test_entries_of_both_levels_can_be_patched(self, api, chat_id, name):
        create(api, chat_id, top(plain("A"), link("A1")))

        patch(api, chat_id, name, ["NAME"], name="New")

        assert ids(api, chat_id).keys() == {"A", "A1", "New"} - {name}

    def test_links_and_localized_names_are_replaced_as_a_whole(self, api, chat_id):
        create(api, chat_id, top(link("A", i18n_names={"en_us": "A", "zh_cn": "甲"})))

        patch(
            api,
            chat_id,
            "A",
            ["I18N_NAME", "REDIRECT_LINK"],
            i18n_names={"zh_cn": "乙"},
            redirect_link={"ios_url": "https://ios.example"},
        )

        item = item_of(api, chat_id, "A")
        assert item["i18n_names"] == {"zh_cn": "乙"}
        assert item["redirect_link"] == {"ios_url": "https://ios.example"}

    def test_icon_is_set_and_replaced(self, api, chat_id):
        create(api, chat_id, top(link("A")))

        assert patch(api, chat_id, "A", ["ICON"], image_key="img_x").data == {
            "chat_menu_item": link("A", image_key="img_x")
        }

    @pytest.mark.parametrize("given", [{}, {"image_key": "", "i18n_names": {}}])
    def test_icon_and_localized_names_are_removed_by_leaving_them_out(self, api, chat_id, given):
        create(api, chat_id, top(link("A", image_key="img_x", i18n_names={"en_us": "A"})))

        patch(api, chat_id, "A", ["ICON", "I18N_NAME"], **given)

        assert item_of(api, chat_id, "A") == link("A")

    @shows_rule("chat_menu_tree_create", "action_type is fixed once the entry exists")
    @shows_rule("chat_menu_item_patch", "action_type cannot be changed")
    def test_action_type_is_ignored(self, api, chat_id):
        create(api, chat_id, top(link("A")))

        patch(api, chat_id, "A", ["NAME"], name="A", action_type="NONE")

        assert item_of(api, chat_id, "A")["action_type"] == "REDIRECT_LINK"

    @shows_rule("chat_menu_item_patch", "The call cannot add or remove second-level menus")
    @pytest.mark.parametrize("children", [[], [top(link("A1")), top(link("A2"))]])
    def test_children_in_the_call_are_ignored(self, api, chat_id, children):
        create(api, chat_id, top(plain("A"), link("A1")))
        body = {
            "update_fields": ["NAME"],
            "chat_menu_item": {"name": "New", "children": children},
            "children": children,
        }

        api.call("chat_menu_item_patch", chat_id, menu_item_id=ids(api, chat_id)["A"], body=body)

        assert ids(api, chat_id).keys() == {"New", "A1"}

    def test_link_on_none_is_stored(self, api, chat_id):
        create(api, chat_id, top(plain("A")))
        links = {"common_url": "https://x.example"}

        answer = patch(api, chat_id, "A", ["REDIRECT_LINK"], redirect_link=links)

        assert answer.data["chat_menu_item"] == plain("A", redirect_link=links)

    @shows_rule("chat_menu_item_patch", "A top-level menu with children stays NONE and cannot get an icon")
    @shows_error("chat_menu_item_patch", 232078)
    def test_menu_with_children_gets_no_icon_and_no_other_action(self, api, chat_id):
        create(api, chat_id, top(plain("A"), link("A1")))

        assert patch(api, chat_id, "A", ["ICON"], image_key="img_x").code == 232078
        patch(api, chat_id, "A", ["NAME"], name="A", action_type="REDIRECT_LINK")
        assert item_of(api, chat_id, "A") == plain("A")

    @shows_rule("chat_menu_item_patch", "Links must start with http or https; names have 1 to 120 characters")
    @shows_error("chat_menu_item_patch", 232001, 232078)
    @pytest.mark.parametrize(
        ("fields", "item", "code"),
        [
            pytest.param(
                ["REDIRECT_LINK"], {"redirect_link": {"common_url": "x"}}, 232078, id="link without http"
            ),
            pytest.param(["REDIRECT_LINK"], {"redirect_link": {}}, 232078, id="link taken away"),
            pytest.param(["NAME"], {"name": "bad"}, 232078, id="name that the review refuses"),
            pytest.param(["NAME"], {}, 232001, id="NAME without name"),
            pytest.param(["REDIRECT_LINK"], {}, 232001, id="REDIRECT_LINK without link"),
        ],
    )
    def test_refusals_change_nothing(self, make, fields, item, code):
        api = make(tenant="review_words: [bad]")
        chat_id = api.create()
        create(api, chat_id, top(plain("A"), link("A1")))
        before = api.menus(chat_id)

        assert patch(api, chat_id, "A1", fields, **item).code == code
        assert api.menus(chat_id) == before

    @shows_rule("chat_menu_item_patch", "names have 1 to 120 characters")
    @pytest.mark.parametrize(
        ("fields", "item", "place"),
        [
            (["NAME"], {"name": ""}, "chat_menu_item.name"),
            (["NAME"], {"name": "x" * 121}, "chat_menu_item.name"),
            (["I18N_NAME"], {"i18n_names": {"en_us": "x" * 121}}, "chat_menu_item.i18n_names.en_us"),
            ([], {"name": "x"}, "update_fields"),
            (["URL"], {"name": "x"}, "update_fields[0]"),
            (["NAME", "ICON", "NAME"], {"name": "x"}, "update_fields"),
        ],
    )
    def test_declared_rules(self, api, chat_id, fields, item, place):
        assert patch(api, chat_id, "1", fields, **item).violations == [place]

    @shows_error("chat_menu_item_patch", 232001)
    def test_unknown_entry_is_232001(self, api, chat_id):
        assert patch(api, chat_id, "1", ["NAME"], name="x").code == 232001

    def test_icon_of_another_bot_is_232056_as_on_create(self, api, chat_id):
        create(api, chat_id, top(link("A")))

        assert patch(api, chat_id, "A", ["ICON"], image_key="img_theirs").code == 232056

    def test_what_is_not_named_is_not_looked_at(self, api, chat_id):
        api.emulator.acts.add_menu(chat_id, link("A", image_key="img_theirs"))

        assert patch(api, chat_id, "A", ["NAME"], name="B", image_key="img_theirs").code == 0


class TestHandMade:
    """Menus that people made in the client are part of the tree."""

    def test_they_count_and_can_be_patched_sorted_and_deleted(self, api, chat_id):
        for name in ("A", "B", "C"):
            api.emulator.acts.add_menu(chat_id, plain(name), [link(f"{name}1")])

        assert create(api, chat_id, top(link("D"))).code == 232070
        assert patch(api, chat_id, "B1", ["NAME"], name="B2").code == 0
        assert names(top_levels(sort(api, chat_id, "C", "B", "A"))) == ["C", "B", "A"]
        assert names(top_levels(delete(api, chat_id, ids(api, chat_id)["C"]))) == ["B", "A"]


class TestConvergence:
    """The ways of info.x-convergence and the calls of info.x-change-matrix."""

    def test_insertion_is_create_and_sort_with_the_ids_of_the_last_answer(self, api, chat_id):
        create(api, chat_id, top(link("A")), top(link("C")))

        menus = top_levels(create(api, chat_id, top(link("B"))))
        a, c, b = (menu["chat_menu_top_level_id"] for menu in menus)
        body = {"chat_menu_top_level_ids": [a, b, c]}

        assert names(top_levels(api.call("chat_menu_tree_sort", chat_id, body=body))) == ["A", "B", "C"]

    def test_structural_change_is_delete_and_create_behind_the_unchanged_prefix(self, api, chat_id):
        create(api, chat_id, top(link("A")), top(plain("B"), link("B1")), top(link("C")))
        found = ids(api, chat_id)

        delete(api, chat_id, found["B"], found["C"])
        menus = top_levels(create(api, chat_id, top(plain("B"), link("B1"), link("B2")), top(link("C"))))

        assert names(menus) == ["A", "B", "C"]
        assert menus[0]["chat_menu_top_level_id"] == found["A"]
        assert not found.keys() - ids(api, chat_id).keys()
        assert {found["B"], found["C"]}.isdisjoint(ids(api, chat_id).values())

    def test_children_change_places_by_a_patch_of_each(self, api, chat_id):
        create(
            api, chat_id, top(plain("A"), link("A1", "https://1.example"), link("A2", "https://2.example"))
        )
        first, second = (child["chat_menu_second_level_id"] for child in api.menus(chat_id)[0]["children"])
        fields = ["NAME", "REDIRECT_LINK"]

        patch(api, chat_id, first, fields, **link("A2", "https://2.example"))
        patch(api, chat_id, second, fields, **link("A1", "https://1.example"))

        assert names(api.menus(chat_id)[0]["children"]) == ["A2", "A1"]


class TestOtherReadings:
    """What the open questions allow besides the readings that the description gives."""

    @pytest.mark.parametrize(("reading", "data"), [("no_list", {"menu_tree": {}}), ("no_tree", {})])
    def test_group_without_a_menu_may_lack_the_list_or_the_tree(self, make, reading, data):
        api = make(readings=f"empty_menu: {reading}")
        chat_id = api.create()
        # Not by `call`: the schema has a tree, although the description asks clients to do without one.
        url = f"/open-apis/im/v1/chats/{chat_id}/menu_tree"

        answer = api.send("GET", url, headers={"Authorization": f"Bearer {api.sign_in()}"})

        assert answer.data == data

    def test_there_is_a_list_where_there_is_a_menu(self, make):
        api = make(readings="empty_menu: no_tree")
        chat_id = api.create()

        assert names(top_levels(create(api, chat_id, top(link("A"))))) == ["A"]

    def test_bad_menus_are_left_out_as_long_as_one_is_good(self, make):
        api = make(readings="bad_entry: left_out")
        chat_id = api.create()

        assert names(top_levels(create(api, chat_id, top(link("bad", "x")), top(link("A"))))) == ["A"]
        assert create(api, chat_id, top(link("bad", "x"))).code == 232078

    @pytest.mark.parametrize(
        ("item", "place"),
        [(plain("字" * 41), "name"), (plain(i18n_names={"zh_cn": "字" * 41}), "i18n_names.zh_cn")],
    )
    def test_names_are_counted_in_bytes(self, make, item, place):
        api = make(readings="menu_name_length: bytes")
        chat_id = api.create()

        answer = create(api, chat_id, top(item))

        assert (answer.code, answer.violations) == (99992402, [f"chat_menu_item.{place}"])
        assert create(api, chat_id, top(plain("字" * 40))).code == 0

    def test_links_are_refused_as_bad_parameters(self, make):
        api = make(readings="illegal_menu_link: 232001")
        chat_id = api.create()

        for item in (link(url="x"), {"action_type": "REDIRECT_LINK", "name": "A"}):
            assert create(api, chat_id, top(item)).code == 232001

    @pytest.mark.parametrize(("platform", "code"), [("ios_url", 232078), ("common_url", 0)])
    def test_common_url_is_required(self, make, platform, code):
        api = make(readings="common_url: required")

        item = {**link(), "redirect_link": {platform: "https://x.example"}}

        assert create(api, api.create(), top(item)).code == code

    def test_icon_beside_children_is_dropped(self, make):
        api = make(readings="icon_beside_children: dropped")
        chat_id = api.create()

        create(api, chat_id, top(plain("A", image_key="img_x"), link("A1")))
        patch(api, chat_id, "A", ["ICON"], image_key="img_x")

        assert item_of(api, chat_id, "A") == plain("A")

    def test_none_without_children_is_refused(self, make):
        api = make(readings="lone_none_entry: refused")
        chat_id = api.create()

        assert create(api, chat_id, top(plain("A"))).code == 232078
        assert create(api, chat_id, top(plain("A"), link("A1"))).code == 0

    def test_second_level_needs_neither_action_type_nor_name(self, make):
        api = make(readings="documented_optional: optional")
        chat_id = api.create()
        menu = {"chat_menu_item": plain(), "children": [{}, {"chat_menu_item": {"name": "child"}}]}

        children = top_levels(create(api, chat_id, menu))[0]["children"]

        assert [child["chat_menu_item"] for child in children] == [{}, {"name": "child"}]

    def test_unknown_ids_are_ignored_when_menus_are_deleted(self, make):
        api = make(readings="unknown_id_at_delete: ignored")
        chat_id = api.create()
        create(api, chat_id, top(plain("A"), link("A1")), top(link("B")))
        found = ids(api, chat_id)

        assert names(top_levels(delete(api, chat_id, found["B"], found["A1"], "1"))) == ["A"]

    def test_patch_and_sort_give_new_ids(self, make):
        api = make(readings="menu_ids_after_change: new")
        chat_id = api.create()
        create(api, chat_id, top(plain("A"), link("A1")), top(link("B")))
        made = ids(api, chat_id)

        patch(api, chat_id, "A1", ["NAME"], name="A1")
        patched = ids(api, chat_id)
        sort(api, chat_id, "B", "A")

        assert {name for name in made if made[name] != patched[name]} == {"A1"}
        assert set(ids(api, chat_id).values()).isdisjoint(patched.values())

    @pytest.mark.parametrize(("reading", "code"), [("kept", 0), ("refused", 232001)])
    def test_icon_and_localized_names_stay_when_they_are_left_out(self, make, reading, code):
        api = make(readings=f"named_but_missing: {reading}")
        chat_id = api.create()
        item = link("A", image_key="img_x", i18n_names={"en_us": "A"})
        create(api, chat_id, top(item))

        assert patch(api, chat_id, "A", ["ICON", "I18N_NAME"]).code == code
        assert item_of(api, chat_id, "A") == item

    def test_links_and_localized_names_are_merged_key_by_key(self, make):
        api = make(readings="patched_objects: merged")
        chat_id = api.create()
        create(api, chat_id, top(link("A", i18n_names={"en_us": "A"})))
        links, localized = {"ios_url": "https://ios.example"}, {"zh_cn": "甲"}

        patch(api, chat_id, "A", ["I18N_NAME", "REDIRECT_LINK"], i18n_names=localized, redirect_link=links)

        item = item_of(api, chat_id, "A")
        assert item["i18n_names"] == {"en_us": "A", "zh_cn": "甲"}
        assert item["redirect_link"] == {"common_url": "https://link.example", **links}

    def test_another_action_type_is_refused(self, make):
        api = make(readings="patched_action_type: refused")
        chat_id = api.create()
        create(api, chat_id, top(link("A")))

        assert patch(api, chat_id, "A", ["NAME"], **plain("B")).code == 232001
        assert patch(api, chat_id, "A", ["NAME"], **link("B")).code == 0

    def test_link_on_none_is_refused(self, make):
        api = make(readings="link_on_none_by_patch: refused")
        chat_id = api.create()
        create(api, chat_id, top(plain("A")), top(link("B")))
        links = {"common_url": "https://x.example"}

        assert patch(api, chat_id, "A", ["REDIRECT_LINK"], redirect_link=links).code == 232078
        assert patch(api, chat_id, "B", ["REDIRECT_LINK"], redirect_link=links).code == 0

    def test_icon_of_another_bot_is_accepted_by_patch_only(self, make):
        api = make(readings="foreign_icon_by_patch: accepted")
        chat_id = api.create()
        create(api, chat_id, top(link("A")))

        assert patch(api, chat_id, "A", ["ICON"], image_key="img_theirs").code == 0
        assert create(api, chat_id, top(link("B", image_key="img_theirs"))).code == 232056
