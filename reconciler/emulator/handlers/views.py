"""Chats as answers show them."""

from __future__ import annotations

from typing import Any

from reconciler.emulator.chat import Chat
from reconciler.emulator.directory import is_bot
from reconciler.emulator.operation import Call

PLACEHOLDER = "(无主题)"
"""Name that create answers for a group without one."""

_ABSENT_IN_P2P = frozenset({
    "add_member_permission",
    "share_card_permission",
    "at_all_permission",
    "chat_type",
    "join_message_visibility",
    "leave_message_visibility",
    "membership_approval",
})  # fmt: skip


def full_view(call: Call, chat: Chat, id_type: str) -> dict[str, Any]:
    """Return what members see."""
    return {
        **_full_view_without_state(call, chat, id_type),
        "user_manager_id_list": [call.show(id_type, user) for user in chat.managers if not is_bot(user)],
        "bot_manager_id_list": [bot for bot in chat.managers if is_bot(bot)],
        **_counts(chat),
        "chat_status": chat.status,
    }


def created_view(call: Call, chat: Chat, id_type: str) -> dict[str, Any]:
    """Return the answer of create: the chat id, a name in any case, no counts, status or managers."""
    view = _full_view_without_state(call, chat, id_type)
    return {"chat_id": chat.chat_id, **view, "name": chat.name or PLACEHOLDER}


def reduced_view(chat: Chat) -> dict[str, Any]:
    """Return what a caller outside the chat sees."""
    return {"avatar": _avatar_url(chat), **_name(chat), **_counts(chat), "chat_status": chat.status}


def list_item(call: Call, chat: Chat, id_type: str) -> dict[str, Any]:
    """Return the summary in lists."""
    return {
        "chat_id": chat.chat_id,
        "avatar": _avatar_url(chat),
        **_name(chat),
        "description": chat.description,
        **_owner(call, chat, id_type),
        "external": chat.external,
        "tenant_key": chat.tenant_key,
        "chat_status": chat.status,
    }


def _full_view_without_state(call: Call, chat: Chat, id_type: str) -> dict[str, Any]:
    view: dict[str, Any] = {"avatar": _avatar_url(chat), **_name(chat), "description": chat.description}
    if chat.i18n_names:
        view["i18n_names"] = chat.i18n_names
    view |= chat.settings
    view |= {"restricted_mode_setting": chat.restricted, "chat_mode": chat.mode}
    view |= {"external": chat.external, "tenant_key": chat.tenant_key}
    if chat.mode != "group":
        del view["group_message_type"]
    if chat.mode == "p2p":
        return {name: value for name, value in view.items() if name not in _ABSENT_IN_P2P}
    if not chat.external:
        view["chat_tag"] = "inner"
    return {**view, **_owner(call, chat, id_type)}


def _name(chat: Chat) -> dict[str, str]:
    return {"name": chat.name} if chat.name else {}


def _owner(call: Call, chat: Chat, id_type: str) -> dict[str, str]:
    """Return who owns the chat; nothing if a bot does, or in a one-to-one chat."""
    if is_bot(chat.owner) or chat.mode == "p2p":
        return {}
    return {"owner_id_type": id_type, "owner_id": call.show(id_type, chat.owner)}


def _counts(chat: Chat) -> dict[str, str]:
    return {"user_count": str(len(chat.users)), "bot_count": str(len(chat.bots))}


def _avatar_url(chat: Chat) -> str:
    return f"https://s3-imfile.feishucdn.com/static-resource/v1/{chat.avatar or 'default-avatar'}~?image_size=72x72"
