"""What people do in the client app, in Python and over `/_emulator/…`."""

from __future__ import annotations

import math

import pytest

from reconciler.emulator import Request
from reconciler.emulator.acts import ActError
from tests.support.pretend import OTHER, OURS


@pytest.fixture
def chat_id(api):
    return api.create(name="Team", user_id_list=["ou_lilei", "ou_kate"], bot_id_list=[OTHER])


@pytest.fixture
def acts(api):
    return api.emulator.acts


class TestChat:
    def test_rename_is_seen_by_the_api(self, api, acts, chat_id):
        acts.rename(chat_id, "新名")

        assert api.get(chat_id)["name"] == "新名"

    @pytest.mark.parametrize(
        ("change", "seen"),
        [
            pytest.param({"description": "x"}, {"description": "x"}, id="text"),
            pytest.param(
                {"at_all_permission": "only_owner"}, {"at_all_permission": "only_owner"}, id="setting"
            ),
            pytest.param(
                {"add_member_permission": "only_owner"},
                {"share_card_permission": "not_allowed"},
                id="paired setting",
            ),
            pytest.param(
                {"i18n_names": {"en_us": "x"}}, {"i18n_names": {"en_us": "x"}}, id="localized names"
            ),
        ],
    )
    def test_settings_change(self, api, acts, chat_id, change, seen):
        acts.change(chat_id, **change)

        detail = api.get(chat_id)
        assert {name: detail[name] for name in seen} == seen

    def test_restricted_mode_is_on_with_its_first_ban(self, api, acts, chat_id):
        acts.change(chat_id, restricted={"download_has_permission_setting": "not_anyone"})

        assert api.get(chat_id)["restricted_mode_setting"]["status"] is True

    def test_chat_becomes_external(self, api, acts, chat_id):
        acts.change(chat_id, external=True)

        assert api.call("chat_get", chat_id).code == 232033

    @pytest.mark.parametrize(
        "change",
        [
            {"edit_permission": "nobody"},
            {"members": []},
            {"name": 5},
            {"meeting": "yes"},
            {"colour": "red"},
            {"i18n_names": "x"},
            {"i18n_names": {"fr_fr": "x"}},
            {"i18n_names": {"en_us": 5}},
            {"restricted": {"status": True}},
            {"restricted": {"download_has_permission_setting": "nobody"}},
            {"restricted": []},
        ],
    )
    def test_senseless_changes_are_refused_and_change_nothing(self, api, acts, chat_id, change):
        before = acts.chat(chat_id)

        with pytest.raises(ActError):
            acts.change(chat_id, description="new", **change)

        assert acts.chat(chat_id) == before

    def test_transfer_makes_our_bot_a_plain_member(self, api, acts, chat_id):
        acts.transfer(chat_id, "Kate")

        assert api.get(chat_id)["owner_id"] == "ou_kate"

    @pytest.mark.parametrize(("keep_history", "status"), [(False, "dissolved"), (True, "dissolved_save")])
    def test_dissolve_with_and_without_history(self, api, acts, chat_id, keep_history, status):
        acts.dissolve(chat_id, keep_history=keep_history)

        assert api.get(chat_id)["chat_status"] == status
        assert api.call("chat_update", chat_id, body={}).code == 232009

    @pytest.mark.parametrize("keep_history", [False, True])
    def test_nobody_does_anything_in_a_dissolved_chat(self, acts, chat_id, keep_history):
        acts.dissolve(chat_id, keep_history=keep_history)

        with pytest.raises(ActError, match="dissolved"):
            acts.add_members(chat_id, ["韩梅梅"])

    def test_unknown_chat_is_refused(self, acts):
        with pytest.raises(ActError, match="oc_nothing"):
            acts.rename("oc_nothing", "x")


class TestPeople:
    @pytest.mark.parametrize(
        "name",
        ["ou_han", "han", "on_han", "+8613800000002", "韩梅梅"],
        ids=["open_id", "user_id", "union_id", "mobile", "name"],
    )
    def test_people_are_named_by_anything(self, api, acts, chat_id, name):
        acts.add_members(chat_id, [name])

        assert api.members(chat_id) == ["ou_lilei", "ou_kate", "ou_han"]

    def test_people_are_named_by_the_open_id_of_any_app(self, api, acts, chat_id):
        acts.add_members(chat_id, ["ou_jim_of_other"])

        assert "ou_jim" in api.members(chat_id)

    def test_people_and_bots_are_thrown_out(self, api, acts, chat_id):
        acts.remove_members(chat_id, ["李雷", OURS])

        assert api.call("chat_members_is_in_chat", chat_id).data == {"is_in_chat": False}
        assert acts.chat(chat_id)["members"] == ["ou_kate", OTHER]

    def test_chat_of_a_leaving_owner_goes_to_somebody_else(self, acts, chat_id):
        acts.remove_members(chat_id, [OURS])

        assert acts.chat(chat_id)["owner"] == "ou_lilei"

    def test_somebody_named_twice_leaves_once(self, acts, chat_id):
        acts.remove_members(chat_id, ["Kate", "ou_kate"])

        assert acts.chat(chat_id)["members"] == [OURS, "ou_lilei", OTHER]

    def test_last_owner_stays(self, api, acts):
        with pytest.raises(ActError, match="ownership"):
            acts.remove_members(api.create(), [OURS])

    def test_managers_come_and_go(self, api, acts, chat_id):
        acts.add_managers(chat_id, ["李雷", OTHER])
        acts.add_managers(chat_id, ["李雷"])
        assert api.get(chat_id)["user_manager_id_list"] == ["ou_lilei"]

        acts.remove_managers(chat_id, ["李雷"])

        assert (api.get(chat_id)["user_manager_id_list"], api.get(chat_id)["bot_manager_id_list"]) == (
            [],
            [OTHER],
        )

    def test_moderation(self, api, acts, chat_id):
        acts.set_moderation(chat_id, "moderator_list", ["李雷"])

        data = api.call("chat_moderation_get", chat_id).data
        assert [item["user_id"] for item in data["items"]] == ["ou_lilei"]

    def test_nobody_and_outsiders_are_refused(self, acts, chat_id):
        with pytest.raises(ActError, match="nobody is called X"):
            acts.add_members(chat_id, ["X"])
        with pytest.raises(ActError, match="not in the chat"):
            acts.add_managers(chat_id, ["Jim"])


class TestTabsAndMenus:
    def test_tabs_of_any_type_come_change_move_and_go(self, api, acts, chat_id):
        minutes = acts.add_tab(chat_id, "meeting_minute", link="https://minutes.example")
        site = acts.add_tab(chat_id, "url", "Site", "https://site.example", is_built_in=True)
        acts.change_tab(chat_id, site, name="Page", link="https://page.example")
        message, pin = (tab["tab_id"] for tab in api.tabs(chat_id)[:2])
        acts.sort_tabs(chat_id, [message, site])
        acts.remove_tab(chat_id, pin)

        assert api.tabs(chat_id) == [
            {"tab_id": message, "tab_type": "message"},
            {
                "tab_id": site,
                "tab_name": "Page",
                "tab_type": "url",
                "tab_content": {"url": "https://page.example"},
                "tab_config": {"is_built_in": True},
            },
            {
                "tab_id": minutes,
                "tab_type": "meeting_minute",
                "tab_content": {"meeting_minute": "https://minutes.example"},
            },
        ]

    def test_change_of_a_tab_can_leave_name_or_link(self, api, acts, chat_id):
        site = acts.add_tab(chat_id, "url", "Site", "https://site.example")

        acts.change_tab(chat_id, site)

        assert api.tabs(chat_id)[-1]["tab_name"] == "Site"

    def test_menus_come_change_move_and_go(self, api, acts, chat_id):
        first = acts.add_menu(
            chat_id, {"action_type": "NONE", "name": "A"}, [{"action_type": "NONE", "name": "A1"}]
        )
        second = acts.add_menu(chat_id, {"action_type": "NONE", "name": "B"})
        third = acts.add_menu(chat_id, {"action_type": "NONE", "name": "C"})
        acts.change_menu(chat_id, third, {"name": "D"})
        acts.sort_menus(chat_id, [third])
        acts.remove_menu(chat_id, second)

        menus = api.menus(chat_id)

        assert [menu["chat_menu_top_level_id"] for menu in menus] == [third, first]
        assert menus[0]["chat_menu_item"]["name"] == "D"
        assert menus[1]["children"][0]["chat_menu_item"]["name"] == "A1"

    def test_tab_named_twice_in_an_order_stands_once(self, api, acts, chat_id):
        first, second = (tab["tab_id"] for tab in api.tabs(chat_id))

        acts.sort_tabs(chat_id, [second, second])

        assert [tab["tab_id"] for tab in acts.chat(chat_id)["tabs"]] == [second, first]

    def test_unknown_tab_is_refused(self, acts, chat_id):
        with pytest.raises(ActError, match="no tab_id 1"):
            acts.remove_tab(chat_id, "1")

    def test_reservation_shuts_plain_members_out(self, api, acts, chat_id):
        acts.reserve_tabs_and_menus(chat_id)

        assert api.of(OTHER).call("chat_tab_sort", chat_id, body={"tab_ids": []}).code == 232055


class TestAdmin:
    def ask(self, api, method, path, body=None):
        answer = api.send(method, f"/_emulator{path}", body=body)
        return answer.status, answer.body

    def test_index_names_places_and_acts(self, api):
        status, body = self.ask(api, "GET", "")

        assert status == 200
        assert "POST /_emulator/acts/{act}" in body["places"]
        assert body["acts"]["rename"] == ["chat_id: 'str'", "name: 'str'", "by: 'str' = ''"]
        assert "chat" not in body["acts"]
        assert "done: 'bool' = False" in body["fault"]

    @pytest.mark.parametrize(
        ("path", "arguments", "told"),
        [
            ("/acts/rename", {"chat_id": "oc_1", "title": "x"}, "there are: chat_id, name"),
            ("/acts/rename", {"chat_id": "oc_1"}, "missing a required argument: 'name'"),
            ("/acts/change", {"at_all_permission": "only_owner"}, "there are: chat_id, by, …"),
            (
                "/faults",
                {"kind": "drop", "times": 3},
                "`times` is no part of a fault; there are: kind, operation, chat_id",
            ),
        ],
    )
    def test_wrong_arguments_are_told_with_the_right_ones(self, api, path, arguments, told):
        status, body = self.ask(api, "POST", path, arguments)

        assert status == 400
        assert told in body["error"]

    def test_act_by_name_with_the_arguments_of_the_method(self, api, chat_id):
        status, body = self.ask(api, "POST", "/acts/rename", {"chat_id": chat_id, "name": "新名"})

        assert (status, body) == (200, {"result": None})
        assert api.get(chat_id)["name"] == "新名"

    def test_result_of_an_act_comes_back(self, api, chat_id):
        arguments = {"chat_id": chat_id, "tab_type": "url", "name": "A", "link": "https://a.example"}

        _, body = self.ask(api, "POST", "/acts/add_tab", arguments)

        assert body["result"] == api.tabs(chat_id)[-1]["tab_id"]

    def test_chats_can_be_read(self, api, chat_id):
        assert self.ask(api, "GET", f"/chats/{chat_id}")[1]["name"] == "Team"
        assert [chat["chat_id"] for chat in self.ask(api, "GET", "/chats")[1]["chats"]] == [chat_id]

    def test_faults_are_scripted_read_and_cleared(self, api, chat_id):
        _, added = self.ask(
            api, "POST", "/faults", {"kind": "answer", "operation": "chat_get", "code": 232019}
        )
        _, listed = self.ask(api, "GET", "/faults")
        assert [fault["number"] for fault in listed["faults"]] == [added["number"]]

        self.ask(api, "DELETE", "/faults")

        assert api.call("chat_get", chat_id).code == 0

    def test_request_log_is_read_and_emptied(self, api, chat_id):
        _, body = self.ask(api, "GET", "/requests")
        assert [entry["operation"] for entry in body["requests"]] == [
            "auth_tenant_access_token_internal",
            "chat_create",
        ]

        self.ask(api, "DELETE", "/requests")

        assert self.ask(api, "GET", "/requests")[1] == {"requests": []}

    def test_clock_is_read_and_moved(self, api):
        before = self.ask(api, "GET", "/clock")[1]["now"]

        assert self.ask(api, "POST", "/clock", {"move_seconds": 60}) == (
            200,
            {"now": before + 60, "offset": 60},
        )

    def test_reset_begins_anew(self, api, chat_id):
        self.ask(api, "POST", "/clock", {"move_seconds": 60})

        self.ask(api, "POST", "/reset")

        assert api.emulator.acts.chats() == []
        assert self.ask(api, "GET", "/clock")[1]["offset"] == 0
        assert not api.emulator.log

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            pytest.param("POST", "/acts/rename", {"chat_id": "oc_nothing", "name": "x"}, id="unknown chat"),
            pytest.param("POST", "/acts/rename", {"chat_id": "oc_x"}, id="argument missing"),
            pytest.param("POST", "/acts/explode", {}, id="unknown act"),
            pytest.param("POST", "/acts/rename", {"chat_id": "oc_team", "name": 5}, id="name is no text"),
            pytest.param(
                "POST", "/acts/add_members", {"chat_id": "oc_team", "members": 5}, id="members are no list"
            ),
            pytest.param("POST", "/acts/add_members", {"chat_id": "oc_team", "members": [""]}, id="nobody"),
            pytest.param(
                "POST",
                "/acts/change_menu",
                {"chat_id": "oc_team", "menu_id": "1", "item": 5},
                id="unknown menu",
            ),
            pytest.param("POST", "/acts/_load", {"chat_id": "oc_x"}, id="private method"),
            pytest.param("POST", "/acts/rename", b"{", id="no JSON"),
            pytest.param("POST", "/acts/rename", [], id="no object"),
            pytest.param("POST", "/faults", {"kind": "earthquake"}, id="unknown fault"),
            pytest.param("POST", "/clock", {}, id="no time"),
            pytest.param("POST", "/clock", {"move_seconds": True}, id="time is no number"),
            pytest.param("GET", "/chats/oc_nothing", None, id="unknown chat to read"),
            pytest.param("GET", "/chats/oc_a%2Fb", None, id="slash in an id"),
            pytest.param("POST", "/clock", {"move_seconds": 1, "colour": "red"}, id="more than the time"),
            pytest.param("POST", "/clock", b'{"move_seconds": NaN}', id="NaN"),
            pytest.param("POST", "/clock", b'{"move_seconds": 1e999}', id="infinite"),
            pytest.param("POST", "/clock", {"move_seconds": 1e18}, id="longer than ten years"),
            pytest.param("POST", "/clock", {"move_seconds": -86400}, id="back in time"),
            pytest.param("POST", "/acts/rename", {"chat_id": {}, "name": "x"}, id="chat_id is no text"),
            pytest.param(
                "POST",
                "/acts/rename",
                b'{"chat_id": "oc_team", "name": "\\ud800"}',
                id="half a surrogate pair",
            ),
            pytest.param(
                "POST", "/acts/add_members", {"chat_id": "oc_team", "members": "李雷"}, id="text for a list"
            ),
            pytest.param(
                "POST", "/acts/add_members", {"chat_id": "oc_team", "members": [5]}, id="number for a name"
            ),
            pytest.param(
                "POST", "/acts/dissolve", {"chat_id": "oc_team", "keep_history": "no"}, id="text for a flag"
            ),
            pytest.param(
                "POST", "/acts/sign_in", {"user": "李雷", "scopes": "im:chat"}, id="text for scopes"
            ),
            pytest.param("POST", "/acts/sign_in", {"user": "李雷", "lifetime": -1}, id="token of the past"),
            pytest.param("POST", "/acts/sign_in", {"user": OTHER}, id="bot that signs in"),
            pytest.param(
                "POST",
                "/acts/upload_media",
                {"chat_id": "oc_team", "block_id": "oc_team", "width": True},
                id="flag for a number",
            ),
            pytest.param("POST", "/acts/open_conversation", {"user": OTHER}, id="bot that opens a chat"),
            pytest.param(
                "POST", "/acts/add_tab", {"chat_id": "oc_team", "tab_type": "clock"}, id="unknown type of tab"
            ),
            pytest.param(
                "POST",
                "/acts/add_tab",
                {"chat_id": "oc_team", "tab_type": "url", "colour": "red"},
                id="unknown config of a tab",
            ),
            pytest.param(
                "POST",
                "/acts/add_menu",
                {"chat_id": "oc_team", "item": {"action_type": "NONE", "name": 5}},
                id="menu without a name",
            ),
            pytest.param(
                "POST",
                "/acts/add_menu",
                {"chat_id": "oc_team", "item": {"action_type": "NONE", "name": "A", "colour": "red"}},
                id="menu of a colour",
            ),
        ],
    )
    def test_wrong_calls_are_400_with_a_text(self, make, method, path, body):
        api = make(groups="  - {chat_id: oc_team, name: Team}")

        status, answer = self.ask(api, method, path, body)

        assert status == 400
        assert answer["error"]

    def test_unknown_place_is_404_and_names_the_known_ones(self, api):
        status, body = self.ask(api, "GET", "/nothing")

        assert status == 404
        assert body["places"]

    @pytest.mark.parametrize(
        ("path", "query"),
        [
            pytest.param("/chats", {"colour": "red"}, id="argument that a place does not have"),
            pytest.param("/events", {"after": "9" * 20}, id="number beyond all events"),
            pytest.param("/events", {"after": "x"}, id="no number"),
            pytest.param("/events", {"after": "-1"}, id="number below all events"),
        ],
    )
    def test_wrong_queries_are_400_with_a_text(self, api, path, query):
        answer = api.send("GET", f"/_emulator{path}", query=query)

        assert answer.status == 400
        assert answer.body["error"]

    @pytest.mark.parametrize("seconds", [math.nan, math.inf, -1, 1e18])
    def test_senseless_time_moves_no_clock(self, api, seconds):
        before = api.emulator.clock.now()

        with pytest.raises(ValueError, match="from 0 to"):
            api.emulator.move_clock(seconds)

        assert api.emulator.clock.now() == before

    def test_name_that_only_begins_alike_is_no_admin_side(self, api):
        answer = api.send("GET", "/_emulatorx")

        assert (answer.status, answer.response.text) == (404, "404 page not found")

    def test_person_who_signs_in_over_http_calls_with_the_token(self, api):
        _, body = self.ask(
            api, "POST", "/acts/sign_in", {"user": "李雷", "scopes": ["im:chat"], "lifetime": 60}
        )

        assert api.call("chat_list", token=body["result"]).code == 0

    def test_wrong_type_is_told_with_the_right_one(self, api):
        _, body = self.ask(api, "POST", "/acts/sign_in", {"user": "李雷", "scopes": "im:chat"})

        assert body["error"] == "scopes: must be a list of text or null"

    def test_admin_side_is_for_this_machine_only(self, api):
        answer = api.run(api.emulator.handle(Request("GET", "/_emulator/requests", local=False)))

        assert answer.status == 403

    def test_admin_requests_are_not_logged(self, api):
        self.ask(api, "GET", "")

        assert not api.emulator.log
