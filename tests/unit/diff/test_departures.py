from __future__ import annotations

import pytest

from reconciler.diff.changes import ChangeKind, Direction, Origin
from reconciler.diff.departures import diff_departures
from reconciler.model.ids import SELF
from reconciler.model.members import LiveMembers
from tests.support.builders import BOT, HANMEI, JIM, LILEI, additive, exact, recorded_group


def going(wanted, live, *, needed=(), owner=None, recorded=None):
    members = live if isinstance(live, LiveMembers) else LiveMembers(users=frozenset(live))
    return [change.before for change in diff_departures(wanted, needed, members, owner, recorded)]


class TestExact:
    def test_users_who_are_not_listed_go_sorted(self):
        assert going(exact(LILEI), {LILEI, JIM, HANMEI}) == sorted([HANMEI, JIM])

    def test_kept_users_stay(self):
        assert going(exact(keep=[JIM]), {JIM, LILEI}) == [LILEI]

    def test_holders_of_roles_and_the_owner_stay(self):
        assert going(exact(), {JIM, LILEI, HANMEI}, needed=[JIM], owner=LILEI) == [HANMEI]

    def test_empty_list_removes_everybody_else(self):
        assert going(exact(), {LILEI}) == [LILEI]


class TestAdditive:
    def test_users_whom_others_added_stay(self):
        assert going(additive(), {LILEI}) == []

    def test_users_whom_we_added_go_when_they_leave_the_list(self):
        recorded = recorded_group({"members": [LILEI, JIM]})

        assert going(additive(JIM), {LILEI, JIM, HANMEI}, recorded=recorded) == [LILEI]

    def test_users_who_came_for_a_role_only_stay_when_they_lose_it(self):
        assert going(additive(), {LILEI}, recorded=recorded_group({"implied": [LILEI]})) == []

    def test_users_who_left_by_themselves_are_no_change(self):
        assert going(additive(), set(), recorded=recorded_group({"members": [LILEI]})) == []


class TestBots:
    @pytest.mark.parametrize("mode", [exact, additive])
    def test_bot_that_we_added_goes_when_it_leaves_the_list(self, mode):
        assert going(
            mode(), {LILEI} if mode is additive else set(), recorded=recorded_group({"members": [BOT]})
        ) == [BOT]

    def test_bot_of_others_stays_also_where_bots_are_told(self):
        live = LiveMembers(users=frozenset(), bots=frozenset({SELF, BOT}))

        assert going(exact(), live) == []

    def test_bot_that_is_known_to_be_gone_is_no_change(self):
        live = LiveMembers(users=frozenset(), bots=frozenset({SELF}))

        assert going(exact(), live, recorded=recorded_group({"members": [BOT]})) == []

    def test_our_own_app_never_goes(self):
        live = LiveMembers(users=frozenset(), bots=frozenset({SELF}))

        assert going(exact(), live, recorded=recorded_group({"members": [SELF]})) == []


def test_departure_tightens_and_tells_where_it_comes_from():
    recorded = recorded_group({"members": [LILEI]})
    live = LiveMembers(users=frozenset({LILEI, JIM}))

    jim, lilei = diff_departures(exact(), (), live, None, recorded)

    assert (jim.path, jim.kind, jim.origin) == (f"members/{JIM}", ChangeKind.REMOVE, Origin.DRIFT)
    assert (lilei.path, lilei.origin) == (f"members/{LILEI}", Origin.CONFIG)
    assert jim.risk.direction is Direction.TIGHTENS
