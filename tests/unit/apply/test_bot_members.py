"""Bots in a group, read with the call without a page (`experimental: [members_list]`); on the emulator."""

from __future__ import annotations

import pytest

from reconciler.emulator import FaultKind
from reconciler.errors import PlatformError, Throttled
from reconciler.model.settings import Settings
from tests.support.builders import additive, desired_group, exact
from tests.support.house import changed_paths, open_house
from tests.support.pretend import OTHER

JSON = {"Content-Type": "application/json"}
LIST = ("members_list",)
ANSWERED = "undocumented_members: answered"


def group(*bots: str, **fields):
    return desired_group("a", settings=Settings(name="Group"), members=additive(*bots), **fields)


def answer(**data: object) -> dict[str, object]:
    import json

    return {"body": json.dumps({"code": 0, "msg": "ok", "data": data}), "status": 200, "headers": JSON}


@pytest.fixture
async def house():
    async with open_house(experimental=LIST, readings=ANSWERED) as house:
        yield house


async def _members(house):
    return (await house.gateway.read_group(house.chat_id("a"), {"members"})).members


class TestReading:
    async def test_users_and_bots_are_told_in_one_call(self, house):
        await house.apply(group(OTHER, "ou_kate"))
        house.emulator.log.clear()

        members = await _members(house)

        assert (members.users, members.bots, members.complete) == ({"ou_kate"}, {"self", OTHER}, True)
        assert "chat_members_get" not in house.calls()

    async def test_without_it_only_the_documented_list_is_read(self):
        async with open_house(readings=ANSWERED) as house:
            await house.apply(group(OTHER))

            assert (await _members(house)).bots is None
            assert "chat_members_list" not in house.calls()

    @pytest.mark.parametrize(
        ("data", "users", "bots"),
        [
            ({"user_total": -1, "bot_total": 0}, False, True),
            ({"bot_total": 0}, False, True),
            ({"user_total": 1, "bot_total": 0}, False, True),
            ({"user_total": 0, "bot_total": 1}, True, False),
            ({"user_total": 0}, True, False),
            ({"user_total": 0, "bot_total": 1, "bots": [{"name": "X"}]}, True, False),
            ({"user_total": 0, "bot_total": 0, "truncations": [{"member_type": "user"}]}, False, True),
            ({"user_total": 0, "bot_total": 0, "truncations": [{"member_type": "bot"}]}, True, False),
        ],
    )
    async def test_list_that_may_lack_somebody_proves_no_absence(self, house, data, users, bots):
        await house.apply(group())
        house.fault(FaultKind.ANSWER, "chat_members_list", **answer(**data))

        members = await _members(house)

        assert (members.complete, members.bots is not None) == (users, bots)


class TestDifferences:
    async def test_bot_that_somebody_removed_is_drift(self, house):
        await house.apply(group(OTHER))
        house.emulator.acts.remove_members(house.chat_id("a"), [OTHER])

        plan = await house.plan(group(OTHER))

        assert changed_paths(plan) == [f"members/{OTHER}"]
        assert plan.has_drift

    async def test_without_it_the_bot_is_believed_to_be_there(self):
        async with open_house(readings=ANSWERED) as house:
            await house.apply(group(OTHER))
            house.emulator.acts.remove_members(house.chat_id("a"), [OTHER])

            assert changed_paths(await house.plan(group(OTHER))) == []

    async def test_bot_that_is_in_already_is_not_added(self, house):
        await house.apply(group())
        house.emulator.acts.add_members(house.chat_id("a"), [OTHER])

        assert changed_paths(await house.plan(group(OTHER))) == []

    async def test_bot_that_somebody_else_added_stays_when_it_leaves_the_list(self, house):
        await house.apply(group())
        house.emulator.acts.add_members(house.chat_id("a"), [OTHER])
        await house.apply(group(OTHER))

        assert changed_paths(await house.plan(group())) == []

    async def test_bot_that_we_added_goes_when_it_leaves_the_list(self, house):
        await house.apply(group(OTHER))

        await house.apply(group())

        assert (await _members(house)).bots == {"self"}

    async def test_bot_that_is_gone_already_need_not_go(self, house):
        await house.apply(group(OTHER))
        house.emulator.acts.remove_members(house.chat_id("a"), [OTHER])

        assert changed_paths(await house.plan(group())) == []

    async def test_exact_list_removes_no_bot_of_somebody_else(self, house):
        wanted = desired_group("a", settings=Settings(name="Group"), members=exact("ou_kate"))
        await house.apply(wanted)
        house.emulator.acts.add_members(house.chat_id("a"), [OTHER])

        assert changed_paths(await house.plan(wanted)) == []

    async def test_plan_after_apply_is_empty(self, house):
        await house.apply(group(OTHER, "ou_kate", managers=exact(OTHER)))

        assert not (await house.plan(group(OTHER, "ou_kate", managers=exact(OTHER)))).has_changes


class TestFallingBack:
    async def test_platform_that_does_not_know_the_call_is_asked_as_documented_with_a_warning(self):
        async with open_house(experimental=LIST) as house:
            await house.apply(group(OTHER))

            plan = await house.plan(group(OTHER))

            assert not plan.has_changes
            assert [each.summary for each in plan.groups[0].warnings] == ["Bots are not listed"]

    async def test_unknown_call_is_not_repeated(self):
        async with open_house(experimental=LIST) as house:
            await house.apply(group())
            house.emulator.log.clear()

            members = await _members(house)

            assert (members.bots, house.calls().count("chat_members_list") <= 1) == (None, True)

    async def test_refusal_is_told_and_the_documented_list_is_read(self, house):
        await house.apply(group(OTHER))
        house.refuse("chat_members_list", 102021)

        members = await _members(house)

        assert (members.users, members.bots) == (frozenset(), None)
        assert members.bots_untold

    async def test_warning_is_no_part_of_what_is_saved(self, house):
        await house.apply(group(OTHER))
        house.refuse("chat_members_list", 102021)

        assert "bots_untold" not in (await _members(house)).model_dump()

    @pytest.mark.parametrize(("code", "kind"), [(99991400, Throttled), (99991403, PlatformError)])
    async def test_refusal_of_all_calls_is_no_reason_to_make_another(self, house, code, kind):
        await house.apply(group())
        house.emulator.log.clear()
        house.refuse("chat_members_list", code, count=None)

        with pytest.raises(kind):
            await _members(house)

        assert "chat_members_get" not in house.calls()
