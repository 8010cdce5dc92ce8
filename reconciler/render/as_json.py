"""JSON output: versioned, in a stable order, in English, free of control and bidi characters.

Shapes are published in `schemas/`; `documents` holds them as types.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from reconciler.errors import Diagnostic, Severity
from reconciler.plan.comparison import Comparison
from reconciler.plan.drift import DriftReport
from reconciler.plan.outcome import Outcome, Status
from reconciler.plan.plan import Plan
from reconciler.render.counts import count_plan
from reconciler.render.documents import (
    DiagnosticCounts,
    DiagnosticsDocument,
    OutcomeDocument,
    PlanDocument,
)
from reconciler.render.safe import safe_block

_NOTHING_TO_DO: Final = frozenset({Status.UNCHANGED, Status.ALREADY_DONE})


def dump_json(data: Any) -> str:
    """Return plain data as indented JSON, characters readable except those that `safe` escapes.

    Sets become sorted lists. What the escapes replace stands inside of JSON strings, where they mean the same.
    """
    return safe_block(json.dumps(data, ensure_ascii=False, indent=2, default=sorted))


def plan_json(plan: Plan, comparison: Comparison | None = None) -> str:
    """Return the plan with `counts` and, if it was compared with a base, `comparison`; see `schemas/plan.schema.json`."""
    document = PlanDocument.model_construct(**vars(plan), counts=count_plan(plan), comparison=comparison)
    # Not mode="json": it fails at lone surrogates, which a hostile text may hold.
    return dump_json(document.model_dump())


def drift_json(report: DriftReport) -> str:
    """Return the report; see `schemas/drift.schema.json`."""
    return dump_json(report.model_dump())


def outcome_json(outcome: Outcome, *, has_drift: bool = False) -> str:
    """Return the outcome; see `schemas/outcome.schema.json`.

    Args:
        outcome: What became of the plan.
        has_drift: What the plan said about drift; the outcome alone cannot tell.
    """
    document = OutcomeDocument.model_construct(
        **vars(outcome) | {"calls": dict(sorted(outcome.calls.items()))},
        has_changes=any(group.status not in _NOTHING_TO_DO for group in outcome.groups),
        has_drift=has_drift,
    )
    return dump_json(document.model_dump())


def diagnostics_json(command: str, diagnostics: Iterable[Diagnostic], **extra: Any) -> str:
    """Return what a command has to tell besides, or instead of, its answer; see `schemas/validate.schema.json`.

    Args:
        command: Name of the command.
        diagnostics: Problems in the order in which people are told them.
        extra: Further keys, as plain data; they stand at the end. `has_changes` and `has_drift` can be given.
    """
    told = tuple(diagnostics)
    errors = sum(each.severity is Severity.ERROR for each in told)
    counts = DiagnosticCounts(errors=errors, warnings=len(told) - errors)
    document = DiagnosticsDocument.model_construct(command=command, counts=counts, diagnostics=told, **extra)
    return dump_json(document.model_dump())
