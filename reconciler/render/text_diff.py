"""The difference of two texts of several lines, as reviewers know it.

  ## Who to call
- the manager
+ the engineer on call
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

from reconciler.render.safe import safe
from reconciler.render.translate import say_count
from reconciler.render.values import shorten

CONTEXT: Final = 1
"""Lines around a difference that are shown."""
LINES: Final = 16
"""Lines that are shown when not everything is asked for."""


def text_diff(before: str, after: str, limit: int | None) -> Iterator[str]:
    """Yield the lines of a difference, `…` between parts that are apart.

    Args:
        before: A text.
        after: Another text.
        limit: Cells after which lines are shortened; `None`: nothing is left out, however long it is.
    """
    lines = list(_difference(_told(before), _told(after)))
    lines = lines or list(_difference(before.splitlines(), after.splitlines()))
    shown = lines if limit is None else lines[:LINES]
    for line in shown:
        yield safe(line if limit is None else shorten(line, limit))
    rest = len(lines) - len(shown)
    if rest:
        yield say_count(rest, "… {n} more line", "… {n} more lines")


def _told(text: str) -> list[str]:
    """Return the lines that are not empty: nobody looks for the others."""
    return [line for line in text.splitlines() if line.strip()]


def _difference(before: list[str], after: list[str]) -> Iterator[str]:
    groups = SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(CONTEXT)
    for number, group in enumerate(groups):
        if number:
            yield "…"
        for tag, start, end, new_start, new_end in group:
            if tag == "equal":
                yield from (f"  {line}" for line in before[start:end])
            else:
                yield from (f"- {line}" for line in before[start:end])
                yield from (f"+ {line}" for line in after[new_start:new_end])
