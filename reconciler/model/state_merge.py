"""Puts two states together that began as one: two pipelines wrote, or somebody adopted a group meanwhile.

What only one side changed is taken. What both changed is put together value by value, and lists thing by thing, so that
neither side loses what it added; where both wrote the same value, ours holds: it is a memory of what was written, which
the next run compares with the platform anyway. Who is who is never guessed: a key with two chats stops everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple, TypeVar

from reconciler.errors import Diagnostic, StateError, Text, text
from reconciler.model.base import JsonValue
from reconciler.model.recorded import Intent, RecordedGroup, RecordedValue, State, Tombstone

T = TypeVar("T")

_LISTS: Final = frozenset({"managers", "moderators", "members", "implied", "tabs", "menus"})


class _Entry(NamedTuple):
    """All that a state knows of a key."""

    group: RecordedGroup | None
    intent: Intent | None
    tombstone: Tombstone | None


_NOTHING: Final = _Entry(None, None, None)


def merge_states(base: State | None, ours: State, theirs: State) -> State:
    """Return a state that holds what both sides know.

    Args:
        base: What both began with; `None` when neither found anything.
        ours: One of them; it holds where both wrote the same value.
        theirs: The other.

    Returns:
        Theirs or ours as it is when the other changed nothing; else a state with the higher serial of the two.

    Raises:
        StateError: They are states of different fleets, or bind a key to two chats or a chat to two keys.
    """
    begun = base or State(lineage=ours.lineage, fleet=ours.fleet, endpoint=ours.endpoint)
    return _three_way(begun, ours, theirs, _merge)


def _merge(base: State, ours: State, theirs: State) -> State:
    problems = [*_foreign(ours, theirs)]
    if problems:
        raise StateError(*problems)
    entries: dict[str, _Entry] = {}
    for key in sorted(_keys(base) | _keys(ours) | _keys(theirs)):
        try:
            entries[key] = _three_way(
                _entry(base, key), _entry(ours, key), _entry(theirs, key), _merge_entries
            )
        except _Disagreement:
            problems.append(_disagree(key, _entry(ours, key), _entry(theirs, key)))
    groups = {key: entry.group for key, entry in entries.items() if entry.group}
    problems += _shared(groups)
    if problems:
        raise StateError(*problems)
    return ours.model_copy(
        update={
            "serial": max(ours.serial, theirs.serial),
            "app_id": ours.app_id or theirs.app_id,
            "tenant_key": ours.tenant_key or theirs.tenant_key,
            "groups": groups,
            "intents": {key: entry.intent for key, entry in entries.items() if entry.intent},
            "tombstones": {key: entry.tombstone for key, entry in entries.items() if entry.tombstone},
            "images": dict(sorted(_merge_maps(base.images, ours.images, theirs.images).items())),
        }
    )


# ------------------------------------------------------------------ in general


def _three_way(base: T, ours: T, theirs: T, both: Callable[[T, T, T], T]) -> T:
    """Return what one side alone made of `base`, or what `both` makes of two changes."""
    if theirs in (base, ours):
        return ours
    return theirs if ours == base else both(base, ours, theirs)


def _ours(_base: T | None, ours: T | None, theirs: T | None) -> T | None:
    """Let ours hold; where one side removed what the other changed, what is there holds."""
    return theirs if ours is None else ours


def _merge_maps(
    base: Mapping[str, T],
    ours: Mapping[str, T],
    theirs: Mapping[str, T],
    both: Callable[[T | None, T | None, T | None], T | None] = _ours,
) -> dict[str, T]:
    """Return what both sides made of a map, in the order of ours."""
    merged = {
        name: _three_way(base.get(name), ours.get(name), theirs.get(name), both)
        for name in {**ours, **theirs}
    }
    return {name: value for name, value in merged.items() if value is not None}


# ------------------------------------------------------------------ one key


class _Disagreement(Exception):
    """Nothing tells which of two bindings is right."""


def _keys(state: State) -> frozenset[str]:
    return frozenset({*state.groups, *state.intents, *state.tombstones})


def _entry(state: State, key: str) -> _Entry:
    return _Entry(state.groups.get(key), state.intents.get(key), state.tombstones.get(key))


def _merge_entries(base: _Entry, ours: _Entry, theirs: _Entry) -> _Entry:
    if [part is None for part in ours] != [part is None for part in theirs]:
        raise _Disagreement
    return _Entry(
        _merge_groups(base.group, ours.group, theirs.group) if ours.group and theirs.group else None,
        _merge_intents(ours.intent, theirs.intent) if ours.intent and theirs.intent else None,
        _merge_tombstones(ours.tombstone, theirs.tombstone) if ours.tombstone and theirs.tombstone else None,
    )


def _merge_intents(ours: Intent, theirs: Intent) -> Intent:
    """Return the one that was begun first: with one uuid the platform makes one group, and for so long only."""
    if ours.uuid != theirs.uuid:
        raise _Disagreement
    return min(ours, theirs, key=lambda each: each.time)


def _merge_tombstones(ours: Tombstone, theirs: Tombstone) -> Tombstone:
    _require_same_chat(ours.group, theirs.group)
    return ours.model_copy(update={"abandoned": ours.abandoned or theirs.abandoned})


def _merge_groups(base: RecordedGroup | None, ours: RecordedGroup, theirs: RecordedGroup) -> RecordedGroup:
    _require_same_chat(ours, theirs)
    if base is None or base.chat_id != ours.chat_id:
        base = RecordedGroup(chat_id=ours.chat_id, incarnation=ours.incarnation)
    plain = {
        name: _three_way(getattr(base, name), getattr(ours, name), getattr(theirs, name), _ours)
        for name in ("created_by_us", "gave_away", "promised_to", "on_remove")
    }
    values = _merge_maps(base.values, ours.values, theirs.values)
    lists = _LISTS & ours.values.keys() & theirs.values.keys()
    values |= {
        path: _merge_lists(base.values.get(path), ours.values[path], theirs.values[path]) for path in lists
    }
    exact = _merge_maps(_marks(base.exact), _marks(ours.exact), _marks(theirs.exact))
    return ours.model_copy(
        update={
            **plain,
            "values": dict(sorted(values.items())),
            "exact": tuple(sorted(exact)),
            "invited": _merge_maps(base.invited, ours.invited, theirs.invited),
        }
    )


def _require_same_chat(ours: RecordedGroup, theirs: RecordedGroup) -> None:
    if (ours.chat_id, ours.incarnation) != (theirs.chat_id, theirs.incarnation):
        raise _Disagreement


def _merge_lists(base: RecordedValue | None, ours: RecordedValue, theirs: RecordedValue) -> RecordedValue:
    """Return a list that claims what either side added, and nothing that either removed."""
    things = _merge_maps(_things(base), _things(ours), _things(theirs)).values()
    sent, seen = [each[0] for each in things], [each[1] for each in things]
    return RecordedValue(sent=sent, echo=None if seen == sent else seen)


def _marks(names: Iterable[str]) -> dict[str, bool]:
    return dict.fromkeys(names, True)


def _things(value: RecordedValue | None) -> dict[str, tuple[JsonValue, JsonValue]]:
    """Return the things of a list by name: as sent and as seen."""
    if value is None:
        return {}
    return {
        sent["name"] if isinstance(sent, dict) else sent: (sent, seen)
        for sent, seen in zip(value.sent, value.seen, strict=True)
    }


# ------------------------------------------------------------------ what cannot be put together


def _foreign(ours: State, theirs: State) -> Iterator[Diagnostic]:
    """Yield how two states belong to different places."""
    for what, left, right in (
        (text("the lineage"), ours.lineage, theirs.lineage),
        (text("the fleet"), ours.fleet, theirs.fleet),
        (text("the platform"), ours.endpoint, theirs.endpoint),
        (text("the app"), ours.app_id or theirs.app_id, theirs.app_id or ours.app_id),
        (text("the tenant"), ours.tenant_key or theirs.tenant_key, theirs.tenant_key or ours.tenant_key),
    ):
        if left != right:
            yield Diagnostic(
                text("States cannot be merged"),
                text(
                    "They are states of two different things: {what} is `{ours}` in ours and `{theirs}` in theirs.",
                    what=what,
                    ours=left,
                    theirs=right,
                ),
                text("Keep the one that belongs to this fleet, and leave the other where it belongs."),
            )


def _disagree(key: str, ours: _Entry, theirs: _Entry) -> Diagnostic:
    return Diagnostic(
        text("States cannot be merged"),
        text(
            "`{key}` is {ours} in ours and {theirs} in theirs.",
            key=key,
            ours=_told(ours),
            theirs=_told(theirs),
        ),
        text(
            "Look at both chats, decide which one it is, and bind it: `groupctl adopt {key}=CHAT_ID`. The other is "
            "left to nobody: dissolve it, or give it a key of its own.",
            key=key,
        ),
        address=key,
    )


def _told(entry: _Entry) -> Text:
    if entry.group:
        return text("bound to `{chat}`", chat=entry.group.chat_id)
    if entry.intent:
        return text("a create that was begun and not finished")
    if entry.tombstone:
        return text("forgotten, formerly `{chat}`", chat=entry.tombstone.group.chat_id)
    return text("unknown")


def _shared(groups: Mapping[str, RecordedGroup]) -> Iterator[Diagnostic]:
    """Yield the chats that two keys are bound to."""
    holders: dict[str, str] = {}
    for key, group in groups.items():
        other = holders.setdefault(group.chat_id, key)
        if other != key:
            yield Diagnostic(
                text("States cannot be merged"),
                text(
                    "`{chat}` is bound to `{other}` on one side and to `{key}` on the other.",
                    chat=group.chat_id,
                    other=other,
                    key=key,
                ),
                text("Decide which key it is, and `groupctl forget` the other one."),
                address=key,
            )
