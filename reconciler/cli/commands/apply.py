"""`groupctl apply`: make the groups what the configuration says."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.commands.plan import plan_forms
from reconciler.cli.exits import Exit, exit_of_outcome
from reconciler.cli.fail_on import fail_on_option, level_of
from reconciler.cli.forms import Forms, answer_forms, report_option
from reconciler.cli.keys import key_arguments
from reconciler.cli.options import Options, report_options
from reconciler.cli.output import (
    answer,
    configure_logging,
    require_somebody_to_ask,
    tell,
    tell_diagnostics,
    wants_color,
)
from reconciler.errors import Diagnostic, UsageError, text

if TYPE_CHECKING:
    from reconciler.apply.run import Run
    from reconciler.cli.running import Signals
    from reconciler.cli.session import Session
    from reconciler.feishu.gateway import FeishuGateway
    from reconciler.model.recorded import State
    from reconciler.plan.outcome import Outcome
    from reconciler.plan.plan import Plan
    from reconciler.plan.saved import SavedPlan
    from reconciler.workflow import Choices

GUARDS = (
    "removals",
    "people",
    "forgets",
    "owner",
    "dissolve",
    "loosening",
    "lockout",
    "twin",
    "first-contact",
    "incomplete",
)


@click.command(
    epilog="""\b
Examples:
  groupctl apply                        show the plan, ask, perform it
  groupctl apply --yes                  without asking, for pipelines
  groupctl apply oncall-payments        one group
  groupctl apply --no-removals          add and change only
  groupctl apply --override removals    set one guard aside
  groupctl apply --plan plan.json       what `plan --out plan.json` saved, nothing else
"""
)
@key_arguments
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Perform a saved plan, without asking.",
)
@click.option("--no-removals", is_flag=True, help="Remove nothing that is there.")
@click.option(
    "--override",
    "overrides",
    multiple=True,
    type=click.Choice(GUARDS),
    metavar="GUARD",
    help=f"Set this guard aside; can be given several times. One of: {', '.join(GUARDS)}.",
)
@click.option("--keep-going", is_flag=True, help="Go on after five groups in a row failed in one way.")
@click.option("--strict-people", is_flag=True, help="Fail groups that name people who cannot be in them.")
@fail_on_option
@report_option()
@report_options
def apply(
    keys: tuple[str, ...],
    *,
    yes: bool,
    plan_file: Path | None,
    no_removals: bool,
    overrides: tuple[str, ...],
    keep_going: bool,
    strict_people: bool,
    fail_on: str | None,
    options: Options,
) -> Exit:
    """Make the groups what the configuration says.

    Shows the plan first and asks. Guards refuse plans that remove or forget too much, touch too many people, lock the
    app out or make a second group of one name; each is set aside by its name only.

    With --plan a saved plan is performed: only its steps, only in groups that are as they were when it was made.
    """
    from reconciler.apply.run import Run
    from reconciler.cli.running import run_async
    from reconciler.cli.session import open_session
    from reconciler.saved_plans import with_saved_pictures
    from reconciler.state.saved_plan import read_saved_plan
    from reconciler.workflow import Choices

    configure_logging(options)
    if plan_file:
        _require_alone(keys, no_removals=no_removals, strict_people=strict_people)
    elif not yes:
        require_somebody_to_ask(options)
    saved = read_saved_plan(plan_file) if plan_file else None
    session = open_session(options)
    if saved:
        session = replace(session, configuration=with_saved_pictures(session.configuration, saved))
    tell_diagnostics(session.configuration.warnings, options)
    choices = Choices(
        overrides=frozenset(overrides),
        removals=not no_removals,
        strict_people=strict_people,
        fail_on=level_of(fail_on),
    )
    run = Run(keep_going=keep_going)
    with session.locked():
        return run_async(lambda signals: _apply(session, keys, choices, run, signals, saved, yes=yes))


def _require_alone(keys: tuple[str, ...], *, no_removals: bool, strict_people: bool) -> None:
    """Refuse what a saved plan has decided already.

    Raises:
        UsageError: Something of it was given.
    """
    given = [*keys[:1], *["--no-removals"] * no_removals, *["--strict-people"] * strict_people]
    if given:
        raise UsageError(
            Diagnostic(
                text("Saved plan says this already"),
                text(
                    "`{given}` cannot be given beside `--plan`: the plan was made without it.", given=given[0]
                ),
                text("Make a plan with it: `groupctl plan {given} --out FILE`.", given=given[0]),
            )
        )


async def _apply(
    session: Session,
    keys: tuple[str, ...],
    choices: Choices,
    run: Run,
    signals: Signals,
    saved: SavedPlan | None,
    *,
    yes: bool,
) -> Exit:
    from reconciler.cli.planning import make_plan, take_up_plan
    from reconciler.cli.running import showing_progress
    from reconciler.render.translate import say

    options = session.options
    state = session.load_state()
    async with session.platform() as (gateway, app_id):
        async with showing_progress(gateway, options) as display:
            plan = (
                await take_up_plan(session, state, gateway, app_id, saved, choices, display)
                if saved
                else await make_plan(session, state, gateway, app_id, keys, choices, display)
            )
        forms = plan_forms(plan, options)
        if plan.refusals:
            answer_forms(forms, options)
            return Exit.REFUSED
        # A saved plan was shown when it was made; an answer for a program or a file is the outcome alone.
        if not saved and options.format in {None, "text"}:
            answer(forms["text"]())
        if plan.has_changes and not (saved or yes or _confirmed(plan)):
            tell(say("Nothing was changed."))
            return Exit.OK
        with signals.told_to(run.interrupt):
            outcome = await _perform(session, state, plan, gateway, run)
    answer_forms(_outcome_forms(outcome, plan, options), options)
    return exit_of_outcome(outcome)


async def _perform(session: Session, state: State, plan: Plan, gateway: FeishuGateway, run: Run) -> Outcome:
    from reconciler.cli.planning import scope_of
    from reconciler.cli.running import showing_progress
    from reconciler.cli.session import SystemClock, journal_folder
    from reconciler.state.journal import JournalFile
    from reconciler.workflow import apply as perform

    scope = scope_of(session, state, plan.app_id)
    async with showing_progress(gateway, session.options) as display:
        outcome = await perform(
            plan,
            scope,
            gateway,
            session.store,
            SystemClock(),
            run,
            session.parallelism,
            display.update,
            journal=JournalFile(journal_folder(session.configuration.root)),
            command=session.lock_holder().command,
        )
    return outcome.model_copy(update={"calls": dict(sorted(gateway.counts.calls.items()))})


def _confirmed(plan: Plan) -> bool:
    """Ask, unless nothing can be done anyway."""
    from reconciler.cli.running import asking
    from reconciler.render.translate import say_count

    performable = sum(bool(group.performable) for group in plan.groups)
    if not performable:
        return True
    with asking():
        question = say_count(performable, "Apply this to {n} group?", "Apply this to {n} groups?")
        return click.confirm(question, err=True)


def _outcome_forms(outcome: Outcome, plan: Plan, options: Options) -> Forms:
    from reconciler.cli.forms import placed_forms, report_forms
    from reconciler.render.as_json import outcome_json
    from reconciler.render.outcome_report import outcome_report
    from reconciler.render.outcome_text import render_outcome

    color = wants_color(options, sys.stdout)
    return {
        "text": lambda: "\n" + render_outcome(outcome, color=color, people=plan.people),
        "json": lambda: outcome_json(outcome, has_drift=plan.has_drift),
        **report_forms(lambda: outcome_report(outcome, plan.people)),
        **placed_forms(outcome.diagnostics, options),
    }
