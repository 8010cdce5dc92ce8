"""The platform's rate limit: sliding windows per operation, app and tenant.

Source: platform.openapi.yaml, info.x-rate-limit-tiers ("where a tier has two figures, reaching either one
triggers the limit") and `x-rate-limit` of the operations. Windows live as long as the emulator object.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from reconciler.emulator.wire import Refusal


class Window(NamedTuple):
    """At most `calls` accepted calls in any `seconds`."""

    calls: int
    seconds: float


STANDARD: tuple[Window, ...] = (Window(50, 1.0), Window(1000, 60.0))
"""50 a second and 1000 a minute: tier 4, which all group operations have."""

UNLIMITED: tuple[Window, ...] = ()


class Quota:
    """Counts accepted calls; refused ones do not count."""

    def __init__(self) -> None:
        self._accepted: dict[Hashable, deque[float]] = {}

    def take(self, key: Hashable, windows: Sequence[Window], now: float) -> None:
        """Count one call under `key`, or refuse it.

        Raises:
            Refusal: 99991400 with HTTP 429, the size of the exceeded window and the whole seconds to wait.
        """
        if not windows:
            return
        accepted = self._accepted.setdefault(key, deque(maxlen=max(window.calls for window in windows)))
        for window in windows:
            wait = _wait(accepted, window, now)
            if wait > 0:
                raise Refusal(
                    99991400,
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
