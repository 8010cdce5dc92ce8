"""Who may call the operations of members.openapi.yaml, and on which chats: one table for all of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import pytest

from reconciler.emulator import Emulator, ManualClock
from tests.support.contract import load_contract
from tests.support.member_calls import ADD, APPOINT, CHAT, DISMISS, IS_IN, LIST, REMOVE, group
from tests.support.pretend import OTHER, OURS, Pretend, scenario
from tests.support.rows import shows_error, shows_rule

CALLS: dict[str, dict[str, Any]] = {
    ADD: {"body": {"id_list": ["ou_lilei"]}},
    REMOVE: {"body": {"id_list": ["ou_jim"]}},
    LIST: {},
    IS_IN: {},
    APPOINT: {"body": {"manager_ids": ["ou_jim"]}},
    DISMISS: {"body": {"manager_ids": ["ou_jim"]}},
}
"""A call of each operation that works on Kate's group, for whoever may make it."""

WRITES = (ADD, REMOVE, APPOINT, DISMISS)
MANAGERS = (APPOINT, DISMISS)
NOT_MANAGERS = tuple(operation for operation in CALLS if operation not in MANAGERS)

_Test = TypeVar("_Test", bound=Callable[..., Any])


def shown_for(code: int, *operations: str) -> Callable[[_Test], _Test]:
    """Run a test for operations, for each of which it shows `code`."""

    def note(test: _Test) -> _Test:
        for operation in operations:
            test = shows_error(operation, code)(test)
        marked: _Test = pytest.mark.parametrize("operation", operations)(test)
        return marked

    return note


def code(api: Pretend, operation: str, chat_id: str = CHAT) -> int:
    return api.call(operation, chat_id, **CALLS[operation]).code


@shown_for(232006, *NOT_MANAGERS)
def test_unknown_chat_is_232006(api, operation):
    assert code(api, operation, "oc_nothing") == 232006


@pytest.mark.parametrize("operation", MANAGERS)
def test_unknown_chat_is_232006_for_the_manager_calls_although_they_do_not_list_it(api, operation):
    assert code(api, operation, "oc_nothing") == 232006


@shown_for(232009, ADD, REMOVE, LIST, APPOINT, DISMISS)
@pytest.mark.parametrize("status", ["dissolved", "dissolved_save"])
def test_dissolved_chat_is_232009(make, operation, status):
    assert code(make(groups=group(chat_status=status)), operation) == 232009


@shows_rule(ADD, "For an internal chat the operator must belong to the chat's tenant (232010).")
@shows_rule(REMOVE, "For an internal chat the operator must belong to the chat's tenant.")
@shows_rule(LIST, "For an internal chat the operator must belong to the chat's tenant (232010).")
@shows_rule(IS_IN, "For an internal chat the operator must belong to the chat's tenant (232010).")
@shown_for(232010, *NOT_MANAGERS)
def test_internal_chat_of_another_tenant_is_232010(make, operation):
    api = make(groups=group(tenant="elsewhere"))

    assert code(api, operation) == 232010
    assert code(api.as_user("Jim"), operation) == 232010


@pytest.mark.parametrize("operation", MANAGERS)
def test_internal_chat_of_another_tenant_is_232010_for_the_manager_calls_too(make, operation):
    assert code(make(groups=group(tenant="elsewhere")), operation) == 232010


@shown_for(232033, *CALLS)
def test_external_chat_needs_the_external_sharing_ability(make, operation):
    external = group(external="true", owner=OURS, members="[Kate, Jim]")

    assert code(make(groups=external), operation) == 232033
    assert code(make(groups=external, app="external_sharing: true"), operation) == 0


@shown_for(232025, *CALLS)
def test_app_without_the_bot_ability_is_232025(make, operation):
    assert code(make(app="bot: false", groups=group()), operation) == 232025


@shown_for(232034, *CALLS)
def test_app_switched_off_after_it_got_its_token_is_232034(tmp_path, operation):
    later = scenario(app="enabled: false", groups=group())

    assert code_after_restart(tmp_path, operation, OURS, later) == 232034


@shown_for(232004, *NOT_MANAGERS)
def test_app_that_is_gone_after_it_got_its_token_is_232004(tmp_path, operation):
    later = scenario(groups=group()).replace(OTHER, "cli_another")

    assert code_after_restart(tmp_path, operation, OTHER, later) == 232004


def code_after_restart(folder: Path, operation: str, app_id: str, later: str) -> int:
    """Return what an app is answered whose token is older than the scenario `later`."""
    database = folder / "emulator.sqlite"
    text = scenario(groups=group())
    with closing(Pretend(Emulator.from_text(text, database, ManualClock()), app_id)) as before:
        token = before.sign_in()
    with closing(Pretend(Emulator.from_text(later, database, ManualClock()), app_id)) as after:
        return after.call(operation, CHAT, token=token, **CALLS[operation]).code


@shows_rule("chats", "parallel writes to the same chat are a named cause of 232019 for the member operations")
@shown_for(232019, *WRITES)
def test_two_equal_writes_on_one_chat_at_a_time_are_232019(make, operation):
    api = make(groups=group(owner=OURS, members="[Kate, Jim]"))
    call = (operation, {"chat_id": CHAT, **CALLS[operation]})

    assert sorted(answer.code for answer in api.together(call, call)) == [0, 232019]


@shows_rule(ADD, "Do not call add or remove concurrently on the same chat")
@shows_rule(REMOVE, "Do not call add or remove concurrently on the same chat")
@pytest.mark.parametrize("operation", WRITES)
def test_two_writes_on_one_chat_at_a_time_are_refused_whatever_they_do(make, operation):
    api = make(groups=group(owner=OURS, members="[Kate, Jim]"))
    call = (operation, {"chat_id": CHAT, **CALLS[operation]})
    adding = (ADD, {"chat_id": CHAT, **CALLS[ADD]})

    assert sorted(answer.code for answer in api.together(call, adding)) == [0, 232019]


@pytest.mark.parametrize(
    ("operation", "id_type"),
    [(ADD, "user_id"), (REMOVE, "user_id"), (LIST, "user_id"), (APPOINT, "user_id"), (DISMISS, "user_id")],
)
def test_user_ids_need_their_scope(make, operation, id_type):
    api = make(app='scopes: ["im:chat"]', groups=group())

    answer = api.call(operation, CHAT, query={"member_id_type": id_type}, **CALLS[operation])

    assert answer.code == 99991672
    assert answer.body["error"]["permission_violations"] == [
        {"type": "field_scope_required", "subject": "contact:user.employee_id:readonly"}
    ]


# ---- role matrix

SCOPES = "scopes: [im:chat]"
OWN_CHAT = {"owner": OURS, "members": "[Kate, Jim, 李雷]"}
BOTS: dict[str, tuple[dict[str, str], str]] = {
    "owner": (OWN_CHAT, SCOPES),
    "manager": ({"managers": f"[{OURS}]"}, SCOPES),
    "creator_bot_with_operate_as_owner": ({"created_by": OURS}, "scopes: all"),
    "creator_bot": ({"created_by": OURS}, SCOPES),
    "member": ({}, "scopes: all"),
    "outside": ({"bots": "[]"}, "scopes: all"),
    "creator_bot_outside": ({"bots": "[]", "created_by": OURS}, "scopes: all"),
}
"""What makes our bot be something in Kate's group: keys of the group, and of the app."""

PEOPLE: dict[str, dict[str, str]] = {
    "owner": {"owner": "李雷", "members": "[Kate, Jim]"},
    "manager": {"members": "[李雷, Jim]", "managers": "[李雷]"},
    "member": {"members": "[李雷, Jim]"},
    "outside": {},
}
"""What makes 李雷 be something there."""

INSIDE = frozenset({"owner", "manager", "creator_bot_with_operate_as_owner", "creator_bot", "member"})
LIKE_OWNER = frozenset({"owner", "manager", "creator_bot_with_operate_as_owner"})
ANYWHERE = INSIDE | {"outside", "creator_bot_outside"}

MATRIX: dict[str, tuple[str, dict[str, Any], dict[str, str], frozenset[str], int]] = {
    "add, open to all": (ADD, {"id_list": ["ou_han"]}, {}, INSIDE, 0),
    "add, reserved": (
        ADD,
        {"id_list": ["ou_han"]},
        {"settings": "{add_member_permission: only_owner}"},
        LIKE_OWNER,
        232017,
    ),
    "remove others": (REMOVE, {"id_list": ["ou_jim"]}, {}, LIKE_OWNER, 232014),
    "remove oneself": (REMOVE, {}, {}, INSIDE, 0),
    "list": (LIST, {}, {}, INSIDE, 0),
    "is in chat": (IS_IN, {}, {}, ANYWHERE, 0),
    "appoint": (APPOINT, {"manager_ids": ["ou_jim"]}, {}, frozenset({"owner"}), 232038),
    "dismiss": (DISMISS, {"manager_ids": ["ou_jim"]}, {}, frozenset({"owner"}), 232038),
}
"""Operation, body, keys of the group, who may, and the code for others inside."""


def expected(role: str, allowed: frozenset[str], otherwise: int) -> int:
    if role in allowed:
        return 0
    return 232011 if role in {"outside", "creator_bot_outside"} else otherwise


for_every_cell = pytest.mark.parametrize(
    ("operation", "body", "keys", "allowed", "otherwise"), MATRIX.values(), ids=MATRIX.keys()
)


@shows_rule(
    ADD, "The operator must already be in the chat (232011).", "If the chat restricts adding to owner"
)
@shows_rule(
    REMOVE, "Only the owner, a manager, or the bot that created the chat", "Every user or bot may always"
)
@shows_rule(LIST, "The operator (bot or user) must be in the chat (232011).")
@shows_rule(
    APPOINT, "Only the chat owner may call this (232038)", "The operator must be in the chat (232011)"
)
@shows_rule(
    DISMISS, "Only the chat owner may call this (232038).", "The operator must be in the chat (232011)."
)
@for_every_cell
@pytest.mark.parametrize("role", BOTS)
def test_what_a_bot_may_do_is_decided_by_its_role(make, operation, body, keys, allowed, otherwise, role):
    more, app = BOTS[role]
    api = make(app=app, groups=group(**more, **keys))
    itself = operation == REMOVE and not body
    query = {"member_id_type": "app_id"} if itself else {}

    answer = api.call(operation, CHAT, body={"id_list": [OURS]} if itself else body or None, query=query)

    assert answer.code == expected(role, allowed, otherwise)


@shows_rule(
    ADD, "The operator must already be in the chat (232011).", "If the chat restricts adding to owner"
)
@shows_rule(
    REMOVE, "Only the owner, a manager, or the bot that created the chat", "Every user or bot may always"
)
@shows_rule(LIST, "The operator (bot or user) must be in the chat (232011).")
@shows_rule(
    APPOINT, "Only the chat owner may call this (232038)", "The operator must be in the chat (232011)"
)
@shows_rule(
    DISMISS, "Only the chat owner may call this (232038).", "The operator must be in the chat (232011)."
)
@for_every_cell
@pytest.mark.parametrize("role", PEOPLE)
def test_what_a_person_may_do_is_decided_by_its_role(make, operation, body, keys, allowed, otherwise, role):
    # Our bot owns, manages and creates nothing here, and is not even in the chat: the person alone counts.
    api = make(groups=group(bots="[]", **PEOPLE[role], **keys)).as_user("李雷")
    itself = operation == REMOVE and not body

    answer = api.call(operation, CHAT, body={"id_list": ["ou_lilei"]} if itself else body or None)

    assert answer.code == expected(role, allowed, otherwise)


def test_matrix_is_the_one_of_the_description():
    described = load_contract("members")["info"]["x-permission-matrix"]
    named = {
        "add, open to all": described["chat_members_create"]["add_member_permission_all_members"],
        "add, reserved": described["chat_members_create"]["add_member_permission_only_owner"],
        "remove others": described["chat_members_delete_others"],
        "appoint": described["chat_managers_add_managers"],
        "dismiss": described["chat_managers_delete_managers"],
    }

    for row, roles in named.items():
        with_scope = {"creator_bot_with_operate_as_owner"} if "creator_bot" in roles else set()
        assert MATRIX[row][3] == set(roles) | with_scope
    assert described["chat_members_delete_self"] == ["anyone"]
    assert described["chat_members_get"] == ["any member of the chat"]
    assert described["chat_members_is_in_chat"] == ["anyone; the answer is about the operator itself"]


@shows_error(ADD, 232011)
@shows_error(REMOVE, 232011)
@shows_error(LIST, 232011)
@shows_error(APPOINT, 232011)
@shows_error(DISMISS, 232011)
@pytest.mark.parametrize("operation", [ADD, REMOVE, LIST, APPOINT, DISMISS])
def test_operator_outside_is_232011(make, operation):
    api = make(groups=group())

    assert code(api.of(OTHER), operation) == 232011
    assert code(api.as_user("李雷"), operation) == 232011


@shown_for(232038, *MANAGERS)
def test_manager_is_no_owner(make, operation):
    assert code(make(groups=group(managers=f"[{OURS}]")), operation) == 232038
