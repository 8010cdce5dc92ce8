from __future__ import annotations

from reconciler.diff.changes import Direction, Level, Origin, Risk
from reconciler.diff.risk import NEUTRAL
from reconciler.errors import Diagnostic
from reconciler.model.address import Facet
from reconciler.model.settings import Settings
from reconciler.plan.operations import BindChat, DeleteTabs, ForgetGroup, Operation, SortTabs, UpdateChat
from reconciler.plan.order import ORDER
from reconciler.plan.outcome import GroupOutcome, Outcome, Status
from reconciler.plan.plan import Block, StepAction
from tests.support.builders import change, group_plan, plan_data, step

PROBLEM = Diagnostic("Group is dissolved")
BLOCK = Block(reason="no", remedy="none")


class TestStep:
    def test_calls_are_counted_without_what_only_changes_the_state(self):
        operations: list[Operation] = [
            BindChat(chat_id="oc_1"),
            ForgetGroup(),
            DeleteTabs(ids=("1",)),
            SortTabs(order=()),
        ]

        assert step(operations=operations).calls == 2

    def test_origin_is_that_of_all_changes(self):
        changes = [change("name", origin=Origin.DRIFT), change("description", origin=Origin.DRIFT)]

        assert step(changes=changes).origin is Origin.DRIFT

    def test_origin_is_both_when_changes_disagree(self):
        changes = [change("name", origin=Origin.DRIFT), change("description", origin=Origin.CONFIG)]

        assert step(changes=changes).origin is Origin.BOTH

    def test_step_without_changes_comes_from_the_configuration(self):
        assert step().origin is Origin.CONFIG

    def test_risk_is_the_gravest_of_the_changes(self):
        loosens = Risk(direction=Direction.LOOSENS, level=Level.LOW)
        tightens = Risk(direction=Direction.TIGHTENS, level=Level.HIGH)
        changes = [change("name"), change("a", risk=loosens), change("b", risk=tightens)]

        assert step(changes=changes).risk == loosens

    def test_step_without_changes_is_neutral(self):
        assert step().risk == NEUTRAL


class TestGroupPlan:
    def test_blocked_steps_are_not_performed(self):
        free, blocked = step(), step(Facet.TABS, block=BLOCK)

        assert group_plan(free, blocked).performable == (free,)

    def test_refused_group_performs_nothing(self):
        assert group_plan(step(), refusals=(PROBLEM,)).performable == ()


class TestPlan:
    def test_plan_without_steps_has_no_changes(self):
        assert not plan_data(group_plan()).has_changes

    def test_plan_with_a_blocked_step_has_changes(self):
        assert plan_data(group_plan(step(block=BLOCK))).has_changes

    def test_pending_configuration_is_no_drift(self):
        assert not plan_data(group_plan(step(changes=[change("name", origin=Origin.CONFIG)]))).has_drift

    def test_change_by_somebody_is_drift(self):
        assert plan_data(group_plan(step(changes=[change("name", origin=Origin.BOTH)]))).has_drift

    def test_totals_put_the_plan_in_numbers(self):
        update = UpdateChat(settings=Settings(name="a"))
        plan = plan_data(
            group_plan(step(operations=[update]), step(block=BLOCK), key="a", user_count=7),
            group_plan(step(operations=[ForgetGroup()], action=StepAction.FORGET), key="b", user_count=3),
            group_plan(key="c", user_count=100),
            group_plan(key="d", problem=PROBLEM),
            group_plan(key="e", refusals=(PROBLEM,)),
        )

        assert plan.totals.model_dump() == {
            "groups": 5,
            "unchanged": 2,
            "actions": {"forget": 1, "update": 2},
            "memberships": 10,
            "calls": {"update_chat": 1},
            "blocked": 1,
            "refused": 1,
            "problems": 1,
        }

    def test_plan_as_json_carries_what_was_computed(self):
        text = plan_data(group_plan(step(changes=[change("name", origin=Origin.DRIFT)]))).model_dump_json()

        assert '"has_drift":true' in text
        assert '"calls":0' in text


def test_order_holds_every_facet_once():
    assert sorted(ORDER) == sorted(Facet)


def outcome(*statuses, stopped=None):
    groups = tuple(
        GroupOutcome(key=f"group-{number}", status=status) for number, status in enumerate(statuses)
    )
    return Outcome(tool_version="0.1.0", groups=groups, stopped=stopped)


class TestOutcome:
    def test_groups_are_counted_by_status(self):
        assert outcome(Status.DONE, Status.FAILED, Status.DONE).counts == {"done": 2, "failed": 1}

    def test_outcome_is_complete_when_every_group_is_done_or_unchanged(self):
        assert outcome(Status.DONE, Status.UNCHANGED).complete

    def test_outcome_with_a_failed_group_is_incomplete(self):
        assert not outcome(Status.DONE, Status.BLOCKED).complete

    def test_outcome_of_a_stopped_run_is_incomplete(self):
        assert not outcome(Status.DONE, stopped=PROBLEM).complete

    def test_outcome_without_a_good_group_is_fruitless(self):
        assert outcome(Status.FAILED, Status.NOT_STARTED).fruitless

    def test_outcome_with_an_unchanged_group_is_not_fruitless(self):
        assert not outcome(Status.FAILED, Status.UNCHANGED).fruitless

    def test_outcome_without_groups_is_not_fruitless(self):
        assert not outcome().fruitless
