"""People change groups in the client while plans are made and applied, and calls fail: in any order."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from reconciler.emulator import Fault
from reconciler.errors import RunRefused
from reconciler.model.group import DesiredGroup
from reconciler.model.settings import Settings
from reconciler.state.codec import dump_state, parse_state
from tests.support.builders import desired_group
from tests.support.fleets import KEYS, faults, fleets, hands, meddle
from tests.support.house import House, MemoryStore, open_house
from tests.support.torture import unknown_chats
from tests.support.virtual_time import VirtualTimeLoop

HOURS = 3
"""At most so long passes between two applies: an unfinished create stays one that can be repeated."""


class PeopleAtWork(RuleBasedStateMachine):
    """One fleet, the people in its groups, and a platform that fails now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner(loop_factory=VirtualTimeLoop)
        self.open = AsyncExitStack()
        self.house: House
        self.fleet: tuple[DesiredGroup, ...] = ()

    def run(self, main: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(main)

    @initialize(fleet=fleets())
    def begin(self, fleet: tuple[DesiredGroup, ...]) -> None:
        self.house = self.run(self.open.enter_async_context(open_house()))
        self.fleet = fleet

    @rule(fleet=fleets())
    def somebody_edits_the_files(self, fleet: tuple[DesiredGroup, ...]) -> None:
        self.fleet = fleet

    @rule()
    def apply(self) -> None:
        self.run(self._apply())

    @rule(fault=faults())
    def apply_fails(self, fault: Fault) -> None:
        self.house.emulator.faults.add(fault)
        self.run(self._apply())
        self.house.emulator.faults.clear()

    @rule(broken_from=st.integers(0, 3))
    def apply_cannot_write_the_state(self, broken_from: int) -> None:
        self.house.store = MemoryStore(broken_from=broken_from)
        self.run(self._apply())
        self.house.store = MemoryStore()

    @precondition(lambda self: self.house.state.groups)
    @rule(key=st.sampled_from(KEYS), hand=hands())
    def somebody_changes_a_group(self, key: str, hand: tuple[str, tuple[object, ...]]) -> None:
        self.run(self._meddle(key, hand))

    @rule(key=st.sampled_from(KEYS), hand=hands())
    def somebody_changes_a_group_between_plan_and_apply(
        self, key: str, hand: tuple[str, tuple[object, ...]]
    ) -> None:
        async def story() -> None:
            plan = await self.house.plan(*self.fleet)
            await self._meddle(key, hand)
            if not plan.refusals:
                await self.house.perform(plan, *self.fleet)

        self.run(story())

    @rule(hours=st.integers(1, HOURS))
    def time_passes(self, hours: int) -> None:
        if not self.house.state.intents:
            self.house.clock.move(hours * 3600)

    async def _meddle(self, key: str, hand: tuple[str, tuple[object, ...]]) -> None:
        if key in self.house.state.groups:
            meddle(self.house, self.house.chat_id(key), *hand)

    async def _apply(self) -> None:
        with suppress(RunRefused):
            plan = await self.house.plan(*self.fleet)
            if not plan.refusals:
                await self.house.perform(plan, *self.fleet)

    @invariant()
    def no_chat_is_bound_to_two_keys(self) -> None:
        chats = [group.chat_id for group in self.house.state.groups.values()]
        assert len(chats) == len({*chats})

    @invariant()
    def state_can_be_read_again(self) -> None:
        assert parse_state(dump_state(self.house.state).encode(), "state") == self.house.state

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.run(self._converges())
            self.run(self.open.aclose())
        self.runner.close()

    async def _settle(self) -> None:
        """Do what only people can: make room for our menus, and put keys back that left with an unfinished create."""
        for group in self.house.state.groups.values():
            for each in self.house.emulator.acts.chat(group.chat_id)["menus"]:
                if each["chat_menu_item"]["name"] == "X":
                    self.house.emulator.acts.remove_menu(group.chat_id, each["chat_menu_top_level_id"])
        left = self.house.state.intents.keys() - {group.key for group in self.fleet}
        told = {group.key for group in (await self.house.plan(*self.fleet)).groups if group.problem}
        assert told >= left
        self.fleet += tuple(
            desired_group(key, settings=Settings(name=f"Group {key}")) for key in sorted(left)
        )

    async def _converges(self) -> None:
        """When everybody stops, two applies are enough, and there is one group for every key there ever was."""
        await self._settle()
        for _ in range(2):
            await self._apply()
        left = await self.house.plan(*self.fleet)
        assert not left.has_changes, left.steps
        assert not [group.problem for group in left.groups if group.problem]
        assert unknown_chats(self.house, self.house.state) == []
        assert self.house.state.intents == {}
        known = {*self.house.state.groups, *self.house.state.tombstones}
        assert len(self.house.chats()) == len(known)
