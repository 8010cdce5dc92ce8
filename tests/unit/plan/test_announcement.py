"""Operations of announcements; that they are the fewest is a law in tests/property."""

from __future__ import annotations

import pytest

from reconciler.model.announcement import Announcement, Block, LiveAnnouncement, LiveBlock, Span
from reconciler.plan.announcement import MAX_CELLS, announcement_block, plan_announcement
from reconciler.plan.operations import BlockRef, CreateBlocks, DeleteBlocks, UpdateBlocks
from tests.support.builders import desired_group, live_group
from tests.support.documents import FakeDocument, live_of, numbered

TABLE = LiveBlock(id="t", kind="table")
COLOURED = LiveBlock(id="r", kind="text", text="red")


def _text(text: str, **fields: object) -> Block:
    return Block.model_validate({"kind": "text", "spans": (Span(text=text),), **fields})


def _item(text: str, *children: Block) -> Block:
    return _text(text, kind="bullet", children=children)


def _live(*blocks: Block | LiveBlock) -> LiveAnnouncement:
    shown = [live_of(block) if isinstance(block, Block) else block for block in blocks]
    return LiveAnnouncement(revision=7, blocks=numbered(shown))


def _plan(live: LiveAnnouncement, *desired: Block):
    return plan_announcement(Announcement(blocks=desired), live)


def test_nothing_to_do_is_no_operation():
    assert _plan(_live(_text("a")), _text("a")) == ()


def test_texts_that_differ_are_one_update():
    [update] = _plan(_live(_text("a"), _text("b"), _text("c")), _text("x"), _text("b"), _text("z"))

    assert isinstance(update, UpdateBlocks)
    assert [each.id for each in update.updates] == ["old-0", "old-2"]
    assert update.revision == 7


def test_kind_that_differs_is_created_anew_before_the_old_one_goes():
    title = _text("a", kind="heading1")

    assert _plan(_live(_text("a"), _text("b")), title, _text("b")) == (
        CreateBlocks(revision=7, number=0, index=0, blocks=(title,)),
        DeleteBlocks(revision=7, start=1, end=2),
    )


def test_children_of_new_blocks_follow_them_by_what_made_them():
    deepest = _item("c")
    deep = _item("b", deepest)

    operations = _plan(_live(), _text("t"), _item("a", deep))

    assert [(each.parent, each.index) for each in operations if isinstance(each, CreateBlocks)] == [
        (BlockRef(), 0),
        (BlockRef(made=(0, 1)), 0),
        (BlockRef(made=(1, 0)), 0),
    ]
    assert all(not block.children for each in operations for block in each.blocks)


def test_children_of_blocks_that_stay_are_changed_below_them():
    live = _live(_item("a", _text("x"), _text("y")))

    assert _plan(live, _item("a", _text("x"))) == (
        DeleteBlocks(revision=7, parent=BlockRef(id="old-0"), start=1, end=2),
    )


def test_empty_paragraph_is_used_before_another_one_is_created():
    operations = _plan(_live(Block(kind="text"), _text("a")), _text("new"), _text("b"))

    assert [type(each) for each in operations] == [UpdateBlocks]


def test_51_blocks_take_two_calls():
    sizes = [len(each.blocks) for each in _plan(_live(), *(_text(str(number)) for number in range(51)))]

    assert sizes == [50, 1]


def test_201_updates_take_two_calls():
    before, after = ([_text(f"{mark}{number}") for number in range(201)] for mark in "ab")

    sizes = [len(each.updates) for each in _plan(_live(*before), *after)]

    assert sizes == [200, 1]


def test_201_mentions_do_not_stand_in_one_call():
    crowd = Block(kind="text", spans=tuple(Span(person=f"ou_{number}") for number in range(100)))

    sizes = [len(each.blocks) for each in _plan(_live(), crowd, crowd, crowd)]

    assert sizes == [2, 1]


def test_201_mentions_do_not_stand_in_one_update():
    crowd = Block(kind="text", spans=tuple(Span(person=f"ou_{number}") for number in range(100)))

    sizes = [
        len(each.updates) for each in _plan(_live(_text("a"), _text("b"), _text("c")), crowd, crowd, crowd)
    ]

    assert sizes == [2, 1]


def test_very_long_documents_are_replaced_between_their_equal_ends():
    side = int(MAX_CELLS**0.5) + 1
    before = [_text(f"a{number}") for number in range(side)]
    after = [_text(f"b{number}", kind="quote") for number in range(side)]
    live = _live(_text("head"), *before, _text("tail"))
    wanted = (_text("head"), *after, _text("tail"))

    operations = _plan(live, *wanted)

    assert operations[-1] == DeleteBlocks(revision=7, start=1 + side, end=1 + 2 * side)
    assert not any(isinstance(each, UpdateBlocks) for each in operations)
    assert _plan(FakeDocument(live).perform(operations), *wanted) == ()


def test_very_long_documents_of_the_same_kinds_are_updated_in_place():
    side = int(MAX_CELLS**0.5) + 1
    before = [_item(f"a{number}", _text("x"), _text("y")) for number in range(side)]
    after = [_item(f"b{number}", _text("x")) for number in range(side)]

    operations = _plan(_live(*before), *after)

    assert [type(each) for each in operations] == [UpdateBlocks, *([DeleteBlocks] * side)]


def test_very_long_documents_of_different_lengths_are_replaced():
    side = int(MAX_CELLS**0.5) + 1
    before = [_text(f"a{number}") for number in range(side)]

    operations = _plan(_live(*before), *(_text(f"b{number}") for number in range(side + 1)))

    assert isinstance(operations[-1], DeleteBlocks)


def test_old_kind_has_no_operations():
    assert _plan(LiveAnnouncement(type="doc", text="a"), _text("b")) == ()


class TestBlock:
    @pytest.mark.parametrize(
        ("foreign", "named"),
        [
            (TABLE, "(table)"),
            (COLOURED, "(formatted text)"),
            (LiveBlock(id="i", kind="bullet", own=_item("a"), children=(TABLE,)), "(table)"),
            (LiveBlock(id="h", kind="heading1", own=_text("a", kind="heading1"), children=(live_of(_text("b")),)),
             "(formatted heading1)"),
            (LiveBlock(id="q", kind="quote_container", children=(TABLE,)), "(quote_container)"),
        ],
    )  # fmt: skip
    def test_what_markdown_cannot_say_is_named(self, foreign, named):
        block = self.block(_live(_text("a"), foreign))

        assert block
        assert named in block.reason

    def test_replace_all_is_the_permission(self):
        assert self.block(_live(TABLE), replace_all=True) is None

    def test_old_kind_is_blocked_whatever_is_permitted(self):
        assert self.block(LiveAnnouncement(type="doc"), replace_all=True)

    def test_what_markdown_can_say_is_no_obstacle(self):
        assert self.block(_live(_text("a"))) is None

    def block(self, live: LiveAnnouncement, *, replace_all: bool = False):
        wanted = Announcement(blocks=(), replace_all=replace_all)
        return announcement_block(desired_group("a", announcement=wanted), live_group(announcement=live))
