"""Runs asynchronous use cases: signals end them in order, progress shows when they take long."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from reconciler.cli.output import write

if TYPE_CHECKING:
    from reconciler.cli.options import Options
    from reconciler.feishu.gateway import FeishuGateway

T = TypeVar("T")

QUIET_SECONDS: Final = 1.0
"""Nothing is shown before a run took this long."""
_TERMINAL_SECONDS: Final = 0.2
_PLAIN_SECONDS: Final = 10.0
"""How often progress is shown: on a terminal in place, elsewhere as a line of its own."""
_ERASE: Final = "\r\x1b[K"


_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Signals:
    """Who is told of SIGINT and SIGTERM: whoever asked last."""

    def __init__(self, handler: Callable[[], object]) -> None:
        self._handlers = [handler]

    def fire(self) -> None:
        """Tell of a signal."""
        self._handlers[-1]()

    @contextlib.contextmanager
    def told_to(self, handler: Callable[[], object]) -> Iterator[None]:
        """Tell `handler` while the block runs."""
        self._handlers.append(handler)
        try:
            yield
        finally:
            self._handlers.pop()


@contextlib.contextmanager
def asking() -> Iterator[None]:
    """Let signals end a question at once: the event loop cannot tell of them while it waits for an answer.

    Raises:
        KeyboardInterrupt: A signal came.
    """

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = {each: signal.signal(each, end) for each in _SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def run_async(main: Callable[[Signals], Coroutine[Any, Any, T]]) -> T:
    """Run `main` to its end; SIGINT and SIGTERM cancel it, unless it has them told to somebody else.

    Raises:
        KeyboardInterrupt: It was cancelled by a signal.
    """
    with asyncio.Runner() as runner:
        return runner.run(_cancellable(main))


async def _cancellable(main: Callable[[Signals], Coroutine[Any, Any, T]]) -> T:
    loop = asyncio.get_running_loop()
    task: asyncio.Task[T] | None = None
    signals = Signals(lambda: task and task.cancel())
    task = loop.create_task(main(signals))
    # Without a handler CI's SIGTERM would end the process at once, with the lock left behind.
    with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt there
        for each in _SIGNALS:
            loop.add_signal_handler(each, signals.fire)
    try:
        return await task
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


class ProgressDisplay:
    """What is shown while groups are read or applied."""

    def __init__(self, gateway: FeishuGateway, *, in_place: bool) -> None:
        self._gateway = gateway
        self._in_place = in_place
        self._began = time.monotonic()
        self._done = self._total = 0
        self._shown = False

    def update(self, done: int, total: int) -> None:
        """Take new numbers; they are shown at the next tick."""
        self._done, self._total = done, total

    async def tick(self) -> None:
        """Show the numbers again and again until cancelled."""
        await asyncio.sleep(QUIET_SECONDS)
        while True:
            self._show()
            await asyncio.sleep(_TERMINAL_SECONDS if self._in_place else _PLAIN_SECONDS)

    def _show(self) -> None:
        from reconciler.render.progress import format_progress

        calls = self._gateway.counts.calls.total()
        width = shutil.get_terminal_size().columns - 1 if self._in_place else None
        line = format_progress(self._done, self._total, calls, time.monotonic() - self._began, width)
        write(sys.stderr, f"{_ERASE}{line}" if self._in_place else f"{line}\n")
        self._shown = True

    def clear(self) -> None:
        """Remove what was shown in place."""
        if self._shown and self._in_place:
            write(sys.stderr, _ERASE)


@asynccontextmanager
async def showing_progress(gateway: FeishuGateway, options: Options) -> AsyncIterator[ProgressDisplay]:
    """Show progress on stderr while the block runs, unless asked to be quiet."""
    display = ProgressDisplay(gateway, in_place=sys.stderr.isatty())
    ticker = None if options.quiet else asyncio.create_task(display.tick())
    try:
        yield display
    finally:
        if ticker:
            ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ticker
        display.clear()
