"""The forms of an answer: one is printed, others can be written to files in the same run (`--report KIND=FILE`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click

from reconciler.cli.options import F, Options
from reconciler.cli.output import answer, tell_diagnostics
from reconciler.errors import Diagnostic, Severity, text

if TYPE_CHECKING:
    from reconciler.render.report import Report

Forms: TypeAlias = Mapping[str, Callable[[], str]]
"""What makes an answer, by the name of its form; only those that are asked for are made."""

KINDS: Final = ("json", "markdown", "html", "codequality", "github")
"""Forms that every command with reports has."""


class _ReportType(click.ParamType[tuple[str, str]]):
    """`KIND=FILE`."""

    name = "report"

    def __init__(self, kinds: tuple[str, ...]) -> None:
        self._kinds = kinds

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return kind and file; anything else is wrong usage."""
        if isinstance(value, tuple):
            return value
        kind, equals, file = str(value).partition("=")
        if kind not in self._kinds or not equals or not file:
            self.fail(f"{value!r} is not KIND=FILE with a kind of {', '.join(self._kinds)}.", param, ctx)
        return kind, file


def report_option(*more: str) -> Callable[[F], F]:
    """Return the option `--report` of a command, which may have more kinds than all have."""
    kinds = KINDS + more
    return click.option(
        "--report",
        "reports",
        type=_ReportType(kinds),
        multiple=True,
        metavar="KIND=FILE",
        help=f"Also write this form to a file: {', '.join(kinds)}. Can be given several times.",
    )


def answer_forms(forms: Forms, options: Options) -> None:
    """Print the form that was chosen, and write those that were asked for to their files."""
    answer(forms[options.format or "text"]())
    write_reports(forms, options)


def write_reports(forms: Forms, options: Options) -> None:
    """Write forms to their files. What cannot be written is told, and changes no exit status."""
    for kind, name in options.reports:
        if kind not in forms:
            continue
        try:
            Path(name).write_text(forms[kind](), encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            tell_diagnostics([_unwritable(name, error)], options)


def _unwritable(name: str, error: OSError) -> Diagnostic:
    return Diagnostic(
        text("Report cannot be written"),
        text("`{file}`: {why}.", file=name, why=error.strerror or text("I/O error")),
        text("Check the folder and its permissions."),
        severity=Severity.WARNING,
    )


def report_forms(report: Callable[[], Report]) -> Forms:
    """Return the forms of a report."""
    from reconciler.render.html import render_html
    from reconciler.render.markdown import render_markdown

    return {"markdown": lambda: render_markdown(report()), "html": lambda: render_html(report())}


def problem_forms(problems: Iterable[Diagnostic], options: Options) -> Forms:
    """Return the forms of what ended a command."""
    from reconciler.render.as_json import diagnostics_json
    from reconciler.render.problems_report import problems_report

    listed = list(problems)
    return {
        "json": lambda: diagnostics_json(options.command, listed),
        **report_forms(lambda: problems_report(options.command, listed)),
        **placed_forms(listed, options),
    }


def placed_forms(problems: Iterable[Diagnostic], options: Options) -> Forms:
    """Return the forms that show problems at their lines."""
    from reconciler.render.forges import code_quality, github_annotations

    listed = list(problems)
    folder = _folder_in_repository(options.directory)
    return {
        "codequality": lambda: code_quality(listed, folder),
        "github": lambda: github_annotations(listed, folder),
    }


def _folder_in_repository(directory: Path) -> str:
    """Return where a fleet is in its repository; outside of one, where it is from here."""
    from reconciler.config import find_root
    from reconciler.errors import ConfigurationError

    try:
        root = find_root(directory).resolve()
    except ConfigurationError:
        root = directory.resolve()
    repository = next((each for each in (root, *root.parents) if (each / ".git").exists()), Path.cwd())
    return root.relative_to(repository).as_posix() if root.is_relative_to(repository) else root.as_posix()
