"""How risky a change is: one table for the whole product.

A change *loosens* when more people may see, say or do something afterwards, or may do so with less control, and
*tightens* when fewer may. What a group is called, shows and links to is neutral. The level says how much that matters
to those who watch over access: whether strangers come in or bans fall (high), who decides over people and posts (medium),
everything else (low).

Source: docs/behaviour.md, "Risk".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

from reconciler.diff.changes import ChangeKind, Direction, Level, Risk
from reconciler.model.base import JsonValue
from reconciler.model.ids import SELF

NEUTRAL: Final = Risk(direction=Direction.NEUTRAL, level=Level.LOW)
_DISSOLUTION: Final = Risk(direction=Direction.NEUTRAL, level=Level.HIGH)
"""Nobody gets more and everybody loses the group, for good."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A value whose moves loosen or tighten."""

    level: Level
    values: tuple[str, ...]
    """From tight to loose."""


@dataclass(frozen=True, slots=True)
class Bans:
    """A map of bans: lifting one loosens whatever else is banned with it, setting one tightens."""

    level: Level
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rights:
    """Things that are people with rights: who comes loosens, who goes tightens."""

    level: Level


@dataclass(frozen=True, slots=True)
class Ownership:
    """The owner: a person who gets a group may do everything with it, and it cannot be taken back."""

    level: Level


ValueRisk: TypeAlias = Scale | Bans | Ownership | Risk
ItemRisk: TypeAlias = Rights | Risk

_OWNER_OR_ALL: Final = ("only_owner", "all_members")
_VISIBILITY: Final = ("not_anyone", "only_owner", "all_members")

VALUES: Final[dict[str, ValueRisk]] = {
    # every single value of the format, by its path; the locales of `i18n_names` are alike
    "name": NEUTRAL,
    "i18n_names": NEUTRAL,
    "description": NEUTRAL,
    "avatar": NEUTRAL,
    "chat_type": Scale(Level.HIGH, ("private", "public")),
    "group_message_type": NEUTRAL,
    "permissions.add_member": Scale(Level.MEDIUM, _OWNER_OR_ALL),
    "permissions.at_all": Scale(Level.LOW, _OWNER_OR_ALL),
    "permissions.edit": Scale(Level.LOW, _OWNER_OR_ALL),
    "permissions.urgent": Scale(Level.LOW, _OWNER_OR_ALL),
    "permissions.video_conference": Scale(Level.LOW, _OWNER_OR_ALL),
    "permissions.hide_member_count": Scale(Level.LOW, _OWNER_OR_ALL),
    "permissions.membership_approval": Scale(Level.MEDIUM, ("approval_required", "no_approval_required")),
    "permissions.join_message_visibility": Scale(Level.LOW, _VISIBILITY),
    "permissions.leave_message_visibility": Scale(Level.LOW, _VISIBILITY),
    "restricted_mode": Bans(Level.HIGH, ("screenshot", "download", "message")),
    "owner": Ownership(Level.HIGH),
    "moderation": Scale(Level.MEDIUM, ("only_owner", "moderator_list", "all_members")),
    "announcement": NEUTRAL,
    "top_notice": NEUTRAL,
    "chat_status": _DISSOLUTION,
}

ITEMS: Final[dict[str, ItemRisk]] = {
    # every collection, by the first part of the paths of its things
    "managers": Rights(Level.MEDIUM),
    "moderation": Rights(Level.LOW),
    "members": Rights(Level.LOW),
    "tabs": NEUTRAL,
    "menus": NEUTRAL,
}

LEVELS: Final = (Level.LOW, Level.MEDIUM, Level.HIGH)
_DIRECTIONS: Final = (Direction.NEUTRAL, Direction.TIGHTENS, Direction.LOOSENS)


def gravity(risk: Risk) -> tuple[int, int]:
    """Return what to sort risks by: loosening outweighs tightening, then the level counts."""
    return _DIRECTIONS.index(risk.direction), LEVELS.index(risk.level)


def risk_of_value(path: str, before: JsonValue, after: JsonValue) -> Risk:
    """Return the risk of changing a single value; an unknown `before` counts as the loosest."""
    judgement = VALUES["i18n_names" if path.startswith("i18n_names.") else path]
    match judgement:
        case Risk():
            return judgement
        case Scale():
            values = judgement.values
            old = len(values) - 1 if before is None else values.index(before)
            return _moved(values.index(after) - old, judgement.level)
        case Bans():
            lifted = any(_bans(before, each) and not _bans(after, each) for each in judgement.names)
            added = any(_bans(after, each) and not _bans(before, each) for each in judgement.names)
            return _moved(1 if lifted else -1 if added else 0, judgement.level)
        case Ownership():
            return _moved(0 if after == SELF else 1, judgement.level)
        case _:
            assert_never(judgement)


def risk_of_item(facet: str, kind: ChangeKind) -> Risk:
    """Return the risk of adding, removing, changing or moving a thing in a collection."""
    judgement = ITEMS[facet]
    if isinstance(judgement, Risk):
        return judgement
    return _moved({ChangeKind.ADD: 1, ChangeKind.REMOVE: -1}.get(kind, 0), judgement.level)


def _bans(mode: JsonValue, restriction: str) -> bool:
    return mode is not None and mode[restriction] == "not_anyone"


def _moved(distance: int, level: Level) -> Risk:
    if distance == 0:
        return NEUTRAL
    return Risk(direction=Direction.LOOSENS if distance > 0 else Direction.TIGHTENS, level=level)
