"""Share links of a chat. Source: chats.openapi.yaml, chat_link."""

from __future__ import annotations

from typing import Any

from reconciler.emulator import ids
from reconciler.emulator.chat import Chat, Role
from reconciler.emulator.fields import Fields, Text
from reconciler.emulator.handlers.access import open_chat, require_member, require_visible
from reconciler.emulator.operation import Call
from reconciler.emulator.store import Link
from reconciler.emulator.wire import Refusal

_DAY = 86_400
_LIFE: dict[str, int | None] = {"week": 7 * _DAY, "year": 365 * _DAY, "permanently": None}
"""Seconds until a link ends."""

BODY = Fields({"validity_period": Text(tuple(_LIFE), default="week")})


def chat_link(call: Call) -> dict[str, Any]:
    """Return a link by which others can join the chat."""
    chat = open_chat(call)
    if call.caller.user is not None and call.caller.user.resigned:
        raise Refusal(232065)
    require_visible(call)
    role = require_member(call, chat)
    _require_shareable(call, chat, role)
    link = _link(call, chat, call.body["validity_period"])
    view = {
        "share_link": f"https://applink.feishu.cn/client/chat/chatter/add_by_link?link_token={link.token}",
        "is_permanent": link.ends is None,
    }
    if link.ends is not None:
        return {**view, "expire_time": str(int(link.ends))}
    return {**view, "expire_time": "0"} if call.readings.end_of_permanent_link == "zero" else view


def _require_shareable(call: Call, chat: Chat, role: Role) -> None:
    """Refuse kinds of chat that have no link, and who may not share this one."""
    if chat.secret:
        raise Refusal(232061)
    if chat.mode == "p2p":
        raise Refusal(232062)
    if chat.team:
        raise Refusal(232063)
    reserved = chat.settings["add_member_permission"] == "only_owner"
    excepted = role is Role.CREATOR and call.readings.creator_shares_reserved_chat == "allowed"
    if reserved and not excepted and not chat.manages(call.caller):
        raise Refusal(232064)


def _link(call: Call, chat: Chat, validity: str) -> Link:
    """Return a new link, or the one that the operator has already where the reading says so."""
    if call.readings.repeated_link == "same":
        earlier = call.store.usable_link(chat.chat_id, call.caller.id, validity, call.now)
        if earlier is not None:
            return earlier
    life = _LIFE[validity]
    ends = None if life is None else call.now + life
    link = Link(call.new_id(ids.link_token), chat.chat_id, call.caller.id, validity, ends)
    call.store.add_link(link)
    return link
