"""The emulator behind a real socket: starlette and uvicorn."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconciler.emulator.core import Emulator
from reconciler.emulator.wire import ConnectionDroppedError, Request

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def serve(
    emulator: Emulator,
    host: str = "127.0.0.1",
    port: int = 0,
    announce: Callable[[str], None] = lambda _url: None,
) -> None:
    """Answer over HTTP until SIGINT or SIGTERM; the caller closes the emulator.

    Args:
        emulator: Who answers.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        announce: Called once with the base URL (`http://127.0.0.1:PORT`) when connections are accepted.

    Raises:
        OSError: the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        bound = listener.getsockname()[1]
        shown = f"[{host}]" if family == socket.AF_INET6 else host
        server = _Server(emulator, lambda: announce(f"http://{shown}:{bound}"))
        asyncio.run(server.serve(sockets=[listener]))


class _Server(uvicorn.Server):
    """A server that says when it listens, and for which a signal is an ordinary end."""

    def __init__(self, emulator: Emulator, announce: Callable[[], None]) -> None:
        connections: dict[Any, asyncio.Transport] = {}
        super().__init__(
            uvicorn.Config(
                Starlette(routes=[Mount("/", app=_Endpoint(emulator, connections))]),
                http=_remembering(connections),
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
            )
        )
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn raises the signal once more at the end, which would make an ordinary stop look like a kill.
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _remembering(connections: dict[Any, asyncio.Transport]) -> type[H11Protocol]:
    """Return a protocol that keeps its transport under the client's address while connected.

    ASGI has no way to end a connection without an answer; the transport has.
    """

    class Remembering(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
            self._peer = transport.get_extra_info("peername")[:2]
            connections[self._peer] = transport
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.pop(self._peer, None)
            super().connection_lost(exc)

    return Remembering


class _Endpoint:
    """The ASGI side: request in, answer or a broken connection out."""

    def __init__(self, emulator: Emulator, connections: dict[Any, asyncio.Transport]) -> None:
        self._emulator = emulator
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        http = HttpRequest(scope, receive)
        request = Request(
            method=http.method,
            path=scope["path"],
            query=http.query_params.multi_items(),
            headers=dict(http.headers),
            body=await http.body(),
            local=_is_local(http),
        )
        try:
            answer = await self._emulator.handle(request)
        except ConnectionDroppedError:
            self._connections[scope["client"]].abort()
            await receive()  # the body is read, so this is the news that the connection is gone
            return
        if answer.cut_at is None:
            await HttpResponse(answer.body, answer.status, answer.headers)(scope, receive, send)
            return
        headers = {**answer.headers, "Content-Length": str(len(answer.body))}
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": answer.body[: answer.cut_at], "more_body": True})
        self._connections[scope["client"]].close()
        await receive()  # the body is read, so this is the news that the connection is gone


def _is_local(http: HttpRequest) -> bool:
    """Tell whether a request comes from this machine and means it.

    A foreign name in `Host` is a web page that had its own name resolved to this machine.
    """
    from_here = http.client is not None and ipaddress.ip_address(http.client.host).is_loopback
    return from_here and http.url.hostname in _LOCAL_NAMES
