"""The page `docs/emulator-coverage.md`: every row of the API descriptions, and what shows it."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from reconciler.emulator.readings import alternatives, questions
from tests.support.contract import operations
from tests.support.rows import DOCUMENTS, EVIDENCE, Evidence, How, Kind, Row, rows

_ROOT = Path(__file__).parents[2]

_HEAD = """\
# What the emulator is tested against

Every rule and every error of the API descriptions in `schemas/api`, and the test that shows it. The page
is made from the tests themselves: a row that no test names fails the build.

- **tested**: requests and states bring it about.
- **scripted**: no state of the emulator brings the code about; a fault of kind `answer` gives it, with the status of the description.
- **client side**: it binds the caller, or says nothing that an answer could show; the reason stands beside it.
"""


def gather() -> None:
    """Import every test module that may name rows."""
    for folder in ("tests/unit/emulator", "tests/contract"):
        for file in sorted((_ROOT / folder).glob("test_*.py")):
            importlib.import_module(f"{folder.replace('/', '.')}.{file.stem}")


def unnamed() -> list[Row]:
    """Return the rows that nothing stands behind."""
    return [row for row in rows() if row not in EVIDENCE]


def render_page() -> str:
    """Return the page in Markdown."""
    sections = (line for place in _places() for line in _section(place))
    return "\n".join([_HEAD, *_summary(), *sections, *_readings()]) + "\n"


def _places() -> Iterator[tuple[str, list[Row]]]:
    for place, found in groupby(rows(), key=lambda row: row.place):
        yield place, list(found)


def _summary() -> Iterator[str]:
    yield f"| API description | rows | {' | '.join(How)} | without |"
    yield f"|---|---{'|---' * len(How)}|---|"
    total: Counter[str] = Counter()
    for document in DOCUMENTS:
        counts = Counter(_how(row) for row in rows() if _document(row.place) == document)
        total += counts
        yield f"| {document} | {_counts(counts)} |"
    yield f"| **all** | {_counts(total)} |"
    yield ""


def _counts(counts: Counter[str]) -> str:
    return " | ".join(str(number) for number in (counts.total(), *(counts[how] for how in How), counts[""]))


def _document(place: str) -> str:
    return place if place in DOCUMENTS else operations()[place].file


def _how(row: Row) -> str:
    """Return the best that stands behind a row, or an empty text."""
    present = {evidence.how for evidence in EVIDENCE.get(row, [])}
    return next((how.value for how in How if how in present), "")


def _section(section: tuple[str, list[Row]]) -> Iterator[str]:
    place, found = section
    yield f"## {place}"
    yield ""
    if place in DOCUMENTS:
        yield f"What holds for every operation of `{place}.openapi.yaml`."
    else:
        described = operations()[place]
        yield f"`{described.method} {described.path}`"
    yield ""
    yield "| rule or error | shown by |"
    yield "|---|---|"
    for row in found:
        label = _cell(row.text) if row.kind is Kind.RULE else f"**{row.code}** {_cell(row.text)}"
        yield f"| {label} | {_shown_by(EVIDENCE.get(row, []))} |"
    yield ""


def _readings() -> Iterator[str]:
    yield "## Open questions"
    yield ""
    yield "What nobody has published. The emulator takes the first reading; a scenario chooses another one:"
    yield "`readings: {empty_string: ignored}`."
    yield ""
    yield "| reading | values | question |"
    yield "|---|---|---|"
    asked = questions()
    for name, values in alternatives().items():
        yield f"| `{name}` | {', '.join(f'`{value}`' for value in values)} | {_cell(asked[name])} |"


def _shown_by(evidence: Iterable[Evidence]) -> str:
    best = sorted(set(evidence), key=lambda each: (list(How).index(each.how), each.by))
    if not best:
        return "**nothing**"
    first, others = best[0], len(best) - 1
    more = f" and {others} more" if others else ""
    match first.how:
        case How.TESTED:
            return f"`{first.by.rpartition('/')[2]}`{more}"
        case How.SCRIPTED:
            return "scripted"
        case How.CLIENT_SIDE:
            return f"client side: {_cell(first.by)}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
