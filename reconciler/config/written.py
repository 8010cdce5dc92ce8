"""Desired groups as the plain data that a file of the fleet would hold, and plain data as YAML text.

The inverse of `reconciler.config.desired`: reading what is written here gives the same group.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from reconciler.config.document import resolve
from reconciler.config.schema import Group
from reconciler.model.announcement import Announcement
from reconciler.model.base import JsonValue
from reconciler.model.collection import Collection, Mode
from reconciler.model.group import DesiredGroup
from reconciler.model.markdown import markdown_of
from reconciler.model.menus import Menu, MenuItem
from reconciler.model.moderation import Moderation
from reconciler.model.settings import RestrictedMode, Settings
from reconciler.model.tabs import Tab

Spell: TypeAlias = Callable[[str], str]
"""How an identity is written: by alias, where one stands for it."""

LINE_LENGTH: Final = 110
_ORDER: Final = Group.key_order()
_INDENT: Final = 2


# ------------------------------------------------------------------ the model as plain data


def group_data(group: DesiredGroup, spell: Spell) -> dict[str, JsonValue]:
    """Return what the file says of a group, keys in the order of the documentation."""
    parts: dict[str, JsonValue] = {
        "chat_id": group.chat_id,
        **settings_data(group.settings),
        "owner": spell(group.owner) if group.owner else None,
        "moderation": None if group.moderation is None else moderation_data(group.moderation, spell),
        "managers": _collection_data(group.managers, Mode.EXACT, spell),
        "members": _collection_data(group.members, Mode.ADDITIVE, spell),
        "tabs": _collection_data(group.tabs, Mode.EXACT, tab_data),
        "menus": _collection_data(group.menus, Mode.EXACT, menu_data),
        "announcement": None if group.announcement is None else announcement_data(group.announcement),
        "top_notice": group.top_notice,
    }
    return dict(sorted(_told(parts).items(), key=lambda each: _ORDER.index(each[0])))


def settings_data(settings: Settings) -> dict[str, JsonValue]:
    """Return the settings as the file has them."""
    data = settings.model_dump(exclude_none=True)
    if settings.restricted_mode is not None:
        data["restricted_mode"] = restricted_mode_data(settings.restricted_mode)
    return {name: value for name, value in data.items() if value != {}}


def restricted_mode_data(mode: RestrictedMode) -> dict[str, JsonValue]:
    """Return confidential mode in its shortest form."""
    bans = {name: value for name, value in mode.model_dump().items() if value == "not_anyone"}
    return bans if mode.status == bool(bans) and bans else {"status": mode.status} | bans


def moderation_data(moderation: Moderation, spell: Spell) -> JsonValue:
    """Return who may post: a word, or a map where people are listed."""
    if moderation.moderators is None:
        return moderation.mode
    return {
        "mode": moderation.mode,
        "moderators": _collection_data(moderation.moderators, Mode.EXACT, spell),
    }


def announcement_data(announcement: Announcement) -> JsonValue:
    """Return the announcement as Markdown; as a map where everything else is to be replaced."""
    markdown = markdown_of(announcement.blocks)
    return {"markdown": markdown, "replace_all": True} if announcement.replace_all else markdown


def _collection_data(
    collection: Collection[Any] | None, default: Mode, item: Callable[[Any], JsonValue]
) -> JsonValue:
    """Return a list, as a map where more than its items has to be said."""
    if collection is None:
        return None
    items = [item(each) for each in collection.items]
    if collection.mode is default and not collection.keep:
        return items
    keep = [item(each) if default is Mode.ADDITIVE else each for each in collection.keep]
    return _told({"mode": collection.mode.value, "list": items, "keep": keep or None})


def tab_data(tab: Tab) -> dict[str, JsonValue]:
    """Return a tab as the file has it."""
    return _told(
        {"name": tab.name, tab.type: tab.link, "open_in_app": tab.open_in_app, "icon": tab.icon},
    )


def menu_data(menu: MenuItem) -> dict[str, JsonValue]:
    """Return a menu or an entry of one as the file has it."""
    links = menu.url.model_dump(exclude_none=True) if menu.url else {}
    children = menu.children if isinstance(menu, Menu) else ()
    return _told(
        {
            "name": menu.name,
            "url": links["common"] if links.keys() == {"common"} else links or None,
            "i18n_names": dict(menu.i18n_names) if menu.i18n_names else None,
            "icon": menu.icon,
            "children": [menu_data(child) for child in children] or None,
        }
    )


def _told(parts: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: value for name, value in parts.items() if value is not None}


# ------------------------------------------------------------------ plain data as YAML

_PLAIN: Final = re.compile(r"(?:\.\.?/)*\w([\w ./()（）—·、，。！？+-]*[\w)）。！？])?")
"""What needs no quotes anywhere, and misleads nobody. Everything else is written like JSON, which is YAML as well."""


def flow(value: JsonValue) -> str:
    """Return plain data on one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key_text(name)}: {flow(inner)}" for name, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(flow, value)) + "]"
        case str(plain) if _PLAIN.fullmatch(plain) and resolve(plain) is plain:
            return str(plain)
        case _:
            return json.dumps(value, ensure_ascii=False)


def key_text(name: str) -> str:
    """Return a key; keys are text, whatever they look like."""
    return name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def block(value: JsonValue, column: int) -> list[str]:
    """Return plain data as lines of which the first begins at `column`, without its indentation.

    Maps and lists stand on one line where they fit and hold no further ones; a list of maps has a line for each. Of a
    map, texts of whole lines stand as they are behind `|`.
    """
    match value:
        case dict() if value:
            return _indented((pair(name, inner, column) for name, inner in value.items()), column)
        case list() if value:
            return _indented((item(inner, column) for inner in value), column)
        case _:
            return [flow(value)]


def pair(name: str, value: JsonValue, column: int) -> list[str]:
    """Return a key with its value as lines of which the first begins at `column`, without its indentation."""
    if is_text(value):
        lines = (" " * (column + _INDENT) + line if line else "" for line in value.splitlines())
        return [f"{key_text(name)}: |", *lines]
    line = f"{key_text(name)}: {flow(value)}"
    if not (isinstance(value, dict | list) and value):
        return [line]
    if _is_short(value) and column + len(line) <= LINE_LENGTH:
        return [line]
    inner = column + _INDENT
    first, *rest = block(value, inner)
    return [f"{key_text(name)}:", " " * inner + first, *rest]


def item(value: JsonValue, column: int) -> list[str]:
    """Return an item of a list, its dash at `column`, as lines of which the first has no indentation."""
    line = f"- {flow(value)}"
    if not isinstance(value, dict) or (column + len(line) <= LINE_LENGTH and _is_flat(value)):
        return [line]
    first, *rest = block(value, column + _INDENT)
    return [f"- {first}", *rest]


def _indented(parts: Iterable[list[str]], column: int) -> list[str]:
    lines = [line if number else " " * column + line for part in parts for number, line in enumerate(part)]
    return [lines[0][column:], *lines[1:]]


def is_text(value: JsonValue) -> bool:
    """Tell whether a value is a text of whole lines that YAML reads behind `|` as it stands there."""
    if not isinstance(value, str) or not value.endswith("\n"):
        return False
    lines = value[:-1].split("\n")
    # The first line tells the indentation, empty ones at the end are dropped, and nobody sees lines of spaces.
    whole = lines[0][:1].strip() and lines[-1].strip() and not any(each.isspace() for each in lines)
    return bool(whole) and lines == value.splitlines()


def _is_short(value: JsonValue) -> bool:
    """Tell whether a value may stand beside its key: nothing in it is a map, a list or several lines of its own."""
    if isinstance(value, dict):
        return not any((isinstance(each, dict | list) and each) or is_text(each) for each in value.values())
    return not (isinstance(value, list) and any(isinstance(each, dict | list) and each for each in value))


def _is_flat(value: dict[str, JsonValue]) -> bool:
    """Tell whether a map may stand on one line: it holds no list, and maps of one level only."""
    return all(_is_short(each) and not (isinstance(each, list) and each) for each in value.values())


def block_text(written: str) -> str:
    """Return `written`, a text behind `|` or `>`, to the end of its last line that belongs to it; comments may follow."""
    head, *lines = written.splitlines(keepends=True)
    indents = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
    length = end = len(head)
    for line in lines:
        if line.strip() and len(line) - len(line.lstrip(" ")) < indents[0]:
            break
        length += len(line)
        if line.strip():
            end = length
    return written[:end]
