"""What a plan was made of: the digest of all that its steps touch in one live group.

It changes when anything changes that a step writes or depends on, and with nothing else: whole fields and whole
collections, our role, and whether the group is still there. How many people are in it is no part of it.

Source: docs/behaviour.md, "Saved plans".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias, assert_never

from reconciler.model.address import Facet
from reconciler.model.base import JsonValue
from reconciler.model.group import LiveGroup
from reconciler.model.recorded import RecordedGroup
from reconciler.plan.authority import role_in
from reconciler.plan.canonical import canonical_digest
from reconciler.plan.operations import UpdateChat
from reconciler.plan.plan import Step

Touched: TypeAlias = tuple[str, JsonValue]
"""A field or collection with its live value; `None`: not told."""


def fingerprint(steps: Iterable[Step], live: LiveGroup, recorded: RecordedGroup | None) -> str:
    """Return the digest of what the steps touch in a live group.

    Args:
        steps: All steps of the group; a blocked one is not performed and touches nothing.
        live: The group, with all facets of the steps.
        recorded: What the state knows of it: our role follows from that as well.
    """
    touched = dict(each for step in steps if step.block is None for each in _touched(step, live))
    return canonical_digest(
        {"chat_status": live.status, "role": role_in(live, recorded).value, "touched": touched}
    )


def _touched(step: Step, live: LiveGroup) -> Iterator[Touched]:
    match step.facet:
        case Facet.SETTINGS:
            yield from _settings(step, live)
        case Facet.MEMBERS | Facet.DEPARTURES:
            yield "members", live.members and live.members.model_dump()
        case Facet.MANAGERS:
            yield "managers", live.managers
        case Facet.MODERATION:
            yield "moderation", live.moderation and live.moderation.model_dump()
        case Facet.ANNOUNCEMENT:
            # With ids and revision: its edits name blocks by the one and what they were planned with by the other.
            yield "announcement", live.announcement and live.announcement.model_dump()
        case Facet.TABS:
            yield "tabs", _items(live.tabs)
        case Facet.MENUS:
            yield "menus", _items(live.menus)
        case Facet.TOP_NOTICE:
            yield "top_notice", live.top_notice
        case Facet.OWNER:
            yield "owner", live.owner
        case Facet.EXISTENCE | Facet.LIFECYCLE:
            pass
        case _:
            assert_never(step.facet)


def _settings(step: Step, live: LiveGroup) -> Iterator[Touched]:
    """Yield the fields that are written; of localized names all, for they are written as a whole."""
    written = {
        path for each in step.operations if isinstance(each, UpdateChat) for path in each.settings.fields()
    }
    touched = {*written, *(change.path for change in step.changes)}
    told = live.settings.fields()
    for path in touched:
        if path.startswith("i18n_names."):
            yield "i18n_names", live.settings.i18n_names
        else:
            yield path, told.get(path)


def _items(things: Iterable[JsonValue] | None) -> JsonValue:
    return None if things is None else [each.model_dump() for each in things]
