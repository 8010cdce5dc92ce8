"""Rules of chats.openapi.yaml: chat_create, chat_get, chat_list, chat_update, chat_delete."""

from __future__ import annotations

import pytest

from reconciler.emulator import Fault, FaultKind
from reconciler.emulator.store import Image, Token, TokenKind
from tests.support.groups import group
from tests.support.pretend import CROWD, OTHER, OURS, STORE, TENANT
from tests.support.rows import client_side, shows_error, shows_rule

client_side(
    "chat_create",
    "Without i18n_names every locale shows name",
    "It is the client app that shows names; answers have name as it is and leave i18n_names out.",
)

ON = {"status": True, "screenshot_has_permission_setting": "not_anyone"}


def owned_by_kate(**more):
    """A group of Kate's in which our bot is a plain member, as YAML."""
    extra = "".join(f", {name}: {value}" for name, value in more.items())
    return f"  - {{chat_id: oc_kate, name: Lunch, owner: Kate, members: [Jim], bots: [{OURS}]{extra}}}"


def one_to_one_with_kate():
    """The conversation of Kate and our bot."""
    return group("oc_kate", owner="Kate", bots=[OURS], chat_mode="p2p")


class TestCreate:
    @shows_rule(
        "chat_create", "an empty object creates a private, bot-owned group", "Defaults: chat_mode group"
    )
    @shows_rule("chats", "chat_mode group is an ordinary conversation group")
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

    @shows_rule("chat_create", "When it is omitted the bot owns the group and owner_id is absent")
    def test_bot_owner_has_no_owner_fields(self, api):
        data = api.call("chat_create", body={"name": "Team"}).data

        assert "owner_id" not in data
        assert "owner_id_type" not in data

    def test_create_answer_has_no_counts_status_or_managers(self, api):
        data = api.call("chat_create", body={}).data

        assert not data.keys() & {"user_count", "bot_count", "chat_status", "user_manager_id_list"}

    @shows_rule("chat_create", "A private group without a name gets the placeholder name")
    @shows_rule("chat_get", "A chat without a name has no name field")
    def test_group_without_a_name_gets_the_placeholder_in_create_and_no_name_in_get(self, api):
        data = api.call("chat_create", body={}).data

        assert data["name"] == "(无主题)"
        assert "name" not in api.get(data["chat_id"])

    @shows_rule("chat_create", "the calling bot joins the group by itself")
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

    @shows_rule("chats", "If create names no owner_id, the creating bot is the owner")
    def test_named_owner_joins_and_owns_and_the_bot_is_a_plain_member(self, api):
        chat_id = api.create(name="Team", owner_id="ou_kate")

        detail = api.get(chat_id)
        assert (detail["owner_id"], detail["owner_id_type"]) == ("ou_kate", "open_id")
        assert detail["bot_manager_id_list"] == []
        assert api.members(chat_id) == ["ou_kate"]

    @shows_rule("chats", "or a manager when set_bot_manager=true")
    def test_set_bot_manager_makes_the_bot_a_manager_beside_a_named_owner(self, api):
        chat_id = api.create(owner_id="ou_kate", set_bot_manager="true")

        assert api.get(chat_id)["bot_manager_id_list"] == [OURS]

    @shows_rule("chat_create", "set_bot_manager has an effect only together with owner_id")
    def test_set_bot_manager_has_no_effect_without_owner_id(self, api):
        assert api.get(api.create(set_bot_manager="true"))["bot_manager_id_list"] == []

    def test_repeating_the_owner_in_user_id_list_is_harmless(self, api):
        chat_id = api.create(owner_id="ou_kate", user_id_list=["ou_kate", "ou_jim"])

        assert api.members(chat_id) == ["ou_kate", "ou_jim"]

    @shows_rule("chats", "user_id_type selects the ID form of every user id")
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
    @shows_rule(
        "chat_create",
        "An unusable id in user_id_list or bot_id_list fails the whole request",
        "A public group must have a name (232042)",
        "must not be listed in bot_id_list",
        "must be a user of the operator's tenant (232032)",
    )
    @shows_rule("chats", "status=true needs at least one of its three settings")
    @shows_error("chat_create", 232001, 232020, 232021, 232022, 232030, 232032, 232033, 232042, 232043)
    @shows_error("chats", 99992361)
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
    @shows_rule(
        "chat_create",
        "needs the enterprise flagship edition (232057)",
        "hide_member_count_setting needs a tenant (232078)",
    )
    @shows_error("chat_create", 232023, 232057, 232078, 232091)
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

    @shows_rule("chat_create", "At most 50 users and 5 bots per request")
    def test_fifty_users_fit_and_five_bots(self, make):
        api = make(users=CROWD)
        chat_id = api.create(user_id_list=[f"ou_p{number}" for number in range(50)])

        assert api.get(chat_id)["user_count"] == "50"
        assert api.call("chat_create", body={"bot_id_list": ["cli_x"] * 6}).violations == ["bot_id_list"]

    @pytest.mark.parametrize("mode", ["topic", "p2p"])
    @shows_rule("chat_create", "Creates only chat_mode group")
    @shows_rule("chats", "It can be created only in the Feishu client and accepts topics only")
    @shows_error("chats", 99992402)
    def test_other_modes_cannot_be_created(self, api, mode):
        answer = api.call("chat_create", body={"chat_mode": mode})

        assert (answer.code, answer.violations) == (99992402, ["chat_mode"])

    @shows_rule("chat_create", "These are advice, not stated limits")
    @shows_rule("chat_update", "name and i18n names: at most 60 characters advised")
    def test_long_texts_are_only_advised_against(self, api):
        texts = {"name": "n" * 61, "description": "d" * 101, "i18n_names": {"en_us": "n" * 61}}

        chat_id = api.create(**texts)
        answer = api.call("chat_update", chat_id, body=texts)

        assert answer.code == 0
        assert {name: api.get(chat_id)[name] for name in texts} == texts

    @shows_rule("chat_create", "chat_id is returned here and must be stored")
    @shows_rule("chats", "A chat_id is found in the response of chat_create, through chat_list")
    def test_chat_id_of_the_answer_names_the_group_from_then_on(self, api):
        chat_id = api.create(name="Team")
        api.emulator.move_clock(60)  # until then the search does not know it

        (listed,) = api.call("chat_list").data["items"]
        (found,) = api.call("chat_search", query={"query": "Team"}).data["items"]
        assert listed["chat_id"] == found["chat_id"] == chat_id
        assert api.get(chat_id)["name"] == "Team"

    @shows_rule("chat_create", "Called by an app (tenant token) only")
    @shows_error("chats", 99991668)
    def test_person_cannot_create(self, api):
        assert api.as_user("ou_kate").call("chat_create", body={}).code == 99991668

    @shows_rule("chat_create", "Store (isv) apps cannot use user ids of the user_id form")
    @shows_error("chat_create", 232001)
    def test_store_app_names_people_by_open_id_or_union_id(self, api):
        store = api.of(STORE)
        store.token = "t-store"
        token = Token("t-store", TokenKind.TENANT, STORE, TENANT, api.emulator.clock.now() + 60)
        with api.emulator.store.transaction(write=True):
            api.emulator.store.add_token(token)

        by_user_id = store.call("chat_create", body={"owner_id": "kate"}, query={"user_id_type": "user_id"})
        by_union_id = store.call(
            "chat_create", body={"owner_id": "on_kate"}, query={"user_id_type": "union_id"}
        )

        assert (by_user_id.code, by_union_id.code) == (232001, 0)

    def test_store_app_makes_and_lists_groups_in_each_of_its_tenants(self, api):
        chats = []
        for tenant in (TENANT, "elsewhere"):
            store = api.of(STORE)
            store.token = f"t-{tenant}"
            token = Token(store.token, TokenKind.TENANT, STORE, tenant, api.emulator.clock.now() + 60)
            with api.emulator.store.transaction(write=True):
                api.emulator.store.add_token(token)

            made = store.create(uuid="once")
            chats.append(made)

            assert [item["chat_id"] for item in store.call("chat_list").data["items"]] == [made]
        assert len(set(chats)) == 2

    def test_picture_uploaded_for_messages_is_no_avatar(self, api):
        with api.emulator.store.transaction(write=True):
            api.emulator.store.add_image(Image("img_message", OURS, "message"))

        assert api.call("chat_create", body={"avatar": "img_message"}).code == 232001


class TestExternal:
    """A bot with the external-sharing ability may invite users of other companies; a user owns the group."""

    @shows_rule("chat_create", "A bot with the external-sharing ability may invite users")
    def test_group_with_strangers_is_external(self, make):
        api = make(app="external_sharing: true")

        detail = api.get(api.create(owner_id="ou_kate", user_id_list=["ou_stranger"]))

        assert detail["external"] is True

    @shows_rule("chat_create", "every external user must already be a contact of that owner")
    @pytest.mark.parametrize(("owner", "code"), [("ou_boss", 0), ("ou_loner", 232043)])
    def test_owner_knows_everybody_from_outside(self, make, owner, code):
        people = (
            "  - {name: Boss, open_id: ou_boss, contacts: [Stranger]}\n"
            "  - {name: Alone, open_id: ou_loner, contacts: []}\n"
        )
        api = make(app="external_sharing: true", users=people)

        assert api.call("chat_create", body={"owner_id": owner, "user_id_list": ["ou_stranger"]}).code == code

    @pytest.mark.parametrize(("other", "code"), [("", 232033), ("external_sharing: true", 0)])
    def test_invited_bots_need_the_ability_too(self, make, other, code):
        api = make(app="external_sharing: true", other=other)
        body = {"owner_id": "ou_kate", "user_id_list": ["ou_stranger"], "bot_id_list": [OTHER]}

        assert api.call("chat_create", body=body).code == code

    def test_person_from_outside_has_no_user_id_here(self, make):
        api = make(
            groups=group(owner="Stranger", bots=[OURS], external=True),
            app="external_sharing: true",
        )

        detail = api.call("chat_get", "oc_x", query={"user_id_type": "user_id"}).data

        assert "owner_id" not in detail
        assert api.get("oc_x")["owner_id"] == "ou_stranger"

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            pytest.param({}, 232001, id="a bot cannot own it"),
            pytest.param(
                {"owner_id": "ou_kate", "chat_type": "public", "name": "Out"}, 232069, id="cannot be public"
            ),
        ],
    )
    @shows_rule("chat_create", "it cannot be public (232069), a user must be named as owner_id")
    @shows_error("chat_create", 232001, 232069)
    def test_limits_of_external_groups(self, make, body, code):
        api = make(app="external_sharing: true")

        assert api.call("chat_create", body={"user_id_list": ["ou_stranger"], **body}).code == code


class TestUuid:
    """Requests with one uuid and owner_id create at most one group in 10 hours."""

    @shows_rule("chat_create", "create at most one group in 10 hours")
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

    @shows_rule("chat_create", "without uuid every successful call creates a new group")
    @shows_rule("chats", "chat_id is generated by the system at creation")
    def test_without_uuid_every_success_creates(self, api):
        first, second = api.create(name="Team"), api.create(name="Team")

        assert first != second
        assert first.startswith("oc_")
        assert second.startswith("oc_")

    def test_refused_create_does_not_use_the_uuid_up(self, api):
        api.call("chat_create", body={"user_id_list": ["ou_nobody"]}, query={"uuid": "once"})

        chat_id = api.create(uuid="once", name="Team")

        assert api.get(chat_id)["name"] == "Team"

    @shows_error("chat_create", 232068)
    def test_repeat_while_the_first_is_running_is_232068(self, api):
        create = {"body": {"name": "Team"}, "query": {"uuid": "once"}}

        codes = [answer.code for answer in api.together(("chat_create", create), ("chat_create", create))]

        assert sorted(codes) == [0, 232068]


class TestGet:
    @shows_rule("chat_get", "user_count and bot_count are decimal strings")
    def test_counts_are_decimal_strings_and_users_do_not_include_bots(self, api):
        detail = api.get(api.create(user_id_list=["ou_lilei"]))

        assert (detail["user_count"], detail["bot_count"]) == ("1", "1")

    def test_chat_id_is_not_repeated(self, api):
        assert "chat_id" not in api.get(api.create())

    @shows_rule(
        "chat_get",
        "A caller who is not in the chat gets a reduced view",
        "tell a reduced view from a full one by the absence of chat_mode",
    )
    @pytest.mark.parametrize("person", [False, True], ids=["bot", "person"])
    def test_caller_outside_gets_the_reduced_view(self, api, person):
        chat_id = api.create(name="Team", user_id_list=["ou_lilei"])
        caller = api.as_user("ou_kate") if person else api.of(OTHER)

        detail = caller.get(chat_id)

        assert detail.keys() == {"avatar", "name", "user_count", "bot_count", "chat_status"}
        assert (detail["user_count"], detail["bot_count"]) == ("1", "1")

    @shows_rule("chat_get", "bot_manager_id_list holds App IDs")
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

    @shows_rule("chat_get", "p2p chats omit add_member_permission")
    @shows_rule(
        "chats", "Not every kind of chat has every field", "An absent owner_id proves bot ownership only in"
    )
    def test_p2p_chat_omits_what_it_does_not_have(self, make):
        api = make(groups=one_to_one_with_kate())

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

    @shows_rule(
        "chat_get",
        "group_message_type is returned only for chat_mode group",
        "This is the way to look a chat's mode up",
    )
    @shows_rule("chats", "chat_mode topic is a topic group")
    def test_group_message_type_is_returned_for_mode_group_only(self, make):
        detail = make(groups=owned_by_kate(chat_mode="topic")).get("oc_kate")

        assert "group_message_type" not in detail
        assert detail["owner_id"] == "ou_kate"

    def test_open_id_is_the_callers(self, make):
        api = make(groups=f"  - {{chat_id: oc_jim, owner: Jim, bots: [{OURS}, {OTHER}]}}")

        assert api.get("oc_jim")["owner_id"] == "ou_jim"
        assert api.of(OTHER).get("oc_jim")["owner_id"] == "ou_jim_of_other"

    @shows_rule("chat_get", "owner_id_type repeats user_id_type", "user_manager_id_list follows user_id_type")
    @shows_rule(
        "chats",
        "user_id_type selects the ID form of every user id",
        "An absent owner_id proves bot ownership only in",
    )
    def test_people_are_shown_in_the_form_that_was_asked_for_and_bots_by_app_id(self, make):
        groups = group(owner="Kate", managers=["Jim", OURS]) + group("oc_bot", owner=OURS)
        api = make(groups=groups)

        shown = {
            form: api.call("chat_get", "oc_x", query={"user_id_type": form}).data
            for form in ("open_id", "union_id", "user_id")
        }

        assert {form: (view["owner_id"], view["owner_id_type"]) for form, view in shown.items()} == {
            "open_id": ("ou_kate", "open_id"),
            "union_id": ("on_kate", "union_id"),
            "user_id": ("kate", "user_id"),
        }
        assert [view["user_manager_id_list"] for view in shown.values()] == [["ou_jim"], ["on_jim"], ["jim"]]
        assert {tuple(view["bot_manager_id_list"]) for view in shown.values()} == {(OURS,)}
        assert api.get("oc_x") == shown["open_id"]
        assert "owner_id" not in api.get("oc_bot")
        assert "owner_id" not in api.of(OTHER).get("oc_x")

    @shows_rule("chats", "When the owner is a bot, owner_id and owner_id_type are absent")
    def test_owner_is_absent_from_create_get_list_and_search_where_a_bot_owns_the_group(self, api):
        created = api.call("chat_create", body={"name": "Team"}).data
        api.emulator.move_clock(60)  # until then the search does not know it
        (listed,) = api.call("chat_list").data["items"]
        (found,) = api.call("chat_search", query={"query": "Team"}).data["items"]

        for view in (created, listed, found, api.get(created["chat_id"])):
            assert not view.keys() & {"owner_id", "owner_id_type"}

    @shows_rule("chat_get", "owner_id and owner_id_type are absent when the owner is a bot")
    def test_members_see_no_owner_where_a_bot_owns_the_group(self, make):
        detail = make(groups=group(owner=OTHER, bots=[OURS])).get("oc_x")

        assert detail["chat_mode"] == "group"
        assert not detail.keys() & {"owner_id", "owner_id_type"}

    @pytest.mark.parametrize(("keep_history", "status"), [(False, "dissolved"), (True, "dissolved_save")])
    @shows_rule("chat_get", "No dissolved code is listed here")
    def test_status_tells_whether_the_history_is_kept(self, api, keep_history, status):
        chat_id = api.create(name="Team", user_id_list=["ou_kate"])
        api.emulator.acts.dissolve(chat_id, keep_history=keep_history)

        detail = api.get(chat_id)

        assert detail.keys() == {"avatar", "name", "user_count", "bot_count", "chat_status"}
        assert detail["chat_status"] == status

    @pytest.mark.parametrize(
        ("tags", "external", "shown"),
        [
            pytest.param([], False, "inner", id="inside one company"),
            pytest.param([], True, None, id="external"),
            pytest.param(["customer_service", "meeting"], True, "meeting", id="meeting before service"),
            pytest.param(["meeting", "edu"], False, "edu", id="edu before meeting"),
            pytest.param(["edu", "department"], False, "department", id="department before edu"),
            pytest.param(["department", "tenant"], False, "tenant", id="company before department"),
            pytest.param(["tenant", "inner"], False, "inner", id="inner before all"),
        ],
    )
    @shows_rule("chats", "chat_tag shows one tag only")
    def test_first_tag_that_applies_is_shown(self, make, tags, external, shown):
        api = make(groups=group(tags=tags, external=external), app="external_sharing: true")

        assert api.get("oc_x").get("chat_tag") == shown

    @shows_rule(
        "chats",
        "chat_mode p2p is a one-to-one conversation",
        "in the response to a message sent to a user (p2p)",
    )
    def test_message_to_a_person_opens_a_one_to_one_chat(self, api):
        body = {"receive_id": "ou_kate", "msg_type": "text", "content": '{"text": "hello"}'}
        sent = api.call("im_message_create", body=body, query={"receive_id_type": "open_id"}).data

        detail = api.get(sent["chat_id"])

        assert detail["chat_mode"] == "p2p"
        assert api.call("chat_list").data["items"] == []


class TestList:
    def test_lists_what_the_bot_is_in_oldest_first(self, api):
        first, second = api.create(name="A"), api.create(name="B", bot_id_list=[OTHER])

        assert [item["chat_id"] for item in api.call("chat_list").data["items"]] == [first, second]
        assert [item["chat_id"] for item in api.of(OTHER).call("chat_list").data["items"]] == [second]

    @shows_rule("chat_list", "owner_id and owner_id_type are absent from an item")
    def test_items_are_summaries_without_a_bot_owner(self, api):
        api.create(name="A", owner_id="ou_kate")
        api.create(name="B")

        with_user, with_bot = api.call("chat_list").data["items"]

        assert (with_user["owner_id"], with_user["owner_id_type"]) == ("ou_kate", "open_id")
        assert "owner_id" not in with_bot
        assert "chat_type" not in with_bot

    @pytest.mark.parametrize("sort_type", ["ByCreateTimeAsc", "ByActiveTimeDesc"])
    @shows_rule("chat_list", "page_token is returned only while has_more is true")
    @shows_rule("chats", "Paged lists: omit page_token on the first call")
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

    @shows_rule("chat_list", "Default order ByCreateTimeAsc is stable while paging")
    @pytest.mark.parametrize(
        ("sort_type", "missed"), [("ByCreateTimeAsc", set()), ("ByActiveTimeDesc", {"oc_0"})]
    )
    def test_group_that_becomes_active_during_a_walk_is_missed_by_activity_alone(
        self, make, sort_type, missed
    ):
        api = make(groups="".join(group(f"oc_{number}") for number in range(4)))
        query = {"sort_type": sort_type, "page_size": 2}
        first = api.call("chat_list", query=query).data

        api.emulator.move_clock(1)
        api.emulator.acts.rename("oc_0", "busy")
        second = api.call("chat_list", query={**query, "page_token": first["page_token"]}).data

        found = {item["chat_id"] for item in (*first["items"], *second["items"])}
        assert {f"oc_{number}" for number in range(4)} - found == missed

    def test_types_asks_for_no_one_to_one_chats(self, make):
        api = make(groups=one_to_one_with_kate()).as_user("ou_kate")

        assert api.call("chat_list", query={"types": "group,p2p"}).data["items"] == []

    @shows_rule("chat_list", "p2p chats are never in the result")
    def test_dissolved_and_p2p_chats_are_not_listed(self, make):
        api = make(groups=one_to_one_with_kate())
        api.call("chat_delete", api.create())

        assert api.call("chat_list").data == {"items": [], "has_more": False}

    @pytest.mark.parametrize("token", ["nonsense", "bm9uc2Vuc2U=", "b3RoZXIfNQ==", "/w=="])
    @shows_error("chat_list", 232001)
    def test_foreign_page_token_is_232001(self, api, token):
        assert api.call("chat_list", query={"page_token": token}).code == 232001


class TestUpdate:
    @shows_rule(
        "chat_update",
        "Partial update: a field that is left out keeps its value",
        "The response carries no data; re-read with chat_get",
    )
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

    @shows_rule("chat_update", "send all four keys of restricted_mode_setting")
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
    @shows_rule("chat_update", "must be sent together and must match")
    @shows_rule("chats", "add_member_permission and share_card_permission move together")
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
            pytest.param({"owner_id": ""}, 232030, id="owner without an id"),
            pytest.param({"owner_id": OTHER}, 232030, id="a bot as owner"),
            pytest.param({"owner_id": "ou_nobody"}, 232035, id="owner unknown"),
            pytest.param({"owner_id": "ou_gone"}, 232035, id="owner resigned"),
            pytest.param({"avatar": "img_theirs"}, 232041, id="picture of another app"),
            pytest.param({"owner_id": "ou_jim_of_other"}, 99992361, id="open_id of another app"),
            pytest.param({"owner_id": "ou_stranger"}, 232031, id="owner of another tenant"),
            pytest.param({"owner_id": "ou_kate"}, 232012, id="owner not in the chat"),
        ],
    )
    @shows_rule("chat_update", "The new owner must be a user in the group (232012)")
    @shows_rule("chats", "owner_id can only be a user id")
    @shows_error("chat_update", 232001, 232012, 232030, 232031, 232035, 232041)
    @shows_error("chats", 99992361)
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
    @shows_rule(
        "chat_update",
        "needs the enterprise flagship edition (232057)",
        "the tenant administrator can forbid public groups (232091)",
    )
    @shows_error("chat_update", 232023, 232057, 232078, 232091)
    def test_refusals_of_the_tenant_at_update(self, make, tenant, body, code):
        api = make(tenant=tenant)

        assert api.call("chat_update", api.create(name="Team"), body=body).code == code

    @shows_rule("chats", "status=false needs all three at all_members")
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
    @shows_rule("chat_update", "be unique among public groups (232026)")
    @shows_error("chat_update", 232026)
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

    @shows_rule("chat_update", "An external group cannot become public (232069)")
    @shows_error("chat_update", 232069)
    def test_external_group_cannot_become_public(self, make):
        api = make(app="external_sharing: true")
        chat_id = api.create(
            name="Out", owner_id="ou_kate", user_id_list=["ou_stranger"], set_bot_manager="true"
        )

        assert api.call("chat_update", chat_id, body={"chat_type": "public"}).code == 232069

    @shows_rule("chat_update", "membership_approval cannot be set to no_approval_required")
    @shows_error("chat_update", 232093)
    def test_approval_cannot_be_turned_off_during_a_meeting(self, api):
        chat_id = api.create(membership_approval="approval_required")
        api.emulator.acts.change(chat_id, meeting=True)

        answer = api.call("chat_update", chat_id, body={"membership_approval": "no_approval_required"})

        assert answer.code == 232093

    @shows_rule("chat_update", "group_message_type can be switched both ways")
    @shows_rule("chats", "chat_mode group is an ordinary conversation group")
    def test_messages_become_threads_and_a_conversation_again(self, api):
        chat_id = api.create()

        seen = []
        for form in ("thread", "chat"):
            api.call("chat_update", chat_id, body={"group_message_type": form})
            seen.append(api.get(chat_id)["group_message_type"])

        assert seen == ["thread", "chat"]
        assert api.get(chat_id)["chat_mode"] == "group"

    @shows_error("chat_update", 232019)
    @shows_rule("chats", "make the writes to one chat one after another")
    def test_two_updates_of_one_group_at_a_time_are_232019(self, api):
        call = ("chat_update", {"chat_id": api.create(), "body": {"description": "x"}})

        answers = api.together(call, call)

        assert sorted((answer.status, answer.code) for answer in answers) == [(200, 0), (400, 232019)]
        assert not any("x-ogw-ratelimit-reset" in answer.headers for answer in answers)

    def test_updates_of_two_groups_at_a_time_are_free(self, api):
        calls = [("chat_update", {"chat_id": api.create(), "body": {"description": "x"}}) for _ in range(2)]

        assert [answer.code for answer in api.together(*calls)] == [0, 0]


class TestTransfer:
    """owner_id transfers ownership; the bot loses its owner rights at once."""

    @shows_rule(
        "chat_update",
        "owner_id transfers ownership",
        "a bot that hands ownership to a user loses its owner rights at once",
    )
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
    @shows_rule("chat_delete", "so chat_status becomes dissolved, not dissolved_save", "No request body")
    def test_dissolves_without_history_for_good(self, api):
        chat_id = api.create(name="Team")

        assert api.call("chat_delete", chat_id).data == {}
        assert api.get(chat_id)["chat_status"] == "dissolved"

    @shows_rule("chat_delete", "A second delete fails with 232009")
    @shows_error("chat_delete", 232009)
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
