"""A YAML text as nodes with positions: the least that a scenario needs, and fast.

Events come from libyaml where PyYAML is installed with it, else from ruamel.yaml, whose verdict on broken text
counts in either case. Plain scalars mean what YAML 1.2's core schema says, whoever made the events.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

LONGEST_LINE = 1_000_000
"""Characters; looking for the end of a line is what costs the parsers most."""
DEEPEST = 32
"""Levels of nesting that are read; a scenario needs six."""

_PLAIN = (
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE")),
    ("int", re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")),
    ("null", re.compile(r"~|null|Null|NULL|")),
    (
        "float",
        re.compile(
            r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
        ),
    ),
)


_SURROGATE = re.compile(r"[\ud800-\udfff]")
"""What an escape can name that is no character, and nothing that can be kept or sent."""


class NodeError(Exception):
    """The text is no YAML that a scenario may be written in; line and column count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        self.message = message
        self.line = line
        self.column = column
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Node:
    """One value: `kind` is str, int, bool, null, float, seq or map; `value` text, nodes, or pairs of nodes.

    Line and column count from 1.
    """

    kind: str
    value: Any
    line: int
    column: int


def read_nodes(text: str) -> Node | None:
    """Return the one document in `text`; `None` if it is empty.

    Raises:
        NodeError: broken YAML, more than one document, an alias to nothing, half a character, nesting
            beyond `DEEPEST`, a line beyond `LONGEST_LINE`.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE:
            raise NodeError(f"the line is longer than {LONGEST_LINE} characters", number)
    fast = _libyaml_events()
    if fast is not None:
        try:
            return _Builder(fast(text)).document()
        except NodeError:
            raise
        except Exception:  # noqa: S110, BLE001 (whatever libyaml dislikes, ruamel.yaml is asked; its words count)
            pass
    return _read_by_reference(text)


def _libyaml_events() -> Callable[[str], Iterator[Any]] | None:
    try:
        import yaml
    except ImportError:
        return None
    if not yaml.__with_libyaml__:
        return None
    return lambda text: iter(yaml.CSafeLoader(text).get_event, None)


def _read_by_reference(text: str) -> Node | None:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return _Builder(YAML(typ="safe", pure=True).parse(text)).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark
        message = str(error.problem or error.context)
        raise (NodeError(message, mark.line + 1, mark.column + 1) if mark else NodeError(message)) from error
    except (YAMLError, ValueError) as error:
        # An impossible escape such as "\U00110000" lets a ValueError through.
        raise NodeError(str(error).splitlines()[0]) from error


class _Builder:
    """Puts nodes together from the events of either library; both name their events alike."""

    def __init__(self, events: Iterable[Any]) -> None:
        self._events = iter(events)
        self._anchors: dict[str, Node] = {}

    def document(self) -> Node | None:
        found: Node | None = None
        for event in self._events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                if found is not None:
                    raise _at(event, "only one document is read")
                found = self._node(next(self._events), 0)
        return found if found is None or found.kind != "null" else None

    def _node(self, event: Any, depth: int) -> Node:
        if depth > DEEPEST:
            raise _at(event, f"nested more than {DEEPEST} levels deep")
        kind = type(event).__name__
        if kind == "AliasEvent":
            if event.anchor not in self._anchors:
                raise _at(event, f"there is no anchor `{event.anchor}`")
            return self._anchors[event.anchor]
        mark = event.start_mark
        if kind == "ScalarEvent":
            if _SURROGATE.search(event.value):
                raise _at(event, "half a character")
            node = Node(_scalar_kind(event), event.value, mark.line + 1, mark.column + 1)
        elif kind == "SequenceStartEvent":
            node = Node("seq", list(self._until("SequenceEndEvent", depth)), mark.line + 1, mark.column + 1)
        else:
            inner = list(self._until("MappingEndEvent", depth))
            pairs = list(zip(inner[::2], inner[1::2], strict=True))
            node = Node("map", pairs, mark.line + 1, mark.column + 1)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _until(self, end: str, depth: int) -> Iterator[Node]:
        for event in self._events:
            if type(event).__name__ == end:
                return
            yield self._node(event, depth + 1)


def _scalar_kind(event: Any) -> str:
    if event.style in {"'", '"', "|", ">"} or not event.implicit[0]:
        return "str"
    return next((kind for kind, pattern in _PLAIN if pattern.fullmatch(event.value)), "str")


def _at(event: Any, message: str) -> NodeError:
    return NodeError(message, event.start_mark.line + 1, event.start_mark.column + 1)
