"""`groupctl apply`: make the groups what the configuration says."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from reconciler.cli.commands.plan import show_plan
from reconciler.cli.exits import Exit, exit_of_outcome
from reconciler.cli.keys import key_arguments
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import (
    answer,
    configure_logging,
    require_somebody_to_ask,
    tell,
    tell_diagnostics,
    wants_color,
)

if TYPE_CHECKING:
    from reconciler.apply.run import Run
    from reconciler.cli.running import Signals
    from reconciler.cli.session import Session
    from reconciler.feishu.gateway import FeishuGateway
    from reconciler.model.recorded import State
    from reconciler.plan.outcome import Outcome
    from reconciler.plan.plan import Plan
    from reconciler.workflow import Choices

GUARDS = ("removals", "forgets", "owner", "dissolve", "lockout", "incomplete", "twin")


@click.command(
    epilog="""\b
Examples:
  groupctl apply                        show the plan, ask, perform it
  groupctl apply --yes                  without asking, for pipelines
  groupctl apply oncall-payments        one group
  groupctl apply --no-removals          add and change only
  groupctl apply --override removals    set one guard aside
"""
)
@key_arguments
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--no-removals", is_flag=True, help="Remove nothing that is there.")
@click.option(
    "--override",
    "overrides",
    multiple=True,
    type=click.Choice(GUARDS),
    help="Set this guard aside; can be given several times.",
)
@click.option("--keep-going", is_flag=True, help="Go on after five groups in a row failed in one way.")
@click.option("--strict-people", is_flag=True, help="Fail groups that name people who cannot be in them.")
@common_options
def apply(
    keys: tuple[str, ...],
    *,
    yes: bool,
    no_removals: bool,
    overrides: tuple[str, ...],
    keep_going: bool,
    strict_people: bool,
    options: Options,
) -> Exit:
    """Make the groups what the configuration says.

    Shows the plan first and asks. Guards refuse plans that remove or forget too much, lock the app out or
    make a second group of one name; each is set aside by its name only.
    """
    from reconciler.apply.run import Run
    from reconciler.cli.running import run_async
    from reconciler.cli.session import open_session
    from reconciler.workflow import Choices

    configure_logging(options)
    if not yes:
        require_somebody_to_ask(options)
    session = open_session(options)
    tell_diagnostics(session.configuration.warnings, options)
    choices = Choices(overrides=frozenset(overrides), removals=not no_removals, strict_people=strict_people)
    run = Run(keep_going=keep_going)
    with session.state_file.locked(session.lock_holder(), options.lock_timeout or 0.0):
        return run_async(lambda signals: _apply(session, keys, choices, run, signals, yes=yes))


async def _apply(
    session: Session, keys: tuple[str, ...], choices: Choices, run: Run, signals: Signals, *, yes: bool
) -> Exit:
    from reconciler.cli.planning import make_plan
    from reconciler.cli.running import showing_progress
    from reconciler.render.translate import say

    options = session.options
    state = session.load_state()
    async with session.platform() as (gateway, app_id):
        async with showing_progress(gateway, options) as display:
            plan = await make_plan(session, state, gateway, app_id, keys, choices, display)
        if plan.refusals or not options.json:
            show_plan(plan, options)
        if plan.refusals:
            return Exit.REFUSED
        if plan.has_changes and not yes and not _confirmed(plan):
            tell(say("Nothing was changed."))
            return Exit.OK
        with signals.told_to(run.interrupt):
            outcome = await _perform(session, state, plan, gateway, run)
    _show_outcome(outcome, options, has_drift=plan.has_drift)
    return exit_of_outcome(outcome)


async def _perform(session: Session, state: State, plan: Plan, gateway: FeishuGateway, run: Run) -> Outcome:
    from reconciler.cli.planning import scope_of
    from reconciler.cli.running import showing_progress
    from reconciler.cli.session import SystemClock
    from reconciler.workflow import apply as perform

    scope = scope_of(session, state, plan.app_id)
    async with showing_progress(gateway, session.options) as display:
        outcome = await perform(
            plan,
            scope,
            gateway,
            session.state_file,
            SystemClock(),
            run,
            session.parallelism,
            display.update,
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


def _show_outcome(outcome: Outcome, options: Options, *, has_drift: bool) -> None:
    if options.json:
        from reconciler.render.as_json import outcome_json

        answer(outcome_json(outcome, has_drift=has_drift))
    else:
        from reconciler.render.outcome_text import render_outcome

        answer("\n" + render_outcome(outcome, color=wants_color(options, sys.stdout)))
