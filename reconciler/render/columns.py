"""Columns that line up in a terminal, where one character may fill two cells or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, zip_longest
from typing import Final, TypeAlias

from wcwidth import wcswidth

from reconciler.render.style import Role, Style

GAP: Final = "  "
WIDEST: Final = 72
"""Cells that a column grows to; longer texts stick out instead of pushing all others away."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One neutralised piece of a line."""

    text: str = ""
    role: Role = Role.PLAIN


Row: TypeAlias = Sequence[Cell]


def cell_width(text: str) -> int:
    """Return how many terminal cells `text` fills: two for CJK and emoji, none for combining marks."""
    # Texts were neutralised before; what still has no width (-1) would be a control character.
    return len(text) if text.isascii() else max(wcswidth(text), 0)


def align(rows: Sequence[Row], style: Style) -> list[str]:
    """Return a line per row, columns lined up; columns that are empty everywhere vanish."""
    columns = [column for column in zip_longest(*rows, fillvalue=Cell()) if any(cell.text for cell in column)]
    widths = [_column_width(column, following) for column, following in pairwise(columns)]
    starts = list(accumulate((width + len(GAP) for width in widths), initial=0))
    return [_line(row, starts, style) for row in zip(*columns, strict=True)] if columns else [""] * len(rows)


def _column_width(column: Sequence[Cell], following: Sequence[Cell]) -> int:
    """Return the width that a column fills up to: that of the texts that have something beside them."""
    beside = [cell_width(cell.text) for cell, other in zip(column, following, strict=True) if other.text]
    return max((width for width in beside if width <= WIDEST), default=WIDEST)


def _line(row: Row, starts: Sequence[int], style: Style) -> str:
    """Return one line; after a text that sticks out, the next one follows as soon as there is room."""
    line, filled = "", 0
    for cell, start in zip(row, starts, strict=True):
        if cell.text:
            padding = max(start - filled, len(GAP) if filled else 0)
            line += " " * padding + style.paint(cell.text, cell.role)
            filled += padding + cell_width(cell.text)
    return line


def indent(lines: Sequence[str], by: str = GAP) -> list[str]:
    """Return the lines moved to the right; empty ones stay empty."""
    return [by + line if line else line for line in lines]
