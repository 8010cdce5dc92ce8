"""People who go: exact lists, what we added ourselves, bots, and what stands in the way."""

from __future__ import annotations

from reconciler.emulator import FaultKind
from reconciler.model.settings import Settings
from reconciler.plan.outcome import Status
from tests.support.builders import additive, desired_group, exact
from tests.support.house import changed_paths, group_of, open_house, problem_in, statuses
from tests.support.pretend import CROWD, OTHER


def group(key="oncall", **fields):
    return desired_group(key, **{"settings": Settings(name=f"Group {key}"), **fields})


def members_of(house):
    return set(house.chat("oncall")["members"])


async def test_exact_list_ends_with_exactly_the_listed_people(house):
    await house.apply(group())
    house.emulator.acts.add_members(house.chat_id("oncall"), ["ou_kate", "ou_jim"])

    outcome = await house.apply(group(members=exact("ou_lilei", "ou_jim")))

    assert members_of(house) == {house.app_id, "ou_lilei", "ou_jim"}
    assert statuses(outcome, "oncall") == {"members": Status.DONE, "departures": Status.DONE}
    assert not (await house.plan(group(members=exact("ou_lilei", "ou_jim")))).steps


async def test_person_whom_we_added_goes_when_the_list_drops_them_and_others_stay(house):
    await house.apply(group(members=additive("ou_lilei", "ou_jim")))
    house.emulator.acts.add_members(house.chat_id("oncall"), ["ou_kate"])

    await house.apply(group(members=additive("ou_jim")))

    assert members_of(house) == {house.app_id, "ou_jim", "ou_kate"}
    assert house.state.groups["oncall"].items("members") == ["ou_jim"]


async def test_manager_who_loses_the_role_stays_in_the_group(house):
    await house.apply(group(managers=exact("ou_lilei"), members=additive("ou_jim")))

    await house.apply(group(managers=exact(), members=additive("ou_jim")))

    assert "ou_lilei" in members_of(house)


async def test_bot_that_we_added_goes_and_is_not_removed_again(house):
    await house.apply(group(members=additive(OTHER)))
    wanted = group(members=additive())

    await house.apply(wanted)

    assert members_of(house) == {house.app_id}
    assert not (await house.plan(wanted)).steps


async def test_bot_stays_ours_while_removals_are_not_allowed(house):
    await house.apply(group(members=additive(OTHER)))

    await house.apply(group(members=additive()), removals=False)
    await house.apply(group(members=additive()))

    assert members_of(house) == {house.app_id}


async def test_users_go_fifty_a_call_and_bots_apart():
    async with open_house(users=CROWD) as house:
        crowd = [f"ou_p{number}" for number in range(60)]
        await house.apply(group(members=additive(*crowd, OTHER)))
        before = len(house.writes())

        await house.apply(group(members=additive()))

        assert house.writes()[before:] == ["chat_members_delete"] * 3
        assert members_of(house) == {house.app_id}


async def test_lost_answer_of_a_removal_is_read_back(house):
    await house.apply(group(members=additive("ou_lilei")))
    house.fault(FaultKind.DROP, "chat_members_delete", count=6, done=True)

    outcome = await house.apply(group(members=additive()))

    assert group_of(outcome, "oncall").status is Status.DONE
    assert members_of(house) == {house.app_id}


async def test_nobody_goes_from_a_list_that_is_known_to_be_cut():
    async with open_house(users=CROWD, tenant="member_list_cap: 3") as house:
        await house.apply(group(members=additive(*(f"ou_p{number}" for number in range(6)))))
        wanted = group(members=exact("ou_p0"))

        plan = await house.plan(wanted)

        [refusal] = plan.groups[0].refusals
        assert refusal.summary == "Member list is incomplete"
        outcome = await house.perform(plan, wanted)
        assert problem_in(outcome, "oncall") == refusal
        assert len(members_of(house)) == 7


async def test_cut_list_can_be_overridden():
    async with open_house(users=CROWD, tenant="member_list_cap: 3") as house:
        await house.apply(group(members=additive(*(f"ou_p{number}" for number in range(6)))))

        plan = await house.plan(
            group(members=exact("ou_p0")), overrides=("removals", "incomplete", "forgets")
        )

        assert not plan.groups[0].refusals


async def test_plain_member_may_remove_nobody():
    groups = (
        "  - {chat_id: oc_theirs, name: Theirs, owner: Kate, members: [Jim], bots: [cli_a10fbf7e94b8d01d]}"
    )
    async with open_house(groups=groups) as house:
        wanted = group(chat_id="oc_theirs", settings=Settings(), members=exact())

        plan = await house.plan(wanted)

        [departures] = [step for step in plan.steps if step.facet == "departures"]
        assert departures.block
        assert "only" in departures.block.reason.lower()


async def test_kept_person_is_neither_removed_nor_added(house):
    await house.apply(group())
    house.emulator.acts.add_members(house.chat_id("oncall"), ["ou_kate"])

    plan = await house.plan(group(members=exact(keep=["ou_kate", "ou_jim"])))

    assert changed_paths(plan) == []
