"""Laws of plans without the platform: they say what a plan with it says, while nobody touches the platform."""

from __future__ import annotations

from hypothesis import given
from hypothesis import settings as hypothesis_settings

from reconciler.offline import plan_offline
from reconciler.plan.plan import Plan
from reconciler.workflow import Choices
from tests.property.test_apply_laws import LAW
from tests.support.fleets import fleets
from tests.support.house import House, open_house
from tests.support.virtual_time import run_virtual

FEW = hypothesis_settings(LAW, max_examples=25)
CHOICES = Choices(overrides=frozenset({"removals", "forgets", "first-contact"}))


async def _offline(house: House, fleet) -> Plan:
    return await plan_offline(house.scope(*fleet), CHOICES, house.clock)


def _changes(plan: Plan):
    """Return what is to be done to groups that exist; positions of tabs that nobody manages are not remembered."""
    return {
        (group.key, step.facet, change.path, change.kind)
        for group in plan.groups
        for step in group.steps
        for change in step.changes
        if change.kind != "move"
    }


@FEW
@given(fleets())
def test_after_apply_nothing_is_to_be_done_offline(fleet):
    async def story() -> None:
        async with open_house() as house:
            await house.apply(*fleet)

            plan = await _offline(house, fleet)

            assert not plan.has_changes, plan.steps
            assert plan.offline

    run_virtual(story())


@FEW
@given(fleets(), fleets())
def test_what_a_change_asks_for_offline_is_asked_for_with_the_platform_as_well(first, second):
    async def story() -> None:
        async with open_house() as house:
            await house.apply(*first)

            offline, online = await _offline(house, second), await house.plan(*second)

            # What was never applied is not known offline: there it is asked for, and online it may be so already.
            assert _changes(online) <= _changes(offline) | _of_unmanaged(online, house)

    run_virtual(story())


def _of_unmanaged(plan: Plan, house: House):
    """Return the changes of what was never applied: what is there now only the platform knows."""
    return {
        (group.key, step.facet, change.path, change.kind)
        for group in plan.groups
        for step in group.steps
        for change in step.changes
        if group.key in house.state.groups
        and step.facet.value not in house.state.groups[group.key].values
        and (change.kind == "remove" or change.path == "moderation")
    }
