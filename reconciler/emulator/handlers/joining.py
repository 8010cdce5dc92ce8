"""Joining a public group by oneself. Source: members.openapi.yaml, chat_members_me_join."""

from __future__ import annotations

from typing import Any

from reconciler.emulator.handlers.access import open_chat, save
from reconciler.emulator.handlers.members import MODES, require_room
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal


def chat_members_me_join(call: Call) -> dict[str, Any]:
    """Let the caller into a public group."""
    chat = open_chat(call)
    if call.caller.user is not None and call.caller.user.resigned:
        raise Refusal(232027)
    if not chat.public or chat.mode not in MODES:
        raise Refusal(232008)
    if call.caller.id in chat.members:
        if call.readings.joining_again == "refused":
            raise Refusal(232027)
        return {}
    if chat.settings["membership_approval"] == "approval_required":
        raise Refusal(232075)
    # The operation has one code for every size limit.
    require_room(call, chat, [call.caller.id], over_cap=232013)
    chat.join(call.caller.id)
    save(call, chat)
    return {}
