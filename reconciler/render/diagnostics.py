"""Diagnostics as text and as data.

error: Manager limit reached
  groups/oncall.yaml:22:5  oncall-payments/managers
  An ordinary group has at most 10 managers.
  Platform code 232040, HTTP 400, log id 2026061215044801, operation chat_managers_add_managers.
  hint: Remove a manager from the file, then run:
      groupctl plan oncall-payments
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from reconciler.errors import Diagnostic, PlatformFacts, Severity
from reconciler.render.columns import GAP, indent
from reconciler.render.safe import safe
from reconciler.render.style import Role, Style
from reconciler.render.translate import say, translate

_ROLES = {Severity.ERROR: Role.ERROR, Severity.WARNING: Role.WARNING}


def render_diagnostics(diagnostics: Iterable[Diagnostic], *, color: bool) -> str:
    """Return the diagnostics in their order, an empty line between each; empty when there are none."""
    style = Style(color)
    return "\n\n".join("\n".join(diagnostic_lines(each, style)) for each in diagnostics)


def diagnostic_lines(diagnostic: Diagnostic, style: Style) -> list[str]:
    """Return one diagnostic as lines: severity and summary, then everything else indented."""
    word = {Severity.ERROR: say("error"), Severity.WARNING: say("warning")}[diagnostic.severity]
    label = style.paint(f"{word}:", _ROLES[diagnostic.severity])
    summary = style.paint(translate(diagnostic.summary), Role.HEADING)
    return [f"{label} {summary}", *indent(_body(diagnostic, style))]


def _body(diagnostic: Diagnostic, style: Style) -> list[str]:
    place = place_of(diagnostic)
    facts = facts_of(diagnostic)
    hint = translate(diagnostic.hint)
    hint = f"{style.paint(say('hint:'), Role.FAINT)} {hint}" if hint else ""
    paragraphs = (style.paint(place, Role.FAINT), translate(diagnostic.detail), facts, hint)
    return [line for paragraph in paragraphs for line in paragraph.splitlines()]


def place_of(diagnostic: Diagnostic) -> str:
    """Return position and address, as far as there are any."""
    source = safe(str(diagnostic.source)) if diagnostic.source else ""
    return GAP.join(part for part in (source, safe(diagnostic.address)) if part)


def facts_of(diagnostic: Diagnostic) -> str:
    """Return what the platform said, in words; empty when it said nothing."""
    return told_facts(diagnostic.platform) if diagnostic.platform else ""


def told_facts(facts: PlatformFacts) -> str:
    """Return what the platform said about a call, in words."""
    told = (
        (facts.code, say("code {code}", code=facts.code)),
        (facts.http_status, say("HTTP {status}", status=facts.http_status)),
        (facts.log_id, say("log id {log_id}", log_id=facts.log_id)),
        (facts.operation, say("operation {operation}", operation=facts.operation)),
    )
    listed = ", ".join(words for fact, words in told if fact)
    return say("Platform {facts}.", facts=listed) if listed else ""


def diagnostic_data(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return a diagnostic as plain data: all fields, in English, `None` where there is nothing to tell.

    Keys: `summary`, `detail`, `hint`, `address`, `source` (`file`, `line`, `column`), `severity`,
    `platform` (`operation`, `code`, `http_status`, `log_id`).
    """
    return asdict(diagnostic)
