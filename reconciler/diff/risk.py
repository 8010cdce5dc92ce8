"""How risky a change is: one table for the whole product."""

from __future__ import annotations

from typing import Final

from reconciler.diff.changes import ChangeKind, Direction, Level, Risk
from reconciler.model.base import JsonValue
from reconciler.model.ids import SELF

NEUTRAL: Final = Risk(direction=Direction.NEUTRAL, level=Level.LOW)
TRANSFER: Final = Risk(direction=Direction.LOOSENS, level=Level.HIGH)
"""A person gets a group, who may do everything with it; it cannot be taken back."""
DISSOLUTION: Final = Risk(direction=Direction.NEUTRAL, level=Level.HIGH)
"""Nobody gets more and everybody loses the group, for good."""

_SCALES: Final[dict[str, tuple[Level, tuple[str, ...]]]] = {
    # path: level of a move along the scale, values from tight to loose
    "chat_type": (Level.HIGH, ("private", "public")),
    "permissions.add_member": (Level.MEDIUM, ("only_owner", "all_members")),
    "permissions.membership_approval": (Level.MEDIUM, ("approval_required", "no_approval_required")),
    "permissions.at_all": (Level.LOW, ("only_owner", "all_members")),
    "permissions.edit": (Level.LOW, ("only_owner", "all_members")),
    "permissions.urgent": (Level.LOW, ("only_owner", "all_members")),
    "permissions.video_conference": (Level.LOW, ("only_owner", "all_members")),
    "permissions.hide_member_count": (Level.LOW, ("only_owner", "all_members")),
    "moderation": (Level.MEDIUM, ("only_owner", "moderator_list", "all_members")),
}

_ITEMS: Final[dict[str, Level]] = {
    # collections whose things are people with rights: adding loosens, removing tightens
    "managers": Level.MEDIUM,
    "moderation": Level.LOW,
    "members": Level.LOW,
}

_DIRECTIONS: Final = (Direction.NEUTRAL, Direction.TIGHTENS, Direction.LOOSENS)
_LEVELS: Final = (Level.LOW, Level.MEDIUM, Level.HIGH)
_RESTRICTIONS: Final = ("screenshot", "download", "message")


def gravity(risk: Risk) -> tuple[int, int]:
    """Return what to sort risks by: loosening outweighs tightening, then the level counts."""
    return _DIRECTIONS.index(risk.direction), _LEVELS.index(risk.level)


def risk_of_value(path: str, before: JsonValue, after: JsonValue) -> Risk:
    """Return the risk of changing a single value; an unknown `before` counts as the loosest."""
    if path == "restricted_mode":
        return _restricted_mode(before, after)
    if path not in _SCALES:
        return NEUTRAL
    level, scale = _SCALES[path]
    old = len(scale) - 1 if before is None else scale.index(before)
    return _moved(scale.index(after) - old, level)


def risk_of_item(facet: str, kind: ChangeKind) -> Risk:
    """Return the risk of adding, removing, changing or moving a thing in a collection."""
    level = _ITEMS.get(facet)
    if level is None:
        return NEUTRAL
    return _moved({ChangeKind.ADD: 1, ChangeKind.REMOVE: -1}.get(kind, 0), level)


def risk_of_owner(after: str) -> Risk:
    """Return the risk of making `after` the owner of an existing group."""
    return NEUTRAL if after == SELF else TRANSFER


def _restricted_mode(before: JsonValue, after: JsonValue) -> Risk:
    """Restricted mode matters most when any of its bans falls, whatever else is tightened with it."""
    lifted = any(_bans(before, each) and not _bans(after, each) for each in _RESTRICTIONS)
    added = any(_bans(after, each) and not _bans(before, each) for each in _RESTRICTIONS)
    return _moved(1 if lifted else -1 if added else 0, Level.HIGH)


def _bans(mode: JsonValue, restriction: str) -> bool:
    return mode is not None and mode[restriction] == "not_anyone"


def _moved(distance: int, level: Level) -> Risk:
    if distance == 0:
        return NEUTRAL
    return Risk(direction=Direction.LOOSENS if distance > 0 else Direction.TIGHTENS, level=level)
