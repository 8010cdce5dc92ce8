"""Who manages a chat. Source: members.openapi.yaml, chat_managers_add_managers and _delete_managers."""

from __future__ import annotations

from typing import Any

from reconciler.emulator.chat import Chat, Role
from reconciler.emulator.directory import is_bot
from reconciler.emulator.fields import Fields, Items, Text
from reconciler.emulator.handlers.access import open_chat, require_member, require_mode, save
from reconciler.emulator.handlers.members import MEMBER_ID_TYPE, MODES, read_ids, resolve
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal

MANAGERS = 10
MANAGERS_OF_SUPER_LARGE = 20

QUERY = Fields({"member_id_type": MEMBER_ID_TYPE})
BODY = Fields({"manager_ids": Items(Text())})


def chat_managers_add_managers(call: Call) -> dict[str, Any]:
    """Appoint members; outsiders and the owner are ignored beside others."""
    chat = _open_as_owner(call)
    named = [member for member in _named_members(call, chat) if member != chat.owner]
    if not named:
        raise Refusal(232027)
    managers = [*chat.managers, *(member for member in named if member not in chat.managers)]
    if len(managers) > (MANAGERS_OF_SUPER_LARGE if chat.super_large else MANAGERS):
        raise Refusal(232040)
    chat.managers = managers
    save(call, chat)
    return _lists(call, chat)


def chat_managers_delete_managers(call: Call) -> dict[str, Any]:
    """Take the role from members; they stay in the chat, and who has no role keeps none."""
    chat = _open_as_owner(call)
    named = _named_members(call, chat)
    if not named:
        raise Refusal(232027)
    chat.managers = [manager for manager in chat.managers if manager not in named]
    save(call, chat)
    return _lists(call, chat)


def _open_as_owner(call: Call) -> Chat:
    chat = open_chat(call)
    role = require_member(call, chat)
    require_mode(chat, MODES, 232090)
    if role is not Role.OWNER:
        raise Refusal(232038)
    return chat


def _named_members(call: Call, chat: Chat) -> list[str]:
    resolved = (resolve(call, name) for name in read_ids(call, "manager_ids"))
    return [member for member in resolved if member is not None and member in chat.members]


def _lists(call: Call, chat: Chat) -> dict[str, Any]:
    """Return the complete lists; people by open_id when the call named bots."""
    id_type = call.query["member_id_type"].replace("app_id", "open_id")
    return {
        "chat_managers": [call.show(id_type, manager) for manager in chat.managers if not is_bot(manager)],
        "chat_bot_managers": [manager for manager in chat.managers if is_bot(manager)],
    }
