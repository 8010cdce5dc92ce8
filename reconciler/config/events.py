"""YAML text as parse events.

ruamel.yaml's pure events are the reference. libyaml's (through PyYAML, extra `fast`) are more than ten times as
fast and used when they are there; their errors are never shown: the reference then reads the text again, and its
verdict counts. Either library is imported only when it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, Final


class Kind(Enum):
    """What an event says."""

    SCALAR = 1
    MAP_START = 2
    LIST_START = 3
    END = 4
    ALIAS = 5
    DOCUMENT_START = 6
    FRAME = 7
    """Beginnings and ends that carry nothing."""


_KIND_BY_NAME: Final = {
    "ScalarEvent": Kind.SCALAR,
    "MappingStartEvent": Kind.MAP_START,
    "SequenceStartEvent": Kind.LIST_START,
    "MappingEndEvent": Kind.END,
    "SequenceEndEvent": Kind.END,
    "AliasEvent": Kind.ALIAS,
    "DocumentStartEvent": Kind.DOCUMENT_START,
    "DocumentEndEvent": Kind.FRAME,
    "StreamStartEvent": Kind.FRAME,
    "StreamEndEvent": Kind.FRAME,
}


@dataclass(frozen=True, slots=True)
class EventSource:
    """A parser."""

    parse: Callable[[str], Iterator[Any]]
    """Events of a text, made while they are asked for."""
    kind_of: Mapping[type, Kind]
    errors: tuple[type[Exception], ...]
    """What the parser raises for text that is no YAML."""


def _kinds(events: Any) -> dict[type, Kind]:
    return {getattr(events, name): kind for name, kind in _KIND_BY_NAME.items()}


@cache
def reference() -> EventSource:
    """Return ruamel.yaml's pure parser, whose verdict counts."""
    from ruamel.yaml import YAML, events
    from ruamel.yaml.error import YAMLError

    def parse(text: str) -> Iterator[Any]:
        return YAML(typ="safe", pure=True).parse(text)  # type: ignore[no-any-return]  # ruamel says Any

    # An impossible escape such as "\U00110000" lets a ValueError through.
    return EventSource(parse, _kinds(events), (YAMLError, ValueError))


@cache
def accelerator() -> EventSource | None:
    """Return libyaml, or `None` where PyYAML is missing or was built without it."""
    try:
        import yaml
    except ImportError:
        return None
    if not yaml.__with_libyaml__:
        return None

    def parse(text: str) -> Iterator[Any]:
        return iter(yaml.CSafeLoader(text).get_event, None)

    return EventSource(parse, _kinds(yaml.events), (yaml.YAMLError,))
