"""What YAML text becomes: plain dicts and lists that remember where everything stands.

Lines and columns count characters from 1. A tree never changes after it was built, except through `drop`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from reconciler.errors import Source
from reconciler.model.base import JsonValue

Mark: TypeAlias = tuple[str, int, int, int, int]
"""File, line and column of a key (or list item), line and column of its value. A bare tuple, because a large
fleet has a million of them."""

Node: TypeAlias = Any
"""A `YamlMap`, a `YamlList`, or a scalar: None, bool, int, float or str."""


class YamlMap(dict[str, Node]):
    """A YAML mapping with the place of every key and value."""

    __slots__ = ("marks",)

    marks: dict[str, Mark]

    def key_source(self, key: str) -> Source:
        """Return where `key` stands."""
        file, line, column, _, _ = self.marks[key]
        return Source(file, line, column)

    def value_source(self, key: str) -> Source:
        """Return where the value of `key` stands."""
        file, _, _, line, column = self.marks[key]
        return Source(file, line, column)

    def put(self, key: str, value: Node, mark: Mark) -> None:
        """Set a key together with its place."""
        self[key] = value
        self.marks[key] = mark

    def copy(self) -> YamlMap:
        """Return a shallow copy with its own places."""
        twin = YamlMap(self)
        twin.marks = self.marks.copy()
        return twin

    def drop(self, key: str) -> None:
        """Take a key out."""
        del self[key]
        del self.marks[key]


class YamlList(list[Node]):
    """A YAML sequence with the place of every item."""

    __slots__ = ("marks",)

    marks: list[Mark]

    def item_source(self, index: int) -> Source:
        """Return where the item at `index` stands."""
        file, line, column, _, _ = self.marks[index]
        return Source(file, line, column)

    def append_marked(self, item: Node, mark: Mark) -> None:
        """Append an item together with its place."""
        self.append(item)
        self.marks.append(mark)


def empty_map() -> YamlMap:
    """Return a new map without keys."""
    tree = YamlMap()
    tree.marks = {}
    return tree


def empty_list() -> YamlList:
    """Return a new list without items."""
    tree = YamlList()
    tree.marks = []
    return tree


def plain(value: JsonValue) -> JsonValue:
    """Return a written value as plain data, without positions."""
    match value:
        case dict():
            return {name: plain(inner) for name, inner in value.items()}
        case list():
            return [plain(inner) for inner in value]
        case _:
            return value


def locate(root: Node, path: Sequence[str | int], start: Source) -> tuple[list[str | int], Node, Source]:
    """Follow `path` through a tree, skipping the parts that are neither a key nor an index.

    Args:
        root: Where the path begins.
        path: Keys and indexes; validators put names of alternatives between them.
        start: Where `root` itself stands.

    Returns:
        The parts that exist, the value they lead to, and where that value stands.
    """
    trail: list[str | int] = []
    node, source = root, start
    for part in path:
        if isinstance(node, YamlMap) and isinstance(part, str) and part in node:
            node, source = node[part], node.value_source(part)
        elif isinstance(node, YamlList) and isinstance(part, int) and part < len(node):
            node, source = node[part], node.item_source(part)
        else:
            continue
        trail.append(part)
    return trail, node, source
