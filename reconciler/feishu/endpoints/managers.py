"""Who manages a chat. Source: members.openapi.yaml, chat-managers."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.feishu.endpoints.members import MemberIdType
from reconciler.feishu.endpoints.paths import chat_path
from reconciler.feishu.transport import Effect, Request, Transport
from reconciler.feishu.wire import WireManagers


class Managers:
    """The managers of a chat; only its owner may change them. Both calls are idempotent."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def add(self, chat_id: str, id_type: MemberIdType, ids: Sequence[str]) -> WireManagers:
        """Appoint members: at most 50 users or 5 bots; return all managers."""
        return await self._change("chat_managers_add_managers", "add_managers", chat_id, id_type, ids)

    async def delete(self, chat_id: str, id_type: MemberIdType, ids: Sequence[str]) -> WireManagers:
        """Take the role from managers: at most 50 users or 5 bots; return all managers that remain."""
        return await self._change("chat_managers_delete_managers", "delete_managers", chat_id, id_type, ids)

    async def _change(
        self, operation: str, action: str, chat_id: str, id_type: MemberIdType, ids: Sequence[str]
    ) -> WireManagers:
        request = Request(
            operation=operation,
            method="POST",
            path=chat_path(chat_id, "managers", action),
            effect=Effect.REPEATABLE,
            query={"member_id_type": id_type},
            body={"manager_ids": list(ids)},
        )
        return await self._transport.call(request, WireManagers)
