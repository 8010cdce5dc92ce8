"""A sample of the points at which an apply can be killed, struck or disturbed; `benchmarks/torture.py` tries them all.

Whatever happened, the next applies converge; no group is there twice, none of ours is unknown to the state, and the
journals can be read.
"""

from __future__ import annotations

from functools import partial
from itertools import product

import pytest

from tests.support import torture

PARTS = 4
"""Tests into which a sample is cut, so that they run side by side."""
EVERY_MOMENT = 19
EVERY_FAULT = 61
EVERY_BOUNDARY = 23


@pytest.fixture(scope="session")
def start(tmp_path_factory):
    return torture.prepare(tmp_path_factory.mktemp("torture") / "start")


@pytest.fixture(scope="session")
def moments(start):
    return torture.moments(start)


@pytest.fixture(scope="session")
def calls(start):
    return torture.calls_of_an_apply(start)


@pytest.mark.parametrize("part", range(PARTS))
def test_apply_that_was_killed_is_gone_on_with(start, moments, part):
    numbers = range(len(moments))
    sample = {*numbers[::EVERY_MOMENT], *_creates(moments)}

    verdicts = [torture.kill(start, number) for number in sorted(sample)[part::PARTS]]

    assert verdicts
    assert torture.bad(verdicts) == []


def _creates(moments):
    return [number for number, moment in enumerate(moments) if moment.endswith("POST /open-apis/im/v1/chats")]


@pytest.mark.parametrize("part", range(PARTS))
def test_fault_at_any_call_is_mended_by_the_next_apply(start, calls, part):
    points = list(product(range(calls), torture.FAULTS, (1, torture.LASTING)))

    verdicts = [
        torture.strike(start, name, after, count) for after, name, count in points[part::PARTS][::EVERY_FAULT]
    ]

    assert verdicts
    assert torture.bad(verdicts) == []


@pytest.mark.parametrize("by_force", [False, True], ids=["lock respected", "lock removed"])
def test_second_apply_makes_no_group_twice(start, calls, by_force):
    meet = partial(torture.meet, start, by_force=by_force)

    verdicts = [meet(boundary) for boundary in range(0, 2 * calls, EVERY_BOUNDARY)]

    assert torture.bad(verdicts) == []


@pytest.mark.parametrize("done", [False, True], ids=["not written", "written but not told"])
def test_nothing_is_created_that_cannot_be_recorded(start, done):
    writes = range(1, torture.writes_of_an_apply(start) + 1)

    verdicts = [torture.break_state(start, number, done=done) for number in writes]

    assert len(verdicts) > 3, "the state is written in the middle of an apply"
    assert torture.bad(verdicts) == []
