"""Describing live groups: what our role may write, and why the rest is left out."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.address import Facet
from reconciler.model.announcement import Announcement, LiveAnnouncement, LiveBlock
from reconciler.model.group import LiveGroup
from reconciler.model.members import LiveMembers
from reconciler.model.moderation import LiveModeration, Moderation
from reconciler.model.recorded import RecordedGroup
from reconciler.model.settings import Permissions, Settings
from reconciler.plan.describe import ALWAYS, WHEN_ASKED, describe
from tests.support.builders import (
    BOT,
    CHAT,
    HANMEI,
    JIM,
    KEY,
    LILEI,
    additive,
    exact,
    live_menu,
    live_tab,
    menu,
    tab,
)
from tests.support.builders import live_group as builder
from tests.support.documents import live_of, paragraph

EVERYTHING = ALWAYS | WHEN_ASKED
OURS = RecordedGroup(chat_id=CHAT, created_by_us=True)
HELLO = LiveAnnouncement(blocks=(live_of(paragraph("Hello")),))


def live_group(**fields: Any) -> LiveGroup:
    """Return a group of which everything can be described; its announcement says hello."""
    return builder(**{"announcement": HELLO, **fields})


def reasons(description):
    return {each.path: str(each.reason) for each in description.left_out}


def test_chat_and_key_stand_in_the_description():
    description = describe(KEY, live_group())

    assert (description.desired.key, description.desired.chat_id) == (KEY, CHAT)


def test_members_and_owner_are_described_when_asked():
    live = live_group(owner=None, members=LiveMembers(users=frozenset({LILEI, HANMEI})))

    assert describe(KEY, live, OURS).desired.members is None
    assert describe(KEY, live, OURS).desired.owner is None
    described = describe(KEY, live, OURS, facets=EVERYTHING).desired
    assert described.members == additive(HANMEI, LILEI)
    assert described.owner == "self"


def test_person_as_owner_is_told_whatever_our_role_is():
    members = LiveMembers(users=frozenset({LILEI}))
    live = live_group(owner=LILEI, managers=frozenset({"self"}), members=members)

    assert describe(KEY, live, facets=EVERYTHING).desired.owner == LILEI


def test_which_bot_owns_a_group_is_not_told():
    description = describe(KEY, live_group(owner=None), facets=EVERYTHING)

    assert reasons(description)["owner"] == "A bot owns the group, and no call tells which one."


def test_ordinary_member_describes_names_where_members_may_edit():
    settings = Settings(name="甲", chat_type="private", permissions=Permissions(edit="all_members"))

    description = describe(KEY, live_group(owner=LILEI, settings=settings))

    assert description.desired.settings == Settings(name="甲")
    assert description.desired.managers is None
    assert set(reasons(description)) == {"chat_type", "permissions.edit", "managers", "moderation"}
    assert description.desired.announcement
    assert "our app is an ordinary member here" in reasons(description)["managers"]


def test_manager_describes_all_but_what_only_owners_change():
    live = live_group(owner=LILEI, managers=frozenset({"self", JIM, BOT}))

    description = describe(KEY, live)

    assert set(reasons(description)) == {"managers", "moderation"}
    assert description.desired.settings == live.settings


def test_people_stand_in_an_order_of_their_own():
    live = live_group(owner=None, managers=frozenset({BOT, LILEI, HANMEI}))

    assert describe(KEY, live, OURS).desired.managers == exact(HANMEI, LILEI, BOT)


def test_cut_list_of_members_is_left_out():
    live = live_group(owner=None, members=LiveMembers(users=frozenset({LILEI}), complete=False))

    description = describe(KEY, live, OURS, facets=EVERYTHING)

    assert reasons(description) == {"members": "The platform shows only a part of the members."}


def test_tab_without_a_link_leaves_the_tabs_out():
    broken = live_tab("t-2", "X").model_copy(update={"link": None})

    description = describe(KEY, live_group(owner=None, tabs=(live_tab("t-1", "A"), broken)), OURS)

    assert reasons(description) == {"tabs": "A tab has no name, or leads nowhere."}


def test_tabs_that_cannot_be_written_are_no_part_of_the_list():
    pin = live_tab("t-0", tab_type="pin")

    description = describe(KEY, live_group(owner=None, tabs=(pin, live_tab("t-1", "A"))), OURS)

    assert description.desired.tabs == exact(tab("A"))


def test_what_would_differ_all_the_same_is_left_out():
    twins = (live_menu("1", menu("A")), live_menu("2", menu("A", url="other")))

    description = describe(KEY, live_group(owner=None, menus=twins), OURS)

    assert description.desired.menus is None
    assert set(reasons(description)) == {"menus"}


def test_moderator_who_is_no_member_leaves_moderation_out():
    live = live_group(
        owner=None,
        moderation=LiveModeration(mode="moderator_list", moderators=frozenset({LILEI})),
        members=LiveMembers(users=frozenset({HANMEI})),
    )

    assert set(reasons(describe(KEY, live, OURS))) == {"moderation"}


def test_owner_whom_a_cut_list_does_not_show_is_left_out():
    live = live_group(owner=LILEI, members=LiveMembers(users=frozenset(), complete=False))

    description = describe(KEY, live, facets=EVERYTHING)

    assert description.desired.owner is None
    assert "owner" in reasons(description)


def test_moderators_are_listed_but_for_the_owner():
    live = live_group(
        owner=None,
        moderation=LiveModeration(mode="moderator_list", moderators=frozenset({LILEI})),
        members=LiveMembers(users=frozenset({LILEI})),
    )

    described = describe(KEY, live, OURS).desired
    assert described.moderation == Moderation(mode="moderator_list", moderators=exact(LILEI))


def test_what_was_not_read_is_not_described():
    live = live_group(owner=None, managers=None, moderation=None, members=None, tabs=None, menus=None)

    description = describe(KEY, live, OURS, facets=EVERYTHING)

    assert description.left_out == ()
    assert description.desired.facets == {Facet.SETTINGS, Facet.OWNER, Facet.ANNOUNCEMENT}


def test_announcement_is_described_as_markdown_says_it():
    assert describe(KEY, live_group(owner=None), OURS).desired.announcement == Announcement(
        blocks=(paragraph("Hello"),)
    )


@pytest.mark.parametrize(
    ("announcement", "reason"),
    [
        (None, "The platform does not let our app read it."),
        (
            LiveAnnouncement(type="doc", text="Hello"),
            "It is of the old kind (doc), which no call of the platform",
        ),
        (
            LiveAnnouncement(blocks=(LiveBlock(id="", kind="table"),)),
            "It holds what Markdown cannot say (table).",
        ),
        (LiveAnnouncement(), "It is empty."),
    ],
    ids=["not told", "old kind", "table", "empty"],
)
def test_announcement_that_cannot_be_described_is_left_out(announcement, reason):
    description = describe(KEY, live_group(owner=None, announcement=announcement), OURS)

    assert description.desired.announcement is None
    assert reasons(description)["announcement"].startswith(reason)
