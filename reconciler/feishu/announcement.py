"""The announcement of a group: read as blocks, edited call by call.

Every edit carries a `client_token` made of the chat and all that the edit says, so that a repeated one is not done
twice. It names the revision that it was planned with, or the one of the edit before it: what somebody else wrote
meanwhile is merged or refused by the platform, and never hit by mistake.

Source: announcements.openapi.yaml, `info.x-convergence`.
"""

from __future__ import annotations

from typing import Final, TypeAlias, assert_never
from uuid import UUID, uuid5

from reconciler.errors import Diagnostic, OutcomeUnknown, PlatformFacts, Refused, text
from reconciler.feishu.blocks import WireEdit, block_body, legacy_text, live_blocks, update_body
from reconciler.feishu.endpoints.announcement import Announcements
from reconciler.feishu.transport import Transport
from reconciler.model.announcement import LiveAnnouncement
from reconciler.plan.operations import BlockRef, CreateBlocks, DeleteBlocks, UpdateBlocks

Edit: TypeAlias = UpdateBlocks | CreateBlocks | DeleteBlocks

_TOKENS: Final = UUID("6a0ff4c5-1d3e-5b5c-9a55-3f7c2f5d7a10")
"""Makes our tokens differ from everybody else's."""

_OLD_KIND: Final = "doc"


class AnnouncementDesk:
    """Reads and edits the announcements of all groups."""

    def __init__(self, transport: Transport) -> None:
        self._calls = Announcements(transport)
        self._revisions: dict[str, int] = {}
        # Ids of what was created last, by the number of the operation: children that follow need their parents.
        self._made: dict[str, dict[int, tuple[str, ...]]] = {}

    async def read(self, chat_id: str) -> LiveAnnouncement:
        """Return the announcement of a chat, of either kind."""
        info = await self._calls.info(chat_id)
        if info.announcement_type == _OLD_KIND:
            return await self._read_old(chat_id, info.revision_id)
        blocks = await self._calls.blocks(chat_id)
        return LiveAnnouncement(revision=info.revision_id, blocks=live_blocks(blocks, chat_id))

    async def _read_old(self, chat_id: str, revision: int) -> LiveAnnouncement:
        answer = await self._calls.legacy(chat_id)
        lines = legacy_text(answer.content)
        if lines is None:
            raise OutcomeUnknown(
                Diagnostic(
                    text("Answer cannot be read"),
                    text("The announcement is of the old kind, and its content is no document."),
                    text("Run the command again, or list `announcement` in `unmanaged`."),
                    platform=PlatformFacts("chat_announcement_get"),
                )
            )
        return LiveAnnouncement(type="doc", revision=revision, text=lines)

    async def perform(self, edit: Edit, chat_id: str) -> None:
        """Perform one edit.

        Raises:
            OutcomeUnknown: The edit may or may not have been done.
            PlatformError: It was not done.
        """
        token = str(uuid5(_TOKENS, f"{chat_id} {edit.model_dump_json()}"))
        revision = max(edit.revision, self._revisions.get(chat_id, edit.revision))
        answer = await self._send(edit, chat_id, revision, token)
        self._revisions[chat_id] = max(answer.revision_id, revision)

    async def _send(self, edit: Edit, chat_id: str, revision: int, token: str) -> WireEdit:
        match edit:
            case UpdateBlocks():
                requests = [update_body(each.id, each.block) for each in edit.updates]
                return await self._calls.update(chat_id, requests, revision, token)
            case CreateBlocks():
                parent, bodies = self._id_of(edit.parent, chat_id), [block_body(each) for each in edit.blocks]
                answer = await self._calls.create(chat_id, parent, edit.index, bodies, revision, token)
                self._made.setdefault(chat_id, {})[edit.number] = tuple(
                    block.block_id for block in answer.children
                )
                return answer
            case DeleteBlocks():
                parent = self._id_of(edit.parent, chat_id)
                return await self._calls.delete(chat_id, parent, edit.start, edit.end, revision, token)
            case _:
                assert_never(edit)

    def _id_of(self, ref: BlockRef, chat_id: str) -> str:
        if ref.made is None:
            return ref.id or chat_id
        number, place = ref.made
        made = self._made.get(chat_id, {}).get(number, ())
        if place < len(made):
            return made[place]
        operation = "docx_chat_announcement_block_children_create"
        raise Refused(
            Diagnostic(
                text("Block not known"),
                text(
                    "{operation} was not called: its parent was not told when it was made.",
                    operation=operation,
                ),
                text("Run the command again."),
                platform=PlatformFacts(operation),
            )
        )
