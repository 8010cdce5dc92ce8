"""`groupctl pull`: accept what people changed on the platform into the files."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit, exit_of_parts
from reconciler.cli.keys import key_arguments
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import (
    answer,
    answer_parts,
    configure_logging,
    require_somebody_to_ask,
    tell,
    tell_diagnostics,
    wants_color,
)

if TYPE_CHECKING:
    from reconciler.cli.running import Signals
    from reconciler.cli.session import Session
    from reconciler.moving import Pulled


@click.command(
    epilog="""\b
Examples:
  groupctl pull                         show how the files would change, ask, change them
  groupctl pull oncall-payments --yes
"""
)
@key_arguments
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@common_options
def pull(keys: tuple[str, ...], *, yes: bool, options: Options) -> Exit:
    """Accept drift: put what is live into the YAML files.

    Each value goes to the line that it belongs to; comments and order stay. A value that other groups share
    gets an override in the group. What was changed in the files and not applied yet stays as it is. Changes
    nothing on the platform.
    """
    from reconciler.cli.running import run_async
    from reconciler.cli.session import open_session
    from reconciler.errors import Severity
    from reconciler.render.translate import say

    configure_logging(options)
    if not yes:
        require_somebody_to_ask(options)
    session = open_session(options)
    tell_diagnostics(session.configuration.warnings, options)
    pulled = run_async(lambda signals: _pull(session, keys, signals))
    if pulled.files and not options.json:
        answer(_difference(pulled, options))
    if pulled.files and not yes and not _confirmed(pulled):
        tell(say("Nothing was changed."))
        return Exit.OK
    _write(session, pulled)
    _answer(pulled, options)
    errors = [each for each in pulled.problems if each.severity is Severity.ERROR]
    return exit_of_parts(pulled.readable, errors)


async def _pull(session: Session, keys: tuple[str, ...], _signals: Signals) -> Pulled:
    from reconciler.cli.planning import scope_of
    from reconciler.cli.running import showing_progress
    from reconciler.cli.session import SystemClock
    from reconciler.moving import pull as use_case

    state = session.load_state()
    async with session.platform() as (gateway, app_id):
        scope = scope_of(session, state, app_id, keys)
        async with showing_progress(gateway, session.options) as display:
            return await use_case(scope, gateway, SystemClock(), display.update)


def _difference(pulled: Pulled, options: Options) -> str:
    from reconciler.render.moving_text import render_difference

    color = wants_color(options, sys.stdout)
    return "\n".join(
        render_difference(str(each.path), each.before, each.after, color=color) for each in pulled.files
    )


def _confirmed(pulled: Pulled) -> bool:
    from reconciler.cli.running import asking
    from reconciler.render.translate import say_count

    with asking():
        question = say_count(len(pulled.files), "Change {n} file?", "Change {n} files?")
        return click.confirm(question, err=True)


def _write(session: Session, pulled: Pulled) -> None:
    from reconciler.config.replace import replace_files

    replace_files(session.configuration.root, pulled.files)


def _answer(pulled: Pulled, options: Options) -> None:
    from reconciler.render.moving_text import file_difference, pulled_data
    from reconciler.render.translate import say, say_count

    number = len(pulled.groups)
    done = say_count(
        number, "The files of {n} group follow what is live.", "The files of {n} groups follow what is live."
    )
    answer_parts(
        options,
        pulled.problems,
        done if number else say("No drift: nothing to take over."),
        groups=pulled_data(pulled.groups),
        files=[
            {"file": str(each.path), "diff": file_difference(str(each.path), each.before, each.after)}
            for each in pulled.files
        ],
    )
