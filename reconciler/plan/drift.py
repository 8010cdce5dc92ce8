"""What somebody changed on the platform since the last apply, as data: a way to read a plan.

What only the configuration changed waits for the next apply and is no drift; the same goes for keys that have no chat
yet. A group that is there no longer, at least for us, is drift of its own.

Source: docs/behaviour.md, "Drift".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, Literal

from pydantic import Field, computed_field

from reconciler.diff.changes import Change, ChangeKind, Direction, Level, Origin, Risk, is_drift
from reconciler.errors import Diagnostic, Source
from reconciler.model.address import Facet
from reconciler.model.base import Frozen, JsonValue
from reconciler.model.recorded import RecordedGroup, recorded_form, recorded_value
from reconciler.plan.plan import Block, Gone, GroupPlan, Plan, Step

DRIFT_VERSION: Final = 1


class Event(StrEnum):
    """What happened to one thing on the platform."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    REORDERED = "reordered"
    UNKNOWN = "unknown"
    """Nothing was ever applied there, so that nobody knows who made it what it is."""


class DriftStatus(StrEnum):
    """How one group stands; each group has exactly one, the first that fits."""

    GONE = "gone"
    """Dissolved, or our app was removed from it."""
    DRIFTED = "drifted"
    UNREADABLE = "unreadable"
    PENDING = "pending"
    """Only the configuration changed."""
    UNCHANGED = "unchanged"


class Drifted(Frozen):
    """One value, or one thing of a collection, that is neither as we left it nor explained by the configuration."""

    facet: Facet
    path: str
    """As in a plan: `permissions.at_all`, `tabs/Runbook`; the facet itself for a mode or an order."""
    event: Event
    origin: Origin
    left: JsonValue
    """As the last apply left it; `null`: absent, or never applied (origin `new`). A text that differs from both
    others is told by its digest."""
    live: JsonValue
    """As it is now; `null`: absent."""
    wanted: JsonValue
    """As the configuration wants it; `null`: absent."""
    risk: Risk
    """Of setting it back."""
    block: Block | None
    """Why apply cannot set it back."""
    source: Source | None


class GroupDrift(Frozen):
    """One group that there is something to tell of."""

    key: str
    name: str
    chat_id: str | None
    user_count: int | None
    status: DriftStatus
    gone: Gone | None
    problem: Diagnostic | None
    """Why the group is gone or could not be read."""
    drifted: tuple[Drifted, ...]
    pending: tuple[str, ...]
    """Paths that the next apply changes because the configuration changed."""


class DriftCounts(Frozen):
    """Drift in numbers. The first five count groups and add up to all of them."""

    gone: int = 0
    drifted: int = 0
    unreadable: int = 0
    pending: int = 0
    unchanged: int = 0
    differences: int = 0
    """Values and things that drifted."""
    pending_changes: int = 0


class DriftReport(Frozen):
    """What somebody changed in a fleet; groups that are gone stand first, then by status and key."""

    format_version: Literal[1] = DRIFT_VERSION
    tool_version: str
    endpoint: str
    fleet: str
    app_id: str
    tenant_key: str
    groups: tuple[GroupDrift, ...]
    """Groups that there is something to tell of."""
    counts: DriftCounts
    has_changes: bool
    """Whether there is anything to apply."""
    people: dict[str, str] = Field(default={}, exclude=True)
    """How people are shown, by open id; for people only, and kept nowhere."""

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated properties (mypy 1362)
    @property
    def has_drift(self) -> bool:
        """Whether anything is not as the last apply left it."""
        return bool(self.counts.gone or self.counts.drifted)


def find_drift(plan: Plan) -> DriftReport:
    """Return the drift that a plan would set back, whatever guards say to that."""
    groups = [_group_drift(group) for group in plan.groups]
    statuses = list(DriftStatus)
    told = sorted(
        (group for group in groups if group.status is not DriftStatus.UNCHANGED),
        key=lambda group: (statuses.index(group.status), group.key),
    )
    return DriftReport(
        tool_version=plan.tool_version,
        endpoint=plan.endpoint,
        fleet=plan.fleet,
        app_id=plan.app_id,
        tenant_key=plan.tenant_key,
        groups=tuple(told),
        counts=DriftCounts(
            **Counter(group.status.value for group in groups),
            differences=sum(len(group.drifted) for group in groups),
            pending_changes=sum(len(group.pending) for group in groups),
        ),
        has_changes=plan.has_changes,
        people=plan.people,
    )


def _group_drift(group: GroupPlan) -> GroupDrift:
    drifted = tuple(
        _drifted(change, step, group.recorded)
        for step in group.steps
        for change in step.changes
        if not _is_pending(change, group)
    )
    pending = tuple(dict.fromkeys(_pending_paths(group)))
    return GroupDrift(
        key=group.key,
        name=group.name,
        chat_id=group.chat_id,
        user_count=group.user_count,
        status=_status(group, drifted=bool(drifted), pending=bool(pending)),
        gone=group.gone,
        problem=group.problem,
        drifted=drifted,
        pending=pending,
    )


_OPENINGS: Final = (Level.MEDIUM, Level.HIGH)
"""Levels that count: members who came do not."""


def worst_opening(group: GroupDrift) -> Level | None:
    """Return how much somebody opened a group up: what is tightened by setting it back was loosened."""
    levels = {each.risk.level for each in group.drifted if each.risk.direction is Direction.TIGHTENS}
    return next((level for level in reversed(_OPENINGS) if level in levels), None)


def _status(group: GroupPlan, *, drifted: bool, pending: bool) -> DriftStatus:
    if group.gone:
        return DriftStatus.GONE
    if group.problem:
        return DriftStatus.UNREADABLE
    if drifted:
        return DriftStatus.DRIFTED
    return DriftStatus.PENDING if pending else DriftStatus.UNCHANGED


def _pending_paths(group: GroupPlan) -> Iterator[str]:
    for step in group.steps:
        if not step.changes:
            yield step.facet.value
        yield from (change.path for change in step.changes if _is_pending(change, group))


def _is_pending(change: Change, group: GroupPlan) -> bool:
    return group.is_awaited or not is_drift(change)


def _drifted(change: Change, step: Step, recorded: RecordedGroup | None) -> Drifted:
    left = None if change.origin is Origin.NEW else _left(change, recorded)
    return Drifted(
        facet=step.facet,
        path=change.path,
        event=_event(change, left),
        origin=change.origin,
        left=left,
        live=change.before,
        wanted=change.after,
        risk=change.risk,
        block=step.block,
        source=change.source,
    )


def _event(change: Change, left: JsonValue) -> Event:
    if change.kind is ChangeKind.MOVE:
        return Event.REORDERED
    if change.origin is Origin.NEW:
        return Event.UNKNOWN
    if change.before is None:
        return Event.REMOVED
    return Event.ADDED if left is None else Event.CHANGED


# ------------------------------------------------------------------ as the last apply left it

_RECORDED_BY: Final = {"members": ("members", "implied"), "moderation": ("moderators",)}
"""Where the things of a collection are recorded, if not under its own path."""


def _left(change: Change, recorded: RecordedGroup | None) -> JsonValue:
    """Return what the last apply left where a change is to be made."""
    collection, slash, name = change.path.partition("/")
    if change.kind is ChangeKind.MOVE:
        return [item["name"] for item in _recorded_items(recorded, [collection])]
    if slash:
        items = {
            _name(item): item
            for item in _recorded_items(recorded, _RECORDED_BY.get(collection, (collection,)))
        }
        return items.get(name) or items.get(_name(change.before))
    value = recorded_value(recorded, change.path)
    seen = value.seen if value else None
    known = (change.before, change.after)
    return next((each for each in known if recorded_form(change.path, each) == seen), seen)


def _recorded_items(recorded: RecordedGroup | None, paths: Iterable[str]) -> list[JsonValue]:
    values = (recorded_value(recorded, path) for path in paths)
    return [item for value in values if value for item in value.seen]


def _name(thing: JsonValue) -> JsonValue:
    """Return what a thing is called; people are their ids."""
    return thing.get("name") if isinstance(thing, dict) else thing
