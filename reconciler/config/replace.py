"""Writing files of the fleet: whole files, all of them checked before the first is touched."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from reconciler.config.files import is_below
from reconciler.errors import ConfigurationError, Diagnostic, Source, text

_BYTE_ORDER_MARK: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file of the fleet as it is and as it is to be."""

    path: PurePosixPath
    """Below the folder of the fleet."""
    before: str
    """Empty for a file that does not exist yet."""
    after: str


def read_group_file(root: Path, path: PurePosixPath) -> str:
    """Return the text of a file that was read before, and an empty one for a file that does not exist.

    Raises:
        ConfigurationError: The file is really elsewhere, or holds no UTF-8.
    """
    require_below(root, path)
    place = root / path
    try:
        return place.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise ConfigurationError(
            Diagnostic(
                text("Not UTF-8"),
                text("The file holds bytes that are not part of a UTF-8 text."),
                text("Save the file with the encoding UTF-8."),
                source=Source(place.as_posix(), 1, 1),
            )
        ) from None


def require_below(root: Path, path: PurePosixPath) -> None:
    """Refuse the path of a file that is not below the folder of the fleet, with all links resolved.

    Raises:
        ConfigurationError: It is not.
    """
    if path.is_absolute() or not is_below(root, root / path):
        raise ConfigurationError(
            Diagnostic(
                text("Path outside the fleet"),
                text("`{file}` is not in the folder of the fleet.", file=path),
                text("Write a path relative to `groupctl.yaml`, without `..`."),
            )
        )


def without_mark(content: str) -> tuple[str, str]:
    """Return the byte order mark of a file, usually none, and the text behind it."""
    text_of = content.removeprefix(_BYTE_ORDER_MARK)
    return content[: len(content) - len(text_of)], text_of


def replace_files(root: Path, changes: Sequence[FileChange]) -> None:
    """Write files beside the old ones, then rename them over; a link stays, and what it leads to is replaced.

    Args:
        root: Folder of the fleet.
        changes: In the order in which they are to happen.

    Raises:
        ConfigurationError: Somebody changed a file since it was read; all are left as they are.
        OSError: A file cannot be written.
    """
    for change in changes:
        if read_group_file(root, change.path) != change.before:
            raise ConfigurationError(
                Diagnostic(
                    text("File was changed by somebody else"),
                    text("The file is not what this run began with; it was not overwritten."),
                    text("Run the command again."),
                    source=Source((root / change.path).as_posix(), 1, 1),
                )
            )
    for change in changes:
        _replace((root / change.path).resolve(), change.after.encode())


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            beside.chmod(path.stat().st_mode)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
