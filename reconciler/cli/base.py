"""Opens the configuration that a change is compared with: a folder, or the fleet as a revision of git has it."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from reconciler.comparing import Base
from reconciler.config import find_root, load_configuration
from reconciler.errors import ConfigurationError, Diagnostic, StateError, UsageError, text
from reconciler.model.recorded import State

_GIT_SECONDS: Final = 60


@contextmanager
def open_base(name: str, root: Path) -> Iterator[Base]:
    """Yield what a change of the fleet in `root` is compared with.

    Args:
        name: A folder, or a revision of the repository that the fleet is in.
        root: The folder of the fleet.

    Raises:
        UsageError: There is neither a folder nor a revision of that name.
    """
    # An empty name is a variable that is not set, not the folder that we are in.
    if name and Path(name).is_dir():
        yield _base_in(Path(name), name)
        return
    with tempfile.TemporaryDirectory(prefix="groupctl-base-") as folder:
        _unpack(name, root, Path(folder))
        yield _base_in(Path(folder), name)


def _base_in(folder: Path, name: str) -> Base:
    try:
        root = find_root(folder)
    except ConfigurationError:
        return Base(name, None)  # its message names the folder, which nobody knows when it is unpacked
    try:
        configuration = load_configuration(root)
    except ConfigurationError as error:
        return Base(name, None, problems=error.diagnostics)
    return Base(name, configuration, lock_file(configuration.root / configuration.state))


def lock_file(place: Path | str) -> State | None:
    """Return the state in a file; `None` where there is none that can be read, or it is kept elsewhere."""
    from reconciler.state.codec import parse_state

    try:
        return parse_state(Path(place).read_bytes(), Path(place).name)
    except (OSError, StateError):
        return None


def _unpack(revision: str, root: Path, folder: Path) -> None:
    """Unpack the folder of the fleet, as a revision has it; nothing is run of what is in there."""
    # A name that begins with a hyphen would be an option of git.
    try:
        found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except _GitError as error:
        raise UsageError(_no_such_base(revision, str(error))) from None
    try:
        packed = _git(root, "archive", "--format=tar", found.decode().strip(), ".")
    except _GitError:
        return  # that revision has no such folder
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")


def _no_such_base(name: str, why: str) -> Diagnostic:
    if why:
        # A repository of somebody else, or no git at all: nothing that could be fetched.
        return Diagnostic(
            text("No such base"),
            text("`{name}` is no folder, and git cannot look it up: {why}", name=name, why=why),
        )
    return Diagnostic(
        text("No such base"),
        text("`{name}` is neither a folder nor a revision of the repository of this fleet.", name=name),
        text("In a pipeline fetch the target branch first: `git fetch origin BRANCH`."),
    )


class _GitError(Exception):
    """Why a git command failed, in its words; empty when it has none."""


def _git(root: Path, *words: str) -> bytes:
    """Return what a git command prints."""
    try:
        done = subprocess.run(  # noqa: S603  # fixed words, and a revision that cannot be an option
            ["git", "-C", str(root), *words],  # noqa: S607  # people have their git where they want it
            check=True,
            capture_output=True,
            timeout=_GIT_SECONDS,
        )
    except subprocess.CalledProcessError as error:
        raise _GitError(error.stderr.decode(errors="replace").partition("\n")[0]) from None
    except (OSError, subprocess.SubprocessError) as error:
        raise _GitError(str(error)) from None
    return done.stdout
