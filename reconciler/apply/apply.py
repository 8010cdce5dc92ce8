"""Applies a plan: all groups, side by side, each by itself in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from reconciler.apply.group import apply_group
from reconciler.apply.images import UploadedImages
from reconciler.apply.journal import RunJournal
from reconciler.apply.ports import Clock, Gateway, Journal
from reconciler.apply.recorder import Recorder
from reconciler.apply.run import Run
from reconciler.errors import StateError
from reconciler.model.recorded import Intent
from reconciler.plan.operations import CreateChat
from reconciler.plan.outcome import GroupOutcome, Outcome, Status
from reconciler.plan.plan import GroupPlan, Plan, StepAction

Progress = Callable[[int, int], None]
"""Told the number of groups that ended, and of all groups."""


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """How a plan is applied."""

    parallelism: int
    """Groups under way at one time."""
    operate_as_owner: bool = False
    command: str = ""
    """What people ran, for the journal."""


async def apply_plan(
    plan: Plan,
    gateway: Gateway,
    recorder: Recorder,
    clock: Clock,
    run: Run,
    options: ApplyOptions,
    journal: Journal,
    progress: Progress = lambda _done, _total: None,
) -> Outcome:
    """Perform a plan that no guard refuses and return what became of every group.

    Raises nothing for what the platform refuses: that is part of the outcome.

    Raises:
        JournalError: The journal cannot be written; nothing was done.
    """
    places = asyncio.Semaphore(options.parallelism)
    images = UploadedImages(recorder)
    ended = 0
    events = RunJournal(journal, clock, run)
    events.run_begins(plan, recorder.state.serial, options.command)

    async def apply_one(group: GroupPlan) -> GroupOutcome:
        nonlocal ended
        async with places:
            outcome = await apply_group(
                group, gateway, recorder, run, images, events, operate_as_owner=options.operate_as_owner
            )
        _tell(run, outcome)
        ended += 1
        progress(ended, len(plan.groups))
        return outcome

    with recorder:
        recorder.bind_tenant(plan.app_id, plan.tenant_key)
        try:
            _intend(plan, recorder, clock)
        except StateError as error:
            run.stop(error.diagnostics[0])
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(apply_one(group)) for group in plan.groups]
    if recorder.failure:
        run.stop(recorder.failure.diagnostics[0])
    outcome = Outcome(
        tool_version=plan.tool_version,
        groups=tuple(task.result() for task in running),
        stopped=run.stopped,
        interrupted=run.interrupted,
    )
    events.run_ended(plan, outcome)
    return outcome


def _intend(plan: Plan, recorder: Recorder, clock: Clock) -> None:
    """Make the intents of all creates durable, in one write before the first of them."""
    intents = {
        group.key: Intent(
            uuid=operation.uuid,
            incarnation=group.recorded.incarnation if group.recorded else 0,
            time=clock.now(),
            operation=operation.model_dump(mode="json"),
        )
        for group in plan.groups
        for step in group.performable
        if step.action is StepAction.CREATE
        for operation in step.operations
        if isinstance(operation, CreateChat)
    }
    if intents:
        recorder.intend(intents)


def _tell(run: Run, outcome: GroupOutcome) -> None:
    if outcome.status in {Status.DONE, Status.FAILED}:
        failed = (step.problem for step in outcome.steps if step.status is Status.FAILED)
        run.group_ended(next(failed, None))
