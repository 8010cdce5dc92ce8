"""Who may search, share, pin, join, and use the old announcement, and in which chats.

chats.openapi.yaml, members.openapi.yaml (chat_members_me_join), announcements.openapi.yaml (type doc).
"""

from __future__ import annotations

import asyncio

import pytest

from reconciler.emulator.store import Token, TokenKind
from tests.support.pretend import OTHER, OURS, TENANT
from tests.support.rows import shows_error, shows_rule

LEGACY = ("chat_announcement_get", "chat_announcement_patch")
TOP_NOTICE = ("chat_top_notice_put", "chat_top_notice_delete")
OF_MEMBERS = ("chat_link", *TOP_NOTICE, *LEGACY)
"""Operations for those in the chat."""
ON_CHATS = (*OF_MEMBERS, "chat_members_me_join")
ALL = (*ON_CHATS, "chat_search")

TITLE = r'{"requestType": "UpdateTitleRequestType", "updateTitleRequest": {"payload": "{\"elements\": []}"}}'
BODIES = {
    "chat_top_notice_put": {"chat_top_notice": [{}]},
    "chat_announcement_patch": {"revision": "1", "requests": [TITLE]},
}

MORE = "announcement: {type: doc}"
"""Whatever else a chat needs for all of the operations."""


def call(api, operation, chat_id="oc_x", **more):
    return api.call(operation, chat_id, body=BODIES.get(operation), **more)


def chat(state=""):
    return f"  - {{chat_id: oc_x, name: Team, {state}, {MORE}}}" if state else chat("external: false")


def each(*operations):
    return pytest.mark.parametrize("operation", operations)


def all_show(places, *, rules=(), errors=()):
    """Say that a test shows the same rules and errors of several places."""

    def note(test):
        for place in places:
            shows_rule(place, *rules)(test)
            shows_error(place, *errors)(test)
        return test

    return note


class TestApp:
    @all_show(ALL, errors=[232025])
    @all_show(LEGACY, rules=["must have the bot capability"])
    @each(*ALL)
    def test_bot_ability_must_be_on(self, make, operation):
        api = make(app="bot: false", groups=chat("members: [李雷]"))

        assert call(api, operation).code == 232025
        assert call(api.as_user("ou_lilei"), operation).code == 232025

    @all_show(ALL, errors=[232034])
    @each(*ALL)
    def test_app_must_be_enabled_in_the_tenant(self, make, operation):
        api = make(groups=chat("bots: [cli_asleep]"))
        kept = Token("t-kept", TokenKind.TENANT, "cli_asleep", TENANT, api.emulator.clock.now() + 7200)
        with api.emulator.store.transaction(write=True):
            api.emulator.store.add_token(kept)  # fetched before the app was switched off

        assert call(api, operation, token=kept.token).code == 232034

    @all_show(OF_MEMBERS, errors=[232024])
    @each(*OF_MEMBERS)
    def test_app_must_be_visible_to_the_person(self, make, operation):
        api = make(groups=chat("members: [Hidden]"))

        assert call(api.as_user("ou_hidden"), operation).code == 232024


class TestChat:
    @all_show(["chat_link", "chat_members_me_join"], errors=[232006])
    @each("chat_link", "chat_members_me_join")
    @pytest.mark.parametrize("chat_id", ["oc_nothing", "nonsense"])
    def test_unknown_chat_is_232006(self, api, operation, chat_id):
        assert call(api, operation, chat_id).code == 232006

    @all_show([*TOP_NOTICE, *LEGACY], errors=[232001])
    @each(*TOP_NOTICE, *LEGACY)
    def test_unknown_chat_is_232001_where_the_page_has_no_other_code(self, api, operation):
        assert call(api, operation, "oc_nothing").code == 232001

    @each(*TOP_NOTICE)
    def test_unknown_chat_of_the_top_notice_is_232006_under_the_other_reading(self, make, operation):
        api = make(readings='top_notice_of_unknown_chat: "232006"')

        assert call(api, operation, "oc_nothing").code == 232006

    @all_show([name for name in ON_CHATS if name != "chat_announcement_get"], errors=[232009])
    @each(*(name for name in ON_CHATS if name != "chat_announcement_get"))
    @pytest.mark.parametrize("status", ["dissolved", "dissolved_save"])
    def test_dissolved_chat_is_232009(self, make, operation, status):
        api = make(groups=chat(f"chat_status: {status}"))

        assert call(api, operation).code == 232009

    @shows_error("chat_announcement_get", 232011)
    def test_nobody_is_in_a_dissolved_chat_who_could_read_its_announcement(self, make):
        api = make(groups=chat("chat_status: dissolved"))

        assert call(api, "chat_announcement_get").code == 232011

    @all_show(ON_CHATS, errors=[232010])
    @all_show(["chat_link"], rules=["unless the group is external, of its tenant"])
    @all_show(TOP_NOTICE, rules=["of its tenant"])
    @all_show(LEGACY, rules=["must belong to the same tenant"])
    @all_show(["chat_members_me_join"], rules=["the operator must belong to the chat's tenant"])
    @each(*ON_CHATS)
    def test_internal_chat_of_another_tenant_is_232010(self, make, operation):
        api = make(groups=chat("tenant: elsewhere, owner: Stranger, members: [李雷]"))

        assert call(api, operation).code == 232010
        assert call(api.as_user("ou_lilei"), operation).code == 232010

    @all_show(OF_MEMBERS, errors=[232033])
    @each(*ON_CHATS)
    def test_external_chat_needs_the_external_sharing_ability(self, make, operation):
        api = make(groups=chat("external: true"))

        assert call(api, operation).code == 232033

    @all_show(["chat_link"], rules=["unless the group is external, of its tenant"])
    @all_show(LEGACY, rules=["must belong to the same tenant"])
    @each(*OF_MEMBERS)
    def test_external_chat_may_belong_to_another_tenant(self, make, operation):
        state = f"external: true, tenant: elsewhere, owner: Stranger, bots: [{OURS}]"
        api = make(app="external_sharing: true", groups=chat(state))

        assert call(api, operation).code == 0


class TestOperator:
    @all_show(OF_MEMBERS, errors=[232011])
    @all_show(["chat_link", *TOP_NOTICE], rules=["The operator must be in the group"])
    @all_show(LEGACY, rules=["must be a member of the chat"])
    @each(*OF_MEMBERS)
    def test_bot_must_be_in_the_chat(self, make, operation):
        api = make(groups=chat())

        assert call(api.of(OTHER), operation).code == 232011
        assert call(api, operation).code == 0

    @all_show(OF_MEMBERS, errors=[232011])
    @all_show(["chat_link", *TOP_NOTICE], rules=["The operator must be in the group"])
    @all_show(LEGACY, rules=["must be a member of the chat"])
    @each(*OF_MEMBERS)
    def test_person_must_be_in_the_chat_and_the_bot_need_not(self, make, operation):
        api = make(groups=chat("owner: Kate"))

        assert call(api.as_user("ou_lilei"), operation).code == 232011
        assert call(api.as_user("ou_kate"), operation).code == 0


class TestOverlap:
    @pytest.mark.parametrize("way", ["in-process"])
    @all_show(["chat_link", "chat_announcement_patch", "chat_members_me_join"], errors=[232019])
    @each("chat_link", "chat_announcement_patch", "chat_members_me_join", *TOP_NOTICE)
    def test_second_write_meanwhile_is_232019(self, make, operation):
        api = make(groups=chat("settings: {chat_type: public}"))

        async def twice():
            requests = [api.request(operation, "oc_x", body=BODIES.get(operation)) for _ in range(2)]
            return await asyncio.gather(*requests)

        assert sorted(answer.json()["code"] for answer in api.run(twice())) == [0, 232019]
