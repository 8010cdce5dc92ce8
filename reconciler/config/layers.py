"""One layer in normal form, so that merging and everything after it knows one spelling only.

- A list of things becomes `{list: …}`; `moderation: only_owner` becomes `{mode: only_owner}`.
- People and bots become `ou_…`, `cli_…` or `self`.
- `share_card` becomes `add_member`, which is the same switch of the platform.
- The Markdown of an announcement, or the path of its file, becomes blocks.
- A file as avatar or icon becomes its digest.
- `unmanaged` becomes dotted paths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from reconciler.config.announcement import Announcements
from reconciler.config.merge import Layer
from reconciler.config.persons import People
from reconciler.config.pictures import Pictures
from reconciler.config.problems import Problems
from reconciler.config.schema import UNMANAGEABLE
from reconciler.config.tree import Mark, Node, YamlList, YamlMap, empty_list, empty_map
from reconciler.config.wording import closest
from reconciler.errors import Source, Text, text
from reconciler.model.address import address
from reconciler.model.ids import is_bot
from reconciler.model.pictures import Purpose
from reconciler.model.settings import Settings

_ADD_MEMBER: Final = {"allowed": "all_members", "not_allowed": "only_owner"}
"""The only two legal pairs of `share_card` and `add_member`. Source: chats.openapi.yaml, `info.x-rules`."""

_SETTINGS: Final = tuple(Settings.model_fields)


class Normalizer:
    """Brings layers into normal form.

    Args:
        people: The aliases of the fleet.
        announcements: Reads Markdown, in files as well.
        pictures: Reads avatars and icons.
        problems: Takes everything that is wrong within one layer.
    """

    def __init__(
        self, people: People, announcements: Announcements, pictures: Pictures, problems: Problems
    ) -> None:
        self._people = people
        self._announcements = announcements
        self._pictures = pictures
        self._problems = problems
        self._forms: dict[str, Callable[[YamlMap, str, str], None]] = {
            "permissions": self._permissions,
            "owner": self._owner,
            "managers": self._people_list,
            "members": self._people_list,
            "moderation": self._moderation,
            "announcement": self._announcement,
            "avatar": self._avatar,
            "tabs": self._things,
            "menus": self._things,
        }

    def layer(self, written: YamlMap, where: str = "") -> Layer:
        """Return what a map of the file writes.

        Args:
            written: A group, a template or defaults; its shape was checked.
            where: Key of the group, or empty.
        """
        values = written.copy()
        for name in self._forms.keys() & written.keys():
            self._forms[name](values, name, where)
        if "template" in values:
            values.drop("template")
        unmanaged: dict[str, Source] = {}
        if "unmanaged" in values:
            paths = values["unmanaged"]
            values.drop("unmanaged")
            unmanaged.update(self._unmanaged(values, paths, where))
        return Layer(values, unmanaged, share_card="share_card" in written.get("permissions", ()))

    def _avatar(self, values: YamlMap, name: str, where: str) -> None:
        self._picture(values, name, "avatar", address(where, "settings") if where else "")

    def _things(self, values: YamlMap, name: str, where: str) -> None:
        things = _expanded(values[name], values.marks[name])
        if "list" in things:
            things["list"] = self._with_icons(things["list"], (where, name))
        values[name] = things

    def _with_icons(self, things: YamlList, where: tuple[str, ...]) -> YamlList:
        """Return tabs or menus with the icons as the platform or their digest names them."""
        if not any("icon" in thing or "children" in thing for thing in things):
            return things
        changed = empty_list()
        for thing, mark in zip(things, things.marks, strict=True):
            here, twin = (*where, thing["name"]), thing.copy()
            if "icon" in twin:
                self._picture(twin, "icon", "message", address(*here) if where[0] else "")
            if "children" in twin:
                twin["children"] = self._with_icons(twin["children"], here)
            changed.append_marked(twin, mark)
        return changed

    def _picture(self, holder: YamlMap, name: str, purpose: Purpose, where: str) -> None:
        picture = self._pictures.resolve(holder[name], purpose, holder.value_source(name), where)
        if picture is None:
            holder.drop(name)
        else:
            holder[name] = picture

    def _owner(self, values: YamlMap, name: str, where: str) -> None:
        facet = address(where, name) if where else ""
        owner = self._people.resolve(values[name], values.value_source(name), facet, self._problems)
        if owner is None:
            values.drop(name)
        else:
            values[name] = owner

    def _people_list(self, values: YamlMap, name: str, where: str) -> None:
        values[name] = self._people_in(
            values[name], values.marks[name], address(where, name) if where else ""
        )

    def _people_in(self, collection: Node, mark: Mark, where: str) -> YamlMap:
        expanded = _expanded(collection, mark)
        for part in ("list", "keep"):
            if part in expanded:
                expanded[part] = self._identities(expanded[part], where)
        return expanded

    def _identities(self, written: YamlList, where: str) -> YamlList:
        identities = empty_list()
        seen: dict[str, Source] = {}
        for index, name in enumerate(written):
            source = written.item_source(index)
            identity = self._people.resolve(name, source, where, self._problems)
            if identity is None:
                continue
            if identity in seen:
                self._error(
                    text("Listed twice"),
                    text(
                        "`{name}` is in the list already: {first} names the same.",
                        name=name,
                        first=seen[identity],
                    ),
                    text("Keep one of them."),
                    where,
                    source,
                )
                continue
            seen[identity] = source
            identities.append_marked(identity, written.marks[index])
        return identities

    def _moderation(self, values: YamlMap, name: str, where: str) -> None:
        written, mark = values[name], values.marks[name]
        if isinstance(written, YamlMap):
            moderation = written.copy()
        else:
            moderation = empty_map()
            moderation.put("mode", written, mark)
        if "moderators" in moderation:
            facet = address(where, name) if where else ""
            mark = moderation.marks["moderators"]
            moderators = self._people_in(moderation["moderators"], mark, facet)
            for part in moderators.keys() & {"list", "keep"}:
                self._refuse_bots(moderators[part], facet)
            moderation["moderators"] = moderators
        values[name] = moderation

    def _announcement(self, values: YamlMap, name: str, where: str) -> None:
        written, mark = values[name], values.marks[name]
        if isinstance(written, YamlMap):
            announcement = written.copy()
        else:
            announcement = empty_map()
            announcement.put("markdown", written, mark)
        if "markdown" in announcement:
            facet = address(where, name) if where else ""
            source = announcement.value_source("markdown")
            announcement["markdown"] = self._announcements.read(announcement["markdown"], source, facet)
        values[name] = announcement

    def _refuse_bots(self, moderators: YamlList, where: str) -> None:
        for index, identity in enumerate(moderators):
            if is_bot(identity):
                self._error(
                    text("Bot among the moderators"),
                    text("`{bot}` is a bot. Moderators are users; bots cannot be moderators.", bot=identity),
                    text("Remove it from the moderators. The owner may always post."),
                    where,
                    moderators.item_source(index),
                )

    def _permissions(self, values: YamlMap, name: str, where: str) -> None:
        written = values[name]
        if "share_card" not in written:
            return
        permissions = written.copy()
        share_card, mark = permissions["share_card"], permissions.marks["share_card"]
        permissions.drop("share_card")
        meant = _ADD_MEMBER[share_card]
        if "add_member" not in permissions:
            permissions.put("add_member", meant, mark)
        elif permissions["add_member"] != meant:
            self._error(
                text("Conflicting settings"),
                text(
                    "`share_card: {share_card}` is the same switch as `add_member: {meant}`, but line {line} sets "
                    "`add_member: {add_member}`.",
                    share_card=share_card,
                    meant=meant,
                    line=permissions.key_source("add_member").line,
                    add_member=permissions["add_member"],
                ),
                text("Keep only one of the two keys."),
                where and address(where, "settings"),
                written.key_source("share_card"),
            )
        values[name] = permissions

    def _unmanaged(self, values: YamlMap, paths: YamlList, where: str) -> Iterator[tuple[str, Source]]:
        for index, path in enumerate(paths):
            source = paths.item_source(index)
            if path not in UNMANAGEABLE:
                suggestion = closest(path, UNMANAGEABLE)
                self._error(
                    text("Unknown path"),
                    text("`{path}` names neither a facet nor a setting.", path=path),
                    text("Did you mean `{path}`?", path=suggestion)
                    if suggestion
                    else text("Write a facet (`tabs`) or a setting with its path (`permissions.urgent`)."),
                    where,
                    source,
                )
                continue
            for each in paths_of(path):
                place = _place(values, each)
                if place is None:
                    yield each, source
                else:
                    self._error(
                        text("Written and unmanaged"),
                        text(
                            "`{path}` is unmanaged here, but line {line} writes it.",
                            path=each,
                            line=place.line,
                        ),
                        text("Remove one of the two."),
                        where,
                        source,
                    )

    def _error(self, summary: Text, detail: Text, hint: Text, where: str, source: Source) -> None:
        self._problems.error(summary, detail, hint=hint, address=where, source=source)


def _expanded(collection: Node, mark: Mark) -> YamlMap:
    """Return `{list: …}` for a bare list; a map as a copy."""
    if isinstance(collection, YamlMap):
        return collection.copy()
    expanded = empty_map()
    expanded.put("list", collection, mark)
    return expanded


def paths_of(path: str) -> tuple[str, ...]:
    """Return the paths for which a written one stands: all settings, or the other spelling."""
    match path:
        case "settings":
            return _SETTINGS
        case "permissions.share_card":
            return ("permissions.add_member",)
        case _:
            return (path,)


def _place(values: YamlMap, path: str) -> Source | None:
    """Return where a layer writes `path`, or `None` when it does not."""
    head, _, rest = path.partition(".")
    if head not in values:
        return None
    return _place(values[head], rest) if rest else values.key_source(head)
