"""What is pinned at the top of a chat; it cannot be read. Source: chats.openapi.yaml, chat_top_notice."""

from __future__ import annotations

from reconciler.feishu.endpoints.paths import chat_path
from reconciler.feishu.transport import Effect, Request, Transport
from reconciler.feishu.wire import Body, Nothing

_ANNOUNCEMENT = "2"
"""`action_type` of the announcement."""


class TopNotice:
    """The notice at the top of a chat."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def put_announcement(self, chat_id: str) -> None:
        """Pin the announcement, in the place of whatever is pinned."""
        body: Body = {"chat_top_notice": [{"action_type": _ANNOUNCEMENT}]}
        await self._write("chat_top_notice_put", "put_top_notice", chat_id, body)

    async def delete(self, chat_id: str) -> None:
        """Take away whatever is pinned; nothing is as well."""
        await self._write("chat_top_notice_delete", "delete_top_notice", chat_id, None)

    async def _write(self, operation: str, action: str, chat_id: str, body: Body | None) -> None:
        request = Request(
            operation=operation,
            method="POST",
            path=chat_path(chat_id, "top_notice", action),
            effect=Effect.REPEATABLE,
            body=body,
        )
        await self._transport.call(request, Nothing)
