"""The top notice: one call puts it there or takes away what is there."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.diff.changes import Change
from reconciler.plan.operations import DeleteTopNotice, Operation, PutTopNotice


def plan_top_notice(changes: Iterable[Change]) -> tuple[Operation, ...]:
    """Return the operation that makes the change."""
    return tuple(
        PutTopNotice() if change.after == "announcement" else DeleteTopNotice() for change in changes
    )
