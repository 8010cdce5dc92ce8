"""Groups as the last apply left them, for plans without the platform."""

from __future__ import annotations

import pytest

from reconciler.model.announcement import Announcement, Block, Span, said_all
from reconciler.model.collection import Collection, Mode
from reconciler.model.group import DesiredGroup
from reconciler.model.ids import SELF
from reconciler.model.markdown import markdown_of
from reconciler.model.menus import Menu, MenuItem, MenuLink
from reconciler.model.moderation import Moderation
from reconciler.model.recorded import RecordedGroup, RecordedValue, recorded_form
from reconciler.model.settings import Settings
from reconciler.model.tabs import Tab
from reconciler.plan.offline import believed, without_names
from tests.support.builders import BOT, LILEI, exact

KEY = "oncall"
TEXT = (
    Block(kind="bullet", spans=(Span(text="a"),), children=(Block(kind="text", spans=(Span(text="b"),)),)),
    Block(kind="quote", spans=(Span(text="c"),)),
)


def recorded(**values):
    return RecordedGroup(
        chat_id="oc_1",
        values={path.replace("__", "."): RecordedValue(sent=each) for path, each in values.items()},
    )


def group(**fields):
    return DesiredGroup(key=KEY, **fields)


class TestBelieved:
    def test_settings_are_as_they_were_applied_and_no_others_are_told(self):
        desired = group(settings=Settings.from_fields({"name": "B", "permissions.at_all": "only_owner"}))

        live = believed(recorded(name="A"), desired)

        assert live.settings.fields() == {"name": "A"}

    def test_long_text_that_stays_is_as_desired(self):
        desired = group(settings=Settings(description="值班"))
        known = recorded(description=recorded_form("description", "值班"))

        assert believed(known, desired).settings.description == "值班"

    def test_long_text_that_changes_is_told_by_its_digest(self):
        known = recorded(description=recorded_form("description", "旧"))

        told = believed(known, group(settings=Settings(description="新"))).settings.description

        assert told == recorded_form("description", "旧")

    def test_people_are_those_whom_the_last_apply_left(self):
        known = recorded(members=[LILEI, BOT], implied=["ou_2"], managers=[LILEI], owner="ou_3")

        live = believed(known, group())

        assert live.members
        assert (live.members.users, live.members.bots) == (frozenset({LILEI, "ou_2"}), frozenset({BOT}))
        assert (live.managers, live.owner) == (frozenset({LILEI}), "ou_3")

    @pytest.mark.parametrize("known", [recorded(), recorded(owner=SELF)])
    def test_our_own_groups_have_no_person_as_owner(self, known):
        assert believed(known, group()).owner is None

    def test_moderation_is_as_applied_or_as_in_a_new_group(self):
        applied = believed(recorded(moderation="moderator_list", moderators=[LILEI]), group()).moderation
        new = believed(recorded(), group()).moderation

        assert applied
        assert new
        assert (applied.mode, applied.moderators) == ("moderator_list", frozenset({LILEI}))
        assert (new.mode, new.moderators) == ("all_members", frozenset())

    def test_tabs_and_menus_have_ids_of_their_own(self):
        tabs = [
            {"name": "A", "type": "url", "link": "https://a"},
            {"name": "B", "type": "doc", "link": "https://b"},
        ]
        menus = [{"name": "M", "children": [{"name": "C", "url": {"common": "https://c"}}]}]

        live = believed(recorded(tabs=tabs, menus=menus), group())

        assert [(tab.id, tab.name) for tab in live.tabs or ()] == [("tab-0", "A"), ("tab-1", "B")]
        [menu] = live.menus or ()
        assert (menu.id, menu.children[0].id, menu.children[0].url) == (
            "menu-0",
            "menu-0-0",
            MenuLink(common="https://c"),
        )

    def test_announcement_that_stays_says_what_is_desired(self):
        desired = group(announcement=Announcement(blocks=TEXT))
        known = recorded(announcement=recorded_form("announcement", markdown_of(TEXT)))

        live = believed(known, desired).announcement

        assert live
        assert said_all(live.blocks) == TEXT

    @pytest.mark.parametrize("known", [recorded(), recorded(announcement="sha256:other")])
    def test_announcement_that_changes_is_told_as_empty(self, known):
        live = believed(known, group(announcement=Announcement(blocks=TEXT))).announcement

        assert live
        assert live.blocks == ()


class TestWithoutNames:
    def test_group_of_open_ids_is_compared_as_a_whole(self):
        whole = group(managers=exact(LILEI, SELF), members=exact(BOT), owner=SELF)

        assert without_names(whole) == (whole, ())

    @pytest.mark.parametrize(
        ("fields", "facet"),
        [
            ({"managers": exact("li.lei@example.com")}, "managers"),
            ({"members": Collection[str](mode=Mode.EXACT, items=(), keep=("+8613800000000",))}, "members"),
            ({"owner": "on_1"}, "owner"),
            (
                {"moderation": Moderation(mode="moderator_list", moderators=exact("user_id:x"))},
                "moderation",
            ),
            (
                {
                    "announcement": Announcement(
                        blocks=(Block(kind="text", spans=(Span(person="li.lei@example.com"),)),)
                    )
                },
                "announcement",
            ),
        ],
        ids=lambda each: each if isinstance(each, str) else "",
    )
    def test_facet_whose_people_only_the_directory_knows_is_left_out(self, fields, facet):
        rest, [warning] = without_names(group(**fields))

        assert getattr(rest, facet) is None
        assert warning.detail.endswith(f"Not compared: {facet}.")

    def test_tabs_and_menus_stay(self):
        tabs = Collection[Tab](mode=Mode.EXACT, items=(Tab(name="A", type="url", link="https://a"),))
        menus = Collection[Menu](mode=Mode.EXACT, items=(Menu(name="M", children=(MenuItem(name="C"),)),))

        rest, _ = without_names(group(owner="on_1", tabs=tabs, menus=menus))

        assert (rest.tabs, rest.menus) == (tabs, menus)
