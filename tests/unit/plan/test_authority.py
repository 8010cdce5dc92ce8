"""What our role allows, row by row of the contract's matrices.

chats.openapi.yaml, `info.x-role-matrix`:
    chat_update: owner ok; creator_bot ok; manager ok; member "avatar, name, description, i18n_names only
    (232016); nothing while edit_permission is only_owner (232002)"
    chat_moderation_update, chat_delete: owner ok; creator_bot ok; manager 232017; member 232017
chats.openapi.yaml, chat_update `x-open-questions` ("A client transfers only as the owner, or as the creating bot")
members.openapi.yaml, `x-permission-matrix`:
    chat_members_create, add_member_permission all_members: owner, manager, creator_bot, member
    chat_members_create, add_member_permission only_owner: owner, manager, creator_bot_with_operate_as_owner
    chat_managers_add_managers, chat_managers_delete_managers: owner
tabs.openapi.yaml and menus.openapi.yaml: owner and admins always; members unless the group reserves it (232055),
    which cannot be read; the creator bot has no exception there.
"""

from __future__ import annotations

import pytest

from reconciler.model.address import Facet
from reconciler.model.ids import SELF
from reconciler.model.settings import Permissions, Settings
from reconciler.plan.authority import Role, authority_for, block_for, role_in
from reconciler.plan.plan import Authority
from tests.support.builders import LILEI, live_group, recorded_group

ALLOWED, REFUSED, UNKNOWN = Authority.ALLOWED, Authority.REFUSED, Authority.UNKNOWN

CREATED = recorded_group(created_by_us=True)
OPEN = Permissions(edit="all_members", add_member="all_members")
CLOSED = Permissions(edit="only_owner", add_member="only_owner")

OWNER = {"owner": None}
MANAGER = {"owner": LILEI, "managers": frozenset({SELF})}
MEMBER = {"owner": LILEI}

GIVEN_AWAY = recorded_group(created_by_us=True, gave_away=True)

WRITABLE = (Facet.SETTINGS, Facet.MEMBERS, Facet.MANAGERS, Facet.MODERATION, Facet.TABS, Facet.MENUS)


def authority(facet, role, *, permissions=OPEN, recorded=None, paths=("chat_type",), operate_as_owner=False):
    live = live_group(**role, settings=Settings(permissions=permissions))
    return authority_for(facet, paths, live, recorded, operate_as_owner=operate_as_owner)


class TestRoles:
    def test_app_that_created_a_group_owned_by_a_bot_is_its_owner(self):
        assert role_in(live_group(**OWNER), CREATED) is Role.OWNER

    def test_nothing_tells_which_bot_owns_a_group_that_we_did_not_create(self):
        assert role_in(live_group(**OWNER), recorded_group()) is Role.UNSURE
        assert role_in(live_group(**OWNER), None) is Role.UNSURE

    def test_nothing_tells_which_bot_owns_a_group_that_we_gave_away(self):
        assert role_in(live_group(**OWNER), GIVEN_AWAY) is Role.UNSURE

    def test_app_among_the_managers_is_a_manager(self):
        assert role_in(live_group(**MANAGER), CREATED) is Role.MANAGER

    def test_app_in_a_group_that_a_person_owns_is_a_member(self):
        assert role_in(live_group(**MEMBER), CREATED) is Role.MEMBER


@pytest.mark.parametrize("facet", WRITABLE)
def test_owner_may_everything(facet):
    assert authority(facet, OWNER, permissions=CLOSED, recorded=CREATED) is ALLOWED


@pytest.mark.parametrize(
    ("facet", "expected"),
    [
        (Facet.SETTINGS, ALLOWED),
        (Facet.MEMBERS, ALLOWED),
        (Facet.MANAGERS, REFUSED),
        (Facet.MODERATION, REFUSED),
        (Facet.TABS, ALLOWED),
        (Facet.MENUS, ALLOWED),
        (Facet.TOP_NOTICE, ALLOWED),
        (Facet.OWNER, REFUSED),
        (Facet.LIFECYCLE, REFUSED),
    ],
)
def test_manager_may_all_but_what_is_reserved_to_the_owner(facet, expected):
    assert authority(facet, MANAGER, permissions=CLOSED) is expected


@pytest.mark.parametrize(
    ("facet", "paths", "permissions", "expected"),
    [
        (Facet.SETTINGS, ["name", "description", "i18n_names.en_us", "avatar"], OPEN, ALLOWED),
        (Facet.SETTINGS, ["name"], CLOSED, REFUSED),
        (Facet.SETTINGS, ["name", "chat_type"], OPEN, REFUSED),
        (Facet.SETTINGS, ["name"], Permissions(), UNKNOWN),
        (Facet.SETTINGS, ["chat_type"], Permissions(), REFUSED),
        (Facet.MEMBERS, [], OPEN, ALLOWED),
        (Facet.MEMBERS, [], CLOSED, REFUSED),
        (Facet.MEMBERS, [], Permissions(), UNKNOWN),
        (Facet.MANAGERS, [], OPEN, REFUSED),
        (Facet.MODERATION, [], OPEN, REFUSED),
        (Facet.TABS, [], CLOSED, UNKNOWN),
        (Facet.MENUS, [], CLOSED, UNKNOWN),
        (Facet.TOP_NOTICE, [], CLOSED, UNKNOWN),
        (Facet.EXISTENCE, [], CLOSED, ALLOWED),
        (Facet.LIFECYCLE, [], OPEN, REFUSED),
        (Facet.OWNER, [], OPEN, REFUSED),
    ],
)
def test_member_may_what_the_group_leaves_to_members(facet, paths, permissions, expected):
    assert authority(facet, MEMBER, paths=paths, permissions=permissions) is expected


@pytest.mark.parametrize(
    ("facet", "expected"),
    [
        (Facet.SETTINGS, ALLOWED),
        (Facet.MEMBERS, ALLOWED),
        (Facet.MANAGERS, REFUSED),
        (Facet.MODERATION, ALLOWED),
        (Facet.TABS, UNKNOWN),
        (Facet.MENUS, UNKNOWN),
        (Facet.TOP_NOTICE, UNKNOWN),
        (Facet.OWNER, ALLOWED),
        (Facet.LIFECYCLE, ALLOWED),
    ],
)
def test_creator_that_operates_as_owner_has_the_listed_exceptions(facet, expected):
    found = authority(facet, MEMBER, permissions=CLOSED, recorded=CREATED, operate_as_owner=True)

    assert found is expected


def test_creator_that_is_manager_now_may_also_moderate_as_owner():
    assert authority(Facet.MODERATION, MANAGER, recorded=CREATED, operate_as_owner=True) is ALLOWED


@pytest.mark.parametrize(
    ("recorded", "operate_as_owner"), [(CREATED, False), (recorded_group(), True), (None, True)]
)
def test_exceptions_need_both_the_scope_and_the_creation(recorded, operate_as_owner):
    found = authority(Facet.MODERATION, MEMBER, recorded=recorded, operate_as_owner=operate_as_owner)

    assert found is REFUSED


@pytest.mark.parametrize("facet", WRITABLE)
def test_what_an_unsure_owner_may_not_do_as_a_member_is_tried(facet):
    assert authority(facet, OWNER, permissions=CLOSED) is UNKNOWN


def test_what_an_unsure_owner_may_do_as_a_member_is_allowed():
    assert authority(Facet.MEMBERS, OWNER, permissions=OPEN) is ALLOWED


def test_block_of_an_owner_only_step_tells_how_to_get_the_role():
    block = block_for(Facet.MANAGERS, live_group(**MANAGER), None)

    assert block.reason == "Only the owner may do this; our app is a manager here."
    assert block.remedy == ("Let the owner do it in the Feishu client, or list `managers` in `unmanaged`.")


def test_block_of_another_step_asks_for_the_role_of_a_manager():
    block = block_for(Facet.SETTINGS, live_group(**MEMBER), None)

    assert block.reason == "Only the owner or a manager may do this; our app is an ordinary member here."
    assert block.remedy == ("Make the app a manager in the Feishu client, or list `settings` in `unmanaged`.")


def test_block_of_a_transfer_tells_who_could_make_it():
    block = block_for(Facet.OWNER, live_group(**MANAGER), None)

    assert block.reason == "Only the owner may do this; our app is a manager here."
    assert block.remedy == "Let the owner do it in the Feishu client, or list `owner` in `unmanaged`."
