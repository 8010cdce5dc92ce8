from __future__ import annotations

import pytest

from reconciler.render.durations import age, clock
from reconciler.render.progress import format_progress


def test_line_tells_groups_calls_and_times():
    assert format_progress(50, 200, 345, 12.4) == "50/200 groups  345 calls  0:12  about 0:37 left"


def test_nobody_knows_how_long_it_takes_before_the_first_group():
    assert format_progress(0, 200, 1, 0.2) == "0/200 groups  1 call  0:00"


def test_groups_are_not_told_before_anybody_knows_how_many_there_are():
    assert format_progress(0, 0, 2, 1.2) == "2 calls  0:01"


def test_finished_run_has_nothing_left():
    assert format_progress(200, 200, 900, 61) == "200/200 groups  900 calls  1:01"


def test_line_fits_the_terminal():
    assert len(format_progress(50, 200, 345, 12.4, width=30)) <= 30


@pytest.mark.parametrize(
    ("seconds", "told"), [(-1, "0:00"), (59.6, "1:00"), (750, "12:30"), (3723, "1:02:03")]
)
def test_clock(seconds: float, told: str):
    assert clock(seconds) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(-5, "just now"), (59, "just now"), (60, "1 min ago"), (7200, "2 h ago"), (200_000, "2 d ago")],
)
def test_age(seconds: float, told: str):
    assert age(seconds) == told
