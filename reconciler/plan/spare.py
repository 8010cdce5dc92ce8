"""`--no-removals`: what must not be touched is copied into desired before the diff.

So the diff has no exceptions to remember.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from reconciler.model.collection import Collection
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.recorded import RecordedGroup

T = TypeVar("T")


def spare_live(desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None) -> DesiredGroup:
    """Return `desired` with everything live that it does not list in the `keep` of its collections.

    Bots cannot be read: those that we added stand in `recorded`.
    """
    ours = recorded.items("members") if recorded else None
    moderation = desired.moderation
    if moderation and moderation.moderators is not None:
        listed = (live.moderation and live.moderation.moderators) or ()
        moderation = moderation.model_copy(update={"moderators": _keeping(moderation.moderators, listed)})
    return desired.model_copy(
        update={
            "members": _keeping(
                desired.members, {*(live.members.users if live.members else ()), *(ours or ())}
            ),
            "managers": _keeping(desired.managers, live.managers or ()),
            "moderation": moderation,
            "tabs": _keeping(desired.tabs, (tab.id for tab in live.tabs or ())),
            "menus": _keeping(desired.menus, (menu.id for menu in live.menus or ())),
            "top_notice": None if desired.top_notice == "none" else desired.top_notice,
        }
    )


def _keeping(collection: Collection[T] | None, names: Iterable[str]) -> Collection[T] | None:
    """Return the collection with `names` kept, whatever its mode: an additive one lets go of its own."""
    if collection is None:
        return None
    return collection.model_copy(update={"keep": (*collection.keep, *sorted(names)), "spared": True})
