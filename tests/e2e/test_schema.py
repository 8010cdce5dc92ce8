"""`groupctl schema`."""

from __future__ import annotations

import json

import jsonschema
import pytest

from tests.support.cli import REPOSITORY, groupctl

NAMES = ("groups", "groupctl", "plan", "outcome", "drift", "validate", "explain", "doctor")


@pytest.mark.parametrize("name", NAMES)
def test_printed_schema_is_the_published_one(name):
    result = groupctl("schema", name)

    jsonschema.Draft202012Validator.check_schema(result.json)
    assert result.stdout == (REPOSITORY / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")


def test_all_schemas_are_written_into_a_folder(tmp_path):
    result = groupctl("schema", "--out", tmp_path / "a" / "b")

    assert result.status == 0
    assert {file.name for file in (tmp_path / "a" / "b").iterdir()} == {
        f"{name}.schema.json" for name in NAMES
    }


def test_json_lists_the_written_files(tmp_path):
    result = groupctl("schema", "--out", tmp_path, "--format", "json")

    assert all(json.loads((tmp_path / name).read_text()) for name in result.json["files"])


@pytest.mark.parametrize("arguments", [(), ("groups", "--out", "x"), ("nope",)])
def test_either_a_name_or_a_folder_is_needed(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    result = groupctl("schema", *arguments)

    assert result.status == 64
    assert "Wrong usage" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("")

    result = groupctl("schema", "--out", tmp_path / "file" / "below")

    assert result.status == 1
    assert "File cannot be used" in result.stderr
