"""Laws of whole runs on the emulator: plan, apply, plan again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from reconciler.emulator.routes import BY_ID
from reconciler.errors import RunRefused
from reconciler.model.group import DesiredGroup
from reconciler.plan.outcome import Status
from tests.support.fleets import faults, fleets, hands, meddle
from tests.support.house import WRITES, House, open_house
from tests.support.strategies import law, maybe
from tests.support.virtual_time import run_virtual

LAW = law(100)


async def _apply_without_fault(house: House, fleet: Sequence[DesiredGroup]) -> None:
    plan = await house.plan(*fleet)
    before = len(house.writes())
    outcome = await house.perform(plan, *fleet)

    assert outcome.complete, outcome
    assert {group.status for group in outcome.groups} <= {Status.DONE, Status.UNCHANGED}
    assert len(house.writes()) - before == sum(plan.totals.calls.values())
    again = await house.plan(*fleet)
    assert not again.has_changes, again.steps


@LAW
@given(fleets(), fleets())
def test_after_apply_the_plan_is_empty_and_no_call_was_wasted(first, second):
    async def story() -> None:
        async with open_house() as house:
            await _apply_without_fault(house, first)
            await _apply_without_fault(house, second)
            await _apply_without_fault(house, first)
            keys = {group.key for group in (*first, *second)}
            assert len(house.chats()) == len(keys), "a key that comes back gets its old group"

    run_virtual(story())


@LAW
@given(fleets(), fleets(), faults())
def test_after_any_single_fault_the_next_apply_converges_and_no_group_exists_twice(first, second, fault):
    async def story() -> None:
        async with open_house() as house:
            for fleet in (first, second):
                house.emulator.faults.clear()
                house.emulator.faults.add(fault)
                with suppress(RunRefused):
                    await house.perform(await house.plan(*fleet), *fleet)
                house.emulator.faults.clear()

                outcome = await house.apply(*fleet)

                assert outcome.complete, outcome
                again = await house.plan(*fleet)
                assert not again.has_changes, again.steps
                names = [chat["name"] for chat in house.chats()]
                assert len(names) == len({*names}), names
                assert len(house.state.groups) == len(fleet)
                assert house.state.intents == {}

    run_virtual(story())


@LAW
@given(fleets(), st.lists(hands(), max_size=5), maybe)
def test_whatever_people_do_meanwhile_the_next_apply_converges(fleet, doings, removals):
    async def story() -> None:
        async with open_house() as house:
            await house.apply(*fleet)
            for number, (name, arguments) in enumerate(doings):
                if fleet:
                    meddle(house, house.chat_id(fleet[number % len(fleet)].key), name, arguments)

            plan = await house.plan(*fleet, removals=removals)
            before = house.written()
            outcome = await house.perform(plan, *fleet)

            assert outcome.complete, outcome
            calls = house.written() - before
            planned = plan.totals.calls.copy()
            # Moderators whom the platform remembered from an earlier list are corrected afterwards.
            assert planned.pop("set_moderation", 0) <= calls.pop("chat_moderation_update", 0)
            assert calls.total() == sum(planned.values())
            again = await house.plan(*fleet, removals=removals)
            assert not again.has_changes, again.steps

    run_virtual(story())


def test_every_write_is_known_here():
    assert BY_ID.keys() >= WRITES
