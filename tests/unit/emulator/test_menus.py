"""Rules of menus.openapi.yaml."""

from __future__ import annotations

import pytest

from tests.support.pretend import OTHER, OURS


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


def names(menus):
    return [menu["chat_menu_item"]["name"] for menu in menus]


def ids(api, chat_id):
    found = {menu["chat_menu_item"]["name"]: menu["chat_menu_top_level_id"] for menu in api.menus(chat_id)}
    for menu in api.menus(chat_id):
        for child in menu.get("children", []):
            found[child["chat_menu_item"]["name"]] = child["chat_menu_second_level_id"]
    return found


@pytest.fixture
def chat_id(api):
    return api.create(name="Team")


def test_group_without_a_menu_answers_an_empty_list(api, chat_id):
    assert api.menus(chat_id) == []


class TestCreate:
    def test_appends_and_returns_the_whole_menu_with_new_ids(self, api, chat_id):
        create(api, chat_id, top(link("A")))

        tree = create(api, chat_id, top(plain("B"), link("B1"), plain("B2"))).data["menu_tree"]

        assert names(tree["chat_menu_top_levels"]) == ["A", "B"]
        second = tree["chat_menu_top_levels"][1]
        assert names(second["children"]) == ["B1", "B2"]
        assert second["chat_menu_top_level_id"].isdecimal()
        assert "children" not in tree["chat_menu_top_levels"][0]
        assert tree["chat_menu_top_levels"] == api.menus(chat_id)

    def test_entry_is_kept_as_given(self, api, chat_id):
        item = link(i18n_names={"en_us": "Link"}, image_key="img_x")

        create(api, chat_id, top(item))

        assert api.menus(chat_id)[0]["chat_menu_item"] == item

    def test_link_on_none_is_accepted_and_repeated(self, api, chat_id):
        item = plain(redirect_link={"common_url": "https://x.example"})

        assert create(api, chat_id, top(item, link("child"))).code == 0
        assert api.menus(chat_id)[0]["chat_menu_item"] == item

    def test_fourth_top_level_is_232070(self, api, chat_id):
        create(api, chat_id, top(link("A")), top(link("B")))

        assert create(api, chat_id, top(link("C")), top(link("D"))).code == 232070
        assert create(api, chat_id, top(link("C"))).code == 0

    def test_sixth_child_is_232071(self, api, chat_id):
        children = [link(str(number)) for number in range(6)]

        assert create(api, chat_id, top(plain(), *children)).code == 232071
        assert create(api, chat_id, top(plain(), *children[:5])).code == 0

    @pytest.mark.parametrize(
        ("menu", "code"),
        [
            pytest.param(top(link(), link("child")), 232078, id="children need NONE"),
            pytest.param(top(plain(image_key="img_x"), link("child")), 232078, id="icon beside children"),
            pytest.param(
                top({"action_type": "REDIRECT_LINK", "name": "A"}), 232078, id="REDIRECT_LINK without link"
            ),
            pytest.param(top(link(url="ftp://x")), 232078, id="link without http"),
            pytest.param(top(plain(), link("child", url="x")), 232078, id="child's link without http"),
            pytest.param(top(plain(), {"name": "child"}), 232001, id="child without action_type"),
            pytest.param(top(plain(), {"action_type": "NONE"}), 232001, id="child without name"),
            pytest.param({"chat_menu_item": plain(), "children": [{}]}, 232001, id="child without entry"),
            pytest.param(top({"name": "A"}), 99992402, id="action_type missing"),
            pytest.param(top({"action_type": "NONE"}), 99992402, id="name missing"),
            pytest.param(top(plain("")), 99992402, id="name empty"),
            pytest.param(top(plain("x" * 121)), 99992402, id="name of 121 characters"),
            pytest.param(top(plain("字" * 120)), 0, id="name of 120 characters, however many bytes"),
            pytest.param(top(plain(i18n_names={"en_us": ""})), 99992402, id="localized name empty"),
            pytest.param(top(plain(action_type="OPEN")), 99992402, id="unknown action_type"),
            pytest.param(top(plain()), 0, id="NONE without children"),
        ],
    )
    def test_content_rules_and_nothing_is_added_when_one_is_broken(self, api, chat_id, menu, code):
        assert create(api, chat_id, top(link("good")), menu).code == code
        assert len(api.menus(chat_id)) == (2 if code == 0 else 0)

    def test_icon_of_another_bot_is_232056(self, make):
        api = make(tenant=f"images: {{img_theirs: {OTHER}}}")

        assert create(api, api.create(), top(link(image_key="img_theirs"))).code == 232056

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
    def delete(self, api, chat_id, *menu_ids):
        return api.call("chat_menu_tree_delete", chat_id, body={"chat_menu_top_level_ids": list(menu_ids)})

    def test_children_go_with_their_menu(self, api, chat_id):
        create(api, chat_id, top(plain("A"), link("A1")), top(link("B")), top(link("C")))
        found = ids(api, chat_id)

        tree = self.delete(api, chat_id, found["A"], found["C"]).data["menu_tree"]

        assert names(tree["chat_menu_top_levels"]) == ["B"]

    def test_unknown_or_second_level_id_deletes_nothing(self, api, chat_id):
        create(api, chat_id, top(plain("A"), link("A1")))
        found = ids(api, chat_id)

        assert self.delete(api, chat_id, found["A"], found["A1"]).code == 232001
        assert self.delete(api, chat_id, found["A"], "1").code == 232001
        assert names(api.menus(chat_id)) == ["A"]

    def test_list_is_required(self, api, chat_id):
        assert self.delete(api, chat_id).violations == ["chat_menu_top_level_ids"]


class TestSort:
    def sort(self, api, chat_id, order):
        found = ids(api, chat_id)
        return api.call(
            "chat_menu_tree_sort",
            chat_id,
            body={"chat_menu_top_level_ids": [found.get(name, name) for name in order]},
        )

    def test_order_of_the_list_is_the_order_shown_and_ids_stay(self, api, chat_id):
        create(api, chat_id, top(link("A")), top(plain("B"), link("B1")), top(link("C")))
        before = ids(api, chat_id)

        tree = self.sort(api, chat_id, ["C", "A", "B"]).data["menu_tree"]

        assert names(tree["chat_menu_top_levels"]) == ["C", "A", "B"]
        assert ids(api, chat_id) == before

    @pytest.mark.parametrize("order", [["A"], ["A", "B", "1"], ["A", "A", "B"], ["A", "B1"]])
    def test_list_must_match_the_existing_menus_exactly(self, api, chat_id, order):
        create(api, chat_id, top(link("A")), top(plain("B"), link("B1")))

        assert self.sort(api, chat_id, order).code == 232072


class TestPatch:
    def patch(self, api, chat_id, name, fields, /, **item):
        return api.call(
            "chat_menu_item_patch",
            chat_id,
            menu_item_id=ids(api, chat_id).get(name, name),
            body={"update_fields": fields, "chat_menu_item": item},
        )

    def test_only_named_properties_change_and_only_the_entry_returns(self, api, chat_id):
        create(api, chat_id, top(link("A", i18n_names={"en_us": "A"})))

        item = self.patch(api, chat_id, "A", ["NAME"], name="A2", i18n_names={"en_us": "ignored"}).data

        assert item == {"chat_menu_item": link("A2", i18n_names={"en_us": "A"})}
        assert names(api.menus(chat_id)) == ["A2"]

    def test_second_level_entries_can_be_patched(self, api, chat_id):
        create(api, chat_id, top(plain("A"), link("A1")))

        self.patch(api, chat_id, "A1", ["NAME"], name="A2")

        assert names(api.menus(chat_id)[0]["children"]) == ["A2"]

    def test_links_and_localized_names_are_replaced_as_a_whole(self, api, chat_id):
        create(api, chat_id, top(link("A", i18n_names={"en_us": "A", "zh_cn": "甲"})))

        self.patch(
            api,
            chat_id,
            "A",
            ["I18N_NAME", "REDIRECT_LINK"],
            i18n_names={"zh_cn": "乙"},
            redirect_link={"ios_url": "https://ios.example"},
        )

        item = api.menus(chat_id)[0]["chat_menu_item"]
        assert item["i18n_names"] == {"zh_cn": "乙"}
        assert item["redirect_link"] == {"ios_url": "https://ios.example"}

    def test_icon_and_localized_names_are_removed_by_leaving_them_out(self, api, chat_id):
        create(api, chat_id, top(link("A", image_key="img_x", i18n_names={"en_us": "A"})))

        self.patch(api, chat_id, "A", ["ICON", "I18N_NAME"])

        assert api.menus(chat_id)[0]["chat_menu_item"] == link("A")

    def test_action_type_is_ignored(self, api, chat_id):
        create(api, chat_id, top(link("A")))

        self.patch(api, chat_id, "A", ["NAME"], name="A", action_type="NONE")

        assert api.menus(chat_id)[0]["chat_menu_item"]["action_type"] == "REDIRECT_LINK"

    def test_link_on_none_is_stored(self, api, chat_id):
        create(api, chat_id, top(plain("A")))

        answer = self.patch(
            api, chat_id, "A", ["REDIRECT_LINK"], redirect_link={"common_url": "https://x.example"}
        )

        assert answer.data["chat_menu_item"]["redirect_link"] == {"common_url": "https://x.example"}

    @pytest.mark.parametrize(
        ("name", "fields", "item", "code"),
        [
            pytest.param("A", ["NAME"], {}, 232001, id="NAME without name"),
            pytest.param("A", ["REDIRECT_LINK"], {}, 232001, id="REDIRECT_LINK without link"),
            pytest.param("1", ["NAME"], {"name": "x"}, 232001, id="unknown entry"),
            pytest.param("A", ["ICON"], {"image_key": "img_x"}, 232078, id="icon on a menu with children"),
            pytest.param(
                "A1",
                ["REDIRECT_LINK"],
                {"redirect_link": {"common_url": "x"}},
                232078,
                id="link without http",
            ),
            pytest.param("A1", ["REDIRECT_LINK"], {"redirect_link": {}}, 232078, id="link taken away"),
            pytest.param("A1", ["ICON"], {"image_key": "img_theirs"}, 232056, id="icon of another bot"),
            pytest.param("A", [], {"name": "x"}, 99992402, id="nothing named"),
            pytest.param("A", ["URL"], {"name": "x"}, 99992402, id="unknown property"),
            pytest.param("A", ["NAME"], {"name": "x" * 121}, 99992402, id="name too long"),
        ],
    )
    def test_refusals_change_nothing(self, make, name, fields, item, code):
        api = make(tenant=f"images: {{img_theirs: {OTHER}}}")
        chat_id = api.create()
        create(api, chat_id, top(plain("A"), link("A1")))
        before = api.menus(chat_id)

        assert self.patch(api, chat_id, name, fields, **item).code == code
        assert api.menus(chat_id) == before


CALLS = {
    "chat_menu_tree_get": None,
    "chat_menu_tree_create": {"menu_tree": {"chat_menu_top_levels": [top(link())]}},
    "chat_menu_tree_delete": {"chat_menu_top_level_ids": ["1"]},
    "chat_menu_tree_sort": {"chat_menu_top_level_ids": ["1"]},
    "chat_menu_item_patch": {"update_fields": ["NAME"], "chat_menu_item": {"name": "x"}},
}


@pytest.mark.parametrize("operation", CALLS)
class TestEveryOperation:
    def call(self, api, operation, chat_id):
        return api.call(operation, chat_id, body=CALLS[operation], menu_item_id="1")

    def test_operator_outside_is_232011(self, api, operation):
        assert self.call(api.of(OTHER), operation, api.create()).code == 232011

    @pytest.mark.parametrize("mode", ["topic", "p2p"])
    def test_other_modes_are_232008(self, make, operation, mode):
        api = make(groups=f"  - {{chat_id: oc_x, chat_mode: {mode}, owner: Kate, bots: [{OURS}]}}")

        assert self.call(api, operation, "oc_x").code == 232008

    def test_dissolved_is_232009_and_unknown_232001(self, api, operation):
        gone = api.create()
        api.call("chat_delete", gone)

        assert self.call(api, operation, gone).code == 232009
        assert self.call(api, operation, "oc_nothing").code == 232001

    def test_reserved_menus_are_232055_for_plain_members_who_write(self, make, operation):
        api = make(
            groups=f"  - {{chat_id: oc_x, owner: Kate, created_by: {OURS}, bots: [{OURS}], tabs_and_menus_reserved: true}}"
        )

        assert self.call(api, operation, "oc_x").code == (0 if CALLS[operation] is None else 232055)
