"""Prints: the answer to stdout, everything else to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TextIO

from reconciler.errors import Diagnostic, UsageError, text

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
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def answer(content: str) -> None:
    """Print the answer of a command."""
    write(sys.stdout, content if content.endswith("\n") else content + "\n")


def answer_done(message: str, options: Options, **facts: Any) -> None:
    """Print what a command without a document of its own has done.

    Args:
        message: For people.
        options: Say whether a program asks.
        facts: For programs, instead of the message.
    """
    if options.json:
        from reconciler.render.as_json import diagnostics_json

        answer(diagnostics_json(options.command, (), **facts))
    else:
        from reconciler.render.translate import translate

        answer(translate(message))


def answer_parts(options: Options, problems: Iterable[Diagnostic], message: str, **facts: Any) -> None:
    """Print what a command has done of its parts, and why the others failed.

    Args:
        options: Say whether a program asks.
        problems: Of the parts that failed.
        message: For people, as it is printed; nothing when it is empty.
        facts: For programs, instead of the message.
    """
    listed = list(problems)
    if options.json:
        from reconciler.render.as_json import diagnostics_json

        answer(diagnostics_json(options.command, listed, **facts))
    elif message:
        answer(message)
    tell_diagnostics(listed, options)


def tell(content: str) -> None:
    """Print something that is not the answer."""
    write(sys.stderr, content if content.endswith("\n") else content + "\n")


def write(stream: TextIO, content: str) -> None:
    """Print to a stream at once, whatever it is without a secret.

    When its reader left (`groupctl apply | head`), the command goes on without.
    """
    from reconciler.redaction import redact

    try:
        stream.write(redact(content))
        stream.flush()
    except BrokenPipeError:
        # Otherwise Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def tell_diagnostics(diagnostics: Iterable[Diagnostic], options: Options) -> None:
    """Print problems."""
    listed = list(diagnostics)
    if listed:
        from reconciler.render.diagnostics import render_diagnostics

        tell(render_diagnostics(listed, color=wants_color(options, sys.stderr)))


def tell_problems(problems: Iterable[Diagnostic], options: Options) -> None:
    """Print what ended a command; one that was asked for another form than text answers in that form as well."""
    listed = list(problems)
    if options.format not in {None, "text"} or options.reports:
        from reconciler.cli.forms import problem_forms, write_reports

        forms = problem_forms(listed, options)
        if options.format and options.format in forms:
            answer(forms[options.format]())
        write_reports(forms, options)
    tell_diagnostics(listed, options)


def tell_bug(error: Exception, options: Options) -> None:
    """Print a bug of ours: where it is, without a secret."""
    import traceback

    from reconciler.redaction import redact
    from reconciler.render.safe import safe_block

    tell(safe_block(redact("".join(traceback.format_exception(error)))))
    tell_problems(
        [
            Diagnostic(
                text("Internal error"),
                text("{what}.", what=redact(f"{type(error).__name__}: {error}".rstrip(".: "))),
                text("This is a bug in reconciler. Please report it with the lines above."),
            )
        ],
        options,
    )


def require_somebody_to_ask(options: Options) -> None:
    """Refuse to go on when a question would have to be asked that nobody can read or answer.

    Raises:
        UsageError: Standard input is no terminal, or the answer is for a program.
    """
    why = (
        text("Standard input is no terminal, so nobody can confirm.")
        if not sys.stdin.isatty()
        else text("The answer is for a program, which cannot confirm.")
    )
    if options.json or not sys.stdin.isatty():
        raise UsageError(
            Diagnostic(
                text("Nobody can be asked"),
                why,
                text("Run `groupctl {command} --yes` to go on without asking.", command=options.command),
            )
        )


def configure_logging(options: Options) -> None:
    """Log to stderr: warnings, with -v what happens, with -vv every call; never a secret."""
    import logging

    from reconciler.cli.logs import log_formatter

    levels = (logging.WARNING, logging.INFO, logging.DEBUG)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(log_formatter(as_json=options.log_format == "json"))
    for name, level in (("reconciler", levels[min(options.verbose or 0, 2)]), ("asyncio", logging.WARNING)):
        # asyncio tells of errors that nobody waited for, with their messages.
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(level)
