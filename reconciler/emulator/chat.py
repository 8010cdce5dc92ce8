"""One chat as the emulator keeps it, and what somebody is in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reconciler.emulator.announcement import keep_only
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

LOCALES = ("zh_cn", "en_us", "ja_jp")
"""Languages in which groups and menus have names."""

TOP_LEVELS = 3
"""Menus of a chat."""

SECOND_LEVELS = 5
"""Entries of a menu."""

TAGS = ("inner", "tenant", "department", "edu", "meeting", "customer_service")
"""Kinds of groups; of several the first one here is shown."""

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

    `members` is in the order of joining, users and bots together; `joined` numbers the moments of joining, so
    that those who came at the same moment have the same number.
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
    joined: dict[str, int] = field(default_factory=dict)
    managers: list[str] = field(default_factory=list)
    moderators: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    former: list[str] = field(default_factory=list)
    """Who was in the chat when it was dissolved with its history kept."""
    tabs: list[dict[str, Any]] = field(default_factory=list)
    menus: list[dict[str, Any]] = field(default_factory=list)
    announcement: dict[str, Any] = field(default_factory=dict)
    """See `reconciler.emulator.announcement`."""
    top_notice: dict[str, str] = field(default_factory=dict)
    expiring_messages: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    """What kind of group it is: values of `TAGS`; a group of one company is `inner` if nothing stands here."""
    tabs_and_menus_reserved: bool = False
    pins_reserved: bool = False
    secret: bool = False
    team: bool = False
    super_large: bool = False
    meeting: bool = False
    banned: bool = False
    active_time: float = 0.0

    @classmethod
    def one_to_one(cls, chat_id: str, tenant_key: str, maker: str, other: str, now: float) -> Chat:
        """Return a new one-to-one chat."""
        chat = cls(chat_id=chat_id, tenant_key=tenant_key, owner=maker, mode="p2p", active_time=now)
        chat.join(maker, other)
        return chat

    @property
    def dissolved(self) -> bool:
        """Whether the chat is gone."""
        return self.status != "normal"

    @property
    def public(self) -> bool:
        """Whether everybody in the tenant can find and join the chat."""
        return self.settings["chat_type"] == "public"

    @property
    def tag(self) -> str | None:
        """The one tag that answers show; an external group without tags has none."""
        tags = self.tags or ([] if self.external else ["inner"])
        return next((tag for tag in TAGS if tag in tags), None)

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

    def join(self, *members: str) -> None:
        """Let `members` in at the same moment; nothing happens to somebody who is in."""
        moment = self.joined[self.members[-1]] + 1 if self.members else 0
        for member in members:
            if member not in self.joined:
                self.members.append(member)
                self.joined[member] = moment
            if member in self.pending:
                self.pending.remove(member)

    def leave(self, member: str, *, keep_role: bool = False) -> None:
        """Take `member` out, with every role unless `keep_role` is set. The owner hands over first."""
        del self.joined[member]
        self.members.remove(member)
        for names in (self.moderators,) if keep_role else (self.managers, self.moderators):
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
        self.former = list(self.members) if keep_history else []
        for names in (self.members, self.managers, self.moderators, self.pending):
            names.clear()
        self.joined.clear()

    def keep_only(self, known: Collection[str], stand_in: str) -> None:
        """Take out everybody who is not `known`, with everything that is theirs.

        An owner is followed by the heir or, without one, by the bot `stand_in` if it is in the chat; a chat that
        nobody can take over is dissolved, and so is a one-to-one chat that loses one of the two.
        """
        incomplete = not all(member in known for member in self.members)
        for names in (self.members, self.managers, self.moderators, self.pending, self.former):
            names[:] = [name for name in names if name in known]
        self.joined = {member: moment for member, moment in self.joined.items() if member in known}
        if self.created_by not in known:
            self.created_by = ""
        orphaned = self.owner not in known
        if orphaned:
            self.hand_over(self.heir() or stand_in)
        if not self.dissolved and (
            (orphaned and self.owner not in self.members) or (incomplete and self.mode == "p2p")
        ):
            self.dissolve()
        if self.announcement:
            keep_only(self.announcement, known, self.owner)

    def heir(self, *leaving: str) -> str | None:
        """Return who takes over when `leaving` go: a manager before others, a user in any case."""
        candidates = [user for user in self.users if user not in leaving]
        return next((user for user in candidates if user in self.managers), next(iter(candidates), None))
