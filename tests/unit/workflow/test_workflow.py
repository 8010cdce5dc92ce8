"""The use cases: which groups, whose state, and what planning does when the platform does not play along."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.emulator import FaultKind
from reconciler.errors import ConfigurationError, OutcomeUnknown, Refused, RunRefused, StateError, UsageError
from reconciler.feishu.quota import PARALLELISM
from reconciler.model.settings import Settings
from reconciler.plan.outcome import Status
from reconciler.plan.plan import StepAction
from reconciler.workflow import (
    Choices,
    as_ours,
    check_state,
    forget_key,
    move_key,
    plan_groups,
    select_keys,
    show,
)
from tests.support.builders import additive, desired_group, exact, live_tab, recorded_group, state, tab
from tests.support.house import changed_paths, group_of, open_house, problem_at, problem_in
from tests.support.pretend import OURS, TENANT


def group(key="oncall", **fields):
    return desired_group(key, **{"settings": Settings(name=f"Group {key}"), **fields})


def problem_of(caught):
    [diagnostic] = caught.value.diagnostics
    return diagnostic


class TestSelection:
    KNOWN = ("oncall-a", "oncall-b", "project")

    def test_no_pattern_selects_everything_sorted(self):
        assert select_keys((), reversed(self.KNOWN)) == self.KNOWN

    @pytest.mark.parametrize(
        ("patterns", "found"),
        [
            (["oncall-*"], ("oncall-a", "oncall-b")),
            (["project", "oncall-b"], ("oncall-b", "project")),
            (["*"], KNOWN),
            (["oncall-?", "oncall-a"], ("oncall-a", "oncall-b")),
        ],
    )
    def test_keys_and_globs_select(self, patterns, found):
        assert select_keys(patterns, self.KNOWN) == found

    def test_every_pattern_has_to_match_something(self):
        with pytest.raises(UsageError) as caught:
            select_keys(["project", "nobody", "x-*"], self.KNOWN)

        assert problem_of(caught).detail == "Nothing matches `nobody`, `x-*`."

    async def test_selected_groups_alone_are_read_and_planned(self, house):
        await house.apply(group("alpha"), group("beta"))
        scope = house.scope(
            group("alpha", settings=Settings(name="A2")),
            group("beta", settings=Settings(name="B2")),
            patterns=["beta"],
        )
        before = house.calls().count("chat_get")

        plan = await plan_groups(scope, Choices(), house.gateway, house.clock)

        assert [each.key for each in plan.groups] == ["beta"]
        assert house.calls().count("chat_get") == before + 1

    async def test_key_that_left_the_configuration_can_be_selected(self, house):
        await house.apply(group("alpha"), group("beta"))
        scope = house.scope(group("alpha"), patterns=["beta"])

        plan = await plan_groups(scope, Choices(), house.gateway, house.clock)

        assert [step.action for step in plan.steps] == [StepAction.FORGET]


class TestBelonging:
    @pytest.mark.parametrize(
        ("field", "word"), [("fleet", "fleet"), ("endpoint", "endpoint"), ("app_id", "app")]
    )
    def test_state_of_another_fleet_platform_or_app_is_refused(self, field, word):
        ours = {"fleet": "acme-groups", "endpoint": "emulator", "app_id": "cli_a"}
        known = state(**(ours | {field: "other"}))

        with pytest.raises(StateError) as caught:
            check_state(known, ours["fleet"], ours["endpoint"], ours["app_id"])

        assert problem_of(caught).detail == (
            f"The state is of {word} `other`, but this run is for {word} `{ours[field]}`."
        )

    def test_state_that_was_never_applied_belongs_to_any_app(self):
        check_state(state(), "acme-groups", "emulator", "cli_any")

    async def test_app_is_learnt_by_the_first_apply_even_of_nothing(self, house):
        await house.apply()

        assert house.state.app_id == OURS

    async def test_another_app_is_refused_before_any_call(self, house):
        await house.apply(group())
        house.app_id = "cli_other"
        before = len(house.calls())

        with pytest.raises(StateError):
            await house.plan(group())

        assert len(house.calls()) == before

    async def test_tenant_is_learnt_from_the_first_chat_that_is_read(self, house):
        await house.apply(group())
        assert house.state.tenant_key == ""

        await house.apply(group())

        assert house.state.tenant_key == TENANT

    async def test_another_tenant_is_refused(self, house):
        await house.apply(group())
        house.state = house.state.model_copy(update={"tenant_key": "elsewhere"})

        with pytest.raises(StateError) as caught:
            await house.plan(group())

        assert problem_of(caught).summary == "State belongs to another tenant"
        assert f"`{TENANT}`" in problem_of(caught).detail

    async def test_tenant_of_an_external_group_tells_nothing(self, house):
        await house.apply(group())
        house.emulator.acts.change(house.chat_id("oncall"), external=True)
        house.state = house.state.model_copy(update={"tenant_key": "elsewhere"})

        plan = await house.plan(group())

        assert plan.tenant_key == "elsewhere"


class TestReading:
    async def test_unreadable_group_is_a_problem_of_its_own(self, house):
        await house.apply(group("alpha"), group("beta"))
        house.refuse("chat_get", 232060, chat_id=house.chat_id("alpha"))

        plan = await house.plan(group("alpha"), group("beta", settings=Settings(name="B2")))

        alpha, beta = plan.groups
        assert alpha.problem.platform.code == 232060
        assert len(beta.steps) == 1

    async def test_chat_our_app_is_not_in_is_a_problem(self, house):
        await house.apply(group(members=additive("ou_kate")))
        house.emulator.acts.remove_members(house.chat_id("oncall"), [OURS])

        outcome = await house.apply(group())

        assert group_of(outcome, "oncall").status is Status.UNREADABLE
        assert problem_in(outcome, "oncall").summary == "Our app is not in the group"

    @pytest.mark.parametrize("code", [99991403, 232025, 232034, 99991662])
    async def test_refusal_of_everything_ends_planning(self, house, code):
        await house.apply(group("alpha"), group("beta"))
        house.refuse("chat_get", code, count=None)

        with pytest.raises(RunRefused) as caught:
            await house.plan(group("alpha"), group("beta"))

        assert caught.value.facts.code == code

    async def test_bug_while_reading_is_raised(self, house):
        await house.apply(group())

        class Broken:
            async def read_group(self, _chat_id, _facets):
                raise ZeroDivisionError

        house.gateway = Broken()

        with pytest.raises(ExceptionGroup):
            await house.plan(group())

    async def test_missing_scope_is_not_asked_for_again_and_again(self, house):
        fleet = [group(f"key-{number:03}", tabs=exact()) for number in range(PARALLELISM + 20)]
        plain = group("plain")
        await house.apply(*fleet, plain)
        house.refuse("chat_tab_list", 99991672, count=None)
        before = house.calls().count("chat_tab_list")

        plan = await house.plan(*fleet, plain)

        assert house.calls().count("chat_tab_list") - before <= PARALLELISM
        assert [each.key for each in plan.groups if each.problem is None] == ["plain"]
        assert {each.problem.platform.code for each in plan.groups if each.problem} == {99991672}

    async def test_progress_tells_every_group(self, house):
        await house.apply(group("alpha"), group("beta"))
        told = []

        await plan_groups(
            house.scope(group("alpha"), group("beta")),
            Choices(),
            house.gateway,
            house.clock,
            lambda *numbers: told.append(numbers),
        )

        assert told == [(1, 2), (2, 2)]


class TestCreating:
    async def test_group_without_a_name_cannot_be_created(self, house):
        with pytest.raises(ConfigurationError) as caught:
            await house.plan(group("named"), desired_group("nameless"))

        assert problem_of(caught).summary == "Name missing"

    async def test_name_of_a_group_that_exists_may_be_unmanaged(self, house):
        await house.apply(group())

        assert not (await house.plan(desired_group("oncall"))).has_changes

    async def test_names_of_groups_that_were_not_selected_do_not_matter(self, house):
        scope = house.scope(group("named"), desired_group("nameless"), patterns=["named"])

        plan = await plan_groups(scope, Choices(), house.gateway, house.clock)

        assert [each.key for each in plan.groups] == ["named"]

    async def test_chats_are_listed_only_before_a_create(self, house):
        await house.apply(group())
        before = house.calls().count("chat_list")

        await house.plan(group())

        assert (before, house.calls().count("chat_list")) == (1, 1)

    async def test_unbound_chat_of_the_same_name_refuses_the_create(self, house):
        await house.apply(group("first"))
        house.state = house.state.model_copy(update={"groups": {}})

        outcome = await house.apply(group("second", settings=Settings(name="Group first")), group("third"))

        assert group_of(outcome, "second").status is Status.REFUSED
        assert group_of(outcome, "third").status is Status.DONE
        assert len(house.chats()) == 2

    async def test_override_creates_the_twin(self, house):
        await house.apply(group("first"))
        house.state = house.state.model_copy(update={"groups": {}})
        twin = group("second", settings=Settings(name="Group first"))

        outcome = await house.apply(twin, overrides=("twin",))

        assert outcome.complete
        assert len(house.chats()) == 2

    @pytest.mark.parametrize("how", ["bound", "adopted", "coming back"])
    async def test_chat_of_another_key_is_no_twin(self, house, how):
        await house.apply(group("first"))
        twin = group("second", settings=Settings(name="Group first"))
        others = {
            "bound": [group("first")],
            "coming back": [group("first")],
            "adopted": [group("third", chat_id=house.chat_id("first"), settings=Settings(name="Third"))],
        }[how]
        if how == "coming back":
            await house.apply()
        if how == "adopted":
            house.state = house.state.model_copy(update={"groups": {}})

        plan = await house.plan(*others, twin)

        assert not any(each.refusals for each in plan.groups)

    @pytest.mark.parametrize("forgotten_first", [False, True])
    async def test_key_renamed_in_the_yaml_makes_no_second_group(self, house, forgotten_first):
        await house.apply(group("old"))
        if forgotten_first:
            await house.apply()

        outcome = await house.apply(group("new", settings=Settings(name="Group old")))

        assert group_of(outcome, "new").status is Status.REFUSED
        assert len(house.chats()) == 1

    async def test_without_the_list_of_chats_nothing_is_created_and_the_rest_goes_on(self, house):
        await house.apply(group("old"))
        house.fault(FaultKind.DROP, "chat_list", count=5)
        fleet = [group("old", settings=Settings(name="Renamed")), group("new")]

        outcome = await house.apply(*fleet)

        assert group_of(outcome, "old").status is Status.DONE
        assert group_of(outcome, "new").status is Status.UNREADABLE
        assert problem_in(outcome, "new").platform.operation == "chat_list"
        assert house.state.intents == {}

    async def test_list_of_chats_that_is_refused_with_everything_ends_planning(self, house):
        house.refuse("chat_list", 232025)

        with pytest.raises(RunRefused):
            await house.plan(group())


class TestOurselves:
    def test_our_app_id_is_self(self):
        wanted = group(managers=exact(OURS, "ou_lilei", "self"), members=additive(OURS, "ou_kate"))

        found: Any = as_ours(wanted, OURS)

        assert found.managers.items == ("self", "ou_lilei")
        assert found.members.items == ("self", "ou_kate")

    def test_our_app_id_among_those_kept_is_self(self):
        found: Any = as_ours(group(managers=exact("ou_lilei", keep=[OURS])), OURS)

        assert found.managers.keep == ("self",)

    def test_group_that_does_not_name_us_stays_the_same_object(self):
        wanted = group(managers=exact("ou_lilei"))

        assert as_ours(wanted, OURS) is wanted


class TestShow:
    async def test_desired_and_live_side_by_side(self, house):
        wanted = group(tabs=exact(tab("A")))
        await house.apply(wanted)

        shown: Any = await show(house.scope(wanted), "oncall", house.gateway, house.clock)

        assert shown.desired == wanted
        assert shown.chat_id == house.chat_id("oncall")
        assert shown.live.settings.name == "Group oncall"
        assert live_tab(shown.live.tabs[-1].id, "A", open_in_app=None).link == shown.live.tabs[-1].link

    async def test_group_without_a_chat_is_shown_as_desired(self, house):
        shown: Any = await show(house.scope(group()), "oncall", house.gateway, house.clock)

        assert (shown.chat_id, shown.live) == (None, None)
        assert house.calls() == []

    async def test_key_that_left_is_shown_live(self, house):
        await house.apply(group())

        shown: Any = await show(house.scope(), "oncall", house.gateway, house.clock)

        assert shown.desired is None
        assert shown.live.settings.name == "Group oncall"

    async def test_unknown_key_is_an_error(self, house):
        with pytest.raises(UsageError):
            await show(house.scope(group()), "nobody", house.gateway, house.clock)

    async def test_unreadable_group_is_an_error(self, house):
        await house.apply(group())
        house.refuse("chat_get", 232060)

        with pytest.raises(Refused):
            await show(house.scope(group()), "oncall", house.gateway, house.clock)

    async def test_no_answer_is_an_error(self, house):
        await house.apply(group())
        house.fault(FaultKind.DROP, "chat_get", count=None)

        with pytest.raises(OutcomeUnknown):
            await show(house.scope(group()), "oncall", house.gateway, house.clock)


class TestSharedChats:
    async def test_forgotten_key_that_comes_back_never_shares_its_chat_with_an_adopting_key(self, house):
        await house.apply(group("first"))
        chat = house.chat_id("first")
        await house.apply()
        writes = len(house.writes())

        outcome = await house.apply(group("first"), group("second", chat_id=chat))

        assert {each.status for each in outcome.groups} == {Status.UNREADABLE}
        assert (house.state.groups, len(house.writes())) == ({}, writes)

    async def test_forgotten_key_gets_its_chat_back_when_no_other_key_claims_it(self, house):
        await house.apply(group("first"))
        chat = house.chat_id("first")
        await house.apply()

        await house.apply(group("first"), group("second"))

        assert house.chat_id("first") == chat


class TestMoveKey:
    async def test_group_goes_on_under_its_new_key(self, house):
        await house.apply(group("old"))
        chat = house.chat_id("old")

        house.state = move_key(house.state, "old", "new")

        wanted = group("new", settings=Settings(name="Group old"))
        assert house.chat_id("new") == chat
        assert not (await house.plan(wanted)).has_changes

    async def test_new_group_under_the_old_key_never_shares_the_moved_chat(self, house):
        await house.apply(group("old"))
        house.state = move_key(house.state, "old", "new")
        chat = house.chat_id("new")
        fleet = [group("new"), group("old")]

        # The platform still remembers the uuid of the old key.
        early = await house.apply(*fleet)
        house.clock.move(11 * 3600)
        late = await house.apply(*fleet)

        assert problem_at(early, "old/existence").summary == "Chat is bound to another key"
        assert problem_at(early, "old/existence").detail.endswith(
            f"`{chat}`, which it made for this key before and which is bound to the key `new` now."
        )
        assert late.complete
        assert house.chat_id("old") != chat

    async def test_key_that_was_forgotten_goes_on_under_its_new_key(self, house):
        await house.apply(group("old"), group("other"))
        chat = house.chat_id("old")
        await house.apply(group("other"))

        house.state = move_key(house.state, "old", "new")
        await house.apply(group("new", settings=Settings(name="Group old")), group("other"))

        assert house.chat_id("new") == chat
        assert house.state.tombstones == {}
        assert house.state.groups["new"].created_by_us

    def test_unknown_key_is_an_error(self):
        with pytest.raises(UsageError):
            move_key(state(), "old", "new")

    async def test_word_that_cannot_be_a_key_is_an_error(self, house):
        await house.apply(group("old"))

        with pytest.raises(UsageError) as caught:
            move_key(house.state, "old", "Neu!")

        assert caught.value.diagnostics[0].detail == "`Neu!` cannot be the key of a group."

    async def test_taken_key_is_an_error(self, house):
        await house.apply(group("old"))
        house.fault(FaultKind.DROP, "chat_create", count=None)
        await house.apply(group("old"), group("begun"))
        taken = house.state.model_copy(update={"groups": {**house.state.groups, "bound": recorded_group()}})

        for key in ("begun", "bound"):
            with pytest.raises(UsageError) as caught:
                move_key(taken, "old", key)
            assert problem_of(caught).summary == "Key is taken"

    def test_tombstone_of_the_new_key_ends(self):
        known = forget_key(state(groups={"new": recorded_group()}), "new", 1.0)
        known = known.model_copy(update={"groups": {"old": recorded_group(chat_id="oc_other")}})

        moved = move_key(known, "old", "new")

        assert moved.groups["new"].chat_id == "oc_other"
        assert moved.tombstones == {}


class TestForgetKey:
    def test_bound_group_leaves_a_tombstone(self):
        forgotten = forget_key(state(groups={"oncall": recorded_group()}), "oncall", 12.5)

        assert forgotten.groups == {}
        assert forgotten.tombstones["oncall"].time == 12.5
        assert forgotten.tombstones["oncall"].group == recorded_group()

    async def test_unfinished_create_is_cleared_without_a_tombstone(self, house):
        house.fault(FaultKind.DROP, "chat_create", count=None)
        await house.apply(group())

        forgotten = forget_key(house.state, "oncall", 12.5)

        assert (forgotten.intents, forgotten.tombstones) == ({}, {})

    def test_unknown_key_is_an_error(self):
        with pytest.raises(UsageError):
            forget_key(state(), "oncall", 12.5)


async def test_no_removals_leaves_everything_in_place():
    async with open_house() as house:
        await house.apply(group(tabs=exact(tab("A"), tab("B")), managers=exact("ou_lilei")))
        wanted = group(tabs=exact(tab("A")), managers=exact())

        outcome = await house.apply(wanted, removals=False)

        assert outcome.complete
        assert house.writes()[-1] != "chat_tab_delete"
        assert set(changed_paths(await house.plan(wanted))) == {"tabs/B", "managers/ou_lilei"}
