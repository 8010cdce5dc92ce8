"""What is new in drift, as an interactive card for a group chat: a summary, then the groups, the gravest first.

Only what the contract shows of cards is used: a header with plain text, and Markdown in the body. Everything that is
not ours in the Markdown is neutralised. A group that does not fit is told by its key, and the rest by its number.

Source: platform.openapi.yaml, `CardJsonContent` and im_message_create.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from reconciler.model.address import Facet
from reconciler.model.base import JsonValue
from reconciler.plan.drift import DriftReport, GroupDrift
from reconciler.plan.news import News
from reconciler.render.change_lines import ChangeContext
from reconciler.render.columns import Row
from reconciler.render.drift_report import drift_remarks
from reconciler.render.drift_text import DRIFT_MARKS, drift_rows, drift_verdict
from reconciler.render.people import named
from reconciler.render.safe import safe, safe_card
from reconciler.render.translate import say, say_count, translate
from reconciler.render.values import inline, shorten

MOST_BYTES: Final = 19_000
"""Of a card as it travels in a message: JSON as a string in JSON. The contract allows 30 KB there and is silent on
custom bots, whose page at the vendor says 20 KB for the request; some of it is not the card."""
MOST_GROUPS: Final = 20
"""Groups that anybody reads on a telephone, and far fewer elements than the 200 of a card."""
_MOST_LINES: Final = 8
"""Differences of one group."""
_NAME: Final = 40
_VALUE: Final = 48
_LINE: Final = 160
"""Cells of a name, a value and a line."""


def drift_card(report: DriftReport, news: News) -> JsonValue:
    """Return a card of at most `MOST_BYTES`, as JSON data."""
    if news.is_all_clear:
        ended = say_count(news.ended, "The drift of {n} group ended.", "The drift of {n} groups ended.")
        return _card(report, [safe_card(ended), safe_card(drift_verdict(report))])
    blocks: list[str] = []
    for group in news.fresh[:MOST_GROUPS]:
        for block in (_block(group, report.people), _brief(group)):
            if _size(_whole(report, news, [*blocks, block])) <= MOST_BYTES:
                blocks.append(block)
                break
    return _whole(report, news, blocks)


def _whole(report: DriftReport, news: News, blocks: list[str]) -> JsonValue:
    return _card(report, [safe_card(drift_verdict(report)), *blocks, *_rest(news, len(blocks))])


def _card(report: DriftReport, texts: list[str]) -> JsonValue:
    place = say("Drift in the fleet {fleet} on {endpoint}", fleet=report.fleet, endpoint=report.endpoint)
    # Of the colours of a header the contract names one.
    header = {"title": {"tag": "plain_text", "content": place}, "template": "blue"}
    elements = [{"tag": "markdown", "content": each} for each in texts]
    return {"schema": "2.0", "header": header, "body": {"elements": elements}}


def _size(card: JsonValue) -> int:
    return len(json.dumps(json.dumps(card)))


def _block(group: GroupDrift, people: Mapping[str, str]) -> str:
    lines = list(_lines(group, people))
    rest = len(lines) - _MOST_LINES
    more = [say_count(rest, "and {n} more", "and {n} more")] if rest > 0 else []
    return "\n".join((_heading(group), *(f"- {safe_card(each)}" for each in (*lines[:_MOST_LINES], *more))))


def _heading(group: GroupDrift) -> str:
    mark, _ = DRIFT_MARKS[group.status]
    name = inline(group.name, _NAME) if group.name else ""
    remarks = (each.text for each in drift_remarks(group))
    words = "  ".join(part for part in (safe(group.key), name, *remarks) if part)
    return f"**{safe_card(translate(mark))}**  {safe_card(words)}"


def _brief(group: GroupDrift) -> str:
    """Return the least that is told of a group."""
    mark, _ = DRIFT_MARKS[group.status]
    return f"**{safe_card(translate(mark))}**  {safe_card(group.key)}"


def _lines(group: GroupDrift, people: Mapping[str, str]) -> Iterator[str]:
    if group.problem:
        problem = named(group.problem, people)
        yield _short(f"{translate(problem.summary)}: {translate(problem.detail)}")
    for facet, drifted in groupby(group.drifted, key=lambda each: each.facet):
        context = ChangeContext(facet=facet, people=people, limit=_VALUE)
        # Further rows hold the rest of a value that takes several lines.
        first_rows = (next(drift_rows(each, context)) for each in drifted)
        yield from (_line(facet, row) for row in first_rows)


def _line(facet: Facet, row: Row) -> str:
    mark, label, value, origin, _source = (cell.text for cell in row)
    # Of a text nobody understands its first line.
    told = f"{label}: {value}" if value and facet is not Facet.ANNOUNCEMENT else label
    return _short(" ".join(part for part in (f"{facet.value}:", mark, told, origin) if part))


def _short(line: str) -> str:
    return shorten(line, _LINE)


def _rest(news: News, shown: int) -> Iterator[str]:
    left_out = len(news.fresh) - shown
    told = (
        (left_out, say_count(left_out, "{n} more group is not shown.", "{n} more groups are not shown.")),
        (
            news.known,
            say_count(
                news.known,
                "{n} group is still as it was told before.",
                "{n} groups are still as they were told before.",
            ),
        ),
        (
            news.ended,
            say_count(news.ended, "The drift of {n} group ended.", "The drift of {n} groups ended."),
        ),
    )
    yield from (safe_card(words) for number, words in told if number)
    yield safe_card(
        say("`groupctl drift` shows everything, `groupctl apply` sets it back, `groupctl pull` accepts it.")
    )
