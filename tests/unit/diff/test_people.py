from __future__ import annotations

from reconciler.diff.changes import ChangeKind, Origin
from reconciler.diff.managers import diff_managers, staying_managers
from reconciler.diff.members import diff_members
from reconciler.diff.moderation import diff_moderation
from reconciler.model.ids import SELF
from reconciler.model.members import LiveMembers
from reconciler.model.moderation import LiveModeration, Moderation
from reconciler.model.recorded import RecordedValue
from tests.support.builders import BOT, HANMEI, JIM, LILEI, additive, exact, recorded_group


def told(changes):
    """Return the changes as `+name` and `-name`."""
    signs = {ChangeKind.ADD: "+", ChangeKind.REMOVE: "-", ChangeKind.CHANGE: "~"}
    return [signs[change.kind] + change.path.rpartition("/")[2] for change in changes]


class TestManagers:
    def managers(self, desired, live, recorded=None, owner=SELF, heir=None):
        return told(diff_managers(desired, frozenset(live), recorded, owners={owner, heir}))

    def test_missing_manager_is_appointed_and_unlisted_one_dismissed(self):
        assert self.managers(exact(LILEI), [HANMEI]) == [f"+{LILEI}", f"-{HANMEI}"]

    def test_managers_are_appointed_in_the_order_of_the_configuration(self):
        assert self.managers(exact(LILEI, BOT, HANMEI), []) == [f"+{LILEI}", f"+{BOT}", f"+{HANMEI}"]

    def test_managers_are_dismissed_in_sorted_order(self):
        assert self.managers(exact(), [LILEI, HANMEI]) == [f"-{HANMEI}", f"-{LILEI}"]

    def test_app_that_owns_the_group_is_left_out(self):
        assert self.managers(exact(SELF), []) == []

    def test_app_is_appointed_where_a_person_owns_the_group(self):
        assert self.managers(exact(SELF), [], owner=LILEI) == [f"+{SELF}"]

    def test_person_who_owns_the_group_is_left_out(self):
        assert self.managers(exact(LILEI, HANMEI), [], owner=LILEI) == [f"+{HANMEI}"]

    def test_person_who_will_own_the_group_is_neither_appointed_nor_dismissed(self):
        assert self.managers(exact(LILEI), [], heir=LILEI) == []
        assert self.managers(exact(), [LILEI], heir=LILEI) == []

    def test_kept_manager_stays(self):
        assert self.managers(exact(keep=[HANMEI]), [HANMEI]) == []

    def test_additive_list_dismisses_only_whom_we_appointed(self):
        recorded = recorded_group({"managers": [JIM]})

        assert self.managers(additive(LILEI), [LILEI, HANMEI, JIM], recorded) == [f"-{JIM}"]

    def test_unlisted_managers_do_not_stay(self):
        assert staying_managers(exact(LILEI), frozenset({LILEI, HANMEI}), None) == {LILEI}

    def test_unmanaged_managers_stay(self):
        assert staying_managers(None, frozenset({LILEI}), None) == {LILEI}

    def test_untold_managers_are_nobody(self):
        assert staying_managers(exact(LILEI), None, None) == frozenset()


class TestMembers:
    def missing(self, implied, live, recorded=None, managers=None):
        return told(diff_members(implied, live, managers, recorded))

    def test_implied_member_who_is_not_in_the_group_is_added(self):
        live = LiveMembers(users=frozenset({LILEI}))

        assert self.missing([HANMEI, LILEI], live) == [f"+{HANMEI}"]

    def test_manager_is_known_to_be_in_the_group(self):
        assert self.missing([BOT], LiveMembers(users=frozenset()), managers=frozenset({BOT})) == []

    def test_bot_that_cannot_be_listed_is_added_once(self):
        unlisted = LiveMembers(users=frozenset())

        assert self.missing([BOT], unlisted) == [f"+{BOT}"]
        assert self.missing([BOT], unlisted, recorded_group({"members": [BOT]})) == []

    def test_bot_that_is_listed_nowhere_is_added_again(self):
        live = LiveMembers(users=frozenset(), bots=frozenset())

        assert self.missing([BOT], live, recorded_group({"members": [BOT]})) == [f"+{BOT}"]

    def test_user_missing_from_a_cut_list_is_believed_to_be_as_recorded(self):
        live = LiveMembers(users=frozenset(), complete=False)

        assert self.missing([LILEI, HANMEI], live, recorded_group({"members": [LILEI]})) == [f"+{HANMEI}"]

    def test_user_missing_from_a_complete_list_is_added_again(self):
        live = LiveMembers(users=frozenset())

        [change] = diff_members([LILEI], live, None, recorded_group({"members": [LILEI]}))

        assert change.origin is Origin.DRIFT


class TestModeration:
    def moderation(self, desired, live, recorded=None, owner=None, managers=frozenset(), heir=None):
        changes = diff_moderation(desired, live, recorded, owner=owner, heir=heir or owner, managers=managers)
        return told(changes)

    def test_mode_that_differs_changes(self):
        live = LiveModeration(mode="all_members")

        assert self.moderation(Moderation(mode="only_owner"), live) == ["~moderation"]

    def test_same_mode_is_no_change(self):
        live = LiveModeration(mode="only_owner")

        assert self.moderation(Moderation(mode="only_owner"), live) == []

    def test_echo_of_the_mode_is_no_difference(self):
        recorded = recorded_group({"moderation": RecordedValue(sent="only_owner", echo="moderator_list")})
        live = LiveModeration(mode="moderator_list", moderators=frozenset())

        assert self.moderation(Moderation(mode="only_owner"), live, recorded) == []

    def test_moderators_are_compared_as_a_set(self):
        desired = Moderation(mode="moderator_list", moderators=exact(LILEI, HANMEI))
        live = LiveModeration(mode="moderator_list", moderators=frozenset({HANMEI, JIM}))

        assert self.moderation(desired, live) == [f"+{LILEI}", f"-{JIM}"]

    def test_in_another_mode_nobody_is_listed(self):
        desired = Moderation(mode="moderator_list", moderators=exact(LILEI))
        live = LiveModeration(mode="all_members", moderators=frozenset({JIM}))

        assert self.moderation(desired, live) == ["~moderation", f"+{LILEI}"]

    def test_list_that_was_not_told_is_no_difference(self):
        desired = Moderation(mode="moderator_list", moderators=exact(LILEI))

        assert self.moderation(desired, LiveModeration(mode="moderator_list")) == []

    def test_owner_is_ignored_on_both_sides(self):
        desired = Moderation(mode="moderator_list", moderators=exact(LILEI))
        live = LiveModeration(mode="moderator_list", moderators=frozenset({HANMEI}))

        assert self.moderation(desired, live, owner=LILEI) == [f"-{HANMEI}"]
        assert self.moderation(desired, live, owner=HANMEI) == [f"+{LILEI}"]

    def test_person_who_will_own_the_group_is_neither_added_nor_removed(self):
        desired = Moderation(mode="moderator_list", moderators=exact(LILEI))
        empty = LiveModeration(mode="moderator_list", moderators=frozenset())
        listing = LiveModeration(mode="moderator_list", moderators=frozenset({LILEI}))

        assert self.moderation(desired, empty, heir=LILEI) == []
        assert (
            self.moderation(Moderation(mode="moderator_list", moderators=exact()), listing, heir=LILEI) == []
        )

    def test_old_owner_who_is_listed_is_added_before_the_transfer(self):
        desired = Moderation(mode="moderator_list", moderators=exact(HANMEI))
        live = LiveModeration(mode="moderator_list", moderators=frozenset())

        assert self.moderation(desired, live, owner=HANMEI, heir=LILEI) == [f"+{HANMEI}"]

    def test_manager_in_the_live_list_but_not_in_the_configuration_is_left_alone(self):
        desired = Moderation(mode="moderator_list", moderators=exact())
        live = LiveModeration(mode="moderator_list", moderators=frozenset({LILEI, JIM}))

        assert self.moderation(desired, live, managers=frozenset({LILEI})) == [f"-{JIM}"]

    def test_manager_in_the_configuration_is_required_like_anyone(self):
        desired = Moderation(mode="moderator_list", moderators=exact(LILEI))
        live = LiveModeration(mode="moderator_list", moderators=frozenset())

        assert self.moderation(desired, live, managers=frozenset({LILEI})) == [f"+{LILEI}"]

    def test_additive_list_removes_only_whom_we_added(self):
        desired = Moderation(mode="moderator_list", moderators=additive())
        live = LiveModeration(mode="moderator_list", moderators=frozenset({LILEI, JIM}))

        assert self.moderation(desired, live, recorded_group({"moderators": [JIM]})) == [f"-{JIM}"]
