"""What our role in a group allows, as far as it can be known before trying.

Nothing tells which bot owns a group: that it is ours follows only from the state, which knows the groups we
created and did not give away. Only a certain "no" blocks a step; whatever is uncertain is tried.

Source: chats.openapi.yaml `info.x-role-matrix`, members.openapi.yaml `x-permission-matrix`,
announcements.openapi.yaml (edits), tabs.openapi.yaml and menus.openapi.yaml (the reservation of tabs and menus, as that of the top notice, cannot be
read).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import assert_never

from reconciler.errors import text
from reconciler.model.address import Facet
from reconciler.model.group import LiveGroup
from reconciler.model.ids import SELF
from reconciler.model.recorded import RecordedGroup
from reconciler.plan.plan import Authority, Block

_BASICS = ("avatar", "name", "description", "i18n_names")
"""Settings that any member may edit while `permissions.edit` is `all_members`."""


class Role(StrEnum):
    """What our app is in a group."""

    OWNER = "owner"
    MANAGER = "manager"
    MEMBER = "member"
    UNSURE = "unsure"
    """A bot owns the group and nothing tells whether it is ours, or nobody told who its managers are."""


def role_in(live: LiveGroup, recorded: RecordedGroup | None) -> Role:
    """Return our role in a group that was read in full."""
    if SELF in (live.managers or ()):
        return Role.MANAGER
    if live.owner is not None:
        return Role.UNSURE if live.managers is None else Role.MEMBER
    return Role.OWNER if recorded and recorded.created_by_us and not recorded.gave_away else Role.UNSURE


def authority_for(
    facet: Facet,
    paths: Iterable[str],
    live: LiveGroup,
    recorded: RecordedGroup | None,
    *,
    operate_as_owner: bool,
) -> Authority:
    """Return whether we may write a facet.

    Args:
        facet: The facet to write.
        paths: Paths of its changes; ordinary members may edit some settings only.
        live: The group, read in full.
        recorded: What the state knows of it.
        operate_as_owner: Whether the app holds `im:chat:operate_as_owner`.
    """
    role = role_in(live, recorded)
    acts_as_owner = operate_as_owner and bool(recorded and recorded.created_by_us)
    if role is Role.OWNER or (acts_as_owner and facet in _CREATOR_MAY):
        return Authority.ALLOWED
    if role is Role.MANAGER:
        return Authority.REFUSED if facet in _OWNER_ONLY else Authority.ALLOWED
    as_member = _as_member(facet, paths, live)
    if role is Role.UNSURE and as_member is Authority.REFUSED:
        return Authority.UNKNOWN
    return as_member


_OWNER_ONLY = frozenset({Facet.MANAGERS, Facet.MODERATION, Facet.OWNER, Facet.LIFECYCLE})
_CREATOR_MAY = frozenset(
    {
        Facet.SETTINGS,
        Facet.MEMBERS,
        Facet.DEPARTURES,
        Facet.MODERATION,
        Facet.ANNOUNCEMENT,
        Facet.OWNER,
        Facet.LIFECYCLE,
    }
)
_BY_PERMISSION = {
    "all_members": Authority.ALLOWED,
    "only_owner": Authority.REFUSED,
    None: Authority.UNKNOWN,
}
"""What an ordinary member may do under a permission; `None`: the platform did not tell it."""


def _as_member(facet: Facet, paths: Iterable[str], live: LiveGroup) -> Authority:
    permissions = live.settings.permissions
    match facet:
        case Facet.SETTINGS:
            basic = all(path.partition(".")[0] in _BASICS for path in paths)
            return _BY_PERMISSION[permissions.edit] if basic else Authority.REFUSED
        case Facet.MEMBERS:
            return _BY_PERMISSION[permissions.add_member]
        case Facet.ANNOUNCEMENT:
            return _BY_PERMISSION[permissions.edit]
        case Facet.TABS | Facet.MENUS | Facet.TOP_NOTICE:
            return Authority.UNKNOWN
        case Facet.MANAGERS | Facet.MODERATION | Facet.DEPARTURES | Facet.OWNER | Facet.LIFECYCLE:
            return Authority.REFUSED
        case Facet.EXISTENCE:
            return Authority.ALLOWED
        case _:
            assert_never(facet)


def block_for(facet: Facet, live: LiveGroup, recorded: RecordedGroup | None) -> Block:
    """Return what to tell people about a step that our role does not allow."""
    needed = text("the owner") if facet in _OWNER_ONLY else text("the owner or a manager")
    remedy = (
        text("Let the owner do it in the Feishu client, or list `{facet}` in `unmanaged`.", facet=facet)
        if facet in _OWNER_ONLY
        else text(
            "Make the app a manager in the Feishu client, or list `{facet}` in `unmanaged`.", facet=facet
        )
    )
    return Block(
        reason=text(
            "Only {needed} may do this; our app is {role} here.",
            needed=needed,
            role=_LESSER_ROLES[role_in(live, recorded)],
        ),
        remedy=remedy,
    )


_LESSER_ROLES = {Role.MANAGER: text("a manager"), Role.MEMBER: text("an ordinary member")}
"""The roles that can be refused something; what an unsure owner may do is tried."""
