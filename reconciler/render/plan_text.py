"""A plan as text for reviewers: a block per group, then what it comes to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.errors import Diagnostic
from reconciler.plan.comparison import Comparison
from reconciler.plan.plan import Plan
from reconciler.render.columns import GAP, Cell, align, indent
from reconciler.render.counts import Prospect, prospect_of
from reconciler.render.diagnostics import diagnostic_lines, render_diagnostics
from reconciler.render.headings import heading
from reconciler.render.people import named
from reconciler.render.plan_report import (
    NO_CHANGES,
    PLAN_REFUSED,
    group_report,
    is_without_changes,
    plan_concerns,
    plan_sections,
    plan_title,
    plan_totals,
)
from reconciler.render.report import GroupReport, StepReport
from reconciler.render.safe import safe
from reconciler.render.style import Role, Style
from reconciler.render.translate import say, translate
from reconciler.render.values import LIMIT


@dataclass(frozen=True, slots=True)
class _View:
    style: Style
    verbose: bool


def render_plan(
    plan: Plan, comparison: Comparison | None = None, *, color: bool, verbose: bool = False
) -> str:
    """Return the plan as text.

    Args:
        plan: The plan; groups in which nothing is to be done are only counted.
        comparison: The plan taken apart into what a change asks for and what was pending before it.
        color: Whether to colour marks, beside the words that say the same.
        verbose: Whether to show long texts in full, reasons, calls per operation and unchanged keys.
    """
    view = _View(Style(color), verbose)
    blocks = list(_blocks(plan, comparison, view))
    if comparison and comparison.notices:
        blocks.insert(0, render_diagnostics(comparison.notices, color=color))
    if blocks:
        blocks.insert(0, plan_title(plan))
    if plan.refusals:
        told = [named(each, plan.people) for each in plan.refusals]
        blocks.append(render_diagnostics(told, color=color))
    return "\n\n".join((*blocks, "\n".join(_summary(plan, view))))


def _blocks(plan: Plan, comparison: Comparison | None, view: _View) -> Iterator[str]:
    limit = None if view.verbose else LIMIT
    people = comparison.people if comparison else plan.people
    for title, groups in plan_sections(plan, comparison):
        told = (group_report(group, people, limit=limit) for group in groups)
        shown = ["\n".join(_group_lines(group, view.style)) for group in told if group]
        if title:
            yield view.style.paint(f"{title}:", Role.HEADING)
            yield from shown or [say("Nothing.")]
        else:
            yield from shown


# ------------------------------------------------------------------ groups


def _group_lines(group: GroupReport, style: Style) -> list[str]:
    remarks = GAP.join(style.paint(each.text, each.role) for each in group.remarks)
    lines = [heading(group.mark, group.key, group.name, group.chat_id, remarks, style)]
    for problem in group.problems:
        lines.extend(indent(diagnostic_lines(problem, style)))
    for step in group.steps:
        lines.extend(indent(_step_lines(step, style)))
    return lines


def _step_lines(step: StepReport, style: Style) -> list[str]:
    title = f"{style.paint(step.title, Role.HEADING)} ({step.remarks})"
    blocks = [line for problem in step.problems for line in _block_lines(problem, style)]
    rows = [row for change in step.changes for row in change]
    return [
        f"{title}: {step.reason}" if step.reason else title,
        *indent(blocks),
        *indent(align(rows, style)),
    ]


def _block_lines(block: Diagnostic, style: Style) -> list[str]:
    reason = f"{style.paint(say('! blocked:'), Role.ERROR)} {translate(block.detail)}"
    hint = f"{style.paint(say('hint:'), Role.FAINT)} {translate(block.hint)}"
    return [reason, *indent(hint.splitlines())]


# ------------------------------------------------------------------ summary


def _summary(plan: Plan, view: _View) -> list[str]:
    lines = [*_calls(plan, view), *_unchanged(plan, view)]
    if is_without_changes(plan):
        return [*lines, translate(NO_CHANGES)]
    lines.extend(view.style.paint(concern, Role.WARNING) for concern in plan_concerns(plan))
    effects, obstacles = plan_totals(plan)
    parts = (view.style.paint(effects, Role.HEADING), view.style.paint(obstacles, Role.ERROR))
    lines.append(" ".join(part for part in parts if part))
    if plan.refusals:
        lines.append(view.style.paint(translate(PLAN_REFUSED), Role.ERROR))
    return lines


def _calls(plan: Plan, view: _View) -> list[str]:
    calls = plan.totals.calls
    if not view.verbose or not calls:
        return []
    rows = [(Cell(safe(kind)), Cell(str(number))) for kind, number in calls.items()]
    return [say("Calls, blocked steps included:"), *indent(align(rows, view.style)), ""]


def _unchanged(plan: Plan, view: _View) -> list[str]:
    keys = [group.key for group in plan.groups if prospect_of(group) is Prospect.UNCHANGED]
    if not view.verbose or not keys:
        return []
    return [say("Unchanged: {keys}.", keys=", ".join(keys))]
