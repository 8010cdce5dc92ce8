"""Compares live after a write with what was sent.

| live afterwards          | verdict                                                                  |
|--------------------------|--------------------------------------------------------------------------|
| as sent                  | done                                                                     |
| unchanged                | silently dropped: the step failed, both values are shown                 |
| something else           | normalised by the platform: a warning; the echo is recorded              |

An order cannot be normalised: whoever gets another order than the one that was set would set it for ever.

Source: docs/behaviour.md, "After a write"; wire-behaviour.md 5.9 (enums can be dropped without an error).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.diff.changes import Change, ChangeKind
from reconciler.errors import Diagnostic, Severity, text
from reconciler.model.base import JsonValue

LONGEST_SHOWN: Final = 400
"""Characters of a value in a message; an announcement can have a million."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison found."""

    warnings: tuple[Diagnostic, ...] = ()
    problem: Diagnostic | None = None
    normalised: frozenset[str] = frozenset()
    """Paths of which the platform made something else; they count as done."""


def compare(where: str, sent: Sequence[Change], left: Iterable[Change]) -> Verdict:
    """Return the verdict on a step.

    Args:
        where: Address of the step.
        sent: The changes that the step was to make.
        left: What still differs from desired now.
    """
    planned = {change.path: change for change in sent}
    relevant = [change for change in left if change.path in planned]
    dropped = [change for change in relevant if _is_dropped(change, planned[change.path])]
    altered = [change for change in relevant if change not in dropped]
    return Verdict(
        warnings=tuple(_altered(where, change) for change in altered),
        problem=_dropped(where, dropped) if dropped else None,
        normalised=frozenset(change.path for change in altered),
    )


def _is_dropped(change: Change, planned: Change) -> bool:
    return change.kind is ChangeKind.MOVE or change.before == planned.before


def _dropped(where: str, changes: Sequence[Change]) -> Diagnostic:
    shown = "; ".join(
        text(
            "`{path}` was to become {after}, but is still {before}",
            path=change.path,
            after=_shown(change.after),
            before=_shown(change.before),
        )
        for change in changes
    )
    return Diagnostic(
        text("Platform ignored a change"),
        text("The call succeeded without doing all of it: {shown}.", shown=shown),
        text(
            "The tenant may not have this feature. Set the live value in the YAML, or list the path in "
            "`unmanaged`."
        ),
        address=where,
        source=changes[0].source,
    )


def _altered(where: str, change: Change) -> Diagnostic:
    return Diagnostic(
        text("Platform stored another value"),
        text(
            "`{path}` was sent as {after} and is {before} now; this counts as the same until the "
            "configuration changes.",
            path=change.path,
            after=_shown(change.after),
            before=_shown(change.before),
        ),
        address=where,
        source=change.source,
        severity=Severity.WARNING,
    )


def _shown(value: JsonValue) -> str:
    if value is None:
        return text("absent")
    shown = str(value)
    return f"`{shown}`" if len(shown) <= LONGEST_SHOWN else f"`{shown[:LONGEST_SHOWN]}…`"


def not_added(where: str, ids: Sequence[str], reason: str) -> Diagnostic:
    """Return the warning about people who did not come in; that is no failure."""
    return Diagnostic(
        text("Members not added"),
        text(
            "Not in the group: {ids}. They {reason}. All others are in it.", ids=_listed(ids), reason=reason
        ),
        address=where,
        severity=Severity.WARNING,
    )


def left_out(where: str, ids: Sequence[str]) -> Diagnostic:
    """Return the warning about people who get no role because they did not come in."""
    return Diagnostic(
        text("Only members can have a role"),
        text("Left out because they are not in the group: {ids}.", ids=_listed(ids)),
        address=where,
        severity=Severity.WARNING,
    )


def _listed(ids: Sequence[str]) -> str:
    return ", ".join(f"`{each}`" for each in ids)
