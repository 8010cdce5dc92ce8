"""Accepting drift, facet by facet."""

from __future__ import annotations

from typing import Any

from reconciler.diff.menus import menu_form
from reconciler.diff.tabs import tab_form
from reconciler.model.members import LiveMembers
from reconciler.model.moderation import LiveModeration, Moderation
from reconciler.model.recorded import RecordedGroup, RecordedValue
from reconciler.model.settings import Permissions, Settings
from reconciler.plan.accept import accept
from tests.support.builders import (
    CHAT,
    HANMEI,
    JIM,
    LILEI,
    additive,
    desired_group,
    entry,
    exact,
    live_group,
    live_menu,
    live_tab,
    menu,
    tab,
)


def recorded(**values: Any) -> RecordedGroup:
    return RecordedGroup(
        chat_id=CHAT, values={path: RecordedValue(sent=value) for path, value in values.items()}
    )


class TestSettings:
    def test_live_values_are_taken_over(self):
        desired = desired_group(settings=Settings(name="旧", permissions=Permissions(at_all="only_owner")))

        accepted = accept(
            desired,
            live_group(settings=Settings(name="新", permissions=Permissions(at_all="all_members"))),
            None,
        )

        assert accepted.settings == Settings(name="新", permissions=Permissions(at_all="all_members"))

    def test_what_the_platform_does_not_tell_is_managed_no_longer(self):
        desired = desired_group(settings=Settings(name="甲", i18n_names={"en_us": "A"}))

        accepted = accept(desired, live_group(settings=Settings(name="甲")), None)

        assert accepted.settings == Settings(name="甲")

    def test_change_of_the_configuration_waits(self):
        desired = desired_group(settings=Settings(name="新", chat_type="private"))
        live = live_group(settings=Settings(name="旧", chat_type="public"))

        accepted = accept(desired, live, recorded(name="旧", chat_type="private"))

        assert accepted.settings == Settings(name="新", chat_type="public")

    def test_avatar_cannot_be_read_back_and_stays(self):
        desired = desired_group(settings=Settings(avatar="img_ours"))

        assert accept(desired, live_group(), None) == desired


class TestOwner:
    def test_person_who_got_the_group_is_the_owner(self):
        accepted = accept(desired_group(owner="self"), live_group(owner=LILEI), None)

        assert accepted.owner == LILEI

    def test_bot_as_owner_is_taken_for_ours(self):
        assert accept(desired_group(owner=LILEI), live_group(owner=None), None).owner == "self"


class TestModeration:
    def test_mode_is_taken_over_with_its_list_but_for_the_owner(self):
        live = live_group(
            owner=LILEI,
            moderation=LiveModeration(mode="moderator_list", moderators=frozenset({LILEI, HANMEI})),
        )

        accepted = accept(desired_group(moderation=Moderation(mode="only_owner")), live, None)

        assert accepted.moderation == Moderation(mode="moderator_list", moderators=exact(HANMEI))

    def test_list_stays_behind_when_the_mode_goes(self):
        desired = desired_group(moderation=Moderation(mode="moderator_list", moderators=exact(HANMEI)))

        accepted = accept(desired, live_group(moderation=LiveModeration(mode="all_members")), None)

        assert accepted.moderation == Moderation(mode="all_members")

    def test_people_follow_while_the_mode_stays(self):
        desired = desired_group(moderation=Moderation(mode="moderator_list", moderators=exact(JIM, HANMEI)))
        live = live_group(
            moderation=LiveModeration(mode="moderator_list", moderators=frozenset({HANMEI, LILEI}))
        )

        accepted = accept(desired, live, None)

        assert accepted.moderation == Moderation(mode="moderator_list", moderators=exact(HANMEI, LILEI))

    def test_people_wait_with_the_mode_that_the_configuration_changed(self):
        desired = desired_group(moderation=Moderation(mode="moderator_list", moderators=exact(HANMEI)))
        live = live_group(moderation=LiveModeration(mode="all_members"))

        assert accept(desired, live, recorded(moderation="all_members")) == desired


class TestTabs:
    A, B, C = (live_tab(f"t-{name}", name) for name in "ABC")

    def test_live_order_counts(self):
        accepted = accept(
            desired_group(tabs=exact(tab("A"), tab("B"))), live_group(tabs=(self.B, self.A)), None
        )

        assert accepted.tabs == exact(tab("B"), tab("A"))

    def test_only_what_a_tab_manages_follows(self):
        live = live_tab("t", "A", "https://new.example.com", open_in_app=True, icon="img_1")
        managed = tab("A", open_in_app=False)

        accepted = accept(desired_group(tabs=exact(managed)), live_group(tabs=(live,)), None)

        assert accepted.tabs == exact(tab("A", "https://new.example.com", open_in_app=True))

    def test_additive_list_loses_what_is_gone_and_takes_nothing_of_others(self):
        desired = desired_group(tabs=additive(tab("A"), tab("B")))

        accepted = accept(desired, live_group(tabs=(self.C, self.B)), None)

        assert accepted.tabs == additive(tab("B"))

    def test_kept_tab_is_listed_where_a_listed_one_stands_behind_it(self):
        desired = desired_group(tabs=exact(tab("A"), keep=("B", "C")))

        accepted = accept(desired, live_group(tabs=(self.B, self.A, self.C)), None)

        assert accepted.tabs == exact(tab("B"), tab("A"), keep=("C",))

    def test_tab_that_waits_to_be_made_keeps_its_place(self):
        desired = desired_group(tabs=exact(tab("A"), tab("N"), tab("B")))
        live = live_group(tabs=(self.A, live_tab("t-B", "B", "https://moved.example.com")))
        known = recorded(tabs=[tab_form(tab("A")), tab_form(tab("B"))])

        accepted = accept(desired, live, known)

        assert accepted.tabs == exact(tab("A"), tab("N"), tab("B", "https://moved.example.com"))

    def test_tab_that_waits_to_go_is_not_listed_again(self):
        known = recorded(tabs=[tab_form(tab("A")), tab_form(tab("B"))])
        live = live_group(tabs=(live_tab("t-A", "A", "https://moved.example.com"), self.B))

        accepted = accept(desired_group(tabs=exact(tab("A"))), live, known)

        assert accepted.tabs == exact(tab("A", "https://moved.example.com"))

    def test_tab_that_leads_nowhere_cannot_be_taken_over(self):
        live = live_group(
            tabs=(self.A, live_tab("t-x", "X", tab_type="url").model_copy(update={"link": None}))
        )

        assert accept(desired_group(tabs=exact(tab("A"))), live, None).tabs == exact(tab("A"))

    def test_document_has_neither_icon_nor_way_of_opening(self):
        live = live_group(tabs=(live_tab("t", "D", tab_type="doc", open_in_app=True, icon="img_1"),))

        accepted = accept(desired_group(tabs=exact()), live, None)

        assert accepted.tabs == exact(tab("D", tab_type="doc"))


class TestMenus:
    def test_live_menus_count_in_their_order(self):
        desired = desired_group(menus=exact(menu("A"), menu("B")))
        live = live_group(menus=(live_menu("2", menu("B")), live_menu("3", menu("C", entry("x")))))

        assert accept(desired, live, None).menus == exact(menu("B"), menu("C", entry("x")))

    def test_only_managed_languages_and_icons_follow(self):
        managed = menu("A", i18n_names={"en_us": "a", "ja_jp": "b"})
        shown = menu("A", i18n_names={"en_us": "new", "zh_cn": "甲"}, icon="img_1")

        accepted = accept(
            desired_group(menus=exact(managed)), live_group(menus=(live_menu("1", shown),)), None
        )

        assert accepted.menus == exact(menu("A", i18n_names={"en_us": "new"}))

    def test_entry_is_known_by_its_name_or_else_by_its_place(self):
        managed = menu("A", entry("x", icon="img_1"), entry("y"))
        shown = menu("A", entry("renamed", icon="img_2"), entry("y", "z"))

        accepted = accept(
            desired_group(menus=exact(managed)), live_group(menus=(live_menu("1", shown),)), None
        )

        assert accepted.menus == exact(menu("A", entry("renamed", icon="img_2"), entry("y", "z")))

    def test_menu_that_waits_to_be_made_stays(self):
        desired = desired_group(menus=exact(menu("A"), menu("N")))
        live = live_group(menus=(live_menu("1", menu("A", url="moved")),))

        accepted = accept(desired, live, recorded(menus=[menu_form(menu("A"))]))

        assert accepted.menus == exact(menu("A", url="moved"), menu("N"))

    def test_additive_list_takes_nothing_of_others(self):
        live = live_group(menus=(live_menu("1", menu("B")),))

        assert accept(desired_group(menus=additive(menu("A"))), live, None).menus == additive()

    def test_kept_menu_before_a_listed_one_is_listed(self):
        desired = desired_group(menus=exact(menu("A"), keep=("B",)))
        live = live_group(menus=(live_menu("1", menu("B")), live_menu("2", menu("A"))))

        assert accept(desired, live, None).menus == exact(menu("B"), menu("A"))


class TestPeople:
    def test_managers_follow_in_their_order(self):
        accepted = accept(
            desired_group(managers=exact(JIM, HANMEI)), live_group(managers=frozenset({LILEI, JIM})), None
        )

        assert accepted.managers == exact(JIM, LILEI)

    def test_members_follow_in_their_order(self):
        live = live_group(members=LiveMembers(users=frozenset({LILEI, JIM})))

        assert accept(desired_group(members=exact(JIM, HANMEI)), live, None).members == exact(JIM, LILEI)

    def test_member_who_is_missing_for_a_role_alone_cannot_be_taken_over(self):
        desired = desired_group(moderation=Moderation(mode="moderator_list", moderators=exact(JIM)))
        live = live_group(
            moderation=LiveModeration(mode="moderator_list", moderators=frozenset({JIM})),
            members=LiveMembers(users=frozenset()),
        )

        assert accept(desired, live, None) == desired
