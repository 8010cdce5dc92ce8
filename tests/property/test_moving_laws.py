"""Laws of moving in, on the emulator: after import and after pull the plan is empty."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from reconciler.model.address import Facet
from reconciler.model.collection import Mode
from reconciler.model.group import DesiredGroup
from reconciler.model.ids import SELF
from reconciler.model.recorded import State
from tests.property.test_apply_laws import fleets, groups, hands, meddle
from tests.support.house import House, open_house
from tests.support.moving import open_folder
from tests.support.strategies import maybe
from tests.support.virtual_time import run_virtual

pytestmark = pytest.mark.timeout(600)
"""Each example is several runs of the whole machine."""

LAW = hypothesis_settings(max_examples=130, deadline=None, derandomize=True)
"""Two hundred groups in a law, the same in every run."""
LAW_OF_FOUR = hypothesis_settings(max_examples=50, deadline=None, derandomize=True)
"""The same where an example has four groups."""

EVERYTHING = (Facet.MEMBERS, Facet.OWNER)


def faceless(group: DesiredGroup) -> DesiredGroup:
    """Return a group without an avatar: the tenant has no such pictures, and none can be read back."""
    return group.model_copy(update={"settings": group.settings.model_copy(update={"avatar": None})})


def companies() -> st.SearchStrategy[tuple[DesiredGroup, ...]]:
    return fleets().map(lambda fleet: tuple(map(faceless, fleet)))


def fresh_state(house: House) -> State:
    """Return the state of a fleet that knows no groups."""
    return State(lineage="lineage-2", fleet="acme-groups", endpoint="emulator", app_id=house.app_id)


def means(group: DesiredGroup) -> dict[str, Any]:
    """Return what a group asks for, in a form that does not depend on the order of people."""

    def people(collection):
        return None if collection is None else {each for each in collection.items if each != SELF}

    moderation = group.moderation
    return {
        **group.settings.fields(),
        "managers": people(group.managers),
        "moderation": moderation and (moderation.mode, people(moderation.moderators)),
        "tabs": group.tabs and [tab.model_dump(exclude_none=True) for tab in group.tabs.items],
        "menus": group.menus and [menu.model_dump(exclude_none=True) for menu in group.menus.items],
    }


@LAW
@given(companies(), st.lists(hands(), max_size=5), maybe)
def test_after_import_of_any_live_groups_the_plan_is_empty(fleet, doings, everything):
    async def story() -> None:
        async with open_house() as house:
            await house.apply(*fleet)
            for number, (name, arguments) in enumerate(doings):
                if fleet:
                    meddle(house, house.chat_id(fleet[number % len(fleet)].key), name, arguments)
            house.state = fresh_state(house)
            writes = house.writes()
            with open_folder(house) as folder:
                imported = await folder.import_all(more=EVERYTHING if everything else ())

                assert imported.problems == ()
                assert len(imported.bound) == len(fleet)
                assert not (await folder.plan()).has_changes, folder.text("imported.yaml")
                assert house.writes() == writes, "nothing changes on the platform"
                again = await folder.import_all()
                assert (again.bound, len(again.already)) == ((), len(fleet))

    run_virtual(story())


@LAW
@given(companies())
def test_import_of_what_was_applied_asks_for_the_same(fleet):
    async def story() -> None:
        async with open_house() as house:
            await house.apply(*fleet)
            keys = {house.chat_id(group.key): group.key for group in fleet}
            house.state = fresh_state(house)
            with open_folder(house) as folder:
                await folder.import_all(more=EVERYTHING)

                read = {keys[group.chat_id or ""]: means(group) for group in folder.groups()}
                for group in fleet:
                    asked = {path: value for path, value in means(group).items() if value is not None}
                    assert_holds(read[group.key], asked, group)

    run_virtual(story())


def assert_holds(read: dict[str, Any], asked: dict[str, Any], group: DesiredGroup) -> None:
    """Check that what was asked for is read again; additive lists and unmanaged parts may read more."""
    for path, value in asked.items():
        if path == "managers" and group.managers and group.managers.mode is Mode.ADDITIVE:
            assert value <= read[path]
        elif path in ("tabs", "menus"):
            wanted = [each["name"] for each in value]
            assert wanted == [each["name"] for each in read[path] if each["name"] in wanted]
        elif path == "moderation":
            assert read[path][0] == value[0]
            assert (value[1] or set()) <= (read[path][1] or set())
        else:
            assert read[path] == value, path


@LAW
@given(companies(), st.lists(hands(), max_size=6))
def test_after_pull_the_plan_is_empty_whatever_people_did(fleet, doings):
    async def story() -> None:
        async with open_house() as house:
            with open_folder(house) as folder:
                folder.write_groups(*fleet)
                groups = folder.groups()
                await house.apply(*groups)
                for number, (name, arguments) in enumerate(doings):
                    if groups:
                        meddle(house, house.chat_id(groups[number % len(groups)].key), name, arguments)
                before = await folder.plan()
                writes, state = house.writes(), house.state

                pulled = await folder.pull()

                plan = await folder.plan()
                if not pulled.problems:
                    assert not plan.has_changes, (plan.steps, folder.text())
                assert bool(pulled.groups) == before.has_drift or pulled.problems
                assert (house.writes(), house.state) == (writes, state), "only files change"

    run_virtual(story())


SHARED = """\
people: {lilei: li.lei@example.com, han: ou_han}
defaults:   # for everybody
  permissions: {at_all: only_owner, edit: only_owner}
  managers: ["@lilei", ou_kate]   # shared
templates:
  plain:
    i18n_names: {en_us: Shared}
    description: shared   # by all
    tabs:
      - {name: A, url: "https://a.example.com"}
    moderation: {mode: moderator_list, moderators: ["@lilei"]}
    menus: [{name: A, url: "https://a.example.com"}]
groups:
  # the first
  alpha:
    template: plain   # a
    name: Alpha
    unmanaged: [permissions.edit]
  beta: {template: plain, name: Beta, permissions: {share_card: not_allowed}}   # b
  # the last
  gamma:
    name: Gamma
    moderation: only_owner
    managers: {mode: additive, list: [ou_jim]}
    tabs: &tabs
      - {name: B, url: "https://b.example.com"}   # B
      - name: C
        url: https://c.example.com   # C
    # about menus
    menus: []
  delta:
    name: Delta
    tabs: *tabs
"""
SHARED_KEYS = ("alpha", "beta", "delta", "gamma")


@LAW_OF_FOUR
@given(st.tuples(*(groups(key).map(faceless) for key in SHARED_KEYS)))
def test_after_pull_the_plan_is_empty_when_groups_were_remade_by_hand(remade):
    async def story() -> None:
        async with open_house() as house:
            with open_folder(house, groups=SHARED) as folder:
                await house.apply(*folder.groups())
                state = house.state
                await house.apply(*remade)
                house.state = state

                pulled = await folder.pull()

                plan = await folder.plan()
                if not pulled.problems:
                    assert not plan.has_changes, (plan.steps, folder.text())
                text, begin = folder.text(), SHARED.index("groups:")
                assert text[:begin] == SHARED[:begin], "what groups share stays as it is"
                for comment in ("# the first\n", "# a\n", "# b\n", "# the last\n", "# about menus\n"):
                    assert comment in text

    run_virtual(story())
