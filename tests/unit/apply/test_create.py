"""Exactly one group per key, whatever happens to the call that creates it."""

from __future__ import annotations

import pytest

from reconciler.apply.recorder import FLUSH_COUNT
from reconciler.apply.run import Run
from reconciler.emulator import FaultKind
from reconciler.model.moderation import Moderation
from reconciler.model.settings import Permissions, Settings
from reconciler.plan.binding import RESUMABLE_SECONDS, create_uuid
from reconciler.plan.outcome import Status
from reconciler.plan.plan import StepAction
from reconciler.workflow import forget_key
from tests.support.builders import additive, desired_group, exact, tab
from tests.support.house import (
    MemoryStore,
    changed_paths,
    codes,
    group_of,
    open_house,
    problem_at,
    statuses,
    step_of,
)
from tests.support.pretend import OTHER

AT_ALL = Permissions(at_all="only_owner")
"""What create cannot write: it takes an update as well."""


def group(key="oncall", **fields):
    return desired_group(key, **{"settings": Settings(name=f"Group {key}"), **fields})


def only_step(plan):
    [step] = plan.steps
    return step


class TestIntents:
    async def test_all_intents_are_durable_in_one_write_before_the_first_create(self, house):
        created = []
        save = house.store.save

        def spying_save(state):
            created.append((sorted(state.intents), house.writes().count("chat_create")))
            return save(state)

        house.store.save = spying_save

        await house.apply(group("alpha"), group("beta"), group("gamma"))

        assert created[0] == (["alpha", "beta", "gamma"], 0)
        assert created[-1] == ([], 3)

    async def test_intent_holds_uuid_and_body(self, house):
        await house.apply(group(members=additive("ou_lilei")))

        intent = house.store.saved[0].intents["oncall"]
        assert intent.uuid == create_uuid("acme-groups", "oncall", 0)
        assert intent.operation["users"] == ["ou_lilei"]
        assert intent.operation["settings"]["name"] == "Group oncall"
        assert intent.time == pytest.approx(house.clock.now(), abs=60)

    async def test_nothing_is_created_when_intents_cannot_be_written(self, house):
        house.store = MemoryStore(broken_from=0)

        outcome = await house.apply(group("alpha"), group("beta"))

        assert house.chats() == []
        assert "chat_create" not in house.calls()
        assert {each.status for each in outcome.groups} == {Status.NOT_STARTED}
        assert outcome.stopped.summary == "State cannot be used"
        assert not outcome.complete

    async def test_after_a_later_failed_write_no_further_create_starts_and_the_outcome_says_so(self, house):
        house.store = MemoryStore(broken_from=1)
        house.fault(FaultKind.LATENCY, seconds=2, count=None)

        slow = group("alpha", settings=Settings(name="Group alpha", permissions=AT_ALL))

        outcome = await house.apply(slow, group("beta"), parallelism=1)

        assert [chat["name"] for chat in house.chats()] == ["Group alpha"]
        assert group_of(outcome, "alpha").status is Status.DONE
        assert group_of(outcome, "beta").status is Status.FAILED
        assert problem_at(outcome, "beta/existence").summary == "State cannot be used"
        assert outcome.stopped.summary == "State cannot be used"
        assert not outcome.complete

    async def test_chat_created_before_the_state_broke_is_found_again(self, house):
        house.store = MemoryStore(broken_from=1)
        await house.apply(group("alpha"))
        house.store = MemoryStore()

        outcome = await house.apply(group("alpha"))

        assert outcome.complete
        assert len(house.chats()) == 1

    @pytest.mark.parametrize("code", [232023, 99991400, 99991672, 99991403])
    async def test_create_that_was_refused_for_certain_leaves_no_intent(self, house, code):
        house.refuse("chat_create", code, count=None)

        outcome = await house.apply(group())

        assert codes(outcome) == [code]
        assert house.state.intents == {}

    @pytest.mark.parametrize(
        ("kind", "fields"), [(FaultKind.DROP, {}), (FaultKind.ANSWER, {"code": 232068, "status": 400})]
    )
    async def test_create_that_may_have_been_done_keeps_its_intent(self, house, kind, fields):
        house.fault(kind, "chat_create", count=None, **fields)

        outcome = await house.apply(group())

        assert statuses(outcome, "oncall") == {"existence": Status.FAILED}
        assert list(house.state.intents) == ["oncall"]

    @pytest.mark.parametrize(("code", "count"), [(232001, 1), (232024, 2)])
    async def test_create_whose_lost_answer_is_followed_by_a_refusal_keeps_its_intent(
        self, house, code, count
    ):
        house.fault(FaultKind.DROP, "chat_create", done=True)
        house.refuse("chat_create", code, after=1, count=count)
        lost = await house.apply(group(members=additive("ou_lilei")))
        begun = list(house.state.intents)

        found = await house.apply(group(members=additive("ou_lilei")))

        assert (codes(lost), begun) == ([code], ["oncall"])
        assert found.complete
        assert len(house.chats()) == 1

    async def test_create_in_doubt_that_the_end_of_the_run_cuts_off_keeps_its_intent(self, house):
        run = Run()
        plan = await house.plan(group(members=additive("ou_lilei")))
        house.fault(FaultKind.DROP, "chat_create", done=True)
        house.refuse("chat_create", 232024, after=1)
        perform = house.gateway.perform

        async def interrupted(operation, chat_id):
            run.interrupt()
            return await perform(operation, chat_id)

        house.gateway.perform = interrupted

        outcome = await house.perform(plan, group(members=additive("ou_lilei")), run=run)

        assert group_of(outcome, "oncall").status is Status.NOT_STARTED
        assert list(house.state.intents) == ["oncall"]

    async def test_create_that_never_started_leaves_no_intent(self, house):
        run = Run()
        fleet = group("alpha"), group("beta")
        plan = await house.plan(*fleet)

        outcome = await house.perform(
            plan, *fleet, run=run, parallelism=1, progress=lambda _done, _total: run.interrupt()
        )

        assert group_of(outcome, "beta").status is Status.NOT_STARTED
        assert house.state.intents == {}
        assert list(house.state.groups) == ["alpha"]

    async def test_create_whose_turn_comes_after_the_end_of_the_run_leaves_no_intent(self, house):
        run = Run()
        gateway = house.gateway
        house.refuse("chat_create", 232043)
        named = group(members=additive("ou_lilei"))
        plan = await house.plan(named)

        class Interrupting:
            async def perform(self, operation, chat_id):
                run.interrupt()
                return await gateway.perform(operation, chat_id)

        house.gateway = Interrupting()

        outcome = await house.perform(plan, named, run=run)

        assert statuses(outcome, "oncall")["existence"] is Status.NOT_STARTED
        assert house.state.intents == {}

    async def test_unfinished_create_of_a_key_that_left_is_told_until_somebody_acts(self, house):
        house.store = MemoryStore(broken_from=1)
        await house.apply(group())
        house.store = MemoryStore()

        left = await house.apply()
        back = await house.apply(group())

        assert group_of(left, "oncall").status is Status.UNREADABLE
        assert not left.complete
        assert back.complete
        assert len(house.chats()) == 1

    async def test_unfinished_create_is_not_repeated_when_the_answer_to_the_plan_came_too_late(self, house):
        house.fault(FaultKind.DROP, "chat_create", count=None, done=True)
        await house.apply(group())
        house.emulator.faults.clear()
        plan = await house.plan(group())
        house.clock.move(RESUMABLE_SECONDS)

        outcome = await house.perform(plan, group())

        assert problem_at(outcome, "oncall/existence").summary == "Unfinished create is too old to resume"
        assert list(house.state.intents) == ["oncall"]
        assert len(house.chats()) == 1

    async def test_chat_ids_are_recorded_within_a_second(self, house):
        house.fault(FaultKind.LATENCY, "chat_update", seconds=20)
        moments = []
        save = house.store.save

        def spying_save(state):
            moments.append((house.clock.now(), "oncall" in state.groups))
            return save(state)

        house.store.save = spying_save
        restricted = Settings(name="G1", permissions=AT_ALL)
        created = house.clock.now()

        await house.apply(group(settings=restricted))

        recorded = next(moment for moment, is_there in moments if is_there)
        assert recorded - created < 2

    async def test_twenty_chat_ids_do_not_wait_for_the_end_of_a_second(self, house):
        house.fault(FaultKind.LATENCY, "chat_create", seconds=0.1, count=None)
        fleet = [group(f"key-{number:02}") for number in range(2 * FLUSH_COUNT)]
        began = house.clock.now()

        await house.apply(*fleet)

        assert house.clock.now() - began < 1
        assert any(FLUSH_COUNT <= len(state.groups) < len(fleet) for state in house.store.saved)


class TestResume:
    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": FaultKind.DROP, "done": True},
            {"kind": FaultKind.DROP, "done": False},
            {"kind": FaultKind.ANSWER, "status": 504, "done": True},
            {"kind": FaultKind.ANSWER, "status": 502},
            {"kind": FaultKind.MALFORMED},
            {"kind": FaultKind.TRUNCATED},
        ],
    )
    async def test_lost_answer_makes_exactly_one_group(self, house, fault):
        house.fault(operation="chat_create", count=None, **fault)
        wanted = group(members=additive("ou_lilei", OTHER), tabs=exact(tab("Runbook")))
        first = await house.apply(wanted)
        house.emulator.faults.clear()

        plan = await house.plan(wanted)
        second = await house.perform(plan, wanted)

        assert group_of(first, "oncall").status is Status.FAILED
        assert plan.steps[0].action is StepAction.RESUME
        assert second.complete
        [chat] = house.chats()
        assert chat["chat_id"] == house.chat_id("oncall")
        assert house.state.intents == {}
        assert house.state.groups["oncall"].created_by_us
        assert not (await house.plan(wanted)).has_changes

    async def test_same_uuid_and_body_are_sent_again_even_when_the_configuration_changed(self, house):
        house.fault(FaultKind.DROP, "chat_create", count=None, done=True)
        await house.apply(group())
        house.emulator.faults.clear()
        renamed = group(settings=Settings(name="Renamed"))

        outcome = await house.apply(renamed)

        entries = [entry for entry in house.emulator.log if entry.operation == "chat_create"]
        assert {tuple(entry.query) for entry in entries} == {tuple(entries[0].query)}
        assert len({str(entry.body) for entry in entries}) == 1
        assert outcome.complete
        [chat] = house.chats()
        assert chat["name"] == "Renamed"

    async def test_resumed_group_that_people_changed_meanwhile_is_brought_to_desired(self, house):
        wanted = group(members=additive("ou_lilei"), managers=exact("ou_lilei"))
        house.fault(FaultKind.DROP, "chat_create", count=None, done=True)
        await house.apply(wanted)
        house.emulator.faults.clear()
        [chat] = house.chats()
        house.emulator.acts.rename(chat["chat_id"], "Something else")
        house.emulator.acts.remove_members(chat["chat_id"], ["ou_lilei"])

        outcome = await house.apply(wanted)

        assert outcome.complete
        assert statuses(outcome, "oncall") == dict.fromkeys(
            ["existence", "settings", "members", "managers"], Status.DONE
        )
        assert not (await house.plan(wanted)).has_changes

    async def test_resumed_group_that_cannot_be_read_is_bound_all_the_same(self, house):
        house.fault(FaultKind.DROP, "chat_create", count=None, done=True)
        await house.apply(group())
        house.emulator.faults.clear()
        house.refuse("chat_get", 232060)

        outcome = await house.apply(group())

        assert codes(outcome) == [232060]
        assert house.state.intents == {}
        assert (await house.apply(group())).complete
        assert len(house.chats()) == 1

    async def test_intent_older_than_nine_hours_is_a_problem_until_it_is_forgotten(self, house):
        house.fault(FaultKind.DROP, "chat_create", count=None)
        await house.apply(group())
        house.emulator.faults.clear()
        house.clock.move(RESUMABLE_SECONDS + 1)

        plan = await house.plan(group())
        outcome = await house.perform(plan, group())

        [planned] = plan.groups
        assert planned.problem.summary == "Unfinished create is too old to resume"
        assert "groupctl forget oncall" in planned.problem.hint
        assert group_of(outcome, "oncall").status is Status.UNREADABLE
        assert house.chats() == []
        house.state = forget_key(house.state, "oncall", house.clock.now())
        assert (await house.apply(group())).complete

    async def test_refused_resume_keeps_the_intent_of_the_earlier_run(self, house):
        house.fault(FaultKind.DROP, "chat_create", count=None)
        await house.apply(group())
        house.emulator.faults.clear()
        house.refuse("chat_create", 232023)

        outcome = await house.apply(group())

        assert list(house.state.intents) == ["oncall"]
        assert (
            "`groupctl forget oncall` clears the unfinished create"
            in problem_at(outcome, "oncall/existence").hint
        )


class TestRefusedPeople:
    @pytest.mark.parametrize(
        ("bad", "told"),
        [
            ("ou_gone", "have left the company"),
            ("ou_hidden", "cannot be seen"),
            ("ou_unknown", "do not exist"),
            ("cli_asleep", "have no active app"),
            ("cli_unknown", "do not exist"),
        ],
    )
    async def test_create_goes_once_more_without_people_who_are_then_added_one_by_one(self, house, bad, told):
        wanted = group(members=additive("ou_lilei", bad, OTHER), tabs=exact(tab("Runbook")))

        outcome = await house.apply(wanted)

        assert outcome.complete
        assert house.writes()[:3] == ["chat_create", "chat_create", "chat_members_create"]
        assert len({tuple(e.query) for e in house.emulator.log if e.operation == "chat_create"}) == 1
        assert len(house.chats()) == 1
        [warning] = step_of(outcome, "oncall/members").warnings
        assert warning.summary == "Members not added"
        assert bad in warning.detail
        assert told in warning.detail
        assert {"ou_lilei", OTHER} <= {*house.chat("oncall")["members"]}
        assert statuses(outcome, "oncall")["tabs"] is Status.DONE

    async def test_next_plan_shows_only_the_missing_people(self, house):
        wanted = group(members=additive("ou_lilei", "ou_gone", OTHER))
        await house.apply(wanted)

        plan = await house.plan(wanted)

        assert changed_paths(plan) == ["members/ou_gone"]

    async def test_people_who_came_later_are_recorded_as_ours(self, house):
        await house.apply(group(members=additive("ou_lilei", "ou_gone", OTHER)))

        assert sorted(house.state.groups["oncall"].items("members")) == [OTHER, "ou_lilei"]

    async def test_missing_person_gets_no_role_and_keeps_nobody_else_from_theirs(self, house):
        wanted = group(
            managers=exact("ou_lilei", "ou_gone"),
            moderation=Moderation(mode="moderator_list", moderators=exact("ou_kate", "ou_hidden")),
            tabs=exact(tab("Runbook")),
        )

        outcome = await house.apply(wanted)

        assert outcome.complete
        assert house.chat("oncall")["managers"] == ["ou_lilei"]
        assert house.chat("oncall")["moderators"] == ["ou_kate"]
        [warning] = step_of(outcome, "oncall/managers").warnings
        assert warning.summary == "Only members can have a role"
        assert "ou_gone" in warning.detail
        plan = await house.plan(wanted)
        assert set(changed_paths(plan)) == {
            "members/ou_gone",
            "members/ou_hidden",
            "managers/ou_gone",
            "moderation/ou_hidden",
        }

    async def test_second_run_asks_for_the_missing_person_only(self, house):
        wanted = group(
            managers=exact("ou_lilei", "ou_gone"),
            moderation=Moderation(mode="moderator_list", moderators=exact("ou_kate", "ou_gone")),
        )
        await house.apply(wanted)
        before = len(house.writes())

        outcome = await house.apply(wanted)

        assert house.writes()[before:] == ["chat_members_create"]
        assert outcome.complete

    async def test_other_refusal_of_a_create_is_a_failure(self, house):
        house.refuse("chat_create", 232023)

        outcome = await house.apply(group(members=additive("ou_lilei")))

        assert codes(outcome) == [232023]
        assert house.written()["chat_create"] == 1

    async def test_second_refusal_of_a_create_is_a_failure(self, house):
        house.refuse("chat_create", 232043, count=2)

        outcome = await house.apply(group(members=additive("ou_lilei")))

        assert codes(outcome) == [232043]
        assert step_of(outcome, "oncall/existence").calls == 2
        assert house.state.intents == {}


class TestVerification:
    async def test_field_that_create_silently_drops_is_a_failure_with_both_values(self, house):
        house.fault(FaultKind.DROP_FIELD, "chat_create", field="group_message_type")
        wanted = group(settings=Settings(name="G1", group_message_type="thread"))

        outcome = await house.apply(wanted)

        problem = problem_at(outcome, "oncall/existence")
        assert problem.summary == "Platform ignored a change"
        assert "`thread`" in problem.detail
        assert "`chat`" in problem.detail
        assert "group_message_type" not in house.state.groups["oncall"].values
        assert changed_paths(await house.plan(wanted)) == ["group_message_type"]

    async def test_more_than_fifty_people_are_added_in_further_calls(self):
        from tests.support.pretend import CROWD

        async with open_house(users=CROWD) as house:
            everybody = additive(*(f"ou_p{number}" for number in range(60)))

            outcome = await house.apply(group(members=everybody))

            assert outcome.complete
            assert house.writes() == ["chat_create", "chat_members_create"]
            assert len(house.state.groups["oncall"].items("members") or ()) == 60
