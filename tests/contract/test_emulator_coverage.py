"""Every row of the API descriptions is named by a test, and the page that says so is up to date."""

from __future__ import annotations

import pytest

from reconciler.emulator.routes import OPERATIONS
from tests.support.contract import operations
from tests.support.coverage_page import gather, render_page, unnamed
from tests.support.golden import REPOSITORY, assert_file
from tests.support.rows import EVIDENCE, client_side, shows_error, shows_rule

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
