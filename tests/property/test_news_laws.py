"""docs/drift.md, "When a card comes": over any course of drift."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.diff.changes import Origin
from reconciler.model.address import Facet
from reconciler.plan.drift import DriftReport, find_drift
from reconciler.plan.news import find_news
from tests.support.plans import a_change, a_group, a_plan, a_step
from tests.support.strategies import LAW

looks = st.lists(st.dictionaries(st.sampled_from("abc"), st.sampled_from(("甲", "乙"))), max_size=6)
"""What each look finds: the name that somebody gave to a group, by key."""


def report_of(found: dict[str, str]) -> DriftReport:
    def group(key: str, name: str):
        change = a_change(before=name, after="支付", origin=Origin.DRIFT)
        return a_group(key, a_step(Facet.SETTINGS, change, key=key))

    return find_drift(a_plan(*(group(key, name) for key, name in found.items())))


@LAW
@given(looks)
def test_people_know_after_every_look_what_drifts_and_hear_nothing_twice(found: list[dict[str, str]]) -> None:
    told: dict[str, str] = {}
    known: dict[str, str] = {}
    for look in found:
        news = find_news(report_of(look), told)

        fresh = {group.key: look[group.key] for group in news.fresh}
        assert all(known.get(key) != name for key, name in fresh.items())
        assert news.is_all_clear == (bool(known) and not look)
        known = {key: name for key, name in (known | fresh).items() if key in look}
        assert known == look
        told = news.digests
