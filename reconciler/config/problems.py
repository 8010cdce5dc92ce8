"""Collecting every problem of every file before anything is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.errors import Diagnostic, Severity, Source, Text

_NOWHERE = Source("", 0, 0)


class Problems:
    """A growing list of diagnostics, told in the order of the files and only once each."""

    def __init__(self) -> None:
        self._diagnostics: list[Diagnostic] = []

    def error(
        self, summary: Text, detail: Text, *, hint: str = "", address: str = "", source: Source | None = None
    ) -> None:
        """Remember something that has to be put right."""
        self._diagnostics.append(Diagnostic(summary, detail, hint, address, source))

    def warning(
        self, summary: Text, detail: Text, *, hint: str = "", address: str = "", source: Source | None = None
    ) -> None:
        """Remember something that works but deserves a look."""
        self._diagnostics.append(Diagnostic(summary, detail, hint, address, source, Severity.WARNING))

    def include(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Remember diagnostics that were made elsewhere."""
        self._diagnostics.extend(diagnostics)

    @property
    def all(self) -> tuple[Diagnostic, ...]:
        """Everything by file, line and column."""
        return tuple(_once(sorted(self._diagnostics, key=_order)))

    @property
    def has_errors(self) -> bool:
        """Whether anything has to be put right."""
        return any(each.severity is Severity.ERROR for each in self._diagnostics)


def _once(diagnostics: list[Diagnostic]) -> Iterator[Diagnostic]:
    """Leave out repetitions: a value that many groups inherit is wrong only once."""
    told = set()
    for each in diagnostics:
        identity = (each.source, each.summary, each.detail)
        if identity not in told:
            told.add(identity)
            yield each


def _order(diagnostic: Diagnostic) -> tuple[Source, str, str, str]:
    return (diagnostic.source or _NOWHERE, diagnostic.address, diagnostic.summary, diagnostic.detail)
