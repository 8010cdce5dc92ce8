"""The announcement of a group: Markdown in the YAML file itself, or in a file of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from reconciler.config.document import read_text, shown_size
from reconciler.config.files import find_named_file
from reconciler.config.markdown import Fault, parse_markdown
from reconciler.config.problems import Problems
from reconciler.errors import Source, text
from reconciler.model.announcement import Block

MAX_BYTES: Final = 256 * 1024
"""Of one announcement; a limit of our own, at which hostile Markdown takes seconds. The platform's one of 10,485,760
characters is far beyond."""

_FILE: Final = ("./", "../")
_NO_PATH: Final = text(
    "Paths begin at the YAML file that names them; a text that is no path cannot begin so."
)


class Announcements:
    """Reads announcements, each text once.

    Args:
        root: Folder of the fleet; files have to be below it.
        problems: Takes everything that is wrong.
    """

    def __init__(self, root: Path, problems: Problems) -> None:
        self._root = root
        self._problems = problems
        self._files: dict[str, tuple[Block, ...]] = {}

    def read(self, written: str, source: Source, where: str) -> tuple[Block, ...]:
        """Return the blocks of an announcement; those of a wrong one are of no use to anybody.

        Args:
            written: Markdown, or the path of a file (`./…`, `../…`) as seen from the YAML file.
            source: Where it is written.
            where: Address of the announcement, for messages.
        """
        if written.startswith(_FILE) and "\n" not in written:
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
            self._problems.error(fault.summary, detail, hint=fault.hint, address=where, source=source)
        return blocks

    def _read_file(self, written: str, source: Source, where: str) -> tuple[Block, ...]:
        shown = Path(os.path.normpath(Path(source.file).parent / written)).as_posix()
        if shown not in self._files:
            self._files[shown] = self._blocks_of(shown, written, source, where)
        return self._files[shown]

    def _blocks_of(self, shown: str, written: str, source: Source, where: str) -> tuple[Block, ...]:
        found = find_named_file(self._root, written, source, where, self._problems, hint=_NO_PATH)
        if found is None:
            return ()
        content = read_text(found, shown, MAX_BYTES, self._problems)
        blocks, faults = parse_markdown(content or "")
        for fault in faults:
            self._tell(fault, Source(shown, fault.line, 1), where)
        return blocks

    def _tell(self, fault: Fault, source: Source, where: str) -> None:
        self._problems.error(fault.summary, fault.detail, hint=fault.hint, address=where, source=source)
