"""Describing a live group: the desired group that a configuration of it would have.

Described is what our role may write, as far as it can be known: what only others can change is left out, so that
it is not compared for ever and never written. Managers, moderators, tabs and menus become exact lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from reconciler.errors import Text, text
from reconciler.model.address import Facet
from reconciler.model.announcement import Announcement, said_all
from reconciler.model.collection import Collection, Mode
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.ids import SELF
from reconciler.model.menus import Menu
from reconciler.model.moderation import Moderation
from reconciler.model.recorded import RecordedGroup
from reconciler.model.settings import Settings
from reconciler.model.tabs import Tab
from reconciler.plan.accept import described_menu, described_tab, moderators_of
from reconciler.plan.announcement import foreign_kinds
from reconciler.plan.authority import Role, authority_for, block_for, role_in
from reconciler.plan.build import facet_difference
from reconciler.plan.plan import Authority

ALWAYS: Final = frozenset(
    {Facet.SETTINGS, Facet.MANAGERS, Facet.MODERATION, Facet.ANNOUNCEMENT, Facet.TABS, Facet.MENUS}
)
"""The facets that are described in any case."""
WHEN_ASKED: Final = frozenset({Facet.MEMBERS, Facet.OWNER})
"""The facets that are described only when somebody asks: they belong to people more than to a configuration."""


_FACETS: Final = (
    "owner",
    "managers",
    "moderation",
    "members",
    "announcement",
    "tabs",
    "menus",
    "top_notice",
)


def managed_paths(desired: DesiredGroup) -> frozenset[str]:
    """Return what a group manages: settings by their dotted paths, and facets."""
    facets = (name for name in _FACETS if getattr(desired, name) is not None)
    return frozenset((*desired.settings.fields(), *facets))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part of a group that is not described."""

    path: str
    """A facet, or a setting by its dotted path."""
    reason: Text


@dataclass(frozen=True, slots=True)
class Description:
    """A live group as a configuration would ask for it."""

    desired: DesiredGroup
    left_out: tuple[LeftOut, ...] = ()


def describe(
    key: str,
    live: LiveGroup,
    recorded: RecordedGroup | None = None,
    *,
    facets: frozenset[Facet] = ALWAYS,
    operate_as_owner: bool = False,
) -> Description:
    """Return a live group as a configuration would ask for it: nothing of it differs from live.

    Args:
        key: The key that the group gets.
        live: The group, read in full with all `facets`; moderators need the members as well.
        recorded: What the state knows of it, if it was managed before.
        facets: What to describe.
        operate_as_owner: Whether the app holds `im:chat:operate_as_owner`.
    """
    desired = DesiredGroup(key=key, chat_id=live.chat_id)
    left_out: list[LeftOut] = []

    def may(facet: Facet, path: str) -> Text | None:
        authority = authority_for(facet, [path], live, recorded, operate_as_owner=operate_as_owner)
        return block_for(facet, live, recorded).reason if authority is Authority.REFUSED else None  # type: ignore[return-value]  # made by text()

    fields = {}
    for path, value in live.settings.fields().items():
        refusal = may(Facet.SETTINGS, path)
        if refusal:
            left_out.append(LeftOut(path, refusal))
        else:
            fields[path] = value
    desired = desired.model_copy(update={"settings": Settings.from_fields(fields)})
    for facet, read in _READERS.items():
        if facet not in facets:
            continue
        # The owner is described for people who ask: that it is somebody else is worth knowing.
        refusal = None if facet is Facet.OWNER else may(facet, facet.value)
        told = refusal or read(live, recorded)
        if isinstance(told, Text):
            left_out.append(LeftOut(facet.value, told))
        elif told is not None:
            desired = desired.model_copy(update={facet.value: told})
    settled = _without_differences(desired, live, recorded)
    left_out += [
        LeftOut(facet, _UNSAYABLE) for facet in sorted(managed_paths(desired) - managed_paths(settled))
    ]
    return Description(settled, tuple(left_out))


_UNSAYABLE: Final = text("What the platform shows cannot be written so that nothing differs from it.")

Told = Text | None | object
"""What a reader returns: a value, the reason why there is none, or `None` for nothing to tell."""


def _owner(live: LiveGroup, recorded: RecordedGroup | None) -> str | Text:
    if live.owner:
        return live.owner
    if role_in(live, recorded) is Role.OWNER:
        return SELF
    return text("A bot owns the group, and no call tells which one.")


def _managers(live: LiveGroup, _recorded: RecordedGroup | None) -> Collection[str] | None:
    if live.managers is None:
        return None
    return Collection[str](mode=Mode.EXACT, items=_people(live.managers))


def _moderation(live: LiveGroup, _recorded: RecordedGroup | None) -> Moderation | None:
    if live.moderation is None:
        return None
    mode = live.moderation.mode
    return Moderation(mode=mode, moderators=moderators_of(live) if mode == "moderator_list" else None)


def _members(live: LiveGroup, _recorded: RecordedGroup | None) -> Collection[str] | Text | None:
    if live.members is None:
        return None
    if not live.members.complete:
        return text("The platform shows only a part of the members.")
    return Collection[str](mode=Mode.ADDITIVE, items=_people(live.members.users))


def _people(ids: Iterable[str]) -> tuple[str, ...]:
    """Return people in a stable order: ourselves, users, then bots."""
    return tuple(sorted(ids, key=lambda each: (each != SELF, each.startswith("cli_"), each)))


def _announcement(live: LiveGroup, _recorded: RecordedGroup | None) -> Announcement | Text:
    if live.announcement is None:
        return text("The platform does not let our app read it.")
    if live.announcement.type == "doc":
        return text("It is of the old kind (doc), which no call of the platform can replace.")
    blocks = said_all(live.announcement.blocks)
    if blocks is None:
        kinds = ", ".join(foreign_kinds(live.announcement))
        return text("It holds what Markdown cannot say ({kinds}).", kinds=kinds)
    return Announcement(blocks=blocks) if blocks else text("It is empty.")


def _tabs(live: LiveGroup, _recorded: RecordedGroup | None) -> Collection[Tab] | Text | None:
    if live.tabs is None:
        return None
    tabs = [described_tab(tab) for tab in live.tabs if tab.writable]
    described = tuple(tab for tab in tabs if tab)
    if len(described) < len(tabs):
        return text("A tab has no name, or leads nowhere.")
    return Collection[Tab](mode=Mode.EXACT, items=described)


def _menus(live: LiveGroup, _recorded: RecordedGroup | None) -> Collection[Menu] | None:
    if live.menus is None:
        return None
    return Collection[Menu](mode=Mode.EXACT, items=tuple(described_menu(menu) for menu in live.menus))


_READERS: Final[dict[Facet, Callable[[LiveGroup, RecordedGroup | None], Told]]] = {
    Facet.OWNER: _owner,
    Facet.MANAGERS: _managers,
    Facet.MODERATION: _moderation,
    Facet.MEMBERS: _members,
    Facet.ANNOUNCEMENT: _announcement,
    Facet.TABS: _tabs,
    Facet.MENUS: _menus,
}


def _without_differences(
    desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None
) -> DesiredGroup:
    """Return `desired` without the facets that would differ from live all the same."""
    for facet in _differing(desired, live, recorded):
        # Who has a role has to be a member, so that a missing member speaks against the role.
        culprits = (facet, *_ROLES) if facet is Facet.MEMBERS else (facet,)
        culprit = next(each for each in culprits if getattr(desired, each) is not None)
        return _without_differences(desired.model_copy(update={culprit.value: None}), live, recorded)
    return desired


_ROLES: Final = (Facet.MODERATION, Facet.OWNER, Facet.MANAGERS)


def _differing(desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None) -> Iterator[Facet]:
    facets = (facet for facet in _READERS if facet in desired.facets)
    return (facet for facet in facets if facet_difference(facet, desired, live, recorded)[0])
