"""The role matrices of the contract, row by row, against what a plan takes for allowed, refused and uncertain.

Read from the published descriptions themselves, so that a row that changes there turns this red.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from reconciler.model.address import Facet
from reconciler.model.ids import SELF
from reconciler.model.settings import Permissions, Settings
from reconciler.plan.authority import authority_for
from reconciler.plan.plan import Authority
from tests.support.builders import LILEI, live_group, recorded_group
from tests.support.cli import REPOSITORY

ALLOWED, REFUSED, UNKNOWN = Authority.ALLOWED, Authority.REFUSED, Authority.UNKNOWN
API = REPOSITORY / "schemas" / "api"

ROLES: dict[str, dict[str, Any]] = {
    "owner": {"live": {"owner": None}, "created_by_us": True},
    "creator_bot": {"live": {"owner": LILEI}, "created_by_us": True, "operate_as_owner": True},
    "manager": {"live": {"owner": LILEI, "managers": frozenset({SELF})}, "created_by_us": False},
    "member": {"live": {"owner": LILEI}, "created_by_us": False},
}


def info(name: str) -> Any:
    return YAML(typ="safe").load(Path(API / f"{name}.openapi.yaml"))["info"]


CHATS = {row["operation"]: row for row in info("chats")["x-role-matrix"]}
MEMBERS = info("members")["x-permission-matrix"]


def found(
    facet: Facet, role: str, *, paths: tuple[str, ...] = ("chat_type",), permission: str = "only_owner"
) -> Authority:
    known = ROLES[role]
    permissions = Permissions.model_validate({"edit": permission, "add_member": permission})
    return authority_for(
        facet,
        paths,
        live_group(**known["live"], settings=Settings(permissions=permissions)),
        recorded_group(created_by_us=known["created_by_us"], gave_away=known["live"]["owner"] is not None),
        operate_as_owner=known.get("operate_as_owner", False),
    )


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("operation", "facet"),
    [
        ("chat_update", Facet.SETTINGS),
        ("chat_moderation_update", Facet.MODERATION),
        ("chat_delete", Facet.LIFECYCLE),
    ],
)
def test_row_of_the_chats(operation, facet, role):
    told = CHATS[operation][role]

    assert found(facet, role) is (ALLOWED if told == "ok" else REFUSED)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("operation", ["chat_top_notice_put", "chat_top_notice_delete"])
def test_row_of_the_top_notice_is_uncertain_where_it_depends_on_a_reservation(operation, role):
    told = CHATS[operation][role]

    # "as manager or member": here the creating bot is a member.
    assert found(Facet.TOP_NOTICE, role) is (ALLOWED if told == "ok" else UNKNOWN)


@pytest.mark.parametrize(
    ("path", "permission", "expected"),
    [
        ("name", "all_members", ALLOWED),
        ("i18n_names.en_us", "all_members", ALLOWED),
        ("description", "all_members", ALLOWED),
        ("avatar", "all_members", ALLOWED),
        ("name", "only_owner", REFUSED),
        ("permissions.at_all", "all_members", REFUSED),
        ("restricted_mode", "all_members", REFUSED),
    ],
)
def test_fields_that_a_member_may_update(path, permission, expected):
    assert CHATS["chat_update"]["member"] == (
        "avatar, name, description, i18n_names only (232016); nothing while edit_permission is only_owner (232002)"
    )

    assert found(Facet.SETTINGS, "member", paths=(path,), permission=permission) is expected


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("row", "facet", "permission"),
    [
        (MEMBERS["chat_members_create"]["add_member_permission_all_members"], Facet.MEMBERS, "all_members"),
        (MEMBERS["chat_members_create"]["add_member_permission_only_owner"], Facet.MEMBERS, "only_owner"),
        (MEMBERS["chat_members_delete_others"], Facet.DEPARTURES, "only_owner"),
        (MEMBERS["chat_managers_add_managers"], Facet.MANAGERS, "only_owner"),
        (MEMBERS["chat_managers_delete_managers"], Facet.MANAGERS, "only_owner"),
    ],
    ids=["add-when-all-may", "add-when-owners-may", "remove", "appoint", "dismiss"],
)
def test_row_of_the_members(row, facet, permission, role):
    named = {name.removesuffix("_with_operate_as_owner") for name in row}

    assert found(facet, role, permission=permission) is (ALLOWED if role in named else REFUSED)


@pytest.mark.parametrize(
    ("role", "permission", "expected"),
    [
        ("owner", "only_owner", ALLOWED),
        ("manager", "only_owner", ALLOWED),
        ("creator_bot", "only_owner", ALLOWED),
        ("member", "only_owner", REFUSED),
        ("member", "all_members", ALLOWED),
    ],
)
def test_edits_of_the_announcement(role, permission, expected):
    """announcements.openapi.yaml, docx_chat_announcement_block_batch_update `x-rules`."""
    assert found(Facet.ANNOUNCEMENT, role, permission=permission) is expected


@pytest.mark.parametrize("facet", [Facet.TABS, Facet.MENUS])
@pytest.mark.parametrize(
    ("role", "expected"),
    [("owner", ALLOWED), ("manager", ALLOWED), ("creator_bot", UNKNOWN), ("member", UNKNOWN)],
)
def test_tabs_and_menus_may_be_reserved_which_nothing_tells(facet, role, expected):
    """tabs.openapi.yaml and menus.openapi.yaml: 232055, and no exception for the creating bot."""
    assert found(facet, role) is expected


@pytest.mark.parametrize(
    ("role", "expected"),
    [("owner", ALLOWED), ("creator_bot", ALLOWED), ("manager", REFUSED), ("member", REFUSED)],
)
def test_transfers(role, expected):
    """chats.openapi.yaml, chat_update `x-open-questions`: only as the owner, or as the creating bot with the scope."""
    assert found(Facet.OWNER, role) is expected


def test_role_that_was_not_told_is_no_certain_no():
    """Only a certain "no" blocks a step: without the managers nobody knows that we are none of them."""
    live = live_group(
        owner=LILEI, managers=None, settings=Settings(permissions=Permissions(edit="only_owner"))
    )

    assert authority_for(Facet.SETTINGS, ("chat_type",), live, None, operate_as_owner=False) is UNKNOWN
