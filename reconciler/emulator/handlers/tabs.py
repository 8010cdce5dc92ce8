"""Tabs of a chat. Source: tabs.openapi.yaml."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
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
    require_visible,
    save,
)
from reconciler.emulator.handlers.batches import accept_each
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal

CUSTOM_TABS = 20
WRITABLE = ("doc", "url")

_NAME_FITS: dict[str, Callable[[str], bool]] = {
    "60_characters": lambda name: len(name) <= 60,
    "60_bytes": lambda name: len(name.encode()) <= 60,
    "30_bytes": lambda name: len(name.encode()) <= 30,
}

_TAB: dict[str, Shape] = {
    "tab_name": Text(),
    "tab_type": Text(),
    "tab_content": Fields({"url": Text(), "doc": Text()}),
    "tab_config": Fields({"icon_key": Text(), "is_built_in": Flag()}),
}
# The upper bounds of the lists follow from the limits of a chat and are answered with their codes (232046).
CREATE_BODY = Fields({
    "chat_tabs": Items(Fields({**_TAB, "tab_type": Text(required=True)}), required=True, fewest=1),
})  # fmt: skip
UPDATE_BODY = Fields({"chat_tabs": Items(Fields({"tab_id": Text(), **_TAB}))})
DELETE_BODY = Fields({"tab_ids": Items(Text(shortest=1), required=True, fewest=1)})
SORT_BODY = Fields({"tab_ids": Items(Text())})


def chat_tab_list(call: Call) -> dict[str, Any]:
    """Return all tabs. A dissolved chat has nobody who could ask."""
    return _shown(call, _open(call, dissolved_too=True).tabs)


def chat_tab_create(call: Call) -> dict[str, Any]:
    """Add tabs, all of them or none."""
    chat = _open_to_write(call)
    new = [
        {"tab_id": call.new_id(ids.long_id), **tab}
        for tab in accept_each(call, call.body["chat_tabs"], partial(_new_tab, call, chat))
    ]
    place = 1 if call.readings.new_tabs == "first" else len(chat.tabs)
    chat.tabs[place:place] = new
    if sum(_counts(call, tab) for tab in chat.tabs) > CUSTOM_TABS:
        raise Refusal(232046)
    return _saved(call, chat, touched=new)


def chat_tab_update(call: Call) -> dict[str, Any]:
    """Change tabs where they stand; a name or config that is left out stays."""
    chat = _open_to_write(call)
    wanted = call.body.get("chat_tabs", [])
    named = [change.get("tab_id", "") for change in wanted]
    # Nobody says which of two changes of one tab would win; no client should find out.
    if len(set(named)) < len(named) or (not named and call.readings.documented_optional == "required"):
        raise Refusal(232001)
    changed = {tab["tab_id"]: tab for tab in accept_each(call, wanted, partial(_changed_tab, call, chat))}
    chat.tabs = [changed.get(tab["tab_id"], tab) for tab in chat.tabs]
    return _saved(call, chat, touched=list(changed.values()))


def chat_tab_delete(call: Call) -> dict[str, Any]:
    """Remove tabs, all of them or none; the others keep their order."""
    chat = _open_to_write(call)
    named = list(dict.fromkeys(call.body["tab_ids"]))
    if call.readings.unknown_id_at_delete == "ignored":
        there = {tab["tab_id"] for tab in chat.tabs}
        named = [tab_id for tab_id in named if tab_id in there]
    leaving = [_writable_tab(chat, tab_id) for tab_id in named]
    chat.tabs = [tab for tab in chat.tabs if tab not in leaving]
    return _saved(call, chat, touched=leaving)


def chat_tab_sort(call: Call) -> dict[str, Any]:
    """Set the order of all tabs; the message tab stays first whatever the list says."""
    chat = _open_to_write(call)
    tabs = {tab["tab_id"]: tab for tab in chat.tabs}
    left_out = list(tabs) if call.readings.documented_optional == "optional" else []
    tab_ids = call.body.get("tab_ids", left_out)
    if sorted(tab_ids) != sorted(tabs):
        raise Refusal(232001)
    given = [tabs[tab_id] for tab_id in tab_ids]
    chat.tabs = sorted(given, key=lambda tab: tab["tab_type"] != "message")
    if chat.tabs != given and call.readings.message_tab_not_first == "refused":
        raise Refusal(232001)
    return _saved(call, chat, touched=chat.tabs)


def _open(call: Call, *, dissolved_too: bool = False) -> Chat:
    chat = open_chat(call, dissolved_too=dissolved_too)
    require_visible(call)
    require_member(call, chat)
    require_mode(chat, {"group", "p2p"}, 232050)
    return chat


def _open_to_write(call: Call) -> Chat:
    chat = _open(call)
    require_tab_and_menu_right(call, chat)
    return chat


def _saved(call: Call, chat: Chat, *, touched: list[dict[str, Any]]) -> dict[str, Any]:
    """Keep the chat and return the answer of a write."""
    save(call, chat)
    return _shown(call, chat.tabs if call.readings.tab_answer == "all" else touched)


def _shown(call: Call, tabs: list[dict[str, Any]]) -> dict[str, Any]:
    usual: dict[str, Any] = {"tab_content": {}} if call.readings.built_in_tab_content == "empty" else {}
    return {"chat_tabs": [{**usual, **tab} for tab in tabs]}


def _counts(call: Call, tab: dict[str, Any]) -> bool:
    """Tell whether a tab counts towards the limit; built-in tabs are the ones without content."""
    if call.readings.tabs_counted == "doc_and_url":
        return tab["tab_type"] in WRITABLE
    return bool(tab.get("tab_content"))


def _new_tab(call: Call, chat: Chat, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return a new tab as it is kept, still without an id."""
    if wanted["tab_type"] not in WRITABLE:
        raise Refusal(int(call.readings.read_only_tab_at_create))
    new = _checked(call, chat, wanted)
    if call.readings.same_tab_again == "refused" and new["tab_content"] in _contents(chat):
        raise Refusal(232001)
    if call.readings.unnamed_tab == "named_by_link":
        new = {"tab_name": new["tab_content"][new["tab_type"]], **new}
    return _without_idle_config(new)


def _changed_tab(call: Call, chat: Chat, change: dict[str, Any]) -> dict[str, Any]:
    """Return a tab as it is after a change; its id stays."""
    tab = _writable_tab(chat, change.get("tab_id", ""))
    if change.get("tab_type") not in WRITABLE:
        raise Refusal(232049)
    if call.readings.tab_type_change == "refused" and change["tab_type"] != tab["tab_type"]:
        raise Refusal(232049)
    new = _checked(call, chat, change)
    if "tab_config" in new and call.readings.tab_config_update == "merged":
        # An icon never goes by an update.
        new["tab_config"] = {**tab.get("tab_config", {}), **new["tab_config"]}
    kept = tab if call.readings.omitted_in_tab_update == "kept" else {}
    return _without_idle_config({**kept, **new, "tab_id": tab["tab_id"]})


def _writable_tab(chat: Chat, tab_id: str) -> dict[str, Any]:
    tab = next((tab for tab in chat.tabs if tab["tab_id"] == tab_id), None)
    if tab is None:
        raise Refusal(232001)
    if tab["tab_type"] not in WRITABLE:
        raise Refusal(232049)
    return tab


def _without_idle_config(tab: dict[str, Any]) -> dict[str, Any]:
    """Return `tab` without a config that says nothing; config has an effect on url tabs only."""
    if tab["tab_type"] == "url" and tab.get("tab_config"):
        return tab
    return {name: value for name, value in tab.items() if name != "tab_config"}


def _contents(chat: Chat) -> list[dict[str, str]]:
    return [tab["tab_content"] for tab in chat.tabs if "tab_content" in tab]


def _checked(call: Call, chat: Chat, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return what a call gives of name, type, content and config, as it is kept; empty texts are none."""
    name, tab_type, config = wanted.get("tab_name"), wanted["tab_type"], wanted.get("tab_config")
    link = wanted.get("tab_content", {}).get(tab_type, "")
    if name and not _NAME_FITS[call.readings.tab_name_limit](name):
        raise Refusal(232047)
    _require_legal_link(call, link)
    # No page speaks of a review of tabs; what it refuses is content that is not acceptable.
    if any(word in text for word in call.tenant.review_words for text in (name or "", link)):
        raise Refusal(232048)
    if tab_type == "doc" and not _collaborates(call, chat, link):
        raise Refusal(232051)
    kept: dict[str, Any] = {"tab_type": tab_type, "tab_content": {tab_type: link}}
    if name:
        kept["tab_name"] = name
    if config is not None and tab_type == "url":
        kept["tab_config"] = {key: value for key, value in config.items() if value != ""}
        require_own_image(call, kept["tab_config"].get("icon_key"))
    return kept


def _require_legal_link(call: Call, link: str) -> None:
    if not link:
        raise Refusal(int(call.readings.tab_without_link))
    if not link.startswith(("http://", "https://")):
        raise Refusal(232048)


def _collaborates(call: Call, chat: Chat, link: str) -> bool:
    """Tell whether the operator may use the document at `link`, which is open to all unless the tenant says who.

    A tab shares the document with nobody, unless that reading is chosen.
    """
    collaborators = dict(call.tenant.docs).get(link)
    if collaborators is None or call.caller.id in map(call.directory.find, collaborators):
        return True
    return call.readings.doc_tab_access == "shared" and {"doc": link} in _contents(chat)
