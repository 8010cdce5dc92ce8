"""The end of a group and its return: dissolved, given up, renamed, or gone on the platform; on the emulator.

docs/behaviour.md, "Exactly one group per key" and "End of life"; chats.openapi.yaml, chat_delete.
"""

from __future__ import annotations

import pytest

from reconciler.apply.run import Run
from reconciler.emulator import FaultKind
from reconciler.errors import Diagnostic, OutcomeUnknown
from reconciler.model.settings import Settings
from reconciler.plan.binding import create_uuid
from reconciler.plan.outcome import Status
from reconciler.plan.plan import StepAction
from reconciler.workflow import forget_key
from tests.support.builders import additive, desired_group
from tests.support.house import group_of, open_house, problem_at, problem_in, step_of

LILEI, KATE = "ou_lilei", "ou_kate"
ALL = ("forgets", "removals", "dissolve", "owner", "lockout")


def group(key="oncall", name="Payments", **fields):
    settings = fields.pop("settings", Settings(name=name))
    return desired_group(key, settings=settings, **fields)


def doomed(**fields):
    return group(on_remove="dissolve", **fields)


def status_of(house, chat_id):
    return house.emulator.acts.chat(chat_id)["status"]


class TestDissolving:
    async def test_group_whose_key_left_is_dissolved_as_it_was_recorded(self, house):
        await house.apply(doomed())
        chat_id = house.chat_id("oncall")

        outcome = await house.apply(overrides=ALL)

        assert step_of(outcome, "oncall/lifecycle").status is Status.DONE
        assert status_of(house, chat_id) == "dissolved"
        assert "oncall" not in house.state.groups
        assert house.state.tombstones["oncall"].abandoned

    async def test_guard_dissolve_refuses_the_plan(self, house):
        await house.apply(doomed(members=additive(LILEI, KATE)))

        plan = await house.plan(overrides=("forgets",))

        [refusal] = plan.refusals
        assert refusal.summary == "Plan dissolves groups"
        assert "1 (oncall), with 2 memberships" in refusal.detail
        assert refusal.hint == "If this is what you want, run `groupctl apply --override dissolve`."

    async def test_group_stays_when_nothing_may_be_removed(self, house):
        await house.apply(doomed())

        plan = await house.plan(overrides=(), removals=False)

        assert not plan.steps
        assert not plan.refusals
        assert plan.groups[0].warnings[0].summary == "Group is not dissolved"

    async def test_what_was_recorded_decides_and_not_what_was_written_last(self, house):
        await house.apply(group())
        await house.apply(doomed())
        await house.apply(group())
        chat_id = house.chat_id("oncall")

        await house.apply(overrides=ALL)

        assert status_of(house, chat_id) == "normal"

    async def test_group_that_is_dissolved_already_is_forgotten_for_good(self, house):
        await house.apply(doomed())
        house.emulator.acts.dissolve(house.chat_id("oncall"))

        plan = await house.plan()
        await house.perform(plan)

        assert [step.action for step in plan.steps] == [StepAction.FORGET]
        assert house.state.tombstones["oncall"].abandoned

    async def test_group_that_was_dissolved_meanwhile_counts_as_done(self, house):
        await house.apply(doomed())
        plan = await house.plan(overrides=ALL)
        house.emulator.acts.dissolve(house.chat_id("oncall"))

        outcome = await house.perform(plan)

        assert step_of(outcome, "oncall/lifecycle").status is Status.DONE

    @pytest.mark.parametrize("done", [True, False])
    async def test_dissolution_of_unknown_outcome_is_looked_after(self, house, done):
        await house.apply(doomed())
        chat_id = house.chat_id("oncall")
        plan = await house.plan(overrides=ALL)
        house.fault(FaultKind.DROP, "chat_delete", count=5, done=done)

        outcome = await house.perform(plan)

        assert step_of(outcome, "oncall/lifecycle").status is Status.DONE
        assert status_of(house, chat_id) == "dissolved"

    async def test_run_that_ends_meanwhile_leaves_the_key(self, house):
        await house.apply(doomed())
        plan = await house.plan(overrides=ALL)
        run = Run()

        async def lost(operation, chat_id):
            run.interrupt()
            raise OutcomeUnknown(Diagnostic("No answer"))

        perform, house.gateway.perform = house.gateway.perform, lost
        outcome = await house.perform(plan, run=run)
        house.gateway.perform = perform

        assert problem_at(outcome, "oncall/lifecycle").summary == "Step was cut off"
        assert "oncall" in house.state.groups

    async def test_refused_dissolution_is_a_failure_and_the_key_stays(self, house):
        await house.apply(doomed())
        house.refuse("chat_delete", 232024)

        outcome = await house.apply(overrides=ALL)

        assert step_of(outcome, "oncall/lifecycle").status is Status.FAILED
        assert "oncall" in house.state.groups

    async def test_group_that_a_person_owns_is_not_ours_to_dissolve(self, house):
        await house.apply(doomed(members=additive(KATE)))
        house.emulator.acts.transfer(house.chat_id("oncall"), KATE)

        outcome = await house.apply(overrides=ALL)

        problem = problem_at(outcome, "oncall/lifecycle")
        assert step_of(outcome, "oncall/lifecycle").status is Status.BLOCKED
        assert "Only the owner may do this" in problem.detail
        assert "groupctl forget oncall" in problem.hint

    async def test_creator_with_the_power_of_an_owner_dissolves_it(self, house):
        house.operate_as_owner = True
        await house.apply(doomed(owner=KATE), overrides=ALL)
        chat_id = house.chat_id("oncall")

        await house.apply(overrides=ALL)

        assert status_of(house, chat_id) == "dissolved"

    async def test_group_that_our_app_was_thrown_out_of_is_blocked(self, house):
        await house.apply(doomed(members=additive(KATE)))
        house.emulator.acts.remove_members(house.chat_id("oncall"), [house.app_id])

        outcome = await house.apply(overrides=ALL)

        assert problem_at(outcome, "oncall/lifecycle").detail == "Our app is not in the group any more."

    async def test_group_that_cannot_be_read_is_not_dissolved(self, house):
        await house.apply(doomed())
        house.refuse("chat_get", 232010)

        outcome = await house.apply(overrides=ALL)

        assert group_of(outcome, "oncall").status is Status.UNREADABLE

    async def test_guard_forgets_counts_groups_to_be_dissolved(self, house):
        await house.apply(doomed())

        plan = await house.plan(overrides=("dissolve",))

        assert [each.summary for each in plan.refusals] == ["Configuration has no groups"]


class TestReturning:
    async def test_key_of_a_dissolved_group_gets_a_new_group(self, house):
        await house.apply(doomed())
        first = house.chat_id("oncall")
        await house.apply(overrides=ALL)

        await house.apply(group())

        assert house.chat_id("oncall") != first
        assert house.state.groups["oncall"].incarnation == 1
        assert "oncall" not in house.state.tombstones

    async def test_every_return_is_another_incarnation(self, house):
        for incarnation in range(3):
            await house.apply(doomed())
            assert house.state.groups["oncall"].incarnation == incarnation
            await house.apply(overrides=ALL)

    async def test_create_of_a_later_incarnation_is_resumed(self, house):
        await house.apply(doomed())
        await house.apply(overrides=ALL)
        house.fault(FaultKind.DROP, "chat_create", count=9, done=True)
        await house.apply(group())
        house.emulator.faults.clear()
        assert house.state.intents["oncall"].uuid == create_uuid("acme-groups", "oncall", 1)

        await house.apply(group())

        assert len(house.chats()) == 1
        assert house.state.groups["oncall"].incarnation == 1

    async def test_group_dissolved_on_the_platform_is_told_and_never_made_again_silently(self, house):
        await house.apply(group())
        house.emulator.acts.dissolve(house.chat_id("oncall"))

        outcome = await house.apply(group())

        problem = problem_in(outcome, "oncall")
        assert problem.summary == "Group is dissolved"
        assert "`groupctl forget oncall`; the next apply creates one" in problem.hint
        assert house.chats() == []

    async def test_after_forget_a_dissolved_group_is_made_anew(self, house):
        await house.apply(group())
        first = house.chat_id("oncall")
        house.emulator.acts.dissolve(first)
        house.state = forget_key(house.state, "oncall", 0.0)

        plan = await house.plan(group())
        await house.perform(plan, group())

        assert plan.steps[0].action is StepAction.CREATE
        assert house.chat_id("oncall") != first
        assert house.state.groups["oncall"].incarnation == 1
        assert not (await house.plan(group())).steps

    async def test_lost_answer_of_such_a_create_makes_no_second_group(self, house):
        await house.apply(group())
        house.emulator.acts.dissolve(house.chat_id("oncall"))
        house.state = forget_key(house.state, "oncall", 0.0)
        house.fault(FaultKind.DROP, "chat_create", count=9, done=True)
        await house.apply(group())
        house.emulator.faults.clear()

        plan = await house.plan(group())
        await house.perform(plan, group())

        assert plan.steps[0].action is StepAction.RESUME
        assert len(house.chats()) == 1

    async def test_new_group_needs_a_name(self, house):
        await house.apply(group())
        house.emulator.acts.dissolve(house.chat_id("oncall"))
        house.state = forget_key(house.state, "oncall", 0.0)

        plan = await house.plan(group(settings=Settings()))

        assert plan.groups[0].problem
        assert plan.groups[0].problem.summary == "Name missing"

    async def test_dissolved_chat_that_the_configuration_names_is_told(self, house):
        await house.apply(group())
        chat_id = house.chat_id("oncall")
        house.emulator.acts.dissolve(chat_id)
        house.state = forget_key(house.state, "oncall", 0.0)

        outcome = await house.apply(group(chat_id=chat_id))

        assert problem_in(outcome, "oncall").summary == "Group is dissolved"

    async def test_group_that_our_app_was_thrown_out_of_is_told_with_both_ways_out(self, house):
        await house.apply(group(members=additive(KATE)))
        house.emulator.acts.remove_members(house.chat_id("oncall"), [house.app_id])

        outcome = await house.apply(group(members=additive(KATE)))

        problem = problem_in(outcome, "oncall")
        assert problem.summary == "Our app is not in the group"
        assert "`groupctl forget oncall --abandon` lets the next apply create a new one" in problem.hint

    async def test_group_that_was_given_up_is_made_anew(self, house):
        wanted = group(members=additive(KATE))
        await house.apply(wanted)
        first = house.chat_id("oncall")
        house.emulator.acts.remove_members(first, [house.app_id])
        house.state = forget_key(house.state, "oncall", 0.0, abandon=True)

        await house.apply(wanted)

        assert house.chat_id("oncall") != first
        assert status_of(house, first) == "normal"
        assert house.state.groups["oncall"].incarnation == 1

    async def test_group_that_was_given_up_is_no_twin_of_the_new_one(self, house):
        await house.apply(group())
        house.state = forget_key(house.state, "oncall", 0.0, abandon=True)

        outcome = await house.apply(group())

        assert group_of(outcome, "oncall").status is Status.DONE
        assert len(house.chats()) == 2

    async def test_key_that_was_forgotten_can_still_be_given_up(self, house):
        await house.apply(group())
        await house.apply()
        house.state = forget_key(house.state, "oncall", 0.0, abandon=True)

        assert house.state.tombstones["oncall"].abandoned


class TestRenaming:
    async def test_new_key_takes_over_the_group_of_its_old_one(self, house):
        await house.apply(group("old"))
        chat_id = house.chat_id("old")
        wanted = group("new", previously=("old",))

        plan = await house.plan(wanted)
        await house.perform(plan, wanted)

        assert [(each.key, each.steps[0].action) for each in plan.groups] == [("new", StepAction.RENAME)]
        assert plan.steps[0].address == "new/previously"
        assert plan.steps[0].reason == "the key was `old` before"
        assert house.chat_id("new") == chat_id
        assert list(house.state.groups) == ["new"]
        assert house.writes() == ["chat_create"]

    async def test_old_name_may_stay_in_the_file(self, house):
        wanted = group("new", previously=("older", "old"))
        await house.apply(group("old"))
        await house.apply(wanted)

        assert not (await house.plan(wanted)).groups[0].steps

    async def test_old_key_has_not_left_whatever_was_recorded(self, house):
        await house.apply(group("old", on_remove="dissolve"))

        await house.apply(group("new", previously=("old",)), overrides=())

        assert len(house.chats()) == 1
        assert not house.state.tombstones

    async def test_forgotten_group_is_taken_over_as_well(self, house):
        await house.apply(group("old"))
        chat_id = house.chat_id("old")
        await house.apply()
        wanted = group("new", previously=("old",))

        plan = await house.plan(wanted)
        await house.perform(plan, wanted)

        assert [step.action for step in plan.steps] == [StepAction.RENAME, StepAction.ADOPT]
        assert house.chat_id("new") == chat_id
        assert house.state.groups["new"].created_by_us
        assert not house.state.tombstones

    async def test_unfinished_create_is_resumed_under_the_new_key(self, house):
        house.fault(FaultKind.DROP, "chat_create", count=9, done=True)
        await house.apply(group("old"))
        house.emulator.faults.clear()

        await house.apply(group("new", previously=("old",)))

        assert len(house.chats()) == 1
        assert list(house.state.groups) == ["new"]
        assert not house.state.intents

    async def test_group_that_was_renamed_and_dissolved_is_made_anew_after_forget(self, house):
        await house.apply(group("old"))
        house.emulator.acts.dissolve(house.chat_id("old"))
        house.state = forget_key(house.state, "old", 0.0)

        await house.apply(group("new", previously=("old",)))

        assert house.state.groups["new"].incarnation == 1
        assert not house.state.tombstones

    async def test_lost_answer_of_such_a_create_makes_no_second_group(self, house):
        await house.apply(group("old"))
        house.emulator.acts.dissolve(house.chat_id("old"))
        house.state = forget_key(house.state, "old", 0.0)
        wanted = group("new", previously=("old",))
        house.fault(FaultKind.DROP, "chat_create", count=9, done=True)
        await house.apply(wanted)
        house.emulator.faults.clear()

        assert list(house.state.intents) == ["new"]
        await house.apply(wanted)

        assert len(house.chats()) == 1
        assert house.state.groups["new"].incarnation == 1

    async def test_refused_create_under_a_new_key_leaves_nothing_behind(self, house):
        await house.apply(group("old"))
        house.emulator.acts.dissolve(house.chat_id("old"))
        house.state = forget_key(house.state, "old", 0.0)
        house.refuse("chat_create", 232023)

        outcome = await house.apply(group("new", previously=("old",)))

        assert step_of(outcome, "new/existence").status is Status.FAILED
        assert not house.state.intents

    async def test_two_known_keys_are_told(self, house):
        await house.apply(group("old"), group("new", name="Other"))

        outcome = await house.apply(group("new", name="Other", previously=("old",)))

        assert problem_in(outcome, "new").summary == "Old key and new key are both known"
        assert [each.key for each in outcome.groups] == ["new"]

    async def test_forgetting_one_of_two_known_keys_is_a_way_out(self, house):
        await house.apply(group("old"), group("new", name="Other"))
        house.state = forget_key(house.state, "old", 0.0)

        outcome = await house.apply(group("new", name="Other", previously=("old",)))

        assert group_of(outcome, "new").status is Status.UNCHANGED

    async def test_old_chat_is_no_twin_of_another_new_group(self, house):
        await house.apply(group("old"))

        plan = await house.plan(group("new", previously=("old",)), group("other", name="Payments"))

        assert not plan.groups[1].refusals


async def test_app_without_the_scope_cannot_dissolve():
    async with open_house(app='scopes: ["im:chat:create", "im:chat:readonly", "im:chat:read"]') as house:
        await house.apply(doomed())

        outcome = await house.apply(overrides=ALL)

        assert step_of(outcome, "oncall/lifecycle").status is Status.FAILED
        assert "im:chat:delete" in problem_at(outcome, "oncall/lifecycle").hint
