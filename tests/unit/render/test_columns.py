from __future__ import annotations

import pytest

from reconciler.render.columns import WIDEST, Cell, align, cell_width, indent
from reconciler.render.style import Role, Style

PLAIN = Style(color=False)


def _rows(*texts: tuple[str, ...]) -> list[tuple[Cell, ...]]:
    return [tuple(Cell(text) for text in row) for row in texts]


@pytest.mark.parametrize(
    ("text", "width"),
    [("ops", 3), ("支付值班", 8), ("🚨", 2), ("ｱﾊﾟﾄ", 4), ("e\u0301", 1), ("👩‍👩‍👧", 2), ("", 0)],
)
def test_width_counts_terminal_cells(text: str, width: int):
    assert cell_width(text) == width


def test_columns_line_up():
    assert align(_rows(("支付", "x"), ("abc", "y")), PLAIN) == ["支付  x", "abc   y"]


def test_empty_columns_vanish():
    assert align(_rows(("a", "", "x"), ("b", "", "y")), PLAIN) == ["a  x", "b  y"]


def test_rows_of_nothing_stay_lines():
    assert align(_rows(("", ""), ()), PLAIN) == ["", ""]


def test_no_rows_are_no_lines():
    assert align([], PLAIN) == []


def test_text_with_nothing_beside_it_widens_no_column():
    assert align(_rows(("a", "x"), ("a long text", ""), ("b", "y")), PLAIN) == ["a  x", "a long text", "b  y"]


def test_text_wider_than_a_column_may_be_sticks_out():
    wide = "w" * (WIDEST + 1)

    assert align(_rows((wide, "x"), ("a", "y"), ("abc", "z")), PLAIN) == [f"{wide}  x", "a    y", "abc  z"]


def test_short_row_ends_early():
    assert align(_rows(("a",), ("b", "x")), PLAIN) == ["a", "b  x"]


def test_colour_does_not_count_as_width():
    rows = [(Cell("a", Role.ADD), Cell("x")), (Cell("abc"), Cell("y"))]

    assert align(rows, Style(color=True)) == ["\x1b[32ma\x1b[0m    x", "abc  y"]


def test_empty_lines_are_not_indented():
    assert indent(["a", ""]) == ["  a", ""]
