"""Accepting drift: the desired group that agrees with what is live.

The counterpart of building steps: instead of leading live to desired, desired follows live. Changes that the
configuration made and that wait to be applied stay as they are.

What the configuration cannot say (two tabs of one name, a table in an announcement) still differs afterwards;
whoever accepts compares once more.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TypeVar

from reconciler.diff.changes import Change, ChangeKind, Origin
from reconciler.diff.menus import match_menus
from reconciler.diff.tabs import match_tabs
from reconciler.model.address import Facet
from reconciler.model.announcement import Announcement, LiveAnnouncement, said_all
from reconciler.model.collection import Collection, Mode
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.ids import SELF
from reconciler.model.menus import LiveMenu, LiveMenuItem, Menu, MenuItem
from reconciler.model.moderation import Moderation
from reconciler.model.persons import Standing
from reconciler.model.recorded import RecordedGroup
from reconciler.model.settings import UNREADABLE, Settings
from reconciler.model.tabs import LiveTab, Tab
from reconciler.plan.build import facet_difference

T = TypeVar("T")

_ORDER = (
    # Who has which role decides who else has to be in the group.
    Facet.OWNER,
    Facet.MANAGERS,
    Facet.MODERATION,
    Facet.MEMBERS,
    Facet.DEPARTURES,
    Facet.SETTINGS,
    Facet.ANNOUNCEMENT,
    Facet.TABS,
    Facet.MENUS,
)


def accept(desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None) -> DesiredGroup:
    """Return the group that asks for what is live, in everything that is managed and was not just configured.

    Args:
        desired: What the configuration asks for, people as open ids.
        live: The group with all facets of `desired`.
        recorded: What the last apply left; a change that only the configuration made waits for the next one.
    """
    for facet in _ORDER:
        changes, _ = facet_difference(facet, desired, live, recorded)
        moved = [change for change in changes if change.origin is not Origin.CONFIG]
        pending = frozenset(change.path for change in changes if change.origin is Origin.CONFIG)
        # People come and go with a mode that waits to be set.
        if moved and not (facet is Facet.MODERATION and facet in pending):
            desired = _accepted(facet, desired, live, recorded, moved, pending)
    return desired


def _accepted(
    facet: Facet,
    desired: DesiredGroup,
    live: LiveGroup,
    recorded: RecordedGroup | None,
    moved: Sequence[Change],
    pending: Container[str],
) -> DesiredGroup:
    """Return `desired` with the changes `moved` of one facet taken over."""
    update: dict[str, object] = {}
    match facet:
        case Facet.SETTINGS:
            update["settings"] = _settings(desired.settings, moved)
        case Facet.OWNER:
            update |= {"owner": live.owner or SELF, "owner_standing": Standing.ACTIVE}
        case Facet.MANAGERS if desired.managers is not None:
            update["managers"] = _people(desired.managers, moved)
        case Facet.MEMBERS | Facet.DEPARTURES if desired.members is not None:
            update["members"] = _people(desired.members, moved)
        case Facet.MODERATION if desired.moderation is not None and live.moderation is not None:
            update["moderation"] = _moderation(desired.moderation, live, moved)
        case Facet.ANNOUNCEMENT if desired.announcement is not None and live.announcement is not None:
            update["announcement"] = _announcement(desired.announcement, live.announcement)
        case Facet.TABS if desired.tabs is not None and live.tabs is not None:
            update["tabs"] = _tabs(desired.tabs, live.tabs, recorded, pending)
        case Facet.MENUS if desired.menus is not None and live.menus is not None:
            update["menus"] = _menus(desired.menus, live.menus, recorded, pending)
        case _:
            pass
    return desired.model_copy(update=update)


def _settings(desired: Settings, moved: Iterable[Change]) -> Settings:
    """Return the settings with live values; what the platform does not tell is managed no longer."""
    fields = desired.fields()
    for change in moved:
        if change.path in UNREADABLE:
            continue
        if change.before is None:
            del fields[change.path]
        else:
            fields[change.path] = change.before
    return Settings.from_fields(fields)


def _people(desired: Collection[str], moved: Sequence[Change]) -> Collection[str]:
    """Return the list without those who would have come and with those who would have gone."""
    missing = {change.after for change in moved if change.kind is ChangeKind.ADD}
    surplus = [change.before for change in moved if change.kind is ChangeKind.REMOVE]
    items = (*(each for each in desired.items if each not in missing), *surplus)
    return desired.model_copy(update={"items": tuple(dict.fromkeys(items))})


def _moderation(desired: Moderation, live: LiveGroup, moved: Sequence[Change]) -> Moderation:
    assert live.moderation is not None, "only what is told differs"
    mode = live.moderation.mode
    if all(change.kind is not ChangeKind.CHANGE for change in moved):
        assert desired.moderators is not None, "only a list has people who come and go"
        return desired.model_copy(update={"moderators": _people(desired.moderators, moved)})
    return Moderation(mode=mode, moderators=moderators_of(live) if mode == "moderator_list" else None)


def moderators_of(live: LiveGroup) -> Collection[str]:
    """Return the people who may post as an exact list; the owner always may and is never listed."""
    assert live.moderation is not None, "moderators are read with the mode"
    listed = (live.moderation.moderators or frozenset()) - {live.owner}
    return Collection[str](mode=Mode.EXACT, items=tuple(sorted(listed)))


def _announcement(desired: Announcement, live: LiveAnnouncement) -> Announcement:
    """Return the announcement with the live text; as it is where Markdown cannot say that."""
    blocks = None if live.type == "doc" else said_all(live.blocks)
    return desired if blocks is None else desired.model_copy(update={"blocks": blocks})


# ------------------------------------------------------------------ tabs


def _tabs(
    desired: Collection[Tab],
    live: Sequence[LiveTab],
    recorded: RecordedGroup | None,
    pending: Container[str],
) -> Collection[Tab]:
    match = match_tabs(desired, live, recorded)
    paired = {
        old.id: tab if f"tabs/{tab.name}" in pending else followed_tab(tab, old) for tab, old in match.pairs
    }
    surplus = {
        old.id: tab
        for old in match.surplus
        if f"tabs/{old.name or old.id}" not in pending and (tab := described_tab(old))
    }
    kept = {old.id: tab for old in match.kept if (tab := described_tab(old))}
    waiting = {tab.name for tab in match.missing if f"tabs/{tab.name}" in pending}
    items, keep = _arranged(desired, live, paired | surplus, kept, in_order="tabs" not in pending)
    return desired.model_copy(update={"items": _with_waiting(items, desired.items, waiting), "keep": keep})


def _arranged(
    desired: Collection[T],
    live: Sequence[LiveTab] | Sequence[LiveMenu],
    listed: Mapping[str, T],
    kept: Mapping[str, T],
    *,
    in_order: bool,
) -> tuple[list[T], tuple[str, ...]]:
    """Return what the list holds then, and what it keeps without listing it.

    Args:
        desired: The list as it is.
        live: Everything that is there, in its order.
        listed: What the list is to hold, by the ids of the live things.
        kept: What it keeps, likewise.
        in_order: Whether the live order counts; a kept thing that stands among listed ones is listed then.
    """
    if desired.mode is Mode.ADDITIVE or not in_order:
        return list(listed.values()), desired.keep
    known = {**listed, **kept}
    row = _without_tail([each.id for each in live if each.id in known], kept)
    named = {name for each in live if each.id in row and each.id in kept for name in (each.id, each.name)}
    return [known[each] for each in row], tuple(each for each in desired.keep if each not in named)


def followed_tab(tab: Tab, live: LiveTab) -> Tab:
    """Return `tab` with the live values of what it manages."""
    return Tab(
        name=live.name or tab.name,
        type=tab.type,
        link=live.link or tab.link,
        open_in_app=None if tab.open_in_app is None else live.open_in_app,
        icon=None if tab.icon is None else live.icon,
    )


def described_tab(live: LiveTab) -> Tab | None:
    """Return a live tab as the configuration would write it; `None` when it has no name or leads nowhere."""
    if not (live.name and live.link):
        return None
    is_web = live.type == "url"
    return Tab(
        name=live.name,
        type="url" if is_web else "doc",
        link=live.link,
        open_in_app=live.open_in_app if is_web else None,
        icon=live.icon if is_web else None,
    )


def _without_tail(row: list[str], kept: Container[str]) -> list[str]:
    """Return `row` without the kept things at its end: kept ones are expected after all others."""
    while row and row[-1] in kept:
        row = row[:-1]
    return row


def _with_waiting(items: list[Tab], desired: Sequence[Tab], waiting: Container[str]) -> tuple[Tab, ...]:
    """Return `items` with those that wait to be made, each behind what it stands behind in the configuration.

    One whose name or address is live by now was made by somebody else, otherwise; that one is accepted instead.
    """
    result = list(items)
    names, links = {each.name for each in items}, {(each.type, each.link) for each in items}
    for index, tab in enumerate(desired):
        if tab.name in waiting and tab.name not in names and (tab.type, tab.link) not in links:
            before = {each.name for each in desired[:index]}
            place = max((number for number, each in enumerate(result, 1) if each.name in before), default=0)
            result.insert(place, tab)
    return tuple(result)


# ------------------------------------------------------------------ menus


def _menus(
    desired: Collection[Menu],
    live: Sequence[LiveMenu],
    recorded: RecordedGroup | None,
    pending: Container[str],
) -> Collection[Menu]:
    match = match_menus(desired, live, recorded)
    paired = {
        old.id: menu if f"menus/{menu.name}" in pending else _followed_menu(menu, old)
        for menu, old in match.pairs
    }
    surplus = {old.id: described_menu(old) for old in match.surplus if f"menus/{old.name}" not in pending}
    kept = {old.id: described_menu(old) for old in match.kept}
    waiting = [menu for menu in match.missing if f"menus/{menu.name}" in pending]
    items, keep = _arranged(desired, live, paired | surplus, kept, in_order="menus" not in pending)
    return desired.model_copy(update={"items": (*items, *waiting), "keep": keep})


def _followed_menu(menu: Menu, live: LiveMenu) -> Menu:
    top = _followed_item(menu, live)
    return Menu(**vars(top), children=tuple(_followed_children(menu.children, live.children)))


def _followed_children(children: Sequence[MenuItem], live: Sequence[LiveMenuItem]) -> Iterable[MenuItem]:
    """Yield the live entries; one that the configuration knows by its name, or else by its place, stays its own."""
    by_name = {child.name: child for child in children}
    for place, old in enumerate(live):
        known = by_name.get(old.name)
        if known is None and len(children) == len(live):
            known = children[place]
        yield _followed_item(known, old) if known else _described_item(old)


def _followed_item(item: MenuItem, live: LiveMenuItem) -> MenuItem:
    """Return `item` with the live values of what it manages."""
    shown = live.i18n_names or {}
    names = None
    if item.i18n_names is not None:
        names = {locale: shown[locale] for locale in item.i18n_names if locale in shown}
    return MenuItem(
        name=live.name,
        url=live.url,
        i18n_names=names,
        icon=None if item.icon is None else live.icon,
    )


def described_menu(live: LiveMenu) -> Menu:
    """Return a live menu as the configuration would write it."""
    return Menu(
        **vars(_described_item(live)), children=tuple(_described_item(each) for each in live.children)
    )


def _described_item(live: LiveMenuItem) -> MenuItem:
    return MenuItem(name=live.name, url=live.url, i18n_names=live.i18n_names or None, icon=live.icon)
