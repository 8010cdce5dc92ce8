"""What is pinned to the top of a group. Source: chats.openapi.yaml, chat_top_notice_put and _delete."""

from __future__ import annotations

from typing import Any

from reconciler.emulator.chat import Chat
from reconciler.emulator.fields import Fields, Items, Text
from reconciler.emulator.handlers.access import (
    open_chat,
    require_member,
    require_mode,
    require_visible,
    save,
)
from reconciler.emulator.handlers.members import MODES
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal

MESSAGE, ANNOUNCEMENT = "1", "2"

PUT_BODY = Fields({
    "chat_top_notice": Items(
        Fields({"action_type": Text((MESSAGE, ANNOUNCEMENT), default=ANNOUNCEMENT), "message_id": Text()}),
        required=True,
    ),
})  # fmt: skip


def chat_top_notice_put(call: Call) -> dict[str, Any]:
    """Pin a message or the announcement in place of what was pinned."""
    chat = _open(call)
    notices = call.body["chat_top_notice"]
    if not notices or (len(notices) > 1 and call.readings.several_top_notices == "refused"):
        raise Refusal(232001, "chat_top_notice needs exactly one entry.")
    notice = notices[-1]
    if notice["action_type"] == MESSAGE:
        _require_pinnable(call, chat, notice.get("message_id", ""))
        chat.top_notice = notice
    else:
        # A message_id beside the announcement means nothing.
        chat.top_notice = {"action_type": ANNOUNCEMENT}
    save(call, chat)
    return {}


def chat_top_notice_delete(call: Call) -> dict[str, Any]:
    """Take off whatever is pinned; nothing happens where nothing is."""
    chat = _open(call)
    chat.top_notice = {}
    save(call, chat)
    return {}


def _open(call: Call) -> Chat:
    """Return the group of the call for somebody who manages its pins; one-to-one chats have no top notice."""
    chat = open_chat(call, unknown=int(call.readings.top_notice_of_unknown_chat))
    require_visible(call)
    require_member(call, chat)
    require_mode(chat, MODES, 232001)
    if chat.pins_reserved and not chat.manages(call.caller):
        raise Refusal(232014)
    return chat


def _require_pinnable(call: Call, chat: Chat, message_id: str) -> None:
    """Refuse a message that is not in the chat (232001) or about to destroy itself (230111)."""
    message = call.store.message(message_id)
    if message is None or message.chat_id != chat.chat_id:
        raise Refusal(232001, "message_id names no message of the chat.")
    if message_id in chat.expiring_messages:
        raise Refusal(230111)
