"""What the state remembers of a facet after it was applied."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, assert_never

from reconciler.diff.menus import match_menus, menu_differs, menu_form
from reconciler.diff.tabs import match_tabs, tab_differs, tab_form
from reconciler.model.address import Facet
from reconciler.model.base import JsonValue
from reconciler.model.collection import Collection, Mode
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.recorded import RecordedGroup, RecordedValue, recorded_form

Values = dict[str, RecordedValue]

_COLLECTIONS: Final = {
    "members": Facet.MEMBERS,
    "managers": Facet.MANAGERS,
    "moderation": Facet.MODERATION,
    "moderators": Facet.MODERATION,
    "tabs": Facet.TABS,
    "menus": Facet.MENUS,
}


def record_facet(
    facet: Facet,
    desired: DesiredGroup,
    before: LiveGroup,
    after: LiveGroup,
    recorded: RecordedGroup | None,
) -> Values:
    """Return what to remember of a facet that is as desired now, or as near as the platform lets it.

    Args:
        facet: A managed facet.
        desired: What was asked for.
        before: The group before this apply: what it held already was not added by us.
        after: The group now.
        recorded: What was remembered so far.
    """
    match facet:
        case Facet.SETTINGS:
            return _record_settings(desired, after)
        case Facet.MEMBERS:
            present = before.members.users if before.members else frozenset()
            return _record_added("members", desired.implied_members, present, recorded)
        case Facet.MANAGERS:
            return _record_people("managers", desired.managers, before.managers, recorded)
        case Facet.MODERATION:
            return _record_moderation(desired, before, after, recorded)
        case Facet.TABS:
            return _record_tabs(desired, before, after, recorded)
        case Facet.MENUS:
            return _record_menus(desired, before, after, recorded)
        case Facet.EXISTENCE | Facet.LIFECYCLE:
            return {}
        case _:
            assert_never(facet)


def facet_of(path: str) -> Facet:
    """Return the facet that a recorded value belongs to."""
    return _COLLECTIONS.get(path, Facet.SETTINGS)


def _record_settings(desired: DesiredGroup, after: LiveGroup) -> Values:
    live = after.settings.fields()
    return {
        path: RecordedValue(sent=recorded_form(path, value), echo=_echo(path, value, live))
        for path, value in desired.settings.fields().items()
    }


def _echo(path: str, value: JsonValue, live: dict[str, JsonValue]) -> JsonValue:
    """Return what the platform made of a value, or nothing when it is the same or not told."""
    return None if live.get(path, value) == value else recorded_form(path, live[path])


def _record_added(
    facet: str, listed: Iterable[str], present: Iterable[str], recorded: RecordedGroup | None
) -> Values:
    """Remember those of `listed` that we added, now or before."""
    before = frozenset(present)
    ours = frozenset((recorded.items(facet) if recorded else None) or ())
    return {facet: RecordedValue(sent=[each for each in listed if each in ours or each not in before])}


def _record_people(
    facet: str,
    wanted: Collection[str] | None,
    present: Iterable[str] | None,
    recorded: RecordedGroup | None,
) -> Values:
    if wanted is None:
        return {}
    if wanted.mode is Mode.ADDITIVE:
        return _record_added(facet, wanted.items, present or (), recorded)
    return {facet: RecordedValue(sent=list(wanted.items))}


def _record_moderation(
    desired: DesiredGroup, before: LiveGroup, after: LiveGroup, recorded: RecordedGroup | None
) -> Values:
    moderation = desired.moderation
    if moderation is None:
        return {}
    live = after.moderation.mode if after.moderation else moderation.mode
    mode = RecordedValue(sent=moderation.mode, echo=None if live == moderation.mode else live)
    listed = before.moderation.moderators if before.moderation else None
    return {"moderation": mode, **_record_people("moderators", moderation.moderators, listed, recorded)}


def _record_tabs(
    desired: DesiredGroup, before: LiveGroup, after: LiveGroup, recorded: RecordedGroup | None
) -> Values:
    if desired.tabs is None:
        return {}
    pairs = match_tabs(desired.tabs, after.tabs or (), None).pairs
    old = frozenset(tab.name for tab, _ in match_tabs(desired.tabs, before.tabs or (), None).pairs)
    forms = {
        tab.name: (tab_form(tab), tab_form(live) if tab_differs(tab, live) else None) for tab, live in pairs
    }
    return {"tabs": _record_items(desired.tabs.mode, forms, old, recorded, "tabs")}


def _record_menus(
    desired: DesiredGroup, before: LiveGroup, after: LiveGroup, recorded: RecordedGroup | None
) -> Values:
    if desired.menus is None:
        return {}
    pairs = match_menus(desired.menus, after.menus or (), None).pairs
    old = frozenset(menu.name for menu, _ in match_menus(desired.menus, before.menus or (), None).pairs)
    forms = {
        menu.name: (menu_form(menu), menu_form(live) if menu_differs(menu, live) else None)
        for menu, live in pairs
    }
    return {"menus": _record_items(desired.menus.mode, forms, old, recorded, "menus")}


def _record_items(
    mode: Mode,
    forms: dict[str, tuple[JsonValue, JsonValue]],
    present: frozenset[str],
    recorded: RecordedGroup | None,
    facet: str,
) -> RecordedValue:
    """Remember tabs or menus in their order: all of them, or those that we added."""
    ours = frozenset(item["name"] for item in (recorded.items(facet) if recorded else None) or ())
    kept = [form for name, form in forms.items() if mode is Mode.EXACT or name in ours or name not in present]
    echoed = any(echo is not None for _, echo in kept)
    return RecordedValue(
        sent=[sent for sent, _ in kept],
        echo=[sent if echo is None else echo for sent, echo in kept] if echoed else None,
    )
