"""One chat as the emulator keeps it, and what somebody is in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reconciler.emulator.directory import Caller, is_bot

_OWNER_OR_ALL = ("only_owner", "all_members")
_VISIBILITY = ("only_owner", "all_members", "not_anyone")

SETTING_VALUES: dict[str, tuple[str, ...]] = {
    "chat_type": ("private", "public"),
    "group_message_type": ("chat", "thread"),
    "join_message_visibility": _VISIBILITY,
    "leave_message_visibility": _VISIBILITY,
    "membership_approval": ("no_approval_required", "approval_required"),
    "urgent_setting": _OWNER_OR_ALL,
    "video_conference_setting": _OWNER_OR_ALL,
    "edit_permission": _OWNER_OR_ALL,
    "hide_member_count_setting": _OWNER_OR_ALL,
    "add_member_permission": _OWNER_OR_ALL,
    "share_card_permission": ("allowed", "not_allowed"),
    "at_all_permission": _OWNER_OR_ALL,
    "moderation_permission": ("all_members", "only_owner", "moderator_list"),
}
"""Settings of a group and their values. Source: chats.openapi.yaml, components."""

DEFAULT_SETTINGS = {
    **dict.fromkeys(SETTING_VALUES, "all_members"),
    "chat_type": "private",
    "group_message_type": "chat",
    "membership_approval": "no_approval_required",
    "share_card_permission": "allowed",
}
"""Settings of a fresh group. Source: chats.openapi.yaml, chat_create, rule "Defaults"."""

SHARE_BESIDE_ADD = {"all_members": "allowed", "only_owner": "not_allowed"}
"""The only two pairs of add_member_permission and share_card_permission."""

RESTRICTED_SETTINGS = (
    "screenshot_has_permission_setting",
    "download_has_permission_setting",
    "message_has_permission_setting",
)

RESTRICTION_VALUES = ("all_members", "not_anyone")

UNRESTRICTED: dict[str, Any] = {"status": False, **dict.fromkeys(RESTRICTED_SETTINGS, "all_members")}


class Role(StrEnum):
    """What a caller is in a chat; the first that applies, in this order."""

    OWNER = "owner"
    CREATOR = (
        "creator"  # the bot that made it, does not own it now, is still in it, holds im:chat:operate_as_owner
    )
    MANAGER = "manager"
    MEMBER = "member"
    OUTSIDE = "outside"


@dataclass
class Chat:
    """A chat; people and bots are named by their inner ids (union_id, App ID).

    `members` is in the order of joining, users and bots together.
    """

    chat_id: str
    tenant_key: str
    owner: str
    created_by: str = ""
    mode: str = "group"
    status: str = "normal"
    external: bool = False
    name: str = ""
    description: str = ""
    avatar: str = ""
    i18n_names: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=lambda: dict(DEFAULT_SETTINGS))
    restricted: dict[str, Any] = field(default_factory=lambda: dict(UNRESTRICTED))
    members: list[str] = field(default_factory=list)
    managers: list[str] = field(default_factory=list)
    moderators: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    tabs: list[dict[str, Any]] = field(default_factory=list)
    menus: list[dict[str, Any]] = field(default_factory=list)
    tabs_and_menus_reserved: bool = False
    super_large: bool = False
    meeting: bool = False
    banned: bool = False
    active_time: float = 0.0

    @property
    def dissolved(self) -> bool:
        """Whether the chat is gone."""
        return self.status != "normal"

    @property
    def public(self) -> bool:
        """Whether everybody in the tenant can find and join the chat."""
        return self.settings["chat_type"] == "public"

    @property
    def users(self) -> list[str]:
        """The people in the chat, in the order of joining."""
        return [member for member in self.members if not is_bot(member)]

    @property
    def bots(self) -> list[str]:
        """The bots in the chat, in the order of joining."""
        return [member for member in self.members if is_bot(member)]

    def role_of(self, caller: Caller) -> Role:
        """Return what `caller` is in the chat."""
        if caller.id not in self.members:
            return Role.OUTSIDE
        if caller.id == self.owner:
            return Role.OWNER
        if caller.id == self.created_by and caller.app.may("im:chat:operate_as_owner"):
            return Role.CREATOR
        return Role.MANAGER if caller.id in self.managers else Role.MEMBER

    def manages(self, caller: Caller) -> bool:
        """Tell whether `caller` is owner or manager, whatever the scopes."""
        return caller.id in self.members and caller.id in {self.owner, *self.managers}

    def join(self, member: str) -> None:
        """Let `member` in; nothing happens to somebody who is in."""
        if member not in self.members:
            self.members.append(member)
        if member in self.pending:
            self.pending.remove(member)

    def leave(self, member: str) -> None:
        """Take `member` out, with every role. The owner hands over first."""
        for names in (self.members, self.managers, self.moderators):
            if member in names:
                names.remove(member)

    def hand_over(self, owner: str) -> None:
        """Make `owner` the owner; the old one stays as a plain member."""
        self.owner = owner
        if owner in self.managers:
            self.managers.remove(owner)

    def dissolve(self, *, keep_history: bool = False) -> None:
        """End the chat; nobody is a member any more."""
        self.status = "dissolved_save" if keep_history else "dissolved"
        for names in (self.members, self.managers, self.moderators, self.pending):
            names.clear()

    def heir(self, leaving: str) -> str | None:
        """Return who takes over from the owner `leaving`: a manager before others, a user in any case."""
        candidates = [user for user in self.users if user != leaving]
        return next((user for user in candidates if user in self.managers), next(iter(candidates), None))
