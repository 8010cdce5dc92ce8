"""Our own bot. Source: platform.openapi.yaml."""

from __future__ import annotations

from reconciler.feishu.transport import Effect, Request, Transport
from reconciler.feishu.wire import BotInfo, BotInfoAnswer


class Bot:
    """What the platform knows of our own bot."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def info(self) -> BotInfo | None:
        """Return our bot; `None`: the app has none. Needs no scope, so it proves that credentials work."""
        request = Request(
            operation="bot_info",
            method="GET",
            path="/open-apis/bot/v3/info",
            effect=Effect.READ,
            beside_code=True,
        )
        answer = await self._transport.call(request, BotInfoAnswer)
        return answer.bot or (answer.data.bot if answer.data else None)
