"""Chats and their settings. Source: chats.openapi.yaml."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.feishu.endpoints.paging import walk
from reconciler.feishu.endpoints.paths import CHATS, chat_path
from reconciler.feishu.transport import Effect, Request, Transport
from reconciler.feishu.wire import Body, ChatPage, Nothing, WireChat, WireListedChat, WireNewChat


class Chats:
    """Groups themselves: existence and settings."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def create(
        self, settings: Body, users: Sequence[str], bots: Sequence[str], uuid: str
    ) -> WireNewChat:
        """Create a chat that our app owns.

        The uuid makes it repeatable: at most one chat comes of one uuid within 10 hours.

        Args:
            settings: Fields of the body that are settings.
            users: At most 50 open ids.
            bots: At most 5 app ids, without our own.
            uuid: At most 50 characters.
        """
        people = {"user_id_list": list(users), "bot_id_list": list(bots)}
        request = Request(
            operation="chat_create",
            method="POST",
            path=CHATS,
            effect=Effect.REPEATABLE,
            query={"user_id_type": "open_id", "uuid": uuid},
            body=settings | {name: ids for name, ids in people.items() if ids},
        )
        return await self._transport.call(request, WireNewChat)

    async def get(self, chat_id: str) -> WireChat:
        """Return a chat, in the reduced view when our app is not in it."""
        request = Request(
            operation="chat_get",
            method="GET",
            path=chat_path(chat_id),
            effect=Effect.READ,
            query={"user_id_type": "open_id"},
        )
        return await self._transport.call(request, WireChat)

    async def list(self) -> tuple[WireListedChat, ...]:
        """Return every chat our app is in, oldest first: the one order that stays stable while paging."""

        async def fetch(paging: dict[str, str]) -> ChatPage:
            request = Request(
                operation="chat_list",
                method="GET",
                path=CHATS,
                effect=Effect.READ,
                query={"user_id_type": "open_id", "sort_type": "ByCreateTimeAsc"} | paging,
            )
            return await self._transport.call(request, ChatPage)

        return tuple(chat for page in await walk("chat_list", fetch) for chat in page.items)

    async def update(self, chat_id: str, settings: Body) -> None:
        """Write settings; what is left out stays."""
        request = Request(
            operation="chat_update",
            method="PUT",
            path=chat_path(chat_id),
            effect=Effect.REPEATABLE,
            query={"user_id_type": "open_id"},
            body=settings,
        )
        await self._transport.call(request, Nothing)
