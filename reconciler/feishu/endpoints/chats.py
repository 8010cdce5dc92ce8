"""Chats and their settings. Source: chats.openapi.yaml."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.feishu.endpoints.paging import walk
from reconciler.feishu.endpoints.paths import CHATS, chat_path
from reconciler.feishu.transport import Effect, Request, Transport
from reconciler.feishu.wire import (
    Body,
    ChatPage,
    Nothing,
    WireChat,
    WireListedChat,
    WireNewChat,
    WireShareLink,
)


class Chats:
    """Groups themselves: existence and settings."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def create(
        self, settings: Body, users: Sequence[str], bots: Sequence[str], uuid: str, owner: str | None = None
    ) -> WireNewChat:
        """Create a chat that our app owns, or a person with our app as a manager.

        The uuid makes it repeatable: at most one chat comes of one uuid within 10 hours.

        Args:
            settings: Fields of the body that are settings.
            users: At most 50 open ids.
            bots: At most 5 app ids, without our own.
            uuid: At most 50 characters.
            owner: Open id of a person.
        """
        people = {"user_id_list": list(users), "bot_id_list": list(bots), "owner_id": owner}
        manager = {"set_bot_manager": "true"} if owner else {}
        request = Request(
            operation="chat_create",
            method="POST",
            path=CHATS,
            effect=Effect.REPEATABLE,
            query={"user_id_type": "open_id", "uuid": uuid} | manager,
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
        return await self._walk("chat_list", CHATS, {"sort_type": "ByCreateTimeAsc"})

    async def search(self, keyword: str) -> tuple[WireListedChat, ...]:
        """Return every chat that our app can see and that fits a keyword by its name or that of a member.

        Args:
            keyword: At most 64 characters; longer ones find nothing. In double quotes if it holds a hyphen.
        """
        return await self._walk("chat_search", f"{CHATS}/search", {"query": keyword})

    async def link(self, chat_id: str, validity: str) -> WireShareLink:
        """Make a link by which people can join a chat. Every call makes another one, which nothing takes back."""
        request = Request(
            operation="chat_link",
            method="POST",
            path=chat_path(chat_id, "link"),
            effect=Effect.ONCE,
            body={"validity_period": validity},
        )
        return await self._transport.call(request, WireShareLink)

    async def _walk(self, operation: str, path: str, query: Body) -> tuple[WireListedChat, ...]:
        async def fetch(paging: dict[str, str]) -> ChatPage:
            request = Request(
                operation=operation,
                method="GET",
                path=path,
                effect=Effect.READ,
                query={"user_id_type": "open_id"} | query | paging,
            )
            return await self._transport.call(request, ChatPage)

        return tuple(chat for page in await walk(operation, fetch) for chat in page.items)

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

    async def transfer(self, chat_id: str, owner: str) -> None:
        """Make a person in the chat its owner. Done twice it is refused: by then our app is no owner any more."""
        request = Request(
            operation="chat_update",
            method="PUT",
            path=chat_path(chat_id),
            effect=Effect.ONCE,
            query={"user_id_type": "open_id"},
            body={"owner_id": owner},
        )
        await self._transport.call(request, Nothing)

    async def delete(self, chat_id: str) -> None:
        """Dissolve a chat for good."""
        request = Request(
            operation="chat_delete",
            method="DELETE",
            path=chat_path(chat_id),
            effect=Effect.REPEATABLE,
        )
        await self._transport.call(request, Nothing)
