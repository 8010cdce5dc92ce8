"""What the state remembers: which chat a key is bound to, and what was last applied."""

from __future__ import annotations

import hashlib
from typing import Final, Literal

from reconciler.model.base import Frozen, JsonValue

OnRemove = Literal["forget", "dissolve"]

STATE_VERSION: Final = 1

_TEXTS: Final = frozenset({"description", "announcement"})


class RecordedValue(Frozen):
    """One managed value of the last apply."""

    sent: JsonValue
    """The desired value; long texts as `sha256:…` digests."""
    echo: JsonValue = None
    """What the platform made of it, when that is something else and was accepted (normalization)."""

    @property
    def seen(self) -> JsonValue:
        """The value live had after the last apply."""
        return self.sent if self.echo is None else self.echo


class RecordedGroup(Frozen):
    """What the state file remembers of one bound group."""

    chat_id: str
    incarnation: int = 0
    """Rises only when a dissolved or abandoned chat was forgotten; part of the create's uuid."""
    created_by_us: bool = False
    gave_away: bool = False
    """A person owned the group when we last wrote or read it: if a bot owns it now, nothing tells which."""
    promised_to: str | None = None
    """The person for whom we created the group; the transfer is the last step, and may still be due."""
    on_remove: OnRemove = "forget"
    values: dict[str, RecordedValue] = {}
    """Managed values by path: settings by dotted path (`permissions.at_all`), `moderation` (the mode),
    `announcement` (a digest), and per collection a list: `managers`, `moderators` and `members` of ids, `tabs` and `menus` of maps in
    their order. An `additive` list holds only what we added ourselves. `implied` are the members whom we added
    for a role only."""
    exact: tuple[str, ...] = ()
    """Collections that an apply has made exact, by path, sorted: what else is in them now came later."""
    invited: dict[str, float] = {}
    """People who wait for the approval of the owner or a manager, with the time at which we invited them, in seconds
    since 1970."""

    def items(self, facet: str) -> list[JsonValue] | None:
        """Return the recorded list of a collection, `None` when it was never applied."""
        value = self.values.get(facet)
        return None if value is None else value.sent


class Intent(Frozen):
    """A create that was begun.

    Made durable before the call, removed when its chat is recorded or when it is certain that it made none.
    """

    uuid: str
    incarnation: int
    time: float
    """When the call was first about to be made, in seconds since 1970."""
    operation: JsonValue
    """The create operation as plain data; a resumed create sends the same body."""


class Tombstone(Frozen):
    """A key that was forgotten; when it comes back it is bound to the same chat again, never created."""

    time: float
    """When it was forgotten, in seconds since 1970."""
    group: RecordedGroup
    abandoned: bool = False
    """The chat was dissolved or given up: when the key comes back, a new group is created."""


class State(Frozen):
    """Everything the state file holds. No secrets, no e-mail addresses, no mobile numbers."""

    version: Literal[1] = STATE_VERSION
    lineage: str
    """Identity of this state, made once by `groupctl state init`."""
    serial: int = 0
    """Rises by one with every write."""
    fleet: str
    endpoint: str
    app_id: str = ""
    """Our app; empty until the first apply."""
    tenant_key: str = ""
    """Our tenant as the platform told it; empty until a chat was read."""
    groups: dict[str, RecordedGroup] = {}
    intents: dict[str, Intent] = {}
    tombstones: dict[str, Tombstone] = {}
    images: dict[str, str] = {}
    """Image keys of uploaded files, by purpose and digest: `avatar/sha256:…`."""


def recorded_value(recorded: RecordedGroup | None, path: str) -> RecordedValue | None:
    """Return what the last apply left at `path`; `None` when nothing was ever applied there."""
    return recorded.values.get(path) if recorded else None


def recorded_names(recorded: RecordedGroup | None, facet: str) -> frozenset[str]:
    """Return the names of the recorded tabs or menus."""
    value = recorded_value(recorded, facet)
    return frozenset(item["name"] for item in value.sent) if value else frozenset()


def recorded_form(path: str, value: JsonValue) -> JsonValue:
    """Return `value` as the state keeps it: texts as digests, everything else as it is."""
    if path in _TEXTS and isinstance(value, str):
        return "sha256:" + hashlib.sha256(value.encode()).hexdigest()
    return value
