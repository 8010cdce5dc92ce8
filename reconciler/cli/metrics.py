"""Measures a look for drift and writes it down for Prometheus (`--metrics FILE`)."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from reconciler import __version__
from reconciler.cli.options import Options
from reconciler.cli.output import tell_diagnostics
from reconciler.errors import Diagnostic, ReconcilerError, Severity, text

if TYPE_CHECKING:
    from reconciler.render.metrics import Look

_MODE: Final = 0o644
"""Node exporter reads it as another user."""

metrics_option: Final = click.option(
    "--metrics",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write numbers for Prometheus to this file, also when the command fails.",
)


@contextlib.contextmanager
def measuring(file: Path | None, options: Options) -> Iterator[Look]:
    """Yield a look to be filled in, and write it when the block ends, however that is.

    What cannot be written is told, and changes no exit status.
    """
    from reconciler.cli.session import SystemClock
    from reconciler.render.metrics import Look

    look = Look(__version__, SystemClock().now())
    began = time.monotonic()
    try:
        yield look
    finally:
        look.seconds = time.monotonic() - began
        if file:
            look.fleet = look.fleet or _name_of_fleet(options)
            _write(file, look, options)


def _name_of_fleet(options: Options) -> str:
    """Return the name that `groupctl.yaml` has, also when other files are broken; empty when it has none."""
    from reconciler.config import load_settings

    try:
        return load_settings(options.directory).fleet.name
    except ReconcilerError:
        return ""


def _write(file: Path, look: Look, options: Options) -> None:
    from reconciler.render.metrics import drift_metrics
    from reconciler.state.file import replace_file

    try:
        before = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
        replace_file(file, drift_metrics(look, before).encode(), mode=_MODE)
    except OSError as error:
        tell_diagnostics([_unwritable(file, error)], options)


def _unwritable(file: Path, error: OSError) -> Diagnostic:
    return Diagnostic(
        text("Metrics cannot be written"),
        text("`{file}`: {why}.", file=file, why=error.strerror or text("I/O error")),
        text("Check the folder and its permissions."),
        severity=Severity.WARNING,
    )
