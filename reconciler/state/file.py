"""The state in a local file, with a lock beside it. The lock protects one machine only."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from reconciler.errors import StateError, Text, text
from reconciler.state.backend import (
    MAX_BYTES,
    SOMEBODY,
    Conflict,
    LockHolder,
    LockLost,
    Stored,
    dump_holder,
    parse_holder,
    token_of,
    unusable,
)


class FileBackend:
    """A file that is replaced as a whole, by a rename."""

    def __init__(self, path: Path, name: str) -> None:
        """Make the backend of the file at `path`, called `name` in messages; nothing is read yet."""
        self._path = path
        self._lock = Path(f"{path}.lock")
        self._name = name

    def read(self) -> Stored | None:
        """Return what the file holds."""
        try:
            if self._path.is_fifo() or self._path.is_char_device():  # would be waited for, or never end
                raise OSError(errno.EINVAL, "Not an ordinary file")  # noqa: TRY301  told like every other
            with self._path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._failure(text("read"), error) from None
        return Stored(content, token_of(content))

    def write(self, content: bytes, expected: str | None, lock: LockHolder) -> str:
        """Write beside the file, then rename over it. That nobody comes between is due to the lock."""
        holder = self._holder()
        if holder != lock:
            raise LockLost(holder)
        stored = self.read()
        if (stored.token if stored else None) != expected:
            raise Conflict
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}.new")
        try:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
            sync_folder(self._path.parent)
        except OSError as error:
            with suppress(OSError):
                beside.unlink()
            raise self._failure(text("written"), error) from None
        return token_of(content)

    def lock(self, wanted: LockHolder) -> LockHolder:
        """Make the lock file, which only one of all who try can do."""
        try:
            with suppress(FileExistsError):  # a file in the way of the folder shows when the lock is opened
                self._lock.parent.mkdir(parents=True, exist_ok=True)
            file = self._lock.open("xb")  # O_EXCL
        except FileExistsError:
            # It may have gone meanwhile: then it was somebody's a moment ago, and the next attempt will tell.
            return self._holder() or SOMEBODY
        except OSError as error:
            raise self._failure(text("locked"), error) from None
        try:
            with file:
                file.write(dump_holder(wanted))
        except OSError as error:
            with suppress(OSError):
                self._lock.unlink()
            raise self._failure(text("locked"), error) from None
        return wanted

    def unlock(self, holder: LockHolder) -> None:
        """Remove the lock file if it is the holder's."""
        try:
            if self._holder() == holder:
                self._lock.unlink(missing_ok=True)
        except OSError as error:
            raise self._failure(text("unlocked"), error) from None

    def remove(self) -> None:
        """Remove the state of a pretend platform, whoever uses it."""
        self._path.unlink(missing_ok=True)

    def _holder(self) -> LockHolder | None:
        try:
            return parse_holder(self._lock.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._failure(text("locked"), error) from None

    def _failure(self, what: Text, error: OSError) -> StateError:
        why = error.strerror or text("I/O error")
        hint = text("Check the permissions of the folder and the space on the disk.")
        return StateError(unusable(self._name, what, why, hint))


def replace_file(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file in the place of whatever file is there, wholly or not at all.

    Args:
        path: Where.
        content: All of it.
        mode: Permissions of the new file, less what the process withholds.

    Raises:
        OSError: It cannot be written, or a folder, a pipe or a device such as `/dev/stdout` is there.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is not an ordinary file")
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make a rename durable, where folders can be opened and synchronised: Windows and some network disks cannot."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
