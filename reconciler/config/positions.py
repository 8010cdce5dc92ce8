"""Where an effective value was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.config.merge import Layer, merge
from reconciler.config.tree import Node, YamlList, YamlMap, empty_list, empty_map
from reconciler.errors import Source

_LISTS: Final = {
    "tabs": (("tabs",),),
    "menus": (("menus",),),
    "managers": (("managers",),),
    "moderation": (("moderation", "moderators"),),
    # Managers and moderators are members by implication.
    "members": (("members",), ("managers",), ("moderation", "moderators")),
}
"""Where the things of a facet are listed, in the order in which they are looked for."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a group comes from: its key, and its layers from the farthest to itself.

    The layers are those of fleet defaults, file defaults, each template, and the group.
    """

    source: Source
    layers: tuple[Layer, ...]
    templates: tuple[str, ...] = ()
    """Names of the templates in the order of their layers."""


class Positions:
    """Finds the place of every effective value of a fleet.

    Places are not stored with the groups: they are found by merging the layers of one group once more.
    """

    def __init__(self, origins: Mapping[str, Origin]) -> None:
        self._origins = origins
        self._last: tuple[str, YamlMap] = ("", empty_map())

    def origin(self, key: str) -> Origin | None:
        """Return where a group comes from; `None` for an unknown one."""
        return self._origins.get(key)

    def find(self, key: str, path: str = "") -> Source | None:
        """Return where a value stands.

        Args:
            key: Key of a group.
            path: A setting by dotted path (`permissions.at_all`), a facet (`tabs`), or a thing in a facet
                (`tabs/Runbook`, `menus/应急/升级`, `members/ou_…`). Empty: the group itself.

        Returns:
            The place of the key that writes the value, or of the item in its list; for a value that nothing
            writes, the place of what encloses it, at last of the group's key. `None` for an unknown group.
        """
        origin = self._origins.get(key)
        if origin is None:
            return None
        effective = self._effective(key, origin)
        facet, slash, name = path.partition("/")
        found = _thing(effective, facet, name) if slash else None
        return found or _setting(effective, facet.split(".")) or origin.source

    def _effective(self, key: str, origin: Origin) -> YamlMap:
        """Return the merged layers of a group; plans ask for one group many times in a row."""
        if self._last[0] != key:
            self._last = (key, merge(origin.layers))
        return self._last[1]


def _setting(tree: YamlMap, parts: list[str]) -> Source | None:
    """Return the place of the deepest part of a path that is written."""
    source = None
    node: Node = tree
    for part in parts:
        if not isinstance(node, YamlMap) or part not in node:
            break
        source, node = node.key_source(part), node[part]
    return source


def _thing(tree: YamlMap, facet: str, name: str) -> Source | None:
    for path in _LISTS.get(facet, ()):
        node: Node = tree
        for part in (*path, "list"):
            node = node.get(part) if isinstance(node, YamlMap) else None
        if isinstance(node, YamlList):
            found = _item(node, name)
            if found:
                return found
    return None


def _item(items: YamlList, name: str) -> Source | None:
    """Return the place of an item by its name; a name may hold slashes itself, so that the whole is tried first."""
    for index, item in enumerate(items):
        if name == (item["name"] if isinstance(item, YamlMap) else item):
            return items.item_source(index)
    for index, item in enumerate(items):
        if isinstance(item, YamlMap) and name.startswith(f"{item['name']}/"):
            child = name.removeprefix(f"{item['name']}/")
            return _item(item.get("children", empty_list()), child) or items.item_source(index)
    return None
