"""The platform's rate limit: sliding windows per operation, app and tenant.

Source: platform.openapi.yaml, info.x-rate-limit-tiers ("where a tier has two figures, reaching either one
triggers the limit") and `x-rate-limit` of the operations. Windows are kept in the database when an emulator is
closed, so that two runs after each other meet the limit that one would.
"""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from reconciler.emulator.wire import Refusal


class Window(NamedTuple):
    """At most `calls` accepted calls in any `seconds`."""

    calls: int
    seconds: float


STANDARD: tuple[Window, ...] = (Window(50, 1.0), Window(1000, 60.0))
"""50 a second and 1000 a minute: tier 4, which all group operations have."""

UNLIMITED: tuple[Window, ...] = ()

LONGEST = 60.0
"""Seconds of the longest window of all operations."""


class Quota:
    """Counts accepted calls; refused ones do not count."""

    def __init__(self) -> None:
        self._accepted: dict[str, deque[float]] = {}

    def dump(self, now: float) -> str:
        """Return the calls that still count, as JSON for `load`."""
        oldest = now - LONGEST
        kept = {key: [time for time in times if time > oldest] for key, times in self._accepted.items()}
        return json.dumps({key: times for key, times in kept.items() if times})

    def load(self, dumped: str) -> None:
        """Go on with the calls that `dump` returned."""
        self._accepted = {key: deque(times) for key, times in json.loads(dumped).items()}

    def take(self, key: str, windows: Sequence[Window], now: float, status: int = 429) -> None:
        """Count one call under `key`, or refuse it.

        Raises:
            Refusal: 99991400 with the HTTP `status`, the size of the exceeded window and the whole seconds to wait.
        """
        if not windows:
            return
        accepted = self._accepted.setdefault(key, deque())
        while len(accepted) > max(window.calls for window in windows):
            accepted.popleft()
        for window in windows:
            wait = _wait(accepted, window, now)
            if wait > 0:
                raise Refusal(
                    99991400,
                    status=status,
                    headers={
                        "x-ogw-ratelimit-limit": str(window.calls),
                        "x-ogw-ratelimit-reset": str(math.ceil(wait)),
                    },
                )
        accepted.append(now)

    def clear(self) -> None:
        """Forget all calls."""
        self._accepted.clear()


def _wait(accepted: deque[float], window: Window, now: float) -> float:
    """Return the seconds until `window` takes another call; 0 or less if it does now."""
    if len(accepted) < window.calls:
        return 0.0
    return accepted[-window.calls] + window.seconds - now
