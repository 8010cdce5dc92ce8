from __future__ import annotations

import pytest

from reconciler.emulator import FaultKind
from reconciler.model.moderation import Moderation
from reconciler.model.settings import Permissions, Settings
from reconciler.plan.outcome import Status
from tests.support.builders import additive, desired_group, exact, menu, tab
from tests.support.house import group_of, open_house, problem_at, statuses
from tests.support.pretend import CROWD, OURS


def full_group(key="oncall", **fields):
    return desired_group(
        key,
        **{
            "settings": Settings(name=f"Group {key}", permissions=Permissions(at_all="only_owner")),
            "managers": exact("ou_lilei", "ou_han"),
            "moderation": Moderation(mode="moderator_list", moderators=exact("ou_kate")),
            "members": additive(*(f"ou_p{number}" for number in range(60))),
            "tabs": exact(tab("Runbook"), tab("Board")),
            "menus": exact(menu("Help")),
            **fields,
        },
    )


async def test_writes_of_a_new_group_come_in_the_order_of_the_design():
    async with open_house(users=CROWD) as house:
        outcome = await house.apply(full_group())

        assert outcome.complete
        assert house.writes() == [
            "chat_create",
            "chat_update",
            "chat_members_create",
            "chat_managers_add_managers",
            "chat_moderation_update",
            "chat_tab_create",
            "chat_menu_tree_create",
        ]


async def test_calls_of_one_group_never_overlap_and_those_of_two_groups_do(house):
    house.fault(FaultKind.LATENCY, seconds=10, count=None)
    first, second = (full_group(key, members=None) for key in ("alpha", "beta"))

    outcome = await house.apply(first, second)

    # The emulator refuses overlapping writes on one chat with 232019.
    assert outcome.complete
    assert {entry.code for entry in house.emulator.log} == {0}
    assert house.writes()[:2] == ["chat_create", "chat_create"]


async def test_no_more_groups_are_under_way_than_parallelism_allows(house):
    house.fault(FaultKind.LATENCY, seconds=10, count=None)
    fleet = [full_group(key, members=None, menus=None) for key in ("alpha", "beta")]

    await house.apply(*fleet, parallelism=1)

    creates = [place for place, name in enumerate(house.writes()) if name == "chat_create"]
    assert creates[1] == len(house.writes()) // 2


async def test_first_failed_step_ends_its_group_and_no_other(house):
    first, second = full_group("alpha", members=None), full_group("beta", members=None)
    await house.apply(desired_group("alpha", settings=Settings(name="Group alpha")))
    house.refuse("chat_managers_add_managers", 232040, chat_id=house.chat_id("alpha"))

    outcome = await house.apply(first, second)

    assert statuses(outcome, "alpha") == {
        "settings": Status.DONE,
        "members": Status.DONE,
        "managers": Status.FAILED,
        "moderation": Status.NOT_STARTED,
        "tabs": Status.NOT_STARTED,
        "menus": Status.NOT_STARTED,
    }
    assert group_of(outcome, "alpha").status is Status.FAILED
    assert group_of(outcome, "beta").status is Status.DONE
    problem = problem_at(outcome, "alpha/managers")
    assert problem.platform.code == 232040
    assert problem.address == "alpha/managers"


async def test_blocked_step_is_passed_over_and_reported(house):
    await house.apply(desired_group("oncall", settings=Settings(name="Group oncall")))
    chat = house.chat_id("oncall")
    house.emulator.acts.add_members(chat, ["ou_jim"])
    house.emulator.acts.transfer(chat, "ou_jim")
    house.emulator.acts.add_managers(chat, [OURS])

    outcome = await house.apply(full_group(members=None))

    found = statuses(outcome, "oncall")
    assert (found["managers"], found["moderation"]) == (Status.BLOCKED, Status.BLOCKED)
    assert (found["settings"], found["tabs"], found["menus"]) == (Status.DONE, Status.DONE, Status.DONE)
    assert group_of(outcome, "oncall").status is Status.BLOCKED
    assert problem_at(outcome, "oncall/managers").summary == "Step is not allowed"
    assert not outcome.complete


async def test_group_with_a_problem_or_a_refusal_is_not_tried(house):
    await house.apply(full_group("alpha", members=None))
    house.emulator.acts.dissolve(house.chat_id("alpha"))
    twin = full_group("beta", members=None, settings=Settings(name="Group gamma"))
    await house.apply(full_group("alpha"), full_group("gamma", members=None))
    house.state = house.state.model_copy(update={"groups": {"alpha": house.state.groups["alpha"]}})

    outcome = await house.apply(full_group("alpha"), twin)

    assert group_of(outcome, "alpha").status is Status.UNREADABLE
    assert group_of(outcome, "beta").status is Status.REFUSED
    assert set(statuses(outcome, "beta").values()) == {Status.NOT_STARTED}
    assert house.state.intents == {}


async def test_progress_tells_every_group_that_ended(house):
    told = []
    fleet = [full_group(key, members=None) for key in ("alpha", "beta")]

    await house.perform(await house.plan(*fleet), *fleet, progress=lambda *numbers: told.append(numbers))

    assert told == [(1, 2), (2, 2)]


async def test_a_bug_in_one_group_is_raised_and_what_was_done_is_still_recorded(house):
    class Broken:
        def __init__(self, gateway):
            self._gateway = gateway

        def __getattr__(self, name):
            return getattr(self._gateway, name)

        async def perform(self, operation, chat_id):
            if operation.kind == "create_tabs":
                raise ZeroDivisionError
            return await self._gateway.perform(operation, chat_id)

    plan = await house.plan(full_group(members=None))
    house.gateway = Broken(house.gateway)

    with pytest.raises(ExceptionGroup):
        await house.perform(plan, full_group(members=None))

    assert house.store.saved[-1].groups["oncall"].chat_id
