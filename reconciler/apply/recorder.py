"""Keeps the state up to date while a plan is performed.

Intents are durable before the first create; chat ids follow within a second or 20 of them, everything else
within a second. When a write fails nothing more is recorded, and the runner starts no further create.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final, Self

from reconciler.apply.ports import Clock, StateStore
from reconciler.errors import StateError
from reconciler.model.pictures import Images
from reconciler.model.recorded import Intent, RecordedGroup, State, Tombstone

FLUSH_SECONDS: Final = 1.0
FLUSH_COUNT: Final = 20
"""New chats that are at most known to nobody but us. Other changes do not count: every write holds the whole
state, so that many small ones would take quadratic time."""


class Recorder:
    """The state of a run: changed in memory at once, on disk soon.

    Use as a context manager inside an event loop; leaving it writes what is left.
    """

    def __init__(self, state: State, store: StateStore, clock: Clock) -> None:
        self._state = state
        self._store = store
        self._clock = clock
        self._groups = dict(state.groups)
        self._intents = dict(state.intents)
        self._tombstones = dict(state.tombstones)
        self._images = dict(state.images)
        self._holders = {group.chat_id: key for key, group in state.groups.items()}
        self._begun: set[str] = set()
        """Keys whose intents are of this run."""
        self._new_chats = 0
        self._timer: asyncio.TimerHandle | None = None
        """Runs while there is something to write."""
        self.failure: StateError | None = None
        """Why the state could not be written; nothing more is written then."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer:
            self._write()

    @property
    def state(self) -> State:
        """The state as it stands in memory."""
        return self._state.model_copy(
            update={
                "groups": dict(sorted(self._groups.items())),
                "intents": dict(sorted(self._intents.items())),
                "tombstones": dict(sorted(self._tombstones.items())),
                "images": dict(sorted(self._images.items())),
            }
        )

    @property
    def now(self) -> float:
        """The time, in seconds since 1970."""
        return self._clock.now()

    def bind_tenant(self, app_id: str, tenant_key: str) -> None:
        """Remember whose groups these are; a state belongs to one app in one tenant for ever."""
        bound = self._state.model_copy(
            update={"app_id": app_id, "tenant_key": tenant_key or self._state.tenant_key}
        )
        if bound != self._state:
            self._state = bound
            self._write_soon()

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

    def intent(self, key: str) -> Intent:
        """Return the intent of a create that is not done yet."""
        return self._intents[key]

    def withdraw(self, key: str) -> None:
        """Remove the intent of a create that certainly made nothing; one of an earlier run stays."""
        if key in self._begun:
            self._begun.remove(key)
            del self._intents[key]
            self._write_soon()

    def holder(self, chat_id: str) -> str | None:
        """Return the key that a chat is bound to; `None` when it is bound to none."""
        return self._holders.get(chat_id)

    def put(self, key: str, group: RecordedGroup) -> None:
        """Remember a bound group; ends its intent and its tombstone. Equal to what is known: no write."""
        is_new = key not in self._groups
        if not is_new and self._groups[key] == group:
            return
        self._groups[key] = group
        self._holders[group.chat_id] = key
        self._intents.pop(key, None)
        self._begun.discard(key)
        self._tombstones.pop(key, None)
        self._new_chats += is_new
        if self._new_chats >= FLUSH_COUNT:
            self._write()
        else:
            self._write_soon()

    def rename(self, old: str, new: str) -> None:
        """Know what is known of `old` by the key `new`."""
        for known in (self._groups, self._intents, self._tombstones):
            if old in known:
                known[new] = known.pop(old)  # type: ignore[assignment]  # the same one it came from
        if new in self._groups:
            self._holders[self._groups[new].chat_id] = new
            self._tombstones.pop(new, None)
        self._write_soon()

    def forget(self, key: str, *, gone: bool = False) -> None:
        """Stop managing a key, leaving a tombstone; with the chat `gone` a later one gets a new chat."""
        group = self._groups.pop(key)
        self._holders.pop(group.chat_id, None)
        self._tombstones[key] = Tombstone(time=self._clock.now(), group=group, abandoned=gone)
        self._write_soon()

    @property
    def images(self) -> Images:
        """Image keys of uploaded files."""
        return self._images

    def keep_image(self, name: str, key: str) -> None:
        """Remember which image key came of an upload."""
        self._images[name] = key
        self._write_soon()

    def drop_images(self, names: Iterable[str]) -> None:
        """Forget image keys that are of no use."""
        for name in list(names):
            del self._images[name]
            self._write_soon()

    def _write_soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._write)

    def _write(self) -> None:
        if not self.failure:
            try:
                self._state = self._store.save(self.state)
            except StateError as error:
                self.failure = error
        self._new_chats = 0
        if self._timer:
            self._timer.cancel()
            self._timer = None
