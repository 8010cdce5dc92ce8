"""The menu of a group. Source: menus.openapi.yaml."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any

from reconciler.emulator import ids
from reconciler.emulator.chat import LOCALES, SECOND_LEVELS, TOP_LEVELS, Chat
from reconciler.emulator.fields import Fields, Items, Shape, Text
from reconciler.emulator.handlers.access import (
    open_chat,
    require_member,
    require_mode,
    require_own_image,
    require_tab_and_menu_right,
    save,
)
from reconciler.emulator.handlers.batches import accept_each
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal

NAME_LENGTH = 120

_NAME = Text(shortest=1, longest=NAME_LENGTH)
_LINKS = dict.fromkeys(("common_url", "ios_url", "android_url", "pc_url", "web_url"), Text())
_ACTIONS = ("NONE", "REDIRECT_LINK")
_ITEM: dict[str, Shape] = {
    "action_type": Text(_ACTIONS),
    "redirect_link": Fields(_LINKS),
    "image_key": Text(),
    "name": _NAME,
    "i18n_names": Fields(dict.fromkeys(LOCALES, _NAME)),
}
_TOP_ITEM: dict[str, Shape] = {
    **_ITEM,
    "action_type": Text(_ACTIONS, required=True),
    "name": Text(required=True, shortest=1, longest=NAME_LENGTH),
}
ITEM = Fields(_ITEM)
TOP_ITEM = Fields(_TOP_ITEM)
_SECOND_LEVEL = Fields({"chat_menu_item": Fields(_ITEM)})
_TOP_LEVEL = Fields({"chat_menu_item": Fields(_TOP_ITEM, required=True), "children": Items(_SECOND_LEVEL)})

# The upper bounds of the lists are the limits of a menu and are answered with their codes (232070 to 232072).
CREATE_BODY = Fields({
    "menu_tree": Fields({"chat_menu_top_levels": Items(_TOP_LEVEL, required=True, fewest=1)}, required=True),
})  # fmt: skip
DELETE_BODY = Fields({"chat_menu_top_level_ids": Items(Text(shortest=1), required=True, fewest=1)})
SORT_BODY = Fields({"chat_menu_top_level_ids": Items(Text(shortest=1), required=True, fewest=1)})

_UPDATED = {"ICON": "image_key", "NAME": "name", "I18N_NAME": "i18n_names", "REDIRECT_LINK": "redirect_link"}
_REMOVABLE = ("image_key", "i18n_names")
_MERGEABLE = ("i18n_names", "redirect_link")

PATCH_BODY = Fields({
    "update_fields": Items(Text(tuple(_UPDATED)), required=True, fewest=1, distinct=True),
    "chat_menu_item": Fields(_ITEM, required=True),
})  # fmt: skip


def chat_menu_tree_get(call: Call) -> dict[str, Any]:
    """Return the whole menu."""
    return _tree(call, _open(call, unlisted=(232008, 232009)))


def chat_menu_tree_create(call: Call) -> dict[str, Any]:
    """Append menus with their children, all of them or none."""
    chat = _open_to_write(call)
    chat.menus += accept_each(call, call.body["menu_tree"]["chat_menu_top_levels"], partial(_new_menu, call))
    if len(chat.menus) > TOP_LEVELS:
        raise Refusal(232070)
    save(call, chat)
    return _tree(call, chat)


def chat_menu_tree_delete(call: Call) -> dict[str, Any]:
    """Remove top-level menus with their children, all of them or none."""
    chat = _open_to_write(call)
    leaving = set(call.body["chat_menu_top_level_ids"])
    if call.readings.unknown_id_at_delete == "refused" and not leaving <= _top_level_ids(chat):
        raise Refusal(232001)
    chat.menus = [menu for menu in chat.menus if menu["chat_menu_top_level_id"] not in leaving]
    save(call, chat)
    return _tree(call, chat)


def chat_menu_tree_sort(call: Call) -> dict[str, Any]:
    """Set the order of the top-level menus; the list names each of them once."""
    chat = _open_to_write(call, unlisted=(232008,))
    order = call.body["chat_menu_top_level_ids"]
    if sorted(order) != sorted(_top_level_ids(chat)):
        raise Refusal(232072)
    chat.menus.sort(key=lambda menu: order.index(menu["chat_menu_top_level_id"]))
    _renew_ids(call, [*chat.menus, *(child for menu in chat.menus for child in menu.get("children", []))])
    save(call, chat)
    return _tree(call, chat)


def chat_menu_item_patch(call: Call) -> dict[str, Any]:
    """Change the named properties of one entry; only these are looked at."""
    chat = _open_to_write(call, unlisted=(232008,))
    entry = _entry(chat, call.path["menu_item_id"])
    entry["chat_menu_item"] = _patched(call, entry)
    _renew_ids(call, [entry])
    save(call, chat)
    return {"chat_menu_item": entry["chat_menu_item"]}


def _open(call: Call, *, unlisted: Collection[int] = ()) -> Chat:
    """Return the chat; `unlisted` are codes that the page of the operation does not have."""
    try:
        # 232006 and 232010 are on no page of the menu. An unknown chat is a bad parameter, and in an internal
        # chat of another tenant the bot cannot be.
        chat = open_chat(call, unknown=232001, other_tenant=232011)
        require_member(call, chat)
        require_mode(chat, {"group"}, 232008)
    except Refusal as refusal:
        if refusal.code in unlisted and call.readings.unlisted_menu_codes == "232001":
            raise Refusal(232001) from refusal
        raise
    return chat


def _open_to_write(call: Call, *, unlisted: Collection[int] = ()) -> Chat:
    chat = _open(call, unlisted=unlisted)
    require_tab_and_menu_right(call, chat)
    return chat


def _tree(call: Call, chat: Chat) -> dict[str, Any]:
    if chat.menus or call.readings.empty_menu == "empty_list":
        return {"menu_tree": {"chat_menu_top_levels": chat.menus}}
    return {"menu_tree": {}} if call.readings.empty_menu == "no_list" else {}


def _top_level_ids(chat: Chat) -> set[str]:
    return {menu["chat_menu_top_level_id"] for menu in chat.menus}


def _id_name(entry: dict[str, Any]) -> str:
    """Return under which name an entry of either level has its id."""
    return "chat_menu_top_level_id" if "chat_menu_top_level_id" in entry else "chat_menu_second_level_id"


def _entry(chat: Chat, item_id: str) -> dict[str, Any]:
    """Return the entry of either level with the id `item_id`."""
    for menu in chat.menus:
        for entry in (menu, *menu.get("children", [])):
            if entry[_id_name(entry)] == item_id:
                found: dict[str, Any] = entry
                return found
    raise Refusal(232001)


def _renew_ids(call: Call, entries: list[dict[str, Any]]) -> None:
    """Give the entries new ids where they do not survive a change."""
    if call.readings.menu_ids_after_change == "new":
        for entry in entries:
            entry[_id_name(entry)] = call.new_id(ids.long_id)


def _new_menu(call: Call, wanted: dict[str, Any]) -> dict[str, Any]:
    wanted_children = wanted.get("children", [])
    if len(wanted_children) > SECOND_LEVELS:
        raise Refusal(232071)
    children = [_new_child(call, child) for child in wanted_children]
    item = _new_item(call, wanted["chat_menu_item"], has_children=bool(children))
    menu: dict[str, Any] = {"chat_menu_top_level_id": call.new_id(ids.long_id), "chat_menu_item": item}
    if children:
        menu["children"] = children
    return menu


def _new_child(call: Call, wanted: dict[str, Any]) -> dict[str, Any]:
    item = wanted.get("chat_menu_item", {})
    if call.readings.documented_optional == "required" and not {"action_type", "name"} <= item.keys():
        raise Refusal(232001)
    return {
        "chat_menu_second_level_id": call.new_id(ids.long_id),
        "chat_menu_item": _new_item(call, item, has_children=False),
    }


def _new_item(call: Call, wanted: dict[str, Any], *, has_children: bool) -> dict[str, Any]:
    action = wanted.get("action_type", "NONE")
    if action == "REDIRECT_LINK" and "redirect_link" not in wanted:
        raise _illegal_link(call)
    if action == "REDIRECT_LINK" and has_children:
        raise Refusal(232078)
    if action == "NONE" and not has_children and call.readings.lone_none_entry == "refused":
        raise Refusal(232078)
    item = _checked(call, _without_empty(wanted), has_children=has_children)
    require_own_image(call, item.get("image_key"))
    return item


def _patched(call: Call, entry: dict[str, Any]) -> dict[str, Any]:
    """Return the entry's item with the named properties as the call has them."""
    item, wanted = dict(entry["chat_menu_item"]), _without_empty(call.body["chat_menu_item"])
    named = [_UPDATED[update] for update in call.body["update_fields"]]
    new = {name: wanted[name] for name in named if name in wanted}
    missing = [name for name in named if name not in new]
    _require_patchable(call, item, missing)
    if call.readings.named_but_missing == "removes":
        for name in missing:
            item.pop(name, None)
    if call.readings.patched_objects == "merged":
        new |= {name: {**item.get(name, {}), **new[name]} for name in _MERGEABLE if name in new}
    new = _checked(call, new, has_children=bool(entry.get("children")))
    if call.readings.foreign_icon_by_patch == "refused":
        require_own_image(call, new.get("image_key"))
    return item | new


def _require_patchable(call: Call, item: dict[str, Any], missing: list[str]) -> None:
    """Refuse what update_fields and chat_menu_item say together."""
    action, wanted = item.get("action_type"), call.body["chat_menu_item"]
    if any(name not in _REMOVABLE or call.readings.named_but_missing == "refused" for name in missing):
        raise Refusal(232001)
    if call.readings.patched_action_type == "refused" and wanted.get("action_type", action) != action:
        raise Refusal(232001)
    sets_link = "REDIRECT_LINK" in call.body["update_fields"]
    if call.readings.link_on_none_by_patch == "refused" and sets_link and action == "NONE":
        raise Refusal(232078)


def _without_empty(item: dict[str, Any]) -> dict[str, Any]:
    """Return `item` without an empty icon or empty localized names, which are as good as none."""
    return {name: value for name, value in item.items() if value or name not in _REMOVABLE}


def _checked(call: Call, given: dict[str, Any], *, has_children: bool) -> dict[str, Any]:
    """Return the given properties of an entry as they are kept; refuse illegal ones."""
    _require_legal_names(call, given)
    if "redirect_link" in given:
        _require_legal_links(call, given["redirect_link"])
    if not has_children or "image_key" not in given:
        return given
    if call.readings.icon_beside_children == "refused":
        raise Refusal(232078)
    return {name: value for name, value in given.items() if name != "image_key"}


def _require_legal_names(call: Call, given: dict[str, Any]) -> None:
    named = {f"i18n_names.{locale}": name for locale, name in given.get("i18n_names", {}).items()}
    named |= {"name": given["name"]} if "name" in given else {}
    if call.readings.menu_name_length == "bytes":
        violations = [
            {"field": f"chat_menu_item.{field}", "value": name, "description": f"{field} is too long"}
            for field, name in named.items()
            if len(name.encode()) > NAME_LENGTH
        ]
        if violations:
            raise Refusal(99992402, details={"field_violations": violations})
    # No page speaks of a review of menus; what it refuses is content that is not acceptable.
    if any(word in name for word in call.tenant.review_words for name in named.values()):
        raise Refusal(232078)


def _require_legal_links(call: Call, links: dict[str, str]) -> None:
    usable = all(link.startswith(("http://", "https://")) for link in links.values())
    if not (links and usable) or (call.readings.common_url == "required" and "common_url" not in links):
        raise _illegal_link(call)


def _illegal_link(call: Call) -> Refusal:
    return Refusal(int(call.readings.illegal_menu_link))
