"""Chats as answers show them."""

from __future__ import annotations

from typing import Any

from reconciler.emulator.chat import Chat
from reconciler.emulator.directory import is_bot
from reconciler.emulator.handlers.members import show_person
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

_UNDECIDED_IN_P2P = frozenset({
    "edit_permission",
    "moderation_permission",
    "restricted_mode_setting",
    "urgent_setting",
    "video_conference_setting",
    "hide_member_count_setting",
})  # fmt: skip

_PRINTED = {
    ("add_member_permission", "all_members"): "all members",
    ("at_all_permission", "all_members"): "all members",
    ("edit_permission", "all_members"): "all members",
    ("group_message_type", "thread"): " thread",
}
"""Values as the platform's pages print them. Source: chats.openapi.yaml, x-open-questions."""


def full_view(call: Call, chat: Chat, id_type: str) -> dict[str, Any]:
    """Return what members see."""
    return {
        **_full_view_without_state(call, chat, id_type),
        **_managers(call, chat, id_type),
        **_counts(call, chat),
        "chat_status": chat.status,
    }


def created_view(call: Call, chat: Chat, id_type: str) -> dict[str, Any]:
    """Return the answer of create: the chat id, a name in any case, no counts, status or managers."""
    view = _full_view_without_state(call, chat, id_type)
    return {"chat_id": chat.chat_id, **view, "name": chat.name or PLACEHOLDER}


def reduced_view(call: Call, chat: Chat) -> dict[str, Any]:
    """Return what a caller outside the chat sees."""
    return {
        "avatar": _avatar_url(chat),
        **_name(call, chat),
        **_counts(call, chat),
        "chat_status": chat.status,
    }


def list_item(call: Call, chat: Chat, id_type: str) -> dict[str, Any]:
    """Return the summary in lists."""
    undocumented = {"labels": [], "chat_mode": chat.mode} if call.readings.sdk_only_fields == "served" else {}
    return {
        "chat_id": chat.chat_id,
        "avatar": _avatar_url(chat),
        **_name(call, chat),
        "description": chat.description,
        **_owner(call, chat, id_type),
        "external": chat.external,
        "tenant_key": chat.tenant_key,
        "chat_status": chat.status,
        **undocumented,
    }


def _full_view_without_state(call: Call, chat: Chat, id_type: str) -> dict[str, Any]:
    view: dict[str, Any] = {"avatar": _avatar_url(chat), **_name(call, chat), "description": chat.description}
    if chat.i18n_names:
        view["i18n_names"] = chat.i18n_names
    view |= chat.settings
    view |= {"restricted_mode_setting": chat.restricted, "chat_mode": chat.mode}
    view |= {"external": chat.external, "tenant_key": chat.tenant_key}
    view |= _sdk_only_fields(call, chat)
    for name in _absent(call, chat):
        del view[name]
    if call.readings.printed_blanks == "answered":
        view |= {name: printed for (name, value), printed in _PRINTED.items() if view.get(name) == value}
    return {**view, **_tag(chat), **_owner(call, chat, id_type)}


def _absent(call: Call, chat: Chat) -> frozenset[str]:
    """Return the names of the settings that a chat of this kind does not show."""
    absent = frozenset() if chat.mode == "group" else frozenset({"group_message_type"})
    if chat.mode != "p2p":
        return absent
    undecided = _UNDECIDED_IN_P2P if call.readings.settings_of_p2p == "absent" else frozenset()
    return absent | _ABSENT_IN_P2P | undecided


def _sdk_only_fields(call: Call, chat: Chat) -> dict[str, Any]:
    if call.readings.sdk_only_fields == "ignored":
        return {}
    pins = "only_owner" if chat.pins_reserved else "all_members"
    return {"labels": [], "toolkit_ids": [], "pin_manage_setting": pins}


def _name(call: Call, chat: Chat) -> dict[str, str]:
    if chat.name:
        return {"name": chat.name}
    if call.readings.name_of_nameless == "absent":
        return {}
    return {"name": PLACEHOLDER if call.readings.name_of_nameless == "placeholder" else ""}


def _tag(chat: Chat) -> dict[str, str]:
    """Return the one tag that is shown; there is none in a one-to-one chat."""
    return {} if chat.mode == "p2p" or chat.tag is None else {"chat_tag": chat.tag}


def _owner(call: Call, chat: Chat, id_type: str) -> dict[str, str]:
    """Return who owns the chat; by default nothing if a bot does, and in a one-to-one chat in any case."""
    if chat.mode == "p2p":
        return {}
    if not is_bot(chat.owner):
        shown = show_person(call, id_type, chat.owner)
        return {} if shown is None else {"owner_id_type": id_type, "owner_id": shown}
    if call.readings.bot_as_owner == "absent":
        return {}
    if call.readings.bot_as_owner == "empty":
        return {"owner_id_type": id_type, "owner_id": ""}
    return {"owner_id_type": "app_id", "owner_id": chat.owner}


def _managers(call: Call, chat: Chat, id_type: str) -> dict[str, Any]:
    """Return the managers, people and bots apart."""
    managers = [*chat.managers, chat.owner] if call.readings.owner_among_managers == "yes" else chat.managers
    people = [show_person(call, id_type, user) for user in managers if not is_bot(user)]
    lists = {
        "user_manager_id_list": [person for person in people if person is not None],
        "bot_manager_id_list": [bot for bot in managers if is_bot(bot)],
    }
    if call.readings.no_managers == "empty":
        return lists
    if call.readings.no_managers == "null":
        return {name: found or None for name, found in lists.items()}
    return {name: found for name, found in lists.items() if found}


def _counts(call: Call, chat: Chat) -> dict[str, str]:
    """Return the numbers of members; who should not see them may get zeros."""
    reserved = chat.settings["hide_member_count_setting"] == "only_owner" and not chat.manages(call.caller)
    hidden = reserved or call.caller.id not in chat.members
    if hidden and call.readings.hidden_counts == "zero":
        return {"user_count": "0", "bot_count": "0"}
    return {"user_count": str(len(chat.users)), "bot_count": str(len(chat.bots))}


def _avatar_url(chat: Chat) -> str:
    return f"https://s3-imfile.feishucdn.com/static-resource/v1/{chat.avatar or 'default-avatar'}~?image_size=72x72"
