"""Who may post. Source: chats.openapi.yaml, chat_moderation."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.feishu.endpoints.paging import walk
from reconciler.feishu.endpoints.paths import chat_path
from reconciler.feishu.transport import Effect, Request, Transport
from reconciler.feishu.wire import Body, ModerationPage, Nothing


class Moderation:
    """The posting mode of a chat and its list of moderators."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def get(self, chat_id: str) -> list[ModerationPage]:
        """Return the mode with all moderators, page by page; at least one page."""

        async def fetch(paging: dict[str, str]) -> ModerationPage:
            request = Request(
                operation="chat_moderation_get",
                method="GET",
                path=chat_path(chat_id, "moderation"),
                effect=Effect.READ,
                query={"user_id_type": "open_id"} | paging,
            )
            return await self._transport.call(request, ModerationPage)

        return await walk("chat_moderation_get", fetch)

    async def update(self, chat_id: str, mode: str, add: Sequence[str], remove: Sequence[str]) -> None:
        """Set the mode and change the list of moderators. Idempotent: adding twice is adding once.

        Args:
            chat_id: The chat.
            mode: The lists count only with `moderator_list`.
            add: At most 50 open ids, none of them in `remove`; who is not in the chat is dropped silently.
            remove: At most 50 open ids.
        """
        lists = {"moderator_added_list": list(add), "moderator_removed_list": list(remove)}
        body: Body = {"moderation_setting": mode} | {name: ids for name, ids in lists.items() if ids}
        request = Request(
            operation="chat_moderation_update",
            method="PUT",
            path=chat_path(chat_id, "moderation"),
            effect=Effect.REPEATABLE,
            query={"user_id_type": "open_id"},
            body=body,
        )
        await self._transport.call(request, Nothing)
