"""Journals of runs: JSON Lines, a file per run, the newest hundred of them."""

from __future__ import annotations

import json
import os
import re
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from reconciler.errors import Diagnostic, JournalError, UsageError, text
from reconciler.plan.journal import JOURNAL_VERSION, Event, Record, RunBegan, StepEnded
from reconciler.state.file import sync_folder

KEPT: Final = 100
"""Journals that are kept."""
LATEST: Final = "latest"

_SUFFIX: Final = ".jsonl"
_NAME: Final = re.compile(r"\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{6}")
"""UTC to the millisecond, for one run can follow another within a second; then what tells runs of one moment apart."""
_LARGEST: Final = 200_000_000
"""Bytes of a journal that is shown; a larger one is for programs that read line by line."""
_EVENT: Final[TypeAdapter[Event]] = TypeAdapter(Event)


class JournalFile:
    """Writes the journal of one run into a folder; the file begins with the first event."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path: Path | None = None

    def write(self, event: Event) -> None:
        """Append an event. On disk is, when this returns, all but the end of steps.

        Their end follows with the next event: one `fsync` per step is what a run can afford.

        Raises:
            JournalError: It could not be written.
        """
        line = json.dumps(event.model_dump(), ensure_ascii=False, default=sorted) + "\n"
        try:
            if self._path is None:
                self._path = self._begin(event.time)
            # Of half a surrogate pair, which a hostile text may hold, no UTF-8 can be made.
            _append(
                self._path,
                line.encode(errors="replace"),
                is_durable=not isinstance(event, StepEnded),
            )
        except OSError as error:
            raise JournalError(_unwritable(self._folder, error)) from None

    def _begin(self, time: float) -> Path:
        """Make an empty journal, for our eyes only, and remove the oldest ones."""
        self._folder.mkdir(parents=True, exist_ok=True)
        ignored = self._folder / ".gitignore"
        if not ignored.exists():
            ignored.write_text("*\n", encoding="utf-8")
        started = datetime.fromtimestamp(time, tz=UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3]
        path = self._folder / f"{started}Z-{secrets.token_hex(3)}{_SUFFIX}"
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        sync_folder(self._folder)
        for name in list_journals(self._folder)[:-KEPT]:
            with suppress(OSError):  # somebody else removed it, or may and we may not
                (self._folder / f"{name}{_SUFFIX}").unlink()
        return path


def _append(path: Path, line: bytes, *, is_durable: bool) -> None:
    # Never made anew: a journal that somebody removes in the middle of its run is a broken one.
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        while line:
            line = line[os.write(descriptor, line) :]
        if is_durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def list_journals(folder: Path) -> list[str]:
    """Return the names of the journals in a folder, oldest first; none when it cannot be read."""
    try:
        names = [path.stem for path in folder.iterdir() if path.suffix == _SUFFIX]
    except OSError:
        return []
    return sorted(name for name in names if _NAME.fullmatch(name))


def read_journal(folder: Path, run: str) -> Record:
    """Return a journal.

    Args:
        folder: Where the journals are.
        run: A name, the beginning of one, or `latest`.

    Raises:
        UsageError: There is no such journal.
        JournalError: It cannot be read.
    """
    names = list_journals(folder)
    found = names[-1:] if run == LATEST else [name for name in names if name.startswith(run)]
    if len(found) != 1:
        raise UsageError(_no_such(run, len(found)))
    path = folder / f"{found[0]}{_SUFFIX}"
    try:
        if path.stat().st_size > _LARGEST:
            raise JournalError(_unreadable(path, text("it is larger than 200 MB")))
        content = path.read_bytes()
    except OSError as error:
        raise JournalError(_unreadable(path, error.strerror or text("I/O error"))) from None
    return _parse(path, found[0], content)


def _parse(path: Path, name: str, content: bytes) -> Record:
    *lines, rest = content.split(b"\n")
    events = []
    for number, line in enumerate(lines, 1):
        try:
            events.append(_EVENT.validate_json(line))
        except ValidationError:
            why = text("line {number} is no event of format {known}", number=number, known=JOURNAL_VERSION)
            raise JournalError(_unreadable(path, why)) from None
    if events and not isinstance(events[0], RunBegan):
        raise JournalError(_unreadable(path, text("its beginning is missing")))
    # What a killed run leaves behind is part of a line, or a line that is not closed.
    return Record(run=name, events=tuple(events), torn=bool(rest))


def _no_such(run: str, found: int) -> Diagnostic:
    return Diagnostic(
        text("No such journal"),
        text("`{run}` is the name of {found} journals.", run=run, found=found)
        if run != LATEST
        else text("There is no journal: nothing was applied here."),
        text("`groupctl state show --journal list` shows the names there are."),
    )


def _unwritable(folder: Path, error: OSError) -> Diagnostic:
    return Diagnostic(
        text("Journal cannot be written"),
        text(
            "`{folder}`: {why}. What is changed has to be written down there before.",
            folder=folder,
            why=error.strerror or text("I/O error"),
        ),
        text(
            "Check the permissions of the folder and the space on the disk, or set `GROUPCTL_JOURNAL` to another folder."
        ),
    )


def _unreadable(path: Path, why: str) -> Diagnostic:
    return Diagnostic(
        text("Journal cannot be read"),
        text("`{path}`: {why}.", path=path, why=why),
        text("It is a text file with one JSON object per line; other programs can read what is left of it."),
    )
