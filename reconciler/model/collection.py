"""Lists with a mode: what an unlisted live thing means."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Generic, TypeVar

from reconciler.model.base import Frozen

T = TypeVar("T")


class Mode(StrEnum):
    """What happens to live things that the configuration does not list."""

    EXACT = "exact"
    """They go, unless `keep` names them."""
    ADDITIVE = "additive"
    """They stay, unless recorded says that we added them."""


class Collection(Frozen, Generic[T]):
    """A managed list; an empty one is managed and empty."""

    mode: Mode
    items: tuple[T, ...] = ()
    keep: tuple[str, ...] = ()
    """Names or ids that are never removed and never added. Only with `exact`."""
    spared: bool = False
    """Whether `keep` also holds what would go otherwise (`--no-removals`)."""


def keeps(collection: Collection[T], names: Iterable[str | None], recorded_names: Iterable[str]) -> bool:
    """Tell whether an unlisted live thing stays.

    Args:
        collection: The managed list that does not hold the thing.
        names: What the thing is called: its name, its id, or both.
        recorded_names: Names that recorded says we put there; they decide for `additive` lists.
    """
    called = frozenset(names)
    if not called.isdisjoint(collection.keep):
        return True
    return collection.mode is Mode.ADDITIVE and called.isdisjoint(recorded_names)
