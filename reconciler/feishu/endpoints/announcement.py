"""The announcement of a chat, of both kinds. Source: announcements.openapi.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from reconciler.feishu.blocks import WireBlock, WireBlockPage, WireEdit, WireInfo, WireLegacy
from reconciler.feishu.endpoints.paging import walk
from reconciler.feishu.endpoints.paths import chat_path
from reconciler.feishu.transport import Effect, Request, Transport
from reconciler.feishu.wire import Body

PAGE_SIZE: Final = 500
"""The most that the list of blocks gives."""

_DOCX: Final = "/open-apis/docx/v1/chats"


class Announcements:
    """The document of a chat; its root block is called like the chat.

    Edits carry a `client_token`: repeated with the same one they are not done again.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def info(self, chat_id: str) -> WireInfo:
        """Return kind and revision; the only call that takes both kinds."""
        request = Request(
            operation="docx_chat_announcement_get", method="GET", path=_path(chat_id), effect=Effect.READ
        )
        return await self._transport.call(request, WireInfo)

    async def legacy(self, chat_id: str) -> WireLegacy:
        """Return an announcement of the old kind (`doc`)."""
        request = Request(
            operation="chat_announcement_get",
            method="GET",
            path=chat_path(chat_id, "announcement"),
            effect=Effect.READ,
            query={"user_id_type": "open_id"},
        )
        return await self._transport.call(request, WireLegacy)

    async def blocks(self, chat_id: str) -> list[WireBlock]:
        """Return all blocks, parents before their children, the root first."""

        async def fetch(paging: dict[str, str]) -> WireBlockPage:
            request = Request(
                operation="docx_chat_announcement_block_list",
                method="GET",
                path=_path(chat_id, "blocks"),
                effect=Effect.READ,
                query={"user_id_type": "open_id"} | paging,
            )
            return await self._transport.call(request, WireBlockPage)

        pages = await walk("docx_chat_announcement_block_list", fetch, page_size=PAGE_SIZE)
        return [block for page in pages for block in page.items]

    async def update(self, chat_id: str, requests: Sequence[Body], revision: int, token: str) -> WireEdit:
        """Change at most 200 blocks, all or none."""
        return await self._edit(
            "docx_chat_announcement_block_batch_update",
            "PATCH",
            chat_id,
            ("blocks", "batch_update"),
            _edit_of(revision, token) | {"user_id_type": "open_id"},
            {"requests": list(requests)},
        )

    async def create(
        self, chat_id: str, parent: str, index: int, blocks: Sequence[Body], revision: int, token: str
    ) -> WireEdit:
        """Create at most 50 blocks below `parent`; they cannot bring children along."""
        return await self._edit(
            "docx_chat_announcement_block_children_create",
            "POST",
            chat_id,
            ("blocks", parent, "children"),
            _edit_of(revision, token) | {"user_id_type": "open_id"},
            {"index": index, "children": list(blocks)},
        )

    async def delete(
        self, chat_id: str, parent: str, start: int, end: int, revision: int, token: str
    ) -> WireEdit:
        """Delete the children of `parent` from `start` to before `end`, with all below them."""
        return await self._edit(
            "docx_chat_announcement_block_children_batch_delete",
            "DELETE",
            chat_id,
            ("blocks", parent, "children", "batch_delete"),
            _edit_of(revision, token),
            {"start_index": start, "end_index": end},
        )

    async def _edit(
        self,
        operation: str,
        method: str,
        chat_id: str,
        parts: Sequence[str],
        query: dict[str, str],
        body: Body,
    ) -> WireEdit:
        request = Request(
            operation=operation,
            method=method,
            path=_path(chat_id, *parts),
            effect=Effect.REPEATABLE,
            query=query,
            body=body,
            edited=chat_id,
        )
        return await self._transport.call(request, WireEdit)


def _path(chat_id: str, *parts: str) -> str:
    return "/".join(
        (_DOCX, quote(chat_id, safe=""), "announcement", *(quote(part, safe="") for part in parts))
    )


def _edit_of(revision: int, token: str) -> dict[str, str]:
    return {"revision_id": str(revision), "client_token": token}
