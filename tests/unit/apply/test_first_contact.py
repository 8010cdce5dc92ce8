"""When a collection counts as exact, so that the guard `first-contact` has no more to say."""

from __future__ import annotations

import pytest

from reconciler.model.settings import Settings
from reconciler.plan.outcome import Status
from tests.support.builders import additive, desired_group, exact, tab
from tests.support.house import group_of, problem_in

OVERRIDES = ("removals", "forgets")


def group(**fields):
    return desired_group("oncall", **{"settings": Settings(name="Group oncall"), **fields})


@pytest.fixture
async def foreign(house):
    """A group of ours in which somebody made a tab."""
    await house.apply(group())
    house.emulator.acts.add_tab(house.chat_id("oncall"), "url", "Wiki", "https://example.com/wiki")
    return house


def tabs(house):
    return [each["tab_name"] for each in house.chat("oncall")["tabs"] if each.get("tab_name")]


async def test_what_others_made_is_not_swept_away(foreign):
    outcome = await foreign.apply(group(tabs=exact(tab("A"))), overrides=OVERRIDES)

    assert group_of(outcome, "oncall").status is Status.REFUSED
    assert '    keep: ["Wiki"]' in problem_in(outcome, "oncall").hint
    assert tabs(foreign) == ["Wiki"]


async def test_printed_yaml_keeps_it(foreign):
    wanted = group(tabs=exact(tab("A"), keep=["Wiki"]))

    outcome = await foreign.apply(wanted, overrides=OVERRIDES)

    assert outcome.complete
    assert sorted(tabs(foreign)) == ["A", "Wiki"]


async def test_what_comes_after_an_exact_apply_may_go(house):
    wanted = group(tabs=exact(tab("A")))
    await house.apply(wanted)
    house.emulator.acts.add_tab(house.chat_id("oncall"), "url", "Wiki", "https://example.com/wiki")

    outcome = await house.apply(wanted, overrides=OVERRIDES)

    assert outcome.complete
    assert tabs(house) == ["A"]


async def test_overridden_once_it_is_exact(foreign):
    await foreign.apply(group(tabs=exact()), overrides=(*OVERRIDES, "first-contact"))

    assert foreign.state.groups["oncall"].exact == ("tabs",)


async def test_apply_without_removals_makes_nothing_exact(foreign):
    wanted = group(tabs=exact(tab("A")))
    await foreign.apply(wanted, removals=False, overrides=OVERRIDES)

    assert foreign.state.groups["oncall"].exact == ()
    assert (await foreign.plan(wanted, overrides=OVERRIDES)).groups[0].refusals


async def test_list_that_was_additive_meanwhile_begins_again(house):
    await house.apply(group(tabs=exact(tab("A"))))

    await house.apply(group(tabs=additive(tab("A"))))

    assert house.state.groups["oncall"].exact == ()


async def test_list_that_is_managed_no_longer_begins_again(house):
    await house.apply(group(tabs=exact(tab("A")), menus=exact()))

    await house.apply(group(menus=exact()))

    assert house.state.groups["oncall"].exact == ("menus",)


async def test_members_are_exact_when_everybody_left_who_had_to(house):
    await house.apply(group(members=additive("ou_lilei")))
    house.emulator.acts.add_members(house.chat_id("oncall"), ["ou_kate"])
    house.refuse("chat_members_delete", 232016)
    wanted = group(members=exact("ou_lilei", "ou_jim"))

    await house.apply(wanted)
    assert house.state.groups["oncall"].exact == ()
    await house.apply(wanted)

    assert house.state.groups["oncall"].exact == ("members",)


async def test_drift_that_cannot_be_set_back_does_not_end_it(house):
    wanted = group(tabs=exact(tab("A")))
    await house.apply(wanted)
    house.emulator.acts.add_tab(house.chat_id("oncall"), "url", "Wiki", "https://example.com/wiki")
    house.refuse("chat_tab_delete", 232060)

    await house.apply(wanted)

    assert house.state.groups["oncall"].exact == ("tabs",)
