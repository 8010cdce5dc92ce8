"""The state in a local file, with a lock beside it.

The lock protects one machine only. It does not expire by itself: a lock that stays behind tells who took
it, when and for what, and `groupctl state unlock` removes it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from reconciler.errors import Diagnostic, StateError, text
from reconciler.model.recorded import State
from reconciler.state.codec import dump_state, parse_state

_POLL_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class LockHolder:
    """Who holds a lock."""

    holder: str
    """`user@host`"""
    pid: int
    time: str
    """RFC 3339 in UTC."""
    command: str


class StateFile:
    """A state file. Reading needs no lock; `save` is for the holder of the lock."""

    def __init__(self, path: Path, name: str) -> None:
        """Make the state at `path`, called `name` in messages; nothing is read yet."""
        self._path = path
        self._name = name
        self._seen = b""
        """What the file held when we last read or wrote it; empty when it did not exist."""

    @property
    def lock_path(self) -> Path:
        """The lock file, beside the state."""
        return self._path.with_name(self._path.name + ".lock")

    def exists(self) -> bool:
        """Tell whether there is a state."""
        return self._path.exists()

    def load(self) -> State:
        """Return the state.

        Raises:
            StateError: There is none, it cannot be read, or it is damaged.
        """
        try:
            self._seen = self._path.read_bytes()
        except FileNotFoundError:
            raise StateError(_missing(self._name)) from None
        except OSError as error:
            raise StateError(_unusable(self._name, text("read"), error)) from None
        return parse_state(self._seen, self._name)

    def create(self, state: State) -> None:
        """Write the first state.

        Raises:
            StateError: There is one already, or it cannot be written.
        """
        if self.exists():
            raise StateError(
                Diagnostic(
                    text("State exists already"),
                    text("`{name}` is there; a new state would lose its bindings.", name=self._name),
                    text("Nothing needs to be done."),
                )
            )
        self._replace(dump_state(state).encode())

    def save(self, state: State) -> State:
        """Write `state` beside the old one, then rename it over; return it with its new serial.

        Raises:
            StateError: Somebody else wrote since it was loaded, or the file cannot be written.
        """
        saved = state.model_copy(update={"serial": state.serial + 1})
        if self._current() != self._seen:
            raise StateError(
                Diagnostic(
                    text("State was changed by somebody else"),
                    text(
                        "`{name}` is not what this run began with; it was not overwritten.", name=self._name
                    ),
                    text("Run `groupctl plan` again to see how things stand."),
                )
            )
        self._replace(dump_state(saved).encode())
        return saved

    def remove(self) -> None:
        """Remove the state; for pretend platforms only."""
        self._path.unlink(missing_ok=True)

    def _current(self) -> bytes:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise StateError(_unusable(self._name, text("read"), error)) from None

    def _replace(self, content: bytes) -> None:
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}.new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
            _sync_folder(self._path.parent)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise StateError(_unusable(self._name, text("written"), error)) from None
        self._seen = content

    @contextmanager
    def locked(
        self, holder: LockHolder, timeout: float = 0.0, sleep: Callable[[float], None] = time.sleep
    ) -> Iterator[None]:
        """Hold the lock while the block runs.

        Args:
            holder: Written into the lock for others to see.
            timeout: Seconds to wait for somebody else's lock.
            sleep: Waits between two attempts.

        Raises:
            StateError: Somebody else holds the lock, or it cannot be written.
        """
        self._take(holder, timeout, sleep)
        try:
            yield
        finally:
            # Somebody may have removed our lock, and somebody else have taken theirs.
            if self.holder() == holder:
                self.unlock()

    def _take(self, holder: LockHolder, timeout: float, sleep: Callable[[float], None]) -> None:
        content = json.dumps(asdict(holder), ensure_ascii=False, indent=2).encode()
        waited = 0.0
        while not self._try(content):
            if waited >= timeout:
                raise StateError(_locked(self._name, self.holder()))
            sleep(_POLL_SECONDS)
            waited += _POLL_SECONDS

    def _try(self, content: bytes) -> bool:
        try:
            with suppress(FileExistsError):  # a file in the way of the folder shows when the lock is opened
                self.lock_path.parent.mkdir(parents=True, exist_ok=True)
            file = self.lock_path.open("xb")  # O_EXCL: one of all who try succeeds
        except FileExistsError:
            return False
        except OSError as error:
            raise StateError(_unusable(self._name, text("locked"), error)) from None
        try:
            with file:
                file.write(content)
        except OSError as error:
            self.unlock()
            raise StateError(_unusable(self._name, text("locked"), error)) from None
        return True

    def holder(self) -> LockHolder | None:
        """Return who holds the lock; `None` when nobody does or the lock is still being written."""
        try:
            return LockHolder(**json.loads(self.lock_path.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def is_locked(self) -> bool:
        """Tell whether somebody holds the lock."""
        return self.lock_path.exists()

    def unlock(self) -> None:
        """Remove the lock, whoever holds it."""
        self.lock_path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make a rename durable, where folders can be opened and synchronised: Windows and some network disks cannot."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


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


def _unusable(name: str, what: str, error: OSError) -> Diagnostic:
    return Diagnostic(
        text("State cannot be used"),
        text("`{name}` could not be {what}: {why}.", name=name, what=what, why=error.strerror or "I/O error"),
        text("Check the permissions of the folder and the space on the disk."),
    )


def _locked(name: str, holder: LockHolder | None) -> Diagnostic:
    who = (
        text(
            "{holder} (process {pid}) has held the lock since {time} for `{command}`.",
            holder=holder.holder,
            pid=holder.pid,
            time=holder.time,
            command=holder.command,
        )
        if holder
        else text("Somebody holds the lock.")
    )
    return Diagnostic(
        text("State is locked"),
        text("`{name}` is in use: {who}", name=name, who=who),
        text("Wait for it with `--lock-timeout SECONDS`. If that run is dead, run `groupctl state unlock`."),
    )
