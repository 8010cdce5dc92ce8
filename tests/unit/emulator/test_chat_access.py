"""Who may do what with a group: chats.openapi.yaml, info.x-role-matrix and the codes in front of the rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import Emulator, ManualClock
from tests.support.contract import load_contract
from tests.support.groups import group
from tests.support.pretend import OTHER, OURS, Pretend, scenario
from tests.support.rows import client_side, shows_error, shows_rule

BODIES: dict[str, Any] = {
    "chat_get": None,
    "chat_update": {"description": "x"},
    "chat_delete": None,
    "chat_moderation_get": None,
    "chat_moderation_update": {"moderation_setting": "only_owner"},
}
"""The operations on one group, each with a body that a plain member may send where members may do anything."""

ON_A_GROUP = tuple(BODIES)
WRITES = ("chat_update", "chat_delete", "chat_moderation_update")
ALL = ("chat_create", "chat_list", *ON_A_GROUP)

MATRIX = {row["operation"]: row for row in load_contract("chats")["info"]["x-role-matrix"]}

ROLES = ("owner", "creator_bot", "manager", "member", "outside")
ROLES_OF_PEOPLE = ("owner", "manager", "member", "outside")
ELSEWHERE = group(owner="Stranger", tenant="elsewhere")
EXTERNAL = group(owner="Kate", members=["李雷", "Stranger"], bots=[OURS], external=True)

RESERVED = {
    "add_member_permission": "only_owner",
    "share_card_permission": "not_allowed",
    "at_all_permission": "only_owner",
    "edit_permission": "only_owner",
    "join_message_visibility": "only_owner",
    "leave_message_visibility": "not_anyone",
    "membership_approval": "approval_required",
    "chat_type": "public",
    "group_message_type": "thread",
    "urgent_setting": "only_owner",
    "video_conference_setting": "only_owner",
    "hide_member_count_setting": "only_owner",
}
"""Every setting of chat_update with a value that it does not have by default."""

WHO_MAY = {
    name: RESERVED[name] for name in ("add_member_permission", "share_card_permission", "edit_permission")
}
MESSAGE = {"receive_id": "oc_x", "msg_type": "text", "content": '{"text": "hello"}'}
RESERVED_CALLS: list[tuple[str, dict[str, Any]]] = [
    ("chat_update", {"body": {"description": "x"}}),
    ("chat_members_create", {"body": {"id_list": ["ou_han"]}}),
    ("chat_link", {"body": {}}),
    ("im_message_create", {"body": MESSAGE, "query": {"receive_id_type": "chat_id"}}),
]
"""Calls that `WHO_MAY` and the moderation decide about, with their arguments."""

RESTRICTED = {
    "status": True,
    "screenshot_has_permission_setting": "not_anyone",
    "download_has_permission_setting": "all_members",
    "message_has_permission_setting": "all_members",
}

client_side(
    "chats",
    "A private group is visible only to its invited members",
    "What people find and join in the client app is in no answer of these operations; chat_search and"
    " chat_members_me_join show it for callers of the API.",
)


def shows_errors(code: int, *operations: str) -> Callable[[Any], Any]:
    """Say that a test shows one code of several operations."""

    def note(test: Any) -> Any:
        for operation in operations:
            test = shows_error(operation, code)(test)
        return test

    return note


def with_role(role: str, caller: str, **more: Any) -> str:
    """Return a group of Kate's, or the caller's own, in which `caller` has a role."""
    owner = caller if role == "owner" else "Kate"
    inside = [] if role == "outside" else [caller]
    managers = [caller] if role == "manager" else []
    creator = {"created_by": OURS} if role == "creator_bot" else {}
    return group(name="Team", owner=owner, members=[*inside, "Jim"], managers=managers, **creator, **more)


def allowed(roles: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return operation and role of the cells of the matrix that allow a call."""
    return [
        (operation, role)
        for operation in ON_A_GROUP
        for role in roles
        if not isinstance(MATRIX[operation][role], int)
    ]


def refused(roles: tuple[str, ...]) -> list[tuple[str, str, int]]:
    """Return operation, role and code of the cells of the matrix that have a code."""
    return [
        (operation, role, code)
        for operation in ON_A_GROUP
        for role in roles
        if isinstance(code := MATRIX[operation][role], int)
    ]


@pytest.mark.parametrize(("operation", "role"), allowed(ROLES))
@shows_rule("chats", "all membership and role checks apply to that operator")
@shows_rule("chat_moderation_get", "Any member (bot or user) may read")
def test_role_of_the_bot_allows_a_call_under_a_tenant_token(make, operation, role):
    api = make(groups=with_role(role, OURS))

    assert api.call(operation, "oc_x", body=BODIES[operation]).code == 0


@pytest.mark.parametrize(("operation", "role", "code"), refused(ROLES))
@shows_rule("chat_update", "The operator must be in the group (232011)")
@shows_rule("chat_delete", "With a tenant token the bot must be the owner, or the creator")
@shows_rule(
    "chat_moderation_update", "With a tenant token the bot must be the owner", "Managers may not change it"
)
@shows_errors(232011, "chat_update", "chat_delete", "chat_moderation_get", "chat_moderation_update")
@shows_errors(232017, "chat_delete", "chat_moderation_update")
def test_role_of_the_bot_forbids_a_call_under_a_tenant_token(make, operation, role, code):
    api = make(groups=with_role(role, OURS))

    assert api.call(operation, "oc_x", body=BODIES[operation]).code == code


@pytest.mark.parametrize(("operation", "role"), allowed(ROLES_OF_PEOPLE))
@shows_rule("chats", "The operator of a call is the app's bot under a tenant_access_token and the user under")
def test_role_of_the_person_allows_a_call_under_a_user_token(make, operation, role):
    api = make(groups=with_role(role, "李雷")).as_user("ou_lilei")

    assert api.call(operation, "oc_x", body=BODIES[operation]).code == 0


@pytest.mark.parametrize(("operation", "role", "code"), refused(ROLES_OF_PEOPLE))
@shows_rule("chat_delete", "With a user token the user must be the owner")
@shows_rule("chat_moderation_update", "With a user token the user must be the owner")
@shows_errors(232011, "chat_update", "chat_delete", "chat_moderation_get", "chat_moderation_update")
@shows_errors(232017, "chat_delete", "chat_moderation_update")
def test_role_of_the_person_forbids_a_call_under_a_user_token(make, operation, role, code):
    api = make(groups=with_role(role, "李雷")).as_user("ou_lilei")

    assert api.call(operation, "oc_x", body=BODIES[operation]).code == code


def test_bot_in_the_group_gives_its_user_no_role(make):
    api = make(groups=group(owner=OURS, members=["Kate"])).as_user("ou_lilei")

    assert api.call("chat_update", "oc_x", body={"description": "x"}).code == 232011


@pytest.mark.parametrize("role", ROLES)
def test_list_has_the_groups_in_which_the_bot_has_a_role(make, role):
    api = make(groups=with_role(role, OURS))

    items = api.call("chat_list").data["items"]

    assert bool(items) == (MATRIX["chat_list"][role] == "listed")


@pytest.mark.parametrize("role", ROLES_OF_PEOPLE)
@shows_rule("chat_list", "the bot under a tenant token, the user under a user token")
def test_list_has_the_groups_in_which_the_person_has_a_role(make, role):
    api = make(groups=with_role(role, "李雷")).as_user("ou_lilei")

    items = api.call("chat_list").data["items"]

    assert bool(items) == (MATRIX["chat_list"][role] == "listed")


@pytest.mark.parametrize(("role", "may"), [("owner", True), ("manager", True), ("member", False)])
@pytest.mark.parametrize(("operation", "more"), RESERVED_CALLS)
@shows_rule("chats", "In all who-may settings only_owner means the owner and the managers")
def test_only_owner_means_owner_and_managers(make, role, may, operation, more):
    groups = with_role(role, OURS, settings={**WHO_MAY, "moderation_permission": "only_owner"})

    answer = make(groups=groups).call(operation, "oc_x", **more)

    assert (answer.code == 0) == may


class TestEditing:
    """Owner, managers and the creator change everything, other members at most the basics."""

    @pytest.mark.parametrize("role", ["owner", "creator_bot", "manager"])
    @shows_rule("chat_update", "may change every field")
    def test_every_field_is_open_to_owner_creator_and_managers(self, make, role):
        api = make(groups=with_role(role, OURS))
        body = {
            **RESERVED,
            "restricted_mode_setting": RESTRICTED,
            "name": "Other",
            "description": "x",
            "i18n_names": {"en_us": "y"},
        }

        assert (
            api.call("chat_update", "oc_x", body={**body, "avatar": "img_ours", "owner_id": "ou_jim"}).code
            == 0
        )

        detail = api.call("chat_get", "oc_x").data
        assert {name: detail[name] for name in body} == body
        assert "img_ours" in detail["avatar"]
        assert detail["owner_id"] == "ou_jim"

    @pytest.mark.parametrize("caller", ["bot", "person"])
    @pytest.mark.parametrize(
        "body",
        [{"avatar": "img_ours"}, {"name": "x"}, {"description": "x"}, {"i18n_names": {"en_us": "x"}}],
        ids=str,
    )
    @shows_rule("chat_update", "Any other member may change only avatar, name, description and i18n_names")
    def test_plain_members_change_the_basics_while_editing_is_open(self, make, caller, body):
        api, caller = self.plain_member(make, caller, "all_members")
        before = api.get("oc_x")

        assert caller.call("chat_update", "oc_x", body=body).code == 0

        assert {name for name, value in api.get("oc_x").items() if value != before.get(name)} == body.keys()

    @pytest.mark.parametrize("caller", ["bot", "person"])
    @pytest.mark.parametrize(
        ("name", "value"), {**RESERVED, "restricted_mode_setting": RESTRICTED, "owner_id": "ou_jim"}.items()
    )
    @shows_rule("chat_update", "another field then gives 232016")
    @shows_error("chat_update", 232016)
    def test_plain_members_change_nothing_else(self, make, caller, name, value):
        api, caller = self.plain_member(make, caller, "all_members")
        before = api.get("oc_x")

        assert caller.call("chat_update", "oc_x", body={"description": "x", name: value}).code == 232016

        assert api.get("oc_x") == before

    @pytest.mark.parametrize("caller", ["bot", "person"])
    @pytest.mark.parametrize(
        "body",
        [
            pytest.param({"name": "x"}, id="a basic"),
            pytest.param({}, id="nothing"),
            pytest.param({"at_all_permission": "only_owner"}, id="232002 comes before 232016"),
        ],
    )
    @shows_rule("chat_update", "any other member may change nothing (232002)")
    @shows_error("chat_update", 232002)
    def test_plain_members_change_nothing_while_editing_is_reserved(self, make, caller, body):
        _, caller = self.plain_member(make, caller, "only_owner")

        assert caller.call("chat_update", "oc_x", body=body).code == 232002

    @staticmethod
    def plain_member(
        make: Callable[..., Pretend], caller: str, edit_permission: str
    ) -> tuple[Pretend, Pretend]:
        """Return our bot and, as the wanted caller, that bot or a person; both are plain members."""
        settings = {"edit_permission": edit_permission}
        api = make(groups=group(owner="Kate", members=["Jim", "李雷"], bots=[OURS], settings=settings))
        return api, api.as_user("ou_lilei") if caller == "person" else api


class TestCreator:
    """The bot that made a group keeps owner-like power with im:chat:operate_as_owner, as long as it is in it."""

    @pytest.mark.parametrize("operation", WRITES)
    @shows_rule("chats", "A bot that created the group keeps owner-like power", "is never needed by an owner")
    def test_scope_is_what_keeps_the_power(self, make, operation):
        codes = {}
        for scopes in ("all", '["im:chat"]'):
            api = make(app=f"scopes: {scopes}")
            chat_id = api.create(owner_id="ou_kate")
            body = {"urgent_setting": "only_owner"} if operation == "chat_update" else BODIES[operation]
            codes[scopes] = api.call(operation, chat_id, body=body).code

        assert codes["all"] == 0
        assert codes['["im:chat"]'] == {"chat_update": 232016}.get(operation, 232017)

    @pytest.mark.parametrize("operation", WRITES)
    def test_owner_needs_no_scope_for_it(self, make, operation):
        api = make(app='scopes: ["im:chat"]')

        assert api.call(operation, api.create(), body=BODIES[operation]).code == 0

    def test_creating_manager_without_the_scope_is_a_manager(self, make):
        api = make(app='scopes: ["im:chat"]')
        chat_id = api.create(owner_id="ou_kate", set_bot_manager="true")

        assert api.call("chat_update", chat_id, body={"urgent_setting": "only_owner"}).code == 0
        assert api.call("chat_delete", chat_id).code == 232017

    @pytest.mark.parametrize("operation", WRITES)
    def test_creator_that_has_left_is_outside(self, api, operation):
        chat_id = api.create(owner_id="ou_kate")
        api.emulator.acts.remove_members(chat_id, [OURS])

        assert api.call(operation, chat_id, body=BODIES[operation]).code == 232011

    def test_person_behind_the_creating_app_is_no_creator(self, api):
        chat_id = api.create(owner_id="ou_kate", user_id_list=["ou_lilei"])

        assert api.as_user("ou_lilei").call("chat_delete", chat_id).code == 232017


class TestApp:
    """What an app must be before its calls come to anything."""

    @pytest.mark.parametrize("operation", ALL)
    @shows_rule("chats", "Every operation needs an app whose bot ability is enabled")
    @shows_errors(232025, *ALL)
    def test_without_the_bot_ability_it_is_232025(self, make, operation):
        assert make(app="bot: false").call(operation, "oc_x", body=BODIES.get(operation, {})).code == 232025

    @pytest.mark.parametrize("operation", ALL[1:])
    def test_person_cannot_act_through_an_app_without_the_bot_ability(self, make, operation):
        api = make(app="bot: false").as_user("ou_lilei")

        assert api.call(operation, "oc_x", body=BODIES.get(operation)).code == 232025

    @pytest.mark.parametrize("operation", ALL)
    @shows_rule("chats", "An app that is not installed or not enabled in the tenant gets 232034")
    @shows_errors(232034, *ALL)
    def test_app_switched_off_since_it_got_its_token_is_232034(self, tmp_path, operation):
        api = restarted(tmp_path, OURS, scenario(app="enabled: false"))

        assert api.call(operation, "oc_x", body=BODIES.get(operation, {})).code == 232034
        api.close()

    @pytest.mark.parametrize("operation", ALL)
    @shows_rule("chats", "an app id that does not exist gets 232004")
    @shows_errors(232004, *ALL)
    def test_app_that_is_gone_since_it_got_its_token_is_232004(self, tmp_path, operation):
        api = restarted(tmp_path, OTHER, scenario().replace(OTHER, "cli_another"))

        assert api.call(operation, "oc_x", body=BODIES.get(operation, {})).code == 232004
        api.close()


def restarted(folder: Path, app_id: str, later: str) -> Pretend:
    """Return an app with the token that it got before the scenario of its emulator was changed to `later`."""
    database = folder / "emulator.sqlite"
    before = Pretend(Emulator.from_text(scenario(), database, ManualClock()), app_id)
    token = before.sign_in()
    before.close()
    after = Pretend(Emulator.from_text(later, database, ManualClock()), app_id)
    after.token = token
    return after


class TestGroup:
    """What a group must be before the caller's role in it counts; in this order."""

    @pytest.mark.parametrize("chat_id", ["oc_nothing", "nonsense", "oc_", "支付"])
    @pytest.mark.parametrize("operation", ON_A_GROUP)
    @shows_errors(232006, *ON_A_GROUP)
    def test_unknown_or_malformed_chat_id_is_232006(self, api, operation, chat_id):
        assert api.call(operation, chat_id, body=BODIES[operation]).code == 232006

    @pytest.mark.parametrize("status", ["dissolved", "dissolved_save"])
    @pytest.mark.parametrize(
        "operation", ["chat_update", "chat_delete", "chat_moderation_get", "chat_moderation_update"]
    )
    @shows_errors(232009, "chat_update", "chat_delete", "chat_moderation_get", "chat_moderation_update")
    def test_dissolved_group_is_232009_even_before_the_tenant(self, make, operation, status):
        api = make(groups=group(owner="Stranger", tenant="elsewhere", chat_status=status))

        assert api.call(operation, "oc_x", body=BODIES[operation]).code == 232009

    @pytest.mark.parametrize("operation", ON_A_GROUP)
    @shows_rule("chats", "the operator must belong to the group's tenant (232010 otherwise)")
    @shows_rule("chat_get", "A non-external chat can be read only from its own tenant")
    @shows_rule("chat_update", "unless the group is external, of its tenant (232010)")
    @shows_errors(232010, *ON_A_GROUP)
    def test_internal_group_of_another_tenant_is_232010(self, make, operation):
        api = make(groups=ELSEWHERE)

        codes = [
            each.call(operation, "oc_x", body=BODIES[operation]).code
            for each in (api, api.as_user("ou_lilei"))
        ]

        assert codes == [232010, 232010]

    @pytest.mark.parametrize("operation", ON_A_GROUP)
    @shows_rule("chats", "Operating an external group needs a bot with the external-sharing ability")
    @shows_errors(232033, *ON_A_GROUP)
    def test_external_group_without_the_ability_is_232033(self, make, operation):
        api = make(groups=EXTERNAL)

        codes = [
            each.call(operation, "oc_x", body=BODIES[operation]).code
            for each in (api, api.as_user("ou_lilei"))
        ]

        assert codes == [232033, 232033]

    @pytest.mark.parametrize("person", ["ou_kate", "ou_lilei"])
    def test_external_group_with_the_ability_goes_by_role(self, make, person):
        api = make(groups=EXTERNAL, app="external_sharing: true").as_user(person)

        assert api.call("chat_get", "oc_x").data["external"] is True
        assert api.call("chat_delete", "oc_x").code == (0 if person == "ou_kate" else 232017)

    def test_bot_of_another_tenant_in_an_external_group_acts_by_its_role(self, make):
        api = make(
            groups=group(owner="Stranger", tenant="elsewhere", external=True, bots=[OURS], managers=[OURS]),
            app="external_sharing: true",
        )

        assert api.call("chat_update", "oc_x", body={"description": "x"}).code == 0

    @pytest.mark.parametrize("mode", ["topic", "p2p"])
    @pytest.mark.parametrize("operation", ["chat_update", "chat_delete"])
    @shows_rule("chats", "chat_update and chat_delete accept only chat_mode group")
    @shows_rule("chat_update", "Works on chat_mode group only (232008)")
    @shows_rule("chat_delete", "Works on chat_mode group only (232008)")
    @shows_errors(232008, "chat_update", "chat_delete")
    def test_other_modes_are_232008(self, make, operation, mode):
        api = make(groups=group(owner=OURS, members=["Kate"], chat_mode=mode))

        assert api.call(operation, "oc_x", body=BODIES[operation]).code == 232008

    @pytest.mark.parametrize("body", [{"chat_type": "public"}, {"group_message_type": "thread"}], ids=str)
    @shows_error("chat_update", 232008)
    def test_kind_that_a_topic_group_does_not_support_is_232008(self, make, body):
        api = make(groups=group(owner=OURS, chat_mode="topic"))

        assert api.call("chat_update", "oc_x", body=body).code == 232008

    def test_membership_is_checked_before_the_mode(self, make):
        api = make(groups=group(owner="Kate", chat_mode="topic"))

        assert api.call("chat_update", "oc_x", body={}).code == 232011

    @shows_error("chat_delete", 232024)
    def test_person_outside_the_availability_of_the_app_is_232024(self, make):
        api = make(groups=group(owner="Hidden")).as_user("ou_hidden")

        assert api.call("chat_delete", "oc_x").code == 232024
