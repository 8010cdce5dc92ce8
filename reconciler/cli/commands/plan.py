"""`groupctl plan`: what would change."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit, exit_of_plan
from reconciler.cli.keys import key_arguments
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer, configure_logging, tell_diagnostics, wants_color

if TYPE_CHECKING:
    from reconciler.plan.plan import Plan


@click.command(
    epilog="""\b
Examples:
  groupctl plan                         all groups
  groupctl plan oncall-payments         one group
  groupctl plan 'oncall-*'              those that match
  groupctl plan --detailed-exitcode     exit 2 when something would change
"""
)
@key_arguments
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@click.option("--no-removals", is_flag=True, help="Plan without removing anything that is there.")
@click.option("--strict-people", is_flag=True, help="Fail groups that name people who cannot be in them.")
@common_options
def plan(
    keys: tuple[str, ...],
    *,
    detailed_exitcode: bool,
    no_removals: bool,
    strict_people: bool,
    options: Options,
) -> Exit:
    """Show what apply would change, without changing anything.

    KEYS narrow the plan to some groups; globs such as 'oncall-*' work.
    """
    from reconciler.cli.planning import make_plan
    from reconciler.cli.running import Signals, run_async, showing_progress
    from reconciler.cli.session import open_session
    from reconciler.workflow import Choices

    configure_logging(options)
    session = open_session(options)
    state = session.load_state()

    async def read(_signals: Signals) -> Plan:
        async with session.platform() as (gateway, app_id), showing_progress(gateway, options) as display:
            choices = Choices(removals=not no_removals, strict_people=strict_people)
            return await make_plan(session, state, gateway, app_id, keys, choices, display)

    tell_diagnostics(session.configuration.warnings, options)
    result = run_async(read)
    show_plan(result, options)
    return exit_of_plan(result, detailed=detailed_exitcode)


def show_plan(result: Plan, options: Options) -> None:
    """Print a plan in the chosen form."""
    if options.json:
        from reconciler.render.as_json import plan_json

        answer(plan_json(result))
    else:
        from reconciler.render.plan_text import render_plan

        color = wants_color(options, sys.stdout)
        answer(render_plan(result, color=color, verbose=bool(options.verbose)))
