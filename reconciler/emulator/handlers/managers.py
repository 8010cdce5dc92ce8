"""Who manages a chat. Source: members.openapi.yaml, chat_managers_add_managers and _delete_managers."""

from __future__ import annotations

from typing import Any

from reconciler.emulator.chat import Chat, Role
from reconciler.emulator.directory import is_bot
from reconciler.emulator.fields import Fields
from reconciler.emulator.handlers.access import open_chat, require_member, require_mode, save
from reconciler.emulator.handlers.members import (
    ID_LIST,
    MEMBER_ID_TYPE,
    MODES,
    check_ids_at_gateway,
    read_ids,
    resolve,
    show_person,
    within_reach,
)
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal

MANAGERS = 10
MANAGERS_OF_SUPER_LARGE = 20

QUERY = Fields({"member_id_type": MEMBER_ID_TYPE})
BODY = Fields({"manager_ids": ID_LIST})

_LISTED_CODES = {232006: 232001, 232010: 232011}
"""Codes that stand on the pages of the manager calls for those that do not."""


def chat_managers_add_managers(call: Call) -> dict[str, Any]:
    """Appoint members; outsiders and the owner are ignored beside others."""
    chat, role = _open(call)
    creator = role is Role.CREATOR and call.readings.creator_appoints == "allowed"
    if role is not Role.OWNER and not creator:
        raise Refusal(232038)
    named = _named(call)
    candidates = [member for member in named if member in chat.joined and member != chat.owner]
    if len(candidates) < len(named) and call.readings.outsiders_as_managers == "refused":
        raise Refusal(232027)
    new = [member for member in candidates if member not in chat.managers]
    _require_valid(call, candidates, new)
    managers = [*chat.managers, *new]
    limit = MANAGERS_OF_SUPER_LARGE if chat.super_large else MANAGERS
    if new and _counted(call, managers) > limit:
        raise Refusal(232040)
    chat.managers = managers
    save(call, chat)
    return _lists(call, chat)


def chat_managers_delete_managers(call: Call) -> dict[str, Any]:
    """Take the role from members; they stay in the chat, and who has no role keeps none."""
    chat, role = _open(call)
    resigning = role is Role.MANAGER and call.readings.manager_resigns == "allowed"
    if role is not Role.OWNER and not resigning:
        raise Refusal(232038)
    named = _named(call)
    if resigning and named != [call.caller.id]:
        raise Refusal(232038)
    candidates = [member for member in named if member in chat.joined]
    _require_valid(call, candidates, [member for member in candidates if member in chat.managers])
    chat.managers = [manager for manager in chat.managers if manager not in candidates]
    save(call, chat)
    return _lists(call, chat)


def _open(call: Call) -> tuple[Chat, Role]:
    """Return the chat and what the caller is in it."""
    check_ids_at_gateway(call, "manager_ids")
    try:
        chat = open_chat(call)
    except Refusal as refusal:
        if call.readings.chat_of_managers == "as_listed" and refusal.code in _LISTED_CODES:
            raise Refusal(_LISTED_CODES[refusal.code]) from refusal
        raise
    role = require_member(call, chat)
    # The pages list no code for other modes; 232090 is the one of adding members.
    require_mode(chat, MODES, 232090)
    return chat, role


def _named(call: Call) -> list[str]:
    """Return the inner ids of whoever is named, `""` for nobody."""
    return [resolve(call, name) or "" for name in read_ids(call, "manager_ids")]


def _require_valid(call: Call, candidates: list[str], changing: list[str]) -> None:
    """Refuse a call without anybody to work on (232027), or with somebody out of the caller's reach (232024)."""
    if not (candidates if call.readings.unchanged_managers == "no_op" else changing):
        raise Refusal(232027)
    if not all(within_reach(call, member) for member in candidates):
        raise Refusal(232024)


def _counted(call: Call, managers: list[str]) -> int:
    """Return how many of the limit's places are taken."""
    bots = sum(map(is_bot, managers))
    return {
        "managers": len(managers),
        "managers_and_owner": len(managers) + 1,
        "people_and_bots_apart": max(bots, len(managers) - bots),
    }[call.readings.manager_cap]


def _lists(call: Call, chat: Chat) -> dict[str, Any]:
    """Return the complete lists; people by open_id when the call named bots."""
    id_type = call.query["member_id_type"].replace("app_id", "open_id")
    people = (show_person(call, id_type, manager) for manager in chat.managers if not is_bot(manager))
    return {
        "chat_managers": [person for person in people if person is not None],
        "chat_bot_managers": [manager for manager in chat.managers if is_bot(manager)],
    }
