"""The owner: our app or a person, from the first plan to the last call; on the emulator.

chats.openapi.yaml, chat_create `owner_id` and `set_bot_manager`, chat_update `owner_id`; docs/behaviour.md, "Owner".
"""

from __future__ import annotations

import pytest

from reconciler.emulator import FaultKind
from reconciler.model.ids import SELF
from reconciler.model.moderation import Moderation
from reconciler.model.settings import Permissions, Settings
from reconciler.plan.outcome import Status
from reconciler.render.plan_text import render_plan
from tests.support.builders import additive, desired_group, exact
from tests.support.house import group_of, open_house, problem_at, problem_in, statuses, step_of
from tests.support.pretend import OTHER, OURS

LILEI, HAN, KATE, JIM = "ou_lilei", "ou_han", "ou_kate", "ou_jim"
ALL = ("forgets", "removals", "owner")


def group(key="oncall", name="Payments", **fields):
    settings = fields.pop("settings", Settings(name=name))
    return desired_group(key, settings=settings, **fields)


@pytest.fixture
async def strong():
    """A house whose app keeps the power of an owner over groups that it created and gave away."""
    async with open_house() as opened:
        opened.operate_as_owner = True
        yield opened


class TestNewGroupWithTheAppAsManager:
    """Road 1: `self` among the managers; the group belongs to the person from the start."""

    async def test_group_is_created_for_its_owner_with_the_app_as_a_manager(self, house):
        await house.apply(group(owner=LILEI, managers=exact(SELF)))

        chat = house.chat("oncall")
        assert (chat["owner"], chat["managers"]) == (LILEI, [OURS])
        assert house.writes() == ["chat_create"]

    async def test_next_plan_is_empty(self, house):
        wanted = group(owner=LILEI, managers=exact(SELF), members=additive(KATE))
        await house.apply(wanted)

        assert not (await house.plan(wanted)).steps

    async def test_other_managers_are_blocked_from_the_start(self, house):
        outcome = await house.apply(group(owner=LILEI, managers=exact(SELF, KATE)))

        assert statuses(outcome, "oncall") == {"existence": Status.DONE, "managers": Status.BLOCKED}
        assert "Only the owner may do this" in problem_at(outcome, "oncall/managers").detail

    async def test_moderation_is_blocked_without_the_power_of_an_owner(self, house):
        outcome = await house.apply(
            group(owner=LILEI, managers=exact(SELF), moderation=Moderation(mode="only_owner"))
        )

        assert step_of(outcome, "oncall/moderation").status is Status.BLOCKED

    async def test_moderation_is_written_with_the_power_of_an_owner(self, strong):
        outcome = await strong.apply(
            group(owner=LILEI, managers=exact(SELF), moderation=Moderation(mode="only_owner"))
        )

        assert step_of(outcome, "oncall/moderation").status is Status.DONE

    async def test_settings_that_create_does_not_take_are_written_by_the_manager(self, house):
        settings = Settings(name="Payments", permissions=Permissions(at_all="only_owner"))

        outcome = await house.apply(group(owner=LILEI, managers=exact(SELF), settings=settings))

        assert group_of(outcome, "oncall").status is Status.DONE

    async def test_plan_says_what_the_app_cannot_write_afterwards(self, house):
        plan = await house.plan(group(owner=LILEI, managers=exact(SELF)))

        [warning] = plan.groups[0].warnings
        assert warning.summary == "Group will be given away"
        assert "our app is a manager in it, and can write no longer: managers, moderation, lifecycle" in (
            warning.detail
        )

    async def test_no_guard_asks_again(self, house):
        plan = await house.plan(group(owner=LILEI, managers=exact(SELF)), overrides=())

        assert not plan.refusals
        assert not plan.groups[0].refusals

    async def test_refused_member_does_not_cost_the_owner(self, house):
        wanted = group(owner=LILEI, managers=exact(SELF), members=additive("ou_hidden", KATE))

        await house.apply(wanted)

        chat = house.chat("oncall")
        assert chat["owner"] == LILEI
        assert KATE in chat["members"]

    async def test_refused_owner_fails_the_create(self, house):
        outcome = await house.apply(group(owner="ou_hidden", managers=exact(SELF)))

        assert step_of(outcome, "oncall/existence").status is Status.FAILED
        assert house.chats() == []
        assert not house.state.intents

    async def test_create_whose_answer_was_lost_is_resumed_for_the_same_owner(self, house):
        wanted = group(owner=LILEI, managers=exact(SELF))
        house.fault(FaultKind.DROP, "chat_create", count=9, done=True)
        await house.apply(wanted)
        house.emulator.faults.clear()

        await house.apply(wanted)

        [chat] = house.chats()
        assert chat["owner"] == LILEI
        assert not (await house.plan(wanted)).steps


class TestNewGroupThatIsGivenAway:
    """Road 2: created as our app, transferred last."""

    async def test_guard_lockout_refuses_it_without_the_power_of_an_owner(self, house):
        outcome = await house.apply(group(owner=LILEI))

        assert group_of(outcome, "oncall").status is Status.REFUSED
        assert problem_in(outcome, "oncall").summary == "Our app would lose its role"
        assert house.chats() == []

    async def test_transfer_is_the_last_call(self, strong):
        await strong.apply(
            group(
                owner=LILEI,
                managers=exact(KATE),
                moderation=Moderation(mode="moderator_list", moderators=exact(JIM)),
                settings=Settings(name="Payments", permissions=Permissions(at_all="only_owner")),
            )
        )

        chat = strong.chat("oncall")
        assert (chat["owner"], chat["managers"]) == (LILEI, [KATE])
        assert strong.writes()[-1] == "chat_update"
        assert strong.written() == {
            "chat_create": 1,
            "chat_update": 2,
            "chat_managers_add_managers": 1,
            "chat_moderation_update": 1,
        }

    async def test_next_plan_is_empty(self, strong):
        wanted = group(owner=LILEI, managers=exact(KATE), members=exact(JIM))
        await strong.apply(wanted)

        assert not (await strong.plan(wanted)).steps

    async def test_no_plan_guard_asks_again(self, strong):
        assert not (await strong.plan(group(owner=LILEI), overrides=())).refusals

    async def test_transfer_that_is_still_due_was_asked_for_already(self, strong):
        wanted = group(owner=LILEI)
        strong.refuse("chat_update", 232019, count=99)
        await strong.apply(wanted)
        strong.emulator.faults.clear()

        plan = await strong.plan(wanted, overrides=())

        assert [step.address for step in plan.steps] == ["oncall/owner"]
        assert not plan.refusals

    async def test_plan_says_what_the_app_cannot_write_afterwards(self, strong):
        plan = await strong.plan(group(owner=LILEI))

        [warning] = plan.groups[0].warnings
        assert "our app is an ordinary member in it, and can write no longer: managers." in warning.detail

    async def test_without_the_declared_power_people_can_insist(self, house):
        wanted = group(
            owner=LILEI, settings=Settings(name="Payments", permissions=Permissions(at_all="only_owner"))
        )
        plan = await house.plan(wanted, overrides=("lockout",))

        [warning] = plan.groups[0].warnings
        assert "can write no longer: settings, managers, moderation, departures, lifecycle" in warning.detail
        await house.perform(plan, wanted)
        assert house.chat("oncall")["owner"] == LILEI

    async def test_group_that_was_given_away_is_not_believed_to_be_ours(self, strong):
        await strong.apply(group(owner=LILEI))

        assert strong.state.groups["oncall"].gave_away
        assert strong.state.groups["oncall"].values["owner"].sent == LILEI


class TestTransfer:
    async def test_guard_owner_refuses_to_give_an_existing_group_away(self, strong):
        await strong.apply(group())

        plan = await strong.plan(group(owner=LILEI), overrides=())

        [refusal] = plan.refusals
        assert refusal.summary == "Plan gives groups away"
        assert "1 (oncall → ou_lilei)" in refusal.detail

    async def test_group_is_given_away_when_people_insist(self, strong):
        await strong.apply(group())

        await strong.apply(group(owner=LILEI), overrides=ALL)

        assert strong.chat("oncall")["owner"] == LILEI
        assert not (await strong.plan(group(owner=LILEI), overrides=())).steps

    async def test_guard_lockout_refuses_the_group_as_well(self, house):
        await house.apply(group())

        plan = await house.plan(group(owner=LILEI), overrides=ALL)

        assert plan.groups[0].refusals[0].summary == "Our app would lose its role"

    async def test_transfer_is_grave(self, strong):
        await strong.apply(group())

        text = render_plan(await strong.plan(group(owner=LILEI), overrides=ALL), color=False)

        assert "~ change  owner  self → 李雷 <ou_lilei>  ! loosens (high)" in text

    @pytest.mark.parametrize("done", [True, False])
    async def test_transfer_of_unknown_outcome_is_looked_after(self, strong, done):
        await strong.apply(group())
        strong.fault(FaultKind.ANSWER, "chat_update", code=5000, status=504, done=done, count=1)

        outcome = await strong.apply(group(owner=LILEI), overrides=ALL)

        assert step_of(outcome, "oncall/owner").status is Status.DONE
        assert strong.chat("oncall")["owner"] == LILEI
        assert strong.state.groups["oncall"].gave_away
        assert step_of(outcome, "oncall/owner").calls == (1 if done else 2)

    async def test_group_that_a_person_owns_cannot_come_back(self, house):
        await house.apply(group(owner=SELF))
        house.emulator.acts.add_members(house.chat_id("oncall"), [KATE])
        house.emulator.acts.transfer(house.chat_id("oncall"), KATE)

        outcome = await house.apply(group(owner=SELF))

        problem = problem_at(outcome, "oncall/owner")
        assert "no call of the platform gives a group to an app" in problem.detail
        assert step_of(outcome, "oncall/owner").status is Status.BLOCKED

    async def test_power_of_an_owner_does_not_bring_it_back_either(self, strong):
        await strong.apply(group(owner=LILEI))

        outcome = await strong.apply(group(owner=SELF), overrides=ALL)

        assert step_of(outcome, "oncall/owner").status is Status.BLOCKED

    async def test_manager_does_not_give_away_what_is_not_its_own(self, house):
        await house.apply(group(owner=LILEI, managers=exact(SELF)))

        outcome = await house.apply(group(owner=KATE, managers=exact(SELF)), overrides=ALL)

        assert step_of(outcome, "oncall/owner").status is Status.BLOCKED

    async def test_app_itself_may_be_named_by_its_id(self, house):
        await house.apply(group(owner=OURS))

        assert not (await house.plan(group(owner=OURS))).steps

    async def test_other_app_cannot_own_a_group(self, house):
        outcome = await house.apply(group(owner=OTHER))

        assert step_of(outcome, "oncall/existence").status is Status.DONE
        assert f"`{OTHER}` is a bot" in problem_at(outcome, "oncall/owner").detail


class TestOldOwner:
    async def test_person_who_is_not_to_stay_goes_after_the_transfer(self, strong):
        await strong.apply(group(owner=LILEI, members=exact(KATE)))

        outcome = await strong.apply(group(owner=KATE, members=exact(JIM)), overrides=ALL)

        chat = strong.chat("oncall")
        assert (chat["owner"], sorted(chat["members"])) == (KATE, sorted([KATE, JIM, OURS]))
        assert [step.address for step in group_of(outcome, "oncall").steps] == [
            "oncall/members",
            "oncall/owner",
            "oncall/departures/old-owner",
        ]
        assert not (await strong.plan(group(owner=KATE, members=exact(JIM)))).steps

    async def test_others_who_go_go_before(self, strong):
        await strong.apply(group(owner=LILEI, members=exact(KATE, JIM)))

        await strong.apply(group(owner=KATE, members=exact()), overrides=ALL)

        assert sorted(strong.chat("oncall")["members"]) == sorted([KATE, OURS])
        assert strong.writes()[-3:] == ["chat_members_delete", "chat_update", "chat_members_delete"]

    async def test_person_who_is_listed_stays(self, strong):
        await strong.apply(group(owner=LILEI, members=exact(KATE)))

        await strong.apply(group(owner=KATE, members=exact(LILEI)), overrides=ALL)

        assert LILEI in strong.chat("oncall")["members"]

    async def test_person_stays_when_the_transfer_fails(self, strong):
        await strong.apply(group(owner=LILEI, members=exact(KATE)))
        strong.refuse("chat_update", 232035)

        outcome = await strong.apply(group(owner=KATE, members=exact()), overrides=ALL)

        assert step_of(outcome, "oncall/departures/old-owner").status is Status.NOT_STARTED
        assert LILEI in strong.chat("oncall")["members"]

    async def test_person_who_is_no_moderator_loses_that_after_the_transfer(self, strong):
        nobody = Moderation(mode="moderator_list", moderators=exact())
        listed = Moderation(mode="moderator_list", moderators=exact(LILEI))
        await strong.apply(group(owner=KATE, moderation=listed))
        await strong.apply(group(owner=LILEI, moderation=nobody), overrides=ALL)

        outcome = await strong.apply(group(owner=KATE, moderation=nobody), overrides=ALL)

        assert [step.address for step in group_of(outcome, "oncall").steps] == [
            "oncall/owner",
            "oncall/moderation/old-owner",
        ]
        assert not (await strong.plan(group(owner=KATE, moderation=nobody))).steps

    async def test_departure_is_blocked_with_the_transfer(self, house):
        await house.apply(group(owner=LILEI, managers=exact(SELF), members=exact(KATE)))

        plan = await house.plan(group(owner=KATE, managers=exact(SELF), members=exact()), overrides=ALL)

        assert [(step.address, step.block is not None) for step in plan.steps] == [
            ("oncall/owner", True),
            ("oncall/departures/old-owner", True),
        ]


class TestPeople:
    async def test_owner_is_a_member_without_being_listed(self, strong):
        await strong.apply(group())

        await strong.apply(group(owner=LILEI, members=exact()), overrides=ALL)

        assert sorted(strong.chat("oncall")["members"]) == sorted([LILEI, OURS])

    @pytest.mark.parametrize("name", ["li.lei@example.com", "on_lilei", "user_id:lilei"])
    async def test_owner_may_be_named_like_anybody(self, strong, name):
        await strong.apply(group(owner=name))

        assert strong.chat("oncall")["owner"] == LILEI
        assert not (await strong.plan(group(owner=name))).steps

    async def test_unknown_owner_fails_the_group(self, strong):
        outcome = await strong.apply(group(owner="nobody@example.com"), group("other", name="Other"))

        assert problem_in(outcome, "oncall").summary == "Unknown person"
        assert group_of(outcome, "other").status is Status.DONE

    @pytest.mark.parametrize(
        ("name", "why"),
        [("user_id:gone", "has left the company"), ("on_hidden", "outside what the app may see")],
    )
    async def test_owner_who_cannot_be_one_blocks_that_step_only(self, strong, name, why):
        outcome = await strong.apply(group(owner=name, managers=exact(SELF)))

        assert statuses(outcome, "oncall") == {"existence": Status.DONE, "owner": Status.BLOCKED}
        assert why in problem_at(outcome, "oncall/owner").detail

    async def test_what_was_recorded_of_the_owner_stays_while_the_new_one_cannot_be_one(self, strong):
        await strong.apply(group(owner=LILEI))

        await strong.apply(group(owner="user_id:gone", name="Renamed"), overrides=ALL)

        assert strong.state.groups["oncall"].values["owner"].sent == LILEI
