"""Who is in a chat. Source: members.openapi.yaml, chat-members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from reconciler.feishu.endpoints.paging import walk
from reconciler.feishu.endpoints.paths import chat_path
from reconciler.feishu.transport import Effect, Request, Transport
from reconciler.feishu.wire import MemberListPage, MemberPage, MembersAdded, MembersRemoved

MemberIdType: TypeAlias = Literal["open_id", "app_id"]
"""Users are named by open id, bots by app id; one call takes one kind only."""


class Members:
    """The members of a chat."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def add(self, chat_id: str, id_type: MemberIdType, ids: Sequence[str]) -> MembersAdded:
        """Add at most 50 users or 5 bots; the usable ones come in, the others are listed.

        Idempotent: who is in already is in none of the lists.
        """
        request = Request(
            operation="chat_members_create",
            method="POST",
            path=chat_path(chat_id, "members"),
            effect=Effect.REPEATABLE,
            query={"member_id_type": id_type, "succeed_type": "1"},
            body={"id_list": list(ids)},
        )
        return await self._transport.call(request, MembersAdded)

    async def delete(self, chat_id: str, id_type: MemberIdType, ids: Sequence[str]) -> MembersRemoved:
        """Remove at most 50 users or 5 bots; ids that mean nobody are listed.

        Idempotent: who is not in the chat counts as removed.
        """
        request = Request(
            operation="chat_members_delete",
            method="DELETE",
            path=chat_path(chat_id, "members"),
            effect=Effect.REPEATABLE,
            query={"member_id_type": id_type},
            body={"id_list": list(ids)},
        )
        return await self._transport.call(request, MembersRemoved)

    async def get(self, chat_id: str) -> list[MemberPage]:
        """Return the users of a chat, page by page; at least one page."""

        async def fetch(paging: dict[str, str]) -> MemberPage:
            request = Request(
                operation="chat_members_get",
                method="GET",
                path=chat_path(chat_id, "members"),
                effect=Effect.READ,
                query={"member_id_type": "open_id"} | paging,
            )
            return await self._transport.call(request, MemberPage)

        return await walk("chat_members_get", fetch)

    async def list_with_bots(self, chat_id: str) -> list[MemberListPage]:
        """Return the users and bots of a chat, page by page; at least one page.

        No page of the platform describes this call. Source: wire-behaviour.md 6.8.
        """

        async def fetch(paging: dict[str, str]) -> MemberListPage:
            request = Request(
                operation="chat_members_list",
                method="GET",
                path=chat_path(chat_id, "members", "list"),
                # Where the call is unknown, repeating it would only take time: another call takes its place.
                effect=Effect.ONCE,
                query={"member_types": "user,bot", "member_id_type": "open_id"} | paging,
            )
            return await self._transport.call(request, MemberListPage)

        return await walk("chat_members_list", fetch)
