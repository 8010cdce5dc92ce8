"""Files that groups name, and whether they are as they were."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from reconciler.config.files import is_below
from reconciler.config.loader import Configuration
from reconciler.config.pictures import MAX_BYTES
from reconciler.model.pictures import digest_of


def files_of_announcement(configuration: Configuration, key: str) -> Iterator[str]:
    """Yield the files that say what the announcement of a group is to say, as places below the fleet."""
    group = configuration.fleet.groups.get(key)
    if group and group.announcement:
        for shown, blocks in configuration.announcements.items():
            if blocks == group.announcement.blocks:
                yield _place(configuration.root, Path(shown))


def files_of_pictures(configuration: Configuration, digests: Iterable[str]) -> Iterator[str]:
    """Yield the files with these contents, as places below the fleet."""
    for digest in digests:
        if digest in configuration.pictures:
            yield _place(configuration.root, configuration.pictures[digest])


def _place(root: Path, path: Path) -> str:
    return Path(os.path.relpath(path.resolve(), root.resolve())).as_posix()


def digest_of_file(root: Path, place: str) -> str | None:
    """Return the digest of a file of the fleet; `None` when there is none that a group could name."""
    path = root / place
    try:
        if not is_below(root, path) or not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        return digest_of(path.read_bytes())
    except (OSError, RuntimeError, ValueError):  # links in a circle, a NUL character
        return None
