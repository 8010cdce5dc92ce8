"""Which files make up a fleet.

A fleet is the folder with a `groupctl.yaml`. Its `groups` globs find the other files. As in a shell, `*`, `?` and
`**` never match a name that begins with `.`, and here also none that begins with `_`; a pattern that writes the
first character does. Never found are settings files, the emulator scenario, and whatever lies in a folder with a
`groupctl.yaml` of its own, which is another fleet.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from reconciler.config.problems import Problems
from reconciler.errors import ConfigurationError, Diagnostic, Source, Text, text

SETTINGS_FILE: Final = "groupctl.yaml"
DEFAULT_GLOBS: Final = ("**/*.yaml",)
_ANY_FOLDERS: Final = "**"
_HIDDEN: Final = (".", "_")
_NAMED_FILE: Final = text("Paths begin at the YAML file that names them.")


class Glob(NamedTuple):
    """A pattern of `groups` and where it stands."""

    pattern: str
    source: Source


def find_root(start: Path) -> Path:
    """Return the folder of the fleet that `start` is.

    Raises:
        ConfigurationError: The folder has no `groupctl.yaml`.
    """
    if (start / SETTINGS_FILE).is_file():
        return start
    raise ConfigurationError(
        Diagnostic(
            text("No fleet here"),
            text("The folder {folder} has no `{file}`.", folder=start, file=SETTINGS_FILE),
            text("Change to the folder of the fleet (`-C FOLDER`), or begin a new one:\n    groupctl init"),
        )
    )


def find_files(
    root: Path,
    globs: Sequence[Glob],
    excluded: frozenset[Path],
    problems: Problems,
    planned: Iterable[PurePosixPath] = (),
) -> tuple[PurePosixPath, ...]:
    """Return the group files of a fleet, relative to `root`, in the order of their names.

    Args:
        root: Folder of the fleet.
        globs: Patterns relative to `root`.
        excluded: Resolved paths that are never group files.
        problems: Takes globs that match nothing and files that are really elsewhere.
        planned: Files that are about to be written, relative to `root`.
    """
    hidden_too = any(part.startswith(_HIDDEN) for glob in globs for part in PurePosixPath(glob.pattern).parts)
    written = {path for path in planned if path.name != SETTINGS_FILE}
    candidates = sorted({*_walk(root, hidden_too=hidden_too), *written})
    found: set[PurePosixPath] = set()
    for glob in globs:
        pattern = PurePosixPath(glob.pattern).parts
        if glob.pattern.startswith("/") or ".." in pattern:
            problems.error(
                text("Path outside the fleet"),
                text("`{pattern}` leads out of the folder of the fleet.", pattern=glob.pattern),
                hint=text("Write a pattern relative to `groupctl.yaml`, without `..`."),
                source=glob.source,
            )
            continue
        once = [
            part
            for before, part in pairwise(("", *pattern))
            if (before, part) != (_ANY_FOLDERS, _ANY_FOLDERS)
        ]
        matches = {path for path in candidates if _matches(path.parts, once)}
        matches = {path for path in matches if real_path(root / path) not in excluded}
        if not matches:
            problems.error(
                text("No matching files"),
                text("`{pattern}` matches no file of the fleet.", pattern=glob.pattern),
                hint=text(
                    "Names that begin with `.` or `_` match only where the pattern writes that character. "
                    "Folders with a `groupctl.yaml` of their own are other fleets."
                ),
                source=glob.source,
            )
        found |= matches
    return tuple(_inside(root, sorted(found), problems))


def is_below(root: Path, path: Path) -> bool:
    """Tell whether `path`, with all links resolved, is inside `root`."""
    return real_path(path).is_relative_to(real_path(root))


def real_path(path: Path) -> Path:
    """Return a path with all links resolved; links in a circle and names that are too long stay as they are."""
    return Path(os.path.realpath(path))


def find_named_file(
    root: Path, written: str, source: Source, where: str, problems: Problems, hint: Text = _NAMED_FILE
) -> Path | None:
    """Return the file that a YAML file names; `None` when it may not be used or is none.

    Args:
        root: Folder of the fleet; with all links resolved the file has to be below it.
        written: The path as seen from the YAML file.
        source: Where it is written.
        where: Address of what names it, for messages.
        problems: Takes everything that is wrong.
        hint: What to tell people when there is no such file.
    """
    path = Path(source.file).parent / written
    try:
        below, exists = is_below(root, path), path.is_file()
    except OSError:  # far too long
        below, exists = True, False
    if not below:
        problems.error(
            text("Path outside the fleet"),
            text("`{path}` leads out of the folder of the fleet.", path=written),
            hint=text("Put the file into the folder of the fleet or below it."),
            address=where,
            source=source,
        )
        return None
    if not exists:
        problems.error(
            text("File missing"),
            text("There is no file `{path}`.", path=Path(os.path.normpath(path)).as_posix()),
            hint=hint,
            address=where,
            source=source,
        )
        return None
    return real_path(path)


def _inside(root: Path, paths: Sequence[PurePosixPath], problems: Problems) -> Iterator[PurePosixPath]:
    """Yield the files that really are below `root`, each one once even when links lead to it."""
    seen: set[Path] = set()
    for path in paths:
        real = real_path(root / path)
        if not is_below(root, real):
            problems.error(
                text("Path outside the fleet"),
                text("This file is a link that leads out of the folder of the fleet."),
                hint=text("Replace the link by the file."),
                source=Source((root / path).as_posix(), 1, 1),
            )
        elif real not in seen:
            seen.add(real)
            yield path


def _walk(root: Path, *, hidden_too: bool) -> Iterator[PurePosixPath]:
    """Yield all files of this fleet but settings files, without following links to folders."""
    for folder, subfolders, files in os.walk(root):
        if not hidden_too:
            subfolders[:] = [name for name in subfolders if not name.startswith(_HIDDEN)]
        here = Path(folder)
        if here != root and SETTINGS_FILE in files:
            subfolders.clear()
            continue
        relative = PurePosixPath(here.relative_to(root).as_posix())
        yield from (relative / name for name in files if name != SETTINGS_FILE)


def _matches(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Tell whether a path fits, looking at all places of the pattern at once: trying them one by one is exponential."""
    places = _reached(pattern, {0})
    for part in parts:
        places = _reached(pattern, {after for place in places for after in _behind(part, pattern, place)})
    return len(pattern) in places


def _reached(pattern: Sequence[str], places: set[int]) -> set[int]:
    """Return places and those behind a `**`, which may stand for nothing; the last one stands for something."""
    last = len(pattern) - 1
    return places | {place + 1 for place in places if place < last and pattern[place] == _ANY_FOLDERS}


def _behind(part: str, pattern: Sequence[str], place: int) -> Iterator[int]:
    """Yield where the pattern goes on behind a part."""
    if place == len(pattern):
        return
    if pattern[place] != _ANY_FOLDERS:
        if _name_matches(part, pattern[place]):
            yield place + 1
    elif not part.startswith(_HIDDEN):
        yield place
        if place == len(pattern) - 1:
            yield place + 1


def _name_matches(name: str, pattern: str) -> bool:
    if name.startswith(_HIDDEN) and not pattern.startswith(name[0]):
        return False
    return _compiled(pattern).match(name) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))
