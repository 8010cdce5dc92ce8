"""Keeps the state up to date while a plan is performed.

Intents are durable before the first create; chat ids follow within a second or 20 of them, everything else
within a second. When a write fails nothing more is recorded, and the runner starts no further create.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, Self

from reconciler.apply.ports import Clock, StateStore
from reconciler.errors import StateError
from reconciler.model.recorded import Intent, RecordedGroup, State, Tombstone

FLUSH_SECONDS: Final = 1.0
FLUSH_COUNT: Final = 20
"""New chats that are at most known to nobody but us. Other changes do not count: every write holds the whole
state, so that many small ones would take quadratic time."""


class Recorder:
    """The state of a run: changed in memory at once, on disk soon.

    Use as an asynchronous context manager; leaving it writes what is left.
    """

    def __init__(self, state: State, store: StateStore, clock: Clock) -> None:
        self._state = state
        self._store = store
        self._clock = clock
        self._groups = dict(state.groups)
        self._intents = dict(state.intents)
        self._tombstones = dict(state.tombstones)
        self._begun: set[str] = set()
        """Keys whose intents are of this run."""
        self._new_chats = 0
        self._changed = asyncio.Event()
        self._full = asyncio.Event()
        self._flusher: asyncio.Task[None] | None = None
        self.failure: StateError | None = None
        """Why the state could not be written; nothing more is written then."""

    async def __aenter__(self) -> Self:
        self._flusher = asyncio.create_task(self._flush_regularly())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._flusher
        self._flusher.cancel()
        with suppress(asyncio.CancelledError):
            await self._flusher
        if self._changed.is_set():
            self._write()

    @property
    def state(self) -> State:
        """The state as it stands in memory."""
        return self._state.model_copy(
            update={
                "groups": dict(sorted(self._groups.items())),
                "intents": dict(sorted(self._intents.items())),
                "tombstones": dict(sorted(self._tombstones.items())),
            }
        )

    def bind_tenant(self, app_id: str, tenant_key: str) -> None:
        """Remember whose groups these are; a state belongs to one app in one tenant for ever."""
        bound = self._state.model_copy(
            update={"app_id": app_id, "tenant_key": tenant_key or self._state.tenant_key}
        )
        if bound != self._state:
            self._state = bound
            self._changed.set()

    def intend(self, intents: Mapping[str, Intent]) -> None:
        """Make all intents durable in one write, before the first create.

        Raises:
            StateError: They could not be written; nothing may be created.
        """
        self._intents.update(intents)
        self._begun.update(intents)
        self._write()
        if self.failure:
            raise self.failure

    def withdraw(self, key: str) -> None:
        """Remove the intent of a create that certainly made nothing; one of an earlier run stays."""
        if key in self._begun and self._intents.pop(key, None):
            self._changed.set()

    def put(self, key: str, group: RecordedGroup) -> None:
        """Remember a bound group; ends its intent and its tombstone. Equal to what is known: no write."""
        is_new = key not in self._groups
        if not is_new and self._groups[key] == group:
            return
        self._groups[key] = group
        self._intents.pop(key, None)
        self._tombstones.pop(key, None)
        self._changed.set()
        self._new_chats += is_new
        if self._new_chats >= FLUSH_COUNT:
            self._full.set()

    def forget(self, key: str) -> None:
        """Stop managing a key, leaving a tombstone."""
        self._tombstones[key] = Tombstone(time=self._clock.now(), group=self._groups.pop(key))
        self._changed.set()

    async def _flush_regularly(self) -> None:
        while True:
            await self._changed.wait()
            # Not wait_for: in Python 3.11 it swallows a cancellation that meets a finished wait.
            with suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_SECONDS):
                    await self._full.wait()
            self._write()

    def _write(self) -> None:
        self._changed.clear()
        self._full.clear()
        self._new_chats = 0
        if self.failure:
            return
        try:
            self._state = self._store.save(self.state)
        except StateError as error:
            self.failure = error
