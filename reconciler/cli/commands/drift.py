"""`groupctl drift`: what somebody changed on the platform."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit, exit_of_drift
from reconciler.cli.forms import Forms, answer_forms, report_option
from reconciler.cli.keys import key_arguments
from reconciler.cli.metrics import measuring, metrics_option
from reconciler.cli.notify import Target, notify, notify_option, notify_state_option
from reconciler.cli.options import Options, report_options
from reconciler.cli.output import configure_logging, tell_diagnostics, wants_color

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.errors import Diagnostic
    from reconciler.plan.drift import DriftReport
    from reconciler.plan.plan import Plan


@click.command(
    epilog="""\b
Examples:
  groupctl drift                        all groups; exit 2 when something drifted
  groupctl drift oncall-payments        one group
  groupctl drift -v                     long texts in full, pending configuration by path
  groupctl drift --format json          for programs; `groupctl schema drift` describes it
  groupctl drift --format markdown      for an issue or the summary of a job
  groupctl drift --notify chat:oc_…     one card to a group chat, when something is new
  groupctl drift --notify webhook:ops   likewise, to the custom bot of GROUPCTL_WEBHOOK_OPS
  groupctl drift --metrics drift.prom   numbers for Prometheus
"""
)
@key_arguments
@notify_option
@notify_state_option
@metrics_option
@report_option()
@report_options
def drift(
    keys: tuple[str, ...],
    *,
    targets: tuple[Target, ...],
    notify_state: Path | None,
    metrics: Path | None,
    options: Options,
) -> Exit:
    """Show what somebody changed on the platform; exit 2 if so.

    Made to run on a schedule: changes nothing, and takes no lock. What only the configuration changed is counted apart.
    """
    from reconciler.cli.planning import make_plan
    from reconciler.cli.running import Signals, run_async, showing_progress
    from reconciler.cli.session import open_session
    from reconciler.feishu.transport import CallCounts
    from reconciler.plan.drift import find_drift
    from reconciler.workflow import Choices

    configure_logging(options)
    with measuring(metrics, options) as look:
        counts = CallCounts()
        look.calls, look.throttled = counts.calls, counts.throttled
        session = open_session(options)
        look.fleet = session.configuration.fleet.name
        state = session.load_state()

        async def read(_signals: Signals) -> Plan:
            async with session.platform() as (gateway, app_id), showing_progress(gateway, options) as display:
                try:
                    return await make_plan(session, state, gateway, app_id, keys, Choices(), display)
                finally:
                    counts.add(gateway.counts)

        warnings = session.configuration.warnings
        tell_diagnostics(warnings, options)
        plan = run_async(read)
        report = look.report = find_drift(plan)
        # Before anybody is told: whatever becomes of that, this is the answer.
        answer_forms(_forms(report, options, warnings), options)
        if targets:
            looked_at = frozenset(group.key for group in plan.groups) if keys else None
            run_async(
                lambda _signals: notify(
                    report, targets, session, looked_at=looked_at, file=notify_state, counts=counts
                )
            )
    return exit_of_drift(report)


def _forms(report: DriftReport, options: Options, warnings: Iterable[Diagnostic]) -> Forms:
    from reconciler.cli.forms import placed_forms, report_forms
    from reconciler.render.as_json import drift_json
    from reconciler.render.drift_report import drift_report
    from reconciler.render.drift_text import render_drift

    color = wants_color(options, sys.stdout)
    problems = (group.problem for group in report.groups if group.problem)
    return {
        "text": lambda: render_drift(report, color=color, verbose=bool(options.verbose)),
        "json": lambda: drift_json(report),
        **report_forms(lambda: drift_report(report)),
        **placed_forms((*warnings, *problems), options),
    }
