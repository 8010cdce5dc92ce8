"""Laws of saved plans, on the emulator: what is saved is what is performed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from reconciler.model.group import DesiredGroup
from reconciler.plan.outcome import Status
from reconciler.state.saved_plan import dump_saved_plan, parse_saved_plan
from tests.support.fleets import fleets, hands, meddle
from tests.support.house import House, open_house
from tests.support.strategies import maybe
from tests.support.virtual_time import run_virtual

LAW = hypothesis_settings(max_examples=15, deadline=None, derandomize=True)

Doings = Sequence[tuple[str, Sequence[object]]]


async def _begin(house: House, fleet: Sequence[DesiredGroup], doings: Doings) -> None:
    """Apply a fleet, then do by hand what people do."""
    await house.apply(*fleet)
    for number, (name, arguments) in enumerate(doings):
        if fleet:
            meddle(house, house.chat_id(fleet[number % len(fleet)].key), name, arguments)


def _result(house: House) -> Any:
    """Return what the platform and the state hold, times aside."""
    state = house.state.model_dump(exclude={"serial", "tombstones"})
    return house.chats(), house.writes(), state, house.state.tombstones.keys()


@LAW
@given(fleets(), st.lists(hands(), max_size=4), fleets(), maybe)
def test_saving_and_performing_a_plan_does_what_apply_does(first, doings, second, removals):
    async def directly() -> Any:
        async with open_house() as house:
            await _begin(house, first, doings)
            await house.perform(await house.plan(*second, removals=removals), *second)
            return _result(house)

    async def by_file() -> Any:
        async with open_house() as house:
            await _begin(house, first, doings)
            plan = await house.plan(*second, removals=removals)
            saved = house.saved(plan, *second, removals=removals)
            outcome = await house.perform(await house.take_up(saved), *second)
            assert outcome.complete, outcome
            return _result(house)

    assert run_virtual(by_file()) == run_virtual(directly())


@LAW
@given(fleets(), fleets(), fleets())
def test_only_what_was_planned_is_sent_whatever_the_configuration_says_by_now(first, second, third):
    async def story() -> None:
        async with open_house() as house:
            await house.apply(*first)
            plan = await house.plan(*second)
            saved = house.saved(plan, *second)
            before = len(house.writes())

            outcome = await house.perform(await house.take_up(saved, *third), *third)

            assert outcome.complete, outcome
            assert len(house.writes()) - before == sum(plan.totals.calls.values())
            again = await house.plan(*second)
            assert not again.has_changes, again.steps

    run_virtual(story())


@LAW
@given(fleets(), fleets())
def test_performing_a_plan_twice_sends_nothing_the_second_time(first, second):
    async def story() -> None:
        async with open_house() as house:
            await house.apply(*first)
            saved = house.saved(await house.plan(*second), *second)
            await house.perform(await house.take_up(saved), *second)
            before = len(house.writes())

            outcome = await house.perform(await house.take_up(saved), *second)

            assert {group.status for group in outcome.groups} <= {Status.ALREADY_DONE, Status.UNCHANGED}
            assert len(house.writes()) == before

    run_virtual(story())


@LAW
@given(fleets(), fleets(), st.lists(hands(), min_size=1, max_size=3))
def test_whatever_people_do_meanwhile_a_group_is_performed_as_planned_or_not_at_all(first, second, doings):
    async def story() -> None:
        async with open_house() as house:
            await house.apply(*first)
            plan = await house.plan(*second)
            saved = house.saved(plan, *second)
            for number, (name, arguments) in enumerate(doings):
                if first:
                    meddle(house, house.chat_id(first[number % len(first)].key), name, arguments)
            planned = {group.key: group.steps for group in plan.groups}

            now = await house.take_up(saved)

            for group in now.groups:
                assert group.stale or group.already_done or group.steps == planned[group.key]
            outcome = await house.perform(now, *second)
            assert {group.status for group in outcome.groups} <= {
                Status.DONE,
                Status.UNCHANGED,
                Status.STALE,
                Status.ALREADY_DONE,
            }

    run_virtual(story())


@LAW
@given(fleets(), fleets())
def test_file_holds_the_whole_plan_and_is_the_same_for_the_same_plan(first, second):
    async def story() -> None:
        async with open_house() as house:
            await house.apply(*first)
            contents = [dump_saved_plan(house.saved(await house.plan(*second), *second)) for _ in range(2)]
            assert contents[0] == contents[1]
            assert dump_saved_plan(parse_saved_plan(contents[0], "plan.json")) == contents[0]

    run_virtual(story())
