"""Every kind of write ends as what it is: done, dropped, done without an answer, or done in part.

wire-behaviour.md 1.12 ("504 on a write that did commit"), 4.8 ("232039 although it succeeded"), 5.9 (enums dropped
without an error); members.openapi.yaml, `invalid_id_list`.
"""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.apply.ports import Gateway
from reconciler.emulator import FaultKind
from reconciler.feishu.wire import SETTINGS
from reconciler.model.announcement import Announcement, Block, Span
from reconciler.model.settings import NEW_GROUP_SETTINGS, RestrictedMode, Settings
from reconciler.plan.answers import Answer
from reconciler.plan.operations import Operation, RemoveMembers
from reconciler.plan.outcome import Status
from tests.support.builders import additive, desired_group, exact
from tests.support.house import changed_paths, group_of, problem_at, step_of

OTHER_VALUES = {
    "name": "Another name",
    "description": "线上",
    "chat_type": "public",
    "group_message_type": "thread",
    "permissions.membership_approval": "approval_required",
    "permissions.join_message_visibility": "not_anyone",
    "permissions.leave_message_visibility": "not_anyone",
}


def group(**fields):
    return desired_group("oncall", **{"settings": Settings(name="Group oncall"), **fields})


def told(text):
    return Announcement(blocks=(Block(kind="text", spans=(Span(text=text),)),))


class TestDroppedFields:
    @pytest.mark.parametrize("path", SETTINGS)
    async def test_field_that_the_platform_ignores_is_a_failure_that_names_it(self, house, path):
        await house.apply(group())
        house.fault(FaultKind.DROP_FIELD, "chat_update", field=SETTINGS[path], count=None)
        if path == "permissions.add_member":
            house.fault(FaultKind.DROP_FIELD, "chat_update", field="share_card_permission", count=None)
        fields = {"name": "Group oncall", path: OTHER_VALUES.get(path, "only_owner")}
        wanted = group(settings=Settings.from_fields(fields))

        outcome = await house.apply(wanted)

        problem = problem_at(outcome, "oncall/settings")
        assert problem.summary == "Platform ignored a change"
        assert f"`{path}` was to become `{fields[path]}`" in problem.detail
        assert changed_paths(await house.plan(wanted)) == [path]

    async def test_restricted_mode_that_the_platform_ignores_is_a_failure(self, house):
        await house.apply(group())
        house.fault(FaultKind.DROP_FIELD, "chat_update", field="restricted_mode_setting", count=None)
        mode = RestrictedMode(status=True, screenshot="not_anyone")

        outcome = await house.apply(group(settings=Settings(name="Group oncall", restricted_mode=mode)))

        assert "`restricted_mode` was to become" in problem_at(outcome, "oncall/settings").detail

    async def test_dropped_field_of_a_create_is_a_failure_as_well(self, house):
        house.fault(FaultKind.DROP_FIELD, "chat_create", field="urgent_setting", count=None)
        closed = NEW_GROUP_SETTINGS.permissions.model_copy(update={"urgent": "only_owner"})

        outcome = await house.apply(group(settings=Settings(name="Group oncall", permissions=closed)))

        assert "`permissions.urgent`" in problem_at(outcome, "oncall/existence").detail


class TestDoneWithoutAnAnswer:
    @pytest.mark.parametrize(
        ("operation", "before", "after"),
        [
            ("chat_members_delete", {"members": exact("ou_lilei")}, {"members": exact()}),
            ("chat_top_notice_put", {}, {"top_notice": "announcement"}),
            ("chat_top_notice_delete", {"top_notice": "announcement"}, {"top_notice": "none"}),
            (
                "docx_chat_announcement_block_children_create",
                {},
                {"announcement": told("hello")},
            ),
            (
                "docx_chat_announcement_block_batch_update",
                {"announcement": told("hello")},
                {"announcement": told("hallo")},
            ),
        ],
    )
    async def test_504_although_done_is_done(self, house, operation, before, after):
        await house.apply(group(**before))
        house.fault(FaultKind.ANSWER, operation, status=504, done=True)

        outcome = await house.apply(group(**after))

        assert outcome.complete, outcome
        assert house.written()[operation] >= 1
        assert not (await house.plan(group(**after))).has_changes

    async def test_504_of_a_dissolution_although_done_is_done(self, house):
        await house.apply(group(on_remove="dissolve"))
        house.fault(FaultKind.ANSWER, "chat_delete", status=504, done=True)

        outcome = await house.apply(overrides=("dissolve", "forgets"))

        assert outcome.complete
        assert house.chats() == []
        assert house.state.groups == {}

    @pytest.mark.parametrize("done", [True, False])
    async def test_232039_of_a_dismissal_ends_as_what_was_done(self, house, done):
        await house.apply(group(managers=exact("ou_lilei")))
        house.refuse("chat_managers_delete_managers", 232039, done=done)

        outcome = await house.apply(group(managers=exact()))

        status = step_of(outcome, "oncall/managers").status
        assert status is (Status.DONE if done else Status.FAILED)
        assert (await house.plan(group(managers=exact()))).has_changes is not done


class RemovingAllButOne:
    """A platform that cannot let `ou_kate` go, and says so while the call as a whole succeeds."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gateway, name)

    async def perform(self, operation: Operation, chat_id: str) -> Answer:
        if not isinstance(operation, RemoveMembers):
            return await self._gateway.perform(operation, chat_id)
        able = tuple(each for each in operation.ids if each != "ou_kate")
        await self._gateway.perform(RemoveMembers(ids=able), chat_id)
        return Answer(invalid=("ou_kate",))


class TestDoneInPart:
    async def test_removal_that_leaves_somebody_in_is_a_failure_that_names_them(self, house):
        await house.apply(group(members=additive("ou_lilei", "ou_kate")))
        house.gateway = RemovingAllButOne(house.gateway)

        outcome = await house.apply(group(members=additive()))

        assert group_of(outcome, "oncall").status is Status.FAILED
        detail = problem_at(outcome, "oncall/departures").detail
        assert "`members/ou_kate` was to become absent" in detail
        assert "ou_lilei" not in detail

    async def test_group_that_lost_only_some_is_planned_for_the_others(self, house):
        await house.apply(group(members=additive("ou_lilei", "ou_kate")))
        chat = house.chat_id("oncall")
        plan = await house.plan(group(members=additive()))
        house.emulator.acts.remove_members(chat, ["ou_kate"])

        outcome = await house.perform(plan, group(members=additive()))

        assert outcome.complete
        assert not (await house.plan(group(members=additive()))).has_changes
