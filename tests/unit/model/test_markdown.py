"""Blocks as Markdown: the one form. That it says the same is a law in tests/property."""

from __future__ import annotations

import pytest

from reconciler.model.announcement import Block, LiveBlock, Span, Style
from reconciler.model.markdown import markdown_of, markdown_of_live
from tests.support.documents import live_of

BOLD, ITALIC, CODE = Style(bold=True), Style(italic=True), Style(code=True)


def _text(*spans: Span) -> str:
    return markdown_of([Block(kind="text", spans=spans)]).removesuffix("\n")


def test_nothing_is_empty():
    assert markdown_of([]) == ""


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("snake_case 5~10 3 < 4 a & b #1 (c) d! e@f", "snake_case 5~10 3 < 4 a & b #1 (c) d! e@f"),
        ("*a* _b_ ~~c~~ `d` [e] \\", "\\*a\\* \\_b\\_ \\~\\~c\\~\\~ \\`d\\` \\[e\\] \\\\"),
        ("<b> &amp; &#9; @ou_1", "\\<b> \\&amp; \\&#9; \\@ou_1"),
        ("- a\n+ b\n1. c\n# d\n> e", "\\- a\n\\+ b\n1\\. c\n\\# d\n\\> e"),
        (" a \n b ", "&#32;a&#32;&#10;&#32;b&#32;"),
        ("a\n\nb", "a&#10;&#10;b"),
        ("a\u202eb", "a&#8238;b"),
    ],
)
def test_only_what_would_be_a_mark_is_escaped(text, written):
    assert _text(Span(text=text)) == written


@pytest.mark.parametrize(
    ("spans", "written"),
    [
        ((Span(text="a", style=BOLD), Span(text="b")), "**a**b"),
        ((Span(text="注意：", style=BOLD), Span(text="请看")), "**注意：**&#35831;看"),
        ((Span(text="注意：", style=BOLD), Span(text=" 请看")), "**注意：** 请看"),
        ((Span(text="a "), Span(text=" b ", style=BOLD)), "a **&#32;b&#32;**"),
        ((Span(text="a"), Span(text="b", style=ITALIC), Span(text="c")), "&#97;_b_&#99;"),
        ((Span(text="a", style=BOLD), Span(text="b", style=Style(bold=True, italic=True))), "**&#97;_b_**"),
        ((Span(text="a`b", style=CODE),), "``a`b``"),
        ((Span(text="`", style=CODE),), "`` ` ``"),
        ((Span(text=" a ", style=CODE),), "`  a  `"),
        ((Span(text=" ", style=CODE),), "` `"),
        ((Span(text="a!"), Span(text="b", style=Style(link="https://c/(d)"))), "a\\![b](https://c/\\(d\\))"),
        ((Span(person="ou_1"), Span(text=", hello")), "@ou_1, hello"),
        ((Span(person="ou_1"), Span(text="s")), "<@ou_1>s"),
        ((Span(person="ou_1"), Span(person="ou_2")), "<@ou_1><@ou_2>"),
        ((Span(person="ou_1", style=BOLD),), "**<@ou_1>**"),
    ],
)
def test_marks_are_marks_wherever_they_stand(spans, written):
    assert _text(*spans) == written


def test_title_is_one_line():
    assert markdown_of([Block(kind="heading2", spans=(Span(text="a\n#"),))]) == "## a&#10;\\#\n"


def test_code_stands_in_a_fence_that_is_long_enough():
    assert (
        markdown_of([Block(kind="code", spans=(Span(text="```"),), language="go")]) == "````go\n```\n````\n"
    )


def test_empty_item_before_others_does_not_become_a_title():
    item = Block(kind="bullet", spans=(Span(text="a"),), children=(Block(kind="bullet"),))

    assert markdown_of([item]) == "- a\n\n  -\n"


class TestLive:
    def test_foreign_blocks_are_comments_with_their_text(self):
        a = live_of(Block(kind="text", spans=(Span(text="a"),)))
        cell = LiveBlock(id="c", kind="table_cell", children=(a,))
        table = LiveBlock(id="t", kind="table", children=(cell, cell))
        coloured = LiveBlock(id="r", kind="text", text="red --> x\ny")

        shown = markdown_of_live([a, table, coloured, LiveBlock(id="i", kind="image"), a])

        assert shown == "a\n\n<!-- table: a a -->\n<!-- text: red ‐‐> x y -->\n<!-- image -->\n\na\n"
