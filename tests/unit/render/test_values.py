from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.columns import cell_width
from reconciler.render.values import inline, inline_order, inline_pair, quote, shorten


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "(none)"),
        (True, "true"),
        (3, "3"),
        ("支付", '"支付"'),
        ('say "hi"', r'"say \"hi\""'),
        ("a\nb\u202e", r'"a\nb\u202e"'),
        (["a", "b"], '["a", "b"]'),
        ({"ios": "i", "pc": None}, '{ios: "i", pc: (none)}'),
        ((), "[]"),
        ({"a\x1b": 1}, r"{a\u001b: 1}"),
    ],
)
def test_value_stands_on_one_line(value: object, shown: str):
    assert inline(value) == shown


def test_long_text_loses_its_middle_and_tells_its_length():
    shown = inline("a" * 50 + "b" * 50, 21)

    assert shown == f'"{"a" * 10}…{"b" * 10}" (100 characters)'


def test_long_text_stays_whole_without_a_limit():
    assert inline("x" * 500, None) == f'"{"x" * 500}"'


def test_length_counts_cells_and_not_characters():
    assert shorten("值" * 20, 41) == "值" * 20
    assert shorten("值" * 21, 41) == "值" * 10 + "…" + "值" * 10


def test_what_people_see_as_one_character_is_not_cut():
    family = "👩‍👩‍👧"
    accent = "e\u0301"

    for text in (family * 20, accent * 40, "👍🏽" * 20):
        head, tail = shorten(text, 20).split("…")
        assert text.startswith(head)
        assert text.endswith(tail)
        assert len(head) % len(text[: len(text) // 20]) == 0 or len(head) % 2 == 0
        assert not tail.startswith(("\u200d", "\u0301", "🏽"))


def test_difference_of_two_long_texts_is_seen():
    before, after = inline_pair("x" * 100 + "old" + "y" * 100, "x" * 100 + "new" + "y" * 100, 40)

    assert before == '"…xxxxxxxxxxxxoldyyyyyyyyyyyy…" (203 characters)'
    assert after == '"…xxxxxxxxxxxxnewyyyyyyyyyyyy…" (203 characters)'


def test_pair_of_short_texts_stays_whole():
    assert inline_pair("a", "b") == ('"a"', '"b"')


def test_pair_stays_whole_without_a_limit():
    assert inline_pair("x" * 100, "y", None) == (f'"{"x" * 100}"', '"y"')


def test_pair_of_other_values_is_shown_as_each_of_them():
    assert inline_pair(None, ["a"]) == ("(none)", '["a"]')


@given(st.text(), st.text(), st.text(min_size=1), st.text(min_size=1))
def test_different_texts_never_look_the_same(head: str, tail: str, old: str, new: str):
    before, after = head * 9 + old + tail * 9, head * 9 + new + tail * 9

    shown = inline_pair(before, after, 60)

    assert before == after or shown[0] != shown[1]


@given(st.text(), st.integers(min_value=3, max_value=100))
def test_shortened_text_fits(text: str, limit: int):
    assert cell_width(shorten(text, limit)) <= limit


@given(st.text())
def test_quoted_text_is_json_of_the_same_text(text: str):
    assert json.loads(quote(text)) == text


def test_order_is_names_in_a_row():
    assert inline_order(["Runbook", None, "a\nb"]) == "Runbook, , a\\nb"
