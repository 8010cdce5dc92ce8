"""What every place that can keep a state offers: read, write if nobody else wrote, lock, unlock."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Final, Protocol

from reconciler.errors import Diagnostic, StateError, Text, text

MAX_BYTES: Final = 64 * 1024 * 1024
"""Of a state; one of ten thousand groups has a third of it."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a backend holds."""

    content: bytes
    token: str
    """Names this version of it; opaque."""


@dataclass(frozen=True, slots=True)
class LockHolder:
    """Who holds a lock. What a backend does not keep is empty."""

    holder: str
    """`user@host`"""
    pid: int
    time: str
    """RFC 3339 in UTC."""
    command: str
    id: str = ""
    """Made anew for every lock."""


SOMEBODY: Final = LockHolder(holder="", pid=0, time="", command="")
"""Holds a lock that cannot be read, perhaps because it is just being written."""


class Backend(Protocol):
    """A place for one state. Nothing is repeated here, and nothing waits.

    Every method raises `StateError` when the place cannot be used, and its child `Unavailable` when it may be
    usable again in a moment. What was asked for may have been done all the same then.
    """

    def read(self) -> Stored | None:
        """Return what is stored; `None` when there is nothing yet."""
        ...

    def write(self, content: bytes, expected: str | None, lock: LockHolder) -> str:
        """Replace what is stored as a whole, durably, and return the token of the new version.

        Args:
            content: The new content.
            expected: Token of what is to be replaced; `None` when there must not be anything yet.
            lock: The lock under which the caller works.

        Raises:
            Conflict: Something else is stored; it was left as it is.
            LockLost: Somebody removed the lock, or took it; nothing was written.
        """
        ...

    def lock(self, wanted: LockHolder) -> LockHolder:
        """Take the lock unless somebody has it, and return who has it now: `wanted`, or somebody else."""
        ...

    def unlock(self, holder: LockHolder) -> None:
        """Remove the lock of `holder`; that of anybody else, or none at all, stays as it is."""
        ...


class Conflict(Exception):
    """Something else is stored than the writer began with."""


class LockLost(Exception):
    """The writer does not hold the lock any more; `holder` is who does, `None` when that is not known."""

    def __init__(self, holder: LockHolder | None = None) -> None:
        super().__init__(holder)
        self.holder = holder


class Unavailable(StateError):
    """The place gave no usable answer; a moment later it may."""


def token_of(content: bytes) -> str:
    """Return a token for places that have none of their own."""
    return sha256(content).hexdigest()


def dump_holder(holder: LockHolder) -> bytes:
    """Return what a lock of our own making holds."""
    return json.dumps(asdict(holder), ensure_ascii=False, indent=2).encode()


def parse_holder(content: bytes) -> LockHolder:
    """Return who is named by what a lock holds."""
    try:
        return LockHolder(**json.loads(content))
    except (ValueError, TypeError, RecursionError):
        return SOMEBODY


def unusable(name: str, what: Text, why: str, hint: Text) -> Diagnostic:
    """Return the problem of a place that could not be used.

    Args:
        name: How the state is called in messages.
        what: What could not be done with it: `read`, `written`, `locked`, `unlocked`.
        why: The reason, without a full stop.
        hint: What to do.
    """
    return Diagnostic(
        text("State cannot be used"),
        text("`{name}` could not be {what}: {why}.", name=name, what=what, why=why),
        hint,
    )
