"""Menus: which live top-level menu is which desired one, and what differs.

Only name, localized names, link and icon of an entry can be changed in place. Everything else (the kind of
an entry, the number of children) is *structure*: it takes deleting and creating the whole top-level menu.

Source: menus.openapi.yaml, `info.x-change-matrix` and `info.x-convergence`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from reconciler.diff.changes import Change, ChangeKind, origin_of_item
from reconciler.diff.ordering import diff_order
from reconciler.diff.risk import risk_of_item
from reconciler.model.base import JsonValue
from reconciler.model.collection import Collection, keeps
from reconciler.model.menus import LiveMenu, LiveMenuItem, Menu, MenuItem
from reconciler.model.recorded import RecordedGroup, recorded_names, recorded_value


@dataclass(frozen=True, slots=True)
class MenuMatch:
    """The live top-level menus of a group, sorted by what becomes of them."""

    pairs: tuple[tuple[Menu, LiveMenu], ...]
    """Desired menus that exist by name, in the order of the configuration."""
    missing: tuple[Menu, ...]
    surplus: tuple[LiveMenu, ...]
    kept: tuple[LiveMenu, ...]


def match_menus(
    desired: Collection[Menu], live: Sequence[LiveMenu], recorded: RecordedGroup | None
) -> MenuMatch:
    """Decide which live menu is which desired one, by name.

    Of two with one name the one that is as desired counts, else the first: a menu that was created again
    stands behind its namesake and has to be found there.
    """
    free = [settled_menu(menu, desired.items, recorded) for menu in live]
    found: dict[str, LiveMenu] = {}
    for menu in desired.items:
        namesakes = [each for each in free if each.name == menu.name]
        # Of equals min() takes the first.
        match = min(namesakes, key=partial(menu_differs, menu), default=None)
        if match:
            found[menu.name] = match
            free.remove(match)
    # A second menu of a listed name is somebody else's: ours is the one that was found.
    dropped = recorded_names(recorded, "menus") - {menu.name for menu in desired.items}
    stays = {menu.id: keeps(desired, (menu.name, menu.id), dropped) for menu in free}
    return MenuMatch(
        pairs=tuple((menu, found[menu.name]) for menu in desired.items if menu.name in found),
        missing=tuple(menu for menu in desired.items if menu.name not in found),
        surplus=tuple(menu for menu in free if not stays[menu.id]),
        kept=tuple(menu for menu in free if stays[menu.id]),
    )


def menu_form(menu: MenuItem) -> dict[str, JsonValue]:
    """Return a menu as plain data without ids: how changes and the state show it."""
    form = menu.model_dump(
        mode="json", exclude_none=True, exclude={"id": True, "children": {"__all__": {"id"}}}
    )
    if not form.get("children"):
        form.pop("children", None)
    return form


def settled_menu(live: LiveMenu, desired: Sequence[Menu], recorded: RecordedGroup | None) -> LiveMenu:
    """Return `live`, or how we sent it when it is what the platform made of a menu we still want."""
    value = recorded_value(recorded, "menus")
    if value is None or value.echo is None:
        return live
    form = menu_form(live)
    pairs = list(zip(value.sent, value.echo, strict=False))
    menu = next((m for m in desired if any((s, e) == (menu_form(m), form) for s, e in pairs)), None)
    if menu is None or len(menu.children) != len(live.children):
        return live
    children = tuple(
        LiveMenuItem(**vars(child), id=old.id)
        for child, old in zip(menu.children, live.children, strict=True)
    )
    return LiveMenu(**vars(menu) | {"children": children}, id=live.id)


def item_differs(item: MenuItem, live: LiveMenuItem) -> bool:
    """Tell whether a managed field of one entry differs from live, its children aside."""
    return (
        item.name != live.name
        or item.url != live.url
        or (item.icon is not None and item.icon != live.icon)
        or bool((item.i18n_names or {}).items() - (live.i18n_names or {}).items())
    )


def menu_differs(menu: Menu, live: LiveMenu) -> bool:
    """Tell whether anything managed of a top-level menu or its children differs from live."""
    return (
        item_differs(menu, live)
        or len(menu.children) != len(live.children)
        or any(item_differs(*each) for each in zip(menu.children, live.children, strict=True))
    )


def diff_menus(
    desired: Collection[Menu], live: Sequence[LiveMenu], recorded: RecordedGroup | None
) -> tuple[Change, ...]:
    """Return menus that go, change and come, then the change of their order (`exact` only)."""
    match = match_menus(desired, live, recorded)
    value = recorded_value(recorded, "menus")

    def change(kind: ChangeKind, name: str, before: JsonValue, after: JsonValue) -> Change:
        origin = origin_of_item(before, after, value)
        return Change(
            path=f"menus/{name}",
            kind=kind,
            before=before,
            after=after,
            origin=origin,
            risk=risk_of_item("menus", kind),
        )

    removed = [change(ChangeKind.REMOVE, menu.name, menu_form(menu), None) for menu in match.surplus]
    changed = [
        change(ChangeKind.CHANGE, menu.name, menu_form(old), menu_form(menu))
        for menu, old in match.pairs
        if menu_differs(menu, old)
    ]
    added = [change(ChangeKind.ADD, menu.name, None, menu_form(menu)) for menu in match.missing]
    moved = diff_order("menus", desired.mode, _present_order(match, live), _wanted_order(match), value)
    return (*removed, *changed, *added, *moved)


def _wanted_order(match: MenuMatch) -> list[LiveMenu]:
    """Return the existing menus that stay in their wanted order: listed first, kept ones after."""
    return [*(menu for _, menu in match.pairs), *match.kept]


def _present_order(match: MenuMatch, live: Sequence[LiveMenu]) -> list[LiveMenu]:
    """Return the same menus in live order."""
    staying = {menu.id: menu for menu in _wanted_order(match)}
    return [staying[menu.id] for menu in live if menu.id in staying]
