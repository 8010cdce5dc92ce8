"""`groupctl explain`: where the values of one group come from."""

from __future__ import annotations

import sys

import click

from reconciler.cli.exits import Exit
from reconciler.cli.keys import complete_paths, key_argument
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer, wants_color


@click.command(
    epilog="""\b
Examples:
  groupctl explain oncall-payments
  groupctl explain oncall-payments permissions.at_all
  groupctl explain oncall-payments members/@lilei
"""
)
@key_argument
@click.argument("path", required=False, shell_complete=complete_paths)
@common_options
def explain(key: str, path: str | None, options: Options) -> Exit:
    """Tell where each value of one group comes from.

    Every value has its file, line and column, the defaults, template or group that it stands in, and what it
    overrides. PATH narrows the answer: a setting, a facet, or a thing in one. Offline, without credentials.
    """
    from reconciler.config import find_root, load_configuration
    from reconciler.config.explain import explain as use_case
    from reconciler.config.explain import narrowed, shown
    from reconciler.render.explain_text import explanation_json, render_explanation
    from reconciler.workflow import no_such_group

    configuration = load_configuration(find_root(options.directory))
    origin = configuration.positions.origin(key)
    if origin is None:
        raise no_such_group([key])
    group = configuration.fleet.groups[key]
    wanted = narrowed(use_case(origin, group), path or "", configuration.people)
    values = [shown(each) for each in wanted]
    if options.json:
        answer(explanation_json(key, values))
    else:
        color = wants_color(options, sys.stdout)
        answer(render_explanation(key, group.settings.name or "", values, color=color))
    return Exit.OK
