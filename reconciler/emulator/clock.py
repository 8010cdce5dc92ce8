"""The emulated time: real time plus an offset, or a clock that only moves when told to."""

from __future__ import annotations

import asyncio
import math
import time
from typing import Protocol

LONGEST = 10 * 366 * 86_400.0
"""Seconds that may pass at once; nobody waits for ten years."""


def require_span(seconds: float) -> None:
    """Refuse what is no time to wait: below 0, above `LONGEST`, infinite or no number.

    Raises:
        ValueError: it is none.
    """
    if not (math.isfinite(seconds) and 0 <= seconds <= LONGEST):
        raise ValueError(f"must be from 0 to {LONGEST:.0f} seconds")


class Clock(Protocol):
    """What the emulator asks of time; seconds since the epoch."""

    offset: float

    def now(self) -> float:
        """Return the emulated time."""
        ...

    def move(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass for the caller without holding up anybody else."""
        ...


class RealClock:
    """The machine's time plus an offset that grows with every `move`."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        """Return the machine's time plus the offset."""
        return time.time() + self.offset

    def move(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self.offset += seconds

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of real time."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock for tests: it stands still until it is moved, and sleeping moves it without waiting."""

    def __init__(self, start: float = 1_767_225_600.0) -> None:
        self.start = start
        self.offset = 0.0

    def now(self) -> float:
        """Return the start plus all that has passed."""
        return self.start + self.offset

    def move(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self.offset += seconds

    async def sleep(self, seconds: float) -> None:
        """Let others run once, then move on by `seconds`."""
        await asyncio.sleep(0)
        self.offset += seconds
