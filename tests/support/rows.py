"""The rows of the API descriptions, and which test shows each.

A test says what it shows beside its name:

    @shows_rule("chat_create", "must not be in bot_id_list")
    @shows_error("chat_create", 232001, 232042)
    def test_calling_bot_in_bot_id_list_is_refused(api): ...

Words that fit no row, or more than one, fail when the module is imported. What no request can show is said in
so many words with `client_side`; codes that no state of the emulator brings about are `scripted`.
`docs/emulator-coverage.md` is made from all this.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from tests.support.contract import load_contract, operations

DOCUMENTS = ("chats", "members", "tabs", "menus", "announcements", "platform")

_RULE_BLOCKS = (
    "x-token-rules",
    "x-call-conventions",
    "x-rate-limit-tiers",
    "x-missing-scope-error",
    "x-gateway-http",
)

_Test = TypeVar("_Test", bound=Callable[..., Any])


class Kind(StrEnum):
    """What a row is about."""

    RULE = "rule"
    ERROR = "error"


class How(StrEnum):
    """What stands behind a row."""

    TESTED = "tested"
    """A test brings it about by requests and states."""
    SCRIPTED = "scripted"
    """The code is answered where a fault asks for it; no state brings it about."""
    CLIENT_SIDE = "client side"
    """It binds the caller, or says nothing that an answer could show; the reason stands beside it."""


class Row(NamedTuple):
    """One row: `place` is an operationId or, for what holds for all its operations, a document."""

    place: str
    kind: Kind
    text: str
    code: int = 0


class Evidence(NamedTuple):
    """What shows a row: the test, or the reason why there is none."""

    how: How
    by: str


EVIDENCE: dict[Row, list[Evidence]] = {}
"""Filled while test modules are imported."""

SHOWN_ERRORS: dict[Callable[..., Any], list[Row]] = {}
"""The errors that each test says it shows; filled in the same way."""


@functools.cache
def rows() -> tuple[Row, ...]:
    """Return every row of every document, in the order of the documents."""
    return tuple(row for document in DOCUMENTS for row in _rows_of(document))


def _rows_of(document: str) -> Iterator[Row]:
    info = load_contract(document)["info"]
    blocks = [info.get("x-rules", []), *(info.get(name, {}).get("rules", []) for name in _RULE_BLOCKS)]
    for sentence in (sentence for block in blocks for sentence in block):
        yield Row(document, Kind.RULE, sentence)
    common = info.get("x-common-errors", [])
    for error in common["codes"] if isinstance(common, dict) else common:
        yield Row(
            document, Kind.ERROR, error.get("when") or error.get("meaning", error["name"]), error["code"]
        )
    for described in operations().values():
        if described.file == document:
            yield from _rows_of_operation(described.document)


def _rows_of_operation(operation: dict[str, Any]) -> Iterator[Row]:
    place = operation["operationId"]
    for sentence in operation.get("x-rules", []):
        yield Row(place, Kind.RULE, sentence)
    for error in operation.get("x-errors", []):
        yield Row(place, Kind.ERROR, error.get("when") or error["name"], error["code"])


def shows_rule(place: str, *words: str) -> Callable[[_Test], _Test]:
    """Say that a test shows the rules of `place` that hold these `words`."""
    return _named(_rules(place, words))


def shows_error(place: str, *codes: int) -> Callable[[_Test], _Test]:
    """Say that a test shows these codes of `place`."""
    return _named(_errors(place, codes))


def all_show(
    places: Iterable[str], *, rules: Iterable[str] = (), errors: Iterable[int] = ()
) -> Callable[[_Test], _Test]:
    """Say that a test shows the same rules and codes of several places."""
    rules, errors = tuple(rules), tuple(errors)
    found = [row for place in places for row in (*_rules(place, rules), *_errors(place, errors))]
    return _named(found)


def _rules(place: str, words: Iterable[str]) -> list[Row]:
    return [_rule(place, part) for part in words]


def _errors(place: str, codes: Iterable[int]) -> list[Row]:
    return [_error(place, code) for code in codes]


def client_side(place: str, words: str, reason: str) -> None:
    """Say why no request can show a rule."""
    EVIDENCE.setdefault(_rule(place, words), []).append(Evidence(How.CLIENT_SIDE, reason))


def scripted(place: str, *codes: int) -> list[tuple[str, int]]:
    """Say that these codes are given where a fault asks; return them as cases for the test that shows it."""
    for code in codes:
        EVIDENCE.setdefault(_error(place, code), []).append(
            Evidence(How.SCRIPTED, "a fault of kind `answer`")
        )
    return [(place, code) for code in codes]


def _named(found: list[Row]) -> Callable[[_Test], _Test]:
    def note(test: _Test) -> _Test:
        file = test.__module__.replace(".", "/")
        evidence = Evidence(How.TESTED, f"{file}.py::{test.__qualname__.replace('.', '::')}")
        for row in found:
            EVIDENCE.setdefault(row, []).append(evidence)
        SHOWN_ERRORS.setdefault(test, []).extend(row for row in found if row.kind is Kind.ERROR)
        return test

    return note


def check_shown(
    test: Callable[..., Any],
    case: Collection[object],
    cases: Collection[object],
    answered: Iterable[tuple[str, int | None]],
) -> None:
    """Assert that a case of a test was answered every error that it says it shows.

    Where parameters name codes or operations, a case answers for those that it names, and each that the test
    shows must be named by one; in all other respects a case answers for everything that the test shows.

    Args:
        test: The function of the test.
        case: The values of its parameters in this case.
        cases: The values of its parameters in all its cases.
        answered: Operations with the codes that they answered.
    """
    shown = SHOWN_ERRORS.get(test, [])
    unnamed = {(row.place, row.code) for row in shown} - _errors_named(shown, cases, cases)
    assert not unnamed, f"no case names {sorted(unnamed)}"
    seen = {
        (place, code)
        for operation, code in answered
        for place in (operation, _document_of(operation), "platform")
    }
    missing = _errors_named(shown, case, cases) - seen
    assert not missing, f"{sorted(missing)} was not answered, but {sorted(map(str, seen))}"


def _errors_named(
    shown: Collection[Row], case: Collection[object], cases: Collection[object]
) -> set[tuple[str, int]]:
    """Return the errors for which a case answers."""
    places = _places_named(cases)
    by_place = any(row.place in places - {"platform"} for row in shown)
    by_code = any(row.code in cases for row in shown)
    here = _places_named(case)
    return {
        (row.place, row.code)
        for row in shown
        if (not by_place or row.place in here) and (not by_code or row.code in case)
    }


def _places_named(values: Collection[object]) -> set[str]:
    """Return the operations among some values, with their documents; what is the platform's holds for all."""
    named = {value for value in values if isinstance(value, str) and value in operations()}
    return {*named, *map(_document_of, named), "platform"}


def _document_of(operation: str) -> str:
    return operations()[operation].file if operation in operations() else ""


def _rule(place: str, words: str) -> Row:
    return _only([row for row in rows() if row[:2] == (place, Kind.RULE) and words in row.text], place, words)


def _error(place: str, code: int) -> Row:
    found = [row for row in rows() if row[:2] == (place, Kind.ERROR) and row.code == code]
    return _only(found, place, str(code))


def _only(found: list[Row], place: str, words: str) -> Row:
    assert len(found) == 1, f"{place}: {len(found)} rows fit {words!r}: {[row.text for row in found]}"
    return found[0]
