from __future__ import annotations

import asyncio

import pytest

from reconciler.feishu.limiter import CONNECTIONS, SECOND, Limiter
from reconciler.plan.duration import Windows

QUICK = Windows()


def now() -> float:
    return asyncio.get_running_loop().time()


async def use(
    limiter: Limiter, operation: str, log: list[tuple[str, float]], name: str, seconds: float = 0.0
):
    async with limiter.of(operation).turn():
        log.append((name, now()))
        await asyncio.sleep(seconds)


async def test_turns_are_given_in_the_order_of_asking():
    limiter = Limiter({"op": Windows(per_second=1)}, 64)
    log: list[tuple[str, float]] = []

    await asyncio.gather(*(use(limiter, "op", log, str(index)) for index in range(40)))

    assert [name for name, _ in log] == [str(index) for index in range(40)]


async def test_calls_in_flight_are_limited_over_all_operations():
    limiter = Limiter({"one": QUICK, "two": QUICK}, 3)
    log: list[tuple[str, float]] = []
    start = now()

    await asyncio.gather(*(use(limiter, ("one", "two")[i % 2], log, "", seconds=1.0) for i in range(9)))

    assert [round(time - start) for _, time in log] == [0, 0, 0, 1, 1, 1, 2, 2, 2]


async def test_one_operation_never_has_more_calls_under_way_than_connections():
    limiter = Limiter({"op": QUICK}, 64)
    log: list[tuple[str, float]] = []
    start = now()

    await asyncio.gather(*(use(limiter, "op", log, "", seconds=1.0) for _ in range(CONNECTIONS + 1)))

    assert [round(time - start) for _, time in log] == [0] * CONNECTIONS + [1]


async def test_an_operation_that_waits_for_its_window_does_not_hold_up_another():
    limiter = Limiter({"slow": Windows(per_minute=1), "fast": QUICK}, 2)
    log: list[tuple[str, float]] = []
    start = now()

    await asyncio.gather(
        *(use(limiter, "slow", log, "slow") for _ in range(5)), use(limiter, "fast", log, "fast")
    )

    assert dict(log)["fast"] == start


async def test_waiting_for_a_free_place_does_not_use_up_the_window():
    # Two calls a second, but only one at a time: the stamp is set when the call goes, not when it asks.
    limiter = Limiter({"op": Windows(per_second=2)}, 1)
    log: list[tuple[str, float]] = []
    start = now()

    await asyncio.gather(*(use(limiter, "op", log, "", seconds=0.9) for _ in range(4)))

    assert [round(time - start, 2) for _, time in log] == [0, 0.9, 1.8, 2.7]


async def test_call_counts_from_when_it_was_sent():
    limiter = Limiter({"op": Windows(per_second=1)}, 64)
    start = now()
    async with limiter.of("op").turn() as turn:
        await asyncio.sleep(0.3)
        turn.sent()

    async with limiter.of("op").turn():
        assert now() - start == pytest.approx(0.3 + 1.05)


async def test_pause_holds_all_turns_of_the_operation():
    limiter = Limiter({"op": QUICK}, 64)
    log: list[tuple[str, float]] = []
    start = now()

    limiter.of("op").pause(7)
    limiter.of("op").pause(3)
    await asyncio.gather(*(use(limiter, "op", log, "") for _ in range(2)))

    assert [time - start for _, time in log] == [pytest.approx(7)] * 2


async def test_pause_that_comes_while_somebody_waits_counts_for_them():
    limiter = Limiter({"op": Windows(per_second=1)}, 64)
    log: list[tuple[str, float]] = []
    start = now()
    waiting = [asyncio.create_task(use(limiter, "op", log, "")) for _ in range(2)]
    await asyncio.sleep(0.5)

    limiter.of("op").pause(10)
    await asyncio.gather(*waiting)

    assert log[1][1] - start == pytest.approx(10.5)


async def test_a_cancelled_waiter_gives_its_place_back():
    limiter = Limiter({"op": QUICK}, 1)
    log: list[tuple[str, float]] = []
    first = asyncio.create_task(use(limiter, "op", log, "first", seconds=1.0))
    cancelled = asyncio.create_task(use(limiter, "op", log, "cancelled"))
    await asyncio.sleep(0.1)

    cancelled.cancel()
    await use(limiter, "op", log, "third")
    await first

    assert [name for name, _ in log] == ["first", "third"]


async def edit(limiter: Limiter, operation: str, announcement: str, times: list[float]):
    async with limiter.of(operation).turn(limiter.edits_of(announcement)):
        times.append(now())


async def test_edits_of_one_announcement_are_three_a_second_whatever_the_operation():
    limiter = Limiter({"create": QUICK, "delete": QUICK}, 64)
    times: list[float] = []

    for number in range(7):
        await edit(limiter, ("create", "delete")[number % 2], "oc_1", times)

    assert [round(each - times[0], 2) for each in times] == [0, 0, 0, SECOND, SECOND, SECOND, 2 * SECOND]


async def test_announcement_that_waits_does_not_hold_up_another():
    limiter = Limiter({"create": QUICK}, 64)
    times: list[float] = []
    others: list[float] = []
    for _ in range(3):
        await edit(limiter, "create", "oc_1", times)

    await asyncio.gather(edit(limiter, "create", "oc_1", times), edit(limiter, "create", "oc_2", others))

    assert others[0] == times[0]
    assert times[3] - times[0] == pytest.approx(SECOND)


async def test_an_operation_without_quota_is_an_error():
    with pytest.raises(KeyError):
        Limiter({}, 1).of("unheard_of")
