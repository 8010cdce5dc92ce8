"""What the groups of one run share: when to stop, and which operations are hopeless."""

from __future__ import annotations

from typing import Final

from reconciler.errors import Diagnostic, OperationRefused, PlatformError, RunRefused, text

EQUAL_FAILURES: Final = 5
"""Groups in a row that may fail in one way before no new group starts."""


class Run:
    """The common fate of a run's groups."""

    def __init__(self, *, keep_going: bool = False) -> None:
        self._keep_going = keep_going
        self._hopeless: dict[str, OperationRefused] = {}
        self._row: list[int | str] = []
        self._refused = False
        self.stopped: Diagnostic | None = None
        """Why the run does not go on to its end."""
        self.interrupted = False

    @property
    def ending(self) -> bool:
        """Whether no further call may start."""
        return self.interrupted or self._refused

    @property
    def closed(self) -> bool:
        """Whether no further group may start; those under way may go on unless the run is `ending`."""
        return self.ending or self.stopped is not None

    def interrupt(self) -> None:
        """End the run after the calls in flight."""
        self.interrupted = True

    def stop(self, reason: Diagnostic) -> None:
        """End the run after the calls in flight, for `reason`."""
        self._refused = True
        self.close(reason)

    def close(self, reason: Diagnostic) -> None:
        """Let no further group start, for `reason`; the first reason counts."""
        self.stopped = self.stopped or reason

    def hopeless(self, kind: str) -> OperationRefused | None:
        """Return why a kind of operation works nowhere, if that is known."""
        return self._hopeless.get(kind)

    def learn(self, kind: str, error: PlatformError) -> None:
        """Remember what an error means for the rest of the run."""
        if isinstance(error, RunRefused):
            self.stop(error.diagnostic)
        elif isinstance(error, OperationRefused):
            self._hopeless[kind] = error

    def group_ended(self, failure: Diagnostic | None) -> None:
        """Count groups in a row that fail in one way; too many of them let no new group start.

        One way is one code of the platform or, where it gave none, one summary. An operation that works nowhere does not count: it is not called again, and what else these groups
        need can be done.
        """
        way = _way(failure) if failure else None
        if way in {_way(error.diagnostic) for error in self._hopeless.values()}:
            return
        self._row = [each for each in self._row if each == way] + [way] if way else []
        if len(self._row) >= EQUAL_FAILURES and not self._keep_going:
            self.close(
                Diagnostic(
                    text("Too many groups failed in the same way"),
                    text(
                        "{count} groups in a row failed with platform code {code}; no further group was "
                        "started.",
                        count=len(self._row),
                        code=way,
                    )
                    if isinstance(way, int)
                    else text(
                        "{count} groups in a row failed with “{summary}”; no further group was started.",
                        count=len(self._row),
                        summary=way,
                    ),
                    text("Mend the cause and run `groupctl apply` again, or go on with `--keep-going`."),
                )
            )


def _way(failure: Diagnostic) -> int | str:
    """Return in which way a group failed: the code of the platform, or else the summary."""
    return (failure.platform.code if failure.platform else 0) or failure.summary
