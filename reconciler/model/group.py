"""Desired and live groups: the facets put together."""

from __future__ import annotations

from typing import Literal, TypeAlias

from reconciler.model.address import Facet
from reconciler.model.base import Frozen
from reconciler.model.collection import Collection
from reconciler.model.ids import SELF
from reconciler.model.members import LiveMembers
from reconciler.model.menus import LiveMenu, Menu
from reconciler.model.moderation import LiveModeration, Moderation
from reconciler.model.recorded import OnRemove
from reconciler.model.settings import Settings
from reconciler.model.tabs import LiveTab, Tab

ChatStatus: TypeAlias = Literal["normal", "dissolved", "dissolved_save"]
ChatMode: TypeAlias = Literal["group", "topic", "p2p"]


class DesiredGroup(Frozen):
    """One group as the configuration asks for it. A facet of `None` is unmanaged."""

    key: str
    chat_id: str | None = None
    """The chat that exists already (declarative adopt)."""
    settings: Settings = Settings()
    owner: Literal["self"] | None = None
    managers: Collection[str] | None = None
    """`self` counts only in a group that a person owns: the owner is never a manager."""
    moderation: Moderation | None = None
    members: Collection[str] | None = None
    tabs: Collection[Tab] | None = None
    menus: Collection[Menu] | None = None
    on_remove: OnRemove = "forget"

    @property
    def implied_members(self) -> tuple[str, ...]:
        """Everybody who has to be in the group: managers, moderators, then listed members; never `self`."""
        moderators = self.moderation.moderators if self.moderation else None
        lists = (self.managers, moderators, self.members)
        named = [each for each_list in lists if each_list for each in each_list.items]
        return tuple(each for each in dict.fromkeys(named) if each != SELF)

    @property
    def facets(self) -> frozenset[Facet]:
        """The facets that have to be read to compare this group."""
        managed = {
            Facet.MEMBERS: bool(self.implied_members),
            Facet.MANAGERS: self.managers is not None,
            Facet.MODERATION: self.moderation is not None,
            Facet.TABS: self.tabs is not None,
            Facet.MENUS: self.menus is not None,
            Facet.OWNER: self.owner is not None,
        }
        return frozenset({Facet.SETTINGS, *(facet for facet, is_managed in managed.items() if is_managed)})


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
    tabs: tuple[LiveTab, ...] | None = None
    menus: tuple[LiveMenu, ...] | None = None
    user_count: int = 0
    log_id: str = ""
    """Of the answer, when it shows that the group cannot be managed: dissolved, or seen from outside."""
