"""A server in a thread of its own, for clients that block."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from reconciler.emulator import Request, Response
from reconciler.emulator.server import Server


@contextmanager
def served(answer: Callable[[Request], Awaitable[Response]]) -> Iterator[str]:
    """Answer on a loopback port; yields the base URL.

    What answers may be used by the test itself as well while it waits for no answer: then the thread rests.
    """
    listening = threading.Event()
    server = Server(answer, listening.set)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
        thread.start()
        try:
            assert listening.wait(timeout=30)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=30)
            assert not thread.is_alive()
