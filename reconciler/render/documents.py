"""The shapes of JSON output: what is published beside the data of a plan or an outcome.

Keys stand in the order of the fields here. A change that could break a reader raises `format_version`.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import ConfigDict

from reconciler.errors import Diagnostic
from reconciler.model.base import Frozen
from reconciler.model.explanation import Explained
from reconciler.plan.comparison import Comparison
from reconciler.plan.outcome import Outcome
from reconciler.plan.plan import Plan
from reconciler.plan.report import Report, Verdict
from reconciler.render.counts import PlanCounts

DIAGNOSTICS_VERSION: Final = 1
EXPLANATION_VERSION: Final = 1


class PlanDocument(Plan):
    """What `groupctl plan --format json` prints."""

    counts: PlanCounts
    """What applying the plan would do. `totals` counts all steps, blocked and refused ones too."""
    comparison: Comparison | None = None
    """With `--base`: the groups taken apart into what the change asks for and what was pending before it."""


class OutcomeDocument(Outcome):
    """What `groupctl apply --format json` prints."""

    has_changes: bool
    """Whether there was anything to apply."""
    has_drift: bool
    """Whether live differed from what was applied before."""


class DiagnosticCounts(Frozen):
    """Diagnostics by severity."""

    errors: int
    warnings: int


class DiagnosticsDocument(Frozen):
    """What a command prints that has only problems to tell, such as `groupctl validate --format json`."""

    # Commands add what they counted.
    model_config = ConfigDict(extra="allow")

    format_version: Literal[1] = DIAGNOSTICS_VERSION
    command: str
    """Name of the command."""
    has_changes: bool = False
    """Whether anything is to be applied, as far as the command found out."""
    has_drift: bool = False
    """Whether live differs from what was applied before, as far as the command found out."""
    counts: DiagnosticCounts
    """Diagnostics by severity."""
    diagnostics: tuple[Diagnostic, ...]
    """Every problem, in the order in which people are told them."""


class DoctorDocument(Report):
    """What `groupctl doctor --format json` prints."""

    counts: dict[Verdict, int]
    """Checks by how they ended."""
    has_changes: bool = False
    """A check-up does not compare."""
    has_drift: bool = False
    """A check-up does not compare."""


class ExplanationDocument(Frozen):
    """What `groupctl explain --format json` prints."""

    format_version: Literal[1] = EXPLANATION_VERSION
    key: str
    """Key of the group."""
    values: tuple[Explained, ...]
    """Where its values come from, in the order of the file format."""
