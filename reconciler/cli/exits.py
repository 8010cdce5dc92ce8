"""Exit statuses.

Precedence, when several apply: 64 wrong usage · 130 interrupted · 4 a plan guard refused, nothing written ·
1 failed as a whole or nothing done · 3 some groups done or unchanged, others not · 2 changes present, when
asked · 0.

Source: docs/behaviour.md, "Exit statuses".
"""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.plan.drift import DriftReport
    from reconciler.plan.outcome import Outcome
    from reconciler.plan.plan import GroupPlan, Plan
    from reconciler.plan.report import Report


class Exit(IntEnum):
    """The exit statuses of every command."""

    OK = 0
    FAILED = 1
    CHANGES = 2
    PARTIAL = 3
    REFUSED = 4
    USAGE = 64
    INTERRUPTED = 130


def exit_of_plan(plan: Plan, *, detailed: bool) -> Exit:
    """Return the exit status of `plan`; `detailed` asks for 2 when there are changes."""
    if plan.refusals:
        return Exit.REFUSED
    held_up = [group for group in plan.groups if _is_held_up(group)]
    if held_up:
        fruitless = all(group.problem or not group.performable for group in held_up)
        return Exit.FAILED if fruitless and len(held_up) == len(plan.groups) else Exit.PARTIAL
    return Exit.CHANGES if detailed and plan.has_changes else Exit.OK


def _is_held_up(group: GroupPlan) -> bool:
    return bool(group.problem or group.refusals) or len(group.performable) < len(group.steps)


def exit_of_drift(report: DriftReport) -> Exit:
    """Return the exit status of `drift`: a group that is gone was read well enough."""
    counts = report.counts
    if counts.unreadable:
        readable = counts.gone + counts.drifted + counts.pending + counts.unchanged
        return Exit.PARTIAL if readable else Exit.FAILED
    return Exit.CHANGES if report.has_drift else Exit.OK


def exit_of_outcome(outcome: Outcome) -> Exit:
    """Return the exit status of `apply`."""
    if outcome.interrupted:
        return Exit.INTERRUPTED
    if outcome.fruitless:
        return Exit.FAILED
    return Exit.OK if outcome.complete else Exit.PARTIAL


def exit_of_report(report: Report) -> Exit:
    """Return the exit status of `doctor`: warnings and what nobody can know are no failures."""
    failed = [check for check in report.checks if check.verdict == "failed"]
    if not failed:
        return Exit.OK
    return Exit.PARTIAL if all(check.partial for check in failed) else Exit.FAILED


def exit_of_parts(done: int, problems: Collection[object]) -> Exit:
    """Return the exit status of a command whose parts end apart: `done` of them well, each other with a problem."""
    if not problems:
        return Exit.OK
    return Exit.PARTIAL if done else Exit.FAILED
