"""Rules of chats.openapi.yaml: chat_create, chat_get, chat_list, chat_update, chat_delete."""

from __future__ import annotations

import pytest

from reconciler.emulator import Fault, FaultKind
from tests.support.pretend import OTHER, OURS, TENANT

ON = {"status": True, "screenshot_has_permission_setting": "not_anyone"}


def owned_by_kate(**more):
    """A group of Kate's in which our bot is a plain member, as YAML."""
    extra = "".join(f", {name}: {value}" for name, value in more.items())
    return f"  - {{chat_id: oc_kate, name: Lunch, owner: Kate, members: [Jim], bots: [{OURS}]{extra}}}"


class TestCreate:
    def test_empty_object_creates_a_private_bot_owned_group_with_default_settings(self, api):
        data = api.call("chat_create", body={}).data

        assert data["chat_id"].startswith("oc_")
        assert (data["chat_type"], data["chat_mode"], data["group_message_type"]) == (
            "private",
            "group",
            "chat",
        )
        assert {
            data[name]
            for name in (
                "join_message_visibility",
                "leave_message_visibility",
                "urgent_setting",
                "video_conference_setting",
                "edit_permission",
                "hide_member_count_setting",
                "add_member_permission",
                "at_all_permission",
                "moderation_permission",
            )
        } == {"all_members"}
        assert data["share_card_permission"] == "allowed"
        assert data["membership_approval"] == "no_approval_required"
        assert data["restricted_mode_setting"] == {
            "status": False,
            "screenshot_has_permission_setting": "all_members",
            "download_has_permission_setting": "all_members",
            "message_has_permission_setting": "all_members",
        }
        assert data["description"] == ""
        assert data["tenant_key"] == TENANT

    def test_bot_owner_has_no_owner_fields(self, api):
        data = api.call("chat_create", body={"name": "Team"}).data

        assert "owner_id" not in data
        assert "owner_id_type" not in data

    def test_create_answer_has_no_counts_status_or_managers(self, api):
        data = api.call("chat_create", body={}).data

        assert not data.keys() & {"user_count", "bot_count", "chat_status", "user_manager_id_list"}

    def test_group_without_a_name_gets_the_placeholder_in_create_and_no_name_in_get(self, api):
        data = api.call("chat_create", body={}).data

        assert data["name"] == "(无主题)"
        assert "name" not in api.get(data["chat_id"])

    def test_calling_bot_joins_by_itself_and_users_and_bots_come_along(self, api):
        chat_id = api.create(user_id_list=["ou_lilei", "ou_kate"], bot_id_list=[OTHER])

        assert api.members(chat_id) == ["ou_lilei", "ou_kate"]
        assert (api.get(chat_id)["user_count"], api.get(chat_id)["bot_count"]) == ("2", "2")

    def test_all_accepted_fields_are_kept(self, api):
        body = {
            "name": "On-call",
            "description": "Rota",
            "i18n_names": {"zh_cn": "值班", "en_us": "On-call"},
            "chat_type": "public",
            "group_message_type": "thread",
            "join_message_visibility": "only_owner",
            "leave_message_visibility": "not_anyone",
            "membership_approval": "approval_required",
            "urgent_setting": "only_owner",
            "video_conference_setting": "only_owner",
            "edit_permission": "only_owner",
            "hide_member_count_setting": "only_owner",
        }

        chat_id = api.create(**body, restricted_mode_setting=ON)

        detail = api.get(chat_id)
        assert {name: detail[name] for name in body} == body
        assert detail["restricted_mode_setting"]["screenshot_has_permission_setting"] == "not_anyone"

    def test_three_permissions_cannot_be_set_at_create(self, api):
        chat_id = api.create(at_all_permission="only_owner", add_member_permission="only_owner")

        assert api.get(chat_id)["at_all_permission"] == "all_members"
        assert api.get(chat_id)["add_member_permission"] == "all_members"

    def test_named_owner_joins_and_owns_and_the_bot_is_a_plain_member(self, api):
        chat_id = api.create(name="Team", owner_id="ou_kate")

        detail = api.get(chat_id)
        assert (detail["owner_id"], detail["owner_id_type"]) == ("ou_kate", "open_id")
        assert detail["bot_manager_id_list"] == []
        assert api.members(chat_id) == ["ou_kate"]

    def test_set_bot_manager_makes_the_bot_a_manager_beside_a_named_owner(self, api):
        chat_id = api.create(owner_id="ou_kate", set_bot_manager="true")

        assert api.get(chat_id)["bot_manager_id_list"] == [OURS]

    def test_set_bot_manager_has_no_effect_without_owner_id(self, api):
        assert api.get(api.create(set_bot_manager="true"))["bot_manager_id_list"] == []

    def test_repeating_the_owner_in_user_id_list_is_harmless(self, api):
        chat_id = api.create(owner_id="ou_kate", user_id_list=["ou_kate", "ou_jim"])

        assert api.members(chat_id) == ["ou_kate", "ou_jim"]

    def test_user_id_type_rules_request_and_answer(self, api):
        query = {"user_id_type": "union_id"}
        data = api.call(
            "chat_create", body={"owner_id": "on_kate", "user_id_list": ["on_jim"]}, query=query
        ).data

        assert (data["owner_id"], data["owner_id_type"]) == ("on_kate", "union_id")
        assert api.members(data["chat_id"]) == ["ou_kate", "ou_jim"]

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            pytest.param({"chat_type": "public"}, 232042, id="public name missing"),
            pytest.param({"chat_type": "public", "name": ""}, 232042, id="public name empty"),
            pytest.param({"chat_type": "public", "name": "一"}, 232020, id="public name of one character"),
            pytest.param({"owner_id": "ou_nobody"}, 232030, id="owner unknown"),
            pytest.param({"owner_id": "ou_stranger"}, 232032, id="owner of another tenant"),
            pytest.param({"owner_id": "ou_gone"}, 232022, id="owner resigned"),
            pytest.param({"user_id_list": ["ou_kate", "ou_gone"]}, 232022, id="user resigned"),
            pytest.param({"user_id_list": ["ou_kate", "ou_nobody"]}, 232043, id="user unknown"),
            pytest.param({"user_id_list": ["ou_hidden"]}, 232043, id="user not visible"),
            pytest.param(
                {"user_id_list": ["ou_stranger"]}, 232033, id="would be external without the ability"
            ),
            pytest.param({"user_id_list": ["ou_jim_of_other"]}, 99992361, id="open_id of another app"),
            pytest.param({"bot_id_list": ["cli_nobody"]}, 232021, id="bot unknown"),
            pytest.param({"bot_id_list": ["cli_asleep"]}, 232043, id="bot not enabled"),
            pytest.param({"bot_id_list": [OURS]}, 232001, id="calling bot in bot_id_list"),
            pytest.param({"avatar": "picture.png"}, 232001, id="bad avatar key"),
            pytest.param(
                {"restricted_mode_setting": {"status": True}}, 232001, id="restricted mode on without a ban"
            ),
            pytest.param(
                {"restricted_mode_setting": {"message_has_permission_setting": "not_anyone"}},
                232001,
                id="a ban without status",
            ),
        ],
    )
    def test_refusals_make_nothing(self, api, body, code):
        answer = api.call("chat_create", body=body)

        assert (answer.status, answer.code) == (400, code)
        assert api.emulator.acts.chats() == []

    @pytest.mark.parametrize(
        ("tenant", "body", "code"),
        [
            pytest.param(
                "restricted_mode: false", {"restricted_mode_setting": ON}, 232057, id="edition lacks the mode"
            ),
            pytest.param(
                "hide_member_count: false",
                {"hide_member_count_setting": "only_owner"},
                232078,
                id="hiding counts not licensed",
            ),
            pytest.param(
                "public_groups: false",
                {"chat_type": "public", "name": "Team"},
                232091,
                id="administrator forbids public groups",
            ),
            pytest.param("review_words: [bad]", {"name": "a bad name"}, 232023, id="name fails the review"),
            pytest.param(
                "review_words: [bad]", {"description": "bad"}, 232023, id="description fails the review"
            ),
        ],
    )
    def test_refusals_of_the_tenant(self, make, tenant, body, code):
        assert make(tenant=tenant).call("chat_create", body=body).code == code

    def test_taken_public_name_is_232026_by_default_and_free_with_the_switch(self, api, make):
        lenient = make(readings="public_name_at_create: shared")
        for each in (api, lenient):
            each.create(name="Town hall", chat_type="public")

        again = {"name": "Town hall", "chat_type": "public"}

        assert api.call("chat_create", body=again).code == 232026
        assert lenient.call("chat_create", body=again).code == 0

    def test_private_groups_may_share_a_name(self, api):
        api.create(name="Town hall", chat_type="public")

        assert api.create(name="Town hall") != api.create(name="Town hall")

    def test_fifty_users_fit_and_five_bots(self, make):
        from tests.support.pretend import CROWD

        api = make(users=CROWD)
        chat_id = api.create(user_id_list=[f"ou_p{number}" for number in range(50)])

        assert api.get(chat_id)["user_count"] == "50"
        assert api.call("chat_create", body={"bot_id_list": ["cli_x"] * 6}).violations == ["bot_id_list"]


class TestExternal:
    """A bot with the external-sharing ability may invite users of other companies; a user owns the group."""

    def test_group_with_strangers_is_external(self, make):
        api = make(app="external_sharing: true")

        detail = api.get(api.create(owner_id="ou_kate", user_id_list=["ou_stranger"]))

        assert detail["external"] is True

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            pytest.param({}, 232001, id="a bot cannot own it"),
            pytest.param(
                {"owner_id": "ou_kate", "chat_type": "public", "name": "Out"}, 232069, id="cannot be public"
            ),
        ],
    )
    def test_limits_of_external_groups(self, make, body, code):
        api = make(app="external_sharing: true")

        assert api.call("chat_create", body={"user_id_list": ["ou_stranger"], **body}).code == code

    @pytest.mark.parametrize(
        "operation", ["chat_get", "chat_delete", "chat_tab_list", "chat_members_is_in_chat"]
    )
    def test_external_group_without_the_ability_is_232033(self, make, operation):
        api = make(groups=owned_by_kate(external="true"))

        assert api.call(operation, "oc_kate").code == 232033


class TestUuid:
    """Requests with one uuid and owner_id create at most one group in 10 hours."""

    def test_repeat_returns_the_group_of_the_first_call(self, api):
        first = api.create(name="Team", uuid="once")

        assert api.create(name="Another", uuid="once") == first
        assert len(api.emulator.acts.chats()) == 1

    def test_repeat_works_through_the_tenth_hour_and_not_longer(self, api):
        first = api.create(uuid="once")
        api.emulator.move_clock(36_000)
        api.token = ""
        assert api.create(uuid="once") == first

        api.emulator.move_clock(1)

        assert api.create(uuid="once") != first

    def test_another_owner_uuid_or_app_makes_another_group(self, api):
        first = api.create(uuid="once")

        assert api.create(uuid="once", owner_id="ou_kate") != first
        assert api.create(uuid="twice") != first
        assert api.of(OTHER).create(uuid="once") != first

    def test_without_uuid_every_success_creates(self, api):
        assert api.create(name="Team") != api.create(name="Team")

    def test_refused_create_does_not_use_the_uuid_up(self, api):
        api.call("chat_create", body={"user_id_list": ["ou_nobody"]}, query={"uuid": "once"})

        chat_id = api.create(uuid="once", name="Team")

        assert api.get(chat_id)["name"] == "Team"

    def test_repeat_while_the_first_is_running_is_232068(self, api):
        create = {"body": {"name": "Team"}, "query": {"uuid": "once"}}

        codes = [answer.code for answer in api.together(("chat_create", create), ("chat_create", create))]

        assert sorted(codes) == [0, 232068]


class TestGet:
    def test_counts_are_decimal_strings_and_users_do_not_include_bots(self, api):
        detail = api.get(api.create(user_id_list=["ou_lilei"]))

        assert (detail["user_count"], detail["bot_count"]) == ("1", "1")

    def test_chat_id_is_not_repeated(self, api):
        assert "chat_id" not in api.get(api.create())

    def test_caller_outside_gets_the_reduced_view(self, api):
        chat_id = api.create(name="Team", user_id_list=["ou_lilei"])

        detail = api.of(OTHER).get(chat_id)

        assert detail.keys() == {"avatar", "name", "user_count", "bot_count", "chat_status"}
        assert detail["user_count"] == "1"

    def test_dissolved_chat_shows_its_status_in_the_reduced_view(self, api):
        chat_id = api.create(name="Team")
        api.call("chat_delete", chat_id)

        detail = api.get(chat_id)

        assert detail["chat_status"] == "dissolved"
        assert "chat_mode" not in detail

    def test_managers_are_split_into_users_and_bots_without_the_owner(self, api):
        chat_id = api.create(user_id_list=["ou_lilei"], bot_id_list=[OTHER])
        api.call("chat_managers_add_managers", chat_id, body={"manager_ids": ["ou_lilei"]})
        api.call(
            "chat_managers_add_managers",
            chat_id,
            body={"manager_ids": [OTHER]},
            query={"member_id_type": "app_id"},
        )

        detail = api.get(chat_id)

        assert (detail["user_manager_id_list"], detail["bot_manager_id_list"]) == (["ou_lilei"], [OTHER])

    def test_p2p_chat_omits_what_it_does_not_have(self, make):
        api = make(groups=owned_by_kate(chat_mode="p2p"))

        detail = api.get("oc_kate")

        assert detail["chat_mode"] == "p2p"
        assert not detail.keys() & {
            "add_member_permission",
            "share_card_permission",
            "at_all_permission",
            "owner_id",
            "owner_id_type",
            "chat_type",
            "chat_tag",
            "join_message_visibility",
            "leave_message_visibility",
            "membership_approval",
            "group_message_type",
        }

    def test_group_message_type_is_returned_for_mode_group_only(self, make):
        detail = make(groups=owned_by_kate(chat_mode="topic")).get("oc_kate")

        assert "group_message_type" not in detail
        assert detail["owner_id"] == "ou_kate"

    @pytest.mark.parametrize("chat_id", ["oc_nothing", "nonsense"])
    def test_unknown_chat_is_232006(self, api, chat_id):
        assert api.call("chat_get", chat_id).code == 232006

    def test_open_id_is_the_callers(self, make):
        api = make(groups=f"  - {{chat_id: oc_jim, owner: Jim, bots: [{OURS}, {OTHER}]}}")

        assert api.get("oc_jim")["owner_id"] == "ou_jim"
        assert api.of(OTHER).get("oc_jim")["owner_id"] == "ou_jim_of_other"


class TestList:
    def test_lists_what_the_bot_is_in_oldest_first(self, api):
        first, second = api.create(name="A"), api.create(name="B", bot_id_list=[OTHER])

        assert [item["chat_id"] for item in api.call("chat_list").data["items"]] == [first, second]
        assert [item["chat_id"] for item in api.of(OTHER).call("chat_list").data["items"]] == [second]

    def test_items_are_summaries_without_a_bot_owner(self, api):
        api.create(name="A", owner_id="ou_kate")
        api.create(name="B")

        with_user, with_bot = api.call("chat_list").data["items"]

        assert (with_user["owner_id"], with_user["owner_id_type"]) == ("ou_kate", "open_id")
        assert "owner_id" not in with_bot
        assert "chat_type" not in with_bot

    @pytest.mark.parametrize("sort_type", ["ByCreateTimeAsc", "ByActiveTimeDesc"])
    def test_walk_finds_every_group_once_and_the_last_page_has_no_token(self, api, sort_type):
        made = [api.create(name=str(number)) for number in range(7)]
        found, query = [], {"page_size": 3, "sort_type": sort_type}

        while True:
            data = api.call("chat_list", query=query).data
            found += [item["chat_id"] for item in data["items"]]
            if not data["has_more"]:
                break
            query["page_token"] = data["page_token"]

        assert sorted(found) == sorted(made)
        assert "page_token" not in data

    def test_most_recently_active_first(self, api):
        first, second = api.create(name="A"), api.create(name="B")
        api.emulator.move_clock(1)
        api.call("chat_update", first, body={"description": "x"})

        items = api.call("chat_list", query={"sort_type": "ByActiveTimeDesc"}).data["items"]

        assert [item["chat_id"] for item in items] == [first, second]

    def test_dissolved_and_p2p_chats_are_not_listed(self, make):
        api = make(groups=owned_by_kate(chat_mode="p2p"))
        api.call("chat_delete", api.create())

        assert api.call("chat_list").data == {"items": [], "has_more": False}

    @pytest.mark.parametrize("token", ["nonsense", "bm9uc2Vuc2U=", "b3RoZXIfNQ==", "/w=="])
    def test_foreign_page_token_is_232001(self, api, token):
        assert api.call("chat_list", query={"page_token": token}).code == 232001


class TestUpdate:
    def test_left_out_fields_keep_their_value(self, api):
        chat_id = api.create(name="Team", description="Text", i18n_names={"zh_cn": "队"})
        before = api.get(chat_id)

        answer = api.call("chat_update", chat_id, body={"urgent_setting": "only_owner"})

        assert answer.data == {}
        assert api.get(chat_id) == {**before, "urgent_setting": "only_owner"}

    def test_empty_body_changes_nothing(self, api):
        chat_id = api.create(name="Team")
        before = api.get(chat_id)

        assert api.call("chat_update", chat_id, body={}).code == 0
        assert api.get(chat_id) == before

    def test_moderation_permission_in_the_body_is_ignored(self, api):
        chat_id = api.create()

        assert api.call("chat_update", chat_id, body={"moderation_permission": "only_owner"}).code == 0
        assert api.get(chat_id)["moderation_permission"] == "all_members"

    def test_i18n_names_and_restricted_mode_are_merged_by_key(self, api):
        chat_id = api.create(i18n_names={"zh_cn": "队"}, restricted_mode_setting=ON)

        api.call(
            "chat_update",
            chat_id,
            body={
                "i18n_names": {"en_us": "Team"},
                "restricted_mode_setting": {"message_has_permission_setting": "not_anyone"},
            },
        )

        detail = api.get(chat_id)
        assert detail["i18n_names"] == {"zh_cn": "队", "en_us": "Team"}
        assert detail["restricted_mode_setting"] == {
            "status": True,
            "screenshot_has_permission_setting": "not_anyone",
            "download_has_permission_setting": "all_members",
            "message_has_permission_setting": "not_anyone",
        }

    def test_empty_string_clears(self, api):
        chat_id = api.create(name="Team", description="Text", i18n_names={"zh_cn": "队"})

        api.call("chat_update", chat_id, body={"description": "", "i18n_names": {"zh_cn": ""}, "name": ""})

        detail = api.get(chat_id)
        assert detail["description"] == ""
        assert not detail.keys() & {"i18n_names", "name"}

    def test_empty_string_is_ignored_with_the_switch(self, make):
        api = make(readings="empty_string: ignored")
        chat_id = api.create(name="Team", description="Text", i18n_names={"zh_cn": "队"})
        before = api.get(chat_id)

        api.call("chat_update", chat_id, body={"description": "", "i18n_names": {"zh_cn": ""}})

        assert api.get(chat_id) == before

    def test_avatar_is_written_as_a_key_and_read_as_a_url(self, api):
        chat_id = api.create()

        api.call("chat_update", chat_id, body={"avatar": "img_v2_abc"})

        assert api.get(chat_id)["avatar"].startswith("https://")
        assert "img_v2_abc" in api.get(chat_id)["avatar"]

    @pytest.mark.parametrize(
        ("pair", "code"),
        [
            pytest.param(
                {"add_member_permission": "only_owner", "share_card_permission": "not_allowed"},
                0,
                id="closed",
            ),
            pytest.param(
                {"add_member_permission": "all_members", "share_card_permission": "allowed"}, 0, id="open"
            ),
            pytest.param(
                {"add_member_permission": "only_owner", "share_card_permission": "allowed"},
                232001,
                id="mismatch",
            ),
            pytest.param({"add_member_permission": "only_owner"}, 232001, id="first alone"),
            pytest.param({"share_card_permission": "allowed"}, 232001, id="second alone"),
        ],
    )
    def test_add_member_and_share_card_are_sent_together_and_match(self, api, pair, code):
        assert api.call("chat_update", api.create(), body=pair).code == code

    def test_refused_field_refuses_the_whole_request(self, api):
        chat_id = api.create(name="Team")
        before = api.get(chat_id)

        answer = api.call("chat_update", chat_id, body={"name": "Other", "owner_id": "ou_kate"})

        assert answer.code == 232012
        assert api.get(chat_id) == before

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            pytest.param({"restricted_mode_setting": {"status": True}}, 232001, id="on without a ban"),
            pytest.param({"avatar": "x.png"}, 232041, id="bad avatar key"),
            pytest.param({"chat_type": "public", "name": "一"}, 232001, id="public name too short"),
            pytest.param({"chat_type": "public", "name": ""}, 232001, id="public name empty"),
            pytest.param({"owner_id": "ou_nobody"}, 232035, id="owner unknown"),
            pytest.param({"owner_id": "ou_jim_of_other"}, 99992361, id="open_id of another app"),
            pytest.param({"owner_id": "ou_stranger"}, 232031, id="owner of another tenant"),
            pytest.param({"owner_id": "ou_kate"}, 232012, id="owner not in the chat"),
        ],
    )
    def test_refusals(self, api, body, code):
        answer = api.call("chat_update", api.create(name="Team"), body=body)

        assert (answer.status, answer.code) == (400, code)

    @pytest.mark.parametrize(
        ("tenant", "body", "code"),
        [
            pytest.param(
                "restricted_mode: false", {"restricted_mode_setting": ON}, 232057, id="edition lacks the mode"
            ),
            pytest.param(
                "hide_member_count: false",
                {"hide_member_count_setting": "only_owner"},
                232078,
                id="count not licensed",
            ),
            pytest.param("public_groups: false", {"chat_type": "public"}, 232091, id="public forbidden"),
            pytest.param("review_words: [bad]", {"name": "bad"}, 232023, id="content review"),
        ],
    )
    def test_refusals_of_the_tenant(self, make, tenant, body, code):
        api = make(tenant=tenant)

        assert api.call("chat_update", api.create(name="Team"), body=body).code == code

    def test_restricted_mode_off_needs_all_three_open(self, api):
        chat_id = api.create(restricted_mode_setting=ON)
        off = {"status": False, "screenshot_has_permission_setting": "all_members"}

        assert (
            api.call("chat_update", chat_id, body={"restricted_mode_setting": {"status": False}}).code
            == 232001
        )
        assert api.call("chat_update", chat_id, body={"restricted_mode_setting": off}).code == 0

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param({"name": "Town hall"}, id="rename of a public group"),
            pytest.param({"chat_type": "public", "name": "Town hall"}, id="both at once"),
        ],
    )
    def test_public_name_is_unique_in_the_tenant(self, api, body):
        api.create(name="Town hall", chat_type="public")
        chat_id = api.create(name="Other", chat_type="public")

        assert api.call("chat_update", chat_id, body=body).code == 232026

    def test_stored_name_counts_when_only_the_type_becomes_public(self, api):
        api.create(name="Town hall", chat_type="public")

        assert (
            api.call("chat_update", api.create(name="Town hall"), body={"chat_type": "public"}).code == 232026
        )
        assert api.call("chat_update", api.create(), body={"chat_type": "public"}).code == 232001

    def test_public_group_keeps_its_own_name(self, api):
        chat_id = api.create(name="Town hall", chat_type="public")

        assert api.call("chat_update", chat_id, body={"name": "Town hall", "description": "x"}).code == 0

    def test_dissolved_group_frees_its_public_name(self, api):
        api.call("chat_delete", api.create(name="Town hall", chat_type="public"))

        assert api.create(name="Town hall", chat_type="public")

    def test_external_group_cannot_become_public(self, make):
        api = make(app="external_sharing: true")
        chat_id = api.create(
            name="Out", owner_id="ou_kate", user_id_list=["ou_stranger"], set_bot_manager="true"
        )

        assert api.call("chat_update", chat_id, body={"chat_type": "public"}).code == 232069

    def test_approval_cannot_be_turned_off_during_a_meeting(self, api):
        chat_id = api.create(membership_approval="approval_required")
        api.emulator.acts.change(chat_id, meeting=True)

        answer = api.call("chat_update", chat_id, body={"membership_approval": "no_approval_required"})

        assert answer.code == 232093

    @pytest.mark.parametrize("mode", ["topic", "p2p"])
    def test_other_modes_are_232008(self, make, mode):
        api = make(groups=owned_by_kate(chat_mode=mode))

        assert api.call("chat_update", "oc_kate", body={}).code == 232008

    @pytest.mark.parametrize(
        ("state", "body", "code"),
        [
            pytest.param(
                "settings: {edit_permission: only_owner}", {"name": "x"}, 232002, id="editing is reserved"
            ),
            pytest.param(
                "settings: {edit_permission: only_owner}",
                {"at_all_permission": "only_owner"},
                232002,
                id="232002 comes before 232016",
            ),
            pytest.param(
                "settings: {}", {"at_all_permission": "only_owner"}, 232016, id="not one of the basics"
            ),
            pytest.param("settings: {}", {"owner_id": "ou_jim"}, 232016, id="transfer"),
            pytest.param(
                "settings: {}",
                {"avatar": "img_x", "name": "x", "description": "y"},
                0,
                id="avatar, name, description",
            ),
            pytest.param("settings: {}", {"i18n_names": {"en_us": "x"}}, 0, id="i18n_names"),
        ],
    )
    def test_plain_member(self, make, state, body, code):
        api = make(groups=owned_by_kate()[:-1] + f", {state}}}")

        assert api.call("chat_update", "oc_kate", body=body).code == code


class TestTransfer:
    """owner_id transfers ownership; the bot loses its owner rights at once."""

    def test_new_owner_is_shown_and_the_bot_is_a_plain_member(self, make):
        api = make(app='scopes: ["im:chat"]')
        chat_id = api.create(user_id_list=["ou_kate"])

        assert api.call("chat_update", chat_id, body={"owner_id": "ou_kate"}).code == 0

        assert api.get(chat_id)["owner_id"] == "ou_kate"
        assert api.call("chat_update", chat_id, body={"urgent_setting": "only_owner"}).code == 232016
        assert api.call("chat_delete", chat_id).code == 232017

    def test_creating_bot_with_operate_as_owner_keeps_owner_like_power(self, api):
        chat_id = api.create(owner_id="ou_kate")

        assert api.call("chat_update", chat_id, body={"urgent_setting": "only_owner"}).code == 0
        assert api.call("chat_delete", chat_id).code == 0

    def test_new_owner_leaves_the_managers(self, api):
        chat_id = api.create(user_id_list=["ou_kate"])
        api.call("chat_managers_add_managers", chat_id, body={"manager_ids": ["ou_kate"]})

        api.call("chat_update", chat_id, body={"owner_id": "ou_kate"})

        assert api.get(chat_id)["user_manager_id_list"] == []

    def test_manager_may_transfer(self, api):
        chat_id = api.create(owner_id="ou_kate", user_id_list=["ou_jim"], set_bot_manager="true")

        assert api.call("chat_update", chat_id, body={"owner_id": "ou_jim"}).code == 0

    def test_transfer_can_commit_behind_a_504(self, api):
        chat_id = api.create(user_id_list=["ou_kate"])
        api.emulator.faults.add(Fault(FaultKind.ANSWER, "chat_update", status=504, done=True))

        answer = api.call("chat_update", chat_id, body={"owner_id": "ou_kate"})

        assert answer.status == 504
        assert api.get(chat_id)["owner_id"] == "ou_kate"


class TestDelete:
    def test_dissolves_without_history_for_good(self, api):
        chat_id = api.create(name="Team")

        assert api.call("chat_delete", chat_id).data == {}
        assert api.get(chat_id)["chat_status"] == "dissolved"

    def test_second_delete_is_232009(self, api):
        chat_id = api.create()
        api.call("chat_delete", chat_id)

        assert api.call("chat_delete", chat_id).code == 232009

    @pytest.mark.parametrize(
        "operation", ["chat_update", "chat_moderation_get", "chat_members_get", "chat_tab_create"]
    )
    def test_everything_else_on_a_dissolved_chat_is_232009(self, api, operation):
        chat_id = api.create()
        api.call("chat_delete", chat_id)
        tab = {"tab_type": "url", "tab_content": {"url": "https://x.example"}}

        assert api.call(operation, chat_id, body={"chat_tabs": [tab]}).code == 232009

    def test_mode_other_than_group_is_232008(self, make):
        assert make(groups=owned_by_kate(chat_mode="topic")).call("chat_delete", "oc_kate").code == 232008
