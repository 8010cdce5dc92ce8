"""What a run writes down: how it began, each step before and after it, how it ended.

A run whose journal cannot be begun does not begin. When the journal breaks later, no further step starts: what
nobody can read about afterwards is not done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconciler.apply.ports import Clock, Journal
from reconciler.apply.run import Run
from reconciler.diff.changes import Change
from reconciler.errors import JournalError
from reconciler.plan.journal import Event, RunBegan, RunEnded, StepBegan, StepEnded, StepWentOn, bounded
from reconciler.plan.operations import Operation
from reconciler.plan.outcome import Outcome, StepOutcome
from reconciler.plan.plan import Plan, Step


class NoJournal(Journal):
    """For runs that change nothing on the platform."""

    def write(self, event: Event) -> None:
        """Forget the event."""


class RunJournal:
    """The journal of one run."""

    def __init__(self, journal: Journal, clock: Clock, run: Run) -> None:
        self._journal = journal
        self._clock = clock
        self._run = run
        self._is_broken = False

    def run_begins(self, plan: Plan, serial: int, command: str) -> None:
        """Begin the journal, if there is anything to tell: a plan without steps leaves none.

        Raises:
            JournalError: It cannot be written; the run must not begin.
        """
        if plan.has_changes:
            self._journal.write(
                RunBegan(
                    time=self._clock.now(),
                    tool_version=plan.tool_version,
                    fleet=plan.fleet,
                    endpoint=plan.endpoint,
                    app_id=plan.app_id,
                    lineage=plan.lineage,
                    serial=serial,
                    command=command,
                    totals=plan.totals,
                )
            )

    def step_begins(self, step: Step, chat_id: str) -> bool:
        """Write down what a step is about to do; false when that is not possible and it must not begin."""
        return self._write(
            StepBegan(
                time=self._clock.now(),
                address=step.address,
                chat_id=chat_id or None,
                action=step.action,
                operations=_kinds(step.operations),
                changes=tuple(map(bounded, step.changes)),
            )
        )

    def step_goes_on(self, address: str, changes: Sequence[Change], operations: Sequence[Operation]) -> bool:
        """Write down what reading back left to do; false when that is not possible and the step must end."""
        return self._write(
            StepWentOn(
                time=self._clock.now(),
                address=address,
                operations=_kinds(operations),
                changes=tuple(map(bounded, changes)),
            )
        )

    def step_ended(self, outcome: StepOutcome, chat_id: str, answered: Iterable[str]) -> None:
        """Write down what became of a step."""
        self._write(
            StepEnded(
                time=self._clock.now(),
                address=outcome.address,
                chat_id=chat_id or None,
                status=outcome.status,
                calls=outcome.calls,
                answered=tuple(answered),
                warnings=outcome.warnings,
                problem=outcome.problem,
            )
        )

    def run_ended(self, plan: Plan, outcome: Outcome) -> None:
        """Write down what became of the run."""
        if plan.has_changes:
            self._write(
                RunEnded(
                    time=self._clock.now(),
                    counts=outcome.counts,
                    stopped=outcome.stopped,
                    interrupted=outcome.interrupted,
                )
            )

    def _write(self, event: Event) -> bool:
        """Write an event unless an earlier one could not be: a line behind a torn one would be lost."""
        if not self._is_broken:
            try:
                self._journal.write(event)
            except JournalError as error:
                self._is_broken = True
                self._run.close(error.diagnostics[0])
        return not self._is_broken


def _kinds(operations: Iterable[Operation]) -> tuple[str, ...]:
    return tuple(operation.kind for operation in operations)
