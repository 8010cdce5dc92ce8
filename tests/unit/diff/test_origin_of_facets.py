"""The table of origins in docs/behaviour.md, "Desired, live, recorded", for every facet."""

from __future__ import annotations

import pytest

from reconciler.diff.changes import Origin
from reconciler.diff.menus import menu_form
from reconciler.diff.tabs import tab_form
from reconciler.model.announcement import Announcement, Block, LiveAnnouncement, LiveBlock, Span
from reconciler.model.members import LiveMembers
from reconciler.model.moderation import LiveModeration, Moderation
from reconciler.model.recorded import recorded_form
from reconciler.model.settings import RestrictedMode, Settings
from reconciler.plan.build import facet_steps
from tests.support.builders import (
    desired_group,
    exact,
    live_group,
    live_menu,
    live_tab,
    menu,
    recorded_group,
    tab,
)

PEOPLE = {"a": "ou_a", "b": "ou_b", "c": "ou_c"}
MODES = {"a": "all_members", "b": "only_owner", "c": "moderator_list"}
BANS = {
    "a": RestrictedMode(status=False),
    "b": RestrictedMode(status=True, screenshot="not_anyone"),
    "c": RestrictedMode(status=True, download="not_anyone"),
}


def paragraph(value):
    return Block(kind="text", spans=(Span(text=value),))


def moderated(people):
    return Moderation(mode="moderator_list", moderators=exact(*people))


FACETS = {
    # facet: desired, live and recorded of a value
    "text": (
        lambda v: {"settings": Settings(name=v)},
        lambda v: {"settings": Settings(name=v)},
        lambda v: {"name": v},
    ),
    "digest": (
        lambda v: {"settings": Settings(description=v)},
        lambda v: {"settings": Settings(description=v)},
        lambda v: {"description": recorded_form("description", v)},
    ),
    "restricted mode": (
        lambda v: {"settings": Settings(restricted_mode=BANS[v])},
        lambda v: {"settings": Settings(restricted_mode=BANS[v])},
        lambda v: {"restricted_mode": BANS[v].model_dump()},
    ),
    "moderation": (
        lambda v: {"moderation": Moderation.model_validate({"mode": MODES[v]})},
        lambda v: {"moderation": LiveModeration.model_validate({"mode": MODES[v]})},
        lambda v: {"moderation": MODES[v]},
    ),
    "owner": (
        lambda v: {"owner": PEOPLE[v]},
        lambda v: {"owner": PEOPLE[v], "members": LiveMembers(users=frozenset(PEOPLE.values()))},
        lambda v: {"owner": PEOPLE[v]},
    ),
    "announcement": (
        lambda v: {"announcement": Announcement(blocks=(paragraph(v),))},
        lambda v: {
            "announcement": LiveAnnouncement(blocks=(LiveBlock(id="1", kind="text", own=paragraph(v)),))
        },
        lambda v: {"announcement": recorded_form("announcement", f"{v}\n")},
    ),
    "tab": (
        lambda v: {"tabs": exact(tab("A", f"https://example.com/{v}"))},
        lambda v: {"tabs": (live_tab("1", "A", f"https://example.com/{v}"),)},
        lambda v: {"tabs": [tab_form(tab("A", f"https://example.com/{v}"))]},
    ),
    "menu": (
        lambda v: {"menus": exact(menu("A", url=v))},
        lambda v: {"menus": (live_menu("1", menu("A", url=v)),)},
        lambda v: {"menus": [menu_form(menu("A", url=v))]},
    ),
}
COLLECTIONS = {
    # collection: desired, live and recorded of the people, tabs or menus in it
    "members": (
        lambda who: {"members": exact(*who)},
        lambda who: {"members": LiveMembers(users=frozenset(who))},
        lambda who: {"members": [*who]},
    ),
    "managers": (
        lambda who: {"managers": exact(*who)},
        lambda who: {
            "managers": frozenset(who),
            "members": LiveMembers(users=frozenset(PEOPLE.values())),
        },
        lambda who: {"managers": [*who]},
    ),
    "moderators": (
        lambda who: {"moderation": moderated(who)},
        lambda who: {
            "moderation": LiveModeration(mode="moderator_list", moderators=frozenset(who)),
            "members": LiveMembers(users=frozenset(PEOPLE.values())),
        },
        lambda who: {"moderation": "moderator_list", "moderators": [*who]},
    ),
    "tabs": (
        lambda who: {"tabs": exact(*map(tab, who))},
        lambda who: {"tabs": tuple(live_tab(each, each) for each in who)},
        lambda who: {"tabs": [tab_form(tab(each)) for each in who]},
    ),
    "menus": (
        lambda who: {"menus": exact(*map(menu, who))},
        lambda who: {"menus": tuple(live_menu(each, menu(each)) for each in who)},
        lambda who: {"menus": [menu_form(menu(each)) for each in who]},
    ),
}


def origins(facet, desired, live, recorded):
    wanted, shown, kept = facet
    values = None if recorded is None else recorded_group(kept(recorded))
    steps = facet_steps(
        desired_group(**wanted(desired)), live_group(**shown(live)), values, operate_as_owner=True
    )
    return {change.origin for step in steps for change in step.changes}


@pytest.mark.parametrize("facet", FACETS.values(), ids=FACETS)
@pytest.mark.parametrize(
    ("desired", "live", "recorded", "expected"),
    [
        pytest.param("a", "a", "b", None, id="live-is-desired"),
        pytest.param("a", "b", None, Origin.NEW, id="nothing-recorded"),
        pytest.param("a", "b", "b", Origin.CONFIG, id="recorded-is-live"),
        pytest.param("a", "b", "a", Origin.DRIFT, id="recorded-is-desired"),
        pytest.param("a", "b", "c", Origin.BOTH, id="all-differ"),
    ],
)
def test_origin_of_a_value(facet, desired, live, recorded, expected):
    assert origins(facet, desired, live, recorded) == ({expected} if expected else set())


@pytest.mark.parametrize("facet", COLLECTIONS.values(), ids=COLLECTIONS)
@pytest.mark.parametrize(
    ("desired", "live", "recorded", "expected"),
    [
        pytest.param("", "", "a", None, id="live-is-desired"),
        pytest.param("a", "", None, Origin.NEW, id="missing-and-nothing-recorded"),
        pytest.param("a", "", "", Origin.CONFIG, id="listed-from-now-on"),
        pytest.param("a", "", "a", Origin.DRIFT, id="taken-away-by-somebody"),
        pytest.param("", "b", None, Origin.NEW, id="surplus-and-nothing-recorded"),
        pytest.param("", "b", "b", Origin.CONFIG, id="listed-no-more"),
        pytest.param("", "b", "", Origin.DRIFT, id="put-there-by-somebody"),
    ],
)
def test_origin_of_a_thing(facet, desired, live, recorded, expected):
    desired, live = [PEOPLE[each] for each in desired], [PEOPLE[each] for each in live]
    recorded = None if recorded is None else [PEOPLE[each] for each in recorded]

    assert origins(facet, desired, live, recorded) == ({expected} if expected else set())
