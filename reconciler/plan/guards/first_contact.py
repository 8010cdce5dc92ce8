"""`first-contact`: a collection becomes exact, and things would go that nobody of ours ever listed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from reconciler.diff.changes import Change, ChangeKind
from reconciler.errors import Diagnostic, Text, text
from reconciler.model.address import address
from reconciler.model.base import JsonValue
from reconciler.model.collection import Mode
from reconciler.model.recorded import RecordedGroup, recorded_value
from reconciler.plan.guards.scope import GroupScope
from reconciler.plan.plan import GroupPlan

_MOST_KEPT: Final = 50
"""Things that are spelt out to be kept; beyond that the list says nothing to anybody."""


def check_first_contact(scope: GroupScope) -> Iterator[Diagnostic]:
    """Refuse the first removals from a collection that no apply has made exact yet."""
    group = scope.group
    if group.desired is None:
        return
    for path, collection in group.desired.collections.items():
        known = group.recorded is not None and path in group.recorded.exact
        if collection.mode is Mode.EXACT and not known:
            foreign = _foreign(group, path)
            if foreign:
                yield _refusal(group.key, path, foreign)


def _foreign(group: GroupPlan, path: str) -> list[Change]:
    """Return the removals of what we did not put there ourselves."""
    ours = _recorded_names(group.recorded, path)
    prefix = f"{_FACETS.get(path, path)}/"
    return [
        change
        for step in group.performable
        for change in step.changes
        if change.kind is ChangeKind.REMOVE and change.path.startswith(prefix) and _name(change) not in ours
    ]


_FACETS: Final = {"moderators": "moderation"}
"""First part of the paths of changes, where it is not that of the collection."""


def _name(change: Change) -> str:
    return change.path.partition("/")[2]


def _recorded_names(recorded: RecordedGroup | None, path: str) -> frozenset[JsonValue]:
    value = recorded_value(recorded, path)
    items = value.sent if value else ()
    return frozenset(item["name"] if isinstance(item, dict) else item for item in items)


def _refusal(key: str, path: str, foreign: Sequence[Change]) -> Diagnostic:
    return Diagnostic(
        text("Collection becomes exact for the first time"),
        text(
            "`{path}` was not exact before, and what it does not list would be removed: {count} "
            "({names}). Nothing was changed in this group.",
            path=path,
            count=len(foreign),
            names=", ".join(_name(change) for change in foreign[:_MOST_KEPT])
            + (", …" if len(foreign) > _MOST_KEPT else ""),
        ),
        _way_out(path, foreign),
        address=address(key, _FACETS.get(path, path)),
        source=foreign[0].source,
    )


def _way_out(path: str, foreign: Sequence[Change]) -> Text:
    if len(foreign) > _MOST_KEPT:
        return text(
            "To keep all that is there, write `mode: additive` beside the list of `{path}`. To remove it, run `groupctl "
            "apply --override first-contact`.",
            path=path,
        )
    # YAML reads strings of JSON.
    kept = ", ".join(json.dumps(_name(change), ensure_ascii=False) for change in foreign)
    return text(
        "To keep what is there, write the list of `{path}` as `{{mode: exact, list: […], keep: […]}}`, with:\n"
        "    keep: [{kept}]\n"
        "To remove it, run `groupctl apply --override first-contact`.",
        path=path,
        kept=kept,
    )
