"""The emulator inside the process, as an HTTPX transport."""

from __future__ import annotations

import httpx

from reconciler.emulator.core import Emulator
from reconciler.emulator.wire import AnswerTooLateError, ConnectionDroppedError, Request


class EmulatorTransport(httpx.AsyncBaseTransport):
    """Answers every request from `emulator`, whatever its host; the caller closes the emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer.

        Raises:
            httpx.RemoteProtocolError: a scripted fault ended the connection.
            httpx.ReadTimeout: the answer took longer than the request's read timeout.
        """
        patience = request.extensions.get("timeout", {}).get("read")
        incoming = Request(
            method=request.method,
            path=request.url.raw_path.partition(b"?")[0].decode("ascii"),
            query=request.url.params.multi_items(),
            headers=dict(request.headers),
            body=await request.aread(),
        )
        # What httpcore says when a request has left: clients that keep a quota count from that moment.
        if trace := request.extensions.get("trace"):
            await trace("http11.send_request_body.complete", {"request": request})
        try:
            answer = await self._emulator.handle(incoming, patience)
        except ConnectionDroppedError as error:
            raise httpx.RemoteProtocolError(
                "Server disconnected without sending a response.", request=request
            ) from error
        except AnswerTooLateError as error:
            raise httpx.ReadTimeout("The read operation timed out.", request=request) from error
        if answer.cut_at is not None:
            raise httpx.RemoteProtocolError(
                "peer closed connection without sending complete message body", request=request
            )
        return httpx.Response(
            answer.status, headers=dict(answer.headers), content=answer.body, request=request
        )
