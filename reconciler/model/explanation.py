"""Where the values of a group come from: which layers of the YAML files say something of each, and who wins."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from reconciler.errors import Source
from reconciler.model.base import Frozen, JsonValue

LayerKind: TypeAlias = Literal["fleet defaults", "file defaults", "template", "group"]
Role: TypeAlias = Literal["owner", "manager", "moderator"]

LISTS: Final = ("managers", "moderation.moderators", "members", "tabs", "menus")
"""Paths of which the value is a list of people or things; those have entries of their own."""


class Word(Frozen):
    """What one layer says of a value."""

    action: Literal["written", "unmanaged", "replaced"]
    """`unmanaged`: the layer cuts what earlier ones wrote. `replaced`: it writes a list, or `moderation`, as a whole,
    without this part of what earlier ones wrote."""
    layer: LayerKind
    template: str | None = None
    """Name of the template, if the layer is one."""
    source: Source
    value: JsonValue = None
    """What is written; `None` for people and bots, whom the path names, and where nothing is written."""
    spelling: str = ""
    """The path as it is written, where it has two spellings and this is the other one."""


class Duty(Frozen):
    """Why somebody has to be a member without being listed as one."""

    role: Role
    source: Source


class Explained(Frozen):
    """One value of a group."""

    path: str
    """A setting (`permissions.at_all`), a list (`tabs`), a part of one (`tabs.mode`) or a thing in it (`tabs/Runbook`)."""
    managed: bool
    value: JsonValue = None
    decided_by: Word | None = None
    """The last word; `None` for a default of the file format, and for members by implication."""
    overrides: tuple[Word, ...] = ()
    """What earlier layers said, the nearest first."""
    implied_by: tuple[Duty, ...] = ()
    """Roles that make somebody a member."""
