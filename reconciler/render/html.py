"""A report as one self-contained HTML page: no network, no framework; light and dark, for keyboards and screen readers.

The page forbids itself every script and style but its own two, by their digests: whatever a group is called, it
cannot run anything. Without scripts everything shows, unfiltered.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Final

from reconciler.errors import Diagnostic, Severity, text
from reconciler.render.columns import Cell, Row
from reconciler.render.diagnostics import facts_of, place_of
from reconciler.render.report import Concern, GroupReport, Report, Section, StepReport
from reconciler.render.safe import safe_html
from reconciler.render.style import Role
from reconciler.render.translate import say, translate

_CLASSES: Final = {
    Role.PLAIN: "",
    Role.HEADING: "",
    Role.ADD: "add",
    Role.CHANGE: "change",
    Role.REMOVE: "remove",
    Role.ERROR: "error",
    Role.WARNING: "warning",
    Role.FAINT: "faint",
}
_CONCERNS: Final = {
    Concern.LOOSENS: text("opened access"),
    Concern.REMOVES: text("removals"),
    Concern.DRIFT: text("drift"),
    Concern.STUCK: text("problems"),
}


def render_html(report: Report) -> str:
    """Return the report as a page."""
    style, script = _asset("report.css"), _asset("report.js")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        '<head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{safe_html(report.title)}</title>",
        f"<style>{style}</style></head>",
        "<body><main>",
        *_body(report),
        "</main>",
        f"<script>{script}</script></body></html>",
    ]
    return "\n".join(lines) + "\n"


@cache
def _asset(name: str) -> str:
    return resources.files("reconciler.render").joinpath("assets", name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


# ------------------------------------------------------------------ the whole


def _body(report: Report) -> Iterator[str]:
    yield f"<h1>{safe_html(report.title)}</h1>"
    yield f'<p class="totals">{safe_html(report.verdict)}</p>'
    for remark in report.remarks:
        yield f"<p>{_span(remark)}</p>"
    yield from map(_problem, report.problems)
    if any(section.groups for section in report.sections):
        yield _filter_form()
    yield from map(_section, report.sections)


def _filter_form() -> str:
    """Return the form that narrows the page; it shows only where scripts run."""
    boxes = "".join(
        f'<label><input type="checkbox" value="{concern.value}"> {safe_html(translate(words))}</label>'
        for concern, words in _CONCERNS.items()
    )
    hint = safe_html(say("key, name or id"))
    template = safe_html(say("{n} of {of} groups shown", n="{n}", of="{of}"))
    return (
        f'<form hidden role="search"><label>{safe_html(say("Group"))} '
        f'<input type="search" name="text" aria-keyshortcuts="/" placeholder="{hint}"></label>'
        f"<fieldset><legend>{safe_html(say('Only groups with'))}</legend>{boxes}</fieldset>"
        f'<button type="button" id="open">{safe_html(say("Open all"))}</button>'
        f'<button type="button" id="close">{safe_html(say("Close all"))}</button>'
        f'<output id="shown" aria-live="polite" data-template="{template}"></output></form>'
    )


def _section(section: Section) -> str:
    groups = "".join(map(_group, section.groups)) or f"<p>{safe_html(say('Nothing.'))}</p>"
    return f"<section><h2>{safe_html(section.title or say('Groups'))}</h2>{groups}</section>"


# ------------------------------------------------------------------ groups


def _group(group: GroupReport) -> str:
    words = safe_html(f"{group.key} {group.name} {group.chat_id}".lower())
    is_open = " open" if group.concerns & {Concern.LOOSENS, Concern.STUCK} else ""
    kinds = " ".join(sorted(group.concerns))
    steps = (_step(step, group.key) for step in group.steps)
    body = "".join((*map(_problem, group.problems), *steps))
    return (
        f'<details class="group"{is_open} data-text="{words}" data-concerns="{kinds}">'
        f"<summary>{_heading(group)}</summary>{body}</details>"
    )


def _heading(group: GroupReport) -> str:
    parts = (
        f"<strong>{_span(group.mark)}</strong>",
        f"<code>{safe_html(group.key)}</code>",
        safe_html(f"“{group.name}”") if group.name else "",
        *map(_span, group.remarks),
        _span(Cell(group.chat_id, Role.FAINT)),
    )
    return " ".join(part for part in parts if part)


def _step(step: StepReport, key: str) -> str:
    remarks = f' <span class="faint">({safe_html(step.remarks)})</span>' if step.remarks else ""
    reason = f": {safe_html(step.reason)}" if step.reason else ""
    problems = "".join(map(_problem, step.problems))
    table = _table(step.changes, f"{key}: {step.title}") if step.changes else ""
    return f"<h3>{safe_html(step.title)}{remarks}{reason}</h3>{problems}{table}"


def _table(changes: Sequence[Sequence[Row]], label: str) -> str:
    """Return the changes of a step; wide tables are scrolled by themselves, by keyboard too."""
    head = (say("Change"), say("What"), say("Before → after"), say("Remarks"), say("Source"))
    titles = "".join(f'<th scope="col">{safe_html(each)}</th>' for each in head)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{safe_html(label)}">'
        f"<table><thead><tr>{titles}</tr></thead><tbody>{''.join(map(_change, changes))}</tbody></table></div>"
    )


def _change(rows: Sequence[Row]) -> str:
    mark, label, _, remarks, source = rows[0]
    values = "".join(f"<p><code>{safe_html(row[2].text)}</code></p>" for row in rows if row[2].text)
    return (
        f"<tr><td>{_span(mark)}</td><td><code>{safe_html(label.text)}</code></td><td>{values}</td>"
        f"<td>{_span(remarks)}</td><td><code>{safe_html(source.text)}</code></td></tr>"
    )


def _span(cell: Cell) -> str:
    name, told = _CLASSES[cell.role], safe_html(cell.text)
    return f'<span class="{name}">{told}</span>' if name and told else told


def _problem(problem: Diagnostic) -> str:
    kind = " is-warning" if problem.severity is Severity.WARNING else ""
    place = safe_html(place_of(problem))
    parts = (
        f"<strong>{say(problem.severity.value)}: {safe_html(translate(problem.summary))}</strong>",
        f"<code>{place}</code>" if place else "",
        safe_html(translate(problem.detail)),
        safe_html(facts_of(problem)),
        safe_html(translate(problem.hint)),
    )
    paragraphs = "".join(f"<p>{part}</p>" for part in parts if part)
    return f'<div class="problem{kind}">{paragraphs}</div>'
