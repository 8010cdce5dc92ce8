"""Messages in chats. Source: platform.openapi.yaml, im_message_create."""

from __future__ import annotations

from reconciler.errors import PlatformError
from reconciler.feishu.codes import ON_ITS_WAY
from reconciler.feishu.transport import Effect, Request, Transport
from reconciler.feishu.wire import Nothing


class Messages:
    """What our app says."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def send_card(self, chat_id: str, card: str, uuid: str) -> None:
        """Send an interactive card into a chat that our app is in.

        The uuid makes it repeatable: at most one message comes of one uuid within an hour.

        Args:
            chat_id: The chat.
            card: JSON; at most 30 KB as a string within the request.
            uuid: At most 50 characters; of this card alone, for nothing else is sent with it.
        """
        request = Request(
            operation="im_message_create",
            method="POST",
            path="/open-apis/im/v1/messages",
            effect=Effect.REPEATABLE,
            query={"receive_id_type": "chat_id"},
            body={"receive_id": chat_id, "msg_type": "interactive", "content": card, "uuid": uuid},
        )
        try:
            await self._transport.call(request, Nothing)
        except PlatformError as error:
            # An attempt before this one got through. Source: im_message_create, `x-open-questions`.
            if error.facts.code != ON_ITS_WAY:
                raise
