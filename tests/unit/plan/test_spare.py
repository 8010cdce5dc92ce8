from __future__ import annotations

from reconciler.model.members import LiveMembers
from reconciler.model.moderation import LiveModeration, Moderation
from reconciler.plan.spare import spare_live
from tests.support.builders import (
    BOT,
    HANMEI,
    LILEI,
    additive,
    desired_group,
    exact,
    live_group,
    live_menu,
    live_tab,
    menu,
    recorded_group,
)


def test_everything_live_is_kept():
    desired = desired_group(
        managers=exact(),
        moderation=Moderation(mode="moderator_list", moderators=exact()),
        tabs=exact(keep=["Mine"]),
        menus=exact(),
    )
    live = live_group(
        managers=frozenset({LILEI, HANMEI}),
        moderation=LiveModeration(mode="moderator_list", moderators=frozenset({LILEI})),
        tabs=(live_tab("tab-1", "A"),),
        menus=(live_menu("menu-1", menu("A")),),
    )

    spared = spare_live(desired, live, None)

    assert spared.managers == exact(keep=[HANMEI, LILEI], spared=True)
    assert spared.moderation == Moderation(mode="moderator_list", moderators=exact(keep=[LILEI], spared=True))
    assert spared.tabs == exact(keep=["Mine", "tab-1"], spared=True)
    assert spared.menus == exact(keep=["menu-1"], spared=True)


def test_additive_lists_let_go_of_nothing_either():
    live = live_group(managers=frozenset({LILEI}))

    assert spare_live(desired_group(managers=additive()), live, None).managers == additive(
        keep=[LILEI], spared=True
    )


def test_members_stay_and_so_do_bots_that_only_the_state_knows():
    live = live_group(members=LiveMembers(users=frozenset({LILEI})))
    recorded = recorded_group({"members": [LILEI, BOT]})

    spared = spare_live(desired_group(members=additive()), live, recorded)

    assert spared.members == additive(keep=[BOT, LILEI], spared=True)


def test_unmanaged_collections_stay_unmanaged():
    assert spare_live(desired_group(), live_group(), None) == desired_group()


def test_moderation_without_a_list_has_nothing_to_keep():
    desired = desired_group(moderation=Moderation(mode="only_owner"))

    assert spare_live(desired, live_group(), None) == desired


def test_what_was_not_told_has_nothing_to_keep():
    desired = desired_group(
        managers=exact(spared=True),
        moderation=Moderation(mode="moderator_list", moderators=exact(spared=True)),
        tabs=exact(spared=True),
        menus=exact(spared=True),
    )
    live = live_group(managers=None, moderation=None, tabs=None, menus=None)

    assert spare_live(desired, live, None) == desired
