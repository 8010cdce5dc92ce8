"""One group, desired and live side by side, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from reconciler.diff.announcement import live_markdown
from reconciler.diff.menus import menu_form
from reconciler.diff.tabs import tab_form
from reconciler.errors import Source
from reconciler.model.base import JsonValue
from reconciler.model.collection import Collection
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.ids import is_user
from reconciler.model.markdown import markdown_of
from reconciler.model.members import LiveMembers
from reconciler.model.menus import Menu
from reconciler.model.settings import Settings
from reconciler.model.tabs import LiveTab, Tab
from reconciler.render.as_json import dump_json
from reconciler.render.columns import Cell, align, indent
from reconciler.render.headings import heading
from reconciler.render.safe import safe
from reconciler.render.style import Style
from reconciler.render.translate import say, say_count
from reconciler.render.values import inline

GROUP_VERSION: Final = 1

Locate: TypeAlias = Callable[[str], Source | None]
"""Where the value of a path stands in the YAML files."""

Line: TypeAlias = tuple[str, str, str]
"""Path, desired and live, in words."""


def render_group(
    key: str, chat_id: str | None, desired: DesiredGroup | None, live: LiveGroup | None, locate: Locate
) -> str:
    """Return every effective value of a group: path, desired, live, position in the YAML files.

    Args:
        key: Key of the group.
        chat_id: The chat it is bound to, if any.
        desired: The group as configured; `None` when the configuration has no such key.
        live: The group as read; `None` when it has no chat yet or was not read.
        locate: Finds the position of a path.
    """
    wanted = desired or DesiredGroup(key=key)
    name = wanted.settings.name or (live.settings.name if live else None) or ""
    rows = [
        tuple(map(Cell, (safe(path), in_desired, in_live, _position(_source(locate, path, in_desired)))))
        for path, in_desired, in_live in _lines(wanted, live)
    ]
    titles = _titles(desired, live) if rows else ()
    plain = Style(color=False)
    return "\n".join(
        (
            heading(Cell(), key, name, chat_id, "", plain),
            *indent(list(_remarks(desired, live))),
            *indent(align((titles, *rows), plain) if rows else []),
        )
    )


def group_json(
    key: str, chat_id: str | None, desired: DesiredGroup | None, live: LiveGroup | None, locate: Locate
) -> str:
    """Return one group: `key`, `chat_id`, `desired`, `live` and `sources`, positions by path."""
    wanted = desired or DesiredGroup(key=key)
    sources = {path: _place(_source(locate, path, told)) for path, told, _ in _lines(wanted, live)}
    return dump_json(
        {
            "format_version": GROUP_VERSION,
            "key": key,
            "chat_id": chat_id,
            "desired": desired.model_dump() if desired else None,
            "live": live.model_dump() if live else None,
            "sources": {path: place for path, place in sources.items() if place},
        }
    )


def _place(source: Source | None) -> dict[str, Any] | None:
    return {"file": source.file, "line": source.line, "column": source.column} if source else None


def _source(locate: Locate, path: str, in_desired: str) -> Source | None:
    """Return the position of a value that the configuration asks for; others have none."""
    return None if in_desired in {say("(unmanaged)"), say("(not listed)")} else locate(path)


def _lines(desired: DesiredGroup, live: LiveGroup | None) -> tuple[Line, ...]:
    """Return a line per value that desired or live hold, in the order of the file format."""
    return (*_setting_lines(desired, live), *_facet_lines(desired, live))


def _titles(desired: DesiredGroup | None, live: LiveGroup | None) -> tuple[Cell, ...]:
    """Return what stands above the columns; one that cannot hold anything has no title."""
    titles = (say("path"), say("desired"), say("live") if live else "", say("source") if desired else "")
    return tuple(Cell(title) for title in titles)


def _position(source: Source | None) -> str:
    return safe(str(source)) if source else ""


def _remarks(desired: DesiredGroup | None, live: LiveGroup | None) -> Iterator[str]:
    """Yield what the reader has to know before the values."""
    if desired is None:
        yield say("The configuration does not have this group.")
    if live is None:
        yield say("No live group was read.")
        return
    if live.user_count is not None:
        yield say_count(live.user_count, "{n} user", "{n} users")
    if live.status != "normal":
        yield say("The group is dissolved.")
    if not live.full:
        yield say("Our app is not in the group: the platform shows outsiders only a part of it.")
    if live.external:
        yield say("The group is external: people of other companies are in it.")


# ------------------------------------------------------------------ values


def _setting_lines(desired: DesiredGroup, live: LiveGroup | None) -> Iterator[Line]:
    wanted = desired.settings.fields()
    told = live.settings.fields() if live else {}
    for path in Settings.from_fields(told | wanted).fields():
        yield path, _desired_value(wanted.get(path)), _live_value(told.get(path), live)


def _facet_lines(desired: DesiredGroup, live: LiveGroup | None) -> Iterator[Line]:
    owner = (live.owner or say("(a bot)")) if live and live.full else None
    if desired.owner or owner:
        yield "owner", _desired_value(desired.owner), safe(owner) if owner else _live_value(None, live)
    yield from _people("managers", desired.managers, live.managers if live else None, live)
    yield from _moderation_lines(desired, live)
    yield from _member_lines(desired, live)
    yield from _announcement_lines(desired, live)
    yield from _things("tabs", _tab_forms(desired.tabs), _live_tab_forms(live), live)
    yield from _things("menus", _menu_forms(desired.menus), _live_menu_forms(live), live)
    if desired.top_notice:
        yield "top_notice", _desired_value(desired.top_notice), _live_value(None, live)


def _desired_value(value: JsonValue) -> str:
    return say("(unmanaged)") if value is None else inline(value)


def _live_value(value: JsonValue, live: LiveGroup | None) -> str:
    if live is None:
        return ""
    return say("(not told)") if value is None else inline(value)


def _moderation_lines(desired: DesiredGroup, live: LiveGroup | None) -> Iterator[Line]:
    wanted = desired.moderation
    told = live.moderation if live else None
    if wanted or told:
        mode = wanted.mode if wanted else None
        yield "moderation", _desired_value(mode), _live_value(told.mode if told else None, live)
    moderators = wanted.moderators if wanted else None
    yield from _people("moderation", moderators, told.moderators if told else None, live)


def _announcement_lines(desired: DesiredGroup, live: LiveGroup | None) -> Iterator[Line]:
    told = live.announcement if live else None
    if desired.announcement or told:
        wanted = markdown_of(desired.announcement.blocks) if desired.announcement else None
        in_live = live_markdown(told) if told else None
        yield "announcement", _desired_value(wanted), _live_value(in_live, live)


def _member_lines(desired: DesiredGroup, live: LiveGroup | None) -> Iterator[Line]:
    """Yield everybody who has to be in the group; the others are only counted, for they may be thousands."""
    members = live.members if live else None
    for each in desired.implied_members:
        yield f"members/{each}", say("listed"), _presence(each, _told_members(members, each), live)
    others = len((members.users if members else frozenset()).difference(desired.implied_members))
    if others:
        yield "members", say("(not listed)"), say_count(others, "{n} other user", "{n} other users")


def _told_members(members: LiveMembers | None, identity: str) -> frozenset[str] | None:
    """Return the list that tells whether somebody is a member; `None` when none does."""
    if members is None:
        return None
    told = members.users if is_user(identity) else members.bots
    is_certain = members.complete or (told is not None and identity in told)
    return told if is_certain else None


def _people(
    facet: str, desired: Collection[str] | None, present: frozenset[str] | None, live: LiveGroup | None
) -> Iterator[Line]:
    listed = desired.items if desired else ()
    for each in listed:
        yield f"{facet}/{each}", say("listed"), _presence(each, present, live)
    rest = say("(not listed)") if desired else say("(unmanaged)")
    for each in sorted((present or frozenset()).difference(listed)):
        yield f"{facet}/{each}", rest, say("present")


def _presence(each: str, present: frozenset[str] | None, live: LiveGroup | None) -> str:
    if live is None:
        return ""
    if present is None:
        return say("(not told)")
    return say("present") if each in present else say("(absent)")


def _things(
    facet: str,
    desired: Mapping[str, JsonValue] | None,
    told: Mapping[str, JsonValue] | None,
    live: LiveGroup | None,
) -> Iterator[Line]:
    """Yield tabs or menus by name: desired ones in their order, then what only live has."""
    wanted, present = desired or {}, told or {}
    rest = say("(unmanaged)") if desired is None else say("(not listed)")
    for name in dict.fromkeys((*wanted, *present)):
        in_live = inline(present[name]) if name in present else say("(absent)")
        yield (
            f"{facet}/{name}",
            inline(wanted[name]) if name in wanted else rest,
            in_live if told is not None else _live_value(None, live),
        )


def _by_name(forms: Sequence[dict[str, JsonValue]]) -> dict[str, JsonValue]:
    """Return forms by name and without it; live ones of one name are numbered, those without go by type."""
    named: dict[str, JsonValue] = {}
    seen = Counter[str]()
    for form in forms:
        name = form.get("name") or form["type"]
        seen[name] += 1
        label = name if seen[name] == 1 else f"{name} ({seen[name]})"
        named[label] = {field: value for field, value in form.items() if field != "name"}
    return named


def _tab_forms(tabs: Collection[Tab] | None) -> dict[str, JsonValue] | None:
    return _by_name([tab_form(tab) for tab in tabs.items]) if tabs else None


def _live_tab_forms(live: LiveGroup | None) -> dict[str, JsonValue] | None:
    tabs: tuple[LiveTab, ...] | None = live.tabs if live else None
    return None if tabs is None else _by_name([tab_form(tab) for tab in tabs])


def _menu_forms(menus: Collection[Menu] | None) -> dict[str, JsonValue] | None:
    return _by_name([menu_form(menu) for menu in menus.items]) if menus else None


def _live_menu_forms(live: LiveGroup | None) -> dict[str, JsonValue] | None:
    menus = live.menus if live else None
    return None if menus is None else _by_name([menu_form(menu) for menu in menus])
