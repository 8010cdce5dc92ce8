"""Which chat a key belongs to, and what becomes of keys without one.

| configuration | state      | binding                                                        |
|---------------|------------|----------------------------------------------------------------|
| key           | bound      | `bound`; `chat_id` in the YAML must agree                      |
| key           | tombstone  | `adopt` the same chat again, never created                     |
| key, `chat_id`| nothing    | `adopt`                                                        |
| key           | intent     | `resume` the create with the same uuid and body, if fresh      |
| key           | nothing    | `create`                                                       |
| key           | abandoned  | `create` the next incarnation: the old chat is gone for good   |
| no key        | bound      | `leave`                                                        |
| no key        | intent     | told: there may be a group that nobody knows of                |

A key with `previously` stands for its old keys as well: what the state knows of one of them is taken over. An old
key that somebody lays claim to has not left.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from reconciler.errors import Diagnostic, text
from reconciler.model.base import Frozen
from reconciler.model.group import DesiredGroup
from reconciler.model.recorded import Intent, RecordedGroup, State

RESUMABLE_SECONDS: Final = 9 * 3600
"""The platform remembers a uuid for 10 hours; one hour is left for clocks and slow runs.
Source: chats.openapi.yaml, chat_create `uuid`."""
CLOCK_SECONDS: Final = 3600
"""How far the clock of the run that began a create may have been ahead: that hour."""


class BindingKind(StrEnum):
    """How a key relates to a chat."""

    BOUND = "bound"
    ADOPT = "adopt"
    RESUME = "resume"
    CREATE = "create"
    LEAVE = "leave"


class Binding(Frozen):
    """A key with its chat, if it has one. With a `problem` nothing can be planned for the key."""

    key: str
    kind: BindingKind
    chat_id: str | None = None
    recorded: RecordedGroup | None = None
    intent: Intent | None = None
    uuid: str = ""
    incarnation: int = 0
    """Of a group that is to be created."""
    renamed_from: str | None = None
    """The key under which the state knows what is bound here."""
    problem: Diagnostic | None = None


def create_uuid(fleet: str, key: str, incarnation: int) -> str:
    """Return the deduplication key of a create: at most 50 characters, the same for the same group."""
    identity = "\0".join((fleet, key, str(incarnation)))
    return "gr-" + hashlib.sha256(identity.encode()).hexdigest()[:40]


def is_resumable(intent: Intent, now: float) -> bool:
    """Tell whether the platform certainly remembers the uuid of a create that was begun.

    A time in the future is that of a clock that was wrong: how old the intent is, nobody knows.
    """
    return -CLOCK_SECONDS < now - intent.time < RESUMABLE_SECONDS


def too_old(key: str, known_as: str) -> Diagnostic:
    """Return why a create that was begun, known by the key `known_as`, is not repeated."""
    return Diagnostic(
        text("Unfinished create is too old to resume"),
        text(
            "The create of this group was begun more than 9 hours ago and its answer never arrived. "
            "The platform may have made the group; repeating the create now could make a second one."
        ),
        text(
            "Look for the group in Feishu. If it is there, set its `chat_id:` in the YAML. If it is "
            "not, run `groupctl forget {key}`.",
            key=known_as,
        ),
        address=key,
    )


def bind(key: str, desired: DesiredGroup | None, state: State, now: float) -> Binding:
    """Return the binding of one key of the configuration or the state.

    Args:
        key: A key that the configuration, the state or both know.
        desired: What the configuration asks for; `None` when the key left it.
        state: The state.
        now: Seconds since 1970.
    """
    if desired is None:
        recorded = state.groups.get(key)
        return Binding(
            key=key,
            kind=BindingKind.LEAVE,
            chat_id=recorded.chat_id if recorded else None,
            recorded=recorded,
            problem=_left_unfinished(key) if key in state.intents and not recorded else None,
        )
    known_keys = _known_keys((key, *desired.previously), state)
    if len(known_keys) > 1:
        return _known_twice(key, known_keys)
    binding = _bind_known(key, known_keys[0] if known_keys else key, desired, state, now)
    is_renamed = known_keys not in ([], [key])
    return binding.model_copy(update={"renamed_from": known_keys[0]}) if is_renamed else binding


def claimed_keys(groups: Iterable[DesiredGroup]) -> frozenset[str]:
    """Return the old keys that groups lay claim to with `previously`."""
    return frozenset(old for group in groups for old in group.previously)


def reborn(binding: Binding, fleet: str) -> Binding:
    """Return the binding of a forgotten key whose chat turned out to be dissolved: a new group is created."""
    assert binding.recorded, "a forgotten key is remembered"
    incarnation = binding.recorded.incarnation + 1
    return Binding(
        key=binding.key,
        kind=BindingKind.CREATE,
        uuid=create_uuid(fleet, binding.key, incarnation),
        incarnation=incarnation,
        renamed_from=binding.renamed_from,
    )


def _known_keys(keys: Iterable[str], state: State) -> list[str]:
    """Return the keys under which a group may be known: bound or begun ones, else the first that was forgotten."""
    named = list(dict.fromkeys(keys))
    active = [each for each in named if each in state.groups or each in state.intents]
    return (
        active or [each for each in named if each in state.tombstones and not _is_abandoned(each, state)][:1]
    )


def _is_abandoned(key: str, state: State) -> bool:
    return key in state.tombstones and state.tombstones[key].abandoned


def _bind_known(key: str, known_as: str, desired: DesiredGroup, state: State, now: float) -> Binding:
    recorded = state.groups.get(known_as)
    is_gone = known_as in state.intents or _is_abandoned(known_as, state)
    buried = None if is_gone else state.tombstones.get(known_as)
    known = recorded or (buried.group if buried else None)
    if known and desired.chat_id not in {None, known.chat_id}:
        return _conflict(key, BindingKind.BOUND, desired.chat_id, known.chat_id)
    chat_id = known.chat_id if known else desired.chat_id
    if chat_id:
        holder = _other_holder({key, known_as}, chat_id, state)
        if holder:
            return _held(key, chat_id, holder)
        kind = BindingKind.BOUND if recorded else BindingKind.ADOPT
        return Binding(key=key, kind=kind, chat_id=chat_id, recorded=known)
    return _unborn(key, known_as, state, now)


def refuse_shared_chats(bindings: Mapping[str, Binding]) -> dict[str, Binding]:
    """Return the bindings, with a problem for all keys that would come to share a chat.

    A forgotten key that comes back lays claim to its chat, and so may another one by its `chat_id`.
    """
    claims: defaultdict[str, list[str]] = defaultdict(list)
    for key, binding in bindings.items():
        if binding.kind is BindingKind.ADOPT and binding.chat_id:
            claims[binding.chat_id].append(key)
    shared = {key: keys for keys in claims.values() if len(keys) > 1 for key in keys}
    return {
        key: binding if key not in shared or binding.problem else _shared(binding, shared[key])
        for key, binding in bindings.items()
    }


def _shared(binding: Binding, keys: Iterable[str]) -> Binding:
    problem = Diagnostic(
        text("Chat is claimed by several keys"),
        text(
            "`{chat_id}` would be bound to {keys}: named by `chat_id:`, or bound to the key before it was forgotten.",
            chat_id=binding.chat_id,
            keys=", ".join(f"`{key}`" for key in sorted(keys)),
        ),
        text("Keep one of these keys in the YAML files, and give other groups new keys."),
        address=binding.key,
    )
    return binding.model_copy(update={"problem": problem})


def _other_holder(keys: Container[str], chat_id: str, state: State) -> str | None:
    holders = (
        other for other, group in state.groups.items() if group.chat_id == chat_id and other not in keys
    )
    return next(holders, None)


def _unborn(key: str, known_as: str, state: State, now: float) -> Binding:
    intent = state.intents.get(known_as)
    if intent is None:
        former = state.tombstones.get(key)
        incarnation = former.group.incarnation + 1 if former else 0
        return Binding(
            key=key,
            kind=BindingKind.CREATE,
            uuid=create_uuid(state.fleet, key, incarnation),
            incarnation=incarnation,
        )
    if is_resumable(intent, now):
        return Binding(
            key=key,
            kind=BindingKind.RESUME,
            uuid=intent.uuid,
            intent=intent,
            incarnation=intent.incarnation,
        )
    return Binding(
        key=key,
        kind=BindingKind.RESUME,
        problem=too_old(key, known_as),
    )


def _left_unfinished(key: str) -> Diagnostic:
    return Diagnostic(
        text("Unfinished create of a key that left"),
        text(
            "The create of this group was begun and its answer never arrived. The platform may have made the group, "
            "and no key of the configuration stands for it."
        ),
        text(
            "Put the key back and apply, which finds the group. Or look for the group in Feishu, and run "
            "`groupctl forget {key}` when it is not there or not wanted.",
            key=key,
        ),
        address=key,
    )


def _known_twice(key: str, keys: Sequence[str]) -> Binding:
    return Binding(
        key=key,
        kind=BindingKind.BOUND,
        problem=Diagnostic(
            text("Old key and new key are both known"),
            text(
                "`previously` says that {keys} are one group, but the state knows each of them.",
                keys=", ".join(f"`{each}`" for each in keys),
            ),
            text(
                "`groupctl state list` shows what they are bound to. Stop managing the wrong one with `groupctl forget`, "
                "or correct `previously`."
            ),
            address=key,
        ),
    )


def _conflict(key: str, kind: BindingKind, wanted: str | None, known: str) -> Binding:
    return Binding(
        key=key,
        kind=kind,
        chat_id=known,
        problem=Diagnostic(
            text("Key is bound to another chat"),
            text(
                "The configuration says `chat_id: {wanted}`, but the state binds this key to `{known}`.",
                wanted=wanted,
                known=known,
            ),
            text("Correct `chat_id:`, or leave it out to go on with the chat that is bound."),
            address=key,
        ),
    )


def _held(key: str, chat_id: str, holder: str) -> Binding:
    return Binding(
        key=key,
        kind=BindingKind.ADOPT,
        chat_id=chat_id,
        problem=Diagnostic(
            text("Chat is bound to another key"),
            text("`{chat_id}` is bound to the key `{holder}` in the state.", chat_id=chat_id, holder=holder),
            text(
                "If the key was renamed, add `previously: [{holder}]`, or run `groupctl state mv {holder} {key}`.",
                holder=holder,
                key=key,
            ),
            address=key,
        ),
    )
