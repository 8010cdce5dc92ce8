"""Laws of whole lives on the emulator: groups that come, change hands, leave, are dissolved and come back."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import RunRefused
from reconciler.model.collection import Collection, Mode
from reconciler.model.group import DesiredGroup
from reconciler.model.ids import SELF
from reconciler.model.settings import Settings
from tests.property.test_apply_laws import LAW
from tests.support.builders import exact
from tests.support.fleets import PEOPLE, faults
from tests.support.house import House, open_house
from tests.support.strategies import maybe, modes, some, subsets
from tests.support.virtual_time import run_virtual

EVERY_GUARD = ("forgets", "removals", "owner", "dissolve", "first-contact")
ROADS = {"managed": exact(SELF), "left": None, "plain": None}
"""Keys with the managers that decide how such a group comes to its owner."""


@st.composite
def lives(draw: st.DrawFn, key: str) -> DesiredGroup:
    owners = st.sampled_from(PEOPLE)
    return DesiredGroup(
        key=key,
        settings=Settings(name=f"Group {key}"),
        owner=draw(owners if key == "managed" else st.none() | owners),
        managers=ROADS[key],
        members=draw(
            st.none()
            | st.builds(
                lambda mode, items: Collection[str](mode=Mode(mode), items=tuple(items)),
                modes,
                subsets(PEOPLE),
            )
        ),
        on_remove=draw(some("forget", "dissolve")),  # type: ignore[arg-type]  # one of the literals
    )


@st.composite
def stages(draw: st.DrawFn) -> list[tuple[DesiredGroup, ...]]:
    """A fleet as it is at several times."""
    count = draw(st.integers(1, 4))
    return [tuple(draw(lives(key)) for key in ROADS if draw(maybe)) for _ in range(count)]


async def _settle(house: House, fleet: tuple[DesiredGroup, ...]) -> None:
    outcome = await house.apply(*fleet, overrides=EVERY_GUARD)

    assert outcome.complete, outcome
    again = await house.plan(*fleet, overrides=EVERY_GUARD)
    assert not again.has_changes, again.steps


def _check(house: House, fleet: tuple[DesiredGroup, ...]) -> None:
    assert house.state.groups.keys() == {group.key for group in fleet}
    assert house.state.intents == {}
    for group in fleet:
        chat = house.chat(group.key)
        assert chat["status"] == "normal"
        if group.owner:
            assert chat["owner"] == group.owner
    forgotten = {each.group.chat_id for each in house.state.tombstones.values() if not each.abandoned}
    bound = {group.chat_id for group in house.state.groups.values()}
    assert {chat["chat_id"] for chat in house.chats()} == bound | forgotten, "nothing lives unknown"


@LAW
@given(stages(), faults())
def test_whatever_goes_wrong_once_every_stage_is_reached_and_no_group_is_lost_or_made_twice(times, fault):
    async def story() -> None:
        async with open_house() as house:
            house.operate_as_owner = True
            for fleet in times:
                house.emulator.faults.add(fault)
                with suppress(RunRefused):
                    plan = await house.plan(*fleet, overrides=EVERY_GUARD)
                    await house.perform(plan, *fleet)
                house.emulator.faults.clear()

                await _settle(house, fleet)
                _check(house, fleet)

    run_virtual(story())
