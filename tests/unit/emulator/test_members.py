"""Rules of members.openapi.yaml: chat_members_create, _delete, _get and _is_in_chat."""

from __future__ import annotations

import pytest

from tests.support.pretend import CROWD, OTHER, OURS, SECRET

APPROVAL = "settings: {membership_approval: approval_required}"


def group(**more):
    """A group of Kate's in which our bot is a plain member, as YAML."""
    values = {
        "chat_id": "oc_kate",
        "name": "Lunch",
        "owner": "Kate",
        "members": "[Jim]",
        "bots": f"[{OURS}]",
        **more,
    }
    return "  - {" + ", ".join(f"{name}: {value}" for name, value in values.items()) + "}"


def add(api, chat_id, ids, succeed_type=None, member_id_type=None):
    query = {"succeed_type": succeed_type, "member_id_type": member_id_type}
    return api.call(
        "chat_members_create",
        chat_id,
        body={"id_list": ids},
        query={name: value for name, value in query.items() if value is not None},
    )


def remove(api, chat_id, ids, member_id_type="open_id"):
    return api.call(
        "chat_members_delete", chat_id, body={"id_list": ids}, query={"member_id_type": member_id_type}
    )


EMPTY: dict[str, list[str]] = {
    "invalid_id_list": [],
    "not_existed_id_list": [],
    "pending_approval_id_list": [],
}


class TestSucceedType:
    """What to do when id_list holds ids that cannot be added."""

    @pytest.mark.parametrize("succeed_type", [None, 0, 1, 2])
    def test_usable_ids_are_added(self, api, succeed_type):
        chat_id = api.create()

        assert add(api, chat_id, ["ou_lilei", "ou_kate"], succeed_type).data == EMPTY
        assert api.members(chat_id) == ["ou_lilei", "ou_kate"]

    @pytest.mark.parametrize(
        ("id_type", "named", "code"),
        [
            pytest.param("open_id", "ou_nobody", 99992351, id="open_id"),
            pytest.param("user_id", "nobody", 99992360, id="user_id"),
            pytest.param("union_id", "on_nobody", 99992364, id="union_id"),
            pytest.param("app_id", "cli_nobody", 232043, id="app_id"),
            pytest.param("app_id", "cli_asleep", 232043, id="bot whose app is not activated"),
        ],
    )
    def test_0_unknown_id_or_bot_fails_the_whole_call(self, api, id_type, named, code):
        chat_id = api.create()

        assert add(api, chat_id, [named], member_id_type=id_type).code == code
        assert api.members(chat_id) == []

    def test_0_invisible_id_fails_the_whole_call_with_232024(self, api):
        chat_id = api.create()

        assert add(api, chat_id, ["ou_lilei", "ou_hidden"]).code == 232024
        assert api.members(chat_id) == []

    def test_0_resigned_people_are_only_listed_while_the_rest_joins(self, api):
        chat_id = api.create()

        assert add(api, chat_id, ["ou_gone", "ou_lilei"]).data == {**EMPTY, "invalid_id_list": ["ou_gone"]}
        assert api.members(chat_id) == ["ou_lilei"]

    def test_1_adds_what_it_can_and_lists_the_rest(self, api):
        chat_id = api.create()

        data = add(api, chat_id, ["ou_nobody", "ou_gone", "ou_hidden", "ou_lilei"], 1).data

        assert data == {
            **EMPTY,
            "invalid_id_list": ["ou_gone", "ou_hidden"],
            "not_existed_id_list": ["ou_nobody"],
        }
        assert api.members(chat_id) == ["ou_lilei"]

    def test_1_succeeds_even_if_not_a_single_id_is_usable(self, api):
        assert add(api, api.create(), ["ou_nobody"], 1).data == {
            **EMPTY,
            "not_existed_id_list": ["ou_nobody"],
        }

    def test_1_lists_bots_whose_app_is_not_activated(self, api):
        data = add(api, api.create(), ["cli_asleep", OTHER], 1, "app_id").data

        assert data["invalid_id_list"] == ["cli_asleep"]

    @pytest.mark.parametrize("named", ["ou_nobody", "ou_gone", "ou_hidden"])
    def test_2_any_unusable_id_fails_the_call_and_is_named(self, api, named):
        chat_id = api.create()

        answer = add(api, chat_id, ["ou_lilei", named], 2)

        assert answer.code == 232043
        assert named in answer.body["msg"].partition("ext=")[2]
        assert api.members(chat_id) == []

    def test_unknown_succeed_type_is_a_broken_rule(self, api):
        assert add(api, api.create(), ["ou_lilei"], 3).violations == ["succeed_type"]


class TestAdd:
    def test_members_and_duplicates_are_no_ops(self, api):
        chat_id = api.create(user_id_list=["ou_lilei"])

        assert add(api, chat_id, ["ou_lilei", "ou_kate", "ou_kate"]).data == EMPTY
        assert api.members(chat_id) == ["ou_lilei", "ou_kate"]

    def test_ids_follow_member_id_type(self, api):
        chat_id = api.create()

        add(api, chat_id, ["lilei"], member_id_type="user_id")
        add(api, chat_id, ["on_kate"], member_id_type="union_id")
        add(api, chat_id, [OTHER], member_id_type="app_id")

        assert api.members(chat_id) == ["ou_lilei", "ou_kate"]
        assert api.get(chat_id)["bot_count"] == "2"

    @pytest.mark.parametrize("body", [{}, {"id_list": []}])
    def test_empty_list_is_232027(self, api, body):
        chat_id = api.create()

        assert api.call("chat_members_create", chat_id, body=body).code == 232027
        assert api.call("chat_members_delete", chat_id, body=body).code == 232027

    def test_more_than_50_users_or_5_bots_are_232001(self, make):
        api = make(users=CROWD)
        chat_id = api.create()

        assert add(api, chat_id, [f"ou_p{number}" for number in range(51)]).code == 232001
        assert (
            add(api, chat_id, [f"cli_{number}" for number in range(6)], member_id_type="app_id").code
            == 232001
        )
        assert add(api, chat_id, [f"ou_p{number}" for number in range(50)]).code == 0

    def test_more_than_15_bots_in_the_chat_are_232013(self):
        from reconciler.emulator import Emulator, ManualClock
        from tests.support.pretend import Pretend

        bots = [f"cli_bot{number}" for number in range(15)]
        apps = "\n".join(f"  - {{app_id: {bot}, app_secret: x}}" for bot in bots)
        api = Pretend(
            Emulator.from_text(
                f"version: 1\ntenant: {{key: t}}\napps:\n  - {{app_id: {OURS}, app_secret: {SECRET}}}\n{apps}",
                clock=ManualClock(),
            )
        )
        chat_id = api.create(bot_id_list=bots[:5])
        add(api, chat_id, bots[5:10], member_id_type="app_id")
        assert add(api, chat_id, bots[10:14], member_id_type="app_id").code == 0

        assert add(api, chat_id, bots[14:], member_id_type="app_id").code == 232013
        api.close()

    def test_cap_of_the_administrator_is_232044(self, make):
        api = make(tenant="member_cap: 2")
        chat_id = api.create(user_id_list=["ou_lilei", "ou_kate"])

        assert add(api, chat_id, ["ou_jim"]).code == 232044
        assert add(api, chat_id, ["ou_kate"]).code == 0

    def test_people_of_other_tenants_never_enter_an_internal_chat(self, api):
        assert add(api, api.create(), ["ou_stranger"], 1).code == 232028

    def test_people_of_other_tenants_enter_an_external_chat(self, make):
        api = make(app="external_sharing: true", groups=group(external="true"))

        assert add(api, "oc_kate", ["ou_stranger"]).code == 0

    def test_open_id_of_another_app_is_99992361(self, api):
        assert add(api, api.create(), ["ou_jim_of_other"], 1).code == 99992361

    def test_adding_can_be_reserved_to_owner_and_managers(self, make):
        api = make(groups=group(settings="{add_member_permission: only_owner}"))
        assert add(api, "oc_kate", ["ou_lilei"]).code == 232017

        api.emulator.acts.add_managers("oc_kate", [OURS])

        assert add(api, "oc_kate", ["ou_lilei"]).code == 0

    def test_operator_outside_is_232011(self, api):
        assert add(api.of(OTHER), api.create(), ["ou_lilei"]).code == 232011

    @pytest.mark.parametrize("call", [add, remove])
    def test_p2p_is_232090_and_topic_works(self, make, call):
        assert call(make(groups=group(chat_mode="p2p")), "oc_kate", ["ou_lilei"]).code == 232090
        assert (
            call(make(groups=group(chat_mode="topic", managers=f"[{OURS}]")), "oc_kate", ["ou_jim"]).code == 0
        )


class TestApproval:
    """People whom a plain member invites into a group with approval wait; owner and managers add directly."""

    def test_invited_people_wait_and_are_no_members_yet(self, make):
        api = make(groups=group(settings="{membership_approval: approval_required}"))

        data = add(api, "oc_kate", ["ou_lilei", "ou_jim"], 1).data

        assert data == {**EMPTY, "pending_approval_id_list": ["ou_lilei"]}
        assert api.members("oc_kate") == ["ou_kate", "ou_jim"]

    def test_approval_lets_them_in(self, make):
        api = make(groups=group(settings="{membership_approval: approval_required}"))
        add(api, "oc_kate", ["ou_lilei"])

        api.emulator.acts.add_members("oc_kate", ["ou_lilei"])

        assert api.members("oc_kate") == ["ou_kate", "ou_jim", "ou_lilei"]
        assert api.emulator.acts.chat("oc_kate")["pending"] == []

    def test_owner_adds_directly(self, api):
        chat_id = api.create(membership_approval="approval_required")

        assert add(api, chat_id, ["ou_lilei"]).data == EMPTY


class TestDelete:
    def test_owner_removes_others_with_their_roles(self, api):
        chat_id = api.create(user_id_list=["ou_lilei", "ou_kate"], bot_id_list=[OTHER])
        api.call("chat_managers_add_managers", chat_id, body={"manager_ids": ["ou_lilei"]})

        assert remove(api, chat_id, ["ou_lilei"]).data == {"invalid_id_list": []}
        assert remove(api, chat_id, [OTHER], "app_id").code == 0

        assert api.members(chat_id) == ["ou_kate"]
        assert api.get(chat_id)["user_manager_id_list"] == []
        assert api.get(chat_id)["bot_count"] == "1"

    def test_unknown_ids_are_listed_and_absent_people_count_as_gone(self, api):
        chat_id = api.create(user_id_list=["ou_lilei"])

        data = remove(api, chat_id, ["ou_lilei", "ou_kate", "ou_nobody"]).data

        assert data == {"invalid_id_list": ["ou_nobody"]}

    def test_plain_member_may_not_remove_others(self, make):
        assert remove(make(groups=group()), "oc_kate", ["ou_jim"]).code == 232014

    def test_plain_member_may_leave(self, make):
        api = make(groups=group())

        assert remove(api, "oc_kate", [OURS], "app_id").code == 0
        assert api.call("chat_members_is_in_chat", "oc_kate").data == {"is_in_chat": False}

    def test_manager_may_remove_another_manager(self, make):
        api = make(groups=group(managers=f"[{OURS}, Jim]"))

        assert remove(api, "oc_kate", ["ou_jim"]).code == 0

    def test_owner_cannot_be_removed_by_somebody_else(self, make):
        assert remove(make(groups=group(managers=f"[{OURS}]")), "oc_kate", ["ou_kate"]).code == 232076

    def test_leaving_owner_is_followed_by_a_manager(self, api):
        chat_id = api.create(user_id_list=["ou_lilei", "ou_kate"])
        api.call("chat_managers_add_managers", chat_id, body={"manager_ids": ["ou_kate"]})

        assert remove(api, chat_id, [OURS], "app_id").code == 0

        assert api.emulator.acts.chat(chat_id)["owner"] == "ou_kate"

    def test_owner_without_a_candidate_cannot_leave(self, api):
        chat_id = api.create(bot_id_list=[OTHER])

        assert remove(api, chat_id, [OURS], "app_id").code == 232029

    def test_limits_per_call(self, api):
        chat_id = api.create()

        assert remove(api, chat_id, ["ou_x"] * 51).code == 232001
        assert remove(api, chat_id, ["cli_x"] * 6, "app_id").code == 232001


class TestGet:
    def test_items_name_the_id_type_name_and_tenant(self, api):
        chat_id = api.create(user_id_list=["ou_lilei"])

        data = api.call("chat_members_get", chat_id, query={"member_id_type": "user_id"}).data

        assert data == {
            "items": [
                {
                    "member_id_type": "user_id",
                    "member_id": "lilei",
                    "name": "李雷",
                    "tenant_key": "736588c9260f175d",
                }
            ],
            "has_more": False,
            "member_total": 1,
        }

    def test_bots_are_dropped_after_the_page_was_cut(self, api):
        chat_id = api.create(user_id_list=["ou_lilei", "ou_kate"])

        first = api.call("chat_members_get", chat_id, query={"page_size": 1}).data
        second = api.call(
            "chat_members_get", chat_id, query={"page_size": 1, "page_token": first["page_token"]}
        ).data

        assert (first["items"], first["has_more"]) == ([], True)
        assert [item["member_id"] for item in second["items"]] == ["ou_lilei"]

    def test_token_belongs_to_its_chat_and_id_type(self, api):
        chat_id = api.create(user_id_list=["ou_lilei", "ou_kate"])
        token = api.call("chat_members_get", chat_id, query={"page_size": 1}).data["page_token"]

        query = {"page_token": token, "member_id_type": "union_id"}

        assert api.call("chat_members_get", chat_id, query=query).code == 232001

    def test_default_page_has_20_entries(self, make):
        api = make(users=CROWD)
        chat_id = api.create(user_id_list=[f"ou_p{number}" for number in range(30)])

        data = api.call("chat_members_get", chat_id).data

        assert len(data["items"]) == 19  # 20 members, one of them a bot
        assert data["member_total"] == 30

    def test_security_setting_cuts_the_list_and_says_so(self, make):
        api = make(tenant="member_list_cap: 1")
        chat_id = api.create(user_id_list=["ou_lilei", "ou_kate"])

        data = api.call("chat_members_get", chat_id).data

        assert [item["member_id"] for item in data["items"]] == ["ou_lilei"]
        assert (data["member_total"], data["has_more"]) == (2, False)
        assert (data["trigger_security_conf_limit"], data["security_conf_limit"]) == (True, 1)

    def test_app_id_is_no_type_here(self, api):
        answer = api.call("chat_members_get", api.create(), query={"member_id_type": "app_id"})

        assert answer.violations == ["member_id_type"]

    def test_operator_outside_is_232011(self, api):
        assert api.of(OTHER).call("chat_members_get", api.create()).code == 232011


class TestIsInChat:
    """Not being in the chat is an answer, not an error."""

    def test_question_is_about_the_caller(self, api):
        chat_id = api.create()

        assert api.call("chat_members_is_in_chat", chat_id).data == {"is_in_chat": True}
        assert api.of(OTHER).call("chat_members_is_in_chat", chat_id).data == {"is_in_chat": False}

    def test_nobody_is_in_a_dissolved_chat(self, api):
        chat_id = api.create()
        api.call("chat_delete", chat_id)

        assert api.call("chat_members_is_in_chat", chat_id).data == {"is_in_chat": False}

    def test_unknown_chat_is_232006(self, api):
        assert api.call("chat_members_is_in_chat", "oc_nothing").code == 232006
