"""Open questions of members.openapi.yaml: the other answers that a client could meet.

What the descriptions read is shown in test_members.py and test_managers.py.
"""

from __future__ import annotations

import pytest

from tests.support.member_calls import (
    ADD,
    APPOINT,
    CHAT,
    DISMISS,
    EMPTY,
    IS_IN,
    LIST,
    REMOVE,
    add,
    change_managers,
    group,
    ids_of,
    listed,
    remove,
)
from tests.support.pretend import CROWD, OTHER, OURS
from tests.support.rows import shows_error

OWN = group(owner=OURS, members="[Kate, Jim]")
EXTERNAL = group(external="true", owner=OURS, members="[Jim, Stranger]", managers="[Stranger]")


class TestLengthOfLists:
    """id_list_bounds: gateway."""

    @pytest.mark.parametrize(
        ("operation", "field"),
        [(ADD, "id_list"), (REMOVE, "id_list"), (APPOINT, "manager_ids"), (DISMISS, "manager_ids")],
    )
    @pytest.mark.parametrize("named", [None, [], ["ou_x"] * 51])
    def test_gateway_refuses_before_the_chat_is_looked_up(self, make, operation, field, named):
        answer = make(readings="id_list_bounds: gateway").call(operation, "oc_nothing", body={field: named})

        assert (answer.code, answer.violations) == (99992402, [field])

    def test_lists_within_bounds_pass(self, make):
        api = make(readings="id_list_bounds: gateway", groups=OWN)

        assert add(api, CHAT, ["ou_lilei"]).data == EMPTY


class TestBotsAmongUsers:
    """bot_ids: everywhere."""

    def test_users_and_bots_share_a_call(self, make):
        api = make(readings="bot_ids: everywhere")
        chat_id = api.create()

        assert add(api, chat_id, ["ou_kate", OTHER]).data == EMPTY
        assert (api.members(chat_id), api.get(chat_id)["bot_count"]) == (["ou_kate"], "2")

    def test_fifty_users_and_five_bots_are_the_most(self, make):
        api = make(readings="bot_ids: everywhere", users=CROWD)
        people, bots = [f"ou_p{number}" for number in range(51)], ["cli_x"] * 6

        assert add(api, api.create(), [*people[:50], *bots[:5]], succeed_type=1).code == 0
        assert add(api, api.create(), [*people[:50], *bots]).code == 232001
        assert add(api, api.create(), people).code == 232001


class TestUnusableIds:
    @pytest.mark.parametrize(
        ("reading", "succeed_type", "named", "code"),
        [
            ("by_succeed_type", 0, "ou_nobody", 99992351),
            ("by_succeed_type", 2, "ou_nobody", 232043),
            ("always_232043", 0, "ou_nobody", 232043),
            ("always_232043", 0, "ou_hidden", 232043),
            ("always_232043", 0, "ou_gone", 0),
            ("always_232043", 2, "ou_nobody", 232043),
            ("always_by_kind", 0, "ou_nobody", 99992351),
            ("always_by_kind", 2, "ou_nobody", 99992351),
            ("always_by_kind", 2, "ou_hidden", 232024),
            ("always_by_kind", 2, "ou_gone", 232043),
        ],
    )
    def test_code_is_the_one_of_the_reading(self, make, reading, succeed_type, named, code):
        api = make(readings=f"unusable_ids: {reading}")

        assert add(api, api.create(), [named], succeed_type=succeed_type).code == code

    def test_ids_of_a_refusal_can_stand_in_data(self, make):
        api = make(readings="unusable_ids_shown: data")

        answer = add(api, api.create(), ["ou_gone", "ou_kate"], succeed_type=2)

        assert answer.body["data"] == {"invalid_id_list": ["ou_gone"]}
        assert "ou_gone" not in answer.body["msg"]

    def test_ids_of_a_refusal_can_stand_in_the_error_block(self, make):
        api = make(readings="unusable_ids_shown: error")

        answer = add(api, api.create(), ["ou_gone", "ou_kate"], succeed_type=2)

        assert answer.body["error"]["details"] == [{"key": "unavailable ids", "value": "ou_gone"}]

    @shows_error(ADD, 232027)
    @pytest.mark.parametrize(("reading", "code"), [("success", 0), ("refused", 232027)])
    def test_nobody_usable_under_succeed_type_1(self, make, reading, code):
        api = make(readings=f"nobody_usable: {reading}", groups=OWN)

        assert add(api, CHAT, ["ou_nobody", "ou_gone"], succeed_type=1).code == code
        assert add(api, CHAT, ["ou_nobody", "ou_jim"], succeed_type=1).code == 0
        assert add(api, CHAT, ["ou_nobody", "ou_lilei"], succeed_type=1).code == 0


class TestAdd:
    def test_members_can_be_listed_as_invalid(self, make):
        api = make(readings="members_added_again: listed", groups=OWN)

        data = add(api, CHAT, ["ou_jim", "ou_lilei"]).data

        assert data == {**EMPTY, "invalid_id_list": ["ou_jim"]}
        assert api.members(CHAT) == ["ou_kate", "ou_jim", "ou_lilei"]

    @pytest.mark.parametrize("code", [232013, 232001])
    def test_code_of_the_sixteenth_bot(self, make, code):
        bots = [f"cli_bot{number}" for number in range(15)]
        apps = "".join(f"  - {{app_id: {bot}, app_secret: x}}\n" for bot in bots)
        api = make(
            readings=f"too_many_bots: {code}",
            other=f"enabled: true}}\n{apps}  - {{app_id: cli_last, app_secret: x",
            groups=group(owner=OURS, members="[]", bots=f"[{', '.join(bots[:14])}]"),
        )

        assert add(api, CHAT, bots[14:], "app_id").code == code

    def test_approval_can_be_asked_of_everybody(self, make):
        approval = "{membership_approval: approval_required}"
        api = make(readings="approval: of_everybody", groups=group(owner=OURS, settings=approval))

        assert add(api, CHAT, ["ou_lilei"]).data["pending_approval_id_list"] == ["ou_lilei"]
        assert api.members(CHAT) == ["ou_jim"]

    def test_bot_can_stay_out_although_it_was_added(self, make):
        api = make(readings="added_bots: stay_out")
        chat_id = api.create()

        assert add(api, chat_id, [OTHER], "app_id").data == EMPTY
        assert add(api, chat_id, ["ou_kate"]).data == EMPTY
        assert (api.members(chat_id), api.get(chat_id)["bot_count"]) == (["ou_kate"], "1")


class TestRemove:
    @shows_error(REMOVE, 232007)
    def test_unknown_id_can_fail_the_call(self, make):
        api = make(readings="unknown_ids_removed: refused", groups=OWN)

        assert remove(api, CHAT, ["ou_jim", "ou_nobody"]).code == 232007
        assert remove(api, CHAT, ["ou_lilei"]).code == 0
        assert api.members(CHAT) == ["ou_kate", "ou_jim"]

    def test_people_who_are_not_in_the_chat_can_be_listed(self, make):
        api = make(readings="absent_people_removed: listed", groups=OWN)

        data = remove(api, CHAT, ["ou_lilei", "ou_jim", "ou_nobody"]).data

        assert data == {"invalid_id_list": ["ou_lilei", "ou_nobody"]}
        assert api.members(CHAT) == ["ou_kate"]

    @shows_error(REMOVE, 232027)
    @pytest.mark.parametrize(("reading", "code"), [("success", 0), ("refused", 232027)])
    def test_nobody_to_remove(self, make, reading, code):
        api = make(readings=f"nobody_removed: {reading}", groups=OWN)

        assert remove(api, CHAT, ["ou_lilei", "ou_nobody"]).code == code
        assert remove(api, CHAT, ["ou_lilei", "ou_jim"]).code == 0

    @shows_error(REMOVE, 232014)
    def test_missing_scope_can_be_found_by_the_call_itself(self, make):
        api = make(readings="missing_scope: operation", app='scopes: ["im:chat:readonly"]', groups=OWN)

        answer = remove(api, CHAT, ["ou_jim"])

        assert answer.code == 232014
        assert "permission_violations" not in answer.body["error"]
        assert add(api, CHAT, ["ou_lilei"]).code == 99991672

    @pytest.mark.parametrize(("reading", "code"), [("by_managers", 0), ("by_owner", 232014)])
    def test_manager_removes_a_manager(self, make, reading, code):
        managed = group(managers=f"[{OURS}, Jim]", members="[李雷]")
        api = make(readings=f"manager_removal: {reading}", groups=managed)

        assert remove(api, CHAT, ["ou_jim"]).code == code
        assert remove(api, CHAT, ["ou_lilei"]).code == 0
        assert remove(api, CHAT, [OURS], "app_id").code == 0

    def test_owner_removes_managers_in_any_case(self, make):
        api = make(readings="manager_removal: by_owner", groups=group(owner=OURS, managers="[Jim]"))

        assert remove(api, CHAT, ["ou_jim"]).code == 0

    @shows_error(REMOVE, 232076)
    def test_leaving_owner_can_be_refused(self, make):
        api = make(readings="leaving_owner: refused", groups=OWN)

        assert remove(api, CHAT, [OURS], "app_id").code == 232076
        assert remove(api, CHAT, ["ou_jim"]).code == 0

    def test_role_of_a_manager_can_outlive_its_membership(self, make):
        api = make(readings="role_of_leavers: stays", groups=group(owner=OURS, managers="[Jim]"))

        remove(api, CHAT, ["ou_jim"])

        assert api.members(CHAT) == []
        assert api.get(CHAT)["user_manager_id_list"] == ["ou_jim"]


class TestList:
    @pytest.mark.parametrize(("reading", "total"), [("users", 2), ("users_and_bots", 3)])
    def test_member_total(self, make, reading, total):
        assert listed(make(readings=f"member_total: {reading}", groups=OWN), CHAT)["member_total"] == total

    @pytest.mark.parametrize(
        ("reading", "query", "told"),
        [
            ("reported", {}, True),
            ("reported", {"check_security_conf": "true"}, True),
            ("on_request", {}, False),
            ("on_request", {"check_security_conf": "true"}, True),
        ],
    )
    def test_cut_list_can_keep_silent(self, make, reading, query, told):
        api = make(readings=f"member_list_cut: {reading}", tenant="member_list_cap: 1", groups=OWN)

        data = listed(api, CHAT, **query)

        assert (ids_of(data), data["member_total"]) == (["ou_kate"], 2)
        assert data.get("trigger_security_conf_limit", False) is told

    @shows_error(LIST, 232001)
    @pytest.mark.parametrize("page_size", [0, 101])
    def test_page_size_out_of_bounds_can_be_refused_by_the_operation(self, make, page_size):
        api = make(readings="declared_rules: operation", groups=OWN)

        assert api.call(LIST, CHAT, query={"page_size": page_size}).code == 232001

    def test_pages_can_be_short(self, make):
        api = make(readings="page_length: short", groups=group(members="[Jim, 李雷]"))

        data = listed(api, CHAT, page_size=4)

        assert (ids_of(data), data["has_more"]) == (["ou_kate", "ou_jim"], True)

    @pytest.mark.parametrize(
        ("reading", "token"), [("bare", None), ("empty_token", ""), ("same_token", "any")]
    )
    def test_last_page_can_have_a_token(self, make, reading, token):
        api = make(readings=f"last_page: {reading}", groups=OWN)

        data = listed(api, CHAT)

        assert not data["has_more"]
        assert bool(data.get("page_token")) is (token == "any")
        assert ("page_token" in data) is (token is not None)

    def test_newest_members_can_come_first(self, make):
        api = make(readings="member_order: newest_first", groups=OWN)

        first = listed(api, CHAT, page_size=1)
        second = listed(api, CHAT, page_size=1, page_token=first["page_token"])

        assert (ids_of(first), ids_of(second)) == (["ou_jim"], ["ou_kate"])
        assert api.members(CHAT) == ["ou_jim", "ou_kate"]

    def test_people_of_another_tenant_can_have_a_user_id(self, make):
        readings = "foreign_user_ids: given"
        api = make(readings=readings, app="external_sharing: true", groups=EXTERNAL)

        assert ids_of(listed(api, CHAT, member_id_type="user_id")) == ["jim", "stranger"]
        appointed = change_managers(api, APPOINT, CHAT, ["jim"], "user_id").data["chat_managers"]
        assert appointed == ["stranger", "jim"]
        assert remove(api, CHAT, ["stranger"], "user_id").data == {"invalid_id_list": []}
        assert ids_of(listed(api, CHAT, member_id_type="user_id")) == ["jim"]

    def test_user_ids_can_be_left_out_for_an_app_without_the_scope(self, make):
        readings = "user_ids_without_scope: left_out"
        api = make(readings=readings, app='scopes: ["im:chat"]', groups=group(owner=OURS, managers="[Jim]"))

        (jim,) = listed(api, CHAT, member_id_type="user_id")["items"]

        assert "member_id" not in jim
        assert jim["name"] == "Jim"

    def test_invisible_members_can_be_left_out(self, make):
        with_hidden = group(members="[Hidden, Jim]")
        api = make(readings="invisible_members: left_out", groups=with_hidden)

        data = listed(api, CHAT)

        assert (ids_of(data), data["member_total"]) == (["ou_kate", "ou_jim"], 3)
        assert ids_of(listed(make(groups=with_hidden), CHAT)) == ["ou_kate", "ou_hidden", "ou_jim"]
        assert ids_of(listed(api.as_user("Jim"), CHAT)) == ["ou_kate", "ou_hidden", "ou_jim"]

    def test_one_to_one_chat_can_be_refused(self, make):
        readings = "p2p_member_list: refused"

        assert (
            make(readings=readings, groups=group(chat_mode="p2p", members="[]")).call(LIST, CHAT).code
            == 232090
        )
        assert make(readings=readings, groups=OWN).call(LIST, CHAT).code == 0


@pytest.mark.parametrize("code", [232006, 232009])
def test_is_in_chat_can_refuse_a_dissolved_chat(make, code):
    api = make(readings=f"in_dissolved_chat: '{code}'", groups=OWN)
    assert api.call(IS_IN, CHAT).data == {"is_in_chat": True}

    api.emulator.acts.dissolve(CHAT)

    assert api.call(IS_IN, CHAT).code == code


class TestManagers:
    @pytest.mark.parametrize(
        ("reading", "people"),
        [("managers", 9), ("managers_and_owner", 8), ("people_and_bots_apart", 10)],
    )
    def test_whom_the_limit_counts(self, make, reading, people):
        api = make(readings=f"manager_cap: {reading}", users=CROWD)
        named = [f"ou_p{number}" for number in range(11)]
        chat_id = api.create(user_id_list=named, bot_id_list=[OTHER])
        change_managers(api, APPOINT, chat_id, [OTHER], "app_id")

        assert change_managers(api, APPOINT, chat_id, named[: people + 1]).code == 232040
        assert change_managers(api, APPOINT, chat_id, named[:people]).code == 0

    @shows_error(APPOINT, 232027)
    @shows_error(DISMISS, 232027)
    def test_ids_whose_role_would_not_change_can_be_no_valid_ones(self, make):
        managed = group(owner=OURS, members="[Kate, Jim]", managers="[Jim]")
        api = make(readings="unchanged_managers: invalid", groups=managed)

        assert change_managers(api, APPOINT, CHAT, ["ou_jim"]).code == 232027
        assert change_managers(api, DISMISS, CHAT, ["ou_kate"]).code == 232027
        assert change_managers(api, APPOINT, CHAT, ["ou_jim", "ou_kate"]).code == 0
        assert change_managers(api, DISMISS, CHAT, ["ou_jim", "ou_kate"]).code == 0

    @pytest.mark.parametrize(("named", "id_type"), [("ou_lilei", "open_id"), (OURS, "app_id")])
    def test_outsider_or_owner_can_fail_the_call(self, make, named, id_type):
        api = make(readings="outsiders_as_managers: refused", groups=group(owner=OURS, bots=f"[{OTHER}]"))
        beside = {"open_id": "ou_jim", "app_id": OTHER}[id_type]

        assert change_managers(api, APPOINT, CHAT, [beside, named], id_type).code == 232027
        assert change_managers(api, APPOINT, CHAT, [beside], id_type).code == 0

    @pytest.mark.parametrize(("app", "code"), [("scopes: all", 0), ("scopes: [im:chat]", 232038)])
    def test_creator_with_its_scope_can_appoint_but_not_dismiss(self, make, app, code):
        api = make(readings="creator_appoints: allowed", app=app, groups=group(created_by=OURS))

        assert change_managers(api, APPOINT, CHAT, ["ou_jim"]).code == code
        assert change_managers(api, DISMISS, CHAT, ["ou_jim"]).code == 232038

    def test_manager_can_resign_but_not_dismiss_others(self, make):
        managed = group(managers=f"[{OURS}, Jim]")
        api = make(readings="manager_resigns: allowed", groups=managed)

        assert change_managers(api, DISMISS, CHAT, ["ou_jim"]).code == 232038
        assert change_managers(api, DISMISS, CHAT, [OURS], "app_id").data["chat_bot_managers"] == []
        assert change_managers(api.as_user("Jim"), DISMISS, CHAT, ["ou_jim"]).code == 0
        assert change_managers(make(groups=managed), DISMISS, CHAT, [OURS], "app_id").code == 232038

    @pytest.mark.parametrize("operation", [APPOINT, DISMISS])
    @pytest.mark.parametrize(
        ("keys", "code"),
        [
            pytest.param({"chat_id": "oc_other"}, 232001, id="unknown chat"),
            pytest.param({"tenant": "elsewhere"}, 232011, id="chat of another tenant"),
            pytest.param({"chat_status": "dissolved"}, 232009, id="dissolved chat"),
        ],
    )
    def test_chats_can_be_refused_by_the_listed_codes(self, make, operation, keys, code):
        api = make(readings="chat_of_managers: as_listed", groups=group(**keys))

        assert change_managers(api, operation, CHAT, ["ou_jim"]).code == code
