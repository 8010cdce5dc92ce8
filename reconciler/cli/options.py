"""The options that every command takes, before or after its name."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from reconciler.errors import Diagnostic, UsageError, text
from reconciler.feishu.quota import PARALLELISM
from reconciler.model.hosts import WEBHOOKS

F = TypeVar("F", bound=Callable[..., Any])

_ENVIRONMENT: Final = (
    "GROUPCTL_ENDPOINT",
    "GROUPCTL_JOURNAL",
    "GROUPCTL_STATE",
    "GROUPCTL_STATE_PASSWORD",
    "GROUPCTL_STATE_PASSWORD_FILE",
    "GROUPCTL_STATE_USERNAME",
    "GROUPCTL_TRUSTED_HOSTS",
)


@dataclass(frozen=True, slots=True)
class Options:
    """What people chose for every command; `None` was not chosen."""

    command: str = ""
    """Name of the command that runs, for example `state init`."""
    chdir: Path | None = None
    endpoint: str | None = None
    state: str | None = None
    format: str | None = None
    color: str | None = None
    quiet: bool | None = None
    verbose: int | None = None
    log_format: str | None = None
    parallelism: int | None = None
    lock_timeout: float | None = None
    reports: tuple[tuple[str, str], ...] = ()
    """Kinds and files of further forms of the answer."""

    @property
    def directory(self) -> Path:
        """Where the fleet is looked for."""
        return self.chdir or Path()

    @property
    def json(self) -> bool:
        """Whether the answer is JSON."""
        return self.format == "json"


@dataclass(slots=True)
class Invocation:
    """What is known of a run when something goes wrong in it."""

    options: Options = Options()


FORMATS: Final = ("text", "json")
REPORT_FORMATS: Final = (*FORMATS, "markdown", "html")
"""Forms of what is read in a pull request or kept as a file."""

_CHOICES: Final = tuple(each.name for each in fields(Options) if each.name != "command")
_OPTIONS: Final = (
    click.option(
        "-C",
        "--chdir",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Work in this folder instead of the current one.",
    ),
    click.option(
        "--endpoint",
        metavar="NAME|URL",
        help="Platform to talk to: feishu, lark, emulator or a URL; overrides GROUPCTL_ENDPOINT and groupctl.yaml.",
    ),
    click.option(
        "--state",
        metavar="FILE|URL",
        help="Where the state is kept; overrides GROUPCTL_STATE and groupctl.yaml.",
    ),
    click.option("--color", type=click.Choice(["auto", "always", "never"]), help="Colour (auto)."),
    click.option("-q", "--quiet", is_flag=True, default=None, help="No progress."),
    click.option("-v", "--verbose", count=True, default=None, help="Say more; twice: log every call."),
    click.option("--log-format", type=click.Choice(["text", "json"]), help="Form of the log (text)."),
    click.option(
        "--parallelism", type=click.IntRange(1, 256), help=f"Calls in flight at once ({PARALLELISM})."
    ),
    click.option(
        "--lock-timeout", type=click.FloatRange(0), metavar="SECONDS", help="Wait for the state lock (0)."
    ),
)


def common_options(function: F) -> F:
    """Give a command the common options, as one `Options` argument.

    The command returns its exit status, or nothing for 0.
    """
    return _with_options(function, FORMATS)


def report_options(function: F) -> F:
    """Give a command the common options, its answer being a report that has more forms than others."""
    return _with_options(function, REPORT_FORMATS)


def _with_options(function: F, formats: Sequence[str]) -> F:
    @functools.wraps(function)
    def with_options(*args: Any, **kwargs: Any) -> Any:
        chosen = {name: value for name in _CHOICES if (value := kwargs.pop(name, None)) not in {None, 0, ()}}
        context = click.get_current_context()
        invocation = context.ensure_object(Invocation)
        command = context.command_path.partition(" ")[2]
        invocation.options = replace(invocation.options, **chosen, command=command)
        if context.invoked_subcommand is None:
            check_environment(os.environ)
            _check_format(invocation.options, formats)
        return function(*args, options=invocation.options, **kwargs)

    decorated: Any = with_options
    form = click.option("--format", type=click.Choice(formats), help="Form of the answer (text).")
    for option in reversed((*_OPTIONS, form)):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]  # the decorators keep the function's type


def _check_format(options: Options, formats: Sequence[str]) -> None:
    """Refuse a form that was asked for before the name of a command which does not have it."""
    if options.format not in {None, *formats}:
        raise UsageError(
            Diagnostic(
                text("Wrong usage"),
                text("`{command}` has no form `{form}`.", command=options.command, form=options.format),
                text("It has: {forms}.", forms=", ".join(formats)),
            )
        )


def check_environment(environ: Mapping[str, str]) -> None:
    """Refuse misspelt variables, which would be ignored silently.

    Raises:
        UsageError: A variable that begins with `GROUPCTL_` is unknown.
    """
    unknown = sorted(
        name
        for name in environ
        if name.startswith("GROUPCTL_") and not name.startswith(WEBHOOKS) and name not in _ENVIRONMENT
    )
    if unknown:
        import difflib

        near = difflib.get_close_matches(unknown[0], _ENVIRONMENT, n=1, cutoff=0)
        raise UsageError(
            Diagnostic(
                text("Unknown environment variable"),
                text("`{name}` is not a variable of groupctl.", name=unknown[0]),
                text("Did you mean `{near}`?", near=near[0]),
            )
        )
