"""Fingerprints: what the laws do not reach."""

from __future__ import annotations

import pytest

from reconciler.model.address import Facet
from reconciler.model.announcement import Block, LiveAnnouncement, LiveBlock, Span
from reconciler.model.settings import Settings
from reconciler.plan.fingerprint import fingerprint
from reconciler.plan.operations import UpdateChat
from reconciler.plan.plan import Block as Obstacle
from tests.support.builders import HANMEI, LILEI, change, live_group, step


def announcement(text: str, **fields) -> LiveAnnouncement:
    block = LiveBlock(id="b1", kind="text", own=Block(kind="text", spans=(Span(text=text),)))
    return LiveAnnouncement(blocks=(block,), **fields)


def test_is_the_same_in_every_process():
    live = live_group(managers=frozenset({LILEI, HANMEI}))

    found = fingerprint([step(Facet.MANAGERS)], live, None)

    assert found == "sha256:1261a4e24d0bfa42d2e674f0279256830db786f509c24ddc6d775a3d5bba3dce"


@pytest.mark.parametrize(
    "other", [announcement("b"), announcement("a", revision=2)], ids=["text", "revision"]
)
def test_announcement_counts_with_its_revision(other):
    steps = [step(Facet.ANNOUNCEMENT)]
    live = live_group(announcement=announcement("a"))

    moved = live.model_copy(update={"announcement": other})

    assert fingerprint(steps, live, None) != fingerprint(steps, moved, None)


def test_all_localized_names_count_when_one_is_written():
    sent = UpdateChat(settings=Settings(i18n_names={"en_us": "New", "zh_cn": "甲"}))
    steps = [step(Facet.SETTINGS, [change("i18n_names.en_us")], [sent])]
    live = live_group(settings=Settings(i18n_names={"zh_cn": "甲"}))
    moved = live_group(settings=Settings(i18n_names={"zh_cn": "甲", "ja_jp": "乙"}))

    assert fingerprint(steps, live, None) != fingerprint(steps, moved, None)


def test_top_notice_counts_as_far_as_it_is_known():
    steps = [step(Facet.TOP_NOTICE)]

    told = fingerprint(steps, live_group(top_notice="none"), None)

    assert told != fingerprint(steps, live_group(top_notice=None), None)


@pytest.mark.parametrize("facet", [Facet.EXISTENCE, Facet.LIFECYCLE])
def test_steps_on_the_whole_group_touch_its_status_only(facet):
    live = live_group()

    before = fingerprint([step(facet)], live, None)

    assert before == fingerprint([step(facet)], live_group(settings=Settings(name="other")), None)
    assert before != fingerprint([step(facet)], live.model_copy(update={"status": "dissolved"}), None)


def test_blocked_step_touches_nothing():
    blocked = step(Facet.TABS, block=Obstacle(reason="no", remedy="none"))

    assert fingerprint([blocked], live_group(tabs=()), None) == fingerprint(
        [blocked], live_group(tabs=None), None
    )
