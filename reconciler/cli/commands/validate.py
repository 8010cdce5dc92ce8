"""`groupctl validate`: everything that can be known offline."""

from __future__ import annotations

import click

from reconciler.cli.exits import Exit
from reconciler.cli.forms import answer_forms, placed_forms, report_forms, report_option
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import tell_diagnostics


@click.command(
    epilog="""\b
Examples:
  groupctl validate                     check the fleet in this folder
  groupctl -C fleets/acme validate      check another one
  groupctl validate --format json       for machines
  groupctl validate --report codequality=problems.json    for GitLab; `github=FILE` for GitHub
"""
)
@report_option()
@common_options
def validate(options: Options) -> Exit:
    """Check all YAML files, offline and without credentials.

    Every problem of every file is told at once, with file, line and column.
    """
    from reconciler.config import find_root, load_configuration
    from reconciler.render.as_json import diagnostics_json
    from reconciler.render.report import Report
    from reconciler.render.translate import say_count

    configuration = load_configuration(find_root(options.directory))
    warnings, groups = configuration.warnings, len(configuration.fleet.groups)
    verdict = say_count(
        groups, "The configuration is valid: {n} group.", "The configuration is valid: {n} groups."
    )
    tell_diagnostics(warnings, options)
    answer_forms(
        {
            "text": lambda: verdict,
            "json": lambda: diagnostics_json(options.command, warnings, groups=groups),
            **report_forms(lambda: Report("groupctl validate", verdict, problems=warnings)),
            **placed_forms(warnings, options),
        },
        options,
    )
    return Exit.OK
