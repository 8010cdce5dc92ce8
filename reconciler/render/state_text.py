"""The state as text and as JSON: which key is bound to which chat, and what was last applied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.model.recorded import Intent, RecordedGroup, RecordedValue, State, Tombstone
from reconciler.render.as_json import dump_json
from reconciler.render.columns import Cell, align, indent
from reconciler.render.durations import age, moment
from reconciler.render.headings import heading
from reconciler.render.safe import safe
from reconciler.render.style import Style
from reconciler.render.translate import say, say_count
from reconciler.render.values import inline

STATE_OUTPUT_VERSION: Final = 1

_PLAIN: Final = Style(color=False)


def render_state_list(state: State, now: float) -> str:
    """Return a line per key: bound ones, creates that were begun, forgotten ones.

    Args:
        state: The state.
        now: Seconds since 1970; ages are told from it.
    """
    rows = [
        (Cell(safe(key)), Cell(safe(chat_id)), Cell(standing)) for key, chat_id, standing in _keys(state, now)
    ]
    lines = indent(align(rows, _PLAIN)) or indent([say("No keys.")])
    return "\n".join((_title(state), *lines))


def _title(state: State) -> str:
    bound = say_count(len(state.groups), "{n} bound group", "{n} bound groups")
    parts = (
        say("State of the fleet {fleet} on {endpoint}", fleet=state.fleet, endpoint=state.endpoint),
        say("app {app_id}", app_id=state.app_id) if state.app_id else "",
        say("lineage {lineage}", lineage=state.lineage),
        say("serial {serial}", serial=state.serial),
        bound,
    )
    return ", ".join(part for part in parts if part)


def _keys(state: State, now: float) -> Iterator[tuple[str, str, str]]:
    for key, group in sorted(state.groups.items()):
        yield key, group.chat_id, say("created by us") if group.created_by_us else say("adopted")
    for key, intent in sorted(state.intents.items()):
        yield key, say("(no chat yet)"), say("create begun {age}", age=age(now - intent.time))
    for key, tombstone in sorted(state.tombstones.items()):
        ago = age(now - tombstone.time)
        standing = say("given up {age}", age=ago) if tombstone.abandoned else say("forgotten {age}", age=ago)
        yield key, tombstone.group.chat_id, standing


def render_state_group(key: str, state: State, now: float) -> str:
    """Return everything that the state holds of one key.

    Args:
        key: A key; one that the state does not know is told so.
        state: The state.
        now: Seconds since 1970.
    """
    tombstone = state.tombstones.get(key)
    group = state.groups.get(key) or (tombstone.group if tombstone else None)
    intent = state.intents.get(key)
    lines = [heading(Cell(), key, "", group.chat_id if group else None, "", _PLAIN)]
    lines += indent([*_life_lines(tombstone, intent, now), *(_group_lines(group) if group else ())])
    if len(lines) == 1:
        lines += indent([say("The state does not hold this key.")])
    return "\n".join(lines)


def _life_lines(tombstone: Tombstone | None, intent: Intent | None, now: float) -> Iterator[str]:
    if tombstone:
        when, ago = moment(tombstone.time), age(now - tombstone.time)
        yield (
            say("given up {when} ({age}); a new group is created when the key comes back", when=when, age=ago)
            if tombstone.abandoned
            else say(
                "forgotten {when} ({age}); bound to this chat again when the key comes back",
                when=when,
                age=ago,
            )
        )
    if intent:
        when, ago = moment(intent.time), age(now - intent.time)
        yield say("create begun {when} ({age}), uuid {uuid}", when=when, age=ago, uuid=intent.uuid)


def _group_lines(group: RecordedGroup) -> Iterator[str]:
    facts = (
        (say("created by us"), say("yes") if group.created_by_us else say("no")),
        (say("given away"), say("yes") if group.gave_away else say("no")),
        (say("when its key leaves the files"), group.on_remove),
        (say("incarnation"), str(group.incarnation)),
    )
    yield from align([(Cell(name), Cell(safe(value))) for name, value in facts], _PLAIN)
    if not group.values:
        return
    yield say("last applied:")
    rows = [
        (Cell(safe(path)), Cell(inline(value.sent)), Cell(_echo(value)))
        for path, value in sorted(group.values.items())
    ]
    yield from indent(align(rows, _PLAIN))


def _echo(value: RecordedValue) -> str:
    return "" if value.echo is None else say("(the platform made {echo} of it)", echo=inline(value.echo))


def state_json(state: State, key: str | None = None) -> str:
    """Return the state as it is or, given a key, what it holds of that: `group`, `intent`, `tombstone`."""
    if key is None:
        return dump_json({"format_version": STATE_OUTPUT_VERSION, **state.model_dump()})
    group, intent, tombstone = state.groups.get(key), state.intents.get(key), state.tombstones.get(key)
    return dump_json(
        {
            "format_version": STATE_OUTPUT_VERSION,
            "key": key,
            "group": group.model_dump() if group else None,
            "intent": intent.model_dump() if intent else None,
            "tombstone": tombstone.model_dump() if tombstone else None,
        }
    )
