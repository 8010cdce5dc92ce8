"""`groupctl doctor`: whether everything is there that a fleet needs."""

from __future__ import annotations

import sys

import click

from reconciler.cli.exits import Exit, exit_of_report
from reconciler.cli.keys import key_arguments
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer, configure_logging, wants_color


@click.command(
    epilog="""\b
Examples:
  groupctl doctor                       everything: files, state, credentials, scopes, roles
  groupctl doctor -v                    with every group and every call
  groupctl doctor 'oncall-*'            roles and scopes for some groups
  groupctl doctor --format json         for programs; `groupctl schema doctor` describes it
"""
)
@key_arguments
@common_options
def doctor(keys: tuple[str, ...], options: Options) -> Exit:
    """Check files, state, credentials, scopes and roles.

    Nothing is written. What only a write could tell is said to be unknown. KEYS narrow the groups that are looked at.
    Exits 0 when nothing failed, 3 when only some groups are affected, 1 otherwise.
    """
    from reconciler.cli.examination import examine
    from reconciler.render.doctor_text import render_report, report_json

    configure_logging(options)
    report = examine(options, keys)
    if options.json:
        answer(report_json(report))
    else:
        color = wants_color(options, sys.stdout)
        answer(render_report(report, color=color, verbose=bool(options.verbose)))
    return exit_of_report(report)
