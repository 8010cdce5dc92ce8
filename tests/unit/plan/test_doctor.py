"""How bad what a check-up finds is."""

from __future__ import annotations

import pytest

from reconciler.errors import Diagnostic, PlatformFacts, Source
from reconciler.model.address import Facet
from reconciler.model.ids import SELF
from reconciler.model.moderation import Moderation
from reconciler.model.recorded import Intent
from reconciler.model.settings import Settings
from reconciler.plan.binding import Binding, BindingKind
from reconciler.plan.doctor import (
    calls_of_plan,
    check_clock,
    check_group,
    check_leftovers,
    check_quota,
    check_roles,
    check_scopes,
    checked,
)
from reconciler.plan.report import GroupCheck, Place, Topic, Verdict
from reconciler.plan.scopes import Known, ScopeNeed
from tests.support.builders import CHAT, KEY, LILEI, desired_group, exact, live_group, recorded_group, state

OURS = recorded_group(created_by_us=True)
NOW = 1_767_225_600.0
HOUR = 3600.0


def verdicts(checks):
    return [check.verdict for check in checks]


def test_problem_keeps_its_place_code_and_group():
    problem = Diagnostic(
        "No",
        "Why",
        "Hint",
        address="oncall/tabs",
        source=Source("a.yaml", 1, 2),
        platform=PlatformFacts("op", 7),
    )

    check = checked(Topic.STATE, Verdict.FAILED, problem)

    assert (check.summary, check.detail, check.hint) == ("No", "Why", "Hint")
    assert (check.source, check.platform, check.keys) == (problem.source, problem.platform, ("oncall",))


class TestLeftovers:
    def begun(self, **ages):
        return state(
            intents={
                key: Intent(uuid="u", incarnation=0, time=NOW - age, operation={})
                for key, age in ages.items()
            }
        )

    def test_state_without_unfinished_creates_is_fine(self):
        assert list(check_leftovers(state(), NOW)) == []

    def test_fresh_create_is_a_warning_with_the_age_of_the_oldest(self):
        [check] = check_leftovers(self.begun(a=60, b=HOUR), NOW)

        assert (check.verdict, check.keys) == (Verdict.WARNING, ("a", "b"))
        assert "60 minutes ago" in check.detail

    def test_create_that_is_too_old_fails_its_group_alone(self):
        stale, fresh = check_leftovers(self.begun(a=60, b=9 * HOUR), NOW)

        assert (stale.verdict, stale.keys, stale.partial) == (Verdict.FAILED, ("b",), True)
        assert fresh.keys == ("a",)


class TestClock:
    @pytest.mark.parametrize(
        ("ours", "verdict", "words"),
        [
            (NOW, Verdict.OK, "differ by 0 s"),
            (NOW + 60, Verdict.OK, "differ by 60 s"),
            (NOW + 61, Verdict.WARNING, "61 s ahead"),
            (NOW - 3600, Verdict.WARNING, "3600 s behind"),
        ],
    )
    def test_difference_of_more_than_a_minute_is_a_warning(self, ours, verdict, words):
        check = check_clock(ours, NOW)

        assert check.verdict is verdict
        assert words in check.detail

    def test_platform_that_tells_no_time_leaves_it_unknown(self):
        assert check_clock(NOW, None).verdict is Verdict.UNKNOWN


class TestScopes:
    READ = ScopeNeed(operation="chat_tab_list", uses=("tabs",), scopes=("a", "b"), writes=False)
    WRITE = ScopeNeed(operation="chat_tab_create", uses=("tabs",), scopes=("a", "c"), writes=True)
    REFUSAL = Diagnostic("Refused", platform=PlatformFacts("chat_tab_list", 99991672))

    def judged(self, need, known):
        return need.model_copy(update={"known": known})

    def test_scopes_that_are_there_are_fine(self):
        assert verdicts(check_scopes([self.judged(self.READ, Known.THERE)], {})) == [Verdict.OK]

    def test_missing_scope_fails_and_names_what_would_do(self):
        [check] = check_scopes([self.judged(self.READ, Known.MISSING)], {"chat_tab_list": self.REFUSAL})

        assert check.verdict is Verdict.FAILED
        assert check.detail == "chat_tab_list needs a or b, for: tabs."
        assert check.platform == self.REFUSAL.platform

    def test_calls_that_lack_the_same_scope_are_told_once(self):
        other = self.READ.model_copy(update={"operation": "chat_tab_look", "uses": ("tabs", "menus")})

        [check] = check_scopes([self.judged(each, Known.MISSING) for each in (self.READ, other)], {})

        assert check.detail == "chat_tab_list, chat_tab_look needs a or b, for: tabs, menus."

    def test_scope_that_one_can_do_without_is_a_warning(self):
        need = self.READ.model_copy(update={"optional": True})

        assert verdicts(check_scopes([self.judged(need, Known.MISSING)], {})) == [Verdict.WARNING]

    def test_read_that_failed_otherwise_is_unknown_with_its_reason(self):
        [check] = check_scopes([self.READ], {"chat_tab_list": Diagnostic("No answer")})

        assert (check.verdict, check.summary) == (Verdict.UNKNOWN, "No answer")

    def test_what_only_a_write_tells_is_unknown(self):
        fine, rest = check_scopes([self.judged(self.READ, Known.THERE), self.WRITE], {})

        assert verdicts([fine, rest]) == [Verdict.OK, Verdict.UNKNOWN]
        assert "1 of 2 calls" in fine.detail
        assert "a or c" in rest.detail


class TestOneGroup:
    def look(self, desired, told, recorded=None, problem=None, **options):
        binding = Binding(
            key=KEY,
            kind=BindingKind.BOUND,
            chat_id=CHAT if told else None,
            recorded=recorded,
            problem=problem,
        )
        return check_group(binding, desired, told, **{"operate_as_owner": False, **options})

    @pytest.mark.parametrize(
        ("live", "recorded", "place"),
        [
            pytest.param(live_group(), OURS, Place.OWNER, id="made by us"),
            pytest.param(live_group(), None, Place.UNSURE, id="some bot owns it"),
            pytest.param(
                live_group(owner=LILEI, managers=frozenset({SELF})), None, Place.MANAGER, id="manager"
            ),
            pytest.param(live_group(owner=LILEI), None, Place.MEMBER, id="member"),
            pytest.param(live_group(status="dissolved"), OURS, Place.DISSOLVED, id="dissolved"),
            pytest.param(live_group(full=False), OURS, Place.OUTSIDE, id="outside"),
            pytest.param(live_group(mode="topic"), OURS, Place.UNMANAGEABLE, id="another kind"),
            pytest.param(live_group(external=True), OURS, Place.UNMANAGEABLE, id="external"),
            pytest.param(Diagnostic("No answer"), OURS, Place.UNREADABLE, id="unreadable"),
            pytest.param(None, None, Place.NO_CHAT, id="not created"),
        ],
    )
    def test_place_follows_from_the_answer_and_the_state(self, live, recorded, place):
        check = self.look(desired_group(), live, recorded)

        assert check.place is place
        assert (check.problem is not None) == (
            place in {Place.DISSOLVED, Place.OUTSIDE, Place.UNMANAGEABLE, Place.UNREADABLE}
        )

    def test_key_that_cannot_be_bound_is_unmanageable(self):
        check = self.look(desired_group(), live_group(), OURS, problem=Diagnostic("Conflict"))

        assert check.place is Place.UNMANAGEABLE

    def test_managed_facets_that_a_manager_cannot_write_are_told_in_order(self):
        desired = desired_group(
            settings=Settings(name="值班"),
            moderation=Moderation(mode="only_owner"),
            managers=exact(),
            tabs=exact(),
        )

        check = self.look(desired, live_group(owner=LILEI, managers=frozenset({SELF})))

        assert check.refused == (Facet.MANAGERS, Facet.MODERATION)

    def test_group_without_settings_needs_no_right_to_write_them(self):
        assert self.look(desired_group(), live_group(owner=LILEI)).refused == ()

    def test_declared_right_of_the_creator_counts(self):
        desired = desired_group(moderation=Moderation(mode="only_owner"))
        live = live_group(owner=LILEI, managers=frozenset({SELF}))

        assert self.look(desired, live, OURS, operate_as_owner=True).refused == ()

    @pytest.mark.parametrize(("owner", "refused"), [(LILEI, ()), (SELF, (Facet.OWNER,))])
    def test_owner_matters_only_while_it_is_another_one(self, owner, refused):
        assert self.look(desired_group(owner=owner), live_group(owner=LILEI)).refused == refused

    @pytest.mark.parametrize(
        ("recorded", "refused"),
        [
            (recorded_group(on_remove="dissolve"), (Facet.LIFECYCLE,)),
            (recorded_group(), ()),
            (None, ()),
        ],
    )
    def test_key_that_left_the_files_matters_if_its_group_is_to_be_dissolved(self, recorded, refused):
        assert self.look(None, live_group(owner=LILEI), recorded).refused == refused


class TestRoles:
    def group(self, key, place=Place.OWNER, **fields):
        return GroupCheck(key=key, chat_id=CHAT, place=place, **fields)

    def test_groups_within_reach_are_fine_and_counted(self):
        [check] = check_roles([self.group("a"), self.group("b"), self.group("c", Place.MANAGER)])

        assert (check.verdict, check.detail) == (Verdict.OK, "2 owner, 1 manager")

    @pytest.mark.parametrize("others", [0, 2])
    def test_group_out_of_reach_fails_and_tells_whether_it_is_the_only_one(self, others):
        fine = [self.group(f"fine-{number}") for number in range(others)]
        lost = self.group(
            "lost", Place.OUTSIDE, problem=Diagnostic("x", platform=PlatformFacts("chat_get", 1))
        )

        [check] = check_roles([lost, *fine])

        assert (check.verdict, check.keys, check.partial) == (Verdict.FAILED, ("lost",), bool(others))
        assert check.platform == PlatformFacts("chat_get", 1)

    def test_thousand_groups_with_the_same_trouble_are_one_check(self):
        groups = [self.group(f"key-{number}", refused=(Facet.MANAGERS,)) for number in range(1000)]

        refused, fine = check_roles(groups)

        assert len(refused.keys) == 1000
        assert verdicts([refused, fine]) == [Verdict.WARNING, Verdict.OK]

    def test_most_frequent_trouble_comes_first(self):
        groups = [
            self.group("a", refused=(Facet.TABS,)),
            self.group("b", refused=(Facet.MENUS,)),
            self.group("c", refused=(Facet.MENUS,)),
        ]

        assert [check.keys for check in check_roles(groups) if check.keys] == [("b", "c"), ("a",)]

    def test_bot_that_may_be_ours_is_unknown(self):
        unsure, _fine = check_roles([self.group("a", Place.UNSURE)])

        assert (unsure.verdict, unsure.keys) == (Verdict.UNKNOWN, ("a",))

    def test_fleet_without_groups_is_fine(self):
        assert verdicts(check_roles([])) == [Verdict.OK]


class TestQuota:
    def test_only_what_is_managed_is_read(self):
        calls = calls_of_plan([(desired_group(), True), (desired_group(tabs=exact()), True)])

        assert calls == {"chat_get": 2, "chat_tab_list": 1}

    def test_new_groups_take_one_list_together(self):
        assert calls_of_plan([(desired_group(tabs=exact()), False)] * 3) == {"chat_list": 1}

    @pytest.mark.parametrize(("mode", "calls"), [("only_owner", 0), ("moderator_list", 1)])
    def test_moderators_are_read_when_there_are_to_be_some(self, mode, calls):
        moderation = Moderation(mode=mode, moderators=exact() if calls else None)

        found = calls_of_plan([(desired_group(moderation=moderation), True)])

        assert found.get("chat_moderation_get", 0) == calls

    def test_calls_and_time_are_told_and_what_is_left_is_unknown(self):
        told, left = check_quota({"chat_get": 900, "chat_tab_list": 100}, 60)

        assert "At least 1000" in told.detail
        assert verdicts([told, left]) == [Verdict.OK, Verdict.UNKNOWN]
