"""The example fleet: every group of it validates, plans, applies and converges."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from tests.support.cli import EXAMPLES, REPOSITORY, copy_examples

FILES = sorted(
    file for file in EXAMPLES.glob("*.yaml") if file.name not in {"groupctl.yaml", "tenant.emulator.yaml"}
)


def _read(file: Path):
    return YAML(typ="safe").load(file)


KEYS = sorted(key for file in FILES for key in _read(file)["groups"])


@pytest.fixture
def examples(tmp_path):
    return copy_examples(tmp_path / "groups")


@pytest.mark.parametrize("key", KEYS)
def test_group_applies_and_converges(examples, key):
    planned = examples.run("plan", key, "--detailed-exitcode")
    applied = examples.run("apply", "--yes", key)
    again = examples.run("plan", key, "--detailed-exitcode")

    assert planned.status == 2
    assert applied.status == 0, applied.stdout
    assert again.status == 0, again.stdout


def test_fleet_applies_and_converges_at_once(examples):
    assert examples.run("validate").stdout == f"The configuration is valid: {len(KEYS)} groups.\n"
    assert examples.run("apply", "--yes").status == 0
    assert examples.run("plan", "--detailed-exitcode").status == 0


def test_fleet_has_at_least_eight_groups_in_three_files():
    assert len(KEYS) >= 8
    assert len(FILES) >= 3


@pytest.mark.parametrize("file", [*FILES, EXAMPLES / "groupctl.yaml"], ids=lambda file: file.name)
def test_file_follows_the_schema_that_its_first_line_names(file):
    named = file.read_text(encoding="utf-8").splitlines()[0].partition("$schema=")[2]
    schema = (file.parent / named).resolve()

    assert schema.parent == REPOSITORY / "schemas"
    jsonschema.validate(_read(file), json.loads(schema.read_text(encoding="utf-8")))
