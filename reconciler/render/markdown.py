"""A report as a comment of a pull request: what it comes to, then a table per group, the gravest groups first.

Comments have a length limit. What does not fit is left out by whole groups from the end, and counted; the summary
always stands. Nothing that a group, a tab or a person is called can mention anybody, link, or break a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from reconciler.errors import Diagnostic
from reconciler.render.columns import Row
from reconciler.render.diagnostics import facts_of, place_of
from reconciler.render.report import Concern, GroupReport, Report, Section, StepReport
from reconciler.render.safe import markdown_code, safe_markdown
from reconciler.render.translate import say, say_count, translate

LIMIT: Final = 65_000
"""Characters of a comment; the strictest forge takes 65,536, and whoever posts it adds a line of its own."""
_RESERVE: Final = 200
"""Characters kept for the words about what was left out."""
_PROBLEMS: Final = 20
"""Problems of the whole that are told; each is some hundred characters long."""


def render_markdown(report: Report, *, limit: int = LIMIT) -> str:
    """Return the report as Markdown of GitHub and GitLab, of at most `limit` characters."""
    page = "\n\n".join(_summary(report))
    left_out = 0
    for section in report.sections:
        for number, block in enumerate(_blocks(section)):
            heading = f"\n\n#### {safe_markdown(section.title)}" if section.title and not number else ""
            if left_out or len(page) + len(heading) + len(block) + 2 > limit - _RESERVE:
                left_out += 1
            else:
                page += f"{heading}\n\n{block}"
    if left_out:
        told = say_count(
            left_out,
            "{n} more group does not fit in here. The text and the JSON form show it.",
            "{n} more groups do not fit in here. The text and the JSON form show them.",
        )
        page += f"\n\n_{told}_"
    return page + "\n"


def _summary(report: Report) -> Iterator[str]:
    yield f"### {safe_markdown(report.title)}"
    yield f"**{safe_markdown(report.verdict)}**"
    if report.remarks:
        yield "\n".join(f"- {safe_markdown(each.text)}" for each in report.remarks)
    for problem in report.problems[:_PROBLEMS]:
        yield _problem(problem)
    rest = len(report.problems) - _PROBLEMS
    if rest > 0:
        yield f"> {say_count(rest, '… {n} more problem', '… {n} more problems')}"


def _blocks(section: Section) -> Iterator[str]:
    if section.groups:
        yield from map(_block, section.groups)
    elif section.title:
        yield say("Nothing.")


def _block(group: GroupReport) -> str:
    details = [*map(_problem, group.problems), *(part for step in group.steps for part in _step(step))]
    is_open = " open" if group.concerns & {Concern.LOOSENS, Concern.STUCK} else ""
    body = "".join(f"\n\n{part}" for part in details)
    return f"<details{is_open}><summary>{_heading(group)}</summary>{body}\n\n</details>"


def _heading(group: GroupReport) -> str:
    """Return the line of a group that shows while its details are folded; only HTML works in there."""
    parts = (
        f"<b>{safe_markdown(group.mark.text)}</b>",
        _code(group.key),
        safe_markdown(f"“{group.name}”") if group.name else "",
        *(safe_markdown(each.text) for each in group.remarks),
    )
    return " ".join(part for part in parts if part)


def _step(step: StepReport) -> Iterator[str]:
    title = f"**{safe_markdown(step.title)}**"
    remarks = f" ({safe_markdown(step.remarks)})" if step.remarks else ""
    reason = f": {safe_markdown(step.reason)}" if step.reason else ""
    yield f"{title}{remarks}{reason}"
    yield from map(_problem, step.problems)
    if step.changes:
        yield _table(step.changes)


def _table(changes: Iterable[Sequence[Row]]) -> str:
    head = (say("Change"), say("What"), say("Before → after"), say("Remarks"), say("Source"))
    return "\n".join([_line(head), _line(["---"] * len(head)), *map(_change_line, changes)])


def _change_line(rows: Sequence[Row]) -> str:
    mark, label, _, remarks, source = (cell.text for cell in rows[0])
    values = "<br>".join(_code(row[2].text) for row in rows)
    return _line([safe_markdown(mark), _code(label), values, safe_markdown(remarks), _code(source)])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    return markdown_code(text) if text else ""


def _problem(problem: Diagnostic) -> str:
    parts = (
        f"**{say(problem.severity.value)}: {safe_markdown(translate(problem.summary))}**",
        _code(place_of(problem)),
        safe_markdown(translate(problem.detail)),
        safe_markdown(facts_of(problem)),
        safe_markdown(translate(problem.hint)),
    )
    return "> " + "<br>".join(part for part in parts if part)
