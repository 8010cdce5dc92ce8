"""`groupctl validate`: everything that can be known offline."""

from __future__ import annotations

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer, tell_diagnostics


@click.command(
    epilog="""\b
Examples:
  groupctl validate                     check the fleet in this folder
  groupctl -C fleets/acme validate      check another one
  groupctl validate --format json       for machines
"""
)
@common_options
def validate(options: Options) -> Exit:
    """Check all YAML files, offline and without credentials.

    Every problem of every file is told at once, with file, line and column.
    """
    from reconciler.config import find_root, load_configuration
    from reconciler.render.translate import say_count

    configuration = load_configuration(find_root(options.directory))
    groups = len(configuration.fleet.groups)
    if options.json:
        from reconciler.render.as_json import diagnostics_json

        answer(diagnostics_json(options.command, configuration.warnings, groups=groups))
    tell_diagnostics(configuration.warnings, options)
    if not options.json:
        answer(
            say_count(
                groups, "The configuration is valid: {n} group.", "The configuration is valid: {n} groups."
            )
        )
    return Exit.OK
