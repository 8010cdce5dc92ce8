"""The menu of a group. Source: menus.openapi.yaml."""

from __future__ import annotations

from typing import Any

from reconciler.emulator import ids
from reconciler.emulator.chat import Chat
from reconciler.emulator.fields import Fields, Items, Shape, Text
from reconciler.emulator.handlers.access import (
    open_chat,
    require_member,
    require_mode,
    require_own_image,
    require_tab_and_menu_right,
    save,
)
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal

TOP_LEVELS = 3
SECOND_LEVELS = 5

_NAME = Text(shortest=1, longest=120)
_LINKS = dict.fromkeys(("common_url", "ios_url", "android_url", "pc_url", "web_url"), Text())
_ACTIONS = ("NONE", "REDIRECT_LINK")
_ITEM: dict[str, Shape] = {
    "action_type": Text(_ACTIONS),
    "redirect_link": Fields(_LINKS),
    "image_key": Text(),
    "name": _NAME,
    "i18n_names": Fields(dict.fromkeys(("zh_cn", "en_us", "ja_jp"), _NAME)),
}
_TOP_ITEM: dict[str, Shape] = {
    **_ITEM,
    "action_type": Text(_ACTIONS, required=True),
    "name": Text(required=True, shortest=1, longest=120),
}
_SECOND_LEVEL = Fields({"chat_menu_item": Fields(_ITEM)})
_TOP_LEVEL = Fields({"chat_menu_item": Fields(_TOP_ITEM, required=True), "children": Items(_SECOND_LEVEL)})

CREATE_BODY = Fields({
    "menu_tree": Fields({"chat_menu_top_levels": Items(_TOP_LEVEL, required=True, fewest=1)}, required=True),
})  # fmt: skip
DELETE_BODY = Fields({"chat_menu_top_level_ids": Items(Text(shortest=1), required=True, fewest=1)})
SORT_BODY = Fields({"chat_menu_top_level_ids": Items(Text(shortest=1), required=True, fewest=1)})
PATCH_BODY = Fields({
    "update_fields": Items(Text(("ICON", "NAME", "I18N_NAME", "REDIRECT_LINK")), required=True, fewest=1),
    "chat_menu_item": Fields(_ITEM, required=True),
})  # fmt: skip

_UPDATED = {"ICON": "image_key", "NAME": "name", "I18N_NAME": "i18n_names", "REDIRECT_LINK": "redirect_link"}


def chat_menu_tree_get(call: Call) -> dict[str, Any]:
    """Return the whole menu; without one an empty list."""
    return _tree(_open(call))


def chat_menu_tree_create(call: Call) -> dict[str, Any]:
    """Append menus with their children, all of them or none."""
    chat = _open_to_write(call)
    wanted = call.body["menu_tree"]["chat_menu_top_levels"]
    if len(chat.menus) + len(wanted) > TOP_LEVELS:
        raise Refusal(232070)
    if any(len(menu.get("children", [])) > SECOND_LEVELS for menu in wanted):
        raise Refusal(232071)
    chat.menus += [_new_menu(call, menu) for menu in wanted]
    save(call, chat)
    return _tree(chat)


def chat_menu_tree_delete(call: Call) -> dict[str, Any]:
    """Remove top-level menus with their children, all of them or none."""
    chat = _open_to_write(call)
    leaving = set(call.body["chat_menu_top_level_ids"])
    if not leaving <= _top_level_ids(chat):
        raise Refusal(232001)
    chat.menus = [menu for menu in chat.menus if menu["chat_menu_top_level_id"] not in leaving]
    save(call, chat)
    return _tree(chat)


def chat_menu_tree_sort(call: Call) -> dict[str, Any]:
    """Set the order of the top-level menus; the list names each of them once."""
    chat = _open_to_write(call)
    order = call.body["chat_menu_top_level_ids"]
    if sorted(order) != sorted(_top_level_ids(chat)):
        raise Refusal(232072)
    chat.menus.sort(key=lambda menu: order.index(menu["chat_menu_top_level_id"]))
    save(call, chat)
    return _tree(chat)


def chat_menu_item_patch(call: Call) -> dict[str, Any]:
    """Change the named properties of one entry; links and localized names are replaced as a whole."""
    chat = _open_to_write(call)
    entry = _entry(chat, call.path["menu_item_id"])
    item, new = entry["chat_menu_item"], call.body["chat_menu_item"]
    for update in call.body["update_fields"]:
        name = _UPDATED[update]
        if name in new:
            item[name] = new[name]
        elif name in {"name", "redirect_link"}:
            raise Refusal(232001)
        else:
            item.pop(name, None)
    _require_legal(call, item, has_children=bool(entry.get("children")))
    save(call, chat)
    return {"chat_menu_item": item}


def _open(call: Call) -> Chat:
    # 232006 is on no page of the menu; an unknown chat is a bad parameter, as for the pinned notice.
    chat = open_chat(call, unknown=232001)
    require_member(call, chat)
    require_mode(chat, {"group"}, 232008)
    return chat


def _open_to_write(call: Call) -> Chat:
    chat = _open(call)
    require_tab_and_menu_right(call, chat)
    return chat


def _tree(chat: Chat) -> dict[str, Any]:
    return {"menu_tree": {"chat_menu_top_levels": chat.menus}}


def _top_level_ids(chat: Chat) -> set[str]:
    return {menu["chat_menu_top_level_id"] for menu in chat.menus}


def _entry(chat: Chat, item_id: str) -> dict[str, Any]:
    """Return the entry of either level with the id `item_id`."""
    for menu in chat.menus:
        if menu["chat_menu_top_level_id"] == item_id:
            return menu
        for child in menu.get("children", []):
            if child["chat_menu_second_level_id"] == item_id:
                found: dict[str, Any] = child
                return found
    raise Refusal(232001)


def _new_menu(call: Call, wanted: dict[str, Any]) -> dict[str, Any]:
    children = [_new_child(call, child) for child in wanted.get("children", [])]
    item = wanted["chat_menu_item"]
    _require_legal(call, item, has_children=bool(children))
    menu: dict[str, Any] = {"chat_menu_top_level_id": call.new_id(ids.long_id), "chat_menu_item": item}
    if children:
        menu["children"] = children
    return menu


def _new_child(call: Call, wanted: dict[str, Any]) -> dict[str, Any]:
    item = wanted.get("chat_menu_item", {})
    if "action_type" not in item or "name" not in item:
        raise Refusal(232001)
    _require_legal(call, item, has_children=False)
    return {"chat_menu_second_level_id": call.new_id(ids.long_id), "chat_menu_item": item}


def _require_legal(call: Call, item: dict[str, Any], *, has_children: bool) -> None:
    """Refuse content that cannot be (232078) or an icon of somebody else (232056)."""
    links = item.get("redirect_link", {})
    if any(not link.startswith(("http://", "https://")) for link in links.values()):
        raise Refusal(232078)
    if item["action_type"] == "REDIRECT_LINK" and not links:
        raise Refusal(232078)
    if has_children and (item["action_type"] != "NONE" or "image_key" in item):
        raise Refusal(232078)
    require_own_image(call, item.get("image_key"))
