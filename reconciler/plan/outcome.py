"""What became of a plan, as data."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import Final, Literal

from pydantic import computed_field

from reconciler.errors import Diagnostic
from reconciler.model.base import Frozen

OUTCOME_VERSION: Final = 1


class Status(StrEnum):
    """What became of a step or of a group."""

    DONE = "done"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    BLOCKED = "blocked"
    """Our role does not allow it; not tried."""
    REFUSED = "refused"
    """A guard refused the group; not tried."""
    UNREADABLE = "unreadable"
    """The group could not be read or planned; not tried."""
    STALE = "stale"
    """The group is not as it was when the saved plan was made; not tried."""
    ALREADY_DONE = "already_done"
    """What a saved plan wants was there already; nothing was sent."""
    NOT_STARTED = "not_started"
    """An earlier step failed, or the run stopped before."""


_FINE: Final = frozenset({Status.DONE, Status.UNCHANGED, Status.ALREADY_DONE})


class StepOutcome(Frozen):
    """What became of one step."""

    address: str
    status: Status
    calls: int = 0
    """Operations performed, the repeats of the transport not counted."""
    warnings: tuple[Diagnostic, ...] = ()
    problem: Diagnostic | None = None
    """Why it failed, is blocked, or was not started."""


class GroupOutcome(Frozen):
    """What became of one group."""

    key: str
    name: str = ""
    chat_id: str | None = None
    status: Status
    steps: tuple[StepOutcome, ...] = ()
    problem: Diagnostic | None = None
    """Why the group was not tried at all."""


class Outcome(Frozen):
    """What became of a plan."""

    format_version: Literal[1] = OUTCOME_VERSION
    tool_version: str
    groups: tuple[GroupOutcome, ...]
    stopped: Diagnostic | None = None
    """Why the run ended before its time."""
    interrupted: bool = False
    calls: dict[str, int] = {}
    """Calls to the platform per operation, reads and repeats included."""

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated properties (mypy 1362)
    @property
    def counts(self) -> dict[str, int]:
        """Groups per status."""
        return dict(sorted(Counter(group.status.value for group in self.groups).items()))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All problems and warnings, each once."""
        told = [self.stopped]
        for group in self.groups:
            told.append(group.problem)
            told += (each for step in group.steps for each in (*step.warnings, step.problem))
        return tuple(dict.fromkeys(each for each in told if each))

    @property
    def complete(self) -> bool:
        """Whether every group ended as desired."""
        return self.stopped is None and all(group.status in _FINE for group in self.groups)

    @property
    def fruitless(self) -> bool:
        """Whether there were groups, and not a single step was done and no group was as desired."""
        return bool(self.groups) and not any(
            group.status is Status.UNCHANGED or any(step.status in _FINE for step in group.steps)
            for group in self.groups
        )
