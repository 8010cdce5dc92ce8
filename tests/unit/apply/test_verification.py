"""What live shows after a write: as sent, unchanged, or something else."""

from __future__ import annotations

import dataclasses

import pytest

from reconciler.apply.verify import compare
from reconciler.diff.changes import Change, ChangeKind, Origin
from reconciler.diff.risk import NEUTRAL
from reconciler.emulator import FaultKind
from reconciler.model.moderation import LiveModeration, Moderation
from reconciler.model.settings import Permissions, Settings
from reconciler.plan.answers import Answer
from reconciler.plan.outcome import Status
from tests.support.builders import additive, desired_group, exact, menu, tab
from tests.support.house import changed_paths, codes, open_house, problem_at, statuses, step_of
from tests.support.pretend import CROWD, OTHER, OURS


def group(**fields):
    return desired_group("oncall", **{"settings": Settings(name="Group oncall"), **fields})


class Rewriting:
    """A platform that stores something else than it is sent, as normalisations do."""

    def __init__(self, gateway, rewrite):
        self._gateway = gateway
        self._rewrite = rewrite

    def __getattr__(self, name):
        return getattr(self._gateway, name)

    async def perform(self, operation, chat_id):
        answer = await self._gateway.perform(operation, chat_id)
        return dataclasses.replace(
            answer,
            **{
                name: self._rewrite(getattr(answer, name))
                for name in ("settings", "tabs", "menus")
                if getattr(answer, name) is not None
            },
        )

    async def read_group(self, chat_id, facets):
        return self._rewrite(await self._gateway.read_group(chat_id, facets))


def trimming(live):
    """Store descriptions without what surrounds them, and links with a final slash."""
    if isinstance(live, Settings):
        return live.model_copy(update={"description": (live.description or "").strip()})
    if isinstance(live, tuple):
        return tuple(_with_slash(each) for each in live)
    return live.model_copy(
        update={
            "settings": trimming(live.settings),
            "tabs": live.tabs and trimming(live.tabs),
            "menus": live.menus and trimming(live.menus),
        }
    )


def _with_slash(thing):
    if getattr(thing, "link", None):
        return thing.model_copy(update={"link": thing.link.rstrip("/") + "/"})
    url = getattr(thing, "url", None)
    if url:
        return thing.model_copy(
            update={"url": url.model_copy(update={"common": url.common.rstrip("/") + "/"})}
        )
    return thing


class TestSilentlyDropped:
    async def test_field_is_a_failure_that_shows_both_values(self, house):
        await house.apply(group())
        house.fault(FaultKind.DROP_FIELD, "chat_update", field="at_all_permission")
        wanted = group(
            settings=Settings(
                name="Group oncall", description="线上", permissions=Permissions(at_all="only_owner")
            )
        )

        outcome = await house.apply(wanted)

        problem = problem_at(outcome, "oncall/settings")
        assert problem.summary == "Platform ignored a change"
        assert problem.detail == (
            "The call succeeded without doing all of it: `permissions.at_all` was to become `only_owner`, "
            "but is still `all_members`."
        )
        assert problem.address == "oncall/settings"

    async def test_field_is_planned_again_and_what_was_written_beside_it_is_not(self, house):
        await house.apply(group())
        house.fault(FaultKind.DROP_FIELD, "chat_update", field="at_all_permission")
        wanted = group(
            settings=Settings(
                name="Group oncall", description="线上", permissions=Permissions(at_all="only_owner")
            )
        )
        await house.apply(wanted)

        assert changed_paths(await house.plan(wanted)) == ["permissions.at_all"]
        assert "permissions.at_all" not in house.state.groups["oncall"].values
        assert "description" in house.state.groups["oncall"].values

    async def test_order_that_does_not_become_as_set_is_a_failure(self, house):
        await house.apply(group(tabs=exact(tab("A"), tab("B"))))
        wanted = group(tabs=exact(tab("B"), tab("A")))
        plan = await house.plan(wanted)
        gateway = house.gateway

        class Unsorted:
            def __getattr__(self, name):
                return getattr(gateway, name)

            async def perform(self, operation, chat_id):
                return Answer()

        house.gateway = Unsorted()

        outcome = await house.perform(plan, wanted)

        assert problem_at(outcome, "oncall/tabs").summary == "Platform ignored a change"

    def test_other_order_than_the_one_that_was_set_is_no_normalisation(self):
        sent = _moved(before=["A", "B", "C"])

        verdict = compare("oncall/tabs", [sent], [_moved(before=["B", "A", "C"])])

        assert verdict.problem
        assert not verdict.normalised


def _moved(before):
    return Change(
        path="tabs",
        kind=ChangeKind.MOVE,
        before=before,
        after=["C", "B", "A"],
        origin=Origin.CONFIG,
        risk=NEUTRAL,
    )


class TestNormalised:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (
                {"settings": Settings(name="Group oncall", description=" 线上 ")},
                {"settings": Settings(name="Group oncall", description=" 线下 ")},
            ),
            (
                {"tabs": exact(tab("A"), tab("B"))},
                {"tabs": exact(tab("A", "https://example.com/new"), tab("B"))},
            ),
            ({"menus": exact(menu("A"))}, {"menus": exact(menu("A", url="https://example.com/new"))}),
        ],
    )
    async def test_echo_counts_as_the_same_until_the_configuration_changes(self, house, first, second):
        house.gateway = Rewriting(house.gateway, trimming)
        await house.apply(group())

        outcome = await house.apply(group(**first))

        assert outcome.complete
        warnings = [each for step in outcome.groups[0].steps for each in step.warnings]
        assert {each.summary for each in warnings} == {"Platform stored another value"}
        assert not (await house.plan(group(**first))).has_changes
        assert (await house.plan(group(**second))).has_changes
        assert (await house.apply(group(**second))).complete
        assert not (await house.plan(group(**second))).has_changes

    async def test_value_of_a_new_group_can_be_normalised_too(self, house):
        house.gateway = Rewriting(house.gateway, trimming)
        wanted = group(settings=Settings(name="Group oncall", description=" 线上 "))

        outcome = await house.apply(wanted)

        [warning] = step_of(outcome, "oncall/existence").warnings
        assert warning.summary == "Platform stored another value"
        assert not (await house.plan(wanted)).has_changes

    async def test_drift_of_a_normalised_value_is_seen(self, house):
        house.gateway = Rewriting(house.gateway, trimming)
        wanted = group(settings=Settings(name="Group oncall", description=" 线上 "))
        await house.apply(wanted)
        house.emulator.acts.change(house.chat_id("oncall"), description="Drifted")

        [step] = (await house.plan(wanted)).steps

        assert step.origin is Origin.DRIFT

    async def test_normalised_mode_of_moderation(self, house):
        def to_owner(live):
            if isinstance(live, (Settings, tuple)) or live.moderation is None:
                return live
            if live.moderation.mode != "moderator_list":
                return live
            return live.model_copy(update={"moderation": LiveModeration(mode="only_owner")})

        house.gateway = Rewriting(house.gateway, to_owner)
        wanted = group(moderation=Moderation(mode="moderator_list", moderators=exact()))

        outcome = await house.apply(wanted)

        assert outcome.complete
        assert not (await house.plan(wanted)).has_changes


class TestPeople:
    async def test_refused_member_is_a_warning_and_no_failure(self, house):
        await house.apply(group())

        outcome = await house.apply(group(members=additive("ou_lilei", "ou_gone", "ou_unknown", "ou_hidden")))

        assert outcome.complete
        told = [each.detail for each in step_of(outcome, "oncall/members").warnings]
        unusable = "have left the company, cannot be seen by the app or have no active app"
        assert told == [
            f"Not in the group: `ou_gone`, `ou_hidden`. They {unusable}. All others are in it.",
            "Not in the group: `ou_unknown`. They do not exist. All others are in it.",
        ]

    async def test_people_who_wait_for_approval_are_a_warning(self):
        approved = "{membership_approval: approval_required}"
        theirs = f"  - {{chat_id: oc_theirs, owner: Kate, members: [{OURS}], settings: {approved}}}\n"
        async with open_house(groups=theirs) as house:
            wanted = desired_group("oncall", chat_id="oc_theirs", members=additive("ou_lilei"))

            outcome = await house.apply(wanted)

            assert outcome.complete
            [warning] = step_of(outcome, "oncall/members").warnings
            assert "wait for the approval" in warning.detail
            assert house.chat("oncall")["pending"] == ["ou_lilei"]
            assert house.state.groups["oncall"].items("members") is None

    async def test_added_bot_counts_as_added_although_nothing_lists_it(self, house):
        await house.apply(group(members=additive("ou_lilei")))
        wanted = group(members=additive("ou_lilei", OTHER))

        outcome = await house.apply(wanted)

        assert statuses(outcome, "oncall") == {"members": Status.DONE}
        assert not (await house.plan(wanted)).has_changes

    async def test_added_person_counts_as_added_although_the_list_is_cut(self):
        async with open_house(tenant="member_list_cap: 5", users=CROWD) as house:
            wanted = group(members=additive(*(f"ou_p{number}" for number in range(40))))
            await house.apply(group(members=additive("ou_p0")))

            outcome = await house.apply(wanted)

            assert statuses(outcome, "oncall") == {"members": Status.DONE}
            assert not (await house.plan(wanted)).has_changes

    async def test_added_bot_without_an_answer_is_added_again(self, house):
        await house.apply(group(members=additive("ou_lilei")))
        house.fault(FaultKind.DROP, "chat_members_create", count=6, done=True)
        wanted = group(members=additive("ou_lilei", OTHER))

        outcome = await house.apply(wanted)

        assert outcome.complete
        assert not (await house.plan(wanted)).has_changes

    async def test_232039_on_managers_is_a_success(self, house):
        await house.apply(group(members=additive("ou_lilei")))
        house.refuse("chat_managers_add_managers", 232039, done=True)
        wanted = group(managers=exact("ou_lilei"))

        outcome = await house.apply(wanted)

        assert outcome.complete
        assert house.written()["chat_managers_add_managers"] == 1
        assert not (await house.plan(wanted)).has_changes

    async def test_manager_who_was_not_appointed_is_a_failure(self, house):
        await house.apply(group(members=additive("ou_lilei")))
        house.refuse("chat_managers_add_managers", 232039)

        outcome = await house.apply(group(managers=exact("ou_lilei")))

        problem = problem_at(outcome, "oncall/managers")
        assert problem.summary == "Platform ignored a change"
        assert "`managers/ou_lilei` was to become `ou_lilei`, but is still absent" in problem.detail

    async def test_old_moderators_that_come_back_with_the_mode_are_corrected(self, house):
        await house.apply(group(members=additive("ou_lilei", "ou_kate")))
        house.emulator.acts.set_moderation(house.chat_id("oncall"), "moderator_list", ["ou_lilei"])
        house.emulator.acts.set_moderation(house.chat_id("oncall"), "all_members", ["ou_lilei"])
        wanted = group(moderation=Moderation(mode="moderator_list", moderators=exact("ou_kate")))

        outcome = await house.apply(wanted)

        assert outcome.complete
        assert house.chat("oncall")["moderators"] == ["ou_kate"]
        assert not (await house.plan(wanted)).has_changes


class TestCallsThatTellEverything:
    async def test_answer_with_the_whole_collection_needs_no_reading_back(self, house):
        await house.apply(group())
        wanted = group(tabs=exact(tab("A")), menus=exact(menu("M")), managers=exact())
        plan = await house.plan(wanted)
        before = len(house.calls())

        await house.perform(plan, wanted)

        assert house.calls()[before:] == ["chat_tab_create", "chat_menu_tree_create"]

    async def test_answer_that_tells_nothing_is_read_back_once(self, house):
        await house.apply(group())
        wanted = group(settings=Settings(name="New"))
        plan = await house.plan(wanted)
        before = len(house.calls())

        await house.perform(plan, wanted)

        assert house.calls()[before:] == ["chat_update", "chat_get"]

    async def test_refused_step_keeps_its_code_and_log_id(self, house):
        await house.apply(group())
        house.refuse("chat_update", 232016)

        outcome = await house.apply(group(settings=Settings(name="New")))

        assert codes(outcome) == [232016]
        assert problem_at(outcome, "oncall/settings").platform.log_id
