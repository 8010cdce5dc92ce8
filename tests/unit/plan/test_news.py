"""What is new in drift since it was last told."""

from __future__ import annotations

import pytest

from reconciler.diff.changes import Direction, Level, Origin, Risk
from reconciler.errors import Diagnostic
from reconciler.model.address import Facet
from reconciler.plan.drift import find_drift, worst_opening
from reconciler.plan.news import find_news
from reconciler.plan.plan import Gone
from tests.support.plans import a_change, a_group, a_plan, a_step, at

PROBLEM = Diagnostic("No answer", "Nothing came.")


def drifted(key, before="别的", level=Level.LOW, direction=Direction.NEUTRAL, **fields):
    risk = Risk(direction=direction, level=level)
    change = a_change(before=before, after="支付", risk=risk, **({"origin": Origin.DRIFT} | fields))
    return a_group(key, a_step(Facet.SETTINGS, change, key=key))


def pending(key):
    return a_group(key, a_step(Facet.SETTINGS, a_change(before="a", after="b"), key=key))


def gone(key):
    return a_group(key, problem=PROBLEM, gone=Gone.OUTSIDE)


def unreadable(key):
    return a_group(key, problem=PROBLEM)


def news(*groups, told=None, looked_at=None):
    return find_news(find_drift(a_plan(*groups)), told or {}, looked_at)


def told(*groups):
    return news(*groups).digests


def keys(found):
    return [group.key for group in found.fresh]


def test_drift_that_nobody_was_told_of_is_new():
    found = news(drifted("a"), pending("b"), unreadable("c"))

    assert keys(found) == ["a"]
    assert found.is_worth_telling


def test_drift_that_was_told_is_not_new():
    found = news(drifted("a"), told=told(drifted("a")))

    assert (found.fresh, found.known, found.is_worth_telling) == ((), 1, False)


def test_drift_that_changed_is_new():
    assert keys(news(drifted("a", before="又改"), told=told(drifted("a")))) == ["a"]


def test_group_that_drifted_and_is_gone_now_is_new():
    assert keys(news(gone("a"), told=told(drifted("a")))) == ["a"]


@pytest.mark.parametrize("fields", [{"source": at(9)}, {"origin": Origin.BOTH}, {"level": Level.HIGH}])
def test_what_the_configuration_says_makes_no_news(fields):
    assert news(drifted("a", **fields), told=told(drifted("a"))).fresh == ()


def test_drift_that_ended_is_forgotten_and_so_is_new_when_it_comes_back():
    ended = news(a_group("a"), drifted("b"), told=told(drifted("a"), drifted("b")))
    back = news(drifted("a"), drifted("b"), told=ended.digests)

    assert (ended.ended, ended.is_worth_telling) == (1, False)
    assert keys(back) == ["a"]


def test_end_of_the_last_drift_is_worth_telling_once():
    ended = news(a_group("a"), told=told(drifted("a")))

    assert ended.is_all_clear
    assert ended.is_worth_telling
    assert not news(a_group("a"), told=ended.digests).is_worth_telling


def test_key_that_is_managed_no_more_has_no_drift():
    assert news(told=told(drifted("a"))).is_all_clear


def test_group_that_cannot_be_read_stays_as_it_was_told():
    found = news(unreadable("a"), told=told(drifted("a")))

    assert (found.ended, found.digests) == (0, told(drifted("a")))


def test_group_that_was_not_looked_at_stays_as_it_was_told():
    found = news(a_group("b"), told=told(drifted("a"), drifted("b")), looked_at={"b"})

    assert (found.ended, found.is_all_clear, found.digests) == (1, False, told(drifted("a")))


def test_gone_groups_stand_first_then_what_was_opened_up_then_by_level():
    found = news(
        drifted("neutral"),
        drifted("closed", direction=Direction.LOOSENS, level=Level.HIGH),
        drifted("opened", direction=Direction.TIGHTENS, level=Level.MEDIUM),
        drifted("wide-open", direction=Direction.TIGHTENS, level=Level.HIGH),
        gone("lost"),
    )

    assert keys(found) == ["lost", "wide-open", "opened", "closed", "neutral"]


@pytest.mark.parametrize(
    ("direction", "level", "opening"),
    [
        (Direction.TIGHTENS, Level.HIGH, Level.HIGH),
        (Direction.TIGHTENS, Level.LOW, None),
        (Direction.LOOSENS, Level.HIGH, None),
    ],
)
def test_group_is_opened_up_when_setting_it_back_tightens_it(direction, level, opening):
    (found,) = find_drift(a_plan(drifted("a", direction=direction, level=level))).groups

    assert worst_opening(found) is opening
