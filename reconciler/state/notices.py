"""What was told of drift, to whom: a small file of digests, so that nobody is told the same twice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError

from reconciler.errors import Diagnostic, NoticeError, Text, text
from reconciler.model.base import Frozen
from reconciler.plan.canonical import canonical_json
from reconciler.state.file import replace_file

NOTICES_VERSION: Final = 1
_MAX_BYTES: Final = 16 * 1024 * 1024
"""Of a file; a hundred bytes per group that drifted."""
_MODE: Final = 0o600


class Notice(Frozen):
    """What one target was told of one fleet."""

    fleet: str
    endpoint: str
    target: str
    """`chat:oc_…` or `webhook:NAME`."""
    groups: dict[str, str]
    """Digests of their drift, by key."""


class Notices(Frozen):
    """All that was told."""

    format_version: Literal[1] = NOTICES_VERSION
    notices: tuple[Notice, ...] = ()

    def told(self, fleet: str, endpoint: str, target: str) -> dict[str, str]:
        """Return what a target was told of a fleet; nothing if it never was."""
        found = (each.groups for each in self.notices if _place(each) == (fleet, endpoint, target))
        return next(found, {})

    def with_told(self, fleet: str, endpoint: str, target: str, groups: Mapping[str, str]) -> Notices:
        """Return the same, with what a target is told now."""
        notice = Notice(fleet=fleet, endpoint=endpoint, target=target, groups=dict(groups))
        others = (each for each in self.notices if _place(each) != _place(notice))
        return Notices(notices=tuple(sorted((*others, notice), key=_place)))


def _place(notice: Notice) -> tuple[str, str, str]:
    return notice.fleet, notice.endpoint, notice.target


def read_notices(path: Path) -> Notices:
    """Return what the file at `path` holds; nothing when there is none.

    Raises:
        NoticeError: It cannot be read, or holds something else.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        return Notices()
    except OSError as error:
        raise _unusable(path, error.strerror or text("I/O error")) from None
    try:
        return Notices.model_validate_json(content)
    except (ValidationError, RecursionError):
        raise _unusable(path, text("it does not hold what was told before")) from None


def write_notices(path: Path, notices: Notices) -> None:
    """Write a file, wholly or not at all, and the folder that it is in.

    Raises:
        NoticeError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, canonical_json(notices.model_dump()) + b"\n", mode=_MODE)
    except OSError as error:
        raise _unusable(path, error.strerror or text("I/O error")) from None


def _unusable(path: Path, why: str | Text) -> NoticeError:
    return NoticeError(
        Diagnostic(
            text("Told drift cannot be remembered"),
            text("`{file}`: {why}. What was told already may be told again.", file=path, why=why),
            text("Check the permissions of the folder, or choose another file with `--notify-state`."),
        )
    )
