from __future__ import annotations

import pytest

from reconciler.errors import Diagnostic, Source
from reconciler.model.address import Facet
from reconciler.model.ids import SELF
from reconciler.model.members import LiveMembers
from reconciler.model.moderation import LiveModeration, Moderation
from reconciler.model.recorded import Intent
from reconciler.model.settings import NEW_GROUP_SETTINGS, Permissions, Settings
from reconciler.plan.binding import Binding, BindingKind
from reconciler.plan.build import Member, PlanOptions, build_plan, create_operation
from reconciler.plan.duration import Windows
from reconciler.plan.operations import AddMembers, BindChat, CreateChat, ForgetGroup
from reconciler.plan.plan import Authority, StepAction
from tests.support.builders import (
    BOT,
    CHAT,
    HEADER,
    KEY,
    LILEI,
    additive,
    bound,
    desired_group,
    exact,
    fleet_of,
    listed_chat,
    live_group,
    live_tab,
    menu,
    plan_for,
    recorded_group,
    tab,
    unborn,
)

PROBLEM = Diagnostic("Group cannot be read")
NAMED = Settings(name="支付值班")


def group_of(plan):
    [group] = plan.groups
    return group


def facets(group):
    return [step.facet for step in group.steps]


class TestNewGroups:
    def test_create_takes_along_all_it_accepts(self):
        desired = desired_group(
            settings=Settings(name="支付值班", permissions=Permissions(edit="only_owner")),
            managers=exact(LILEI, BOT),
        )

        [step] = [step for step in group_of(plan_for(unborn(desired))).steps if step.facet is Facet.EXISTENCE]

        assert step.action is StepAction.CREATE
        assert step.operations == (
            CreateChat(settings=desired.settings, users=(LILEI,), bots=(BOT,), uuid="gr-1"),
        )
        assert [change.path for change in step.changes] == [
            "name",
            "permissions.edit",
            f"members/{LILEI}",
            f"members/{BOT}",
        ]

    def test_what_create_does_not_accept_follows_in_order(self):
        desired = desired_group(
            settings=Settings(name="支付值班", permissions=Permissions(at_all="only_owner")),
            managers=exact(LILEI),
            moderation=Moderation(mode="only_owner"),
            tabs=exact(tab("A")),
        )

        assert facets(group_of(plan_for(unborn(desired)))) == [
            Facet.EXISTENCE,
            Facet.SETTINGS,
            Facet.MANAGERS,
            Facet.MODERATION,
            Facet.TABS,
        ]

    def test_people_who_do_not_fit_into_create_are_added_afterwards(self):
        people = [f"ou_{number}" for number in range(51)]

        group = group_of(plan_for(unborn(desired_group(settings=NAMED, members=additive(*people)))))

        assert group.steps[1].operations == (AddMembers(ids=("ou_50",)),)

    def test_create_names_at_most_five_other_bots(self):
        people = [SELF, *(f"cli_{number}" for number in range(6))]

        operation = create_operation(desired_group(managers=exact(*people)), "gr-1")

        assert operation.bots == ("cli_0", "cli_1", "cli_2", "cli_3", "cli_4")

    def test_we_own_what_we_create(self):
        desired = desired_group(settings=NAMED, moderation=Moderation(mode="only_owner"))

        group = group_of(plan_for(unborn(desired)))

        assert [step.authority for step in group.steps] == [Authority.ALLOWED] * 2

    def test_resumed_create_sends_the_recorded_body(self):
        begun = CreateChat(settings=Settings(name="旧名"), users=(LILEI,), uuid="gr-begun")
        intent = Intent(uuid="gr-begun", incarnation=0, time=0.0, operation=begun.model_dump(mode="json"))
        binding = Binding(key=KEY, kind=BindingKind.RESUME, uuid="gr-begun", intent=intent)

        group = group_of(plan_for(Member(binding=binding, desired=desired_group(settings=NAMED))))

        assert group.steps[0].action is StepAction.RESUME
        assert group.steps[0].operations == (begun,)
        assert [change.path for change in group.steps[1].changes] == ["name"]


class TestBoundGroups:
    def test_group_as_desired_has_no_steps(self):
        assert group_of(plan_for(bound(desired_group(settings=NAMED), live_group()))).steps == ()

    def test_steps_of_a_group_stand_in_the_order_of_writing(self):
        desired = desired_group(
            settings=Settings(name="新"),
            managers=exact(LILEI),
            moderation=Moderation(mode="only_owner"),
            tabs=exact(tab("A")),
            menus=exact(menu("A")),
        )

        assert facets(group_of(plan_for(bound(desired, live_group())))) == [
            Facet.SETTINGS,
            Facet.MEMBERS,
            Facet.MANAGERS,
            Facet.MODERATION,
            Facet.TABS,
            Facet.MENUS,
        ]

    def test_adopted_group_is_bound_first(self):
        member = bound(desired_group(), live_group(), kind=BindingKind.ADOPT)

        [step] = group_of(plan_for(member)).steps

        assert (step.action, step.operations) == (StepAction.ADOPT, (BindChat(chat_id=CHAT),))

    def test_bound_group_is_never_created_because_it_was_not_read(self):
        with pytest.raises(AssertionError, match="live group or a problem"):
            plan_for(bound(desired_group(settings=NAMED), None))

    def test_what_was_not_told_is_no_difference(self):
        desired = desired_group(
            managers=exact(LILEI),
            moderation=Moderation(mode="only_owner"),
            tabs=exact(tab("A")),
            menus=exact(menu("A")),
        )
        live = live_group(managers=None, moderation=None, members=None, tabs=None, menus=None)

        assert group_of(plan_for(bound(desired, live))).steps == ()

    def test_group_is_named_as_desired(self):
        group = group_of(plan_for(bound(desired_group(settings=Settings(name="新")), live_group())))

        assert group.name == "新"

    def test_group_without_a_desired_name_is_named_as_live(self):
        assert group_of(plan_for(bound(desired_group(), live_group()))).name == "支付值班"

    def test_group_without_any_name_has_an_empty_one(self):
        assert group_of(plan_for(bound(desired_group(), live_group(settings=Settings())))).name == ""

    def test_groups_are_sorted_by_key(self):
        members = [bound(desired_group(key), live_group()) for key in ("b", "a")]

        assert [group.key for group in plan_for(*members).groups] == ["a", "b"]

    def test_without_removals_everything_live_stays(self):
        live = live_group(tabs=(live_tab("1", "A"), live_tab("2", "B")))
        member = bound(desired_group(tabs=exact()), live)

        assert group_of(plan_for(member, options=PlanOptions(removals=False))).steps == ()

    def test_dismissed_manager_loses_the_right_to_post_in_the_same_plan(self):
        """Otherwise the next plan would find a moderator who is no manager any more."""
        desired = desired_group(
            managers=exact(), moderation=Moderation(mode="moderator_list", moderators=exact())
        )
        live = live_group(
            managers=frozenset({LILEI}),
            members=LiveMembers(users=frozenset({LILEI})),
            moderation=LiveModeration(mode="moderator_list", moderators=frozenset({LILEI})),
        )

        assert facets(group_of(plan_for(bound(desired, live)))) == [Facet.MANAGERS, Facet.MODERATION]


class TestGroupsThatLeave:
    def test_key_that_left_is_forgotten(self):
        recorded = recorded_group({"name": "支付值班"})

        group = group_of(plan_for(bound(None, None, recorded, kind=BindingKind.LEAVE), managed=100))

        assert group.name == "支付值班"
        assert group.steps[0].action is StepAction.FORGET
        assert group.steps[0].operations == (ForgetGroup(),)

    def test_key_whose_name_was_never_recorded_is_forgotten_without_one(self):
        member = bound(None, None, recorded_group(), kind=BindingKind.LEAVE)

        assert group_of(plan_for(member, managed=100)).name == ""

    def test_unfinished_create_is_forgotten_without_a_record(self):
        member = Member(binding=Binding(key=KEY, kind=BindingKind.LEAVE))

        group = group_of(plan_for(member))

        assert (group.name, group.recorded) == ("", None)


class TestProblems:
    def problem_of(self, member):
        group = group_of(plan_for(member))
        assert group.steps == ()
        assert group.problem
        return group.problem

    def test_group_that_could_not_be_read_has_no_steps(self):
        member = Member(
            binding=Binding(key=KEY, kind=BindingKind.BOUND, chat_id=CHAT),
            desired=desired_group(settings=NAMED),
            problem=PROBLEM,
        )

        assert self.problem_of(member).summary == "Group cannot be read"

    def test_problem_without_an_address_gets_that_of_the_group(self):
        member = Member(binding=Binding(key=KEY, kind=BindingKind.BOUND, chat_id=CHAT), problem=PROBLEM)

        assert self.problem_of(member).address == KEY

    def test_problem_of_the_binding_is_told(self):
        problem = Diagnostic("Key is bound to another chat", address="there")
        binding = Binding(key=KEY, kind=BindingKind.BOUND, chat_id=CHAT, problem=problem)

        assert self.problem_of(Member(binding=binding, desired=desired_group())).address == "there"

    @pytest.mark.parametrize(
        ("live", "summary"),
        [
            ({"status": "dissolved"}, "Group is dissolved"),
            ({"status": "dissolved_save"}, "Group is dissolved"),
            ({"full": False}, "Our app is not in the group"),
            ({"mode": "topic"}, "Kind of chat is not supported"),
            ({"mode": "p2p"}, "Kind of chat is not supported"),
        ],
    )
    def test_group_that_cannot_be_managed_is_a_problem(self, live, summary):
        assert self.problem_of(bound(desired_group(settings=NAMED), live_group(**live))).summary == summary

    def test_external_group_is_not_adopted(self):
        member = bound(desired_group(), live_group(external=True), kind=BindingKind.ADOPT)

        assert self.problem_of(member).summary == "Group is external"

    def test_reduced_view_is_never_a_difference(self):
        live = live_group(full=False, settings=Settings(), managers=None)

        assert self.problem_of(bound(desired_group(managers=exact(LILEI)), live)).detail == (
            f"The platform shows outsiders only the name of `{CHAT}`, so nothing can be compared."
        )


class TestBlocks:
    def block_of(self, desired, live, recorded=None):
        [step] = group_of(plan_for(bound(desired, live, recorded))).steps
        return step.block

    def test_step_that_our_role_refuses_is_blocked(self):
        block = self.block_of(
            desired_group(moderation=Moderation(mode="only_owner")), live_group(owner=LILEI)
        )

        assert block
        assert block.reason == "Only the owner may do this; our app is an ordinary member here."

    def test_step_of_unknown_authority_is_tried(self):
        assert self.block_of(desired_group(moderation=Moderation(mode="only_owner")), live_group()) is None

    def test_bound_group_that_became_external_is_blocked(self):
        block = self.block_of(desired_group(settings=Settings(name="新")), live_group(external=True))

        assert block
        assert block.reason == "The group is external: people of other companies are in it."

    @pytest.mark.parametrize(
        ("desired_name", "live_name", "blocked"),
        [
            (None, "a", True),
            ("a", "支付值班", True),
            (None, None, True),
            ("ab", "a", False),
            (None, "ab", False),
        ],
    )
    def test_public_group_needs_a_name_of_two_characters(self, desired_name, live_name, blocked):
        live = live_group(settings=NEW_GROUP_SETTINGS.model_copy(update={"name": live_name}))
        desired = desired_group(settings=Settings(name=desired_name, chat_type="public"))

        assert (self.block_of(desired, live, recorded_group(created_by_us=True)) is not None) is blocked


class TestOwner:
    def test_group_that_a_person_owns_cannot_become_ours(self):
        desired = desired_group(owner=SELF)
        live = live_group(owner=LILEI, managers=frozenset({SELF}))

        [step] = group_of(plan_for(bound(desired, live=live))).steps

        assert (step.facet, step.authority, step.operations) == (Facet.OWNER, Authority.REFUSED, ())
        assert [(each.path, each.before, each.after) for each in step.changes] == [("owner", LILEI, SELF)]
        assert step.block
        assert step.block.remedy == (
            "Name that person as `owner` (`groupctl pull` does when the group was given away on the platform), or "
            "list `owner` in `unmanaged`."
        )

    def test_bot_as_owner_is_taken_for_our_app(self):
        assert group_of(plan_for(bound(desired_group(owner=SELF), live=live_group(owner=None)))).steps == ()

    def test_owner_that_is_not_managed_is_left_alone(self):
        assert group_of(plan_for(bound(desired_group(), live=live_group(owner=LILEI)))).steps == ()


class TestWarnings:
    def test_cut_member_list_is_warned_about(self):
        live = live_group(members=LiveMembers(users=frozenset(), complete=False))

        [warning] = group_of(plan_for(bound(desired_group(), live))).warnings

        assert (warning.summary, warning.address) == ("Member list is incomplete", "oncall-payments/members")

    def test_member_list_that_was_not_read_is_not_warned_about(self):
        assert group_of(plan_for(bound(desired_group(), live_group(members=None)))).warnings == ()


class TestGuardsInPlans:
    LOSING = bound(
        desired_group(tabs=exact()),
        live_group(tabs=(live_tab("1", "A"), live_tab("2", "B"))),
        recorded_group(exact=("tabs",)),
    )

    def test_refused_plan_is_shown_in_full(self):
        plan = plan_for(self.LOSING)

        assert [refusal.summary for refusal in plan.refusals] == [
            "Plan removes too large a part of a collection"
        ]
        assert len(plan.steps) == 1

    def test_overridden_guard_refuses_nothing(self):
        assert plan_for(self.LOSING, options=PlanOptions(overrides=["removals"])).refusals == ()

    def test_group_guard_refuses_its_group_only(self):
        options = PlanOptions(unbound=[listed_chat(name="支付值班")])
        plan = plan_for(
            unborn(desired_group("a", settings=NAMED)),
            unborn(desired_group("b", settings=Settings(name="别的"))),
            options=options,
        )

        assert [bool(group.refusals) for group in plan.groups] == [True, False]
        assert plan.refusals == ()

    @pytest.mark.parametrize(
        "chat", [listed_chat(name=None), listed_chat(name="支付值班", status="dissolved")]
    )
    def test_chat_without_a_name_or_a_life_is_no_twin(self, chat):
        plan = plan_for(unborn(desired_group(settings=NAMED)), options=PlanOptions(unbound=[chat]))

        assert group_of(plan).refusals == ()


def test_changes_and_problems_carry_their_position_in_the_files():
    def locate(key, path):
        return Source(f"{key}.yaml", 1, len(path))

    members = [
        bound(desired_group("a", settings=Settings(name="新")), live_group()),
        bound(desired_group("b"), live_group(full=False)),
    ]

    plan = build_plan(members, fleet_of(members), HEADER, PlanOptions(), managed=2, locate=locate)

    assert plan.groups[0].steps[0].changes[0].source == Source("a.yaml", 1, len("name"))
    assert plan.groups[1].problem
    assert plan.groups[1].problem.source == Source("b.yaml", 1, len("chat_id"))


def test_plan_carries_what_it_belongs_to():
    plan = plan_for(bound(desired_group(), live_group()))

    assert plan.model_dump(include={"tool_version", "endpoint", "fleet", "lineage", "app_id"}) == {
        "tool_version": "0.1.0",
        "endpoint": "emulator",
        "fleet": "acme-groups",
        "lineage": "lineage-1",
        "app_id": "cli_a10f",
    }


def test_plan_says_how_long_its_performable_calls_take_at_least():
    groups = [unborn(desired_group(key=f"group-{number}", settings=NAMED)) for number in range(3)]
    options = PlanOptions(quotas={"create_chat": Windows(per_second=1)})

    plan = build_plan(groups, fleet_of(groups), HEADER, options, managed=0)

    assert plan.shortest_seconds == 2
