"""Which app is told what of a change, row by row of schemas/api/events.md; how it gets there is elsewhere."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from reconciler.emulator import Emulator, ManualClock, Request, Subscription
from reconciler.emulator.acts import ActError
from reconciler.emulator.events import (
    APP_TICKET,
    BOT_ADDED,
    BOT_DELETED,
    CONVERSATION_ENTERED,
    CONVERSATION_MADE,
    DISBANDED,
    EVENT_TYPES,
    SCOPES,
    UPDATED,
    USERS_ADDED,
    USERS_DELETED,
    USERS_WITHDRAWN,
)
from tests.support.pretend import OTHER, OURS, SECRET, STORE, TENANT, TICKET, Pretend, scenario

# What an app is told does not depend on the way by which requests come.
pytestmark = pytest.mark.parametrize("way", ["in-process"])

SUBSCRIBED = "events: {verification_token: v-1}"

TEAM = f"""
  - chat_id: oc_team
    name: Team
    i18n_names: {{en_us: The team}}
    owner: ou_lilei
    members: [ou_han, ou_kate]
    bots: [{OURS}, {OTHER}]
    managers: [{OURS}]
    created_by: {OURS}
"""
"""Both bots are in it, ours manages it and may do what its owner may."""

OF_BOT = f"  - {{chat_id: oc_bot, name: Bot's, members: [ou_han, ou_kate], owner: {OURS}, bots: [{OTHER}]}}"

LILEI = {"open_id": "ou_lilei", "union_id": "on_lilei", "user_id": "lilei"}
HAN = {"open_id": "ou_han", "union_id": "on_han", "user_id": "han"}
KATE = {"open_id": "ou_kate", "union_id": "on_kate", "user_id": "kate"}


@pytest.fixture
def subscribed(make):
    """Make an emulator on which both of our apps are told everything; more switches as `make` has them."""

    def build(app="", other="", groups=TEAM, **more):
        return make(
            app=", ".join(filter(None, [SUBSCRIBED, app])),
            other=", ".join(filter(None, [SUBSCRIBED, other])),
            groups=groups,
            **more,
        )

    return build


def told(api, app_id=OURS):
    """Return the types of the events that an app was told, in order."""
    return [event.event_type for event in api.emulator.events(app_id)]


def receivers(api):
    """Return who was told what, as pairs."""
    return sorted((event.event_type, event.app_id) for event in api.emulator.events())


def only(api, app_id=OURS):
    """Return the payload of the only event that an app was told."""
    (event,) = api.emulator.events(app_id)
    return event.body["event"]


def update(api, **body):
    assert api.call("chat_update", "oc_team", body=body).code == 0


def both(event_type):
    return [(event_type, OURS), (event_type, OTHER)]


# ---- 1. which events exist


class TestUpdated:
    """Fires when the owner is transferred, or avatar, name, description, i18n names or permissions are edited."""

    @pytest.mark.parametrize(
        ("body", "changed"),
        [
            ({"name": "New"}, {"name": ("Team", "New")}),
            ({"description": "About"}, {"description": ("", "About")}),
            ({"avatar": "img_ours"}, {"avatar": ("default-avatar", "img_ours")}),
            (
                {"i18n_names": {"ja_jp": "チーム"}},
                {
                    "i18n_names": (
                        {"en_us": "The team"},
                        {"en_us": "The team", "ja_jp": "チーム"},
                    )
                },
            ),
            (
                {"add_member_permission": "only_owner", "share_card_permission": "not_allowed"},
                {
                    "add_member_permission": ("all_members", "only_owner"),
                    "share_card_permission": ("allowed", "not_allowed"),
                },
            ),
            ({"at_all_permission": "only_owner"}, {"at_all_permission": ("all_members", "only_owner")}),
            ({"edit_permission": "only_owner"}, {"edit_permission": ("all_members", "only_owner")}),
            (
                {"membership_approval": "approval_required"},
                {"membership_approval": ("no_approval_required", "approval_required")},
            ),
            (
                {"join_message_visibility": "not_anyone"},
                {"join_message_visibility": ("all_members", "not_anyone")},
            ),
            (
                {"leave_message_visibility": "only_owner"},
                {"leave_message_visibility": ("all_members", "only_owner")},
            ),
            ({"group_message_type": "thread"}, {"group_message_type": ("chat", "thread")}),
            (
                {
                    "restricted_mode_setting": {
                        "status": True,
                        "download_has_permission_setting": "not_anyone",
                    }
                },
                {
                    "restricted_mode_setting": (
                        {
                            "status": False,
                            "screenshot_has_permission_setting": "all_members",
                            "download_has_permission_setting": "all_members",
                            "message_has_permission_setting": "all_members",
                        },
                        {
                            "status": True,
                            "screenshot_has_permission_setting": "all_members",
                            "download_has_permission_setting": "not_anyone",
                            "message_has_permission_setting": "all_members",
                        },
                    )
                },
            ),
            ({"owner_id": "ou_han"}, {"owner_id": (LILEI, HAN)}),
        ],
        ids="+".join,
    )
    @pytest.mark.parametrize("fields", ["complete", "changed_only"])
    def test_every_field_is_told_before_and_after(self, subscribed, body, changed, fields):
        api = subscribed(readings=f"updated_event_fields: {fields}")

        update(api, **body)

        event = only(api)
        differing = {
            name: (event["before_change"][name], value)
            for name, value in event["after_change"].items()
            if event["before_change"][name] != value
        }
        assert differing == changed
        assert (event["after_change"].keys() == changed.keys()) == (fields == "changed_only")
        assert event["after_change"].keys() == event["before_change"].keys()
        assert "moderator_list" not in event

    def test_complete_sides_have_every_field_of_the_table(self, subscribed):
        api = subscribed()

        update(api, name="New")

        assert only(api)["after_change"].keys() == {
            "avatar", "name", "description", "i18n_names", "add_member_permission", "share_card_permission",
            "at_all_permission", "edit_permission", "membership_approval", "join_message_visibility",
            "leave_message_visibility", "moderation_permission", "owner_id", "restricted_mode_setting",
            "group_message_type",
        }  # fmt: skip

    def test_person_who_changes_things_in_the_client_is_told_of_in_the_same_way(self, subscribed):
        api = subscribed()

        api.emulator.acts.rename("oc_team", "New", by="ou_han")

        assert only(api)["after_change"]["name"] == "New"
        assert only(api)["operator_id"] == HAN

    def test_several_changes_of_one_call_are_one_event(self, subscribed):
        api = subscribed(readings="updated_event_fields: changed_only")

        update(api, name="New", description="About")

        assert only(api)["after_change"] == {"name": "New", "description": "About"}

    def test_write_that_changes_nothing_is_no_event(self, subscribed):
        api = subscribed()

        update(api, name="Team", edit_permission="all_members")
        api.emulator.acts.rename("oc_team", "Team")

        assert told(api) == []

    def test_every_bot_in_the_chat_is_told_and_no_other(self, subscribed):
        api = subscribed(groups=f"{TEAM}  - {{chat_id: oc_ours, name: Ours}}")

        update(api, name="New")
        api.call("chat_update", "oc_ours", body={"name": "Newer"})

        assert Counter(receivers(api)) == {(UPDATED, OURS): 2, (UPDATED, OTHER): 1}

    @pytest.mark.parametrize(("reading", "shown"), [("absent", None), ("empty", {})])
    def test_bot_that_owned_the_chat_is_not_named(self, subscribed, reading, shown):
        api = subscribed(groups=OF_BOT, readings=f"bot_owner_in_events: {reading}")

        api.call("chat_update", "oc_bot", body={"owner_id": "ou_han"})

        event = only(api)
        assert event["before_change"].get("owner_id") == shown
        assert event["after_change"]["owner_id"] == HAN

    def test_changed_fields_alone_leave_a_bot_as_owner_out_too(self, subscribed):
        api = subscribed(groups=OF_BOT, readings="updated_event_fields: changed_only")

        api.call("chat_update", "oc_bot", body={"owner_id": "ou_han"})

        assert only(api)["before_change"] == {}
        assert only(api)["after_change"] == {"owner_id": HAN}


class TestModeratorList:
    """`moderator_list` is a sibling of both sides, and its added list always has the owner."""

    @staticmethod
    def lists(event):
        moderators = event["moderator_list"]
        return [
            [member["user_id"]["open_id"] for member in moderators[name]]
            for name in ("added_member_list", "removed_member_list")
        ]

    def test_people_added_to_the_list(self, subscribed):
        api = subscribed()

        api.emulator.acts.set_moderation("oc_team", "moderator_list", ["ou_han"])

        event = only(api)
        assert self.lists(event) == [["ou_lilei", "ou_han"], []]
        assert event["moderator_list"]["added_member_list"][1] == {"tenant_key": TENANT, "user_id": HAN}
        assert event["before_change"]["moderation_permission"] == "all_members"
        assert event["after_change"]["moderation_permission"] == "moderator_list"

    def test_people_removed_from_the_list(self, subscribed):
        api = subscribed(groups=f"{TEAM}    settings: {{moderation_permission: moderator_list}}\n"
                                "    moderators: [ou_han, ou_kate]")  # fmt: skip

        api.call(
            "chat_moderation_update",
            "oc_team",
            body={"moderation_setting": "moderator_list", "moderator_removed_list": ["ou_kate"]},
        )

        assert self.lists(only(api)) == [["ou_lilei"], ["ou_kate"]]

    def test_list_mode_that_begins_without_anybody_has_the_owner(self, subscribed):
        api = subscribed()

        api.emulator.acts.set_moderation("oc_team", "moderator_list")

        assert self.lists(only(api)) == [["ou_lilei"], []]

    def test_bot_as_owner_is_in_no_list_of_people(self, subscribed):
        api = subscribed(groups=OF_BOT)

        api.emulator.acts.set_moderation("oc_bot", "moderator_list", ["ou_han"])

        assert self.lists(only(api)) == [["ou_han"], []]

    @pytest.mark.parametrize("mode", ["only_owner", "all_members"])
    def test_other_modes_have_no_list(self, subscribed, mode):
        before = {"only_owner": "all_members", "all_members": "only_owner"}[mode]
        api = subscribed(groups=f"{TEAM}    settings: {{moderation_permission: {before}}}")

        api.emulator.acts.set_moderation("oc_team", mode)

        assert "moderator_list" not in only(api)
        assert only(api)["after_change"]["moderation_permission"] == mode

    def test_speaker_who_leaves_the_chat_is_told_of_as_gone_alone(self, subscribed):
        api = subscribed(groups=f"{TEAM}    moderators: [ou_han]")

        api.emulator.acts.remove_members("oc_team", ["ou_han"])

        assert told(api) == [USERS_DELETED]


SILENT = {
    "manager added": lambda api: api.emulator.acts.add_managers("oc_team", ["ou_han"]),
    "manager removed": lambda api: api.emulator.acts.remove_managers("oc_team", [OURS]),
    "tab": lambda api: api.emulator.acts.add_tab("oc_team", "url", "T", "https://x.example"),
    "menu": lambda api: api.emulator.acts.add_menu("oc_team", {"action_type": "NONE", "name": "M"}),
    "announcement": lambda api: api.emulator.acts.write_announcement("oc_team", "ou_lilei", "Hello"),
    "top notice": lambda api: api.emulator.acts.put_top_notice("oc_team"),
    "pins": lambda api: api.emulator.acts.reserve_pins("oc_team"),
    "tabs reserved": lambda api: api.emulator.acts.reserve_tabs_and_menus("oc_team"),
    "urgent": lambda api: update(api, urgent_setting="only_owner"),
    "video conference": lambda api: update(api, video_conference_setting="only_owner"),
    "member count": lambda api: update(api, hide_member_count_setting="only_owner"),
    "chat type": lambda api: update(api, chat_type="public"),
}


class TestNoEvent:
    """What has no event at all: nothing that a field of `updated` could carry."""

    @pytest.mark.parametrize("change", SILENT.values(), ids=SILENT)
    @pytest.mark.parametrize("reading", ["silent", "announcement", "all"])
    def test_change_that_no_field_carries(self, subscribed, change, reading, request):
        api = subscribed(readings=f"uncarried_changes: {reading}")

        change(api)

        of_announcement = change is SILENT["announcement"]
        fires = reading == "all" or (reading == "announcement" and of_announcement)
        assert told(api) == ([UPDATED] if fires else [])
        if fires:
            assert only(api)["before_change"] == only(api)["after_change"]

    def test_waiting_for_approval(self, subscribed):
        api = subscribed(
            groups=f"{TEAM}    settings: {{chat_type: public, membership_approval: approval_required}}"
        )
        link = api.call("chat_link", "oc_team", body={}).data["share_link"]

        api.emulator.acts.join_by_link("ou_jim", link)

        assert api.emulator.acts.chat("oc_team")["pending"] == ["ou_jim"]
        assert told(api) == []

    def test_new_chat_is_told_to_its_other_bots_alone(self, subscribed):
        api = subscribed()

        api.create(name="New", user_id_list=["ou_han"], bot_id_list=[OTHER])

        assert receivers(api) == [(BOT_ADDED, OTHER)]

    def test_message_in_a_chat(self, subscribed):
        api = subscribed()

        api.call(
            "im_message_create",
            query={"receive_id_type": "chat_id"},
            body={"receive_id": "oc_team", "msg_type": "text", "content": '{"text": "Hi"}'},
        )

        assert told(api) == []


class TestDisbanded:
    def test_every_bot_that_was_in_the_chat_is_told_once(self, subscribed):
        api = subscribed()

        api.call("chat_delete", "oc_team")

        assert receivers(api) == both(DISBANDED)
        assert only(api) == {
            "chat_id": "oc_team",
            "operator_id": {"open_id": "ou_ours"},
            "operator_tenant_key": TENANT,
            "external": False,
            "name": "Team",
            "i18n_names": {"en_us": "The team"},
        }

    def test_person_dissolves(self, subscribed):
        api = subscribed()

        api.emulator.acts.dissolve("oc_team")

        assert told(api) == [DISBANDED]
        assert only(api)["operator_id"] == LILEI

    def test_history_that_is_kept_keeps_it_silent(self, subscribed):
        api = subscribed()

        api.emulator.acts.dissolve("oc_team", keep_history=True)

        assert told(api) == []

    def test_dissolved_chat_ends_once(self, subscribed):
        api = subscribed()
        api.emulator.acts.dissolve("oc_team")

        with pytest.raises(ActError, match="dissolved"):
            api.emulator.acts.dissolve("oc_team")

        assert told(api) == [DISBANDED]


ONLY_OURS = "  - {chat_id: oc_team, name: Team, owner: ou_lilei, managers: [%s]}" % OURS  # noqa: UP031 (braces)


class TestBots:
    def test_joining_bot_alone_is_told(self, subscribed):
        api = subscribed(groups=ONLY_OURS)

        api.call(
            "chat_members_create",
            "oc_team",
            query={"member_id_type": "app_id"},
            body={"id_list": [OTHER]},
        )

        assert receivers(api) == [(BOT_ADDED, OTHER)]
        assert only(api, OTHER) == {
            "chat_id": "oc_team",
            "operator_id": {"open_id": "ou_ours"},
            "operator_tenant_key": TENANT,
            "external": False,
            "name": "Team",
            "i18n_names": {},
        }

    @pytest.mark.parametrize(
        ("by", "told_of_it"), [("ou_lilei", [(BOT_ADDED, OURS), (BOT_ADDED, OTHER)]), (OURS, [(BOT_ADDED, OTHER)])]
    )  # fmt: skip
    def test_by_the_other_reading_all_bots_are_told_unless_a_bot_invites(self, subscribed, by, told_of_it):
        api = subscribed(groups=ONLY_OURS, readings="bot_added_heard_by: every_bot")

        api.emulator.acts.add_members("oc_team", [OTHER], by=by)

        assert receivers(api) == told_of_it

    def test_bot_that_joins_by_itself(self, subscribed):
        api = subscribed(groups=f"{ONLY_OURS[:-1]}, settings: {{chat_type: public}}}}")

        api.of(OTHER).call("chat_members_me_join", "oc_team")

        assert receivers(api) == [(BOT_ADDED, OTHER)]
        assert only(api, OTHER)["operator_id"] == {"open_id": "ou_other"}

    def test_removed_bot_alone_is_told(self, subscribed):
        api = subscribed()

        api.emulator.acts.remove_members("oc_team", [OTHER])

        assert receivers(api) == [(BOT_DELETED, OTHER)]

    @pytest.mark.parametrize(("reading", "name"), [("chat", "Team"), ("bot", "Other")])
    def test_name_is_of_the_chat_or_by_the_other_reading_of_the_bot(self, subscribed, reading, name):
        api = subscribed(readings=f"name_in_bot_events: {reading}")

        api.emulator.acts.remove_members("oc_team", [OTHER])

        assert only(api, OTHER)["name"] == name


class TestUsers:
    def test_people_who_join_are_one_event(self, subscribed):
        api = subscribed()

        api.call("chat_members_create", "oc_team", body={"id_list": ["ou_jim", "ou_hidden"]},
                 query={"succeed_type": 1})  # fmt: skip
        api.emulator.acts.add_members("oc_team", ["ou_stranger", "ou_gone"], by="ou_han")

        assert receivers(api) == sorted(both(USERS_ADDED) * 2)
        first, second = api.emulator.events(OURS)
        assert first.body["event"] == {
            "chat_id": "oc_team",
            "operator_id": {"open_id": "ou_ours"},
            "operator_tenant_key": TENANT,
            "external": False,
            "name": "Team",
            "i18n_names": {"en_us": "The team"},
            "users": [
                {
                    "name": "Jim",
                    "tenant_key": TENANT,
                    "user_id": {"open_id": "ou_jim", "union_id": "on_jim", "user_id": "jim"},
                }
            ],
        }
        assert [user["name"] for user in second.body["event"]["users"]] == ["Stranger", "Gone"]

    def test_those_who_are_in_already_are_not_told_of(self, subscribed):
        api = subscribed()

        api.emulator.acts.add_members("oc_team", ["ou_han"])

        assert told(api) == []

    @pytest.mark.parametrize(("by", "operator"), [("ou_kate", KATE), ("ou_lilei", LILEI)])
    def test_leaving_and_being_removed_differ_in_the_operator_alone(self, subscribed, by, operator):
        api = subscribed()

        api.emulator.acts.remove_members("oc_team", ["ou_kate"], by=by)

        assert receivers(api) == both(USERS_DELETED)
        event = only(api)
        assert [user["user_id"] for user in event["users"]] == [KATE]
        assert event["operator_id"] == operator

    def test_people_removed_by_a_call(self, subscribed):
        api = subscribed()

        api.call("chat_members_delete", "oc_team", body={"id_list": ["ou_han", "ou_kate"]})

        assert [user["user_id"] for user in only(api)["users"]] == [HAN, KATE]

    def test_leaving_owner_is_a_transfer_too(self, subscribed):
        api = subscribed()

        api.emulator.acts.remove_members("oc_team", ["ou_lilei"], by="ou_lilei")

        assert told(api) == [UPDATED, USERS_DELETED]

    @pytest.mark.parametrize(
        ("reading", "types"),
        [("once", [USERS_WITHDRAWN]), ("twice", [USERS_WITHDRAWN, USERS_DELETED])],
    )
    def test_revoked_invitation_is_an_event_of_its_own(self, subscribed, reading, types):
        api = subscribed(readings=f"withdrawn_people: {reading}")
        api.emulator.acts.add_members("oc_team", ["ou_jim"])

        api.emulator.acts.withdraw_members("oc_team", ["ou_jim"], by="ou_lilei")

        assert told(api) == [USERS_ADDED, *types]
        assert told(api, OTHER) == told(api)

    def test_bots_never_stand_among_people(self, subscribed):
        api = subscribed(groups=ONLY_OURS)

        api.emulator.acts.add_members("oc_team", ["ou_jim", OTHER])

        assert receivers(api) == sorted([(BOT_ADDED, OTHER), *both(USERS_ADDED)])
        assert [user["name"] for user in only(api)["users"]] == ["Jim"]

    def test_person_who_joins_by_a_link_does_it_itself(self, subscribed):
        api = subscribed()
        link = api.call("chat_link", "oc_team", body={}).data["share_link"]

        api.emulator.acts.join_by_link("ou_jim", link)

        assert only(api)["operator_id"]["open_id"] == "ou_jim"


class TestConversations:
    """The two events of one-to-one chats go to that bot."""

    def send(self, api):
        answer = api.call(
            "im_message_create",
            query={"receive_id_type": "open_id"},
            body={"receive_id": "ou_han", "msg_type": "text", "content": '{"text": "Hi"}'},
        )
        return answer.data["chat_id"]

    def test_first_message_of_a_bot_makes_the_chat(self, subscribed):
        api = subscribed()

        chat_id = self.send(api)
        self.send(api)

        (event,) = api.emulator.events()
        assert event.app_id == OURS
        assert event.body == {
            "ts": "1767225600.000000",
            "uuid": event.event_id,
            "token": "v-1",
            "type": "event_callback",
            "event": {
                "type": CONVERSATION_MADE,
                "app_id": OURS,
                "tenant_key": TENANT,
                "chat_id": chat_id,
                "operator": {"open_id": "ou_ours"},
                "user": {"name": "韩梅梅", "open_id": "ou_han", "user_id": "han"},
            },
        }

    def test_person_who_opens_the_chat_makes_and_enters_it(self, subscribed):
        api = subscribed()

        chat_id = api.emulator.acts.open_conversation("ou_kate")
        again = api.emulator.acts.open_conversation("ou_kate", OURS)

        assert again == chat_id
        assert told(api) == [CONVERSATION_MADE, CONVERSATION_ENTERED, CONVERSATION_ENTERED]
        assert told(api, OTHER) == []
        made, entered, _ = api.emulator.events(OURS)
        assert made.body["event"]["operator"] == {"open_id": "ou_kate", "user_id": "kate"}
        assert entered.body["event"] == {"chat_id": chat_id, "operator_id": KATE}

    def test_entering_names_the_last_message(self, subscribed):
        api = subscribed()
        chat_id = self.send(api)

        assert api.emulator.acts.open_conversation("ou_han") == chat_id

        event = api.emulator.events(OURS)[-1].body["event"]
        assert event["last_message_id"].startswith("om_")
        assert event["last_message_create_time"] == "1767225600000"

    def test_more_than_300_entries_in_a_second_are_dropped(self, subscribed):
        api = subscribed()
        for _ in range(301):
            api.emulator.acts.open_conversation("ou_kate")
        assert Counter(told(api))[CONVERSATION_ENTERED] == 300

        api.emulator.move_clock(1)
        api.emulator.acts.open_conversation("ou_kate")

        assert Counter(told(api))[CONVERSATION_ENTERED] == 301

    def test_store_app_is_told_of_new_chats_alone(self, subscribed):
        api = subscribed(store="events: {types: [p2p_chat_create, %s]}" % CONVERSATION_ENTERED)  # noqa: UP031

        api.emulator.acts.open_conversation("ou_kate", STORE)

        assert told(api, STORE) == [CONVERSATION_MADE, APP_TICKET]

    def test_change_of_a_one_to_one_chat_is_no_event(self, subscribed):
        api = subscribed()
        chat_id = api.emulator.acts.open_conversation("ou_kate")
        api.emulator.clear_events()

        api.emulator.acts.rename(chat_id, "Kate")

        assert told(api) == []

    @pytest.mark.parametrize(
        "bot", ["cli_asleep", "cli_nothing", STORE], ids=["disabled", "unknown", "not installed"]
    )
    def test_nobody_talks_to_a_bot_that_does_not_work_there(self, subscribed, bot):
        api = subscribed(users="  - {name: Far, tenant: far}")

        with pytest.raises(ActError, match=f"Far cannot talk to {bot}"):
            api.emulator.acts.open_conversation("Far", bot)


# ---- who is told at all

FIRE = {
    UPDATED: lambda acts: acts.rename("oc_team", "New"),
    DISBANDED: lambda acts: acts.dissolve("oc_team"),
    BOT_ADDED: lambda acts: acts.add_members("oc_out", [OURS]),
    BOT_DELETED: lambda acts: acts.remove_members("oc_team", [OURS]),
    USERS_ADDED: lambda acts: acts.add_members("oc_team", ["ou_jim"]),
    USERS_DELETED: lambda acts: acts.remove_members("oc_team", ["ou_han"]),
    USERS_WITHDRAWN: lambda acts: acts.withdraw_members("oc_team", ["ou_han"]),
    CONVERSATION_ENTERED: lambda acts: acts.open_conversation("ou_han"),
    CONVERSATION_MADE: lambda acts: acts.open_conversation("ou_han"),
}
"""For each event an act that fires it for our app."""

WITH_OUTSIDE = f"{TEAM}  - {{chat_id: oc_out, name: Out, owner: ou_lilei, members: [ou_han]}}"


class TestWhoIsTold:
    @pytest.mark.parametrize(
        ("event_type", "scope"),
        [(event_type, scope) for event_type in FIRE for scope in SCOPES[event_type]],
    )
    def test_any_one_of_the_scopes_is_enough(self, subscribed, event_type, scope):
        api = subscribed(app=f'scopes: ["{scope}"]', groups=WITH_OUTSIDE)

        FIRE[event_type](api.emulator.acts)

        assert event_type in told(api)

    @pytest.mark.parametrize("event_type", FIRE)
    def test_without_any_of_the_scopes_nothing_is_told_that_needs_one(self, subscribed, event_type):
        api = subscribed(app='scopes: ["im:chat:update"]', groups=WITH_OUTSIDE)

        FIRE[event_type](api.emulator.acts)

        assert (event_type in told(api)) == (not SCOPES[event_type])

    @pytest.mark.parametrize("event_type", FIRE)
    def test_ticked_event_is_told_and_the_others_are_not(self, make, event_type):
        ticked = make(app=f"events: {{types: [{event_type}]}}", groups=WITH_OUTSIDE)
        others = [other for other in EVENT_TYPES if other != event_type]
        unticked = make(app=f"events: {{types: [{', '.join(others)}]}}", groups=WITH_OUTSIDE)

        for api in (ticked, unticked):
            FIRE[event_type](api.emulator.acts)

        assert told(ticked) == [event_type]
        assert event_type not in told(unticked)

    @pytest.mark.parametrize(
        "other", ["bot: false, events: {}", "enabled: false, events: {}", "tenant: elsewhere, events: {}", ""]
    )
    def test_app_without_bot_or_disabled_or_elsewhere_or_unsubscribed_is_told_nothing(self, make, other):
        api = make(app=SUBSCRIBED, other=other, groups=TEAM)

        api.emulator.acts.rename("oc_team", "New")

        assert receivers(api) == [(UPDATED, OURS)]

    def test_external_chat_is_told_of_to_bots_of_both_tenants(self, subscribed):
        api = subscribed(
            other="tenant: elsewhere",
            groups=f"  - {{chat_id: oc_both, external: true, owner: ou_lilei, bots: [{OURS}, {OTHER}]}}",
        )

        api.emulator.acts.add_members("oc_both", ["ou_stranger", "ou_han"])

        ours, theirs = api.emulator.events()
        assert (ours.body["header"]["tenant_key"], theirs.body["header"]["tenant_key"]) == (
            TENANT,
            "elsewhere",
        )
        assert ours.body["event"]["external"] is True
        shown = [
            ["user_id" in user["user_id"] for user in event.body["event"]["users"]]
            for event in (ours, theirs)
        ]
        assert shown == [[False, True], [True, False]]

    def test_foreign_user_ids_are_told_by_the_other_reading(self, subscribed):
        api = subscribed(readings="foreign_user_ids: given")

        api.emulator.acts.add_members("oc_team", ["ou_stranger"])

        assert only(api)["users"][0]["user_id"]["user_id"] == "stranger"

    def test_store_app_sees_a_chat_from_the_tenant_of_the_chat(self, make):
        chat = f"  - {{chat_id: oc_far, tenant: elsewhere, owner: ou_stranger, bots: [{STORE}]}}"
        api = make(store=f"events: {{types: [{UPDATED}]}}", groups=chat)

        api.emulator.acts.rename("oc_far", "New")

        assert api.emulator.events(STORE)[0].body["header"]["tenant_key"] == "elsewhere"


# ---- 2. envelope, 3. shared fields


class TestEnvelope:
    def test_version_2_has_a_header(self, subscribed):
        api = subscribed()

        update(api, name="New")

        (event,) = api.emulator.events(OURS)
        assert event.body["schema"] == "2.0"
        assert event.body["header"] == {
            "event_id": event.event_id,
            "event_type": UPDATED,
            "create_time": "1767225600000",
            "token": "v-1",
            "app_id": OURS,
            "tenant_key": TENANT,
        }

    def test_event_ids_differ_between_events_and_between_apps(self, subscribed):
        api = subscribed()

        update(api, name="New")
        update(api, name="Newer")

        assert len({event.event_id for event in api.emulator.events()}) == 4

    def test_time_in_microseconds_by_the_other_reading(self, subscribed):
        api = subscribed(readings="create_time_of_events: microseconds")

        update(api, name="New")

        assert api.emulator.events(OURS)[0].body["header"]["create_time"] == "1767225600000000"

    def test_token_is_empty_over_the_long_connection(self, subscribed):
        api = subscribed(readings="mode_of_events: long_connection")

        update(api, name="New")

        assert api.emulator.events(OURS)[0].body["header"]["token"] == ""

    def test_app_without_a_token_of_its_own_gets_a_made_one(self, make):
        api = make(app="events: {}", groups=TEAM)

        update(api, name="New")

        (subscription,) = api.emulator.subscriptions()
        assert len(subscription.verification_token) == 32
        assert api.emulator.events(OURS)[0].body["header"]["token"] == subscription.verification_token


class TestOperator:
    def test_each_app_has_ids_of_its_own(self, subscribed):
        api = subscribed()
        api.emulator.acts.add_members("oc_team", ["ou_jim"])
        api.emulator.clear_events()

        api.emulator.acts.rename("oc_team", "New", by="Jim")

        ids = [only(api, app)["operator_id"] for app in (OURS, OTHER)]
        assert [each["open_id"] for each in ids] == ["ou_jim", "ou_jim_of_other"]
        assert {each["union_id"] for each in ids} == {"on_jim"}

    @pytest.mark.parametrize(
        ("reading", "shown"), [("absent", {}), ("empty", {"user_id": ""}), ("null", {"user_id": None})]
    )
    def test_user_id_needs_its_scope(self, subscribed, reading, shown):
        api = subscribed(app='scopes: ["im:chat"]', readings=f'user_id_hidden_in_events: "{reading}"')

        api.emulator.acts.remove_members("oc_team", ["ou_kate"], by="ou_han")

        event = only(api)
        assert event["operator_id"] == {"open_id": "ou_han", "union_id": "on_han", **shown}
        assert event["users"][0]["user_id"] == {"open_id": "ou_kate", "union_id": "on_kate", **shown}
        assert only(api, OTHER)["operator_id"]["user_id"] == "han"

    @pytest.mark.parametrize(
        ("reading", "shown"),
        [
            ("open_id", {"operator_id": {"open_id": "ou_ours"}}),
            ("empty", {"operator_id": {}}),
            ("absent", {}),
        ],
    )
    def test_bot_that_acted(self, subscribed, reading, shown):
        api = subscribed(readings=f"bot_in_events: {reading}")

        update(api, name="New")

        operator = {name: value for name, value in only(api).items() if name.startswith("operator")}
        assert operator == {**shown, "operator_tenant_key": TENANT}

    def test_person_who_acts_through_the_app_is_the_operator(self, subscribed):
        api = subscribed()

        api.as_user("ou_han").call("chat_update", "oc_team", body={"name": "New"})

        assert only(api)["operator_id"] == HAN

    def test_nobody_is_named_where_a_bot_owns_the_chat_and_nobody_is_said(self, subscribed):
        api = subscribed(groups=OF_BOT)

        api.emulator.acts.rename("oc_bot", "New")

        assert not {"operator_id", "operator_tenant_key"} & only(api).keys()


# ---- app tickets


class TestTickets:
    """`app_ticket` of store apps: platform.openapi.yaml, info.x-token-rules.store_app_notes."""

    EVENTS = f"events: {{types: [{UPDATED}], verification_token: v-2}}"

    @staticmethod
    def tickets(api):
        return [event.body["event"]["app_ticket"] for event in api.emulator.events(STORE)]

    def test_ticket_is_pushed_every_hour_without_being_ticked(self, make):
        api = make(store=self.EVENTS)

        api.emulator.move_clock(2 * 3600)

        first, second, third = api.emulator.events(STORE)
        assert first.body == {
            "ts": "1767225600.000000",
            "uuid": first.event_id,
            "token": "v-2",
            "type": "event_callback",
            "event": {"type": APP_TICKET, "app_id": STORE, "app_ticket": TICKET},
        }
        assert (second.time - first.time, third.time - second.time) == (3600, 3600)
        assert len(set(self.tickets(api))) == 3

    def test_latest_ticket_is_good_for_a_token(self, make):
        api = make(store=self.EVENTS)
        api.emulator.move_clock(5000)

        body = {"app_id": STORE, "app_secret": SECRET, "app_ticket": self.tickets(api)[-1]}

        assert api.call("auth_app_access_token", body=body).code == 0

    def test_resend_pushes_the_same_ticket_again(self, make):
        api = make(store=self.EVENTS)
        assert self.tickets(api) == [TICKET]

        api.call("auth_app_ticket_resend", body={"app_id": STORE, "app_secret": SECRET})

        assert self.tickets(api) == [TICKET, TICKET]

    @pytest.mark.parametrize("store", ["", "enabled: false, events: {}"], ids=["unsubscribed", "disabled"])
    def test_app_at_rest_or_without_an_address_gets_none(self, make, store):
        api = make(store=store)

        api.emulator.move_clock(3600)
        api.call("auth_app_ticket_resend", body={"app_id": STORE, "app_secret": SECRET})

        assert self.tickets(api) == []

    def test_hours_before_the_subscription_are_not_made_up_for(self, make):
        api = make(store="")
        with api.emulator.store.transaction(write=True):
            api.emulator.outbox().push_app_ticket(api.emulator.directory.apps[STORE])
        api.emulator.move_clock(5 * 3600)

        api.run(api.emulator.subscribe(Subscription(STORE)))

        assert len(self.tickets(api)) == 1


# ---- kept and readable


class TestKept:
    def test_events_outlive_the_process(self, way, tmp_path):
        text = scenario(app=SUBSCRIBED, groups=TEAM)
        for name in ("New", "Newer"):
            emulator = Emulator.from_text(text, tmp_path / "emulator.sqlite", ManualClock())
            emulator.acts.rename("oc_team", name)
            found = emulator.events(OURS)
            emulator.close()

        assert [event.body["event"]["after_change"]["name"] for event in found] == ["New", "Newer"]

    def test_refused_call_tells_nothing(self, subscribed):
        api = subscribed()

        assert api.call("chat_update", "oc_team", body={"name": "New", "owner_id": "ou_jim"}).code == 232012

        assert told(api) == []

    def test_events_are_numbered_and_read_on_from_a_number(self, subscribed):
        api = subscribed()
        update(api, name="New")
        update(api, name="Newer")

        assert [event.number for event in api.emulator.events()] == [1, 2, 3, 4]
        assert [event.number for event in api.emulator.events(OURS, after=1)] == [3]

    def test_numbers_go_on_after_emptying(self, subscribed):
        api = subscribed()
        update(api, name="New")

        api.emulator.clear_events()
        update(api, name="Newer")

        assert [event.number for event in api.emulator.events()] == [3, 4]

    def test_reset_begins_anew_with_the_subscriptions_of_the_scenario(self, subscribed):
        api = subscribed()
        api.run(api.emulator.subscribe(Subscription(OURS, types=())))
        update(api, name="New")

        api.emulator.reset()
        api.sign_in()
        update(api, name="New")

        assert receivers(api) == both(UPDATED)

    def test_bot_that_the_scenario_has_no_more_is_told_nothing(self, way, tmp_path):
        text = scenario(app=SUBSCRIBED, other=SUBSCRIBED, groups=TEAM)
        Emulator.from_text(text, tmp_path / "emulator.sqlite", ManualClock()).close()
        without = "\n".join(line for line in text.split("\n") if f"app_id: {OTHER}" not in line)
        without = (
            without.replace(f", img_theirs: {OTHER}", "")
            .replace(f", {OTHER}]", "]")
            .replace(f"{{{OTHER}: ou_jim_of_other}}", "{}")
        )
        emulator = Emulator.from_text(without, tmp_path / "emulator.sqlite", ManualClock())

        emulator.acts.rename("oc_team", "New")

        assert [event.app_id for event in emulator.events()] == [OURS]
        emulator.close()

    def test_changed_scenario_brings_its_subscriptions(self, way, tmp_path):
        for events, types in (("events: {types: []}", ()), ("events: {}", None), ("", "none")):
            text = scenario(app=events)
            emulator = Emulator.from_text(text, tmp_path / "emulator.sqlite", ManualClock())
            found = emulator.subscriptions()
            emulator.close()

            assert [each.types for each in found] == ([] if types == "none" else [types])


class TestAdmin:
    def ask(self, api: Pretend, method: str, path: str, body=None, **query):
        request = Request(
            method, f"/_emulator{path}", list(query.items()), body=json.dumps(body or {}).encode()
        )
        answer = api.run(api.emulator.handle(request))
        return answer.status, answer.json()

    def test_events_are_read_by_app_and_from_a_number_on(self, subscribed):
        api = subscribed()
        update(api, name="New")
        update(api, name="Newer")

        _, body = self.ask(api, "GET", "/events", app_id=OTHER, after="2")

        (event,) = body["events"]
        assert (event["number"], event["app_id"], event["event_type"]) == (4, OTHER, UPDATED)
        assert event["body"]["event"]["after_change"]["name"] == "Newer"
        assert (event["chat_id"], event["deliveries"]) == ("oc_team", [])

    def test_events_are_emptied(self, subscribed):
        api = subscribed()
        update(api, name="New")

        assert self.ask(api, "DELETE", "/events") == (200, {})

        assert self.ask(api, "GET", "/events")[1] == {"events": []}

    def test_wrong_number_is_400(self, subscribed):
        assert self.ask(subscribed(), "GET", "/events", after="x")[0] == 400

    def test_subscriptions_are_read(self, subscribed):
        _, body = self.ask(subscribed(), "GET", "/subscriptions")

        assert body["subscriptions"][0] == {
            "app_id": OURS,
            "types": "all",
            "url": "",
            "verification_token": "v-1",
            "encrypt_key": "",
        }

    def test_subscription_without_an_url_is_kept_at_once_and_keeps_what_is_not_said(self, subscribed):
        api = subscribed()

        _, body = self.ask(api, "POST", "/subscriptions", {"app_id": OURS, "types": [DISBANDED]})
        update(api, name="New")

        assert (body["accepted"], body["reason"]) == (True, "")
        assert body["subscription"]["verification_token"] == "v-1"
        assert told(api) == []

    def test_app_that_had_none_gets_a_token(self, make):
        api = make(groups=TEAM)

        _, body = self.ask(api, "POST", "/subscriptions", {"app_id": OURS})
        update(api, name="New")

        token = body["subscription"]["verification_token"]
        assert len(token) == 32
        assert api.emulator.events(OURS)[0].body["header"]["token"] == token

    @pytest.mark.parametrize(
        ("body", "text"),
        [
            ({}, "missing a required argument: 'app_id'"),
            ({"app_id": "cli_nothing"}, "there is no app cli_nothing"),
            ({"app_id": OURS, "types": ["im.chat.exploded_v1"]}, "there is no event im.chat.exploded_v1"),
            ({"app_id": OURS, "types": "some"}, "types: must be a list, or all"),
            ({"app_id": OURS, "types": [5]}, "there is no event 5"),
            ({"app_id": OURS, "url": "ftp://x.example"}, "url: must begin with http:// or https://"),
            ({"app_id": OURS, "encrypt_key": 5}, "encrypt_key: must be text"),
            ({"app_id": OURS, "color": "red"}, "`color` is no part of a subscription"),
        ],
    )
    def test_wrong_subscription_is_400_with_a_text(self, subscribed, body, text):
        status, answer = self.ask(subscribed(), "POST", "/subscriptions", body)

        assert status == 400
        assert text in answer["error"]
