"""Tabs: which live tab is which desired one, and what differs.

Source: tabs.openapi.yaml, `info.x-convergence`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.diff.changes import Change, ChangeKind, origin_of_item
from reconciler.diff.ordering import diff_order
from reconciler.diff.risk import risk_of_item
from reconciler.model.base import JsonValue
from reconciler.model.collection import Collection, keeps
from reconciler.model.recorded import RecordedGroup, recorded_names, recorded_value
from reconciler.model.tabs import LiveTab, Tab


@dataclass(frozen=True, slots=True)
class TabMatch:
    """The live tabs of a group, sorted by what becomes of them."""

    pairs: tuple[tuple[Tab, LiveTab], ...]
    """Desired tabs that exist, in the order of the configuration."""
    missing: tuple[Tab, ...]
    """Desired tabs that do not exist, in the order of the configuration."""
    surplus: tuple[LiveTab, ...]
    """Writable live tabs that have to go, in live order."""
    kept: tuple[LiveTab, ...]
    """Writable live tabs that are not listed and stay, in live order."""


def match_tabs(desired: Collection[Tab], live: Sequence[LiveTab], recorded: RecordedGroup | None) -> TabMatch:
    """Decide which live tab is which desired one.

    A tab keeps its id while its name or its link matches: link and name first, then the link, then the
    name, always within one type. Tabs that the API cannot write take no part.
    """
    free = [settled_tab(tab, desired.items, recorded) for tab in live if tab.writable]
    found: dict[str, LiveTab] = {}
    for same in (_same_link_and_name, _same_link, _same_name):
        for tab in desired.items:
            match = None if tab.name in found else next((each for each in free if same(tab, each)), None)
            if match:
                found[tab.name] = match
                free.remove(match)
    # A second tab of a listed name is somebody else's: ours is the one that was found.
    dropped = recorded_names(recorded, "tabs") - {tab.name for tab in desired.items}
    stays = {tab.id: keeps(desired, (tab.name, tab.id), dropped) for tab in free}
    return TabMatch(
        pairs=tuple((tab, found[tab.name]) for tab in desired.items if tab.name in found),
        missing=tuple(tab for tab in desired.items if tab.name not in found),
        surplus=tuple(tab for tab in free if not stays[tab.id]),
        kept=tuple(tab for tab in free if stays[tab.id]),
    )


def _same_link_and_name(tab: Tab, live: LiveTab) -> bool:
    return _same_link(tab, live) and _same_name(tab, live)


def _same_link(tab: Tab, live: LiveTab) -> bool:
    return tab.type == live.type and tab.link == live.link


def _same_name(tab: Tab, live: LiveTab) -> bool:
    return tab.type == live.type and tab.name == live.name


def tab_form(tab: Tab | LiveTab) -> dict[str, JsonValue]:
    """Return a tab as plain data without its id: how changes and the state show it."""
    return tab.model_dump(mode="json", exclude_none=True, exclude={"id"})


def settled_tab(live: LiveTab, desired: Sequence[Tab], recorded: RecordedGroup | None) -> LiveTab:
    """Return `live`, or how we sent it when it is what the platform made of a tab we still want."""
    value = recorded_value(recorded, "tabs")
    if value is None or value.echo is None:
        return live
    form = tab_form(live)
    wanted = [tab_form(tab) for tab in desired]
    sent: dict[str, JsonValue] = next(
        (sent for sent, echo in zip(value.sent, value.echo, strict=False) if echo == form and sent in wanted),
        {},
    )
    return live.model_copy(update=sent)


def tab_differs(tab: Tab, live: LiveTab) -> bool:
    """Tell whether a managed field of a tab differs from live; `None` is unmanaged."""
    return any(getattr(live, name) != value for name, value in tab_form(tab).items())


def diff_tabs(
    desired: Collection[Tab], live: Sequence[LiveTab], recorded: RecordedGroup | None
) -> tuple[Change, ...]:
    """Return tabs that go, change and come, then the change of their order (`exact` only)."""
    match = match_tabs(desired, live, recorded)
    value = recorded_value(recorded, "tabs")

    def change(kind: ChangeKind, name: str, before: JsonValue, after: JsonValue) -> Change:
        origin = origin_of_item(before, after, value)
        return Change(
            path=f"tabs/{name}",
            kind=kind,
            before=before,
            after=after,
            origin=origin,
            risk=risk_of_item("tabs", kind),
        )

    removed = [change(ChangeKind.REMOVE, tab.name or tab.id, tab_form(tab), None) for tab in match.surplus]
    changed = [
        change(ChangeKind.CHANGE, tab.name, tab_form(old), tab_form(tab))
        for tab, old in match.pairs
        if tab_differs(tab, old)
    ]
    added = [change(ChangeKind.ADD, tab.name, None, tab_form(tab)) for tab in match.missing]
    moved = diff_order("tabs", desired.mode, _present_order(match, live), _wanted_order(match), value)
    return (*removed, *changed, *added, *moved)


def _wanted_order(match: TabMatch) -> list[LiveTab]:
    """Return the existing tabs that stay in their wanted order: listed first, kept ones after."""
    return [*(tab for _, tab in match.pairs), *match.kept]


def _present_order(match: TabMatch, live: Sequence[LiveTab]) -> list[LiveTab]:
    """Return the same tabs in live order."""
    staying = {tab.id: tab for tab in _wanted_order(match)}
    return [staying[tab.id] for tab in live if tab.id in staying]
