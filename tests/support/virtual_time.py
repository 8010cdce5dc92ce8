"""An event loop whose time jumps to the next timer instead of passing.

Hours of waiting take milliseconds, and every time a test sees is exact.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_SMALLEST_JUMP = 1e-6
"""Seconds. A jump must never be lost in the rounding of floats: whoever waits for it would spin for ever."""


class _JumpingSelector(selectors.SelectSelector):
    """Never blocks: with nothing to read, time jumps by as much as the loop would have slept."""

    loop: VirtualTimeLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if not events and timeout is None:
            raise RuntimeError("nothing is left to wait for: in real time, this test would hang")
        if not events and timeout:
            self.loop.now += max(timeout, _SMALLEST_JUMP)
        return events


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Starts at 1000 seconds, so that nothing depends on a zero."""

    def __init__(self) -> None:
        self.now = 1000.0
        selector = _JumpingSelector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self.now


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end in virtual time; for tests that are no coroutines themselves."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
