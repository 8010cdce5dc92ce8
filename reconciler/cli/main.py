"""The command `groupctl`: its commands, and what errors become."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final

import click

from reconciler import __version__
from reconciler.cli.commands.apply import apply
from reconciler.cli.commands.completion import completion
from reconciler.cli.commands.emulator import emulator
from reconciler.cli.commands.forget import forget
from reconciler.cli.commands.init import init
from reconciler.cli.commands.plan import plan
from reconciler.cli.commands.schema import schema
from reconciler.cli.commands.show import show
from reconciler.cli.commands.state import state
from reconciler.cli.commands.validate import validate
from reconciler.cli.exits import Exit
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import prepare_streams, tell, tell_bug

# A mistyped option must not look like "changes present", which is 2 everywhere in this field.
click.UsageError.exit_code = Exit.USAGE

_EPILOG: Final = """\b
Begin with:
  groupctl init --endpoint emulator     a fleet to try things out, nothing leaves this machine
  groupctl plan                         what would change
  groupctl apply                        change it
\b
Exit status: 0 done or nothing to do, 1 failed, 2 changes present (only when asked),
3 some groups failed, 4 refused by a guard, 64 wrong usage, 130 interrupted.
"""


@click.group(
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "--version", prog_name="groupctl", message="%(prog)s %(version)s")
@common_options
def groupctl(options: Options) -> None:
    """Describe Feishu and Lark group chats in YAML; plan, review and apply the difference."""
    del options


for command in (init, validate, plan, apply, show, forget, state, schema, emulator, completion):
    groupctl.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `groupctl` and exit."""
    prepare_streams()
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run `groupctl` with `arguments` and return its exit status; whatever goes wrong is told on stderr."""
    try:
        result = groupctl.main(list(arguments), prog_name="groupctl", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        tell("Interrupted.")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader left (`groupctl plan | head`); Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception:  # noqa: BLE001  # the last resort: no bug of ours may show a secret
        tell_bug(traceback.format_exc())
        return Exit.FAILED
    return result if isinstance(result, int) else Exit.OK
