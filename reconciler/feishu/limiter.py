"""Keeps the quota: never more calls in any window than the platform allows, and no slower than that.

Each operation has an exact sliding log (the times of its last calls), because its windows slide: token and
leaky buckets let up to twice the limit through where two windows meet. Time is the event loop's, so that a
loop with virtual time shows every law of this module within milliseconds.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from reconciler.feishu.quota import EDITS_PER_SECOND
from reconciler.plan.duration import Windows

SECOND: Final = 1.05
MINUTE: Final = 60.05
"""Windows in seconds, stretched: calls that leave in exact windows arrive in shorter ones (50 ms of network
jitter made 50 calls a second 64 at the server). It costs half a percent of speed over minutes."""

CONNECTIONS: Final = 16
"""Calls of one operation under way at once, and the size of its connection pool: at 50 calls a second it
suffices up to 320 ms per call. A call must never queue after it got its turn, else waiting calls would leave
all at once; so this limit comes first."""


@dataclass(slots=True)
class Turn:
    """One call that may go now; `time` is when it counts in the windows."""

    time: float

    def sent(self) -> None:
        """Count the call from now on.

        Connecting takes hundreds of milliseconds: calls of a first burst arrive that much later than they
        got their turns, and the next ones, over open connections, would arrive in the same second.
        """
        self.time = _now()


class Window:
    """The last `limit` turns.

    Turns go in order, each not before the one `limit` places ahead has left the window, so any `limit` + 1 of
    them span at least the window, even where a slow connection moved the times of neighbours out of order.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self._turns: deque[Turn] = deque(maxlen=limit)
        self._limit = limit
        self._seconds = seconds

    def opens_at(self) -> float:
        """Return when the next call may go."""
        return self._turns[0].time + self._seconds if len(self._turns) == self._limit else 0.0

    def add(self, turn: Turn) -> None:
        """Count a turn."""
        self._turns.append(turn)


class OperationLimiter:
    """Hands out turns for one operation, first come, first served."""

    def __init__(self, windows: Windows, in_flight: asyncio.Semaphore) -> None:
        limits = ((windows.per_second, SECOND), (windows.per_minute, MINUTE))
        self._windows = [Window(limit, seconds) for limit, seconds in limits if limit is not None]
        self._in_flight = in_flight
        self._connections = asyncio.Semaphore(CONNECTIONS)
        self._order = asyncio.Lock()
        self._paused_until = 0.0

    @asynccontextmanager
    async def turn(self, own: Window | None = None) -> AsyncIterator[Turn]:
        """Wait until a call may go; the turn lasts until the answer has been read.

        Args:
            own: A further window, of what the call writes to. Its calls come one after another; so it is waited
                for before the line, and holds up nobody else.
        """
        if own:
            await asyncio.sleep(max(0.0, own.opens_at() - _now()))
        async with self._connections:
            # Only the first in line waits for a window or for a free place among all calls: whoever gets a
            # turn leaves at once, and other operations are not held up by this queue.
            async with self._order:
                await self._wait_for_windows()
                await self._in_flight.acquire()
                turn = self._next_turn()
                if own:
                    own.add(turn)
            try:
                yield turn
            finally:
                self._in_flight.release()

    def pause(self, seconds: float) -> None:
        """Let no call of this operation go for `seconds`: the platform said so to one of them."""
        self._paused_until = max(self._paused_until, _now() + seconds)

    async def _wait_for_windows(self) -> None:
        # Again after sleeping: a pause may have come meanwhile.
        while (remaining := self._opens_at() - _now()) > 0:  # noqa: ASYNC110  it is time that is waited for
            await asyncio.sleep(remaining)

    def _opens_at(self) -> float:
        return max([self._paused_until, *(window.opens_at() for window in self._windows)])

    def _next_turn(self) -> Turn:
        turn = Turn(_now())
        for window in self._windows:
            window.add(turn)
        return turn


class Limiter:
    """The limiters of all operations, with the limit of calls in flight that they share."""

    def __init__(self, quota: Mapping[str, Windows], parallelism: int) -> None:
        self._quota = quota
        self._edited: dict[str, Window] = {}
        self._in_flight = asyncio.Semaphore(parallelism)
        self._operations: dict[str, OperationLimiter] = {}

    def of(self, operation: str) -> OperationLimiter:
        """Return the limiter of `operation`, which the quota has to name."""
        if operation not in self._operations:
            self._operations[operation] = OperationLimiter(self._quota[operation], self._in_flight)
        return self._operations[operation]

    def edits_of(self, announcement: str) -> Window:
        """Return the window that all edits of one announcement share."""
        if announcement not in self._edited:
            self._edited[announcement] = Window(EDITS_PER_SECOND, SECOND)
        return self._edited[announcement]


def _now() -> float:
    return asyncio.get_running_loop().time()
