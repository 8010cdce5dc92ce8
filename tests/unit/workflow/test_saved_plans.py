"""Saved plans: what is performed of them when the world moved on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.emulator import FaultKind
from reconciler.errors import RunRefused, SavedPlanError, UsageError
from reconciler.model.announcement import Announcement, Block, Span
from reconciler.model.fleet import GuardLimits, RemovalsLimit
from reconciler.model.pictures import digest_of
from reconciler.model.settings import Settings
from reconciler.plan.outcome import Status
from reconciler.saved_plans import recheck_plan, save_plan, with_saved_pictures
from reconciler.workflow import Choices, forget_key
from tests.support.builders import additive, desired_group, exact, tab
from tests.support.house import House, group_of, problem_in, statuses
from tests.support.pictures import png

pytestmark = pytest.mark.anyio

LILEI = "ou_lilei"
HAN = "ou_han"
PICTURE = png(8, 8)


def group(key="oncall", name="支付值班", **fields):
    settings = fields.pop("settings", Settings(name=name, description="old"))
    return desired_group(key, settings=settings, **fields)


RENAMED = group(name="值班")


async def saved(house: House, *groups, **options):
    return house.saved(await house.plan(*groups, **options), *groups)


async def perform(house: House, plan, *groups):
    return await house.perform(await house.take_up(plan, *groups), *groups)


def refusal(caught) -> str:
    detail: str = caught.value.diagnostics[0].detail
    return detail


class TestMovedOn:
    async def test_group_that_somebody_changed_is_stale_and_others_are_performed(self, house):
        other = group("other")
        await house.apply(group(), other)
        plan = await saved(house, RENAMED, group("other", "Other"))
        house.emulator.acts.rename(house.chat_id("oncall"), "By hand")
        before = house.written()

        outcome = await perform(house, plan)

        problem = problem_in(outcome, "oncall")
        assert group_of(outcome, "oncall").status is Status.STALE
        assert statuses(outcome, "oncall") == {"settings": Status.NOT_STARTED}
        assert problem.summary == "Group changed since it was planned"
        assert "(settings)" in problem.detail
        assert group_of(outcome, "other").status is Status.DONE
        assert (house.written() - before).total() == 1
        assert not outcome.complete

    async def test_change_of_something_else_does_not_matter(self, house):
        await house.apply(group())
        plan = await saved(house, RENAMED)
        house.emulator.acts.change(house.chat_id("oncall"), description="By hand")
        house.emulator.acts.add_members(house.chat_id("oncall"), [LILEI])

        assert (await perform(house, plan)).complete
        assert house.chat("oncall")["description"] == "By hand"

    async def test_what_somebody_did_already_is_already_done_and_recorded(self, house):
        await house.apply(group())
        plan = await saved(house, RENAMED)
        house.emulator.acts.rename(house.chat_id("oncall"), "值班")
        before = house.writes()

        outcome = await perform(house, plan)

        assert group_of(outcome, "oncall").status is Status.ALREADY_DONE
        assert outcome.complete
        assert house.writes() == before
        assert house.state.groups["oncall"].values["name"].sent == "值班"

    async def test_group_that_was_dissolved_is_stale(self, house):
        await house.apply(group())
        plan = await saved(house, RENAMED)
        house.emulator.acts.dissolve(house.chat_id("oncall"))

        assert "Group is dissolved" in problem_in(await perform(house, plan), "oncall").detail

    async def test_group_in_which_our_role_changed_is_stale(self, house):
        await house.apply(group(members=additive(LILEI, HAN)))
        plan = await saved(house, group(managers=exact(LILEI)))
        house.emulator.acts.transfer(house.chat_id("oncall"), HAN)

        assert group_of(await perform(house, plan), "oncall").status is Status.STALE

    async def test_group_whose_blocked_steps_only_were_planned_is_stale_when_our_role_changed(self, house):
        await house.apply(group(members=additive(LILEI)))
        house.emulator.acts.transfer(house.chat_id("oncall"), LILEI)
        wanted = group(managers=exact("self"))
        plan = await saved(house, wanted)
        assert group_of(await perform(house, plan), "oncall").status is Status.BLOCKED

        house.emulator.acts.add_managers(house.chat_id("oncall"), ["cli_a10fbf7e94b8d01d"])

        problem = problem_in(await perform(house, plan), "oncall")
        assert problem.detail == "The role of our app is not as it was when the plan was made."

    async def test_step_that_is_not_allowed_any_more_is_not_tried(self, house):
        await house.apply(group(members=additive(LILEI)))
        house.emulator.acts.transfer(house.chat_id("oncall"), LILEI)
        plan = await saved(house, RENAMED)
        house.emulator.acts.change(house.chat_id("oncall"), edit_permission="only_owner")

        assert group_of(await perform(house, plan), "oncall").status is Status.STALE

    async def test_group_that_cannot_be_read_is_not_tried(self, house):
        await house.apply(group())
        plan = await saved(house, RENAMED)
        house.fault(FaultKind.ANSWER, "chat_get", code=232034 + 999, status=400)

        assert group_of(await perform(house, plan), "oncall").status is Status.UNREADABLE

    async def test_group_that_could_not_be_planned_is_told_again(self, house):
        await house.apply(group())
        house.emulator.acts.dissolve(house.chat_id("oncall"))
        plan = await saved(house, RENAMED)

        outcome = await perform(house, plan)

        assert group_of(outcome, "oncall").status is Status.UNREADABLE
        assert problem_in(outcome, "oncall").hint == "Run `groupctl plan oncall` to see why."


class TestBindings:
    async def test_create_whose_key_was_bound_otherwise_is_stale(self, house):
        plan = await saved(house, group())
        await house.apply(group("other"))
        chat_id = house.chat_id("other")
        house.state = forget_key(house.state, "other", house.clock.now(), abandon=True)
        await house.apply(group(chat_id=chat_id))

        outcome = await perform(house, plan)

        assert group_of(outcome, "oncall").status is Status.STALE
        assert "The state knows this key otherwise" in problem_in(outcome, "oncall").detail
        assert len(house.chats()) == 1

    async def test_create_that_was_begun_meanwhile_is_stale(self, house):
        plan = await saved(house, group())
        house.fault(FaultKind.DROP, "chat_create", count=9, done=True)
        await house.apply(group())
        house.emulator.faults.clear()
        assert house.state.intents

        assert group_of(await perform(house, plan), "oncall").status is Status.STALE

    async def test_create_of_a_key_that_was_forgotten_meanwhile_is_stale(self, house):
        plan = await saved(house, group())
        await house.apply(group())
        house.state = forget_key(house.state, "oncall", house.clock.now())

        assert group_of(await perform(house, plan), "oncall").status is Status.STALE

    async def test_create_that_ended_halfway_is_stale(self, house):
        plan = await saved(house, group())
        await house.apply(group())
        house.emulator.acts.rename(house.chat_id("oncall"), "By hand")

        assert group_of(await perform(house, plan), "oncall").status is Status.STALE

    async def test_create_is_stopped_by_a_twin_that_came_meanwhile(self, house):
        plan = await saved(house, group())
        await house.apply(group("other"))
        house.state = house.state.model_copy(update={"groups": {}})

        outcome = await perform(house, plan)

        assert group_of(outcome, "oncall").status is Status.REFUSED
        assert problem_in(outcome, "oncall").summary == "A group of this name exists already"

    async def test_nothing_is_created_while_the_chats_cannot_be_listed(self, house):
        plan = await saved(house, group())
        house.refuse("chat_list", 232017)

        assert group_of(await perform(house, plan), "oncall").status is Status.UNREADABLE

    async def test_run_ends_when_everything_is_refused_while_listing(self, house):
        plan = await saved(house, group())
        house.refuse("chat_list", 99991403)

        with pytest.raises(RunRefused):
            await house.take_up(plan)

    @pytest.mark.parametrize("on_remove", ["forget", "dissolve"])
    async def test_key_that_left_is_given_up_once(self, house, on_remove):
        await house.apply(group(on_remove=on_remove))
        overrides = ("forgets", "dissolve")
        plan = await saved(house, overrides=overrides)

        outcomes = [await house.perform(await house.take_up(plan, overrides=overrides)) for _ in range(2)]

        assert [group_of(each, "oncall").status for each in outcomes] == [Status.DONE, Status.ALREADY_DONE]

    async def test_key_that_would_be_dissolved_by_now_is_not_forgotten(self, house):
        await house.apply(group())
        plan = await saved(house)
        await house.apply(group(on_remove="dissolve"))

        assert group_of(await perform(house, plan), "oncall").status is Status.STALE

    async def test_adopted_and_renamed_groups_are_taken_over_once(self, house):
        await house.apply(group("old"), group("lost"))
        chat_id = house.chat_id("lost")
        house.state = forget_key(house.state, "lost", house.clock.now(), abandon=True)
        wanted = (group("new", previously=("old",)), group("found", chat_id=chat_id))
        plan = await saved(house, *wanted)

        outcomes = [await perform(house, plan) for _ in range(2)]

        assert [each.counts for each in outcomes] == [{"done": 2}, {"already_done": 2}]
        assert house.state.groups.keys() == {"new", "found"}


class TestWhatIsReadAndRecorded:
    async def test_only_what_the_steps_touch_is_read(self, house):
        tabs = exact(tab("A"))
        await house.apply(group(tabs=tabs, members=additive(LILEI)), group("other"))
        plan = await saved(house, group(name="值班", tabs=tabs, members=additive(LILEI)), group("other"))
        before = len(house.calls())

        await house.take_up(plan)

        assert house.calls()[before:] == ["chat_get"]

    async def test_what_needs_no_step_is_recorded_as_apply_would(self, house):
        await house.apply(group())
        plan = await saved(house, group(on_remove="dissolve", tabs=exact()))

        outcome = await perform(house, plan)

        assert group_of(outcome, "oncall").status is Status.UNCHANGED
        assert house.state.groups["oncall"].on_remove == "dissolve"
        assert house.state.groups["oncall"].exact == ("tabs",)

    async def test_what_needs_no_step_is_left_alone_in_a_group_that_is_there_no_longer(self, house):
        await house.apply(group())
        plan = await saved(house, group(on_remove="dissolve"))
        house.emulator.acts.dissolve(house.chat_id("oncall"))

        assert group_of(await perform(house, plan), "oncall").status is Status.UNCHANGED

    async def test_state_that_was_written_meanwhile_does_not_matter(self, house):
        await house.apply(group(), group("other"))
        plan = await saved(house, RENAMED, group("other"))
        await house.apply(group(), group("other", "Other"))

        assert (await perform(house, plan)).complete


class TestGuards:
    LOSING = tuple(tab(name) for name in "ABCD")

    async def test_guards_are_asked_again_with_the_limits_of_now(self, house):
        await house.apply(group(tabs=exact(*self.LOSING)))
        plan = await saved(house, group(tabs=exact(self.LOSING[0])))
        scope = house.scope()
        strict = GuardLimits(removals=RemovalsLimit(count=1))
        fleet = scope.configuration.fleet.model_copy(update={"guards": strict})
        scope = replace(scope, configuration=replace(scope.configuration, fleet=fleet))

        refused = await recheck_plan(plan, scope, Choices(), house.gateway, house.clock)
        allowed = Choices(overrides=frozenset({"removals"}))

        assert "Plan removes too much" in [each.summary for each in refused.refusals]
        assert (await recheck_plan(plan, scope, allowed, house.gateway, house.clock)).refusals == ()

    async def test_plan_that_was_refused_is_saved_and_can_be_performed_with_an_override(self, house):
        await house.apply(group(owner="self"))
        plan = await saved(house, group(owner=LILEI, members=additive(LILEI)), overrides=())

        assert [each.summary for each in plan.plan.groups[0].refusals] == ["Our app would lose its role"]
        now = await house.take_up(plan, overrides=("lockout", "owner"))
        assert now.groups[0].refusals == ()
        assert now.refusals == ()

    async def test_what_is_done_already_needs_no_override(self, house):
        await house.apply(group(tabs=exact(*self.LOSING)))
        wanted = group(tabs=exact(self.LOSING[0]))
        plan = await saved(house, wanted)
        await perform(house, plan)

        assert (await house.take_up(plan, overrides=())).refusals == ()

    async def test_plan_without_removals_removes_nothing_when_it_is_performed(self, house):
        await house.apply(group(tabs=exact(*self.LOSING)))
        wanted = group(name="值班", tabs=exact(self.LOSING[0]))
        plan = house.saved(await house.plan(wanted, removals=False), wanted, removals=False)

        assert (await perform(house, plan)).complete
        assert len([each for each in house.chat("oncall")["tabs"] if each.get("tab_name")]) >= 4


class TestElsewhere:
    @pytest.mark.parametrize(
        ("field", "told"),
        [
            ("fleet", "for fleet `x`"),
            ("endpoint", "for endpoint `x`"),
            ("app_id", "for app `x`"),
            ("lineage", "for state (lineage) `x`"),
            ("tenant_key", "for tenant `x`"),
        ],
    )
    async def test_plan_for_something_else_is_refused_before_anything_is_read(self, house, field, told):
        await house.apply(group())
        await house.apply(group())
        plan = await saved(house, RENAMED)
        other = plan.model_copy(update={"plan": plan.plan.model_copy(update={field: "x"})})
        before = house.calls()

        with pytest.raises(SavedPlanError) as caught:
            await house.take_up(other)

        assert told in refusal(caught)
        assert house.calls() == before

    async def test_plan_of_another_tenant_is_refused_when_only_the_platform_knows_ours(self, house):
        await house.apply(group())
        plan = await saved(house, RENAMED)
        other = plan.model_copy(update={"plan": plan.plan.model_copy(update={"tenant_key": "tk_x"})})
        house.state = house.state.model_copy(update={"tenant_key": ""})

        with pytest.raises(SavedPlanError) as caught:
            await house.take_up(other)

        assert "for tenant `tk_x`" in refusal(caught)


class TestFiles:
    @pytest.fixture
    def named(self, house, tmp_path):
        """A fleet in a folder, whose group has an announcement in a file and an avatar."""
        blocks = (Block(kind="text", spans=(Span(text="值班"),)),)
        (tmp_path / "a.md").write_text("值班", encoding="utf-8")
        (tmp_path / "a.png").write_bytes(PICTURE)
        digest = house.picture(PICTURE)
        wanted = group(
            settings=Settings(name="支付值班", avatar=digest), announcement=Announcement(blocks=blocks)
        )
        scope = house.scope(wanted)
        configuration = replace(
            scope.configuration,
            root=tmp_path,
            pictures={digest: tmp_path / "a.png"},
            announcements={str(tmp_path / "a.md"): blocks, str(tmp_path / "b.md"): ()},
        )
        return wanted, replace(scope, configuration=configuration)

    async def test_files_that_the_steps_need_travel_as_digests(self, house, named):
        wanted, scope = named

        plan = save_plan(await house.plan(wanted), scope, Choices())

        assert plan.files == {"a.md": digest_of("值班".encode()), "a.png": digest_of(PICTURE)}

    @pytest.mark.parametrize("name", ["a.md", "a.png"])
    @pytest.mark.parametrize("how", ["changed", "removed"])
    async def test_file_that_is_not_as_it_was_is_refused_by_name(self, house, named, tmp_path, name, how):
        wanted, scope = named
        plan = save_plan(await house.plan(wanted), scope, Choices())
        (tmp_path / name).unlink()
        if how == "changed":
            (tmp_path / name).write_bytes(b"other")

        with pytest.raises(SavedPlanError) as caught:
            await recheck_plan(plan, scope, Choices(), house.gateway, house.clock)

        assert f"`{name}` is not there any more, or not as it was" in refusal(caught)

    async def test_file_that_vanished_while_planning_is_told(self, house, named, tmp_path):
        wanted, scope = named
        plan = await house.plan(wanted)
        (tmp_path / "a.md").unlink()

        with pytest.raises(SavedPlanError) as caught:
            save_plan(plan, scope, Choices())

        assert "`a.md`" in refusal(caught)

    @pytest.mark.parametrize("place", ["../a.png", "no\0name", "."])
    async def test_file_outside_the_fleet_is_not_looked_at(self, house, named, place):
        wanted, scope = named
        plan = save_plan(await house.plan(wanted), scope, Choices())
        hostile = plan.model_copy(update={"files": {place: digest_of(PICTURE)}})

        with pytest.raises(SavedPlanError):
            await recheck_plan(hostile, scope, Choices(), house.gateway, house.clock)

    async def test_picture_that_the_configuration_names_no_longer_is_found(self, house, named, tmp_path):
        wanted, scope = named
        plan = save_plan(await house.plan(wanted), scope, Choices())
        bare = replace(scope.configuration, pictures={})

        assert with_saved_pictures(bare, plan).picture(digest_of(PICTURE)) == PICTURE

    async def test_picture_that_was_uploaded_meanwhile_is_not_uploaded_again(self, house, named):
        wanted, scope = named
        plan = save_plan(await house.plan(wanted), scope, Choices())
        await house.apply(wanted)
        before = house.writes()

        scope = replace(scope, state=house.state)
        now = await recheck_plan(plan, scope, Choices(), house.gateway, house.clock)
        outcome = await house.perform(now, wanted)

        assert group_of(outcome, "oncall").status is Status.ALREADY_DONE
        assert house.writes() == before

    async def test_picture_that_another_group_brought_meanwhile_is_not_uploaded_again(self, house, named):
        _, scope = named
        digest = house.picture(PICTURE)
        one, two = (group(key, settings=Settings(name=key, avatar=digest)) for key in ("one", "two"))
        plan = save_plan(await house.plan(one, two), scope, Choices())
        await house.apply(one)

        scope = replace(scope, state=house.state)
        now = await recheck_plan(plan, scope, Choices(), house.gateway, house.clock)
        outcome = await house.perform(now, one, two)

        assert [each.status for each in outcome.groups] == [Status.ALREADY_DONE, Status.DONE]
        assert house.written()["im_image_create"] == 1


async def test_plan_that_was_made_offline_is_not_saved(house):
    plan = (await house.plan(group())).model_copy(update={"offline": True})

    with pytest.raises(UsageError) as caught:
        house.saved(plan, group())

    assert "It was made offline" in refusal(caught)
