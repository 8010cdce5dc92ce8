"""Who may post in a group. Source: chats.openapi.yaml, chat_moderation_get and chat_moderation_update."""

from __future__ import annotations

from typing import Any

from reconciler.emulator.chat import SETTING_VALUES, Chat, Role
from reconciler.emulator.directory import is_bot
from reconciler.emulator.fields import Fields, Items, Text
from reconciler.emulator.handlers.access import open_chat, require_member, save
from reconciler.emulator.handlers.chats import USER_ID_TYPE, resolve_person
from reconciler.emulator.handlers.members import show_person
from reconciler.emulator.handlers.paging import PAGE_FIELDS, load_token, page, page_size
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal

GET_QUERY = Fields({"user_id_type": USER_ID_TYPE, **PAGE_FIELDS})
UPDATE_QUERY = Fields({"user_id_type": Text(USER_ID_TYPE.values, default="open_id", refused_as=232015)})
UPDATE_BODY = Fields({
    "moderation_setting": Text(SETTING_VALUES["moderation_permission"]),
    "moderator_added_list": Items(Text()),
    "moderator_removed_list": Items(Text()),
})  # fmt: skip

_LIST = "moderator_list"


def chat_moderation_get(call: Call) -> dict[str, Any]:
    """Return the mode and, in the mode of the list, one page of the users who may post."""
    chat = open_chat(call)
    require_member(call, chat)
    mode = chat.settings["moderation_permission"]
    listed = _listed(call, chat) if mode == _LIST else []
    scope = f"moderators:{chat.chat_id}"
    begin = load_token(scope, call.query)
    end = begin + page_size(call)
    items = [_item(call, user) for user in listed[begin:end]]
    found = page(call, items, scope, end if end < len(listed) else None)
    if mode != _LIST and call.readings.list_of_other_mode == "absent":
        del found["items"]
    return {"moderation_setting": mode, **found}


def _listed(call: Call, chat: Chat) -> list[str]:
    """Return who may post, as the reading has it: those who were added, and who may in any case."""
    always = {
        "owner": [chat.owner],
        "nobody": [],
        "owner_and_managers": [chat.owner, *chat.managers],
    }[call.readings.always_moderators]
    return list(dict.fromkeys(user for user in (*always, *chat.moderators) if not is_bot(user)))


def _item(call: Call, user: str) -> dict[str, Any]:
    id_type = call.query["user_id_type"]
    user_id = show_person(call, id_type, user)
    return {
        "user_id_type": id_type,
        **({} if user_id is None else {"user_id": user_id}),
        "tenant_key": call.directory.users[user].tenant_key,
    }


def chat_moderation_update(call: Call) -> dict[str, Any]:
    """Set the mode and change the list; people outside the group are dropped silently."""
    chat = open_chat(call)
    if require_member(call, chat) not in {Role.OWNER, Role.CREATOR}:
        raise Refusal(232017)
    if chat.banned:
        raise Refusal(232060)
    if chat.meeting:
        raise Refusal(232092)
    _require_sense(call)
    mode = _mode(call, chat)
    if mode == _LIST:
        _change_list(call, chat)
    elif mode is not None and call.readings.moderators_in_other_mode == "forgotten":
        chat.moderators = []
    if mode is not None:
        chat.settings["moderation_permission"] = mode
    save(call, chat)
    return {}


def _require_sense(call: Call) -> None:
    """Refuse a list mode without a list, where the reading wants one, and an id in both lists."""
    added, removed = (call.body.get(f"moderator_{kind}_list") for kind in ("added", "removed"))
    alone = call.body.get("moderation_setting") == _LIST and added is None
    if alone and call.readings.list_mode_alone == "refused":
        raise Refusal(232001, "moderator_list needs moderator_added_list.")
    if set(added or ()) & set(removed or ()):
        raise Refusal(232001, "An id must not be in both lists.")


def _mode(call: Call, chat: Chat) -> str | None:
    """Return the mode that the body asks for; one without a mode may mean the present one."""
    present = chat.settings["moderation_permission"]
    mode: str | None = call.body.get("moderation_setting")
    return present if mode is None and call.readings.lists_without_mode == "applied" else mode


def _change_list(call: Call, chat: Chat) -> None:
    added = _members(call, chat.members, "moderator_added_list")
    removed = _members(call, chat.members, "moderator_removed_list")
    kept = [user for user in chat.moderators if user not in removed]
    chat.moderators = kept + [user for user in added if user not in kept]


def _members(call: Call, members: list[str], field: str) -> list[str]:
    """Return the people in the chat whom the list `field` names, each once."""
    found = (resolve_person(call, named) for named in call.body.get(field, []))
    return list(dict.fromkeys(user.union_id for user in found if user and user.union_id in members))
