"""The announcement of a group: Markdown in the YAML file itself, or in a file of its own."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from reconciler.config.document import content_of, read_text, shown_size
from reconciler.config.files import find_named_file, real_path
from reconciler.config.markdown import Fault, parse_markdown
from reconciler.config.problems import Problems
from reconciler.errors import Severity, Source, text
from reconciler.model.announcement import Block

MAX_BYTES: Final = 256 * 1024
"""Of one announcement; a limit of our own, at which hostile Markdown takes seconds. The platform's one of 10,485,760
characters is far beyond."""

_FILE: Final = ("./", "../")
_NO_PATH: Final = text(
    "Paths begin at the YAML file that names them; a text that is no path cannot begin so."
)


def is_path(written: str) -> bool:
    """Tell whether an announcement is the path of its file."""
    return written.startswith(_FILE) and "\n" not in written


class Announcements:
    """Reads announcements, each text once.

    Args:
        root: Folder of the fleet; files have to be below it.
        problems: Takes everything that is wrong.
        planned: Content of files that are about to be written, by their places with all links resolved.
    """

    def __init__(self, root: Path, problems: Problems, planned: Mapping[Path, str]) -> None:
        self._root = root
        self._problems = problems
        self._planned = planned
        self._files: dict[str, tuple[Block, ...]] = {}
        self.files: Counter[str] = Counter()
        """How often each file is named, by its place as people are shown it."""

    @property
    def contents(self) -> Mapping[str, tuple[Block, ...]]:
        """What each file says, by its place as people are shown it."""
        return self._files

    def read(self, written: str, source: Source, where: str) -> tuple[Block, ...]:
        """Return the blocks of an announcement; those of a wrong one are of no use to anybody.

        Args:
            written: Markdown, or the path of a file (`./…`, `../…`) as seen from the YAML file.
            source: Where it is written.
            where: Address of the announcement, for messages.
        """
        if is_path(written):
            return self._read_file(written, source, where)
        if len(written.encode()) > MAX_BYTES:
            self._problems.error(
                text("Announcement too long"),
                text("An announcement may have {limit}.", limit=shown_size(MAX_BYTES)),
                hint=text("Link to a document that holds the rest."),
                address=where,
                source=source,
            )
            return ()
        blocks, faults = parse_markdown(written)
        for fault in faults:
            detail = text("Line {line} of the text: {detail}", line=fault.line, detail=fault.detail)
            self._tell(replace(fault, detail=detail), source, where)
        return blocks

    def _read_file(self, written: str, source: Source, where: str) -> tuple[Block, ...]:
        shown = Path(os.path.normpath(Path(source.file).parent / written)).as_posix()
        self.files[shown] += 1
        if shown not in self._files:
            self._files[shown] = self._blocks_of(shown, written, source, where)
        return self._files[shown]

    def _blocks_of(self, shown: str, written: str, source: Source, where: str) -> tuple[Block, ...]:
        content = self._content_of(shown, written, source, where)
        text_of = None if content is None else read_text(content, shown, MAX_BYTES, self._problems)
        blocks, faults = parse_markdown(text_of or "")
        for fault in faults:
            self._tell(fault, Source(shown, fault.line, 1), where)
        return blocks

    def _content_of(self, shown: str, written: str, source: Source, where: str) -> bytes | None:
        if self._planned:
            planned = self._planned.get(real_path(Path(source.file).parent / written))
            if planned is not None:
                return planned.encode()
        found = find_named_file(self._root, written, source, where, self._problems, hint=_NO_PATH)
        return content_of(found, shown, MAX_BYTES, self._problems) if found else None

    def _tell(self, fault: Fault, source: Source, where: str) -> None:
        tell = self._problems.error if fault.severity is Severity.ERROR else self._problems.warning
        tell(fault.summary, fault.detail, hint=fault.hint, address=where, source=source)
