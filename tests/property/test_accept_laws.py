"""Laws of accepting drift and of describing live groups: afterwards nothing differs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.address import Facet
from reconciler.model.announcement import Announcement, said_all
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.recorded import RecordedGroup
from reconciler.plan.accept import accept
from reconciler.plan.authority import Role, role_in
from reconciler.plan.build import facet_difference, facet_steps
from reconciler.plan.describe import ALWAYS, WHEN_ASKED, describe
from tests.support.builders import KEY
from tests.support.documents import live_documents, small_documents
from tests.support.strategies import LAW, live_groups, maybe, recorded_groups
from tests.support.strategies import desired_groups as groups_without_announcement

FACETS = ("owner", "managers", "moderation", "members", "announcement", "tabs", "menus")


@st.composite
def desired_groups(draw: st.DrawFn) -> DesiredGroup:
    """A desired group, often with an announcement."""
    group = draw(groups_without_announcement)
    announcement = draw(st.none() | st.builds(Announcement, blocks=small_documents))
    return group.model_copy(update={"announcement": announcement})


@st.composite
def sayable_groups(draw: st.DrawFn) -> LiveGroup:
    """A live group that a configuration can describe: names and links are unique, and Markdown says the announcement."""
    live = draw(live_groups())
    tabs, names, links = [], set(), set()
    for tab in live.tabs or ():
        if not tab.writable or (tab.name not in names and (tab.type, tab.link) not in links):
            tabs.append(tab)
            names.add(tab.name)
            links.add((tab.type, tab.link))
    menus = {menu.name: menu for menu in live.menus or ()}
    announcement = draw(live_documents(foreign=False))
    return live.model_copy(
        update={"tabs": tuple(tabs), "menus": tuple(menus.values()), "announcement": announcement}
    )


def left(desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None) -> list[str]:
    steps = facet_steps(desired, live, recorded, operate_as_owner=False)
    return [change.path for step in steps for change in step.changes]


@LAW
@given(desired_groups(), sayable_groups())
def test_nothing_differs_when_everything_was_accepted(desired, live):
    settings = desired.settings.model_copy(update={"avatar": None})
    readable = desired.model_copy(update={"top_notice": None, "settings": settings})

    assert left(accept(readable, live, None), live, None) == []


@LAW
@given(desired_groups(), sayable_groups())
def test_accepting_manages_nothing_more(desired, live):
    accepted = accept(desired, live, None)

    assert accepted.settings.fields().keys() <= desired.settings.fields().keys()
    for facet in FACETS:
        assert (getattr(accepted, facet) is None) == (getattr(desired, facet) is None)


@LAW
@given(desired_groups(), sayable_groups(), recorded_groups())
def test_accepting_twice_is_accepting_once(desired, live, recorded):
    accepted = accept(desired, live, recorded)

    assert accept(accepted, live, recorded) == accepted


@LAW
@given(desired_groups(), sayable_groups())
def test_what_agrees_is_left_as_it_is(desired, live):
    accepted = accept(desired, live, None)

    # Who stays a manager decides who may be in the list of moderators unlisted, so managers come first.
    known = desired.model_copy(update={"managers": accepted.managers})
    for facet in ("settings", "managers", "moderation", "announcement", "tabs", "menus"):
        wanted = known if facet == "moderation" else desired
        if not facet_difference(Facet(facet), wanted, live, None)[0]:
            assert getattr(accepted, facet) == getattr(desired, facet)


@LAW
@given(sayable_groups(), maybe, maybe)
def test_described_group_differs_in_nothing(live, ours, everything):
    recorded = RecordedGroup(chat_id=live.chat_id, created_by_us=True) if ours else None
    facets = ALWAYS | WHEN_ASKED if everything else ALWAYS

    description = describe(KEY, live, recorded, facets=facets)

    assert left(description.desired, live, recorded) == []


@LAW
@given(sayable_groups())
def test_owner_describes_everything(live):
    live = live.model_copy(update={"owner": None, "managers": (live.managers or frozenset()) - {"self"}})
    recorded = RecordedGroup(chat_id=live.chat_id, created_by_us=True)
    assert role_in(live, recorded) is Role.OWNER

    description = describe(KEY, live, recorded, facets=ALWAYS | WHEN_ASKED)

    is_silent = live.announcement and not said_all(live.announcement.blocks)
    assert [each.path for each in description.left_out] == (["announcement"] if is_silent else [])
    assert description.desired.settings == live.settings
    assert description.desired.owner == "self"


@LAW
@given(sayable_groups())
def test_everything_is_described_or_left_out(live):
    description = describe(KEY, live, facets=ALWAYS | WHEN_ASKED)

    said = {*description.desired.settings.fields()} | {
        facet for facet in FACETS if getattr(description.desired, facet) is not None
    }
    unsaid = {each.path for each in description.left_out}
    assert said.isdisjoint(unsaid)
    assert said | unsaid == {*live.settings.fields(), *FACETS}
