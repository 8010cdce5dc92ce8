"""What became of a plan, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from reconciler.errors import Diagnostic, text
from reconciler.plan.outcome import GroupOutcome, Outcome, Status, StepOutcome
from reconciler.render.columns import Cell, align, indent
from reconciler.render.diagnostics import diagnostic_lines
from reconciler.render.headings import heading
from reconciler.render.people import named
from reconciler.render.safe import safe
from reconciler.render.style import Role, Style
from reconciler.render.translate import say, say_count, translate

STATUS_WORDS: Final = {
    Status.DONE: (text("done"), Role.ADD),
    Status.UNCHANGED: (text("unchanged"), Role.FAINT),
    Status.FAILED: (text("failed"), Role.ERROR),
    Status.BLOCKED: (text("blocked"), Role.ERROR),
    Status.REFUSED: (text("refused"), Role.ERROR),
    Status.STALE: (text("stale"), Role.ERROR),
    Status.ALREADY_DONE: (text("already done"), Role.FAINT),
    Status.UNREADABLE: (text("unreadable"), Role.ERROR),
    Status.NOT_STARTED: (text("not started"), Role.WARNING),
}

_NOBODY: Final[Mapping[str, str]] = {}


def render_outcome(outcome: Outcome, *, color: bool, people: Mapping[str, str] = _NOBODY) -> str:
    """Return the outcome as text: a block per group that is not unchanged, then what it comes to.

    A problem is told once: what stopped the run is not repeated for every group that it kept from starting.

    Args:
        outcome: What became of the plan.
        color: Whether to colour the text.
        people: How people are shown, by open id.
    """
    style = Style(color)
    blocks = [
        "\n".join(_group_lines(group, outcome.stopped, people, style))
        for group in outcome.groups
        if group.status is not Status.UNCHANGED
    ]
    if outcome.stopped:
        why = [say("The run stopped before its end:"), *indent(diagnostic_lines(outcome.stopped, style))]
        blocks.append("\n".join(why))
    return "\n\n".join((*blocks, "\n".join(_summary(outcome, style))))


def _group_lines(
    group: GroupOutcome, stopped: Diagnostic | None, people: Mapping[str, str], style: Style
) -> list[str]:
    word, role = STATUS_WORDS[group.status]
    lines = [heading(Cell(translate(word), role), group.key, group.name, group.chat_id, "", style)]
    told = {stopped}
    if group.problem and group.problem not in told:
        told.add(group.problem)
        lines.extend(indent(diagnostic_lines(named(group.problem, people), style)))
    rows = [_step_row(step, group.key, stopped) for step in group.steps]
    for step, line in zip(group.steps, align(rows, style), strict=True):
        lines.extend(indent([line]))
        for diagnostic in (*step.warnings, *((step.problem,) if step.problem else ())):
            if diagnostic not in told:
                told.add(diagnostic)
                lines.extend(indent(diagnostic_lines(named(diagnostic, people), style), by="    "))
    lines.extend(indent(list(reach(group))))
    return lines


def _step_row(step: StepOutcome, key: str, stopped: Diagnostic | None) -> tuple[Cell, ...]:
    word, role = STATUS_WORDS[step.status]
    calls = say_count(step.calls, "{n} call", "{n} calls") if step.calls else ""
    is_the_end = stopped is not None and step.status is Status.FAILED and step.problem == stopped
    remark = say("this stopped the run; see below") if is_the_end else ""
    return Cell(translate(word), role), Cell(step_name(step, key)), Cell(calls, Role.FAINT), Cell(remark)


def step_name(step: StepOutcome, key: str) -> str:
    """Return what a step is called within its group."""
    return safe(step.address.removeprefix(f"{key}/"))


def reach(group: GroupOutcome) -> Iterator[str]:
    """Yield how far a group came when it did not come to its end."""
    done = [step_name(step, group.key) for step in group.steps if step.status is Status.DONE]
    waiting = [step_name(step, group.key) for step in group.steps if step.status is Status.NOT_STARTED]
    if not waiting and group.status is not Status.FAILED:
        return
    applied = say("Applied and recorded: {steps}.", steps=", ".join(done) or say("nothing"))
    if waiting:
        yield f"{applied} {say('Not started: {steps}.', steps=', '.join(waiting))}"
    else:
        yield applied


def _summary(outcome: Outcome, style: Style) -> list[str]:
    lines = list(_calls(outcome, style))
    if outcome.interrupted:
        lines.append(style.paint(say("Interrupted. What was done until then is recorded."), Role.WARNING))
    return [*lines, style.paint(outcome_verdict(outcome), Role.HEADING)]


def outcome_verdict(outcome: Outcome) -> str:
    """Return what the outcome comes to, in one line."""
    counts = outcome.counts
    told = [f"{counts[each]} {translate(word)}" for each, (word, _) in STATUS_WORDS.items() if each in counts]
    return say("Outcome: {counts}.", counts=", ".join(told) or say("no groups"))


def _calls(outcome: Outcome, style: Style) -> Iterator[str]:
    """Yield the calls per operation, most frequent first."""
    if not outcome.calls:
        return
    calls = sorted(outcome.calls.items(), key=lambda item: (-item[1], item[0]))
    digits = len(str(calls[0][1]))
    rows = [(Cell(f"{number:>{digits}}"), Cell(safe(operation))) for operation, number in calls]
    yield say("Calls to the platform: {n}", n=sum(outcome.calls.values()))
    yield from indent(align(rows, style))
    yield ""
