"""Laws of planning whole groups, with plans performed on a fake platform."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.diff.changes import ChangeKind
from reconciler.diff.menus import match_menus, menu_form
from reconciler.diff.tabs import match_tabs, tab_form
from reconciler.model.address import Facet
from reconciler.model.collection import Collection, Mode
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.ids import SELF
from reconciler.model.members import LiveMembers
from reconciler.model.menus import TOP_LEVELS
from reconciler.model.recorded import RecordedGroup, recorded_form
from reconciler.plan.build import PlanOptions, facet_steps
from reconciler.plan.operations import Operation
from reconciler.plan.owner import is_born_with_owner
from reconciler.plan.plan import Step
from reconciler.plan.spare import spare_live
from tests.support.builders import KEY, bound, live_group, plan_for, recorded_group, unborn
from tests.support.fake_platform import FakeChat
from tests.support.strategies import LAW, desired_groups, live_groups, recorded_groups

T = TypeVar("T")


def steps_of(desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None) -> list[Step]:
    return list(facet_steps(desired, live, recorded, operate_as_owner=False))


def operations_of(steps: Sequence[Step]) -> list[Operation]:
    return [operation for each in steps for operation in each.operations]


def fits_the_platform(desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None) -> bool:
    """Tell whether one plan can do it all.

    Kept and listed menus together have to stay below the limit, which only the user can see to; and whoever owns the
    group cannot become a manager before the transfer, nor be made one by us after it.
    """
    old_owner = live.owner or SELF
    if desired.heir not in {None, old_owner} and desired.managers and old_owner in desired.managers.items:
        return False
    if desired.menus is None:
        return True
    kept = match_menus(desired.menus, live.menus or (), recorded).kept
    return len(desired.menus.items) + len(kept) <= TOP_LEVELS


def without_members(recorded: RecordedGroup | None) -> RecordedGroup | None:
    if recorded is None:
        return None
    values = {path: value for path, value in recorded.values.items() if path != "members"}
    return recorded.model_copy(update={"values": values})


def recorded_after(desired: DesiredGroup, before: LiveGroup) -> RecordedGroup:
    """Return what an apply that did everything leaves; `additive` lists hold only what was not there before."""
    values = {path: recorded_form(path, value) for path, value in desired.settings.fields().items()}
    present = before.members.users if before.members else frozenset()
    came = [each for each in desired.implied_members if each not in present]
    listed = desired.members.items if desired.members else ()
    values["members"] = [each for each in came if each in listed]
    values["implied"] = [each for each in came if each not in listed]
    if desired.top_notice:
        values["top_notice"] = desired.top_notice
    if desired.managers:
        values["managers"] = ours(desired.managers, before.managers or ())
    if desired.moderation:
        values["moderation"] = desired.moderation.mode
        if desired.moderation.moderators:
            posting = before.moderation.moderators if before.moderation else None
            values["moderators"] = ours(desired.moderation.moderators, posting or ())
    if desired.tabs:
        found = [tab for tab, _ in match_tabs(desired.tabs, before.tabs or (), None).pairs]
        values["tabs"] = [tab_form(tab) for tab in ours(desired.tabs, found)]
    if desired.menus:
        names = {menu.name for menu in before.menus or ()}
        made = ours(desired.menus, [menu for menu in desired.menus.items if menu.name in names])
        values["menus"] = [menu_form(menu) for menu in made]
    return recorded_group(values)


def ours(collection: Collection[T], present: Iterable[T]) -> list[T]:
    there = list(present)
    return [each for each in collection.items if collection.mode is Mode.EXACT or each not in there]


@LAW
@given(desired_groups, live_groups(), recorded_groups())
def test_plan_after_performing_a_plan_is_empty(
    desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None
) -> None:
    assume(fits_the_platform(desired, live, recorded))

    after = FakeChat(live).perform(operations_of(steps_of(desired, live, recorded)))

    assert steps_of(desired, after, recorded) == []


@LAW
@given(desired_groups, live_groups(), recorded_groups())
def test_plan_is_empty_when_bots_cannot_be_read_back_but_were_recorded(
    desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None
) -> None:
    assume(fits_the_platform(desired, live, recorded))
    chat = FakeChat(live, hides_bots=True)
    before = chat.read()

    # What was recorded of members is believed where nobody can see; here nothing was.
    believed = without_members(recorded)
    after = chat.perform(operations_of(steps_of(desired, before, believed)))

    assert steps_of(desired, after, recorded_after(desired, before)) == []


@LAW
@given(desired_groups, live_groups(), recorded_groups())
def test_plan_for_what_was_just_recorded_is_empty(
    desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None
) -> None:
    assume(fits_the_platform(desired, live, recorded))
    after = FakeChat(live).perform(operations_of(steps_of(desired, live, recorded)))

    remembered = recorded_after(desired, live)

    assert steps_of(desired, after, remembered) == []


@LAW
@given(desired_groups, live_groups(), recorded_groups())
def test_step_has_changes_as_well_as_operations(
    desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None
) -> None:
    for each in steps_of(desired, live, recorded):
        assert each.changes
        assert each.operations


@LAW
@given(desired_groups, live_groups(), recorded_groups())
def test_without_removals_nobody_and_nothing_goes(
    desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None
) -> None:
    spared = spare_live(desired, live, recorded)
    assume(fits_the_platform(spared, live, recorded))

    steps = steps_of(spared, live, recorded)
    after = FakeChat(live).perform(operations_of(steps))

    assert ChangeKind.REMOVE not in {change.kind for each in steps for change in each.changes}
    assert live.managers is not None
    assert after.managers is not None
    assert after.managers | {after.owner} >= live.managers
    assert after.members
    assert live.members
    assert after.members.users >= live.members.users
    assert {tab.id for tab in after.tabs or ()} >= {tab.id for tab in live.tabs or ()}
    assert sorted(menu.name for menu in live.menus or ()) == sorted(
        menu.name for menu in after.menus or () if menu.name in {each.name for each in live.menus or ()}
    )
    if live.moderation and live.moderation.moderators and after.moderation and after.moderation.moderators:
        assert after.moderation.moderators >= live.moderation.moderators - {live.owner}


@LAW
@given(desired_groups, live_groups(), recorded_groups())
def test_group_is_never_written_where_it_is_unmanaged(
    desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None
) -> None:
    assume(fits_the_platform(desired, live, recorded))

    after = FakeChat(live).perform(operations_of(steps_of(desired, live, recorded)))

    managed = desired.settings.fields().keys()
    before_fields, after_fields = live.settings.fields(), after.settings.fields()
    assert {path for path in after_fields if before_fields.get(path) != after_fields[path]} <= managed
    if desired.members is None:
        assert after.members
        assert live.members
        assert after.members.users >= live.members.users
    if desired.managers is None:
        assert live.managers is not None
        assert after.managers == live.managers - {after.owner}
    if desired.owner is None:
        assert after.owner == live.owner
    if desired.moderation is None and desired.members is None and desired.owner is None:
        assert after.moderation == live.moderation
    if desired.tabs is None:
        assert after.tabs == live.tabs
    if desired.menus is None:
        assert after.menus == live.menus


@LAW
@given(live_groups(), recorded_groups())
def test_group_that_asks_for_nothing_has_no_steps(live: LiveGroup, recorded: RecordedGroup | None) -> None:
    assert steps_of(DesiredGroup(key=KEY), live, recorded) == []


@LAW
@given(desired_groups, live_groups(), recorded_groups())
def test_what_is_not_told_is_never_a_difference(
    desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None
) -> None:
    untold = live.model_copy(
        update={"managers": None, "moderation": None, "members": None, "tabs": None, "menus": None}
    )

    # Whatever is pinned at the top: nothing ever tells it, and recorded counts.
    told = {Facet.SETTINGS, Facet.OWNER, Facet.TOP_NOTICE}
    assert {each.facet for each in steps_of(desired, untold, recorded)} <= told


def shuffled(live: LiveGroup) -> LiveGroup:
    """Return the same group with every set built in another order."""
    assert live.members
    return live.model_copy(
        update={
            "managers": frozenset(sorted(live.managers or (), reverse=True)),
            "members": LiveMembers(
                users=frozenset(sorted(live.members.users, reverse=True)), bots=live.members.bots
            ),
        }
    )


@LAW
@given(st.lists(st.tuples(desired_groups, live_groups()), max_size=2))
def test_input_order_of_groups_never_changes_the_plan(
    groups: list[tuple[DesiredGroup, LiveGroup]],
) -> None:
    members = [
        bound(desired.model_copy(update={"key": f"group-{number}"}), live)
        for number, (desired, live) in enumerate(groups)
    ]

    forwards, backwards = plan_for(*members), plan_for(*reversed(members))

    assert forwards.model_dump_json() == backwards.model_dump_json()


@LAW
@given(desired_groups, live_groups(), recorded_groups())
def test_order_in_which_live_people_were_read_never_changes_the_plan(
    desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None
) -> None:
    one = plan_for(bound(desired, live, recorded))
    other = plan_for(bound(desired, shuffled(live), recorded))

    assert one.model_dump_json() == other.model_dump_json()


@LAW
@given(desired_groups, live_groups(), recorded_groups())
def test_steps_of_a_plan_survive_a_round_trip_through_json(
    desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None
) -> None:
    computed = {"calls", "origin", "risk"}

    for each in steps_of(desired, live, recorded):
        text = each.model_dump_json(exclude=computed)
        again = Step.model_validate_json(text)
        assert again.model_dump_json(exclude=computed) == text
        assert again.operations == each.operations


@LAW
@given(desired_groups)
def test_first_plan_of_a_new_group_leads_to_an_empty_second_plan(desired: DesiredGroup) -> None:
    named = desired.model_copy(update={"settings": desired.settings.model_copy(update={"name": "支付值班"})})
    assume(is_born_with_owner(named) or fits_the_platform(named, live_group(), None))
    [group] = plan_for(unborn(named)).groups
    assert group.live
    assert group.desired
    assert group.recorded

    after = FakeChat(group.live).perform(operations_of(group.steps[1:]))

    assert steps_of(group.desired, after, group.recorded) == []


@LAW
@given(desired_groups, live_groups(), recorded_groups())
def test_plan_without_removals_refuses_nothing_for_removals(
    desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None
) -> None:
    plan = plan_for(bound(desired, live, recorded), options=PlanOptions(removals=False))

    assert plan.refusals == ()
