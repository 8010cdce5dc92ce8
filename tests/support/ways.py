"""The two ways from a client to an emulator: inside the process, and over a real socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

import httpx

from reconciler.emulator import Emulator, Request, Response
from reconciler.emulator.server import Server
from reconciler.emulator.transport import EmulatorTransport

_Result = TypeVar("_Result")

_IDLE = 1.0
"""Seconds after which a client gives an idle connection up: sooner than the server, which would hang up on it."""


class Way(Protocol):
    """How the requests of a test get to its emulator."""

    def client(self, emulator: Emulator) -> httpx.AsyncClient:
        """Return a client of `emulator`; it waits for an answer as long as it takes."""
        ...

    def run(self, coroutine: Coroutine[Any, Any, _Result]) -> _Result:
        """Run `coroutine` where the clients work."""
        ...

    def close(self) -> None:
        """End what the emulator was reached by."""
        ...


class InProcess:
    """`EmulatorTransport`: no network at all."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def client(self, emulator: Emulator) -> httpx.AsyncClient:
        """Return a client of `emulator`."""
        return httpx.AsyncClient(
            transport=EmulatorTransport(emulator), base_url="http://emulator.local", timeout=None
        )

    def run(self, coroutine: Coroutine[Any, Any, _Result]) -> _Result:
        """Run `coroutine`."""
        return self._runner.run(coroutine)

    def close(self) -> None:
        """Close the event loop."""
        self._runner.close()


class Socket:
    """A server on a loopback port that outlives the tests; each request goes to the emulator of its client.

    Server and clients share one event loop, so that a test may look into its emulator between requests.
    """

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections = httpx.AsyncHTTPTransport(limits=httpx.Limits(keepalive_expiry=_IDLE))
        self._emulator: Emulator | None = None
        self._runner.run(self._start())

    async def _start(self) -> None:
        listening = asyncio.Event()
        self._server = Server(self._answer, listening.set)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        await listening.wait()

    async def _answer(self, request: Request) -> Response:
        assert self._emulator is not None
        return await self._emulator.handle(request)

    async def send(self, emulator: Emulator, request: httpx.Request) -> httpx.Response:
        """Send a request to `emulator`; only one emulator is called at a time."""
        self._emulator = emulator
        return await self._connections.handle_async_request(request)

    def client(self, emulator: Emulator) -> httpx.AsyncClient:
        """Return a client of `emulator`."""
        host, port = self._listener.getsockname()
        return httpx.AsyncClient(
            transport=_Wire(self, emulator), base_url=f"http://{host}:{port}", timeout=None
        )

    def run(self, coroutine: Coroutine[Any, Any, _Result]) -> _Result:
        """Run `coroutine` beside the server."""
        return self._runner.run(coroutine)

    def close(self) -> None:
        """Keep the server for the next test."""

    def shut_down(self) -> None:
        """End the server."""
        self._runner.run(self._stop())
        self._runner.close()
        self._listener.close()

    async def _stop(self) -> None:
        await self._connections.aclose()
        self._server.should_exit = True
        await self._serving


class _Wire(httpx.AsyncBaseTransport):
    """The connections that all clients share, as one emulator's client sees them."""

    def __init__(self, way: Socket, emulator: Emulator) -> None:
        self._way = way
        self._emulator = emulator

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._way.send(self._emulator, request)
