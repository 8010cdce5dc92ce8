"""The fewest calls that make the live menu the desired one, keeping what can be kept.

A menu that exists by name and has the wanted structure is never deleted: it is patched in place, so that
its id stays and it never vanishes. Other menus are deleted and created, or patched into each other when
that takes fewer calls.

Source: menus.openapi.yaml, `info.x-convergence`; docs/behaviour.md, "Order", decides for patching "whenever its structure
allows" where the contract would also delete and create.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from reconciler.diff.menus import MenuMatch, match_menus
from reconciler.model.collection import Collection, Mode
from reconciler.model.menus import LiveMenu, LiveMenuItem, Menu, MenuItem
from reconciler.model.recorded import RecordedGroup
from reconciler.plan.operations import (
    CreateMenus,
    DeleteMenus,
    MenuField,
    MenuRef,
    Operation,
    PatchMenuItem,
    SortMenus,
)

Pairing = dict[str, LiveMenu]
"""Desired menus, by name, and the live menus that become them."""


def plan_menus(
    desired: Collection[Menu], live: Sequence[LiveMenu], recorded: RecordedGroup | None
) -> tuple[Operation, ...]:
    """Return the operations of the menus step; empty when nothing managed differs."""
    match = match_menus(desired, live, recorded)
    drafts = (_Draft(desired, live, match, pairing) for pairing in _pairings(match))
    # Of equals min() takes the first, and pairings come with the fewest renamed menus first.
    return min((draft.operations() for draft in drafts), key=len)


def _pairings(match: MenuMatch) -> Iterator[Pairing]:
    """Yield every way to keep live menus; those that exist with the wanted structure are always kept."""
    kept = {menu.name: old for menu, old in match.pairs if _patchable(menu, old)}
    rebuilt = [(menu, old) for menu, old in match.pairs if menu.name not in kept]
    homeless = [*(menu for menu, _ in rebuilt), *match.missing]
    places = [*(old for _, old in rebuilt), *match.surplus]
    found = _choices(homeless, places)
    yield from sorted(({**kept, **choice} for choice in found), key=len)


def _choices(homeless: Sequence[Menu], places: Sequence[LiveMenu]) -> Iterator[Pairing]:
    """Yield every pairing of homeless menus with places they can be patched into; at most 34 of 3 by 3."""
    if not homeless:
        yield {}
        return
    menu, rest = homeless[0], homeless[1:]
    yield from _choices(rest, places)
    for place in places:
        if _patchable(menu, place):
            others = [each for each in places if each is not place]
            yield from ({menu.name: place, **choice} for choice in _choices(rest, others))


def _patchable(menu: Menu, live: LiveMenu) -> bool:
    """Tell whether patches alone can turn `live` into `menu`."""
    if menu.action != live.action or len(menu.children) != len(live.children):
        return False
    children = zip(menu.children, live.children, strict=True)
    return _leaves_nothing_behind(menu, live) and all(
        item.action == old.action and _leaves_nothing_behind(item, old) for item, old in children
    )


def _leaves_nothing_behind(item: MenuItem, live: LiveMenuItem) -> bool:
    """Tell whether a patch leaves no icon or localized name of another entry.

    Removing either by a patch is only inferred in the contract, so they count as structure. An entry that
    keeps its name keeps them as well: there they are unmanaged.
    """
    if item.name == live.name:
        return True
    return not (live.icon and item.icon is None) and not (live.i18n_names and not item.i18n_names)


@dataclass(frozen=True, slots=True)
class _Draft:
    """One way to go, with the live menus that become desired ones by patches."""

    desired: Collection[Menu]
    live: Sequence[LiveMenu]
    match: MenuMatch
    pairing: Pairing

    def operations(self) -> tuple[Operation, ...]:
        staying = {old.id for old in chain(self.pairing.values(), self.match.kept)}
        deleted = tuple(menu.id for menu in self.live if menu.id not in staying)
        created = tuple(menu for menu in self.desired.items if menu.name not in self.pairing)
        calls: list[Operation] = list(self._patches())
        if deleted:
            calls.append(DeleteMenus(ids=deleted))
        if created:
            calls.append(CreateMenus(menus=created))
        order = self._order(frozenset(deleted), created)
        if order:
            calls.append(SortMenus(order=order))
        return tuple(calls)

    def _patches(self) -> Iterator[PatchMenuItem]:
        for menu in self.desired.items:
            old = self.pairing.get(menu.name)
            if old:
                yield from patch_item(menu, old)
                for item, old_item in zip(menu.children, old.children, strict=True):
                    yield from patch_item(item, old_item)

    def _order(self, deleted: frozenset[str], created: tuple[Menu, ...]) -> tuple[MenuRef, ...]:
        """Return the order to sort into, or nothing when it comes out by itself."""
        new = {menu.name: MenuRef(name=menu.name) for menu in created}
        listed = [new.get(menu.name) or MenuRef(id=self.pairing[menu.name].id) for menu in self.desired.items]
        wanted = [*listed, *(MenuRef(id=menu.id) for menu in self.match.kept)]
        present = [MenuRef(id=menu.id) for menu in self.live if menu.id not in deleted] + list(new.values())
        return () if self.desired.mode is Mode.ADDITIVE or present == wanted else tuple(wanted)


def patch_item(item: MenuItem, live: LiveMenuItem) -> Iterator[PatchMenuItem]:
    """Yield the patch that makes one live entry the desired one; nothing when it is already."""
    # An entry that becomes another one takes no localized name of the old one along.
    inherited = live.i18n_names if item.name == live.name else None
    localized = {**(inherited or {}), **(item.i18n_names or {})}
    fields: dict[MenuField, bool] = {
        "NAME": item.name != live.name,
        "I18N_NAME": item.i18n_names is not None and localized != (live.i18n_names or {}),
        "REDIRECT_LINK": item.url != live.url,
        "ICON": item.icon is not None and item.icon != live.icon,
    }
    changed = tuple(field for field, differs in fields.items() if differs)
    if changed:
        sent = MenuItem(name=item.name, url=item.url, icon=item.icon, i18n_names=localized or None)
        yield PatchMenuItem(id=live.id, fields=changed, item=sent)
