"""Rules of tabs.openapi.yaml; who may call the operations is in test_tab_and_menu_access.py."""

from __future__ import annotations

import pytest

from reconciler.emulator.handlers.tabs import CUSTOM_TABS, WRITABLE
from reconciler.emulator.scenario import TAB_TYPES
from tests.support.contract import load_contract
from tests.support.pretend import OTHER
from tests.support.rows import client_side, shows_error, shows_rule

DOC = "https://acme.feishu.cn/wiki/Open"
SECRET_DOC = "https://acme.feishu.cn/wiki/Secret"
KATES_DOC = "https://acme.feishu.cn/wiki/Kate"
LIMITS = load_contract("tabs")["info"]["x-limits"]

client_side(
    "chat_tab_list",
    "An icon can be downloaded",
    "It binds whoever downloads the icon; no operation of the API descriptions downloads an image.",
)


def url_tab(name="Site", url="https://site.example", **more):
    return {"tab_name": name, "tab_type": "url", "tab_content": {"url": url}, **more}


def doc_tab(name="Doc", doc=DOC):
    return {"tab_name": name, "tab_type": "doc", "tab_content": {"doc": doc}}


def create(api, chat_id, *tabs):
    return api.call("chat_tab_create", chat_id, body={"chat_tabs": list(tabs)})


def update(api, chat_id, *tabs):
    return api.call("chat_tab_update", chat_id, body={"chat_tabs": list(tabs)})


def delete(api, chat_id, *tab_ids):
    return api.call("chat_tab_delete", chat_id, body={"tab_ids": list(tab_ids)})


def sort(api, chat_id, *order):
    """Sort by names; what is the name of no tab is sent as it is."""
    ids = by_name(api, chat_id)
    return api.call("chat_tab_sort", chat_id, body={"tab_ids": [ids.get(name, name) for name in order]})


def names(tabs):
    return [tab.get("tab_name", tab["tab_type"]) for tab in tabs]


def by_name(api, chat_id):
    return {tab.get("tab_name", tab["tab_type"]): tab["tab_id"] for tab in api.tabs(chat_id)}


@pytest.fixture
def chat_id(api):
    return api.create(name="Team")


def test_limits_are_the_documented_ones():
    assert LIMITS["custom_tabs_per_chat"] == CUSTOM_TABS
    assert LIMITS["writable_tab_types"] == list(WRITABLE)
    assert {*LIMITS["writable_tab_types"], *LIMITS["read_only_tab_types"]} == set(TAB_TYPES)


class TestList:
    @shows_rule("chat_tab_list", "Built-in tabs usually carry no tab_name")
    def test_fresh_chat_has_built_in_tabs_without_name_and_content_and_message_first(self, api, chat_id):
        message, pin = api.tabs(chat_id)

        assert (message["tab_type"], pin["tab_type"]) == ("message", "pin")
        assert message.keys() == {"tab_id", "tab_type"}

    @shows_rule("chat_tab_list", "Built-in tabs usually carry no tab_name")
    def test_other_reading_gives_built_in_tabs_an_empty_content(self, make):
        api = make(readings="built_in_tab_content: empty")
        chat_id = api.create()
        create(api, chat_id, doc_tab())

        assert [tab["tab_content"] for tab in api.tabs(chat_id)] == [{}, {}, {"doc": DOC}]

    def test_built_in_tabs_depend_on_the_tenant(self, make):
        api = make(tenant="built_in_tabs: [message, chat_announcement, files_resources]")

        assert names(api.tabs(api.create())) == ["message", "chat_announcement", "files_resources"]

    @shows_rule("chat_tab_list", "one call returns every tab")
    def test_one_answer_holds_every_tab_of_every_type(self, make):
        types = LIMITS["read_only_tab_types"]
        tabs = ", ".join(f"{{type: {kind}, name: {kind}}}" for kind in types if kind != "message")
        api = make(groups=f"  - {{chat_id: oc_x, tabs: [{tabs}]}}")
        create(api, "oc_x", *[url_tab(str(number)) for number in range(20)])

        data = api.call("chat_tab_list", "oc_x").data

        assert data.keys() == {"chat_tabs"}
        assert {tab["tab_type"] for tab in data["chat_tabs"]} == {*types, "url"}
        assert len(data["chat_tabs"]) == 2 + len(types) - 1 + 20

    def test_task_tab_carries_its_link(self, api, chat_id):
        api.emulator.acts.add_tab(chat_id, "task", "Tasks", "https://task.example")

        assert api.tabs(chat_id)[-1]["tab_content"] == {"task": "https://task.example"}


class TestCreate:
    def test_tabs_are_appended_in_request_order_and_all_tabs_come_back(self, api, chat_id):
        data = create(api, chat_id, url_tab("A"), doc_tab("B")).data

        assert names(data["chat_tabs"]) == ["message", "pin", "A", "B"]
        assert data["chat_tabs"] == api.tabs(chat_id)
        assert data["chat_tabs"][3]["tab_content"] == {"doc": DOC}

    @shows_rule("chat_tab_create", "The server assigns tab_id")
    def test_server_assigns_decimal_ids_as_text_whatever_the_call_says(self, api, chat_id):
        tabs = create(api, chat_id, {**url_tab("A"), "tab_id": "1"}, url_tab("B")).data["chat_tabs"]

        ids = [tab["tab_id"] for tab in tabs]
        assert all(tab_id.isdecimal() and int(tab_id) > 2**53 for tab_id in ids)
        assert len(set(ids)) == 4
        assert delete(api, chat_id, ids[2]).code == 0

    @shows_rule("chat_tab_create", "tab_config has an effect on url tabs only")
    def test_config_is_kept_on_url_tabs_only(self, api, chat_id):
        config = {"icon_key": "img_x", "is_built_in": True}

        create(api, chat_id, url_tab("A", tab_config=config), {**doc_tab("B"), "tab_config": config})

        tabs = api.tabs(chat_id)
        assert tabs[2]["tab_config"] == config
        assert "tab_config" not in tabs[3]

    @pytest.mark.parametrize("config", [{}, {"icon_key": ""}])
    def test_config_that_says_nothing_is_absent(self, api, chat_id, config):
        create(api, chat_id, url_tab(tab_config=config))

        assert "tab_config" not in api.tabs(chat_id)[2]

    def test_same_tab_may_be_added_twice(self, api, chat_id):
        create(api, chat_id, url_tab("A"))

        assert names(create(api, chat_id, url_tab("A")).data["chat_tabs"]) == ["message", "pin", "A", "A"]

    @shows_rule("chat_tab_create", "A chat holds at most 20 custom tabs")
    @shows_error("chat_tab_create", 232046)
    def test_twenty_custom_tabs_fit_and_built_in_ones_do_not_count(self, api, chat_id):
        assert create(api, chat_id, *[url_tab(str(number)) for number in range(20)]).code == 0

        assert create(api, chat_id, url_tab("21")).code == 232046
        assert len(api.tabs(chat_id)) == 22

    @shows_error("chat_tab_create", 232046)
    def test_more_than_twenty_at_once_are_none(self, api, chat_id):
        assert create(api, chat_id, *[url_tab(str(number)) for number in range(21)]).code == 232046
        assert len(api.tabs(chat_id)) == 2

    @shows_rule("chat_tab_create", "built-in tabs do not count")
    def test_tabs_that_people_added_by_hand_count(self, api, chat_id):
        api.emulator.acts.add_tab(chat_id, "meeting_minute", "Minutes", "https://minutes.example")
        api.emulator.acts.add_tab(chat_id, "doc_list")

        assert create(api, chat_id, *[url_tab(str(number)) for number in range(20)]).code == 232046
        assert create(api, chat_id, *[url_tab(str(number)) for number in range(19)]).code == 0

    @shows_rule("chat_tab_create", "tab_type must be doc or url")
    @shows_error("chat_tab_create", 232001)
    @pytest.mark.parametrize("kind", [*LIMITS["read_only_tab_types"], "nonsense", ""])
    def test_other_types_are_rejected(self, api, chat_id, kind):
        tab = {**url_tab(), "tab_type": kind, "tab_content": {kind: "https://site.example"}}

        assert create(api, chat_id, tab).code == 232001

    @shows_rule("chat_tab_create", "A url tab needs a non-empty tab_content.url")
    @shows_error("chat_tab_create", 232048)
    @pytest.mark.parametrize(
        "tab",
        [
            pytest.param(url_tab(url="ftp://x"), id="link without http"),
            pytest.param(doc_tab(doc="wiki/Open"), id="document link without http"),
            pytest.param(url_tab(url=""), id="empty link"),
            pytest.param(doc_tab(doc=""), id="empty document link"),
            pytest.param({"tab_type": "url"}, id="no content"),
            pytest.param({"tab_type": "doc", "tab_content": {"url": DOC}}, id="link under the other type"),
        ],
    )
    def test_every_tab_needs_the_link_of_its_type_with_http(self, api, chat_id, tab):
        assert create(api, chat_id, url_tab("good"), tab).code == 232048
        assert len(api.tabs(chat_id)) == 2

    @pytest.mark.parametrize("link", ["http://x", "https://x"])
    def test_link_of_the_other_type_is_ignored(self, api, chat_id, link):
        tab = {"tab_type": "url", "tab_content": {"url": link, "doc": DOC, "meeting_minute": DOC}}

        create(api, chat_id, tab)

        assert api.tabs(chat_id)[2]["tab_content"] == {"url": link}

    @shows_error("chat_tab_create", 232047)
    def test_name_of_61_characters_is_too_long(self, api, chat_id):
        assert create(api, chat_id, url_tab("x" * 61)).code == 232047
        assert create(api, chat_id, url_tab("字" * LIMITS["tab_name_max_characters"])).code == 0

    @pytest.mark.parametrize("name", ["", None])
    def test_tab_without_a_name_has_none(self, api, chat_id, name):
        create(api, chat_id, url_tab(name))

        assert "tab_name" not in api.tabs(chat_id)[2]

    @shows_error("chat_tab_create", 232048)
    @pytest.mark.parametrize("tab", [url_tab("a bad name"), url_tab(url="https://bad.example")])
    def test_content_that_the_review_refuses(self, make, tab):
        api = make(tenant="review_words: [bad]")

        assert create(api, api.create(), tab).code == 232048

    @shows_rule("chat_tab_create", "icon_key must be the image_key of an image that the same bot uploaded")
    @shows_error("chat_tab_create", 232056)
    def test_icon_must_be_an_own_image(self, api, chat_id):
        assert create(api, chat_id, url_tab(tab_config={"icon_key": "img_theirs"})).code == 232056
        assert create(api, chat_id, url_tab(tab_config={"icon_key": "img_x"})).code == 0

    @pytest.mark.parametrize("body", [{}, {"chat_tabs": []}])
    def test_list_is_required(self, api, chat_id, body):
        assert api.call("chat_tab_create", chat_id, body=body).violations == ["chat_tabs"]


class TestDocuments:
    """A document is open to all unless the tenant says who its collaborators are."""

    DOCS = f'unreadable_docs: ["{SECRET_DOC}"], docs: {{"{KATES_DOC}": [Kate, {OTHER}]}}'

    @pytest.fixture
    def api(self, make):
        return make(tenant=self.DOCS, groups=f"  - {{chat_id: oc_x, members: [Kate, 李雷], bots: [{OTHER}]}}")

    def codes(self, api, link):
        callers = (api, api.of(OTHER), api.as_user("ou_kate"), api.as_user("ou_lilei"))
        return [create(caller, "oc_x", doc_tab(doc=link)).code for caller in callers]

    @shows_rule("chat_tab_create", "For a doc tab the operator must be a collaborator")
    @shows_error("chat_tab_create", 232051)
    def test_operator_must_be_a_collaborator_whether_bot_or_person(self, api):
        assert self.codes(api, KATES_DOC) == [232051, 0, 0, 232051]

    @shows_error("chat_tab_create", 232051)
    def test_document_may_have_no_collaborator_at_all(self, api):
        assert set(self.codes(api, SECRET_DOC)) == {232051}

    def test_other_documents_are_open_to_all(self, api):
        assert set(self.codes(api, DOC)) == {0}

    @shows_error("chat_tab_update", 232051)
    def test_update_needs_the_right_too(self, api):
        tabs = create(api.as_user("ou_kate"), "oc_x", doc_tab("Kate's", KATES_DOC)).data["chat_tabs"]
        change = {"tab_id": tabs[-1]["tab_id"], **doc_tab("Renamed", KATES_DOC)}

        assert update(api, "oc_x", change).code == 232051
        assert update(api.as_user("ou_kate"), "oc_x", change).code == 0

    def test_tab_gives_the_members_no_right_to_its_document(self, api):
        create(api.as_user("ou_kate"), "oc_x", doc_tab(doc=KATES_DOC))

        assert create(api.as_user("ou_lilei"), "oc_x", doc_tab(doc=KATES_DOC)).code == 232051

    def test_other_reading_shares_the_document_of_a_tab_with_the_members(self, make):
        api = make(
            tenant=self.DOCS, readings="doc_tab_access: shared", groups="  - {chat_id: oc_x, members: [Kate]}"
        )
        assert create(api, "oc_x", doc_tab(doc=KATES_DOC)).code == 232051

        create(api.as_user("ou_kate"), "oc_x", doc_tab(doc=KATES_DOC))

        assert create(api, "oc_x", doc_tab(doc=KATES_DOC)).code == 0


class TestUpdate:
    @shows_rule(
        "chat_tab_update", "Name, type, content and config can be changed", "tab_id and position stay"
    )
    def test_name_type_and_content_change_and_id_place_and_other_tabs_stay(self, api, chat_id):
        create(api, chat_id, url_tab("A"), url_tab("B"))
        tab_id = by_name(api, chat_id)["A"]
        before = api.tabs(chat_id)

        data = update(api, chat_id, {"tab_id": tab_id, **doc_tab("A2")}).data

        assert data["chat_tabs"] == [*before[:2], {"tab_id": tab_id, **doc_tab("A2")}, before[3]]
        assert data["chat_tabs"] == api.tabs(chat_id)

    @shows_rule("chat_tab_update", "Name, type, content and config can be changed")
    def test_config_changes(self, api, chat_id):
        create(api, chat_id, url_tab("A", tab_config={"icon_key": "img_x"}))
        tab_id = by_name(api, chat_id)["A"]

        config = {"icon_key": "img_ours", "is_built_in": False}
        update(api, chat_id, {"tab_id": tab_id, **url_tab("A", tab_config=config)})

        assert api.tabs(chat_id)[2]["tab_config"] == config

    def test_left_out_name_and_config_keep_their_value(self, api, chat_id):
        config = {"icon_key": "img_x", "is_built_in": True}
        create(api, chat_id, url_tab("A", tab_config=config))
        tab_id = by_name(api, chat_id)["A"]

        update(
            api,
            chat_id,
            {"tab_id": tab_id, "tab_type": "url", "tab_content": {"url": "https://new.example"}},
        )

        assert api.tabs(chat_id)[2] == {
            "tab_id": tab_id,
            **url_tab("A", "https://new.example", tab_config=config),
        }

    @pytest.mark.parametrize("config", [{"is_built_in": True}, {"icon_key": "", "is_built_in": True}])
    def test_icon_is_not_removed_by_update(self, api, chat_id, config):
        create(api, chat_id, url_tab("A", tab_config={"icon_key": "img_x"}))

        update(api, chat_id, {"tab_id": by_name(api, chat_id)["A"], **url_tab("A", tab_config=config)})

        assert api.tabs(chat_id)[2]["tab_config"] == {"icon_key": "img_x", "is_built_in": True}

    @shows_rule("chat_tab_update", "tab_config has an effect on url tabs only")
    def test_config_goes_when_the_tab_becomes_a_document(self, api, chat_id):
        create(api, chat_id, url_tab("A", tab_config={"icon_key": "img_x"}))

        update(
            api,
            chat_id,
            {"tab_id": by_name(api, chat_id)["A"], **doc_tab("A"), "tab_config": {"is_built_in": True}},
        )

        assert "tab_config" not in api.tabs(chat_id)[2]

    @shows_rule("chat_tab_update", "The content rules of create apply")
    @shows_error("chat_tab_update", 232001, 232047, 232048, 232049, 232051, 232056)
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            pytest.param({"tab_id": None}, 232001, id="tab_id missing"),
            pytest.param({"tab_id": "1"}, 232001, id="tab_id unknown"),
            pytest.param({"tab_type": "pin"}, 232049, id="type that cannot be written"),
            pytest.param({"tab_type": None}, 232049, id="type missing"),
            pytest.param({"tab_name": "x" * 61}, 232047, id="name too long"),
            pytest.param({"tab_content": None}, 232048, id="content missing"),
            pytest.param({"tab_content": {"doc": DOC}}, 232048, id="link of the other type"),
            pytest.param({"tab_content": {"url": "ftp://x"}}, 232048, id="link without http"),
            pytest.param(doc_tab(doc=SECRET_DOC), 232051, id="document without permission"),
            pytest.param({"tab_config": {"icon_key": "img_theirs"}}, 232056, id="icon of another bot"),
        ],
    )
    def test_one_bad_tab_rejects_all(self, make, change, code):
        api = make(tenant=f'unreadable_docs: ["{SECRET_DOC}"]')
        chat_id = api.create()
        create(api, chat_id, url_tab("A"), url_tab("B"))
        ids = by_name(api, chat_id)
        bad = {**url_tab("B2"), "tab_id": ids["B"], **change}

        assert update(api, chat_id, {**url_tab("A2"), "tab_id": ids["A"]}, bad).code == code
        assert names(api.tabs(chat_id)) == ["message", "pin", "A", "B"]

    @shows_rule("chat_tab_update", "Only existing tabs of type doc or url can be changed")
    @shows_error("chat_tab_update", 232049)
    @pytest.mark.parametrize("kind", LIMITS["read_only_tab_types"])
    def test_read_only_tab_is_232049(self, api, chat_id, kind):
        api.emulator.acts.add_tab(chat_id, kind, "There")

        tab_id = by_name(api, chat_id)["There"]

        assert update(api, chat_id, {"tab_id": tab_id, **url_tab()}).code == 232049

    @shows_error("chat_tab_update", 232001)
    def test_two_changes_of_one_tab_are_refused(self, api, chat_id):
        create(api, chat_id, url_tab("A"))
        tab_id = by_name(api, chat_id)["A"]

        changes = [{"tab_id": tab_id, **url_tab(name)} for name in ("B", "C")]

        assert update(api, chat_id, *changes).code == 232001
        assert names(api.tabs(chat_id)) == ["message", "pin", "A"]

    @shows_error("chat_tab_update", 232001)
    @pytest.mark.parametrize("body", [{}, {"chat_tabs": []}])
    def test_missing_list_is_232001(self, api, chat_id, body):
        assert api.call("chat_tab_update", chat_id, body=body).code == 232001

    def test_tabs_that_people_added_by_hand_can_be_changed(self, api, chat_id):
        tab_id = api.emulator.acts.add_tab(chat_id, "url", "Hand-made", "https://hand.example")

        assert names(update(api, chat_id, {"tab_id": tab_id, **url_tab("A")}).data["chat_tabs"])[2:] == ["A"]


class TestDelete:
    @shows_rule("chat_tab_delete", "One call deletes one or more tabs")
    def test_others_keep_their_order(self, api, chat_id):
        create(api, chat_id, url_tab("A"), url_tab("B"), doc_tab("C"), doc_tab("D"))
        ids = by_name(api, chat_id)

        data = delete(api, chat_id, ids["C"], ids["A"]).data

        assert names(data["chat_tabs"]) == ["message", "pin", "B", "D"]
        assert data["chat_tabs"] == api.tabs(chat_id)

    def test_all_twenty_go_in_one_call_and_an_id_may_stand_there_twice(self, api, chat_id):
        tabs = create(api, chat_id, *[url_tab(str(number)) for number in range(20)]).data["chat_tabs"]
        ids = [tab["tab_id"] for tab in tabs[2:]]

        assert names(delete(api, chat_id, *ids, ids[0]).data["chat_tabs"]) == ["message", "pin"]

    @shows_rule("chat_tab_delete", "Only doc and url tabs can be deleted")
    @shows_error("chat_tab_delete", 232049)
    @pytest.mark.parametrize("kind", LIMITS["read_only_tab_types"])
    def test_read_only_tab_is_232049_and_nothing_is_deleted(self, api, chat_id, kind):
        create(api, chat_id, url_tab("A"))
        api.emulator.acts.add_tab(chat_id, kind, "There")
        ids = by_name(api, chat_id)

        assert delete(api, chat_id, ids["A"], ids["There"]).code == 232049
        assert names(api.tabs(chat_id)) == ["message", "pin", "A", "There"]

    @shows_error("chat_tab_delete", 232001)
    def test_unknown_or_deleted_id_deletes_nothing(self, api, chat_id):
        create(api, chat_id, url_tab("A"), url_tab("B"))
        ids = by_name(api, chat_id)
        delete(api, chat_id, ids["B"])

        for unknown in ("1", ids["B"]):
            assert delete(api, chat_id, ids["A"], unknown).code == 232001
        assert names(api.tabs(chat_id)) == ["message", "pin", "A"]

    def test_first_bad_id_gives_the_code(self, api, chat_id):
        pin = by_name(api, chat_id)["pin"]

        assert delete(api, chat_id, pin, "1").code == 232049
        assert delete(api, chat_id, "1", pin).code == 232001

    def test_list_is_required(self, api, chat_id):
        assert api.call("chat_tab_delete", chat_id, body={}).violations == ["tab_ids"]


class TestSort:
    @shows_rule("chat_tab_sort", "Array order is display order from left to right")
    def test_order_of_the_list_is_the_order_shown_also_of_built_in_tabs(self, api, chat_id):
        create(api, chat_id, url_tab("A"), url_tab("B"))

        data = sort(api, chat_id, "message", "B", "pin", "A").data

        assert names(data["chat_tabs"]) == ["message", "B", "pin", "A"]
        assert data["chat_tabs"] == api.tabs(chat_id)

    @shows_rule("chat_tab_sort", "The message tab always stays in first place")
    def test_message_tab_stays_first_whatever_the_list_says(self, api, chat_id):
        create(api, chat_id, url_tab("A"))

        data = sort(api, chat_id, "A", "pin", "message").data

        assert names(data["chat_tabs"]) == ["message", "A", "pin"]

    @shows_rule("chat_tab_sort", "tab_ids must contain every tab of the chat exactly once")
    @shows_error("chat_tab_sort", 232001)
    @pytest.mark.parametrize(
        "order",
        [
            pytest.param(["message", "pin", "B"], id="custom tab missing"),
            pytest.param(["message", "B", "A"], id="built-in tab missing"),
            pytest.param(["pin", "B", "A"], id="message tab missing"),
            pytest.param(["message", "pin", "B", "A", "A"], id="repeated"),
            pytest.param(["message", "pin", "B", "B"], id="repeated in place of another"),
            pytest.param(["message", "pin", "B", "A", "1"], id="foreign"),
            pytest.param(["message", "pin", "B", ""], id="empty id"),
            pytest.param([], id="empty"),
        ],
    )
    def test_every_tab_exactly_once_else_232001_and_the_order_stays(self, api, chat_id, order):
        create(api, chat_id, url_tab("A"), url_tab("B"))

        assert sort(api, chat_id, *order).code == 232001
        assert names(api.tabs(chat_id)) == ["message", "pin", "A", "B"]

    @shows_error("chat_tab_sort", 232001)
    def test_missing_list_is_232001(self, api, chat_id):
        assert api.call("chat_tab_sort", chat_id, body={}).code == 232001


def test_person_does_everything_with_tabs_that_a_bot_does(make):
    api = make(groups="  - {chat_id: oc_x, owner: Kate, members: [李雷]}")
    person = api.as_user("ou_lilei")

    tabs = create(person, "oc_x", url_tab("A"), doc_tab("B")).data["chat_tabs"]
    update(person, "oc_x", {"tab_id": tabs[2]["tab_id"], **url_tab("A2")})
    delete(person, "oc_x", tabs[3]["tab_id"])

    assert names(sort(person, "oc_x", "message", "A2", "pin").data["chat_tabs"]) == ["message", "A2", "pin"]


class TestConvergence:
    """The way of info.x-convergence: read once, then at most four writes with what each answers."""

    def test_four_writes_reach_what_is_wanted_in_a_full_chat(self, api, chat_id):
        create(api, chat_id, *[url_tab(str(number), f"https://{number}.example") for number in range(20)])
        message, pin, *owned = api.tabs(chat_id)
        api.emulator.log.clear()

        delete(api, chat_id, owned[0]["tab_id"])
        update(api, chat_id, {"tab_id": owned[1]["tab_id"], **url_tab("renamed", "https://1.example")})
        last = create(api, chat_id, doc_tab("new")).data["chat_tabs"]
        ids = [tab["tab_id"] for tab in last]
        final = api.call("chat_tab_sort", chat_id, body={"tab_ids": [ids[0], ids[-1], *ids[1:-1]]}).data[
            "chat_tabs"
        ]

        assert ids[:3] == [message["tab_id"], pin["tab_id"], owned[1]["tab_id"]]
        assert names(final)[:4] == ["message", "new", "pin", "renamed"]
        assert len(api.emulator.log) == 4

    def test_update_turns_a_surplus_tab_into_a_missing_one_under_the_old_id(self, api, chat_id):
        surplus = create(api, chat_id, url_tab("old", "https://old.example")).data["chat_tabs"][2]["tab_id"]

        update(api, chat_id, {"tab_id": surplus, **url_tab("new", "https://new.example")})

        assert api.tabs(chat_id)[2] == {"tab_id": surplus, **url_tab("new", "https://new.example")}

    def test_sort_fails_when_somebody_changed_the_tabs_meanwhile_and_works_after_a_look(self, api, chat_id):
        ids = [tab["tab_id"] for tab in create(api, chat_id, url_tab("A")).data["chat_tabs"]]
        api.emulator.acts.add_tab(chat_id, "url", "Hand-made", "https://hand.example")

        assert api.call("chat_tab_sort", chat_id, body={"tab_ids": ids}).code == 232001
        assert sort(api, chat_id, "message", "Hand-made", "A", "pin").code == 0


class TestOtherReadings:
    """What the open questions allow besides the readings that the description gives."""

    @pytest.mark.parametrize(
        ("limit", "name", "code"),
        [
            ("60_bytes", "字" * 20, 0),
            ("60_bytes", "字" * 21, 232047),
            ("60_bytes", "x" * 61, 232047),
            ("30_bytes", "字" * 10, 0),
            ("30_bytes", "字" * 11, 232047),
            ("30_bytes", "x" * 31, 232047),
        ],
    )
    def test_name_is_counted_in_bytes(self, make, limit, name, code):
        api = make(readings=f"tab_name_limit: {limit}")

        assert create(api, api.create(), url_tab(name)).code == code

    def test_writes_answer_with_the_touched_tabs_only(self, make):
        api = make(readings="tab_answer: touched")
        chat_id = api.create()
        create(api, chat_id, url_tab("A"))

        created = create(api, chat_id, url_tab("B")).data["chat_tabs"]
        tab_id = created[0]["tab_id"]
        updated = update(api, chat_id, {"tab_id": tab_id, **url_tab("C")}).data["chat_tabs"]
        order = sort(api, chat_id, "message", "C", "A", "pin").data["chat_tabs"]
        deleted = delete(api, chat_id, tab_id).data["chat_tabs"]

        assert [names(created), names(updated), names(deleted)] == [["B"], ["C"], ["C"]]
        assert names(order) == ["message", "C", "A", "pin"]
        assert names(api.tabs(chat_id)) == ["message", "A", "pin"]

    def test_only_doc_and_url_tabs_count(self, make):
        api = make(readings="tabs_counted: doc_and_url")
        chat_id = api.create()
        api.emulator.acts.add_tab(chat_id, "meeting_minute", "Minutes", "https://minutes.example")

        assert create(api, chat_id, *[url_tab(str(number)) for number in range(20)]).code == 0

    def test_new_tabs_land_behind_the_message_tab(self, make):
        api = make(readings="new_tabs: first")
        chat_id = api.create()
        create(api, chat_id, url_tab("A"))

        tabs = create(api, chat_id, url_tab("B"), url_tab("C")).data["chat_tabs"]

        assert names(tabs) == ["message", "B", "C", "A", "pin"]

    def test_tab_without_a_name_is_named_by_its_link(self, make):
        api = make(readings="unnamed_tab: named_by_link")
        chat_id = api.create()

        tabs = create(api, chat_id, url_tab(None), url_tab("B")).data["chat_tabs"]

        assert names(tabs[2:]) == ["https://site.example", "B"]

    def test_bad_tabs_are_left_out_as_long_as_one_is_good(self, make):
        api = make(readings="bad_entry: left_out")
        chat_id = api.create()
        bad = url_tab("bad", "ftp://x")

        assert names(create(api, chat_id, url_tab("A"), bad).data["chat_tabs"]) == ["message", "pin", "A"]
        change = {"tab_id": by_name(api, chat_id)["A"], **url_tab("A2")}
        changed = update(api, chat_id, {"tab_id": "1", **url_tab()}, change).data["chat_tabs"]
        assert names(changed) == ["message", "pin", "A2"]
        assert create(api, chat_id, bad, url_tab("x" * 61)).code == 232048

    @pytest.mark.parametrize(("link", "code"), [("", 232001), ("ftp://x", 232048)])
    def test_missing_link_is_a_bad_parameter(self, make, link, code):
        api = make(readings="tab_without_link: 232001")

        assert create(api, api.create(), url_tab(url=link)).code == code

    def test_same_link_is_refused_the_second_time(self, make):
        api = make(readings="same_tab_again: refused")
        chat_id = api.create()
        create(api, chat_id, url_tab("A"))

        assert create(api, chat_id, url_tab("B")).code == 232001
        assert create(api, chat_id, doc_tab("B")).code == 0

    def test_read_only_type_is_232049_at_create_too(self, make):
        api = make(readings="read_only_tab_at_create: 232049")

        assert create(api, api.create(), {**url_tab(), "tab_type": "pin"}).code == 232049

    def test_left_out_lists_change_nothing(self, make):
        api = make(readings="documented_optional: optional")
        chat_id = api.create()
        before = api.tabs(chat_id)

        for operation in ("chat_tab_update", "chat_tab_sort"):
            assert api.call(operation, chat_id, body={}).data["chat_tabs"] == before

    def test_left_out_name_and_config_are_cleared(self, make):
        api = make(readings="omitted_in_tab_update: cleared")
        chat_id = api.create()
        create(api, chat_id, url_tab("A", tab_config={"icon_key": "img_x"}))
        change = {
            "tab_id": by_name(api, chat_id)["A"],
            "tab_type": "url",
            "tab_content": {"url": "https://n"},
        }

        update(api, chat_id, change)

        assert api.tabs(chat_id)[2] == change

    @pytest.mark.parametrize(("config", "left"), [({"is_built_in": True}, {"is_built_in": True}), ({}, None)])
    def test_new_config_replaces_the_old_one_with_its_icon(self, make, config, left):
        api = make(readings="tab_config_update: replaced")
        chat_id = api.create()
        create(api, chat_id, url_tab("A", tab_config={"icon_key": "img_x"}))

        update(api, chat_id, {"tab_id": by_name(api, chat_id)["A"], **url_tab("A", tab_config=config)})

        assert api.tabs(chat_id)[2].get("tab_config") == left

    def test_type_cannot_change(self, make):
        api = make(readings="tab_type_change: refused")
        chat_id = api.create()
        create(api, chat_id, url_tab("A"))
        tab_id = by_name(api, chat_id)["A"]

        assert update(api, chat_id, {"tab_id": tab_id, **doc_tab("A")}).code == 232049
        assert update(api, chat_id, {"tab_id": tab_id, **url_tab("B")}).code == 0

    def test_unknown_ids_are_ignored_when_tabs_are_deleted(self, make):
        api = make(readings="unknown_id_at_delete: ignored")
        chat_id = api.create()
        create(api, chat_id, url_tab("A"))

        assert names(delete(api, chat_id, by_name(api, chat_id)["A"], "1").data["chat_tabs"]) == [
            "message",
            "pin",
        ]
        assert delete(api, chat_id, "1").code == 0

    def test_list_must_begin_with_the_message_tab(self, make):
        api = make(readings="message_tab_not_first: refused")
        chat_id = api.create()

        assert sort(api, chat_id, "pin", "message").code == 232001
        assert sort(api, chat_id, "message", "pin").code == 0
