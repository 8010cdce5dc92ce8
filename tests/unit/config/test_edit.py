"""Changing values in YAML text: where new ones go, and which comments stay."""

from __future__ import annotations

import textwrap

import pytest

from reconciler.config.edit import rewrite
from reconciler.config.written import block, flow


def text(content: str) -> str:
    return textwrap.dedent(content).lstrip("\n")


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_comment_of_the_next_key_outlives_the_item_above_it(line_break):
    content = text("""
        groups:
          a:
            managers:
              - x   # who
              # about y
              - y   # why

          # about b
          b: {name: B}
        """).replace("\n", line_break)

    changed = rewrite(content, {("groups", "a", "managers"): ["x"]})

    assert changed == content.replace(f"      # about y{line_break}      - y   # why{line_break}", "")


def test_moved_item_takes_its_comments_along():
    content = text("""
        tabs:
          # first
          - {name: A}   # a
          # second
          - {name: B}   # b
          - name: C   # c
            url: x
        """)

    changed = rewrite(content, {("tabs",): [{"name": "B"}, {"name": "C", "url": "y"}, {"name": "A"}]})

    assert changed == text("""
        tabs:
          # first
          # second
          - {name: B}   # b
          - name: C   # c
            url: y
          - {name: A}   # a
        """)


def test_new_key_stands_behind_the_last_one_of_its_map_and_before_the_comments_of_the_next():
    content = text("""
        groups:
          a:
            name: A

          # about b
          b:
            name: B
        """)

    changed = rewrite(content, {("groups", "a"): {"name": "A", "tabs": [{"name": "T", "url": "https://t"}]}})

    assert changed == content.replace(
        "name: A\n", 'name: A\n    tabs:\n      - {name: T, url: "https://t"}\n'
    )


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("a: 1  # c\n", 2, "a: 2  # c\n"),
        ("a: 'x' # c", "y", "a: y # c"),
        ("a: {b: 1 , c: 2}\n", {"b": 1, "c": 3}, "a: {b: 1 , c: 3}\n"),
        ("a: { b: 1, c: 2 } # d\n", {"c": 2}, "a: { c: 2 } # d\n"),
        ("a: [x,  y, z]\n", ["x", "z"], "a: [x, z]\n"),
        ("a: [\n  x, # x\n  y,\n]\n", ["x", "y", "z"], "a: [\n  x, # x\n  y, z,\n]\n"),
        ("a: [x]\n", [], "a: []\n"),
        ("a: []  # none\n", ["x"], "a: [x]  # none\n"),
        ("a: {}\n", {"b": {"c": [1]}}, "a:\n  b:\n    c: [1]\n"),
        ("a: word # c\n", {"b": 1}, "a: {b: 1} # c\n"),
        ("a:\n  b: 1\n", "word", "a: word\n"),
        ("a:\n- x\n- y\nb: 1\n", ["y"], "a:\n- y\nb: 1\n"),
        ("a: |\n  one\n  two\n\n# c\nb: 1\n", "x", "a: x\n\n# c\nb: 1\n"),
        ("a: >-\n  one\n   two\n", "x", "a: x\n"),
        ("a: &x [p, q]\nb: 1\n", ["q"], "a: &x [q]\nb: 1\n"),
        ("x: &x [p]\na: *x # c\n", ["q"], "x: &x [p]\na: [q] # c\n"),
        ("x: &x {p: 1}\na:\n- *x # c\n- b\n", ["b"], "x: &x {p: 1}\na:\n- b\n"),
        ("x: &x {p: 1}\na: [*x, b]\n", [{"p": 1}], "x: &x {p: 1}\na: [*x]\n"),
        ("x: &x {p: 1}\na: {q: *x, r: 2}\n", {"q": {"p": 2}, "r": 2}, "x: &x {p: 1}\na: {q: {p: 2}, r: 2}\n"),
        ("a:\n  - {name: x, b: [1]}\n", [{"name": "x", "b": [1, 2]}], "a:\n  - {name: x, b: [1, 2]}\n"),
        ("a: [{name: x, b: 1}]\n", [{"name": "x", "b": 2}], "a: [{name: x, b: 2}]\n"),
        ("a:\n  - - x\n    - y\n", [["x"]], "a:\n  - [x]\n"),
        ("a: {b: {c: 1}}\n", {"b": {"c": 1, "d": 2}}, "a: {b: {c: 1, d: 2}}\n"),
    ],
)
def test_text_around_a_value_stays(before, value, after):
    assert rewrite(before, {("a",): value}) == after


@pytest.mark.parametrize("content", ["", "# only this\n", "# only this", "---\n# only this\n", "{}\n"])
def test_empty_file_begins_with_what_is_new(content):
    changed = rewrite(content, {("groups", "a"): {"name": "值班"}})

    comment = "# only this\n" if "#" in content else ""
    assert changed == f"{comment}groups:\n  a: {{name: 值班}}\n"


def test_missing_keys_on_the_way_are_made():
    assert rewrite("a: 1\n", {("b", "c"): 2}) == "a: 1\nb: {c: 2}\n"


def test_several_values_change_at_once():
    content = "groups:\n  a: {name: A}\n  b: {name: B}\n"

    changed = rewrite(content, {("groups", "a", "name"): "X", ("groups", "b", "name"): "Y"})

    assert changed == "groups:\n  a: {name: X}\n  b: {name: Y}\n"


class TestWriting:
    @pytest.mark.parametrize(
        "plain", ["值班", "Payments on-call", "only_owner", "ou_7d8a", "A（一）", "2026 plan"]
    )
    def test_plain_words_need_no_quotes(self, plain):
        assert flow(plain) == plain

    @pytest.mark.parametrize(
        "odd", ["", "@x", "a: b", "12", "true", "null", " x", "x #y", "a,b", "🚀", "a\nb", "+86"]
    )
    def test_everything_else_is_quoted(self, odd):
        assert flow(odd).startswith('"')

    def test_short_maps_and_lists_stand_beside_their_key(self):
        assert block({"a": {"b": 1, "c": [], "d": {}}}, 0) == ["a: {b: 1, c: [], d: {}}"]

    def test_long_lists_have_a_line_for_each(self):
        people = [f"ou_{number:032}" for number in range(4)]

        assert block({"a": people}, 0) == ["a:", *(f"  - {each}" for each in people)]

    def test_maps_in_a_list_have_a_line_each_or_several(self):
        menus = [{"name": "A", "url": {"ios": "x"}}, {"name": "B", "children": [{"name": "C"}]}]

        assert block({"m": menus}, 0) == [
            "m:",
            "  - {name: A, url: {ios: x}}",
            "  - name: B",
            "    children:",
            "      - {name: C}",
        ]
