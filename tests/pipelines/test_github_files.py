"""What is copied or run by GitHub is what its own descriptions and linters ask for."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.cli import REPOSITORY
from tests.support.github import WORKFLOW

ACTION = REPOSITORY / "action.yml"
OURS = REPOSITORY / ".github" / "workflows" / "ci.yml"
PAGE = REPOSITORY / "docs" / "pipelines" / "github.md"
SCRIPTS = Path(sys.executable).parent


@pytest.mark.parametrize(
    ("file", "schema"),
    [(ACTION, "github-actions"), (WORKFLOW, "github-workflows"), (OURS, "github-workflows")],
)
def test_file_follows_its_schema(file, schema):
    done = subprocess.run(
        [SCRIPTS / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", file],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_linter_finds_nothing_that_others_could_misuse():
    done = subprocess.run(
        [SCRIPTS / "zizmor", "--offline", "--no-progress", ACTION, WORKFLOW, OURS],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", [WORKFLOW, OURS], ids=lambda file: file.name)
def test_actions_of_others_are_pinned_to_a_commit(file):
    used = re.findall(r"uses: (\S+)", file.read_text(encoding="utf-8"))

    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", each) for each in used), used


def test_no_input_is_written_into_a_script():
    steps = yaml.safe_load(ACTION.read_text(encoding="utf-8"))["runs"]["steps"]

    assert not [step["name"] for step in steps if "${{" in step["run"]]


def test_page_has_every_input_and_output():
    action = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    page = PAGE.read_text(encoding="utf-8")

    assert [name for name in (*action["inputs"], *action["outputs"]) if f"| `{name}` |" not in page] == []
