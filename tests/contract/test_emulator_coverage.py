"""Every row of the API descriptions is named by a test, and the page that says so is up to date."""

from __future__ import annotations

import pytest

from reconciler.emulator.routes import OPERATIONS
from tests.support.contract import operations
from tests.support.coverage_page import gather, render_page, unnamed
from tests.support.golden import REPOSITORY, assert_file
from tests.support.rows import (
    EVIDENCE,
    SHOWN_ERRORS,
    Kind,
    Row,
    check_shown,
    client_side,
    shows_error,
    shows_rule,
)

PAGE = REPOSITORY / "docs" / "emulator-coverage.md"


@pytest.fixture(autouse=True)
def gathered():
    gather()


def test_every_described_operation_is_there():
    assert {operation.operation_id for operation in OPERATIONS} >= set(operations())


def test_every_rule_and_every_error_is_named_by_a_test():
    missing = [f"{row.place} {row.code or row.kind}: {row.text}" for row in unnamed()]

    assert not missing, "\n".join(missing)


def test_page_is_up_to_date():
    assert_file(PAGE, render_page())


def test_row_that_no_test_names_is_found(monkeypatch):
    row = next(iter(EVIDENCE))
    monkeypatch.delitem(EVIDENCE, row)

    assert row in unnamed()
    assert "**nothing**" in render_page()


@pytest.mark.parametrize(
    "name",
    [
        lambda: shows_rule("chat_create", "no rule has these words"),
        lambda: shows_rule("chat_create", "a"),
        lambda: shows_error("chat_create", 1),
        lambda: client_side("nowhere", "", "no such place"),
    ],
)
def test_naming_no_row_or_more_than_one_fails(name):
    with pytest.raises(AssertionError, match="rows fit"):
        name()


SHOWN = [Row(place, Kind.ERROR, "", code) for place in ("chat_get", "chat_link") for code in (232006, 232009)]
GET_6, GET_9, LINK_6, LINK_9 = ((row.place, row.code) for row in SHOWN)


@pytest.mark.parametrize(
    ("case", "cases", "answered"),
    [
        pytest.param([], [], [GET_6, GET_9, LINK_6, LINK_9], id="no parameters"),
        pytest.param(["x"], ["x", "y"], [GET_6, GET_9, LINK_6, LINK_9], id="others"),
        pytest.param([232006], [232006, 232009], [GET_6, LINK_6], id="codes"),
        pytest.param(["chat_get"], ["chat_get", "chat_link"], [GET_6, GET_9], id="operations"),
        pytest.param(["chat_get", 232006], ["chat_get", "chat_link", 232006, 232009], [GET_6], id="both"),
    ],
)
def test_case_of_a_test_answers_for_every_error_that_it_names(monkeypatch, case, cases, answered):
    monkeypatch.setitem(SHOWN_ERRORS, test_page_is_up_to_date, SHOWN)

    check_shown(test_page_is_up_to_date, case, cases, answered)
    with pytest.raises(AssertionError, match="was not answered"):
        check_shown(test_page_is_up_to_date, case, cases, answered[1:])


@pytest.mark.parametrize("cases", [[232006], ["chat_link"]])
def test_error_that_no_case_of_its_test_names_is_found(monkeypatch, cases):
    monkeypatch.setitem(SHOWN_ERRORS, test_page_is_up_to_date, SHOWN)

    with pytest.raises(AssertionError, match="no case names"):
        check_shown(test_page_is_up_to_date, cases, cases, [GET_6, GET_9, LINK_6, LINK_9])
