"""Groups themselves: create, read, list, change, dissolve. Source: chats.openapi.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from reconciler.emulator import ids
from reconciler.emulator.announcement import new_announcement
from reconciler.emulator.chat import (
    LOCALES,
    RESTRICTED_SETTINGS,
    RESTRICTION_VALUES,
    SETTING_VALUES,
    SHARE_BESIDE_ADD,
    UNRESTRICTED,
    Chat,
    Role,
)
from reconciler.emulator.directory import User, is_bot
from reconciler.emulator.fields import Anything, Fields, Flag, Items, Shape, Text
from reconciler.emulator.handlers.access import (
    is_own_image,
    open_chat,
    outbox,
    require_member,
    require_mode,
    require_usable_app,
    require_visible,
    save,
)
from reconciler.emulator.handlers.members import UNKNOWN_CODES, within_reach
from reconciler.emulator.handlers.paging import PAGE_FIELDS, load_token, page, page_size
from reconciler.emulator.handlers.views import created_view, full_view, list_item, reduced_view
from reconciler.emulator.operation import Call
from reconciler.emulator.store import Listing
from reconciler.emulator.wire import LateRefusal, Refusal

DEDUPLICATION = 36_000.0
"""Seconds for which a `uuid` makes one group only."""

USER_ID_TYPE = Text(("open_id", "union_id", "user_id"), default="open_id")

_BASICS: dict[str, Shape] = {
    "avatar": Text(),
    "name": Text(),
    "description": Text(),
    "i18n_names": Fields(dict.fromkeys(LOCALES, Text())),
}
_SETTINGS_OF_UPDATE: dict[str, Shape] = {
    name: Text(values) for name, values in SETTING_VALUES.items() if name != "moderation_permission"
}
_ONLY_IN_UPDATE = ("add_member_permission", "share_card_permission", "at_all_permission")
_SETTINGS = {name: shape for name, shape in _SETTINGS_OF_UPDATE.items() if name not in _ONLY_IN_UPDATE}
_RESTRICTION: Shape = Text(RESTRICTION_VALUES)
_RESTRICTED = Fields({"status": Flag(), **dict.fromkeys(RESTRICTED_SETTINGS, _RESTRICTION)})
_SDK_ONLY: dict[str, Shape] = {"labels": Anything(), "pin_manage_setting": Anything()}
"""Fields of which the vendor's SDKs know and the pages do not; nothing is published of the others."""

CREATE_QUERY = Fields(
    {"user_id_type": USER_ID_TYPE, "set_bot_manager": Flag(default=False), "uuid": Text(longest=50)}
)
CREATE_BODY = Fields({
    **_BASICS,
    **_SETTINGS,
    **_SDK_ONLY,
    "chat_tags": Anything(),
    "restricted_mode_setting": _RESTRICTED,
    "chat_mode": Text(("group",)),
    "owner_id": Text(),
    "user_id_list": Items(Text(), most=50),
    "bot_id_list": Items(Text(), most=5),
})  # fmt: skip
UPDATE_BODY = Fields({
    **_BASICS,
    **_SETTINGS_OF_UPDATE,
    **_SDK_ONLY,
    "restricted_mode_setting": _RESTRICTED,
    "owner_id": Text(),
})  # fmt: skip
USER_ID_QUERY = Fields({"user_id_type": USER_ID_TYPE})
LIST_QUERY = Fields({
    "user_id_type": USER_ID_TYPE,
    "sort_type": Text(("ByCreateTimeAsc", "ByActiveTimeDesc"), default="ByCreateTimeAsc"),
    **PAGE_FIELDS,
})  # fmt: skip

_SYSTEM_PICTURE = re.compile(r"default-avatar[0-9A-Za-z_-]*")

_FORMS = {"open_id": re.compile("ou_.+"), "union_id": re.compile("on_.+"), "user_id": re.compile(".+")}
"""What an id of each type looks like."""


def resolve_person(call: Call, named: str) -> User | None:
    """Return whom a user id of the request means, or `None`.

    Raises:
        Refusal: 99992361 for an open_id of another app; for an id that means nobody the gateway's code, where
            the reading has the gateway look at ids.
    """
    id_type = call.query["user_id_type"]
    user = call.directory.resolve(call.app.app_id, id_type, named)
    if user is None and call.readings.unknown_user_ids == "gateway":
        raise Refusal(UNKNOWN_CODES[id_type])
    return user


# ---- create


def chat_create(call: Call) -> dict[str, Any]:
    """Make a group; with the `uuid` of an earlier success return the group of that time."""
    require_usable_app(call)
    id_type = call.query["user_id_type"]
    if call.app.store and id_type == "user_id":
        raise Refusal(232001, "Store apps name people by open_id or union_id.")
    owner = _new_owner(call)
    uuid = call.query.get("uuid")
    earlier = _made_earlier(call, uuid, owner) if uuid else None
    if earlier is not None:
        return created_view(call, earlier, id_type)
    chat = _new_chat(call, owner, _new_users(call))
    outbox(call).create(chat, call.caller.id)
    if uuid:
        call.store.remember_creation(_maker(call), uuid, owner, chat.chat_id, call.now)
    return created_view(call, chat, id_type)


def _maker(call: Call) -> str:
    """Return within what a `uuid` is unique: the caller in its tenant."""
    return f"{call.tenant.key}/{call.app.app_id}/{call.caller.id}"


def _made_earlier(call: Call, uuid: str, owner: str) -> Chat | None:
    made = call.store.created_chat(_maker(call), uuid, owner, call.now - DEDUPLICATION)
    if made is not None and call.readings.spent_uuid == "refused":
        # No code is named for it; of those on the page only this one speaks of the same group.
        raise Refusal(232068)
    return call.store.chat(made) if made else None


def _new_owner(call: Call) -> str:
    """Return the inner id of the owner: the named user, else the caller."""
    named = call.body.get("owner_id")
    if named is None:
        return call.caller.id
    user = resolve_person(call, named)
    if user is None:
        raise Refusal(232030)
    if user.tenant_key != call.tenant.key:
        raise Refusal(232032)
    _require_available(call, user)
    return user.union_id


def _new_users(call: Call) -> list[User]:
    """Return the invited users; one that cannot come refuses the whole call."""
    users = []
    for named in call.body.get("user_id_list", []):
        user = resolve_person(call, named)
        if user is None:
            raise Refusal(232043)
        _require_available(call, user)
        users.append(user)
    return users


def _require_available(call: Call, user: User) -> None:
    if user.resigned:
        raise Refusal(232022)
    if not within_reach(call, user.union_id):
        raise Refusal(232043)


def _new_bots(call: Call, *, external: bool) -> list[str]:
    bots: list[str] = call.body.get("bot_id_list", [])
    if call.caller.id in bots:
        raise Refusal(232001, "The calling bot joins by itself and must not be in bot_id_list.")
    for bot in bots:
        app = call.directory.apps.get(bot)
        if app is None:
            raise Refusal(232021)
        if not app.bot or not (app.enabled if external else app.works_in(call.tenant.key)):
            raise Refusal(232043)
        if external and not app.external_sharing:
            raise Refusal(232033)
    return bots


def _new_chat(call: Call, owner: str, users: list[User]) -> Chat:
    caller = call.caller.id
    chat = Chat(
        chat_id="",
        tenant_key=call.tenant.key,
        owner=owner,
        created_by=caller if is_bot(caller) else "",
        external=any(user.tenant_key != call.tenant.key for user in users),
        active_time=call.now,
    )
    if chat.external:
        _require_external_group(call, owner, users)
    bots = _new_bots(call, external=chat.external)
    _refuse_chat_tags(call)
    _write_basics(call, chat, _rules_of_create(call))
    _write_settings(call, chat)
    chat.join(owner, caller, *(user.union_id for user in users), *bots)
    if is_bot(caller) and not is_bot(owner) and call.query["set_bot_manager"]:
        chat.managers.append(caller)
    chat.chat_id = call.new_id(ids.chat_id)
    chat.announcement = new_announcement(call.readings.new_announcement, chat.chat_id, owner, call.now)
    chat.tabs = [
        {"tab_id": call.new_id(ids.long_id), "tab_type": tab_type} for tab_type in call.tenant.built_in_tabs
    ]
    return chat


def _require_external_group(call: Call, owner: str, users: Iterable[User]) -> None:
    """Refuse who may not invite people of other tenants, and people whom the owner does not know."""
    if not call.app.external_sharing:
        raise Refusal(232033)
    if is_bot(owner):
        raise Refusal(232001, "An external group needs a user as owner.")
    strangers = [user.union_id for user in users if user.tenant_key != call.tenant.key]
    if not all(call.directory.knows(owner, stranger) for stranger in strangers):
        raise Refusal(232043)


def _refuse_chat_tags(call: Call) -> None:
    """Refuse tags of groups, for which no published scope exists, where the field counts (232095)."""
    if call.readings.sdk_only_fields == "served" and call.body.get("chat_tags"):
        raise Refusal(232095)


# ---- read


def chat_get(call: Call) -> dict[str, Any]:
    """Return the chat; a caller outside gets the reduced view, dissolved chats have only that."""
    chat = open_chat(call, dissolved_too=call.readings.get_of_dissolved == "reduced_view")
    if chat.role_of(call.caller) is not Role.OUTSIDE:
        return full_view(call, chat, call.query["user_id_type"])
    if call.readings.get_from_outside == "refused" and not chat.dissolved:
        raise Refusal(232011)
    return reduced_view(call, chat)


def chat_list(call: Call) -> dict[str, Any]:
    """Return one page of the chats that the caller is in."""
    require_usable_app(call)
    scope = f"chats:{call.caller.id}:{call.query['sort_type']}"
    chats, following = _page_of_chats(call, load_token(scope, call.query), page_size(call))
    return page(call, [list_item(call, chat, call.query["user_id_type"]) for chat in chats], scope, following)


def _page_of_chats(call: Call, position: int, size: int) -> tuple[list[Chat], int | None]:
    """Return the chats of a page, and where the next page begins.

    By activity a page begins after so many chats, whichever they now are; so a walk can miss some.
    """
    # The bot of a store app has one App ID in all of its tenants; everybody else is in one tenant only.
    tenant_key = call.tenant.key if call.app.store else None
    listing = Listing(call.caller.id, call.readings.dissolved_in_list == "with_history", tenant_key)
    if call.query["sort_type"] == "ByActiveTimeDesc":
        chats = call.store.chats_by_activity(listing, position, size + 1)
        return chats[:size], position + size if len(chats) > size else None
    numbered = call.store.chats_created_after(listing, position, size + 1)
    following = numbered[size - 1].number if len(numbered) > size else None
    return [found.chat for found in numbered[:size]], following


# ---- change


def chat_update(call: Call) -> dict[str, Any]:
    """Change what the body names, all of it or nothing."""
    chat = open_chat(call)
    if chat.external and call.readings.update_of_external == "refused":
        raise Refusal(232033)
    role = require_member(call, chat)
    require_mode(chat, {"group"}, 232008)
    if role is Role.MEMBER:
        _require_basics_only(call, chat)
    if role is Role.MANAGER and "owner_id" in call.body and call.readings.transfer_by_manager == "refused":
        # No code is named for it; this one says that a field is beyond the operator's role.
        raise Refusal(232016)
    try:
        _write_basics(call, chat, _rules_of_update(call))
        _write_settings(call, chat)
        _write_owner(call, chat)
    except Refusal as refusal:
        if call.readings.refused_update == "undone":
            raise
        save(call, chat)
        raise LateRefusal(refusal.code, refusal.msg) from refusal
    save(call, chat)
    return {}


def _require_basics_only(call: Call, chat: Chat) -> None:
    """Refuse what a plain member may not do."""
    if chat.settings["edit_permission"] == "only_owner":
        raise Refusal(232002)
    ignored = _SDK_ONLY if call.readings.sdk_only_fields == "ignored" else {}
    if call.body.keys() - _BASICS.keys() - ignored.keys():
        raise Refusal(232016)


def _write_owner(call: Call, chat: Chat) -> None:
    if "owner_id" in call.body:
        chat.hand_over(_next_owner(call, chat))


def _next_owner(call: Call, chat: Chat) -> str:
    named = call.body["owner_id"]
    if not _FORMS[call.query["user_id_type"]].fullmatch(named):
        raise Refusal(232030)
    user = resolve_person(call, named)
    if user is None or user.resigned:
        raise Refusal(232035)
    if user.tenant_key != chat.tenant_key:
        raise Refusal(232031)
    if user.union_id not in chat.members:
        raise Refusal(232012)
    return user.union_id


def chat_delete(call: Call) -> dict[str, Any]:
    """Dissolve the group; its history is not kept."""
    chat = open_chat(call)
    require_visible(call)
    role = _role_in_delete(call, chat)
    require_mode(chat, {"group"}, 232008)
    if role not in {Role.OWNER, Role.CREATOR}:
        raise Refusal(232017)
    chat.dissolve()
    save(call, chat)
    return {}


def _role_in_delete(call: Call, chat: Chat) -> Role:
    """Return what the caller is; a creator that has left may still count as one."""
    may_return = call.readings.absent_creator_deletes == "allowed"
    if may_return and call.caller.id == chat.created_by and call.app.may("im:chat:operate_as_owner"):
        return Role.CREATOR
    return require_member(call, chat)


# ---- fields of create and update
#
# Each function checks all of its fields before it writes them into the chat (not yet into the store).


@dataclass(frozen=True, slots=True)
class _Rules:
    """Where create and update differ: codes, and whether the name of a public group must be free."""

    bad_avatar: int
    no_public_name: int
    short_public_name: int
    unique: bool


def _rules_of_create(call: Call) -> _Rules:
    readings = call.readings
    return _Rules(
        int(readings.bad_avatar_at_create), 232042, 232020, readings.public_name_at_create == "unique"
    )


def _rules_of_update(call: Call) -> _Rules:
    if call.readings.bad_public_name_at_update == "as_at_create":
        return _Rules(232041, 232042, 232020, unique=True)
    return _Rules(232041, 232001, 232001, unique=True)


def _write_basics(call: Call, chat: Chat, rules: _Rules) -> None:
    """Write texts, type and picture."""
    texts = _texts(call)
    _require_public_name(call, chat, texts.get("name", chat.name), rules)
    chat.name = texts.get("name", chat.name)
    chat.description = texts.get("description", chat.description)
    chat.settings["chat_type"] = call.body.get("chat_type", chat.settings["chat_type"])
    if "i18n_names" in call.body:
        chat.i18n_names = _localized_names(call, chat)
    if "avatar" in call.body:
        key = call.body["avatar"]
        # A system picture belongs to nobody; of uploaded ones only the uploader can be expected to use the key.
        if not _SYSTEM_PICTURE.fullmatch(key) and not is_own_image(call, key, "avatar"):
            raise Refusal(rules.bad_avatar)
        chat.avatar = key


def _texts(call: Call) -> dict[str, str]:
    """Return the name and the description of the body as far as they count."""
    texts: dict[str, str] = {name: call.body[name] for name in ("name", "description") if name in call.body}
    if call.readings.empty_string == "ignored":
        texts = {name: text for name, text in texts.items() if text}
    if any(word in text for text in texts.values() for word in call.tenant.review_words):
        raise Refusal(232023)
    return texts


def _require_public_name(call: Call, chat: Chat, name: str, rules: _Rules) -> None:
    """Refuse what may not be public: external groups, all where the administrator says so, some names."""
    if call.body.get("chat_type") == "public":
        if chat.external:
            raise Refusal(232069)
        if not call.tenant.public_groups:
            raise Refusal(232091)
    if call.body.get("chat_type", chat.settings["chat_type"]) != "public":
        return
    if not name:
        raise Refusal(rules.no_public_name)
    if len(name) < 2:
        raise Refusal(rules.short_public_name)
    new = not chat.public or name != chat.name
    if rules.unique and new and call.store.public_name_taken(replace(chat, name=name)):
        raise Refusal(232026)


def _localized_names(call: Call, chat: Chat) -> dict[str, str]:
    names = dict(chat.i18n_names) if call.readings.nested_fields == "merged" else {}
    for locale, text in call.body["i18n_names"].items():
        if text:
            names[locale] = text
        elif call.readings.empty_string == "clears":
            names.pop(locale, None)
    return names


def _write_settings(call: Call, chat: Chat) -> None:
    body = call.body
    if "restricted_mode_setting" in body:
        chat.restricted = _restricted_mode(call, chat)
    pair = _permission_pair(call)
    if "hide_member_count_setting" in body and not call.tenant.hide_member_count:
        raise Refusal(232078)
    if body.get("membership_approval") == "no_approval_required" and chat.meeting:
        raise Refusal(232093)
    if call.readings.sdk_only_fields == "served":
        _write_sdk_only_fields(call, chat)
    chat.settings |= {name: body[name] for name in _SETTINGS_OF_UPDATE if name in body} | pair


def _permission_pair(call: Call) -> dict[str, str]:
    """Return the settings of who may add members and share, which move together."""
    add, share = (call.body.get(name) for name in ("add_member_permission", "share_card_permission"))
    if call.readings.permission_pair == "one_is_enough":
        add = (
            next((key for key, value in SHARE_BESIDE_ADD.items() if value == share), None)
            if add is None
            else add
        )
        share = SHARE_BESIDE_ADD.get(add or "") if share is None else share
    if SHARE_BESIDE_ADD.get(add or "") != share:
        raise Refusal(
            232001, "add_member_permission and share_card_permission must be sent together and match."
        )
    return (
        {} if add is None or share is None else {"add_member_permission": add, "share_card_permission": share}
    )


def _restricted_mode(call: Call, chat: Chat) -> dict[str, Any]:
    """Return the four keys as they will be: on needs a restriction, off has none."""
    if not call.tenant.restricted_mode:
        raise Refusal(232057)
    present = chat.restricted if call.readings.nested_fields == "merged" else {}
    merged = {**UNRESTRICTED, **present, **call.body["restricted_mode_setting"]}
    restricts = any(merged[name] == "not_anyone" for name in RESTRICTED_SETTINGS)
    if merged["status"] != restricts:
        raise Refusal(232001, "restricted_mode_setting: on needs at least one not_anyone, off needs none.")
    return merged


def _write_sdk_only_fields(call: Call, chat: Chat) -> None:
    """Write what no page describes: labels need a scope that is not published; who may pin is a setting."""
    if call.body.get("labels"):
        raise Refusal(232037)
    pins = call.body.get("pin_manage_setting")
    if pins not in {None, "only_owner", "all_members"}:
        raise Refusal(232001)
    if pins is not None:
        chat.pins_reserved = pins == "only_owner"
