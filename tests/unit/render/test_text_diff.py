"""The difference of two texts, as reviewers see it."""

from __future__ import annotations

from reconciler.render.text_diff import LINES, text_diff


def _diff(before: str, after: str, limit: int | None = 72) -> list[str]:
    return list(text_diff(before, after, limit))


def test_lines_that_go_and_come_stand_under_each_other_with_a_line_around():
    assert _diff("a\nb\nold\nc\nd\n", "a\nb\nnew\nc\nd\n") == ["  b", "- old", "+ new", "  c"]


def test_parts_that_are_apart_are_set_apart():
    before = "".join(f"{number}\n" for number in range(10))

    assert _diff(before, f"first\n{before}last\n") == ["+ first", "  0", "…", "  9", "+ last"]


def test_empty_lines_are_left_out():
    assert _diff("a\n\nb\n", "a\n\nc\n") == ["  a", "- b", "+ c"]


def test_empty_lines_are_shown_when_nothing_else_differs():
    assert _diff("a\nb\n", "a\n\nb\n") == ["  a", "+ ", "  b"]


def test_long_difference_is_cut_and_the_rest_counted():
    many = "".join(f"{number}\n" for number in range(LINES + 2))

    shown = _diff("", many)

    assert len(shown) == LINES + 1
    assert shown[-1] == "… 2 more lines"


def test_long_line_is_shortened():
    [line] = _diff("", "x" * 100, 20)

    assert len(line) <= 20
    assert "…" in line


def test_nothing_is_left_out_without_a_limit():
    assert _diff("", "x" * 100 + "\ny" * 40, None) == [f"+ {'x' * 100}", *["+ y"] * 40]


def test_control_characters_are_made_visible():
    assert "\x1b" not in _diff("", "\x1b[31m")[0]
