"""The top notice: written when what was written last is something else; on the emulator."""

from __future__ import annotations

from reconciler.model.settings import Settings
from reconciler.plan.outcome import Status
from tests.support.builders import desired_group
from tests.support.house import changed_paths, problem_at, statuses

ANNOUNCEMENT = {"action_type": "2"}


def group(**fields):
    return desired_group("oncall", settings=Settings(name="值班"), **fields)


async def test_new_group_gets_it(house):
    outcome = await house.apply(group(top_notice="announcement"))

    assert statuses(outcome, "oncall") == {"existence": Status.DONE, "top_notice": Status.DONE}
    assert house.writes() == ["chat_create", "chat_top_notice_put"]
    assert house.chat("oncall")["top_notice"] == ANNOUNCEMENT


async def test_plan_afterwards_is_empty(house):
    await house.apply(group(top_notice="announcement"))

    assert not (await house.plan(group(top_notice="announcement"))).has_changes


async def test_new_group_has_none(house):
    await house.apply(group(top_notice="none"))

    assert house.writes() == ["chat_create"]
    assert not (await house.plan(group(top_notice="none"))).has_changes


async def test_it_is_taken_away(house):
    await house.apply(group(top_notice="announcement"))

    await house.apply(group(top_notice="none"))

    assert house.writes()[-1] == "chat_top_notice_delete"
    assert not house.chat("oncall")["top_notice"]


async def test_key_that_leaves_leaves_the_notice_alone(house):
    await house.apply(group(top_notice="announcement"))

    await house.apply(group())

    assert house.chat("oncall")["top_notice"] == ANNOUNCEMENT
    assert "top_notice" not in house.state.groups["oncall"].values


async def test_what_people_do_with_it_is_not_seen(house):
    await house.apply(group(top_notice="announcement"))
    house.emulator.acts.remove_top_notice(house.chat_id("oncall"))

    assert not (await house.plan(group(top_notice="announcement"))).has_changes


async def test_existing_group_is_written_once(house):
    await house.apply(group())
    plan = await house.plan(group(top_notice="none"))

    await house.perform(plan, group(top_notice="none"))

    assert changed_paths(plan) == ["top_notice"]
    assert house.writes()[-1] == "chat_top_notice_delete"
    assert not (await house.plan(group(top_notice="none"))).has_changes


async def test_without_removals_it_stays(house):
    await house.apply(group(top_notice="announcement"))

    await house.apply(group(top_notice="none"), removals=False)

    assert house.chat("oncall")["top_notice"] == ANNOUNCEMENT
    assert changed_paths(await house.plan(group(top_notice="none"))) == ["top_notice"]


async def test_reserved_notice_is_a_refusal_and_nothing_is_recorded(house):
    await house.apply(group())
    house.refuse("chat_top_notice_put", 232014)

    outcome = await house.apply(group(top_notice="announcement"))

    assert problem_at(outcome, "oncall/top_notice").summary == "Only owner and managers may do this"
    assert changed_paths(await house.plan(group(top_notice="announcement"))) == ["top_notice"]


async def test_nothing_is_read_for_it(house):
    await house.apply(group())
    before = len(house.calls())

    await house.apply(group(top_notice="announcement"))

    assert [call for call in house.calls()[before:] if call != "chat_get"] == ["chat_top_notice_put"]
    assert house.calls()[before:].count("chat_get") == 1
