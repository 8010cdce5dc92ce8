"""Batches and order of the calls for members, managers and moderators."""

from __future__ import annotations

import pytest

from reconciler.plan.batches import batch_people
from reconciler.plan.managers import plan_managers
from reconciler.plan.members import plan_members
from reconciler.plan.moderation import plan_moderation
from reconciler.plan.operations import AddManagers, AddMembers, RemoveManagers, SetModeration
from tests.support.builders import BOT, LILEI


def users(count, start=0):
    return [f"ou_{number}" for number in range(start, start + count)]


def bots(count):
    return [f"cli_{number}" for number in range(count)]


class TestBatches:
    """members.openapi.yaml, `x-limits`: 50 users or 5 bots per call; `id_list_is_single_type: true`."""

    @pytest.mark.parametrize(
        ("people", "sizes"),
        [
            pytest.param([], [], id="nobody"),
            pytest.param(users(1), [1], id="one-user"),
            pytest.param(users(50), [50], id="a-full-call-of-users"),
            pytest.param(users(51), [50, 1], id="one-user-more"),
            pytest.param(bots(5), [5], id="a-full-call-of-bots"),
            pytest.param(bots(6), [5, 1], id="one-bot-more"),
            pytest.param([*bots(1), *users(1)], [1, 1], id="one-of-each-kind"),
        ],
    )
    def test_people_are_split_by_kind_and_number(self, people, sizes):
        assert [len(ids) for ids in batch_people(people, users=50, bots=5)] == sizes

    def test_users_come_before_bots_each_in_their_order(self):
        assert batch_people(["cli_b", "ou_2", "cli_a", "ou_1"], users=50, bots=5) == (
            ("ou_2", "ou_1"),
            ("cli_b", "cli_a"),
        )


def test_members_are_added_in_batches():
    assert plan_members([LILEI, BOT]) == (AddMembers(ids=(LILEI,)), AddMembers(ids=(BOT,)))


class TestManagers:
    """members.openapi.yaml: 10 managers in an ordinary group, 20 in a super-large one, the owner not counted."""

    def test_appointments_come_first(self):
        assert plan_managers(["ou_new"], ["ou_old"], 1) == (
            AddManagers(ids=("ou_new",)),
            RemoveManagers(ids=("ou_old",)),
        )

    def test_users_and_bots_go_apart(self):
        assert plan_managers([LILEI, BOT], [], 0) == (AddManagers(ids=(LILEI,)), AddManagers(ids=(BOT,)))

    def test_group_that_ends_full_appoints_first_while_there_is_room(self):
        operations = plan_managers(["ou_new"], ["ou_0"], 9)

        assert [operation.kind for operation in operations] == ["add_managers", "remove_managers"]

    def test_full_group_dismisses_first(self):
        operations = plan_managers(["ou_new"], ["ou_0"], 10)

        assert [operation.kind for operation in operations] == ["remove_managers", "add_managers"]

    def test_group_above_the_ordinary_cap_never_grows_beyond_what_it_has(self):
        operations = plan_managers(["ou_new"], ["ou_0"], 15)

        assert [operation.kind for operation in operations] == ["remove_managers", "add_managers"]

    def test_only_as_much_is_dismissed_before_as_the_cap_forces(self):
        operations = plan_managers(["ou_new"], ["ou_0", "cli_0"], 10)

        assert [operation.kind for operation in operations] == [
            "remove_managers",
            "add_managers",
            "remove_managers",
        ]

    def test_dismissal_that_makes_room_at_once_comes_first(self):
        operations = plan_managers(users(9, start=1), ["ou_0", "cli_0", "cli_1"], 3)

        assert operations == (
            RemoveManagers(ids=("cli_0", "cli_1")),
            AddManagers(ids=tuple(users(9, start=1))),
            RemoveManagers(ids=("ou_0",)),
        )

    def test_more_managers_than_the_cap_are_left_for_the_platform_to_refuse(self):
        operations = plan_managers(users(11, start=1), ["ou_0"], 1)

        assert [operation.kind for operation in operations] == ["remove_managers", "add_managers"]


class TestModeration:
    """chats.openapi.yaml, chat_moderation_update: "A client sends at most 50 per list and request"."""

    def test_mode_and_list_change_in_one_call(self):
        assert plan_moderation("moderator_list", ["ou_1"], ["ou_2"]) == (
            SetModeration(mode="moderator_list", add=("ou_1",), remove=("ou_2",)),
        )

    def test_mode_alone_is_one_call(self):
        assert plan_moderation("only_owner", [], []) == (SetModeration(mode="only_owner"),)

    @pytest.mark.parametrize(
        ("add", "remove", "sizes"),
        [
            (50, 50, [(50, 50)]),
            (51, 0, [(50, 0), (1, 0)]),
            (1, 101, [(1, 50), (0, 50), (0, 1)]),
        ],
    )
    def test_lists_are_cut_at_fifty(self, add, remove, sizes):
        operations = plan_moderation("moderator_list", users(add), users(remove, start=1000))

        calls = [each for each in operations if isinstance(each, SetModeration)]
        assert [(len(each.add), len(each.remove)) for each in calls] == sizes
