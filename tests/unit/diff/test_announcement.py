"""What differs between a desired and a live announcement, and since when."""

from __future__ import annotations

import pytest

from reconciler.diff.announcement import diff_announcement, recorded_markdown
from reconciler.diff.changes import Origin
from reconciler.model.announcement import Announcement, Block, LiveAnnouncement, LiveBlock, Span
from reconciler.model.recorded import RecordedGroup, RecordedValue, recorded_form
from tests.support.builders import CHAT
from tests.support.documents import live_of, numbered


def _text(text: str, kind: str = "text") -> Block:
    return Block.model_validate({"kind": kind, "spans": (Span(text=text),)})


def _wanted(*texts: str) -> Announcement:
    return Announcement(blocks=tuple(map(_text, texts)))


def _live(*texts: str) -> LiveAnnouncement:
    return LiveAnnouncement(blocks=numbered(live_of(_text(text)) for text in texts))


def _recorded(sent: str, echo: str | None = None) -> RecordedGroup:
    value = RecordedValue(
        sent=recorded_form("announcement", sent),
        echo=None if echo is None else recorded_form("announcement", echo),
    )
    return RecordedGroup(chat_id=CHAT, values={"announcement": value})


def test_equal_documents_do_not_differ():
    assert diff_announcement(_wanted("a", "b"), _live("a", "b"), None) == ()


def test_change_holds_both_as_markdown():
    [change] = diff_announcement(_wanted("a", "b"), _live("a"), None)

    assert (change.path, change.before, change.after) == ("announcement", "a\n", "a\n\nb\n")


@pytest.mark.parametrize(
    ("recorded", "origin"),
    [
        (None, Origin.NEW),
        (_recorded("live\n"), Origin.CONFIG),
        (_recorded("wanted\n"), Origin.DRIFT),
        (_recorded("other\n"), Origin.BOTH),
    ],
)
def test_origin(recorded, origin):
    [change] = diff_announcement(_wanted("wanted"), _live("live"), recorded)

    assert change.origin is origin


def test_what_the_platform_made_of_ours_is_no_difference_while_we_want_the_same():
    recorded = _recorded("sent\n", echo="echo\n")

    assert diff_announcement(_wanted("sent"), _live("echo"), recorded) == ()
    assert diff_announcement(_wanted("other"), _live("echo"), recorded) != ()
    assert diff_announcement(_wanted("sent"), _live("other"), recorded) != ()


def test_foreign_block_is_a_difference():
    live = LiveAnnouncement(blocks=(*_live("a").blocks, LiveBlock(id="t", kind="table")))

    [change] = diff_announcement(_wanted("a"), live, None)

    assert change.before == "a\n\n<!-- table -->\n"


class TestOldKind:
    def test_same_lines_are_no_difference(self):
        wanted = Announcement(blocks=(_text("a", "heading1"), _text("b\nc")))

        assert diff_announcement(wanted, LiveAnnouncement(type="doc", text="a\n\n b\nc\n"), None) == ()

    def test_other_lines_are_shown_as_they_are(self):
        [change] = diff_announcement(_wanted("a"), LiveAnnouncement(type="doc", text="# b\n"), None)

        assert (change.before, change.after) == ("# b\n", "a\n")

    def test_same_text_is_remembered_as_ours(self):
        assert recorded_markdown(_wanted("a"), LiveAnnouncement(type="doc", text=" a ")) == "a\n"
        assert recorded_markdown(_wanted("a"), LiveAnnouncement(type="doc", text="b\n")) == "b\n"
