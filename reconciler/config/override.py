"""What a group has to say in its file so that it asks for something else.

Where the group itself writes a value, that value changes. What it inherits from defaults or a template is shared
with other groups: there it gets a value of its own, or lists in `unmanaged` what it shall not manage any longer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from reconciler.config.markdown import can_mention
from reconciler.config.merge import Layer, merge, overlay
from reconciler.config.positions import Origin
from reconciler.config.tree import YamlMap, empty_list, empty_map, plain
from reconciler.config.written import (
    Spell,
    menu_data,
    moderation_data,
    restricted_mode_data,
    tab_data,
)
from reconciler.model.announcement import Announcement, with_ids
from reconciler.model.base import JsonValue
from reconciler.model.collection import Collection
from reconciler.model.group import DesiredGroup
from reconciler.model.markdown import markdown_of
from reconciler.model.settings import RestrictedMode

_SHARE_CARD: Final = {"all_members": "allowed", "only_owner": "not_allowed"}
"""`add_member` in its other spelling. Source: chats.openapi.yaml, `info.x-rules`."""


@dataclass(frozen=True, slots=True)
class Naming:
    """How people are written in the files, and who is meant by what is written."""

    spell: Spell
    """How an identity is written."""
    meant: Mapping[str, str]
    """Open ids of names that had to be looked up."""

    def identity(self, name: str) -> str:
        """Return the identity of somebody as the configuration names them, aliases replaced."""
        return self.meant.get(name, name)

    def mentioning(self, announcement: Announcement) -> Announcement:
        """Return an announcement that mentions people by the addresses that the files have of them."""
        addresses = {open_id: name for name, open_id in self.meant.items() if can_mention(name)}
        return announcement.model_copy(update={"blocks": with_ids(announcement.blocks, addresses)})


Place: TypeAlias = Callable[[str | None, str], str]
"""Returns what to write as an announcement, given what the group says itself and the new text."""


def overridden(
    written: Mapping[str, JsonValue],
    origin: Origin,
    before: DesiredGroup,
    after: DesiredGroup,
    naming: Naming,
    place: Place,
) -> dict[str, JsonValue]:
    """Return what a group has to say so that it asks for `after` instead of `before`.

    Args:
        written: What the group says in its file; not changed.
        origin: Its layers.
        before: What it asks for, people as open ids.
        after: What it shall ask for; manages nothing that `before` does not manage.
        naming: How people are written.
        place: Where the text of an announcement goes.
    """
    override = _Override(deepcopy(dict(written)), origin, naming)
    override.settings(before.settings.fields(), after.settings.fields())
    if before.owner != after.owner and after.owner:
        override.group["owner"] = naming.spell(after.owner)
    override.people("managers", before.managers, after.managers)
    override.people("members", before.members, after.members)
    override.things("tabs", before.tabs, after.tabs, tab_data)
    override.things("menus", before.menus, after.menus, menu_data)
    if before.announcement != after.announcement and after.announcement is not None:
        override.announcement(naming.mentioning(after.announcement), place)
    if before.moderation != after.moderation and after.moderation is not None:
        old, new = before.moderation, after.moderation
        stays = old is not None and old.mode == new.mode and "moderation" in override.own
        if stays and old and old.moderators and new.moderators:
            override.moderators(old.moderators, new.moderators)
        else:
            override.group["moderation"] = moderation_data(new, naming.spell)
    return override.group


class _Override:
    """What a group says, on its way to saying something else."""

    def __init__(self, group: dict[str, JsonValue], origin: Origin, naming: Naming) -> None:
        self.group = group
        self.own: YamlMap = origin.layers[-1].values
        self._below = overlay(merge(origin.layers[:-1]), Layer(empty_map(), origin.layers[-1].unmanaged))
        self._naming = naming

    # ---- settings

    def settings(self, before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]) -> None:
        for path, value in before.items():
            if path not in after:
                self._leave(path)
            elif after[path] != value:
                self._set(path, after[path])

    def _set(self, path: str, value: JsonValue) -> None:
        if path == "restricted_mode":
            self.group[path] = restricted_mode_data(RestrictedMode(**value))
            return
        head, _, tail = path.partition(".")
        if not tail:
            self.group[head] = value
            return
        holder = self.group.setdefault(head, {})
        if path == "permissions.add_member" and "share_card" in holder:
            holder["share_card"] = _SHARE_CARD[value]
            if tail not in holder:
                return
        holder[tail] = value

    def _leave(self, path: str) -> None:
        """Manage a setting no longer."""
        head, _, tail = path.partition(".")
        if tail:
            holder = self.group.get(head, {})
            for name in (tail, "share_card") if path == "permissions.add_member" else (tail,):
                holder.pop(name, None)
            if head in self.group and not holder:
                del self.group[head]
        else:
            self.group.pop(head, None)
        inherited: Any = self._below
        for part in path.split("."):
            inherited = inherited.get(part) if isinstance(inherited, YamlMap) else None
        if inherited is not None:
            self.group["unmanaged"] = [*self.group.get("unmanaged", ()), path]

    # ---- people

    def people(self, facet: str, before: Collection[str] | None, after: Collection[str] | None) -> None:
        if before is None or after is None or before.items == after.items:
            return
        writes_it = "list" in self.own.get(facet, ())
        names = (self.own if writes_it else self._below)[facet]["list"]
        holder, key = self._list_of(self.group, facet)
        raw = holder[key] if writes_it else [self._spelled(name) for name in names]
        holder[key] = self._people(raw, names, before, after)

    def moderators(self, before: Collection[str], after: Collection[str]) -> None:
        names = self.own["moderation"]["moderators"]["list"]
        holder, key = self._list_of(self.group["moderation"], "moderators")
        holder[key] = self._people(holder[key], names, before, after)

    def _people(
        self,
        raw: Sequence[JsonValue],
        names: Sequence[str],
        before: Collection[str],
        after: Collection[str],
    ) -> list[JsonValue]:
        """Return a list of people with changes made: `names` tells who is meant by each of `raw`."""
        gone = frozenset(before.items) - frozenset(after.items)
        come = [each for each in after.items if each not in before.items]
        identity = self._naming.identity
        staying = [each for each, name in zip(raw, names, strict=True) if identity(name) not in gone]
        return [*staying, *map(self._naming.spell, come)]

    def _spelled(self, name: str) -> str:
        """Return an inherited name by alias when one stands for it, else as it is written."""
        spelled = self._naming.spell(self._naming.identity(name))
        return spelled if spelled.startswith("@") else name

    # ---- the announcement

    def announcement(self, after: Announcement, place: Place) -> None:
        own = self.own.get("announcement", ())
        in_map = isinstance(self.group.get("announcement"), dict)
        holder, key = (self.group["announcement"], "markdown") if in_map else (self.group, "announcement")
        holder[key] = place(holder[key] if "markdown" in own else None, markdown_of(after.blocks))

    # ---- tabs and menus

    def things(
        self,
        facet: str,
        before: Collection[Any] | None,
        after: Collection[Any] | None,
        data: Callable[[Any], dict[str, JsonValue]],
    ) -> None:
        if before is None or after is None or before == after:
            return
        old = [data(each) for each in before.items]
        new = [data(each) for each in after.items]
        writes_it = "list" in self.own.get(facet, ())
        holder, key = self._list_of(self.group, facet)
        raw = (
            holder[key] if writes_it else plain(self._below.get(facet, empty_map()).get("list", empty_list()))
        )
        holder[key] = _patched_list(raw, old, new)
        if before.keep != after.keep:
            if holder is self.group:
                self.group[facet] = {"list": self.group[facet]}
            self.group[facet]["keep"] = list(after.keep)

    def _list_of(self, holder: dict[str, Any], name: str) -> tuple[dict[str, Any], str]:
        """Return what holds the items of a list, and under which key: a list can be written as a map."""
        if isinstance(holder.get(name), dict):
            return holder[name], "list"
        return holder, name


def _patched(raw: JsonValue, old: JsonValue, new: JsonValue) -> JsonValue:
    """Return what is written with the changes that lead from `old` to `new`, two forms of what it means."""
    if old == new:
        return raw
    if isinstance(raw, dict) and isinstance(old, dict) and isinstance(new, dict):
        kept = {name: value for name, value in raw.items() if name in new or name not in old}
        return kept | {
            name: _patched(raw.get(name), old.get(name), value)
            for name, value in new.items()
            if name not in old or old[name] != value
        }
    if isinstance(raw, list) and isinstance(old, list) and isinstance(new, list):
        return _patched_list(raw, old, new)
    return new


def _patched_list(
    raw: Sequence[JsonValue], old: Sequence[JsonValue], new: Iterable[JsonValue]
) -> list[JsonValue]:
    """Return a list of tabs, menus or entries with changes made; `old` tells what each of `raw` means."""
    free = list(range(len(old)))
    result = []
    for value in new:
        index = next((each for same in _LIKENESS for each in free if same(old[each], value)), None)
        if index is None:
            result.append(value)
            continue
        free.remove(index)
        result.append(_patched(raw[index], old[index], value))
    return result


_LIKENESS: Final[tuple[Callable[[Any, Any], bool], ...]] = (
    lambda old, new: bool(old == new),
    lambda old, new: bool(old["name"] == new["name"]),
    lambda old, new: any(key in old and old[key] == new.get(key) for key in ("url", "doc")),
)
"""How a thing that changed is known again, from the surest to the vaguest."""
