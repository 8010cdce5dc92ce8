"""The pages of the reference that are made of the code."""

from __future__ import annotations

import runpy

import pytest

from tests.support.golden import REPOSITORY, assert_file

pages = runpy.run_path(str(REPOSITORY / "scripts" / "reference.py"))["pages"]


@pytest.mark.parametrize("name", ["cli.md", "json.md", "errors.md"])
def test_page_is_as_the_code_says(name):
    assert_file(REPOSITORY / "docs" / "reference" / name, pages()[name])
