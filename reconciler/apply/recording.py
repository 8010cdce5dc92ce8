"""What the state remembers of a facet after it was applied.

What is as desired is remembered as desired; what is not (yet) keeps what was remembered of it. So the next
plan tells a value that somebody moved from one that we could not write, and an `additive` list never claims
a thing that others put there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

from reconciler.diff.announcement import recorded_markdown
from reconciler.diff.menus import match_menus, menu_differs, menu_form
from reconciler.diff.tabs import match_tabs, tab_differs, tab_form
from reconciler.model.address import Facet
from reconciler.model.base import JsonValue
from reconciler.model.collection import Collection, Mode
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.ids import other_bots_of
from reconciler.model.markdown import markdown_of
from reconciler.model.menus import LiveMenu, Menu
from reconciler.model.recorded import RecordedGroup, RecordedValue, recorded_form, recorded_value
from reconciler.model.tabs import LiveTab, Tab
from reconciler.plan.build import facet_difference

Values: TypeAlias = dict[str, RecordedValue]
Entries: TypeAlias = dict[str, tuple[JsonValue, JsonValue] | None]
"""Things by name: as sent and, if the platform made something else of it, as live; `None`: not there."""

_COLLECTIONS: Final = {
    "members": Facet.MEMBERS,
    "implied": Facet.MEMBERS,
    "managers": Facet.MANAGERS,
    "moderation": Facet.MODERATION,
    "moderators": Facet.MODERATION,
    "announcement": Facet.ANNOUNCEMENT,
    "tabs": Facet.TABS,
    "menus": Facet.MENUS,
    "top_notice": Facet.TOP_NOTICE,
    "owner": Facet.OWNER,
}


_EXACT_BY: Final = {
    "members": Facet.DEPARTURES,
    "managers": Facet.MANAGERS,
    "moderators": Facet.MODERATION,
    "tabs": Facet.TABS,
    "menus": Facet.MENUS,
}
"""The facets that remove what collections do not list."""


def facet_of(path: str) -> Facet:
    """Return the facet that a recorded value belongs to."""
    return _COLLECTIONS.get(path, Facet.SETTINGS)


def remembered(
    desired: DesiredGroup,
    before: LiveGroup,
    live: LiveGroup,
    recorded: RecordedGroup,
    facets: Iterable[Facet],
    *,
    accepted: frozenset[str] = frozenset(),
) -> RecordedGroup:
    """Return what to remember of a group: facets as far as they are as desired, without what is managed no longer.

    Args:
        desired: The group as configured.
        before: The group before this apply.
        live: The group now.
        recorded: What was remembered so far.
        facets: What may have changed; what live does not tell stays as it was remembered.
        accepted: Paths of differences that count as none: the platform made something else of what was sent.
    """
    told = [facet for facet in facets if _is_told(facet, live)]
    values = {
        path: value
        for path, value in recorded.values.items()
        if facet_of(path) in desired.facets and facet_of(path) not in told
    }
    left = {change.path for facet in told for change in facet_difference(facet, desired, live, recorded)[0]}
    waiting = _waiting(recorded, desired.implied_members, live)
    left |= {f"members/{each}" for each in waiting}
    recording = Recording(desired, before, live, recorded, unsettled=frozenset(left - accepted))
    for facet in told:
        values |= recording.values(facet)
    return recorded.model_copy(
        update={
            "values": dict(sorted(values.items())),
            "exact": recording.exact(told),
            "invited": waiting,
            "on_remove": desired.on_remove,
            "gave_away": recorded.gave_away or live.owner is not None,
        }
    )


def _waiting(recorded: RecordedGroup, wanted: Iterable[str], live: LiveGroup) -> dict[str, float]:
    """Return the invitations that still count: of people who are wanted and not in the group yet."""
    present = live.members.users if live.members else frozenset()
    still = frozenset(wanted) - present
    return {each: time for each, time in recorded.invited.items() if each in still}


def _is_told(facet: Facet, live: LiveGroup) -> bool:
    """Tell whether live shows a facet: what it does not show cannot be recorded as done."""
    if facet is Facet.OWNER:
        return True
    return getattr(live, "members" if facet is Facet.DEPARTURES else facet.value) is not None


@dataclass(frozen=True, slots=True)
class Recording:
    """What is known of a group when it is remembered."""

    desired: DesiredGroup
    before: LiveGroup
    """The group before this apply: what it held already was not added by us."""
    after: LiveGroup
    """The group now."""
    recorded: RecordedGroup
    """What was remembered so far."""
    unsettled: frozenset[str]
    """Paths of changes that are still to be made."""

    def values(self, facet: Facet) -> Values:
        """Return what to remember of a managed facet that live tells."""
        desired = self.desired
        match facet:
            case Facet.SETTINGS:
                return self._settings()
            case Facet.MEMBERS:
                return self._members()
            case Facet.MANAGERS:
                return self._people("managers", desired.managers, self.before.managers, self.after.managers)
            case Facet.MODERATION:
                return self._moderation()
            case Facet.ANNOUNCEMENT:
                return self._announcement()
            case Facet.TABS:
                return self._tabs()
            case Facet.MENUS:
                return self._menus()
            case Facet.TOP_NOTICE:
                return self._settled({"top_notice": RecordedValue(sent=desired.top_notice)})
            case Facet.OWNER:
                known = self.recorded.values.get("owner")
                # Of an owner who cannot be one nothing was sent.
                value = RecordedValue(sent=desired.owner) if desired.owner else known
                return self._settled({"owner": value} if value else {})
            case Facet.DEPARTURES | Facet.EXISTENCE | Facet.LIFECYCLE:
                return {}
            case _:
                assert_never(facet)

    def exact(self, facets: Iterable[Facet]) -> tuple[str, ...]:
        """Return the collections that are exact from now on: nothing that is not listed is left to go.

        Args:
            facets: What live tells; of everything else nothing new is known.
        """
        told = {path for path, facet in _EXACT_BY.items() if facet in facets}
        managed = self.desired.collections
        made = {path for path in told & managed.keys() if self._is_exact(path, managed[path])}
        return tuple(sorted(made | (managed.keys() & (frozenset(self.recorded.exact) - told))))

    def _is_exact(self, path: str, wanted: Collection[str] | Collection[Tab] | Collection[Menu]) -> bool:
        if wanted.mode is not Mode.EXACT:
            return False
        if path in self.recorded.exact:
            return True
        listed = {item if isinstance(item, str) else item.name for item in wanted.items}
        prefix = "moderation/" if path == "moderators" else f"{path}/"
        waiting = (each for each in self.unsettled if each.startswith(prefix))
        return not wanted.spared and all(each.removeprefix(prefix) in listed for each in waiting)

    def _members(self) -> Values:
        """Return the listed members and, apart from them, those who came for a role only.

        Who loses the role is not thrown out: only what left the list of members goes.
        """
        listed = self.desired.members or Collection[str](mode=Mode.ADDITIVE)
        others = [each for each in self.desired.role_holders if each not in listed.items]
        implied = Collection[str](mode=Mode.ADDITIVE, items=tuple(others))
        # Whom we invited came by us, whenever that was approved.
        before, after = (_told(self.before) or frozenset()) - self.recorded.invited.keys(), self._present()
        values = self._people("members", self.desired.members, before, after)
        return values | self._people("implied", implied, before, after, prefix="members")

    def _present(self) -> frozenset[str] | None:
        """Return who is in the group; bots that are not told are believed to be as recorded."""
        told = _told(self.after)
        if told is None or (self.after.members and self.after.members.bots is not None):
            return told
        return told | frozenset(other_bots_of(self.recorded.items("members") or []))

    def _settings(self) -> Values:
        live = self.after.settings.fields()
        wanted = self.desired.settings.fields().items()
        return self._settled({path: _value(path, value, live.get(path, value)) for path, value in wanted})

    def _settled(self, values: Values) -> Values:
        """Return `values`; those that are unsettled as they were remembered, if they were."""
        known = self.recorded.values
        chosen = {path: known.get(path) if path in self.unsettled else new for path, new in values.items()}
        return {path: value for path, value in chosen.items() if value is not None}

    def _moderation(self) -> Values:
        wanted, live = self.desired.moderation, self.after.moderation
        assert wanted is not None, "only what is managed is remembered"
        assert live is not None, "only what is told is remembered"
        return {
            **self._settled({"moderation": _value("moderation", wanted.mode, live.mode)}),
            **self._people(
                "moderators",
                wanted.moderators,
                _moderators(self.before),
                _moderators(self.after),
                prefix="moderation",
            ),
        }

    def _people(
        self,
        facet: str,
        wanted: Collection[str] | None,
        before: Iterable[str] | None,
        after: Iterable[str] | None,
        *,
        prefix: str = "",
    ) -> Values:
        if wanted is None:  # moderators, in every mode without a list
            return {}
        entries: Entries = {each: (each, None) for each in wanted.items}
        return self._items(
            facet, wanted.mode, entries, frozenset(before or ()), frozenset(after or ()), prefix=prefix
        )

    def _announcement(self) -> Values:
        wanted, live = self.desired.announcement, self.after.announcement
        assert wanted is not None, "only what is managed is remembered"
        assert live is not None, "only what is told is remembered"
        value = _value("announcement", markdown_of(wanted.blocks), recorded_markdown(wanted, live))
        return self._settled({"announcement": value})

    def _tabs(self) -> Values:
        wanted = self.desired.tabs
        assert wanted is not None, "only what is managed is remembered"
        forms = _forms_of_tabs(wanted, self.after.tabs or ())
        before = _present(_forms_of_tabs(wanted, self.before.tabs or ()))
        after = frozenset(tab.name for tab in self.after.tabs or () if tab.name)
        return self._items("tabs", wanted.mode, forms, before, after)

    def _menus(self) -> Values:
        wanted = self.desired.menus
        assert wanted is not None, "only what is managed is remembered"
        forms = _forms_of_menus(wanted, self.after.menus or ())
        before = _present(_forms_of_menus(wanted, self.before.menus or ()))
        after = frozenset(menu.name for menu in self.after.menus or ())
        return self._items("menus", wanted.mode, forms, before, after)

    def _items(
        self,
        facet: str,
        mode: Mode,
        listed: Entries,
        before: frozenset[str],
        after: frozenset[str],
        *,
        prefix: str = "",
    ) -> Values:
        """Return a list in its order: all that is listed, or those of it that we added.

        Things of ours that are listed no longer but still there stay remembered: they are still to go, when
        removals are allowed again.

        Args:
            facet: Path of the value.
            mode: Whether the list claims everything.
            listed: What is listed, by name.
            before: Names of the listed things that were there before this apply.
            after: Names of the things that are there now.
            prefix: First part of the paths of its changes, when that is not `facet`.
        """
        known = _entries(recorded_value(self.recorded, facet))
        unsettled = {name for name in listed if f"{prefix or facet}/{name}" in self.unsettled}
        entries = [
            known.get(name) if name in unsettled or entry is None else entry
            for name, entry in listed.items()
            if mode is Mode.EXACT or name in known or name not in before
        ]
        entries += [entry for name, entry in known.items() if name not in listed and name in after]
        kept = [entry for entry in entries if entry is not None]
        if not kept and not known and unsettled:
            return {}
        echoed = any(echo is not None for _, echo in kept)
        value = RecordedValue(
            sent=[sent for sent, _ in kept],
            echo=[sent if echo is None else echo for sent, echo in kept] if echoed else None,
        )
        return {facet: value}


def _told(live: LiveGroup) -> frozenset[str] | None:
    """Return the members that the platform tells."""
    return live.members.users | (live.members.bots or frozenset()) if live.members else None


def _moderators(live: LiveGroup) -> frozenset[str] | None:
    return live.moderation.moderators if live.moderation else None


def _value(path: str, sent: JsonValue, live: JsonValue) -> RecordedValue:
    """Return a value with what the platform made of it, if that is something else."""
    echo = None if live == sent else recorded_form(path, live)
    return RecordedValue(sent=recorded_form(path, sent), echo=echo)


def _forms_of_tabs(wanted: Collection[Tab], live: Sequence[LiveTab]) -> Entries:
    found = {
        tab.name: (tab_form(tab), tab_form(old) if tab_differs(tab, old) else None)
        for tab, old in match_tabs(wanted, live, None).pairs
    }
    return {tab.name: found.get(tab.name) for tab in wanted.items}


def _forms_of_menus(wanted: Collection[Menu], live: Sequence[LiveMenu]) -> Entries:
    found = {
        menu.name: (menu_form(menu), menu_form(old) if menu_differs(menu, old) else None)
        for menu, old in match_menus(wanted, live, None).pairs
    }
    return {menu.name: found.get(menu.name) for menu in wanted.items}


def _present(entries: Entries) -> frozenset[str]:
    return frozenset(name for name, entry in entries.items() if entry is not None)


def _entries(value: RecordedValue | None) -> Entries:
    """Return remembered things by name."""
    if value is None:
        return {}
    echoes = value.echo or [None] * len(value.sent)
    return {
        sent["name"] if isinstance(sent, dict) else sent: (sent, None if echo == sent else echo)
        for sent, echo in zip(value.sent, echoes, strict=False)
    }
