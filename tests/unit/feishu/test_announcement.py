"""The announcement read and edited, call by call."""

from __future__ import annotations

import pytest

from reconciler.errors import OutcomeUnknown, Refused
from reconciler.feishu.announcement import AnnouncementDesk
from reconciler.model.announcement import Block, LiveAnnouncement, Span
from reconciler.plan.operations import BlockRef, BlockUpdate, CreateBlocks, DeleteBlocks, UpdateBlocks
from tests.support.scripted_platform import ok

CHAT = "oc_1"
DOCX = f"/open-apis/docx/v1/chats/{CHAT}/announcement"
TEXT = Block(kind="text", spans=(Span(text="a"),))
CREATE = CreateBlocks(revision=3, number=0, index=0, blocks=(TEXT, TEXT))


@pytest.fixture
def desk(gateway):
    return AnnouncementDesk(gateway._transport)


def _info(kind: str) -> dict[str, object]:
    return {"revision_id": 3, "announcement_type": kind}


class TestReading:
    async def test_blocks_of_the_new_kind_over_all_pages(self, desk, platform):
        platform.on(f"GET {DOCX}", ok(_info("docx")))
        platform.on(
            f"GET {DOCX}/blocks",
            ok(
                {
                    "items": [{"block_id": CHAT, "block_type": 1, "children": ["b"]}],
                    "has_more": True,
                    "page_token": "p",
                }
            ),
            ok({"items": [{"block_id": "b", "block_type": 22, "divider": {}}], "has_more": False}),
        )

        announcement = await desk.read(CHAT)

        assert announcement.revision == 3
        assert [block.kind for block in announcement.blocks] == ["divider"]

    async def test_text_of_the_old_kind(self, desk, platform):
        platform.on(f"GET {DOCX}", ok(_info("doc")))
        platform.on(
            f"GET /open-apis/im/v1/chats/{CHAT}/announcement", ok({"content": "{}", "revision": "12"})
        )

        assert await desk.read(CHAT) == LiveAnnouncement(type="doc", revision=3)

    async def test_old_kind_that_cannot_be_read_is_no_empty_one(self, desk, platform):
        platform.on(f"GET {DOCX}", ok(_info("doc")))
        platform.on(f"GET /open-apis/im/v1/chats/{CHAT}/announcement", ok({"content": "{"}))

        with pytest.raises(OutcomeUnknown):
            await desk.read(CHAT)


class TestEditing:
    async def test_one_edit_has_one_token_and_another_edit_or_chat_another(self, desk, platform):
        for edit, chat in (
            (CREATE, CHAT),
            (CREATE, CHAT),
            (CREATE, "oc_2"),
            (CREATE.model_copy(update={"index": 1}), CHAT),
            (CREATE.model_copy(update={"revision": 4}), CHAT),
        ):
            await desk.perform(edit, chat)

        tokens = [call.query["client_token"] for call in platform.calls]

        assert tokens[0] == tokens[1]
        assert len(set(tokens)) == 4

    @pytest.mark.parametrize("name", ["revision_id", "document_revision_id"])
    async def test_revision_is_taken_from_each_answer(self, desk, platform, name):
        platform.on("*", ok({name: 9, "children": []}))

        await desk.perform(CREATE, CHAT)
        await desk.perform(DeleteBlocks(revision=3, start=2, end=3), CHAT)

        assert [call.query["revision_id"] for call in platform.calls] == ["3", "9"]

    async def test_children_go_below_the_block_that_was_made_for_them(self, desk, platform):
        made = [{"block_id": each, "block_type": 12} for each in ("b1", "b2")]
        platform.on("*", ok({"revision_id": 4, "children": made}))
        below = CreateBlocks(revision=3, number=1, parent=BlockRef(made=(0, 1)), index=0, blocks=(TEXT,))

        await desk.perform(CREATE, CHAT)
        await desk.perform(below, CHAT)

        assert [call.line for call in platform.calls] == [
            f"POST {DOCX}/blocks/{CHAT}/children",
            f"POST {DOCX}/blocks/b2/children",
        ]

    async def test_parent_that_was_not_told_is_refused_without_a_call(self, desk, platform):
        below = CreateBlocks(revision=3, number=1, parent=BlockRef(made=(0, 1)), index=0, blocks=(TEXT,))

        with pytest.raises(Refused):
            await desk.perform(below, CHAT)

        assert not platform.calls

    async def test_update_and_deletion_name_what_they_are_about(self, desk, platform):
        await desk.perform(UpdateBlocks(revision=3, updates=(BlockUpdate(id="b", block=TEXT),)), CHAT)
        await desk.perform(DeleteBlocks(revision=3, parent=BlockRef(id="b"), start=0, end=1), CHAT)

        assert [call.line for call in platform.calls] == [
            f"PATCH {DOCX}/blocks/batch_update",
            f"DELETE {DOCX}/blocks/b/children/batch_delete",
        ]
        assert platform.calls[1].body == {"start_index": 0, "end_index": 1}
