from __future__ import annotations

import pytest

from reconciler.plan.duration import Windows, shortest_seconds

TIER_4 = Windows(per_second=50, per_minute=1000)


@pytest.mark.parametrize(
    ("calls", "seconds"),
    [
        pytest.param(1, 0, id="the-first-second-is-free"),
        pytest.param(50, 0, id="a-full-second"),
        pytest.param(51, 1, id="one-more-than-a-second-takes"),
        pytest.param(1000, 19, id="a-full-minute"),
        pytest.param(1001, 60, id="one-more-than-a-minute-takes"),
        pytest.param(3000, 139, id="three-minutes"),
    ],
)
def test_last_call_waits_for_the_windows_of_its_operation(calls, seconds):
    assert shortest_seconds({"create_chat": calls}, {"create_chat": TIER_4}) == seconds


def test_slowest_operation_decides():
    calls = {"create_chat": 10, "update_chat": 51}

    assert shortest_seconds(calls, {"create_chat": TIER_4, "update_chat": TIER_4}) == 1


def test_operation_without_a_stated_quota_is_not_limited():
    assert shortest_seconds({"bind_chat": 100_000}, {}) == 0


def test_quota_of_seconds_only_knows_no_minutes():
    assert shortest_seconds({"op": 1001}, {"op": Windows(per_second=1)}) == 1000


def test_quota_of_minutes_only_lets_a_minute_s_calls_go_at_once():
    assert shortest_seconds({"op": 11}, {"op": Windows(per_minute=10)}) == 60


def test_nothing_to_do_takes_no_time():
    assert shortest_seconds({}, {}) == 0
