"""What a saved plan holds, and what it does not."""

from __future__ import annotations

import pytest

from reconciler.errors import Diagnostic
from reconciler.model.address import Facet
from reconciler.model.moderation import Moderation
from reconciler.plan.saved import SavedChoices, saved_plan
from tests.support.builders import (
    LILEI,
    additive,
    desired_group,
    exact,
    group_plan,
    live_group,
    plan_data,
    recorded_group,
    step,
    tab,
)

CHOICES = SavedChoices(patterns=(), removals=True, strict_people=False, configured=1)
DESIRED = desired_group(
    members=additive(LILEI),
    moderation=Moderation(mode="all_members"),
    tabs=exact(tab("A")),
    owner="self",
)


def save(*groups, **unrecorded):
    return saved_plan(
        plan_data(*groups), CHOICES, {key: frozenset(facets) for key, facets in unrecorded.items()}, {}
    )


def reads(group, **unrecorded):
    return save(group, **unrecorded).groups["oncall"].reads


def test_people_are_ids_only():
    told = Diagnostic("Person is left out", "`li.lei@example.com` has left the company.")
    unknown = Diagnostic("Unknown person", "Nobody is called `li.lei@example.com`.", address="b")
    plan = plan_data(
        group_plan(key="a", written={LILEI: "+8613800000000"}, warnings=(told,)),
        group_plan(key="b", problem=unknown),
        people={LILEI: "李雷 <li.lei@example.com>"},
    )

    content = saved_plan(plan, CHOICES, {}, {}).model_dump_json()

    assert "example.com" not in content
    assert "+86" not in content
    assert "Unknown person" in content


@pytest.mark.parametrize(
    ("facet", "expected"),
    [
        (Facet.SETTINGS, (Facet.SETTINGS,)),
        (Facet.TABS, (Facet.SETTINGS, Facet.TABS)),
        (Facet.MEMBERS, (Facet.SETTINGS, Facet.MEMBERS, Facet.MODERATION, Facet.DEPARTURES)),
        (Facet.OWNER, (Facet.SETTINGS, Facet.MEMBERS, Facet.MODERATION, Facet.DEPARTURES, Facet.OWNER)),
        (Facet.EXISTENCE, (Facet.SETTINGS,)),
    ],
)
def test_what_the_steps_need_is_read_again(facet, expected):
    assert reads(group_plan(step(facet), key="oncall", desired=DESIRED)) == expected


def test_of_a_group_to_be_created_everything_is_read_if_it_is_there_by_then():
    group = group_plan(step(Facet.EXISTENCE), key="oncall", desired=DESIRED, chat_id=None)

    assert set(reads(group)) == DESIRED.facets


def test_what_is_not_recorded_is_read_without_a_step_too():
    assert reads(group_plan(key="oncall", desired=DESIRED), oncall=[Facet.TABS]) == (
        Facet.SETTINGS,
        Facet.TABS,
    )


def test_group_that_left_is_not_compared():
    assert reads(group_plan(step(Facet.LIFECYCLE), key="oncall")) == ()


def test_group_without_steps_is_not_looked_at_again():
    group = group_plan(key="oncall", desired=DESIRED, live=live_group(), recorded=recorded_group())

    assert save(group).groups == {}
    assert save(group).plan.groups[0].live is None
