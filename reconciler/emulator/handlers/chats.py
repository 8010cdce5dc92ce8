"""Groups themselves: create, read, list, change, dissolve. Source: chats.openapi.yaml."""

from __future__ import annotations

import re
from typing import Any

from reconciler.emulator import ids
from reconciler.emulator.chat import (
    RESTRICTED_SETTINGS,
    RESTRICTION_VALUES,
    SETTING_VALUES,
    SHARE_BESIDE_ADD,
    UNRESTRICTED,
    Chat,
    Role,
)
from reconciler.emulator.directory import User, is_bot
from reconciler.emulator.fields import Fields, Flag, Items, Shape, Text
from reconciler.emulator.handlers.access import (
    open_chat,
    require_member,
    require_mode,
    require_usable_app,
    save,
)
from reconciler.emulator.handlers.paging import PAGE_FIELDS, load_token, page
from reconciler.emulator.handlers.views import created_view, full_view, list_item, reduced_view
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal

DEDUPLICATION = 36_000.0
"""Seconds for which a `uuid` makes one group only."""

USER_ID_TYPE = Text(("open_id", "union_id", "user_id"), default="open_id")

_BASICS: dict[str, Shape] = {
    "avatar": Text(),
    "name": Text(),
    "description": Text(),
    "i18n_names": Fields({"zh_cn": Text(), "en_us": Text(), "ja_jp": Text()}),
}
_SETTINGS_OF_UPDATE: dict[str, Shape] = {
    name: Text(values) for name, values in SETTING_VALUES.items() if name != "moderation_permission"
}
_ONLY_IN_UPDATE = ("add_member_permission", "share_card_permission", "at_all_permission")
_SETTINGS = {name: shape for name, shape in _SETTINGS_OF_UPDATE.items() if name not in _ONLY_IN_UPDATE}
_RESTRICTION: Shape = Text(RESTRICTION_VALUES)
_RESTRICTED = Fields({"status": Flag(), **dict.fromkeys(RESTRICTED_SETTINGS, _RESTRICTION)})

CREATE_QUERY = Fields(
    {"user_id_type": USER_ID_TYPE, "set_bot_manager": Flag(default=False), "uuid": Text(longest=50)}
)
CREATE_BODY = Fields({
    **_BASICS,
    **_SETTINGS,
    "restricted_mode_setting": _RESTRICTED,
    "chat_mode": Text(("group",)),
    "owner_id": Text(),
    "user_id_list": Items(Text(), most=50),
    "bot_id_list": Items(Text(), most=5),
})  # fmt: skip
UPDATE_BODY = Fields({
    **_BASICS,
    **_SETTINGS_OF_UPDATE,
    "restricted_mode_setting": _RESTRICTED,
    "owner_id": Text(),
})  # fmt: skip
USER_ID_QUERY = Fields({"user_id_type": USER_ID_TYPE})
LIST_QUERY = Fields({
    "user_id_type": USER_ID_TYPE,
    "sort_type": Text(("ByCreateTimeAsc", "ByActiveTimeDesc"), default="ByCreateTimeAsc"),
    **PAGE_FIELDS,
})  # fmt: skip

_AVATAR_KEY = re.compile(r"img_[0-9A-Za-z_-]+|default-avatar[0-9A-Za-z_-]*")


# ---- create


def chat_create(call: Call) -> dict[str, Any]:
    """Make a group; with the `uuid` of an earlier success return the group of that time."""
    require_usable_app(call)
    id_type = call.query["user_id_type"]
    owner = _new_owner(call, id_type)
    uuid = call.query.get("uuid")
    if uuid:
        made = call.store.created_chat(call.app.app_id, uuid, owner, call.now - DEDUPLICATION)
        earlier = call.store.chat(made) if made else None
        if earlier is not None:
            return created_view(call, earlier, id_type)
    chat = _new_chat(call, owner, _new_users(call, id_type), _new_bots(call))
    call.store.add_chat(chat)
    if uuid:
        call.store.remember_creation(call.app.app_id, uuid, owner, chat.chat_id, call.now)
    return created_view(call, chat, id_type)


def _new_owner(call: Call, id_type: str) -> str:
    """Return the inner id of the owner: the named user, else the calling bot."""
    named = call.body.get("owner_id")
    if named is None:
        return call.app.app_id
    user = call.directory.resolve(call.app.app_id, id_type, named)
    if user is None:
        raise Refusal(232030)
    if user.tenant_key != call.tenant.key:
        raise Refusal(232032)
    _require_available(user)
    return user.union_id


def _new_users(call: Call, id_type: str) -> list[User]:
    """Return the invited users; one that cannot come refuses the whole call."""
    users = []
    for named in call.body.get("user_id_list", []):
        user = call.directory.resolve(call.app.app_id, id_type, named)
        if user is None:
            raise Refusal(232043)
        _require_available(user)
        users.append(user)
    return users


def _require_available(user: User) -> None:
    if user.resigned:
        raise Refusal(232022)
    if not user.visible:
        raise Refusal(232043)


def _new_bots(call: Call) -> list[str]:
    bots: list[str] = call.body.get("bot_id_list", [])
    if call.app.app_id in bots:
        raise Refusal(232001, "The calling bot joins by itself and must not be in bot_id_list.")
    for bot in bots:
        app = call.directory.apps.get(bot)
        if app is None:
            raise Refusal(232021)
        if not app.bot or not app.enabled:
            raise Refusal(232043)
    return bots


def _new_chat(call: Call, owner: str, users: list[User], bots: list[str]) -> Chat:
    app, body = call.app, call.body
    chat = Chat(
        chat_id="",
        tenant_key=call.tenant.key,
        owner=owner,
        created_by=app.app_id,
        external=any(user.tenant_key != call.tenant.key for user in users),
        active_time=call.now,
    )
    if chat.external and not app.external_sharing:
        raise Refusal(232033)
    if chat.external and is_bot(owner):
        raise Refusal(232001, "An external group needs a user as owner.")
    if body.get("chat_type") == "public" and not body.get("name"):
        raise Refusal(232042)
    if body.get("chat_type") == "public" and len(body["name"]) < 2:
        raise Refusal(232020)
    _write_fields(call, chat, avatar_code=232001)
    if chat.public and call.readings.public_name_at_create == "unique" and call.store.public_name_taken(chat):
        raise Refusal(232026)
    for member in (owner, app.app_id, *(user.union_id for user in users), *bots):
        chat.join(member)
    if not is_bot(owner) and call.query["set_bot_manager"]:
        chat.managers.append(app.app_id)
    chat.chat_id = call.new_id(ids.chat_id)
    chat.tabs = [
        {"tab_id": call.new_id(ids.long_id), "tab_type": tab_type} for tab_type in call.tenant.built_in_tabs
    ]
    return chat


# ---- read


def chat_get(call: Call) -> dict[str, Any]:
    """Return the chat; a caller outside gets the reduced view, dissolved chats have only that."""
    chat = open_chat(call, dissolved_too=True)
    if chat.role_of(call.caller) is Role.OUTSIDE:
        return reduced_view(chat)
    return full_view(call, chat, call.query["user_id_type"])


def chat_list(call: Call) -> dict[str, Any]:
    """Return one page of the chats that the bot is in."""
    require_usable_app(call)
    by_activity = call.query["sort_type"] == "ByActiveTimeDesc"
    scope = f"chats:{call.caller.id}:{call.query['sort_type']}"
    position, size = load_token(scope, call.query), call.query["page_size"]
    following: int | None = None
    if by_activity:
        chats = call.store.chats_by_activity(call.caller.id, position, size + 1)
        if len(chats) > size:
            following = position + size
    else:
        numbered = call.store.chats_created_after(call.caller.id, position, size + 1)
        chats = [found.chat for found in numbered]
        if len(chats) > size:
            following = numbered[size - 1].number
    items = [list_item(call, chat, call.query["user_id_type"]) for chat in chats[:size]]
    return page(items, scope, following)


# ---- change


def chat_update(call: Call) -> dict[str, Any]:
    """Change what the body names, all of it or nothing."""
    chat = open_chat(call)
    role = require_member(call, chat)
    require_mode(chat, {"group"}, 232008)
    if role is Role.MEMBER:
        _require_basics_only(call, chat)
    public_name_before = chat.name if chat.public else None
    _write_fields(call, chat, avatar_code=232041)
    if chat.public and len(chat.name) < 2:
        raise Refusal(232001)
    if chat.public and chat.name != public_name_before and call.store.public_name_taken(chat):
        raise Refusal(232026)
    if "owner_id" in call.body:
        chat.hand_over(_next_owner(call, chat))
    save(call, chat)
    return {}


def _require_basics_only(call: Call, chat: Chat) -> None:
    """Refuse what a plain member may not do."""
    if chat.settings["edit_permission"] == "only_owner":
        raise Refusal(232002)
    if call.body.keys() - _BASICS.keys():
        raise Refusal(232016)


def _next_owner(call: Call, chat: Chat) -> str:
    user = call.directory.resolve(call.app.app_id, call.query["user_id_type"], call.body["owner_id"])
    if user is None:
        raise Refusal(232035)
    if user.tenant_key != chat.tenant_key:
        raise Refusal(232031)
    if user.union_id not in chat.members:
        raise Refusal(232012)
    return user.union_id


def chat_delete(call: Call) -> dict[str, Any]:
    """Dissolve the group; its history is not kept."""
    chat = open_chat(call)
    role = require_member(call, chat)
    require_mode(chat, {"group"}, 232008)
    if role not in {Role.OWNER, Role.CREATOR}:
        raise Refusal(232017)
    chat.dissolve()
    save(call, chat)
    return {}


# ---- fields of create and update


def _write_fields(call: Call, chat: Chat, *, avatar_code: int) -> None:
    """Check the fields that create and update share, and write them into `chat` (not yet into the store)."""
    body, tenant = call.body, call.tenant
    _write_texts(call, chat)
    if "avatar" in body:
        if not _AVATAR_KEY.fullmatch(body["avatar"]):
            raise Refusal(avatar_code)
        chat.avatar = body["avatar"]
    if body.get("chat_type") == "public":
        if chat.external:
            raise Refusal(232069)
        if not tenant.public_groups:
            raise Refusal(232091)
    if SHARE_BESIDE_ADD.get(body.get("add_member_permission", "")) != body.get("share_card_permission"):
        raise Refusal(
            232001, "add_member_permission and share_card_permission must be sent together and match."
        )
    if "hide_member_count_setting" in body and not tenant.hide_member_count:
        raise Refusal(232078)
    if body.get("membership_approval") == "no_approval_required" and chat.meeting:
        raise Refusal(232093)
    if "restricted_mode_setting" in body:
        _write_restricted_mode(call, chat)
    chat.settings |= {name: body[name] for name in _SETTINGS_OF_UPDATE if name in body}


def _write_texts(call: Call, chat: Chat) -> None:
    body, tenant = call.body, call.tenant
    for name in ("name", "description"):
        text = body.get(name)
        if text is None or (text == "" and call.readings.empty_string == "ignored"):
            continue
        if any(word in text for word in tenant.review_words):
            raise Refusal(232023)
        setattr(chat, name, text)
    for locale, text in body.get("i18n_names", {}).items():
        if text:
            chat.i18n_names[locale] = text
        elif call.readings.empty_string == "clears":
            chat.i18n_names.pop(locale, None)


def _write_restricted_mode(call: Call, chat: Chat) -> None:
    """Merge the four keys and check the result: on needs a restriction, off has none."""
    if not call.tenant.restricted_mode:
        raise Refusal(232057)
    merged = {**UNRESTRICTED, **chat.restricted, **call.body["restricted_mode_setting"]}
    restricts = any(merged[name] == "not_anyone" for name in RESTRICTED_SETTINGS)
    if merged["status"] != restricts:
        raise Refusal(232001, "restricted_mode_setting: on needs at least one not_anyone, off needs none.")
    chat.restricted = merged
