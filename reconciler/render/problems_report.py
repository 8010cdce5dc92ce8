"""What ended a command, as a report."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.errors import Diagnostic, Severity
from reconciler.render.report import Report
from reconciler.render.translate import say, say_count


def problems_report(command: str, problems: Sequence[Diagnostic]) -> Report:
    """Return problems as a report of the command that they ended; the errors first, as a form may show only so many."""
    errors = [each for each in problems if each.severity is Severity.ERROR]
    others = [each for each in problems if each.severity is not Severity.ERROR]
    return Report(
        title=say("groupctl {command} failed", command=command),
        verdict=say_count(len(errors), "{n} error. Nothing was changed.", "{n} errors. Nothing was changed."),
        problems=(*errors, *others),
    )
