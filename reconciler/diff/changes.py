"""The closed set of changes, and where a change comes from."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from reconciler.errors import Source
from reconciler.model.base import Frozen, JsonValue
from reconciler.model.recorded import RecordedGroup, RecordedValue, recorded_form, recorded_value
from reconciler.model.settings import UNREADABLE


class ChangeKind(StrEnum):
    """What happens to one thing."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"
    MOVE = "move"


class Origin(StrEnum):
    """Who moved: nobody knows yet, the configuration, somebody on the platform, or both."""

    NEW = "new"
    CONFIG = "config"
    DRIFT = "drift"
    BOTH = "both"


class Direction(StrEnum):
    """Whether a change opens the group up."""

    TIGHTENS = "tightens"
    NEUTRAL = "neutral"
    LOOSENS = "loosens"


class Level(StrEnum):
    """How much a change matters to those who watch over access."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Risk(Frozen):
    """Direction and level of a change."""

    direction: Direction
    level: Level


class Change(Frozen):
    """One difference in one group.

    `path` is the dotted settings path (`permissions.at_all`), `facet/name` for a thing in a collection
    (`tabs/Runbook`) or the facet itself for a mode or an order. `before` is live, `after` desired; `None`
    stands for absent.
    """

    path: str
    kind: ChangeKind
    before: JsonValue = None
    after: JsonValue = None
    origin: Origin
    risk: Risk
    source: Source | None = None


NEVER_TOLD: Final = UNREADABLE | {"top_notice"}
"""Paths that no call reads back: nobody can see them move."""


def is_drift(change: Change) -> bool:
    """Tell whether somebody may have moved live: a change that the configuration alone does not explain."""
    return change.origin is not Origin.CONFIG and change.path not in NEVER_TOLD


def origin_of_value(path: str, before: JsonValue, after: JsonValue, recorded: RecordedGroup | None) -> Origin:
    """Tell where the change of a single value comes from."""
    value = recorded_value(recorded, path)
    if value is None:
        return Origin.NEW
    return tell_origin(
        live_moved=value.seen != recorded_form(path, before),
        desired_moved=value.sent != recorded_form(path, after),
    )


def origin_of_item(before: JsonValue, after: JsonValue, recorded: RecordedValue | None) -> Origin:
    """Tell where the change of one thing in a collection comes from.

    Args:
        before: The live thing, `None` when absent.
        after: The desired thing, `None` when absent.
        recorded: What the last apply left of the collection; `None` when there was no apply.
    """
    if recorded is None:
        return Origin.NEW
    return tell_origin(
        live_moved=not _stands(before, after, recorded.seen, shows),
        desired_moved=not _stands(after, before, recorded.sent, agrees),
    )


def _stands(
    value: JsonValue,
    other: JsonValue,
    items: list[JsonValue],
    equals: Callable[[JsonValue, JsonValue], bool],
) -> bool:
    """Tell whether `value` is as recorded; absence is, when nothing by the name of `other` is recorded."""
    if value is None:
        return all(_name(item) != _name(other) for item in items)
    return any(equals(item, value) for item in items)


def _name(thing: JsonValue) -> JsonValue:
    """Return what a thing is called; people are their ids."""
    return thing.get("name") if isinstance(thing, dict) else thing


def agrees(recorded_item: JsonValue, value: JsonValue) -> bool:
    """Tell whether a recorded thing and a desired one say the same where both say something."""
    match recorded_item, value:
        case dict(), dict():
            common = recorded_item.keys() & value.keys()
            return all(agrees(recorded_item[key], value[key]) for key in common)
        case list(), list():
            pairs = zip(recorded_item, value, strict=False)
            return len(recorded_item) == len(value) and all(agrees(*pair) for pair in pairs)
        case _:
            return bool(recorded_item == value)


def shows(recorded_item: JsonValue, live: JsonValue) -> bool:
    """Tell whether a live thing has all that is recorded of it: what it lacks, somebody took away."""
    match recorded_item, live:
        case dict(), dict():
            return all(key in live and shows(value, live[key]) for key, value in recorded_item.items())
        case list(), list():
            pairs = zip(recorded_item, live, strict=False)
            return len(recorded_item) == len(live) and all(shows(*pair) for pair in pairs)
        case _:
            return bool(recorded_item == live)


def tell_origin(*, live_moved: bool, desired_moved: bool) -> Origin:
    """Return the origin of a difference when something is recorded."""
    if live_moved and desired_moved:
        return Origin.BOTH
    return Origin.DRIFT if live_moved else Origin.CONFIG


def is_normalized(path: str, desired: JsonValue, live: JsonValue, recorded: RecordedGroup | None) -> bool:
    """Tell whether live is what the platform made of a value that we sent and still want."""
    value = recorded_value(recorded, path)
    return (
        value is not None
        and value.echo is not None
        and value.sent == recorded_form(path, desired)
        and value.echo == recorded_form(path, live)
    )
