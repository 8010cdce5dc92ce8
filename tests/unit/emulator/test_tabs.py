"""Rules of tabs.openapi.yaml."""

from __future__ import annotations

import pytest

from tests.support.pretend import OTHER, OURS

DOC = "https://acme.feishu.cn/wiki/Open"
SECRET_DOC = "https://acme.feishu.cn/wiki/Secret"


def url_tab(name="Site", url="https://site.example", **more):
    return {"tab_name": name, "tab_type": "url", "tab_content": {"url": url}, **more}


def doc_tab(name="Doc", doc=DOC):
    return {"tab_name": name, "tab_type": "doc", "tab_content": {"doc": doc}}


def create(api, chat_id, *tabs):
    return api.call("chat_tab_create", chat_id, body={"chat_tabs": list(tabs)})


def names(tabs):
    return [tab.get("tab_name", tab["tab_type"]) for tab in tabs]


def by_name(api, chat_id):
    return {tab.get("tab_name", tab["tab_type"]): tab["tab_id"] for tab in api.tabs(chat_id)}


@pytest.fixture
def chat_id(api):
    return api.create(name="Team")


class TestList:
    def test_fresh_chat_has_built_in_tabs_without_name_and_message_first(self, api, chat_id):
        message, pin = api.tabs(chat_id)

        assert (message["tab_type"], pin["tab_type"]) == ("message", "pin")
        assert message.keys() == {"tab_id", "tab_type"}
        assert message["tab_id"].isdecimal()
        assert len(message["tab_id"]) == 19

    def test_built_in_tabs_depend_on_the_tenant(self, make):
        api = make(tenant="built_in_tabs: [message, chat_announcement, files_resources]")

        assert names(api.tabs(api.create())) == ["message", "chat_announcement", "files_resources"]

    def test_nobody_is_in_a_dissolved_chat(self, api, chat_id):
        api.call("chat_delete", chat_id)

        assert api.call("chat_tab_list", chat_id).code == 232011


class TestCreate:
    def test_tabs_are_appended_in_request_order_and_all_tabs_come_back(self, api, chat_id):
        data = create(api, chat_id, url_tab("A"), doc_tab("B")).data

        assert names(data["chat_tabs"]) == ["message", "pin", "A", "B"]
        assert data["chat_tabs"] == api.tabs(chat_id)
        assert data["chat_tabs"][3]["tab_content"] == {"doc": DOC}

    def test_config_is_kept_on_url_tabs_only(self, api, chat_id):
        config = {"icon_key": "img_x", "is_built_in": True}

        create(api, chat_id, url_tab("A", tab_config=config), {**doc_tab("B"), "tab_config": config})

        tabs = api.tabs(chat_id)
        assert tabs[2]["tab_config"] == config
        assert "tab_config" not in tabs[3]

    def test_same_tab_may_be_added_twice(self, api, chat_id):
        create(api, chat_id, url_tab("A"))

        assert names(create(api, chat_id, url_tab("A")).data["chat_tabs"]) == ["message", "pin", "A", "A"]

    def test_twenty_custom_tabs_fit_and_built_in_ones_do_not_count(self, api, chat_id):
        assert create(api, chat_id, *[url_tab(str(number)) for number in range(20)]).code == 0

        assert create(api, chat_id, url_tab("21")).code == 232046
        assert len(api.tabs(chat_id)) == 22

    @pytest.mark.parametrize(
        ("tab", "code"),
        [
            pytest.param(url_tab("x" * 61), 232047, id="name of 61 characters"),
            pytest.param(url_tab("字" * 60), 0, id="name of 60 characters, however many bytes"),
            pytest.param({**url_tab(), "tab_type": "pin"}, 232001, id="type that the API cannot write"),
            pytest.param({**url_tab(), "tab_type": "nonsense"}, 232001, id="unknown type"),
            pytest.param(url_tab(url="ftp://x"), 232048, id="link without http"),
            pytest.param(url_tab(url=""), 232048, id="empty link"),
            pytest.param({"tab_type": "url"}, 232048, id="no content"),
            pytest.param(
                {"tab_type": "doc", "tab_content": {"url": DOC}}, 232048, id="link under the other type"
            ),
            pytest.param({"tab_type": "url", "tab_content": {"url": "http://x"}}, 0, id="without a name"),
        ],
    )
    def test_content_rules_and_nothing_is_added_when_one_is_broken(self, api, chat_id, tab, code):
        answer = create(api, chat_id, url_tab("good"), tab)

        assert answer.code == code
        assert len(api.tabs(chat_id)) == (4 if code == 0 else 2)

    def test_document_without_permission_is_232051(self, make):
        api = make(tenant=f'unreadable_docs: ["{SECRET_DOC}"]')
        chat_id = api.create()

        assert create(api, chat_id, doc_tab(doc=SECRET_DOC)).code == 232051
        assert create(api, chat_id, doc_tab()).code == 0

    def test_icon_of_another_bot_is_232056(self, make):
        api = make(tenant=f"images: {{img_theirs: {OTHER}, img_ours: {OURS}}}")
        chat_id = api.create()

        assert create(api, chat_id, url_tab(tab_config={"icon_key": "img_theirs"})).code == 232056
        assert create(api, chat_id, url_tab(tab_config={"icon_key": "img_ours"})).code == 0

    @pytest.mark.parametrize("body", [{}, {"chat_tabs": []}])
    def test_list_is_required(self, api, chat_id, body):
        assert api.call("chat_tab_create", chat_id, body=body).violations == ["chat_tabs"]


class TestUpdate:
    def update(self, api, chat_id, **tab):
        return api.call("chat_tab_update", chat_id, body={"chat_tabs": [tab]})

    def test_name_type_content_and_config_change_and_id_and_place_stay(self, api, chat_id):
        create(api, chat_id, url_tab("A"), url_tab("B"))
        tab_id = by_name(api, chat_id)["A"]

        data = self.update(api, chat_id, tab_id=tab_id, **doc_tab("A2")).data

        assert names(data["chat_tabs"]) == ["message", "pin", "A2", "B"]
        assert data["chat_tabs"][2] == {"tab_id": tab_id, **doc_tab("A2")}

    def test_left_out_name_and_config_keep_their_value(self, api, chat_id):
        config = {"icon_key": "img_x", "is_built_in": True}
        create(api, chat_id, url_tab("A", tab_config=config))
        tab_id = by_name(api, chat_id)["A"]

        self.update(api, chat_id, tab_id=tab_id, tab_type="url", tab_content={"url": "https://new.example"})

        assert api.tabs(chat_id)[2] == {
            "tab_id": tab_id,
            "tab_name": "A",
            "tab_type": "url",
            "tab_content": {"url": "https://new.example"},
            "tab_config": config,
        }

    def test_icon_is_not_removed_by_update(self, api, chat_id):
        create(api, chat_id, url_tab("A", tab_config={"icon_key": "img_x"}))

        self.update(
            api, chat_id, tab_id=by_name(api, chat_id)["A"], **url_tab("A", tab_config={"is_built_in": True})
        )

        assert api.tabs(chat_id)[2]["tab_config"] == {"icon_key": "img_x", "is_built_in": True}

    def test_config_goes_when_the_tab_becomes_a_document(self, api, chat_id):
        create(api, chat_id, url_tab("A", tab_config={"icon_key": "img_x"}))

        self.update(api, chat_id, tab_id=by_name(api, chat_id)["A"], **doc_tab("A"))

        assert "tab_config" not in api.tabs(chat_id)[2]

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            pytest.param({"tab_id": None}, 232001, id="tab_id missing"),
            pytest.param({"tab_id": "1"}, 232001, id="tab_id unknown"),
            pytest.param({"tab_type": "pin"}, 232049, id="type that cannot be written"),
            pytest.param({"tab_type": None}, 232049, id="type missing"),
            pytest.param({"tab_name": "x" * 61}, 232047, id="name too long"),
            pytest.param({"tab_content": None}, 232048, id="content missing"),
        ],
    )
    def test_one_bad_tab_rejects_all(self, api, chat_id, change, code):
        create(api, chat_id, url_tab("A"), url_tab("B"))
        ids = by_name(api, chat_id)
        bad = {**url_tab("B2"), "tab_id": ids["B"], **change}
        body = {"chat_tabs": [{**url_tab("A2"), "tab_id": ids["A"]}, bad]}

        assert api.call("chat_tab_update", chat_id, body=body).code == code
        assert names(api.tabs(chat_id)) == ["message", "pin", "A", "B"]

    def test_built_in_tab_is_232049(self, api, chat_id):
        assert self.update(api, chat_id, tab_id=by_name(api, chat_id)["pin"], **url_tab()).code == 232049

    @pytest.mark.parametrize("body", [{}, {"chat_tabs": []}])
    def test_missing_list_is_232001(self, api, chat_id, body):
        assert api.call("chat_tab_update", chat_id, body=body).code == 232001


class TestDelete:
    def test_others_keep_their_order(self, api, chat_id):
        create(api, chat_id, url_tab("A"), url_tab("B"), doc_tab("C"))
        ids = by_name(api, chat_id)

        data = api.call("chat_tab_delete", chat_id, body={"tab_ids": [ids["C"], ids["A"]]}).data

        assert names(data["chat_tabs"]) == ["message", "pin", "B"]

    @pytest.mark.parametrize(("other", "code"), [("pin", 232049), ("message", 232049), ("gone", 232001)])
    def test_built_in_or_unknown_id_deletes_nothing(self, api, chat_id, other, code):
        create(api, chat_id, url_tab("A"))
        ids = {**by_name(api, chat_id), "gone": "1"}

        assert api.call("chat_tab_delete", chat_id, body={"tab_ids": [ids["A"], ids[other]]}).code == code
        assert names(api.tabs(chat_id)) == ["message", "pin", "A"]

    def test_list_is_required(self, api, chat_id):
        assert api.call("chat_tab_delete", chat_id, body={}).violations == ["tab_ids"]


class TestSort:
    def sort(self, api, chat_id, order):
        ids = by_name(api, chat_id)
        return api.call("chat_tab_sort", chat_id, body={"tab_ids": [ids.get(name, name) for name in order]})

    def test_order_of_the_list_is_the_order_shown(self, api, chat_id):
        create(api, chat_id, url_tab("A"), url_tab("B"))

        data = self.sort(api, chat_id, ["message", "B", "pin", "A"]).data

        assert names(data["chat_tabs"]) == ["message", "B", "pin", "A"]

    def test_message_tab_stays_first_whatever_the_list_says(self, api, chat_id):
        create(api, chat_id, url_tab("A"))

        data = self.sort(api, chat_id, ["A", "pin", "message"]).data

        assert names(data["chat_tabs"]) == ["message", "A", "pin"]

    @pytest.mark.parametrize(
        "order",
        [
            pytest.param(["message", "pin"], id="custom tab missing"),
            pytest.param(["message", "A"], id="built-in tab missing"),
            pytest.param(["pin", "A"], id="message tab missing"),
            pytest.param(["message", "pin", "A", "A"], id="repeated"),
            pytest.param(["message", "pin", "A", "1"], id="foreign"),
            pytest.param([], id="empty"),
        ],
    )
    def test_every_tab_exactly_once_else_232001(self, api, chat_id, order):
        create(api, chat_id, url_tab("A"))

        assert self.sort(api, chat_id, order).code == 232001

    def test_missing_list_is_232001(self, api, chat_id):
        assert api.call("chat_tab_sort", chat_id, body={}).code == 232001


WRITES = {
    "chat_tab_create": {"chat_tabs": [url_tab()]},
    "chat_tab_update": {"chat_tabs": [{**url_tab(), "tab_id": "1"}]},
    "chat_tab_delete": {"tab_ids": ["1"]},
    "chat_tab_sort": {"tab_ids": ["1"]},
}


@pytest.mark.parametrize("operation", WRITES)
class TestWrites:
    def test_reserved_tabs_are_232055_for_plain_members_even_the_creator(self, make, operation):
        api = make(
            groups=f"  - {{chat_id: oc_kate, owner: Kate, created_by: {OURS}, bots: [{OURS}], tabs_and_menus_reserved: true}}"
        )

        assert api.call(operation, "oc_kate", body=WRITES[operation]).code == 232055

    def test_owner_and_managers_may_write_reserved_tabs(self, make, operation):
        api = make(
            groups=f"  - {{chat_id: oc_kate, owner: Kate, managers: [{OURS}], tabs_and_menus_reserved: true}}\n"
            f"  - {{chat_id: oc_ours, tabs_and_menus_reserved: true}}"
        )

        for chat_id in ("oc_kate", "oc_ours"):
            assert api.call(operation, chat_id, body=WRITES[operation]).code != 232055

    def test_operator_outside_is_232011(self, api, operation):
        assert api.of(OTHER).call(operation, api.create(), body=WRITES[operation]).code == 232011

    def test_topic_groups_are_232050_and_p2p_chats_are_fine(self, make, operation):
        api = make(
            groups=f"  - {{chat_id: oc_topic, chat_mode: topic, owner: Kate, bots: [{OURS}]}}\n"
            f"  - {{chat_id: oc_p2p, chat_mode: p2p, owner: Kate, bots: [{OURS}]}}"
        )

        assert api.call(operation, "oc_topic", body=WRITES[operation]).code == 232050
        assert api.call(operation, "oc_p2p", body=WRITES[operation]).code != 232050
