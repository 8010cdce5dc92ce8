"""Reads without a page: members/list and members/bots (members.openapi.yaml, wire-behaviour.md 6.7 and 6.8)."""

from __future__ import annotations

import pytest

from tests.support.member_calls import CHAT, group
from tests.support.pretend import OTHER, OURS, TENANT

BOTH = ("chat_members_list", "chat_members_bots")
ANSWERED = "undocumented_members: answered"
PEOPLE = group(owner=OURS, bots=f"[{OTHER}]", members="[Kate, Jim]")


@pytest.fixture
def api(make):
    return make(readings=ANSWERED, groups=PEOPLE)


def listed(api, **query):
    return api.call("chat_members_list", CHAT, query=query).data


def names(data):
    return [item["name"] for item in data["users"]], [item["name"] for item in data["bots"]]


@pytest.mark.parametrize("operation", BOTH)
def test_path_is_unknown_unless_a_scenario_has_it(make, operation):
    answer = make(groups=PEOPLE).call(operation, CHAT)

    assert (answer.status, answer.response.text) == (404, "404 page not found")


@pytest.mark.parametrize("operation", BOTH)
def test_scope_is_the_one_for_reading_members(make, operation):
    api = make(readings=ANSWERED, app='scopes: ["im:chat"]', groups=PEOPLE)

    violations = api.call(operation, CHAT).body["error"]["permission_violations"]

    assert [violation["subject"] for violation in violations] == ["im:chat.members:read"]


class TestList:
    def test_users_and_bots_come_together(self, api):
        ours_of_other = api.of(OTHER).call("chat_members_list", CHAT).data["bots"][0]["member_id"]

        data = listed(api)

        kate, jim = (
            {"member_id_type": "open_id", "member_id": open_id, "name": name, "tenant_key": TENANT}
            for open_id, name in (("ou_kate", "Kate"), ("ou_jim", "Jim"))
        )
        assert data["users"] == [kate, jim]
        assert [(bot["app_id"], bot["name"]) for bot in data["bots"]] == [(OURS, "Ours"), (OTHER, "Other")]
        assert data["bots"][0]["member_id"] == "ou_ours"
        assert ours_of_other != "ou_ours"  # an open_id holds for one app
        assert (data["user_total"], data["bot_total"]) == (2, 2)
        assert (data["truncations"], data["has_more"], "page_token" in data) == ([], False, False)

    @pytest.mark.parametrize(
        ("kinds", "found"),
        [
            ("user", (["Kate", "Jim"], [])),
            ("bot", ([], ["Ours", "Other"])),
            ("bot,user", (["Kate", "Jim"], ["Ours", "Other"])),
        ],
    )
    def test_member_types_choose(self, api, kinds, found):
        assert names(listed(api, member_types=kinds)) == found

    def test_unknown_member_type_is_232001(self, api):
        answer = api.call("chat_members_list", CHAT, query={"member_types": "user,robot"})

        assert answer.code == 232001

    def test_pages_hold_users_and_bots(self, api):
        found, query = [], {"page_size": 3}
        while True:
            data = listed(api, **query)
            found.append(names(data))
            if not data["has_more"]:
                break
            query["page_token"] = data["page_token"]

        assert found == [(["Kate", "Jim"], ["Ours"]), ([], ["Other"])]

    def test_token_belongs_to_its_member_types(self, api):
        token = listed(api, page_size=1)["page_token"]

        answer = api.call("chat_members_list", CHAT, query={"page_token": token, "member_types": "bot"})

        assert answer.code == 232001

    def test_bots_have_no_id_but_open_id_and_app_id(self, api):
        bot = listed(api, member_id_type="union_id")["bots"][1]

        assert bot == {"member_id_type": "union_id", "app_id": OTHER, "name": "Other", "tenant_key": TENANT}

    def test_last_page_tells_of_a_cut(self, make):
        api = make(readings=ANSWERED, tenant="member_list_cap: 1", groups=PEOPLE)

        first = listed(api, page_size=2)
        last = listed(api, page_size=2, page_token=first["page_token"])

        assert (names(first), first["truncations"]) == ((["Kate"], ["Ours"]), [])
        assert (names(last), last["truncations"]) == (
            ([], ["Other"]),
            [{"member_type": "user", "limit": 1}],
        )
        assert last["user_total"] == 2
        assert listed(api, member_types="bot")["truncations"] == []

    def test_total_is_hidden_where_the_chat_hides_it(self, make):
        hiding = group(bots=f"[{OURS}]", settings="{hide_member_count_setting: only_owner}")
        api = make(readings=ANSWERED, groups=hiding)

        assert listed(api)["user_total"] == -1
        assert listed(api.as_user("Kate"))["user_total"] == 2

    def test_caller_outside_is_102021(self, make):
        api = make(readings=ANSWERED, groups=group(bots="[]"))

        assert api.call("chat_members_list", CHAT).code == 102021


class TestBots:
    def test_bots_come_by_open_id_and_name(self, api):
        data = api.call("chat_members_bots", CHAT).data

        assert data == {
            "items": [
                {"bot_id": "ou_ours", "bot_name": "Ours"},
                {"bot_id": listed(api)["bots"][1]["member_id"], "bot_name": "Other"},
            ]
        }

    def test_caller_outside_is_232011(self, make):
        api = make(readings=ANSWERED, groups=group(bots="[]"))

        assert api.call("chat_members_bots", CHAT).code == 232011
