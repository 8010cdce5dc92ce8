"""The state for everybody who uses it: read and written through a backend, under its lock."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import stamina
import stamina.instrumentation

from reconciler.errors import Diagnostic, StateError, Text, text
from reconciler.model.recorded import State
from reconciler.state.backend import Backend, Conflict, LockHolder, LockLost, Stored, Unavailable
from reconciler.state.codec import dump_state, parse_state

ATTEMPTS: Final = 4
"""With waits of about 0.5, 1 and 2 s: while a state is written everything else in the run stands still."""
FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
"""Seconds between two looks at a lock that somebody else holds."""

_logger: Final = logging.getLogger("reconciler.state")

# stamina reports every repeat to logging, structlog or Prometheus by itself; nobody needs to know of ours.
stamina.instrumentation.set_on_retry_hooks([])


class Store:
    """A state in its place. Reading needs no lock; `create` and `save` are for the holder of the lock."""

    def __init__(self, backend: Backend, name: str, sleep: Callable[[float], None] = time.sleep) -> None:
        """Make the store of a backend; nothing is read yet.

        Args:
            backend: Keeps the state.
            name: How the state is called in messages.
            sleep: Waits between two looks at a lock.
        """
        self._backend = backend
        self._name = name
        self._sleep = sleep
        self._token: str | None = None
        """Of what was stored when we last read or wrote it; `None` when there was nothing."""
        self._lock: LockHolder | None = None
        """Ours, while we hold it."""
        self._repeat = stamina.RetryingCaller(attempts=ATTEMPTS, wait_initial=0.5).on(Unavailable)

    def exists(self) -> bool:
        """Tell whether there is a state.

        Raises:
            StateError: It cannot be told.
        """
        return self._read() is not None

    def load(self) -> State:
        """Return the state.

        Raises:
            StateError: There is none, it cannot be read, or it is damaged.
        """
        stored = self._read()
        if stored is None:
            raise StateError(_missing(self._name))
        self._token = stored.token
        return parse_state(stored.content, self._name)

    def create(self, state: State) -> None:
        """Write the first state.

        Raises:
            StateError: There is one already, or it cannot be written.
        """
        self._token = None
        self._write(state, _existing(self._name))

    def save(self, state: State) -> State:
        """Write `state` durably and return it with its new serial.

        Raises:
            StateError: Somebody else wrote since it was loaded, the lock is lost, or it cannot be written.
        """
        saved = state.model_copy(update={"serial": state.serial + 1})
        self._write(saved, _changed(self._name))
        return saved

    @contextmanager
    def locked(self, holder: LockHolder, timeout: float = 0.0) -> Iterator[None]:
        """Hold the lock while the block runs.

        Args:
            holder: Written into the lock for others to see.
            timeout: Seconds to wait for somebody else's lock.

        Raises:
            StateError: Somebody else holds the lock, or it cannot be taken.
        """
        self._take(holder, timeout)
        self._lock = holder
        try:
            yield
        finally:
            self._lock = None
            self._leave(holder)

    def holder(self, asking: LockHolder) -> LockHolder | None:
        """Return who holds the lock, `None` when nobody does.

        Takes the lock for a moment, because not every backend tells it otherwise.

        Args:
            asking: Who wants to know.

        Raises:
            StateError: It cannot be told.
        """
        found = self._repeat(self._backend.lock, asking)
        if found != asking:
            return found
        self.unlock(asking)
        return None

    def unlock(self, holder: LockHolder) -> None:
        """Remove the lock of `holder`.

        Raises:
            StateError: It cannot be removed.
        """
        self._repeat(self._backend.unlock, holder)

    def _read(self) -> Stored | None:
        return self._repeat(self._backend.read)

    def _write(self, state: State, conflict: Diagnostic) -> None:
        assert self._lock, "whoever writes holds the lock"
        try:
            self._token = self._repeat(self._write_once, dump_state(state).encode(), self._lock)
        except Conflict:
            raise StateError(conflict) from None
        except LockLost as lost:
            raise StateError(_lock_lost(self._name, lost.holder)) from None

    def _write_once(self, content: bytes, lock: LockHolder) -> str:
        """Write, or find that an attempt before this one did, whose answer was lost."""
        try:
            return self._backend.write(content, self._token, lock)
        except Conflict:
            stored = self._backend.read()
            if stored and stored.content == content:
                return stored.token
            raise

    def _take(self, wanted: LockHolder, timeout: float) -> None:
        waited, pause = 0.0, FIRST_PAUSE
        while (found := self._repeat(self._backend.lock, wanted)) != wanted:
            if waited >= timeout:
                raise StateError(_locked(self._name, found))
            pause = min(pause, timeout - waited)
            self._sleep(pause)
            waited += pause
            pause = min(2 * pause, LONGEST_PAUSE)

    def _leave(self, holder: LockHolder) -> None:
        """Remove our lock. Where that fails, all that the run did is done nevertheless."""
        try:
            self.unlock(holder)
        except StateError as error:
            _logger.warning("The lock stays behind; `groupctl state unlock` removes it. %s", error)


def told_holder(holder: LockHolder) -> Text:
    """Return who holds a lock, since when and for what, as far as that is known."""
    if not holder.holder:
        return text("somebody unknown")
    if not holder.command:
        return text("{holder} since {time}", holder=_who(holder), time=holder.time)
    return text(
        "{holder} since {time} for `{command}`",
        holder=_who(holder),
        time=holder.time,
        command=holder.command,
    )


def _who(holder: LockHolder) -> str:
    if not holder.pid:
        return holder.holder
    return text("{holder} (process {pid})", holder=holder.holder, pid=holder.pid)


def _missing(name: str) -> Diagnostic:
    return Diagnostic(
        text("State is missing"),
        text(
            "There is no `{name}`. Without it nothing tells which groups exist already, and every group "
            "would be created a second time.",
            name=name,
        ),
        text(
            "If this fleet was never applied, run `groupctl state init`. If it was, restore the file, or "
            "set `chat_id:` for the groups that exist."
        ),
    )


def _existing(name: str) -> Diagnostic:
    return Diagnostic(
        text("State exists already"),
        text("`{name}` is there; a new state would lose its bindings.", name=name),
        text("Nothing needs to be done."),
    )


def _changed(name: str) -> Diagnostic:
    return Diagnostic(
        text("State was changed by somebody else"),
        text("`{name}` is not what this run began with; it was not overwritten.", name=name),
        text("Run `groupctl plan` again to see how things stand."),
    )


def _lock_lost(name: str, holder: LockHolder | None) -> Diagnostic:
    now = (
        text("The lock is held by {who} now.", who=told_holder(holder))
        if holder
        else text("Somebody removed it.")
    )
    return Diagnostic(
        text("Lock of the state was lost"),
        text(
            "This run does not hold the lock of `{name}` any more: {now} Nothing more was written.",
            name=name,
            now=now,
        ),
        text("When nobody else is at work, run `groupctl plan` to see how things stand."),
    )


def _locked(name: str, holder: LockHolder) -> Diagnostic:
    return Diagnostic(
        text("State is locked"),
        text("`{name}` is in use: the lock is held by {who}.", name=name, who=told_holder(holder)),
        text("Wait for it with `--lock-timeout SECONDS`. If that run is dead, run `groupctl state unlock`."),
    )
