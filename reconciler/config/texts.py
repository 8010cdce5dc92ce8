"""Where the text of an announcement goes: into the YAML file, or into a file of its own beside it."""

from __future__ import annotations

from collections import Counter
from itertools import chain, count, islice
from pathlib import Path, PurePosixPath
from typing import Final

from reconciler.config.announcement import is_path
from reconciler.config.files import real_path
from reconciler.config.loader import Configuration
from reconciler.config.markdown import revise_markdown
from reconciler.config.replace import FileChange, read_group_file, without_mark

LINES: Final = 5
"""A text of more lines gets a file of its own."""
FOLDER: Final = "announcements"
_NAMES: Final = 9
"""How many names are tried for a file; where all of them are taken, the text stays in the YAML."""


class Texts:
    """Decides where texts go, and collects the files to write.

    No file of another content is ever overwritten, but for one that a single value names, and that value changes.
    """

    def __init__(self, configuration: Configuration) -> None:
        self._root = configuration.root
        self._named: Counter[Path] = Counter()
        for file, times in configuration.texts.items():
            self._named[real_path(Path(file))] += times
        self._written: dict[PurePosixPath, str] = {}

    @property
    def changes(self) -> tuple[FileChange, ...]:
        """The files to write."""
        return tuple(self._change(path, content) for path, content in sorted(self._written.items()))

    def place(self, key: str, folder: PurePosixPath, written: str | None, markdown: str) -> str:
        """Return what a group says as its announcement: the text, or the path of the file that gets it.

        Paragraphs and lists that stay keep the form in which people wrote them.

        Args:
            key: Key of the group.
            folder: Folder of its YAML file, below the one of the fleet.
            written: What the group says now; `None` when it says nothing itself.
            markdown: The new text.
        """
        if written is not None and not is_path(written):
            return revise_markdown(written, markdown)
        if written is not None and self._rewrite(folder / written, markdown):
            return written
        if markdown.count("\n") <= LINES:
            return markdown
        for name in islice(chain((key,), (f"{key}-{number}" for number in count(2))), _NAMES):
            path = folder / FOLDER / f"{name}.md"
            if self._is_free(path, markdown):
                self._written[path] = markdown
                return f"./{FOLDER}/{name}.md"
        return markdown

    def _rewrite(self, path: PurePosixPath, markdown: str) -> bool:
        """Give a file its new text, if only one value names it."""
        place = real_path(self._root / path)
        if self._named[place] > 1:
            return False
        below = PurePosixPath(place.relative_to(real_path(self._root)).as_posix())
        _, content = without_mark(read_group_file(self._root, below))
        self._written[below] = revise_markdown(content.replace("\r\n", "\n"), markdown)
        return True

    def _is_free(self, path: PurePosixPath, markdown: str) -> bool:
        """Tell whether a file can hold a text: there is none, or one that says it already."""
        if path in self._written:
            return self._written[path] == markdown
        try:
            return (self._root / path).read_bytes() == markdown.encode()
        except FileNotFoundError:
            return True
        except OSError:
            return False

    def _change(self, path: PurePosixPath, markdown: str) -> FileChange:
        before = read_group_file(self._root, path)
        mark, content = without_mark(before)
        line_break = "\r\n" if "\r\n" in content else "\n"
        return FileChange(path, before, mark + markdown.replace("\n", line_break))
