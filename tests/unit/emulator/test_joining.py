"""Rules of members.openapi.yaml: chat_members_me_join."""

from __future__ import annotations

import pytest

from reconciler.emulator.handlers.members import BOTS_PER_CHAT
from reconciler.emulator.routes import BY_ID
from tests.support.pretend import OURS, SECRET
from tests.support.rows import shows_error, shows_rule

PUBLIC = "settings: {chat_type: public}"


def join(api, **more):
    return api.call("chat_members_me_join", "oc_x", **more)


def chat(state):
    return f"  - {{chat_id: oc_x, name: Team, owner: Kate, {state}}}"


@shows_rule("chat_members_me_join", "Only chats with chat_type public can be joined this way")
def test_bot_joins_a_public_chat(make):
    api = make(groups=chat(PUBLIC))

    assert join(api).data == {}

    assert api.emulator.acts.chat("oc_x")["members"] == ["ou_kate", OURS]


def test_person_joins_a_public_chat_and_the_bot_does_not(make):
    api = make(groups=chat(PUBLIC))

    assert join(api.as_user("ou_jim")).data == {}

    assert api.emulator.acts.chat("oc_x")["members"] == ["ou_kate", "ou_jim"]


@pytest.mark.parametrize(
    "state",
    [
        pytest.param("chat_mode: group", id="private"),
        pytest.param(f"bots: [{OURS}]", id="private, and the caller is in it"),
        pytest.param(f"chat_mode: p2p, {PUBLIC}", id="one to one"),
    ],
)
@shows_rule("chat_members_me_join", "Only chats with chat_type public can be joined this way")
@shows_error("chat_members_me_join", 232008)
def test_other_chats_are_232008(make, state):
    assert join(make(groups=chat(state))).code == 232008


@shows_rule("chat_members_me_join", "A public chat with join approval switched on cannot be joined")
@shows_error("chat_members_me_join", 232075)
def test_public_chat_with_approval_is_232075(make):
    api = make(groups=chat("settings: {chat_type: public, membership_approval: approval_required}"))

    assert join(api).code == 232075

    assert api.emulator.acts.chat("oc_x")["pending"] == []


@pytest.mark.parametrize(("readings", "code"), [("", 0), ("joining_again: refused", 232027)])
def test_joining_again_changes_nothing(make, readings, code):
    api = make(readings=readings, groups=chat(f"bots: [{OURS}], {PUBLIC}"))
    before = api.emulator.acts.chat("oc_x")

    assert join(api).code == code

    assert api.emulator.acts.chat("oc_x") == before


@shows_error("chat_members_me_join", 232027)
def test_person_who_has_left_the_company_is_no_valid_member(make):
    api = make(groups=chat(PUBLIC))

    assert join(api.as_user("ou_gone")).code == 232027


class TestSize:
    FULL = "Joining fails when the chat is at its size limit"

    @shows_rule("chat_members_me_join", FULL)
    @shows_error("chat_members_me_join", 232013)
    def test_chat_with_all_the_bots_it_can_have_is_full_for_bots(self, make):
        bots = [f"cli_bot{number}" for number in range(BOTS_PER_CHAT)]
        apps = [f"{{app_id: {bot}, app_secret: {SECRET}}}" for bot in bots]
        api = make(
            other="\n  - ".join(["bot: true}", *apps, "{app_id: cli_last, app_secret: x"]),
            groups=chat(f"bots: [{', '.join(bots)}], {PUBLIC}"),
        )

        assert join(api).code == 232013
        assert join(api.as_user("ou_jim")).code == 0

    @shows_rule("chat_members_me_join", FULL)
    @shows_error("chat_members_me_join", 232013)
    def test_limit_of_the_administrator_counts_too(self, make):
        api = make(tenant="member_cap: 1", groups=chat(PUBLIC))

        assert join(api.as_user("ou_jim")).code == 232013


class TestTenant:
    INTERNAL = "For an internal chat (chat_tag inner) the operator must belong"

    @shows_rule("chat_members_me_join", INTERNAL)
    def test_external_public_chat_of_another_tenant_can_be_joined(self, make):
        api = make(
            app="external_sharing: true",
            groups="  - {chat_id: oc_x, name: Team, owner: Stranger, tenant: elsewhere, external: true,"
            f" {PUBLIC}}}",
        )

        assert join(api).code == 0


@shows_rule("chat_members_me_join", "The request has no body and no query parameters")
def test_body_and_query_are_ignored(make):
    api = make(groups=chat(PUBLIC))

    assert join(api, body=b"no JSON", query={"member_id_type": "nonsense"}).code == 0

    assert BY_ID["chat_members_me_join"].body is None
