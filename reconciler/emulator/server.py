"""The emulator behind a real socket: starlette and uvicorn."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import uvicorn
from starlette.requests import Request as HttpRequest
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconciler.emulator.core import Emulator
from reconciler.emulator.wire import BODYLESS, ConnectionDroppedError, Request, Response

_LOGGER = logging.getLogger(__name__)

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LONGEST_REST = 1.0
"""Seconds after which new events are looked for that another process on the database has made."""

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
        postman = _Postman(emulator)
        server = Server(postman.answer, lambda: announce(f"http://{shown}:{bound}"))
        with _ended_by_signals(server):
            asyncio.run(_serve(server, listener, postman))


async def _serve(server: uvicorn.Server, listener: socket.socket, postman: _Postman) -> None:
    delivering = asyncio.create_task(postman.work())
    try:
        await server.serve(sockets=[listener])
    finally:
        delivering.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await delivering


class _Postman:
    """Delivers events in the background: after requests, which may make some or move the clock, and when due."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._woken = asyncio.Event()

    async def answer(self, request: Request) -> Response:
        """Answer a request, and look what it made to deliver."""
        try:
            return await self._emulator.handle(request)
        finally:
            self._woken.set()

    async def work(self) -> None:
        """Deliver for ever."""
        while True:
            self._woken.clear()
            rest = await self._deliver()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), rest)

    async def _deliver(self) -> float:
        """Deliver what is due, and return how long there is nothing to do unless somebody asks."""
        try:
            await self._emulator.deliver()
            due = self._emulator.seconds_to_delivery()
        except Exception:  # whatever it is, the events after it are still to be sent
            _LOGGER.exception("Events could not be delivered; the next attempt follows")
            return _LONGEST_REST
        return _LONGEST_REST if due is None else min(due, _LONGEST_REST)


@contextlib.contextmanager
def _ended_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """Let signals end the server; they belong to the main thread, other threads leave them alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, server.handle_exit) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Server(uvicorn.Server):
    """A server for the running event loop, which says when it listens; `should_exit` ends it.

    Args:
        answer: What answers a request: `Emulator.handle`.
        announce: Called once when connections are accepted.
    """

    def __init__(
        self, answer: Callable[[Request], Awaitable[Response]], announce: Callable[[], None]
    ) -> None:
        connections: dict[Any, asyncio.Transport] = {}
        super().__init__(
            uvicorn.Config(
                _Endpoint(answer, connections),
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
        """Accept connections, and say so."""
        await super().startup(sockets)
        self._announce()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `serve`: uvicorn would raise them once more, and make an ordinary stop look like a kill."""
        yield


def _remembering(connections: dict[Any, asyncio.Transport]) -> type[H11Protocol]:
    """Return a protocol that keeps its transport under the client's address while connected.

    ASGI has no way to end a connection without an answer; the transport has.
    """

    class Remembering(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
            self._peer = transport.get_extra_info("peername")[:2]
            connections[self._peer] = transport
            # asyncio leaves this out for sockets made by `socket.create_server`; head and body of an answer
            # are two packets, and the second would wait 40 ms for the client's word on the first.
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.pop(self._peer, None)
            super().connection_lost(exc)

    return Remembering


class _Endpoint:
    """The ASGI side: request in, answer or a broken connection out."""

    def __init__(
        self, answer: Callable[[Request], Awaitable[Response]], connections: dict[Any, asyncio.Transport]
    ) -> None:
        self._answer = answer
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        http = HttpRequest(scope, receive)
        request = Request(
            method=http.method,
            path=scope["raw_path"].decode("ascii"),
            query=http.query_params.multi_items(),
            headers=dict(http.headers),
            body=await http.body(),
            address=http.client.host if http.client else "",
            local=_is_local(http),
        )
        try:
            answer = await self._answer(request)
        except ConnectionDroppedError:
            self._connections[scope["client"]].abort()
            await receive()  # the body is read, so this is the news that the connection is gone
            return
        length = {} if answer.status in BODYLESS else {"Content-Length": str(len(answer.body))}
        headers = {**answer.headers, **length}
        # The names go out as the platform writes them: its SDK looks for `X-Tt-Logid` letter by letter.
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        cut = answer.cut_at is not None
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": answer.body[: answer.cut_at], "more_body": cut})
        if cut:
            self._connections[scope["client"]].close()
            await receive()  # the body is read, so this is the news that the connection is gone


def _is_local(http: HttpRequest) -> bool:
    """Tell whether a request comes from this machine and means it.

    A foreign name in `Host` is a web page that had its own name resolved to this machine.
    """
    from_here = http.client is not None and ipaddress.ip_address(http.client.host).is_loopback
    return from_here and http.url.hostname in _LOCAL_NAMES
