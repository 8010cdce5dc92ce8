"""The command `groupctl`: its commands, and what errors become."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

import click

from reconciler import __version__
from reconciler.cli.commands.adopt import adopt
from reconciler.cli.commands.apply import apply
from reconciler.cli.commands.completion import completion
from reconciler.cli.commands.doctor import doctor
from reconciler.cli.commands.drift import drift
from reconciler.cli.commands.emulator import emulator
from reconciler.cli.commands.explain import explain
from reconciler.cli.commands.fmt import fmt
from reconciler.cli.commands.forget import forget
from reconciler.cli.commands.import_ import import_
from reconciler.cli.commands.init import init
from reconciler.cli.commands.link import link
from reconciler.cli.commands.list import list_, search
from reconciler.cli.commands.plan import plan
from reconciler.cli.commands.pull import pull
from reconciler.cli.commands.schema import schema
from reconciler.cli.commands.show import show
from reconciler.cli.commands.state import state
from reconciler.cli.commands.validate import validate
from reconciler.cli.exits import Exit
from reconciler.cli.options import REPORT_FORMATS, Invocation, Options, report_options
from reconciler.cli.output import prepare_streams, tell, tell_bug, tell_problems
from reconciler.errors import Diagnostic, ReconcilerError, UsageError, text

# A mistyped option must not look like "changes present", which is 2 everywhere in this field.
click.UsageError.exit_code = Exit.USAGE

_EPILOG: Final = """\b
Begin with:
  groupctl init --endpoint emulator     a fleet to try things out, nothing leaves this machine
  groupctl plan                         what would change
  groupctl apply                        change it

\b
Examples:
  groupctl -C fleets/acme plan          the fleet in another folder
  groupctl plan --format json           for programs; `groupctl schema plan` describes it
  groupctl COMMAND --help               all about one command

\b
Exit status: 0 done or nothing to do, 1 failed, 2 changes or drift (only when asked),
3 some groups failed, 4 refused by a guard, 64 wrong usage, 130 interrupted.
"""


@click.group(
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "--version", prog_name="groupctl", message="%(prog)s %(version)s")
@report_options
def groupctl(options: Options) -> None:
    """Describe Feishu and Lark group chats in YAML; plan, review and apply the difference."""
    del options


COMMANDS: Final = (
    init,
    validate,
    plan,
    apply,
    drift,
    show,
    explain,
    list_,
    search,
    link,
    import_,
    adopt,
    pull,
    forget,
    state,
    doctor,
    fmt,
    schema,
    emulator,
    completion,
)
for command in COMMANDS:
    groupctl.add_command(command)


def main() -> None:
    """Run `groupctl` with the arguments of the process and exit."""
    prepare_streams()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run `groupctl` with `arguments` and return its exit status; whatever goes wrong is told."""
    invocation = Invocation(Options(format=_written_format(arguments)))
    try:
        result = groupctl.main(list(arguments), prog_name="groupctl", standalone_mode=False, obj=invocation)
    except click.exceptions.NoArgsIsHelpError as error:
        tell(error.format_message())
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        tell_problems([Diagnostic(text("Interrupted"))], invocation.options)
        return Exit.INTERRUPTED
    except ReconcilerError as error:
        tell_problems(error.diagnostics, invocation.options)
        return Exit.USAGE if isinstance(error, UsageError) else Exit.FAILED
    except click.ClickException as error:
        tell_problems([_wrong_usage(error)], invocation.options)
        return error.exit_code
    except OSError as error:
        tell_problems([_unusable_file(error)], invocation.options)
        return Exit.FAILED
    except Exception as error:  # noqa: BLE001  # the last resort: no bug of ours may show a secret
        tell_bug(error, invocation.options)
        return Exit.FAILED
    return result if isinstance(result, int) else Exit.OK


def _written_format(arguments: Sequence[str]) -> str | None:
    """Return the format that a command line asks for, before anybody knows whether it can be parsed."""
    words = " ".join(arguments).replace("--format=", "--format ")
    return next((form for form in REPORT_FORMATS if f"--format {form}" in words), None)


def _wrong_usage(error: click.ClickException) -> Diagnostic:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return Diagnostic(
        text("Wrong usage"),
        error.format_message(),
        text(
            "`{command} --help` shows how it is used.",
            command=context.command_path if context else "groupctl",
        ),
    )


def _unusable_file(error: OSError) -> Diagnostic:
    why = error.strerror or text("I/O error")
    return Diagnostic(
        text("File cannot be used"),
        text("`{file}`: {why}.", file=error.filename, why=why) if error.filename else text("{why}.", why=why),
        text("Check the permissions of the folder and the space on the disk."),
    )
