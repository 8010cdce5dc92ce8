"""Tabs of a chat. Source: tabs.openapi.yaml."""

from __future__ import annotations

from typing import Any

from reconciler.emulator import ids
from reconciler.emulator.chat import Chat
from reconciler.emulator.fields import Fields, Flag, Items, Shape, Text
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

CUSTOM_TABS = 20
NAME_LENGTH = 60
WRITABLE = ("doc", "url")

_TAB: dict[str, Shape] = {
    "tab_name": Text(),
    "tab_type": Text(),
    "tab_content": Fields({"url": Text(), "doc": Text()}),
    "tab_config": Fields({"icon_key": Text(), "is_built_in": Flag()}),
}
CREATE_BODY = Fields({
    "chat_tabs": Items(Fields({**_TAB, "tab_type": Text(required=True)}), required=True, fewest=1),
})  # fmt: skip
UPDATE_BODY = Fields({"chat_tabs": Items(Fields({"tab_id": Text(), **_TAB}))})
DELETE_BODY = Fields({"tab_ids": Items(Text(shortest=1), required=True, fewest=1)})
SORT_BODY = Fields({"tab_ids": Items(Text())})


def chat_tab_list(call: Call) -> dict[str, Any]:
    """Return all tabs. A dissolved chat has nobody who could ask."""
    return _tabs(_open(call, dissolved_too=True))


def chat_tab_create(call: Call) -> dict[str, Any]:
    """Append tabs, all of them or none."""
    chat = _open_to_write(call)
    for tab in call.body["chat_tabs"]:
        if tab["tab_type"] not in WRITABLE:
            raise Refusal(232001)
        chat.tabs.append({"tab_id": call.new_id(ids.long_id), **_checked(call, tab)})
    if sum(tab["tab_type"] in WRITABLE for tab in chat.tabs) > CUSTOM_TABS:
        raise Refusal(232046)
    save(call, chat)
    return _tabs(chat)


def chat_tab_update(call: Call) -> dict[str, Any]:
    """Change tabs where they stand; a name or config that is left out stays."""
    chat = _open_to_write(call)
    wanted = call.body.get("chat_tabs")
    if not wanted:
        raise Refusal(232001)
    for change in wanted:
        tab = _writable_tab(chat, change.get("tab_id", ""))
        if change.get("tab_type") not in WRITABLE:
            raise Refusal(232049)
        _change_tab(tab, _checked(call, change))
    save(call, chat)
    return _tabs(chat)


def chat_tab_delete(call: Call) -> dict[str, Any]:
    """Remove tabs, all of them or none; the others keep their order."""
    chat = _open_to_write(call)
    leaving = [_writable_tab(chat, tab_id) for tab_id in call.body["tab_ids"]]
    chat.tabs = [tab for tab in chat.tabs if tab not in leaving]
    save(call, chat)
    return _tabs(chat)


def chat_tab_sort(call: Call) -> dict[str, Any]:
    """Set the order of all tabs; the message tab stays first whatever the list says."""
    chat = _open_to_write(call)
    tab_ids = call.body.get("tab_ids", [])
    tabs = {tab["tab_id"]: tab for tab in chat.tabs}
    if sorted(tab_ids) != sorted(tabs):
        raise Refusal(232001)
    chat.tabs = sorted((tabs[tab_id] for tab_id in tab_ids), key=lambda tab: tab["tab_type"] != "message")
    save(call, chat)
    return _tabs(chat)


def _open(call: Call, *, dissolved_too: bool = False) -> Chat:
    chat = open_chat(call, dissolved_too=dissolved_too)
    require_member(call, chat)
    require_mode(chat, {"group", "p2p"}, 232050)
    return chat


def _open_to_write(call: Call) -> Chat:
    chat = _open(call)
    require_tab_and_menu_right(call, chat)
    return chat


def _tabs(chat: Chat) -> dict[str, Any]:
    return {"chat_tabs": chat.tabs}


def _writable_tab(chat: Chat, tab_id: str) -> dict[str, Any]:
    tab = next((tab for tab in chat.tabs if tab["tab_id"] == tab_id), None)
    if tab is None:
        raise Refusal(232001)
    if tab["tab_type"] not in WRITABLE:
        raise Refusal(232049)
    return tab


def _change_tab(tab: dict[str, Any], new: dict[str, Any]) -> None:
    """Write `new` over `tab`; an icon never goes by an update, and config goes only with the type."""
    config = {**tab.get("tab_config", {}), **new.get("tab_config", {})}
    tab.update(new)
    tab.pop("tab_config", None)
    if config and tab["tab_type"] == "url":
        tab["tab_config"] = config


def _checked(call: Call, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return name, type, content and config as they are kept; config counts on url tabs only."""
    tab_type = wanted["tab_type"]
    link = wanted.get("tab_content", {}).get(tab_type, "")
    if len(wanted.get("tab_name", "")) > NAME_LENGTH:
        raise Refusal(232047)
    if not link.startswith(("http://", "https://")):
        raise Refusal(232048)
    if tab_type == "doc" and link in call.tenant.unreadable_docs:
        raise Refusal(232051)
    kept: dict[str, Any] = {"tab_type": tab_type, "tab_content": {tab_type: link}}
    if wanted.get("tab_name"):
        kept["tab_name"] = wanted["tab_name"]
    config = wanted.get("tab_config")
    if config and tab_type == "url":
        require_own_image(call, config.get("icon_key"))
        kept["tab_config"] = config
    return kept
