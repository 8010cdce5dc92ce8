"""Blocks, and what a live block says."""

from __future__ import annotations

import pytest

from reconciler.model.announcement import (
    Announcement,
    Block,
    LiveBlock,
    Span,
    Style,
    is_link,
    plain_lines,
    said,
    said_all,
    tidy,
    with_ids,
)
from tests.support.documents import live_of

BOLD = Style(bold=True)
A, B = (Block(kind="text", spans=(Span(text=text),)) for text in "ab")
EMPTY = LiveBlock(id="e", kind="text", own=Block(kind="text"))
TABLE = LiveBlock(id="t", kind="table")


def _item(text: str, *children: LiveBlock, kind: str = "bullet") -> LiveBlock:
    own = Block.model_validate({"kind": kind, "spans": (Span(text=text),) if text else ()})
    return LiveBlock(id="i", kind=kind, own=own, children=children)


class TestTidy:
    def test_neighbours_of_one_style_are_joined_and_empty_ones_dropped(self):
        spans = [Span(text="a"), Span(), Span(text="b"), Span(text="c", style=BOLD)]

        assert tidy(spans) == (Span(text="ab"), Span(text="c", style=BOLD))

    def test_mentions_are_never_joined(self):
        twice = (Span(person="ou_1"), Span(person="ou_1"))

        assert tidy(twice) == twice

    @pytest.mark.parametrize(
        "span",
        [
            Span(text="\x00"),
            Span(text="\ud800"),
            Span(text="a\nb", style=Style(code=True)),
            Span(text="a", style=Style(link="b")),
            Span(person="ou_1", style=Style(code=True)),
            Span(person="ou_1", style=Style(link="https://a")),
        ],
    )
    def test_what_markdown_cannot_say(self, span):
        assert tidy([span]) is None


@pytest.mark.parametrize("target", ["https://a", "HTTP://a", "mailto:a@b.c", "lark://x"])
def test_address_is_a_link(target):
    assert is_link(target)


@pytest.mark.parametrize(
    "target", ["", "a", "./a", "https://a b", "JavaScript:a", "data:a", "https:", "https://<a>"]
)
def test_what_is_no_link(target):
    assert not is_link(target)


class TestSaid:
    def test_block_says_itself_with_its_children(self):
        assert said(_item("a", live_of(A))) == (Block(kind="bullet", spans=(Span(text="a"),), children=(A,)),)

    def test_empty_paragraph_says_nothing(self):
        assert said(EMPTY) == ()
        assert said_all([live_of(A), EMPTY, live_of(B)]) == (A, B)

    def test_foreign_block_makes_everything_around_it_foreign(self):
        assert said(TABLE) is None
        assert said(_item("a", TABLE)) is None
        assert said_all([live_of(A), TABLE]) is None

    def test_only_list_items_hold_blocks(self):
        heading = LiveBlock(id="h", kind="heading1", own=Block(kind="heading1"), children=(live_of(A),))

        assert said(heading) is None

    def test_first_paragraph_below_an_empty_item_would_be_its_text(self):
        assert said(_item("", live_of(A))) is None
        assert said(_item("", live_of(A), kind="todo")) is not None
        assert said(_item("", _item("b"))) is not None

    def test_item_with_an_empty_paragraph_below_has_none(self):
        assert said(_item("a", EMPTY)) == (Block(kind="bullet", spans=(Span(text="a"),)),)

    def test_quotation_container_says_its_paragraphs(self):
        container = LiveBlock(id="q", kind="quote_container", children=(live_of(A), EMPTY, live_of(B)))

        assert said(container) == tuple(block.model_copy(update={"kind": "quote"}) for block in (A, B))

    @pytest.mark.parametrize("inner", [TABLE, _item("a")])
    def test_quotation_of_more_than_text_is_foreign(self, inner):
        assert said(LiveBlock(id="q", kind="quote_container", children=(inner,))) is None


class TestPeople:
    ANNOUNCEMENT = Announcement(
        blocks=(
            Block(
                kind="bullet",
                spans=(Span(text="ask "), Span(person="a@b.c")),
                children=(Block(kind="text", spans=(Span(person="ou_1"),)),),
            ),
        )
    )

    def test_everybody_is_known(self):
        assert self.ANNOUNCEMENT.people == {"a@b.c", "ou_1"}

    def test_names_become_ids_and_others_stay(self):
        [item] = with_ids(self.ANNOUNCEMENT.blocks, {"a@b.c": "ou_2"})

        assert item.spans[1] == Span(person="ou_2")
        assert item.children[0].spans == (Span(person="ou_1"),)

    def test_who_has_no_id_is_named_in_the_text(self):
        [item] = with_ids(self.ANNOUNCEMENT.blocks, {"a@b.c": ""})

        assert item.spans == (Span(text="ask @a@b.c"),)


def test_plain_lines_have_no_form_and_are_not_empty():
    code = Block(kind="code", spans=(Span(text=" x \n\ny"),))
    mention = Block(kind="quote", spans=(Span(text="ask "), Span(person="ou_1")))

    assert plain_lines([A, code, Block(kind="divider"), mention]) == ["a", "x", "y", "ask @ou_1"]
