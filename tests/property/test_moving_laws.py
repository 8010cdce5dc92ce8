"""Laws of moving in, on the emulator: after import and after pull the plan is empty."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.address import Facet
from reconciler.model.announcement import Announcement, with_ids
from reconciler.model.collection import Mode
from reconciler.model.group import DesiredGroup
from reconciler.model.ids import SELF
from reconciler.model.recorded import State
from tests.support.documents import documents, small_documents
from tests.support.fleets import fleets, groups, hands, meddle
from tests.support.house import House, open_house
from tests.support.moving import open_folder
from tests.support.pretend import OURS
from tests.support.strategies import law, maybe
from tests.support.virtual_time import run_virtual

pytestmark = pytest.mark.timeout(600)
"""Each example is several runs of the whole machine."""

LAW = law(130)
"""Two hundred groups in a law, the same in every run."""
LAW_OF_FOUR = law(50)
"""The same where an example has four groups."""

GROUPS = 500
"""Groups that a law of import has to hold for at least."""
LAW_OF_MANY = law(56)
"""The same where an example has about ten groups."""

EVERYTHING = (Facet.MEMBERS, Facet.OWNER)


def faceless(group: DesiredGroup) -> DesiredGroup:
    """Return a group without an avatar: the tenant has no such pictures, and none can be read back."""
    return group.model_copy(update={"settings": group.settings.model_copy(update={"avatar": None})})


REAL_PEOPLE = {"ou_x": "ou_lilei", "ou_Yz1": "ou_han"}
announcements = st.none() | st.builds(
    lambda blocks: Announcement(blocks=with_ids(blocks, REAL_PEOPLE)), small_documents | documents
)


@st.composite
def moving_groups(draw: st.DrawFn, key: str) -> DesiredGroup:
    return faceless(draw(groups(key))).model_copy(update={"announcement": draw(announcements)})


@st.composite
def companies(draw: st.DrawFn) -> tuple[DesiredGroup, ...]:
    return tuple(
        faceless(group).model_copy(update={"announcement": draw(announcements)}) for group in draw(fleets())
    )


@st.composite
def large_companies(draw: st.DrawFn) -> tuple[DesiredGroup, ...]:
    number = draw(st.integers(9, 12))
    return tuple(draw(moving_groups(f"team-{each}")) for each in range(number))


def writings() -> st.SearchStrategy[tuple[str, tuple[object, ...]]]:
    """What a person writes as the announcement: nothing, something short or long, a table."""
    texts = st.sampled_from(("", "By hand", "**1**\n2. x\n\n# 3\n@4 4\n5 \n6", "1\n2\n3\n4\n5\n6\n"))
    tables = st.just([{"table": [["a", "b"]]}])
    return st.tuples(st.just("write_announcement"), st.tuples(st.just(OURS), texts, st.just([]) | tables))


def doings() -> st.SearchStrategy[list[tuple[str, tuple[object, ...]]]]:
    return st.lists(hands() | writings(), max_size=6)


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
        # What says nothing is not described.
        "announcement": (group.announcement and group.announcement.blocks) or None,
    }


def test_after_import_of_any_live_groups_the_plan_is_empty():
    groups = 0

    @LAW_OF_MANY
    @given(large_companies(), doings(), maybe)
    def law(fleet, doings, everything):
        nonlocal groups
        groups += len(fleet)
        run_virtual(_import_and_plan(fleet, doings, everything=everything))

    law()

    assert groups >= GROUPS


async def _import_and_plan(fleet, doings, *, everything):
    async with open_house() as house:
        await house.apply(*fleet)
        for number, (name, arguments) in enumerate(doings):
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


def test_import_of_what_was_applied_asks_for_the_same():
    groups = 0

    @LAW_OF_MANY
    @given(large_companies())
    def law(fleet):
        nonlocal groups
        groups += len(fleet)
        run_virtual(_apply_and_import(fleet))

    law()

    assert groups >= GROUPS


async def _apply_and_import(fleet):
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
@given(companies(), doings())
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
    announcement: ./shared.md
groups:
  # the first
  alpha:
    template: plain   # a
    name: Alpha
    unmanaged: [permissions.edit]
  beta: {template: plain, name: Beta, permissions: {share_card: not_allowed}, announcement: {replace_all: true}}   # b
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
    announcement: ./gamma.md
  delta:
    name: Delta
    announcement: |   # about the text
      # Delta
      Ask @li.lei@example.com
    tabs: *tabs
"""
SHARED_TEXT = "For *everybody*\n"
SHARED_KEYS = ("alpha", "beta", "delta", "gamma")


@LAW_OF_FOUR
@given(st.tuples(*map(moving_groups, SHARED_KEYS)))
def test_after_pull_the_plan_is_empty_when_groups_were_remade_by_hand(remade):
    async def story() -> None:
        async with open_house() as house:
            with open_folder(house) as folder:
                folder.write("shared.md", SHARED_TEXT)
                folder.write("gamma.md", "# Gamma\n")
                folder.write("groups.yaml", SHARED)
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
                assert folder.text("shared.md") == SHARED_TEXT
                for comment in ("the first", "a", "b", "the last", "about menus", "about the text"):
                    assert f"# {comment}\n" in text

    run_virtual(story())
