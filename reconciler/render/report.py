"""A report as its readers see it, whatever the form: groups, steps and rows in words, nothing of a layout.

Plans, outcomes and drift become reports; `markdown` and `html` lay them out. Texts are translated and neutralised by
`safe` already; a form escapes what is special in it besides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from reconciler.errors import Diagnostic
from reconciler.render.columns import Cell, Row


class Concern(StrEnum):
    """What readers look for in a group."""

    LOOSENS = "loosens"
    REMOVES = "removes"
    DRIFT = "drift"
    STUCK = "stuck"
    """Something could not, or cannot, be done."""


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step in words."""

    title: str
    """`update settings`"""
    remarks: str
    """`1 call, not performed`"""
    reason: str = ""
    problems: tuple[Diagnostic, ...] = ()
    changes: tuple[Sequence[Row], ...] = ()
    """The rows of each change: mark, label, value, remarks and position; further values in rows without the others."""


@dataclass(frozen=True, slots=True)
class GroupReport:
    """One group in words; key, name and chat id are as they are, and every form neutralises them."""

    mark: Cell
    key: str
    name: str = ""
    chat_id: str = ""
    remarks: tuple[Cell, ...] = ()
    """`4 users`, `! loosens (high)`"""
    concerns: frozenset[Concern] = frozenset()
    problems: tuple[Diagnostic, ...] = ()
    steps: tuple[StepReport, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Groups that belong together."""

    title: str
    """Empty when there is only one section."""
    groups: tuple[GroupReport, ...]
    """The gravest first."""


@dataclass(frozen=True, slots=True)
class Report:
    """All of it."""

    title: str
    verdict: str
    """What it comes to, in one line."""
    remarks: tuple[Cell, ...] = ()
    """What deserves a second look."""
    problems: tuple[Diagnostic, ...] = ()
    """Problems of the whole; they stand before the groups."""
    sections: tuple[Section, ...] = ()
