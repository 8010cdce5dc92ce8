"""docs/behaviour.md, "Guards": what is unsafe, at the limits themselves, and what people are told."""

from __future__ import annotations

import pytest

from reconciler.cli.commands.apply import GUARDS
from reconciler.diff.changes import ChangeKind, Direction, Level, Risk
from reconciler.errors import Source
from reconciler.model.address import Facet
from reconciler.model.fleet import ForgetsLimit, GuardLimits, LockoutLimit, PeopleLimit, RemovalsLimit
from reconciler.model.ids import SELF
from reconciler.model.members import LiveMembers
from reconciler.model.moderation import LiveModeration, Moderation
from reconciler.plan.guards import GROUP_GUARDS, PLAN_GUARDS, check_group, check_guards
from reconciler.plan.plan import Block, StepAction
from tests.support.builders import (
    HANMEI,
    KEY,
    LILEI,
    additive,
    change,
    desired_group,
    exact,
    forget_step,
    group_plan,
    listed_chat,
    live_group,
    live_menu,
    live_tab,
    menu,
    recorded_group,
    removals,
    step,
)

WHERE = Source("groups.yaml", 7, 3)


def names(count):
    return [f"tab-{number}" for number in range(count)]


def losing_tabs(removed, present, *, added=0, key=KEY, **fields):
    """Return a group that loses `removed` of `present` tabs."""
    changes = removals(Facet.TABS, *names(removed))
    changes += tuple(change(f"tabs/new-{number}", ChangeKind.ADD) for number in range(added))
    live = live_group(tabs=tuple(live_tab(name, name) for name in names(present)))
    return group_plan(step(Facet.TABS, changes), key=key, live=live, **fields)


def plan_refusals(*groups, limits=None, overrides=(), configured=100, managed=100, fail_on=None):
    return check_guards(
        groups, limits or GuardLimits(), overrides, configured=configured, managed=managed, fail_on=fail_on
    )


def summaries(refusals):
    return [refusal.summary for refusal in refusals]


class TestRemovals:
    @pytest.mark.parametrize(("gone", "refused"), [(10, False), (11, True)])
    def test_plan_may_remove_up_to_its_count(self, gone, refused):
        groups = [losing_tabs(1, 5, key=f"group-{number}") for number in range(gone)]

        assert summaries(plan_refusals(*groups)) == (["Plan removes too much"] if refused else [])

    @pytest.mark.parametrize(("removed", "present", "refused"), [(2, 8, False), (2, 7, True), (3, 12, False)])
    def test_collection_may_lose_up_to_a_quarter(self, removed, present, refused):
        found = summaries(plan_refusals(losing_tabs(removed, present)))

        assert found == (["Plan removes too large a part of a collection"] if refused else [])

    def test_collection_may_always_lose_a_single_thing(self):
        assert plan_refusals(losing_tabs(1, 1)) == ()

    def test_collection_of_two_may_not_be_emptied_whatever_the_fraction_is(self):
        limits = GuardLimits(removals=RemovalsLimit(fraction=1.0))

        assert summaries(plan_refusals(losing_tabs(2, 2), limits=limits)) == ["Plan empties a collection"]

    def test_collection_that_gets_something_else_is_not_emptied(self):
        limits = GuardLimits(removals=RemovalsLimit(fraction=1.0))

        assert plan_refusals(losing_tabs(2, 2, added=1), limits=limits) == ()

    def test_collection_that_keeps_something_is_not_emptied(self):
        limits = GuardLimits(removals=RemovalsLimit(fraction=1.0))

        assert plan_refusals(losing_tabs(2, 3), limits=limits) == ()

    @pytest.mark.parametrize(
        ("facet", "live"),
        [
            pytest.param(Facet.MANAGERS, {"managers": frozenset("abcdefgh")}, id="managers"),
            pytest.param(
                Facet.MODERATION,
                {"moderation": LiveModeration(mode="moderator_list", moderators=frozenset("abcdefgh"))},
                id="moderators",
            ),
            pytest.param(
                Facet.MENUS,
                {"menus": tuple(live_menu(name, menu(name)) for name in "abcdefgh")},
                id="menus",
            ),
            pytest.param(Facet.MEMBERS, {"members": LiveMembers(users=frozenset("abcdefgh"))}, id="members"),
            pytest.param(
                Facet.TABS,
                {"tabs": tuple(live_tab(name, name) for name in "abcdefgh")},
                id="tabs",
            ),
        ],
    )
    @pytest.mark.parametrize(("removed", "refused"), [("ab", False), ("abc", True)])
    def test_every_collection_is_measured_by_its_own_size(self, facet, live, removed, refused):
        group = group_plan(step(facet, removals(facet, *removed)), live=live_group(**live))

        assert bool(plan_refusals(group)) is refused

    def test_tabs_that_cannot_be_written_do_not_count(self):
        row = [live_tab(name, name) for name in names(7)] + [live_tab("pin", tab_type="pin")]
        group = group_plan(step(Facet.TABS, removals(Facet.TABS, "a", "b")), live=live_group(tabs=tuple(row)))

        assert len(plan_refusals(group)) == 1

    def test_steps_that_are_not_performed_do_not_count(self):
        blocked = step(Facet.TABS, removals(Facet.TABS, "a", "b"), block=Block(reason="no", remedy="none"))
        live = live_group(tabs=(live_tab("a", "a"), live_tab("b", "b")))

        assert plan_refusals(group_plan(blocked, live=live)) == ()

    def test_group_without_a_chat_loses_nothing(self):
        assert plan_refusals(group_plan(step(Facet.SETTINGS, [change("name")]))) == ()

    @pytest.mark.parametrize("facet", [Facet.SETTINGS, Facet.EXISTENCE, Facet.LIFECYCLE])
    def test_what_is_no_collection_loses_nothing(self, facet):
        assert plan_refusals(group_plan(step(facet, [change("name")]), live=live_group())) == ()

    @pytest.mark.parametrize(
        "untold",
        [
            (Facet.MANAGERS, {"managers": None}),
            (Facet.MODERATION, {"moderation": None}),
            (Facet.MODERATION, {"moderation": LiveModeration(mode="all_members")}),
            (Facet.TABS, {"tabs": None}),
            (Facet.MENUS, {"menus": None}),
            (Facet.MEMBERS, {"members": None}),
        ],
    )
    def test_collection_that_was_not_told_holds_what_goes(self, untold):
        facet, live = untold

        [refusal] = plan_refusals(group_plan(step(facet, removals(facet, "x", "y")), live=live_group(**live)))

        assert refusal.detail.startswith("2 of 2 (100 %) would be removed: x, y.")

    def test_things_of_a_group_that_was_not_read_count(self):
        assert len(plan_refusals(group_plan(step(Facet.TABS, removals(Facet.TABS, "x", "y"))))) == 1

    def test_owner_does_not_count_among_moderators(self):
        listed = LiveModeration(mode="moderator_list", moderators=frozenset(["ou_owner", *"abcdefg"]))
        live = live_group(owner="ou_owner", moderation=listed)
        group = group_plan(step(Facet.MODERATION, removals(Facet.MODERATION, "a", "b")), live=live)

        assert plan_refusals(group)[0].detail.startswith("2 of 7 (29 %)")

    def test_bots_that_we_added_count_among_members(self):
        bots = ["cli_1", "cli_2"]
        group = group_plan(
            step(Facet.DEPARTURES, removals(Facet.MEMBERS, *bots)),
            live=live_group(members=LiveMembers(users=frozenset("abcdef"))),
            recorded=recorded_group({"members": bots}),
        )

        assert plan_refusals(group) == ()

    def test_members_who_go_in_two_steps_are_one_collection(self):
        steps = [step(Facet.DEPARTURES, removals(Facet.MEMBERS, each)) for each in "ab"]
        live = live_group(members=LiveMembers(users=frozenset("abcdefg")))

        assert plan_refusals(group_plan(*steps, live=live))[0].detail.startswith("2 of 7")

    def test_override_sets_the_guard_aside(self):
        assert plan_refusals(losing_tabs(7, 7), overrides=["removals"]) == ()

    def test_message_of_a_large_part_names_what_goes(self):
        group = losing_tabs(7, 8)
        located = group.steps[0].changes[0].model_copy(update={"source": WHERE})
        first = group.steps[0].model_copy(update={"changes": (located, *group.steps[0].changes[1:])})

        [refusal] = plan_refusals(group.model_copy(update={"steps": (first,)}))

        assert refusal.detail == (
            "7 of 8 (88 %) would be removed: tab-0, tab-1, tab-2, tab-3, tab-4 and 2 more. The limit is 25 % "
            "when more than one goes. Nothing was changed."
        )
        assert refusal.hint == (
            "If this is what you want, run `groupctl apply --override removals`; to keep everything that is "
            "there, run `groupctl apply --no-removals`."
        )
        assert (refusal.address, refusal.source) == ("oncall-payments/tabs", WHERE)

    def test_message_of_an_emptied_collection_names_what_goes(self):
        [refusal] = plan_refusals(losing_tabs(2, 2), limits=GuardLimits(removals=RemovalsLimit(fraction=1.0)))

        assert refusal.detail == "All 2 would be removed: tab-0, tab-1. Nothing was changed."

    def test_message_of_too_many_counts(self):
        [refusal] = plan_refusals(losing_tabs(2, 8), limits=GuardLimits(removals=RemovalsLimit(count=1)))

        assert refusal.detail == (
            "2 members, managers, moderators, tabs and menus would be removed; the limit is 1. "
            "Nothing was changed."
        )


class TestForgets:
    def forgetting(self, count):
        return [group_plan(forget_step(), key=f"group-{number}") for number in range(count)]

    @pytest.mark.parametrize(
        ("count", "managed", "refused"),
        [
            pytest.param(5, 100, False, id="five-of-a-hundred"),
            pytest.param(6, 1000, True, id="more-than-five"),
            pytest.param(2, 40, False, id="five-percent"),
            pytest.param(2, 39, True, id="more-than-five-percent"),
            pytest.param(1, 2, False, id="a-single-key-is-no-mass"),
            pytest.param(0, 0, False, id="none"),
        ],
    )
    def test_up_to_five_keys_and_five_percent_may_leave(self, count, managed, refused):
        found = summaries(plan_refusals(*self.forgetting(count), managed=managed))

        assert found == (["Plan forgets too many groups"] if refused else [])

    def test_limits_come_from_the_configuration(self):
        limits = GuardLimits(forgets=ForgetsLimit(count=6, fraction=1.0))

        assert plan_refusals(*self.forgetting(6), managed=6, limits=limits) == ()

    def test_configuration_without_groups_is_refused(self):
        [refusal] = plan_refusals(*self.forgetting(1), configured=0, managed=100)

        assert refusal.summary == "Configuration has no groups"
        assert refusal.detail == (
            "The state holds 100 groups and the configuration none: all would be forgotten or dissolved. "
            "Nothing was changed."
        )

    def test_unfinished_create_is_no_managed_group(self):
        group = group_plan(forget_step(), chat_id=None)

        assert plan_refusals(group, managed=0) == ()

    def test_other_groups_do_not_leave(self):
        assert plan_refusals(group_plan(step()), managed=1) == ()

    def test_override_sets_the_guard_aside(self):
        assert plan_refusals(*self.forgetting(6), managed=6, overrides={"forgets"}) == ()

    def test_message_names_the_first_keys(self):
        [refusal] = plan_refusals(*self.forgetting(6), managed=12)

        assert refusal.detail == (
            "6 of 12 groups (50 %) left the configuration and would no longer be managed: group-0, group-1, "
            "group-2, group-3, group-4 and 1 more. The limits are 5 and 5 %. Nothing was changed."
        )
        assert refusal.hint == "If this is what you want, run `groupctl apply --override forgets`."

    def test_message_names_all_keys_when_they_are_few(self):
        [refusal] = plan_refusals(*self.forgetting(2), managed=12)

        assert "group-0, group-1. The limits" in refusal.detail


def transferring(key=KEY, **fields):
    """Return a group that is given away."""
    given = change("owner", before=SELF, after=LILEI, source=WHERE)
    return group_plan(step(Facet.OWNER, [given]), key=key, **fields)


class TestOwner:
    def test_existing_group_is_not_given_away(self):
        [refusal] = plan_refusals(transferring())

        assert refusal.summary == "Plan gives groups away"
        assert refusal.detail == (
            "Groups that would get another owner: 1 (oncall-payments → ou_lilei). A transfer cannot be taken back. "
            "Nothing was changed."
        )
        assert refusal.hint == "If this is what you want, run `groupctl apply --override owner`."
        assert (refusal.address, refusal.source) == ("oncall-payments/owner", WHERE)

    def test_new_group_goes_to_whom_the_configuration_names(self):
        assert plan_refusals(transferring(chat_id=None)) == ()

    def test_group_that_was_created_for_that_person_goes_there_later(self):
        promised = recorded_group(created_by_us=True, promised_to=LILEI)

        assert plan_refusals(transferring(recorded=promised)) == ()

    def test_group_that_was_created_for_somebody_else_is_not_given_away(self):
        promised = recorded_group(created_by_us=True, promised_to=HANMEI)

        assert summaries(plan_refusals(transferring(recorded=promised))) == ["Plan gives groups away"]

    def test_group_that_got_there_once_is_not_given_away_again(self):
        settled = recorded_group(created_by_us=True, promised_to=LILEI, gave_away=True)

        assert summaries(plan_refusals(transferring(recorded=settled))) == ["Plan gives groups away"]

    def test_transfer_that_is_not_performed_does_not_count(self):
        given = change("owner", before=SELF, after=LILEI)
        blocked = step(Facet.OWNER, [given], block=Block(reason="no", remedy="none"))

        assert plan_refusals(group_plan(blocked)) == ()

    def test_override_sets_the_guard_aside(self):
        assert plan_refusals(transferring(), overrides={"owner"}) == ()

    def test_many_groups_are_one_refusal_that_names_the_first(self):
        [refusal] = plan_refusals(*(transferring(f"group-{number}") for number in range(6)))

        assert refusal.detail.startswith("Groups that would get another owner: 6 (group-0 → ou_lilei, ")
        assert "and 1 more" in refusal.detail


class TestDissolve:
    def dissolving(self, key=KEY, **fields):
        ending = step(Facet.LIFECYCLE, [change("chat_status")], action=StepAction.DISSOLVE)
        return group_plan(ending, key=key, user_count=21, **fields)

    def test_no_group_is_dissolved_without_asking(self):
        [refusal] = plan_refusals(self.dissolving("a"), self.dissolving("b"))

        assert refusal.summary == "Plan dissolves groups"
        assert refusal.detail == (
            "Groups that would be dissolved with their history, which cannot be undone: 2 (a, b), with 42 memberships. "
            "Nothing was changed."
        )
        assert refusal.address == "a/lifecycle"

    def test_override_sets_the_guard_aside(self):
        assert plan_refusals(self.dissolving(), overrides={"dissolve"}) == ()

    def test_groups_to_be_dissolved_are_forgotten_as_well(self):
        groups = [self.dissolving(f"group-{number}") for number in range(6)]

        assert summaries(plan_refusals(*groups, overrides={"dissolve"})) == ["Plan forgets too many groups"]


def group_refusals(group, *, limits=None, overrides=(), namesakes=None, operate_as_owner=False):
    return check_group(
        group, limits or GuardLimits(), overrides, namesakes or {}, operate_as_owner=operate_as_owner
    )


class TestLockoutByTransfer:
    CREATED = recorded_group(created_by_us=True)

    def test_app_does_not_become_an_ordinary_member(self):
        [refusal] = group_refusals(transferring(recorded=self.CREATED))

        assert refusal.summary == "Our app would lose its role"
        assert refusal.detail.startswith(
            "`ou_lilei` would own this group, and our app would be an ordinary member"
        )
        assert (refusal.address, refusal.source) == ("oncall-payments/owner", WHERE)

    def test_creator_with_the_power_of_an_owner_may_give_its_group_away(self):
        assert group_refusals(transferring(recorded=self.CREATED), operate_as_owner=True) == ()

    @pytest.mark.parametrize("recorded", [None, recorded_group()])
    def test_the_power_counts_in_groups_that_the_app_created_only(self, recorded):
        found = group_refusals(transferring(recorded=recorded), operate_as_owner=True)

        assert summaries(found) == ["Our app would lose its role"]

    def test_group_that_somebody_else_owns_is_not_ours_to_lose(self):
        given = change("owner", before=HANMEI, after=LILEI)

        assert group_refusals(group_plan(step(Facet.OWNER, [given]))) == ()

    def test_override_sets_the_guard_aside(self):
        assert group_refusals(transferring(), overrides={"lockout"}) == ()


class TestLockout:
    def dismissing(self, *people, appointed=(), managers=()):
        changes = removals(Facet.MANAGERS, *people)
        changes += tuple(change(f"managers/{each}", ChangeKind.ADD, after=each) for each in appointed)
        return group_plan(step(Facet.MANAGERS, changes), live=live_group(managers=frozenset(managers)))

    def test_our_app_does_not_dismiss_itself(self):
        [refusal] = group_refusals(self.dismissing(SELF, managers=[SELF]))

        assert refusal.summary == "Our app would lose its role"
        assert refusal.address == "oncall-payments/managers"

    def test_our_app_does_not_leave(self):
        group = group_plan(step(Facet.DEPARTURES, removals(Facet.MEMBERS, SELF)), live=live_group())

        [refusal] = group_refusals(group)

        assert (refusal.summary, refusal.address) == (
            "Our app would leave the group",
            "oncall-payments/members",
        )

    def test_somebody_else_may_leave(self):
        group = group_plan(step(Facet.DEPARTURES, removals(Facet.MEMBERS, LILEI)), live=live_group())

        assert group_refusals(group) == ()

    def test_our_app_is_found_among_several_who_are_dismissed(self):
        group = self.dismissing(LILEI, SELF, managers=[LILEI, SELF])

        assert summaries(group_refusals(group)) == ["Our app would lose its role"]

    def test_somebody_else_may_be_dismissed(self):
        assert group_refusals(self.dismissing(LILEI, managers=[LILEI])) == ()

    @pytest.mark.parametrize(("staying", "refused"), [(2, False), (1, True)])
    def test_as_many_managers_stay_as_the_limit_asks_for(self, staying, refused):
        people = ["ou_0", "ou_1", "ou_2"]
        group = self.dismissing(*people[staying:], managers=people)

        found = group_refusals(group, limits=GuardLimits(lockout=LockoutLimit(min_managers=2)))

        assert summaries(found) == (["Too few managers would stay"] if refused else [])

    def test_appointed_managers_count(self):
        group = self.dismissing("ou_0", appointed=["ou_1"], managers=["ou_0"])

        assert group_refusals(group, limits=GuardLimits(lockout=LockoutLimit(min_managers=1))) == ()

    def test_group_whose_managers_do_not_go_is_left_in_peace(self):
        group = group_plan(step(Facet.SETTINGS, [change("name")]), live=live_group())

        assert group_refusals(group, limits=GuardLimits(lockout=LockoutLimit(min_managers=9))) == ()

    def test_group_without_a_chat_has_no_managers_to_lose(self):
        group = group_plan(step(Facet.MANAGERS, [change(f"managers/{LILEI}", ChangeKind.ADD)]))

        assert group_refusals(group, limits=GuardLimits(lockout=LockoutLimit(min_managers=9))) == ()

    def test_override_sets_the_guard_aside(self):
        assert group_refusals(self.dismissing(SELF, managers=[SELF]), overrides={"lockout"}) == ()

    def test_message_counts_the_managers(self):
        group = self.dismissing("ou_0", managers=["ou_0", "ou_1"])

        [refusal] = group_refusals(group, limits=GuardLimits(lockout=LockoutLimit(min_managers=2)))

        assert refusal.detail == (
            "1 of 2 managers would stay; `guards.lockout.min_managers` asks for 2. "
            "Nothing was changed in this group."
        )


class TestTwin:
    NAMESAKES = {"支付值班": [listed_chat("oc_1"), listed_chat("oc_2")]}

    def creating(self, action=StepAction.CREATE):
        changes = [change("chat_type"), change("name", after="支付值班", source=WHERE)]
        return group_plan(step(Facet.EXISTENCE, changes, action=action), name="支付值班", chat_id=None)

    def test_renamed_key_that_gets_a_new_group_is_checked_as_well(self):
        creating = self.creating()
        renaming = step(Facet.EXISTENCE, (), action=StepAction.RENAME)
        group = creating.model_copy(update={"steps": (renaming, *creating.steps)})

        assert summaries(group_refusals(group, namesakes=self.NAMESAKES)) == [
            "A group of this name exists already"
        ]

    def test_group_is_not_created_beside_an_unbound_one_of_its_name(self):
        [refusal] = group_refusals(self.creating(), namesakes=self.NAMESAKES)

        assert refusal.summary == "A group of this name exists already"
        assert refusal.detail == (
            "Our app is in `oc_1`, `oc_2`, of the same name and bound to no key of the configuration. Creating "
            "another one would make a twin. Nothing was changed in this group."
        )
        assert refusal.hint == (
            "If the key was renamed, add `previously: [OLD]` in the YAML, or run "
            "`groupctl state mv OLD oncall-payments`. To manage the existing group, set `chat_id: oc_1` in the YAML. "
            "To create a second one all the same, run `groupctl apply oncall-payments --override twin`."
        )
        assert refusal.source == WHERE

    def test_group_of_a_new_name_is_created(self):
        assert group_refusals(self.creating(), namesakes={"other": [listed_chat()]}) == ()

    def test_resumed_create_may_find_itself(self):
        assert group_refusals(self.creating(StepAction.RESUME), namesakes=self.NAMESAKES) == ()

    def test_override_sets_the_guard_aside(self):
        found = group_refusals(self.creating(), namesakes=self.NAMESAKES, overrides={"twin"})

        assert found == ()


# ------------------------------------------------------------------ people, loosening


def opening(level=Level.LOW, path="permissions.at_all", **fields):
    """Return a change that loosens."""
    kind = ChangeKind.ADD if "/" in path else ChangeKind.CHANGE
    return change(path, kind, risk=Risk(direction=Direction.LOOSENS, level=level), **fields)


def opened(*changes, key=KEY, users=1, facet=Facet.SETTINGS, **fields):
    """Return a group that opens up."""
    return group_plan(
        step(facet, changes or [opening()], **fields), key=key, user_count=users, live=live_group()
    )


class TestPeople:
    @pytest.mark.parametrize(("users", "refused"), [(250, False), (251, True)])
    def test_plan_may_touch_up_to_its_limit_of_memberships(self, users, refused):
        found = plan_refusals(opened(key="a", users=250), opened(key="b", users=users))

        assert summaries(found) == (["Plan touches too many people"] if refused else [])

    @pytest.mark.parametrize(
        ("group", "refused"),
        [
            pytest.param(opened(users=501), True, id="opens-up"),
            pytest.param(opened(opening(path="managers/x"), users=501), True, id="gets-a-manager"),
            pytest.param(
                opened(*removals(Facet.TABS, "x"), facet=Facet.TABS, users=501), True, id="loses-a-tab"
            ),
            pytest.param(
                opened(change("chat_status"), facet=Facet.LIFECYCLE, action=StepAction.DISSOLVE, users=501),
                True,
                id="dissolved",
            ),
            pytest.param(opened(opening(path="members/x"), users=501), False, id="gets-a-member"),
            pytest.param(opened(change("name"), users=501), False, id="renamed"),
            pytest.param(opened(action=StepAction.CREATE, users=501), False, id="created"),
            pytest.param(opened(block=Block(reason="no", remedy="none"), users=501), False, id="blocked"),
        ],
    )
    def test_groups_count_that_open_up_or_lose_something(self, group, refused):
        found = plan_refusals(group, overrides={"dissolve"})

        assert summaries(found) == (["Plan touches too many people"] if refused else [])

    def test_limit_comes_from_the_configuration(self):
        limits = GuardLimits(people=PeopleLimit(max=501))

        assert plan_refusals(opened(users=501), limits=limits) == ()

    def test_message_names_the_largest_groups_first_and_what_would_allow_it(self):
        [refusal] = plan_refusals(opened(key="small", users=2), opened(key="large", users=600))

        assert refusal.detail == (
            "602 memberships are in groups that would open up or lose something: large (600), small (2). The "
            "limit is 500. Nothing was changed."
        )
        assert refusal.hint == (
            "Apply a few groups at a time, or raise `guards.people.max`. If this is what you want, run "
            "`groupctl apply --override people`."
        )

    def test_group_that_cannot_be_counted_is_refused(self):
        [refusal] = plan_refusals(opened(users=None))

        assert refusal.summary == "Plan touches an unknown number of people"
        assert "lose something: oncall-payments." in refusal.detail

    def test_group_that_cannot_be_counted_and_stays_as_closed_is_not_refused(self):
        assert plan_refusals(opened(change("name"), users=None)) == ()

    def test_override_sets_the_guard_aside(self):
        assert plan_refusals(opened(users=501), opened(users=None), overrides={"people"}) == ()


class TestLoosening:
    def test_nothing_is_refused_that_people_did_not_ask_about(self):
        assert plan_refusals(opened(opening(Level.HIGH))) == ()

    @pytest.mark.parametrize(
        ("asked", "level", "refused"),
        [
            (Level.LOW, Level.LOW, True),
            (Level.MEDIUM, Level.LOW, False),
            (Level.MEDIUM, Level.MEDIUM, True),
            (Level.MEDIUM, Level.HIGH, True),
            (Level.HIGH, Level.MEDIUM, False),
        ],
    )
    def test_changes_of_the_level_or_more_are_refused(self, asked, level, refused):
        found = plan_refusals(opened(opening(level)), fail_on=asked)

        assert summaries(found) == (["Plan opens up access"] if refused else [])

    def test_tightening_is_not_refused(self):
        tight = change("chat_type", risk=Risk(direction=Direction.TIGHTENS, level=Level.HIGH))

        assert plan_refusals(opened(tight), fail_on=Level.LOW) == ()

    def test_new_group_has_nothing_to_open_up(self):
        assert plan_refusals(opened(action=StepAction.CREATE), fail_on=Level.LOW) == ()

    def test_override_sets_the_guard_aside(self):
        assert plan_refusals(opened(), fail_on=Level.LOW, overrides={"loosening"}) == ()

    def test_message_names_every_change_and_what_would_allow_it(self):
        group = opened(opening(source=WHERE), opening(Level.HIGH, "chat_type"))

        [refusal] = plan_refusals(group, fail_on=Level.LOW)

        assert refusal.detail == (
            "Changes that loosen a group, with level low or more: 2 (oncall-payments/permissions.at_all: low, "
            "oncall-payments/chat_type: high). `--fail-on` refuses them. Nothing was changed."
        )
        assert refusal.hint == (
            "If this is what you want, run `groupctl apply` without `--fail-on`, or with `--override loosening`."
        )
        assert (refusal.address, refusal.source) == ("oncall-payments/permissions.at_all", WHERE)


# ------------------------------------------------------------------ first contact


def contact(facet=Facet.TABS, *names, wanted=None, recorded=None):
    """Return a group that loses things of a collection."""
    changes = removals(facet, *(names or ("Wiki",)))
    return group_plan(
        step(facet, changes),
        live=live_group(managers=frozenset({"x"})),
        desired=wanted or desired_group(tabs=exact()),
        recorded=recorded,
    )


class TestFirstContact:
    @pytest.mark.parametrize(
        ("facet", "wanted"),
        [
            (Facet.TABS, {"tabs": exact()}),
            (Facet.MENUS, {"menus": exact()}),
            (Facet.MANAGERS, {"managers": exact()}),
            (Facet.MEMBERS, {"members": exact()}),
            (Facet.MODERATION, {"moderation": Moderation(mode="moderator_list", moderators=exact())}),
        ],
    )
    def test_first_removal_from_any_collection_is_refused(self, facet, wanted):
        group = contact(facet, "x", wanted=desired_group(**wanted), recorded=recorded_group())

        assert summaries(group_refusals(group)) == ["Collection becomes exact for the first time"]

    @pytest.mark.parametrize(
        "recorded",
        [
            pytest.param(recorded_group(exact=("tabs",)), id="exact-already"),
            pytest.param(recorded_group({"tabs": [{"name": "Wiki"}]}), id="put-there-by-us"),
        ],
    )
    def test_what_is_ours_may_go(self, recorded):
        assert group_refusals(contact(recorded=recorded)) == ()

    def test_additive_list_lets_go_of_its_own_only(self):
        assert group_refusals(contact(wanted=desired_group(tabs=additive()))) == ()

    def test_collection_that_loses_nothing_may_become_exact(self):
        group = group_plan(
            step(Facet.TABS, [change("tabs/x", ChangeKind.ADD)]), desired=desired_group(tabs=exact())
        )

        assert group_refusals(group) == ()

    def test_key_that_left_has_no_collections(self):
        assert group_refusals(group_plan(forget_step())) == ()

    def test_override_sets_the_guard_aside(self):
        assert group_refusals(contact(), overrides={"first-contact"}) == ()

    def test_message_has_the_yaml_that_keeps_what_is_there(self):
        [refusal] = group_refusals(contact(Facet.TABS, "Wiki", '会议 "A"'))

        assert refusal.detail == (
            '`tabs` was not exact before, and what it does not list would be removed: 2 (Wiki, 会议 "A"). Nothing was '
            "changed in this group."
        )
        assert refusal.hint.splitlines() == [
            "To keep what is there, write the list of `tabs` as `{mode: exact, list: […], keep: […]}`, with:",
            '    keep: ["Wiki", "会议 \\"A\\""]',
            "To remove it, run `groupctl apply --override first-contact`.",
        ]
        assert refusal.address == "oncall-payments/tabs"

    def test_too_many_things_are_kept_by_the_mode(self):
        [refusal] = group_refusals(contact(Facet.TABS, *names(51)))

        assert refusal.detail.endswith("tab-49, …). Nothing was changed in this group.")
        assert "write `mode: additive` beside the list of `tabs`" in refusal.hint


# ------------------------------------------------------------------ all of them


def test_command_offers_every_guard_by_its_name():
    assert (*PLAN_GUARDS, *GROUP_GUARDS) == GUARDS
