"""Laws of the limiter: as many calls as the quota allows, and never more. In virtual time."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.feishu.limiter import Limiter
from reconciler.feishu.quota import TIER_4
from reconciler.plan.duration import Windows
from tests.support.virtual_time import run_virtual

LATENCIES = st.lists(st.sampled_from([0.0, 0.001, 0.02, 0.1, 0.3]), min_size=1, max_size=7)


def times_of_calls(
    count: int, windows: Windows, latencies: Sequence[float] = (0.0,), parallelism: int = 64
) -> list[float]:
    """Return when each of `count` calls left; all want to go at once, and last one of `latencies`."""
    times: list[float] = []

    async def call(limiter: Limiter, latency: float) -> None:
        async with limiter.of("op").turn() as turn:
            # Half of the time passes before the call leaves, as if it had to connect first.
            await asyncio.sleep(latency / 2)
            turn.sent()
            times.append(asyncio.get_running_loop().time())
            await asyncio.sleep(latency / 2)

    async def all_calls() -> None:
        limiter = Limiter({"op": windows}, parallelism)
        async with asyncio.TaskGroup() as group:
            for index in range(count):
                group.create_task(call(limiter, latencies[index % len(latencies)]))

    run_virtual(all_calls())
    return sorted(times)


def most_in_any(seconds: float, times: Sequence[float]) -> int:
    """Return the largest number of `times` in any window of `seconds`."""
    most = start = 0
    for end, time in enumerate(times):
        while time - times[start] >= seconds:
            start += 1
        most = max(most, end - start + 1)
    return most


def shortest_possible(count: int) -> float:
    """Return the seconds that `count` calls take at best with 50 a second and 1000 a minute."""
    minutes, rest = divmod(count - 1, 1000)
    return minutes * 60 + rest // 50


class TestQuotaIsKept:
    """50 calls in any second, 1000 in any minute. Source: platform.openapi.yaml, tier 4."""

    @settings(max_examples=15, deadline=None)
    @given(count=st.integers(1, 2300), latencies=LATENCIES)
    def test_never_more_than_50_in_any_second(self, count, latencies):
        assert most_in_any(1.0, times_of_calls(count, TIER_4, latencies)) <= 50

    @settings(max_examples=15, deadline=None)
    @given(count=st.integers(900, 2300), latencies=LATENCIES)
    def test_never_more_than_1000_in_any_minute(self, count, latencies):
        assert most_in_any(60.0, times_of_calls(count, TIER_4, latencies)) <= 1000

    @settings(max_examples=15, deadline=None)
    @given(count=st.integers(51, 5000))
    def test_total_is_within_five_percent_of_the_quotas_own_bound(self, count):
        times = times_of_calls(count, TIER_4)
        assert times[-1] - times[0] <= 1.05 * shortest_possible(count) + 1e-3

    @settings(max_examples=30, deadline=None)
    @given(count=st.integers(1, 60), per_second=st.integers(1, 5))
    def test_small_windows_are_used_up(self, count, per_second):
        times = times_of_calls(count, Windows(per_second=per_second))
        assert math.isclose(times[-1] - times[0], (count - 1) // per_second * 1.05, abs_tol=1e-3)


class TestTurns:
    @settings(max_examples=30, deadline=None)
    @given(count=st.integers(1, 200), parallelism=st.integers(1, 80), latencies=LATENCIES)
    def test_everybody_gets_a_turn(self, count, parallelism, latencies):
        assert len(times_of_calls(count, Windows(), latencies, parallelism)) == count
