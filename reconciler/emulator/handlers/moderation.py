"""Who may post in a group. Source: chats.openapi.yaml, chat_moderation_get and chat_moderation_update."""

from __future__ import annotations

from typing import Any

from reconciler.emulator.chat import SETTING_VALUES, Role
from reconciler.emulator.directory import is_bot
from reconciler.emulator.fields import Fields, Items, Text
from reconciler.emulator.handlers.access import open_chat, require_member, save
from reconciler.emulator.handlers.chats import USER_ID_TYPE
from reconciler.emulator.handlers.paging import PAGE_FIELDS, load_token, page
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal

GET_QUERY = Fields({"user_id_type": USER_ID_TYPE, **PAGE_FIELDS})
UPDATE_QUERY = Fields({"user_id_type": Text(USER_ID_TYPE.values, default="open_id", refused_as=232015)})
UPDATE_BODY = Fields({
    "moderation_setting": Text(SETTING_VALUES["moderation_permission"]),
    "moderator_added_list": Items(Text()),
    "moderator_removed_list": Items(Text()),
})  # fmt: skip


def chat_moderation_get(call: Call) -> dict[str, Any]:
    """Return the mode and one page of the users who may post; a user who owns the chat always may."""
    chat = open_chat(call)
    require_member(call, chat)
    id_type, mode = call.query["user_id_type"], chat.settings["moderation_permission"]
    listed: list[str] = []
    if mode == "moderator_list":
        owner = [] if is_bot(chat.owner) else [chat.owner]
        listed = owner + [user for user in chat.moderators if user not in owner]
    scope = f"moderators:{chat.chat_id}"
    begin = load_token(scope, call.query)
    end = begin + call.query["page_size"]
    items = [
        {
            "user_id_type": id_type,
            "user_id": call.show(id_type, user),
            "tenant_key": call.directory.users[user].tenant_key,
        }
        for user in listed[begin:end]
    ]
    return {"moderation_setting": mode, **page(items, scope, end if end < len(listed) else None)}


def chat_moderation_update(call: Call) -> dict[str, Any]:
    """Set the mode and change the list; people outside the group are dropped silently."""
    chat = open_chat(call)
    if require_member(call, chat) not in {Role.OWNER, Role.CREATOR}:
        raise Refusal(232017)
    if chat.banned:
        raise Refusal(232060)
    if chat.meeting:
        raise Refusal(232092)
    if set(call.body.get("moderator_added_list", [])) & set(call.body.get("moderator_removed_list", [])):
        raise Refusal(232001, "An id must not be in both lists.")
    added = _members(call, chat.members, "moderator_added_list")
    removed = _members(call, chat.members, "moderator_removed_list")
    mode = call.body.get("moderation_setting")
    if mode == "moderator_list":
        kept = [user for user in chat.moderators if user not in removed]
        chat.moderators = kept + [user for user in added if user not in kept]
    elif mode is not None:
        # Whether the platform remembers the list is not written anywhere; clients must not count on it.
        chat.moderators = []
    if mode is not None:
        chat.settings["moderation_permission"] = mode
    save(call, chat)
    return {}


def _members(call: Call, members: list[str], field: str) -> list[str]:
    """Return the people in the chat whom the list `field` names, each once."""
    found: dict[str, None] = {}
    for named in call.body.get(field, []):
        user = call.directory.resolve(call.app.app_id, call.query["user_id_type"], named)
        if user is not None and user.union_id in members:
            found[user.union_id] = None
    return list(found)
