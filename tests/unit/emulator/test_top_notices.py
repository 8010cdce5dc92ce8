"""Rules of chats.openapi.yaml: chat_top_notice_put and chat_top_notice_delete."""

from __future__ import annotations

import pytest

from reconciler.emulator.acts import ActError
from tests.support.pretend import OURS
from tests.support.rows import shows_error, shows_rule

ANNOUNCEMENT = {"action_type": "2"}


def put(api, *notices, chat_id="oc_x"):
    return api.call("chat_top_notice_put", chat_id, body={"chat_top_notice": list(notices)})


def delete(api, chat_id="oc_x"):
    return api.call("chat_top_notice_delete", chat_id)


def pinned(api, chat_id="oc_x"):
    return api.emulator.acts.chat(chat_id)["top_notice"]


def send(api, chat_id="oc_x"):
    """Send a message into a chat and return its id."""
    body = {"receive_id": chat_id, "msg_type": "text", "content": '{"text": "Hello"}'}
    answer = api.call("im_message_create", body=body, query={"receive_id_type": "chat_id"})
    return answer.data["message_id"]


def message(message_id):
    return {"action_type": "1", "message_id": message_id}


def chat(state="external: false"):
    return f"  - {{chat_id: oc_x, name: Team, {state}}}\n"


@pytest.fixture
def api(make):
    return make(groups=chat())


class TestPut:
    WHAT = "action_type 1 pins a message and needs message_id"

    @shows_rule("chat_top_notice_put", WHAT)
    def test_message_is_pinned(self, api):
        message_id = send(api)

        assert put(api, message(message_id)).data == {}

        assert pinned(api) == message(message_id)

    @pytest.mark.parametrize(
        "notice",
        [
            pytest.param({}, id="by default"),
            pytest.param(ANNOUNCEMENT, id="stated"),
            pytest.param(
                {**ANNOUNCEMENT, "message_id": "om_nothing"}, id="with a message_id that is ignored"
            ),
        ],
    )
    @shows_rule("chat_top_notice_put", WHAT)
    def test_announcement_is_pinned(self, api, notice):
        assert put(api, notice).data == {}

        assert pinned(api) == ANNOUNCEMENT

    @shows_rule("chat_top_notice_put", "One thing is pinned")
    def test_new_notice_takes_the_place_of_the_old_one(self, api):
        first, second = send(api), send(api)

        shown = [
            (put(api, notice).code, pinned(api)) for notice in (message(first), message(second), ANNOUNCEMENT)
        ]

        assert shown == [(0, message(first)), (0, message(second)), (0, ANNOUNCEMENT)]

    @shows_rule("chat_top_notice_put", "No operation reads the pinned notice back")
    def test_no_field_of_the_chat_shows_it(self, api):
        before = api.get("oc_x")

        put(api, ANNOUNCEMENT)

        assert api.get("oc_x") == before

    @pytest.mark.parametrize(("readings", "code"), [("", 0), ("several_top_notices: refused", 232001)])
    def test_last_of_several_entries_counts(self, make, readings, code):
        api = make(groups=chat(), readings=readings)

        assert put(api, message("om_nothing"), ANNOUNCEMENT).code == code

        assert pinned(api) == ({} if code else ANNOUNCEMENT)

    @shows_rule("chat_top_notice_put", WHAT)
    @shows_error("chat_top_notice_put", 232001)
    @pytest.mark.parametrize("notice", [None, {"action_type": "1"}, message("om_nothing")])
    def test_empty_list_and_message_that_is_not_there_are_232001(self, api, notice):
        notices = [] if notice is None else [notice]

        assert put(api, *notices).code == 232001

        assert pinned(api) == {}

    @shows_error("chat_top_notice_put", 232001)
    def test_message_of_another_chat_is_232001(self, make):
        api = make(groups=chat() + "  - {chat_id: oc_y}")

        assert put(api, message(send(api, "oc_y"))).code == 232001

    @shows_error("chat_top_notice_put", 230111)
    def test_message_about_to_destroy_itself_is_230111(self, api):
        message_id = send(api)
        api.emulator.acts.expire_message("oc_x", message_id)

        assert put(api, message(message_id)).code == 230111

    def test_unknown_action_and_missing_list_break_declared_rules(self, api):
        assert put(api, {"action_type": "3"}).violations == ["chat_top_notice[0].action_type"]
        assert api.call("chat_top_notice_put", "oc_x", body={}).violations == ["chat_top_notice"]


class TestDelete:
    @pytest.mark.parametrize("kind", ["message", "announcement", "nothing"])
    @shows_rule("chat_top_notice_delete", "it removes whatever is pinned, message or announcement")
    def test_whatever_is_pinned_is_removed(self, api, kind):
        if kind != "nothing":
            put(api, message(send(api)) if kind == "message" else ANNOUNCEMENT)

        assert delete(api).data == {}

        assert pinned(api) == {}


class TestWhoManagesPins:
    ALLOWED = "allowed to manage pins in it (232014)"

    @pytest.mark.parametrize(
        ("state", "code"),
        [
            pytest.param(f"owner: {OURS}", 0, id="owner"),
            pytest.param(f"owner: Kate, managers: [{OURS}]", 0, id="manager"),
            pytest.param(f"owner: Kate, bots: [{OURS}]", 232014, id="member"),
            pytest.param(f"owner: Kate, created_by: {OURS}, bots: [{OURS}]", 232014, id="creator"),
        ],
    )
    @shows_rule("chat_top_notice_put", ALLOWED)
    @shows_rule("chat_top_notice_delete", ALLOWED)
    @shows_error("chat_top_notice_put", 232014)
    @shows_error("chat_top_notice_delete", 232014)
    def test_reserved_pins_are_for_owner_and_managers(self, make, state, code):
        api = make(groups=chat(f"{state}, pins_reserved: true"))

        assert (put(api, ANNOUNCEMENT).code, delete(api).code) == (code, code)

    @shows_rule("chat_top_notice_put", ALLOWED)
    @shows_rule("chat_top_notice_delete", ALLOWED)
    def test_every_member_manages_pins_unless_a_person_reserves_them(self, make):
        api = make(groups=chat(f"owner: Kate, bots: [{OURS}]"))
        before = put(api, ANNOUNCEMENT).code, delete(api).code

        api.emulator.acts.reserve_pins("oc_x")

        assert before == (0, 0)
        assert (put(api, ANNOUNCEMENT).code, delete(api).code) == (232014, 232014)

    @shows_error("chat_top_notice_put", 232001)
    @shows_error("chat_top_notice_delete", 232001)
    def test_one_to_one_chat_has_no_top_notice(self, make):
        api = make(groups=chat("chat_mode: p2p"))

        assert (put(api, ANNOUNCEMENT).code, delete(api).code) == (232001, 232001)


class TestActs:
    def test_people_pin_and_take_off(self, api):
        message_id = send(api)

        api.emulator.acts.put_top_notice("oc_x", message_id)
        first = pinned(api)
        api.emulator.acts.put_top_notice("oc_x")
        second = pinned(api)
        api.emulator.acts.remove_top_notice("oc_x")

        assert (first, second, pinned(api)) == (message(message_id), ANNOUNCEMENT, {})

    def test_only_messages_of_the_chat_can_be_pinned_or_expire(self, make):
        api = make(groups=chat() + "  - {chat_id: oc_y}")

        for message_id in ("om_nothing", send(api, "oc_y")):
            for act in (api.emulator.acts.put_top_notice, api.emulator.acts.expire_message):
                with pytest.raises(ActError, match="no message"):
                    act("oc_x", message_id)
