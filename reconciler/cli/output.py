"""Prints: the answer to stdout, everything else to stderr."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from reconciler.errors import Diagnostic, ReconcilerError

if TYPE_CHECKING:
    from reconciler.cli.options import Options


def prepare_streams() -> None:
    """Make both streams say any text: pipes of Chinese Windows are GBK, which cannot say emoji."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def wants_color(options: Options, stream: TextIO) -> bool:
    """Tell whether to colour a stream: asked for, or a terminal without `NO_COLOR`."""
    if options.color in {"always", "never"}:
        return options.color == "always"
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def answer(content: str) -> None:
    """Print the answer of a command."""
    sys.stdout.write(content if content.endswith("\n") else content + "\n")
    sys.stdout.flush()


def tell(content: str) -> None:
    """Print something that is not the answer."""
    sys.stderr.write(content if content.endswith("\n") else content + "\n")
    sys.stderr.flush()


def tell_diagnostics(diagnostics: Iterable[Diagnostic], options: Options) -> None:
    """Print problems."""
    from reconciler.render.diagnostics import render_diagnostics

    listed = list(diagnostics)
    if listed:
        tell(render_diagnostics(listed, color=wants_color(options, sys.stderr)))


def tell_error(error: ReconcilerError, command: str, options: Options) -> None:
    """Print what went wrong; a command asked for JSON answers with JSON as well."""
    if options.json:
        from reconciler.render.as_json import diagnostics_json

        answer(diagnostics_json(command, error.diagnostics))
    tell_diagnostics(error.diagnostics, options)


def tell_bug(trace: str) -> None:
    """Print a bug of ours: where it is, without a secret."""
    from reconciler.feishu.redaction import redact

    tell(redact(trace))
    tell("This is a bug in reconciler. Please report it with the lines above.")


def configure_logging(options: Options) -> None:
    """Log to stderr: warnings, with -v what happens, with -vv every call; never a secret."""
    from reconciler.cli.logs import log_formatter

    levels = (logging.WARNING, logging.INFO, logging.DEBUG)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(log_formatter(as_json=options.log_format == "json"))
    logger = logging.getLogger("reconciler")
    logger.handlers[:] = [handler]
    logger.propagate = False
    logger.setLevel(levels[min(options.verbose or 0, 2)])
