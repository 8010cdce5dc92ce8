"""`groupctl plan`: what would change."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit, exit_of_plan
from reconciler.cli.fail_on import fail_on_option, level_of
from reconciler.cli.forms import Forms, answer_forms, report_option
from reconciler.cli.keys import key_arguments
from reconciler.cli.options import Options, report_options
from reconciler.cli.output import configure_logging, tell, tell_diagnostics, wants_color
from reconciler.errors import Diagnostic, UsageError, text

if TYPE_CHECKING:
    from reconciler.plan.comparison import Comparison
    from reconciler.plan.plan import Plan


@click.command(
    epilog="""\b
Examples:
  groupctl plan                         all groups
  groupctl plan oncall-payments         one group
  groupctl plan 'oncall-*'              those that match
  groupctl plan --detailed-exitcode     exit 2 when something would change
  groupctl plan --out plan.json         save it, for `groupctl apply --plan plan.json`
  groupctl plan --base origin/main      what a branch asks for, apart from what was pending before
  groupctl plan --offline               by the state alone: no credentials, no calls
  groupctl plan --format markdown       for the comment of a pull request
"""
)
@key_arguments
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@click.option("--no-removals", is_flag=True, help="Plan without removing anything that is there.")
@click.option("--strict-people", is_flag=True, help="Fail groups that name people who cannot be in them.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Save the plan, for `groupctl apply --plan FILE`.",
)
@click.option(
    "--base",
    metavar="FOLDER|REVISION",
    help="Tell what this configuration asks for apart from what that one does.",
)
@click.option("--offline", is_flag=True, help="Compare with the last apply instead of the platform.")
@fail_on_option
@report_option("gitlab")
@report_options
def plan(
    keys: tuple[str, ...],
    *,
    detailed_exitcode: bool,
    no_removals: bool,
    strict_people: bool,
    out: Path | None,
    base: str | None,
    offline: bool,
    fail_on: str | None,
    options: Options,
) -> Exit:
    """Show what apply would change, without changing anything.

    KEYS narrow the plan to some groups; globs such as 'oncall-*' work.
    """
    from reconciler.cli.planning import plan_and_compare, save_plan_to
    from reconciler.cli.running import run_async
    from reconciler.cli.session import open_session
    from reconciler.render.safe import safe
    from reconciler.render.translate import say
    from reconciler.workflow import Choices

    configure_logging(options)
    if offline and out:
        raise UsageError(
            Diagnostic(
                text("Wrong usage"),
                text(
                    "A plan that was made offline cannot be performed, so `--out` makes no sense with `--offline`."
                ),
                text("Leave one of them out."),
            )
        )
    session = open_session(options)
    state = session.load_state()
    choices = Choices(removals=not no_removals, strict_people=strict_people, fail_on=level_of(fail_on))
    tell_diagnostics(session.configuration.warnings, options)
    result, comparison = run_async(
        lambda _signals: plan_and_compare(session, state, keys, choices, base=base, offline=offline)
    )
    if out:
        # Before it is shown: when it cannot be saved, that is the answer.
        save_plan_to(out, result, session, state, keys, choices)
    forms = plan_forms(result, options, comparison, session.configuration.warnings)
    answer_forms(forms, options)
    if out:
        tell(
            say(
                "Saved. To perform exactly this: groupctl apply --plan {file}",
                file=safe(shlex.quote(str(out))),
            )
        )
    return exit_of_plan(result, detailed=detailed_exitcode)


def plan_forms(
    result: Plan, options: Options, comparison: Comparison | None = None, warnings: Iterable[Diagnostic] = ()
) -> Forms:
    """Return the forms of a plan.

    Args:
        result: The plan.
        options: Say how much is told.
        comparison: The plan compared with a base.
        warnings: Of the configuration.
    """
    from reconciler.cli.forms import placed_forms, report_forms
    from reconciler.render.as_json import plan_json
    from reconciler.render.forges import gitlab_report
    from reconciler.render.plan_report import plan_report
    from reconciler.render.plan_text import render_plan

    color = wants_color(options, sys.stdout)
    return {
        "text": lambda: render_plan(result, comparison, color=color, verbose=bool(options.verbose)),
        "json": lambda: plan_json(result, comparison),
        "gitlab": lambda: gitlab_report(result),
        **report_forms(lambda: plan_report(result, comparison)),
        **placed_forms((*warnings, *result.diagnostics), options),
    }
