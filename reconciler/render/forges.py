"""What forges read beside a report: numbers for GitLab's merge request, problems at their lines in YAML files."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final

from reconciler.errors import Diagnostic, Severity, Source
from reconciler.plan.plan import Plan
from reconciler.render.counts import count_plan
from reconciler.render.safe import safe
from reconciler.render.translate import translate

_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning"}
_SEVERITIES: Final = {Severity.ERROR: "major", Severity.WARNING: "minor"}


def gitlab_report(plan: Plan) -> str:
    """Return the numbers that GitLab shows in a merge request (`artifacts:reports:terraform`)."""
    counts = count_plan(plan)
    numbers = {
        "create": counts.create + counts.adopt,
        "update": counts.update,
        "delete": counts.forget + counts.dissolve,
    }
    return json.dumps(numbers) + "\n"


def code_quality(diagnostics: Iterable[Diagnostic], folder: str) -> str:
    """Return problems that have a place in a file as a Code Quality report of GitLab.

    Args:
        diagnostics: Problems; those without a place are left out.
        folder: The folder of the fleet in its repository, `/` between its parts.
    """
    seen: Counter[str] = Counter()
    issues = []
    for problem, source in _placed(diagnostics):
        path = _path(source, folder)
        described = ": ".join(part for part in (safe(problem.summary), _message(problem)) if part)
        # The line is left out: a problem that moves is still the same one.
        identity = f"{path}\0{problem.address}\0{described}"
        seen[identity] += 1
        issues.append(
            {
                "description": described,
                "check_name": safe(problem.summary),
                "fingerprint": hashlib.sha256(f"{identity}\0{seen[identity]}".encode()).hexdigest(),
                "severity": _SEVERITIES[problem.severity],
                "location": {"path": path, "lines": {"begin": source.line}},
            }
        )
    return json.dumps(issues, ensure_ascii=False, indent=2) + "\n"


def github_annotations(diagnostics: Iterable[Diagnostic], folder: str) -> str:
    """Return problems that have a place in a file as workflow commands of GitHub, a line each.

    Args:
        diagnostics: Problems; those without a place are left out.
        folder: The folder of the fleet in its repository, `/` between its parts.
    """
    lines = [
        f"::{_LEVELS[problem.severity]} file={_property(_path(source, folder))},line={source.line},"
        f"col={source.column},title={_property(safe(problem.summary))}::{_data(_message(problem))}\n"
        for problem, source in _placed(diagnostics)
    ]
    return "".join(lines)


def _placed(diagnostics: Iterable[Diagnostic]) -> Iterator[tuple[Diagnostic, Source]]:
    return ((each, each.source) for each in diagnostics if each.source)


def _path(source: Source, folder: str) -> str:
    return safe(str(PurePosixPath(folder) / source.file))


def _message(problem: Diagnostic) -> str:
    return " ".join(safe(translate(part)) for part in (problem.detail, problem.hint) if part)


def _data(text: str) -> str:
    return text.replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
