"""Desired and live groups: the facets put together."""

from __future__ import annotations

from typing import Literal, TypeAlias

from reconciler.model.address import Facet
from reconciler.model.announcement import Announcement, LiveAnnouncement
from reconciler.model.base import Frozen
from reconciler.model.collection import Collection
from reconciler.model.ids import SELF, is_user
from reconciler.model.members import LiveMembers
from reconciler.model.menus import LiveMenu, Menu
from reconciler.model.moderation import LiveModeration, Moderation
from reconciler.model.persons import Standing
from reconciler.model.recorded import OnRemove
from reconciler.model.settings import Settings
from reconciler.model.tabs import LiveTab, Tab
from reconciler.model.top_notice import TopNotice

ChatStatus: TypeAlias = Literal["normal", "dissolved", "dissolved_save"]
ChatMode: TypeAlias = Literal["group", "topic", "p2p"]


class DesiredGroup(Frozen):
    """One group as the configuration asks for it. A facet of `None` is unmanaged."""

    key: str
    chat_id: str | None = None
    """The chat that exists already (declarative adopt)."""
    settings: Settings = Settings()
    previously: tuple[str, ...] = ()
    """Keys that the group had before."""
    owner: str | None = None
    """`self` or a person; empty when the person cannot own groups."""
    owner_standing: Standing = Standing.ACTIVE
    """Whether the person whom the configuration names as the owner can own groups."""
    managers: Collection[str] | None = None
    """`self` counts only in a group that a person owns: the owner is never a manager."""
    moderation: Moderation | None = None
    members: Collection[str] | None = None
    announcement: Announcement | None = None
    tabs: Collection[Tab] | None = None
    menus: Collection[Menu] | None = None
    top_notice: TopNotice | None = None
    on_remove: OnRemove = "forget"

    @property
    def collections(self) -> dict[str, Collection[str] | Collection[Tab] | Collection[Menu]]:
        """The managed lists by the path under which they are recorded."""
        listed = {
            "members": self.members,
            "managers": self.managers,
            "moderators": self.moderation.moderators if self.moderation else None,
            "tabs": self.tabs,
            "menus": self.menus,
        }
        return {path: collection for path, collection in listed.items() if collection is not None}

    @property
    def role_holders(self) -> tuple[str, ...]:
        """Everybody who is to have a role: the owner, managers, then moderators; never `self`."""
        others = _others(self.managers, self.moderation.moderators if self.moderation else None)
        return tuple(dict.fromkeys((self.heir, *others))) if self.heir else others

    @property
    def heir(self) -> str | None:
        """The person who is to own the group; `None` when that is our app, or left alone."""
        return self.owner if self.owner and is_user(self.owner) else None

    @property
    def implied_members(self) -> tuple[str, ...]:
        """Everybody who has to be in the group: who is to have a role, then listed members; never `self`."""
        return tuple(dict.fromkeys((*self.role_holders, *_others(self.members))))

    @property
    def facets(self) -> frozenset[Facet]:
        """The facets that have to be read to compare this group."""
        managed = {
            Facet.MEMBERS: self.members is not None or bool(self.implied_members),
            Facet.DEPARTURES: self.members is not None,
            Facet.MANAGERS: self.managers is not None,
            Facet.MODERATION: self.moderation is not None,
            Facet.ANNOUNCEMENT: self.announcement is not None,
            Facet.TABS: self.tabs is not None,
            Facet.MENUS: self.menus is not None,
            Facet.TOP_NOTICE: self.top_notice is not None,
            Facet.OWNER: self.owner is not None,
        }
        return frozenset({Facet.SETTINGS, *(facet for facet, is_managed in managed.items() if is_managed)})


def _others(*lists: Collection[str] | None) -> tuple[str, ...]:
    """Return everybody but our own app on the managed ones of `lists`, each once."""
    named = [each for each_list in lists if each_list for each in each_list.items]
    return tuple(each for each in dict.fromkeys(named) if each != SELF)


class LiveGroup(Frozen):
    """One group as the platform returned it. `None` means not told, never empty."""

    chat_id: str
    status: ChatStatus = "normal"
    full: bool = True
    """False for the reduced view that callers outside the chat get; its settings are no facts."""
    mode: ChatMode | None = "group"
    external: bool = False
    tenant_key: str | None = None
    settings: Settings = Settings()
    owner: str | None = None
    """Open id of a person. `None` in a full view: some bot owns the group; nothing tells which."""
    managers: frozenset[str] | None = None
    moderation: LiveModeration | None = None
    members: LiveMembers | None = None
    announcement: LiveAnnouncement | None = None
    tabs: tuple[LiveTab, ...] | None = None
    menus: tuple[LiveMenu, ...] | None = None
    top_notice: TopNotice | None = None
    """No call tells it; certain in a group that is new, and after we wrote it."""
    user_count: int | None = 0
    """`None`: the platform did not tell."""
    log_id: str = ""
    """Of the answer, when it shows that the group cannot be managed: dissolved, or seen from outside."""
