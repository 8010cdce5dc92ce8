"""The hooks for pre-commit, run by it in a copy of the example fleet.

They are installed as a command of the machine here: `language: python` would install this package once more, which
`test_container.py` shows to work.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.cli import REPOSITORY, Fleet, Result, copy_examples

MANIFEST = REPOSITORY / ".pre-commit-hooks.yaml"
BIN = Path(sys.executable).parent
HOOKS = ("groupctl-validate", "groupctl-fmt")


def pre_commit(folder, *words):
    home = {"PRE_COMMIT_HOME": str(folder.parent / "pre-commit"), "PATH": f"{BIN}:{os.environ['PATH']}"}
    done = subprocess.run(
        [BIN / "pre-commit", *words],
        cwd=folder,
        env=dict(os.environ) | home,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def fleet(tmp_path):
    """A repository that uses the hooks of ours."""
    ours = tmp_path / "groupctl"
    ours.mkdir()
    hooks = Fleet(ours).write(MANIFEST.name, MANIFEST.read_text(encoding="utf-8")).commit()
    fleet = copy_examples(tmp_path / "fleet")
    used = [{"id": each, "language": "system"} for each in HOOKS]
    config = {"repos": [{"repo": str(hooks.root), "rev": "main", "hooks": used}]}
    return fleet.write(".pre-commit-config.yaml", yaml.safe_dump(config)).commit()


def test_manifest_is_valid():
    assert pre_commit(REPOSITORY, "validate-manifest", MANIFEST.name).status == 0
    assert {each["id"] for each in yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))} == set(HOOKS)


def test_fleet_without_mistakes_passes(fleet):
    done = pre_commit(fleet.root, "run", "--all-files")

    assert done.status == 0, done
    assert done.stdout.count("Passed") == len(HOOKS)


def test_mistake_fails_with_its_place(fleet):
    fleet.edit("projects.yaml", 'managers: ["@jim"]', 'manager: ["@jim"]').git("add", "projects.yaml")

    done = pre_commit(fleet.root, "run", "groupctl-validate")

    assert done.status == 1
    assert "projects.yaml:33:" in done.stdout


def test_other_form_is_put_right_and_fails_once(fleet):
    fleet.edit("projects.yaml", "  project-borealis:\n", "  project-borealis:\n\n\n").git(
        "add", "projects.yaml"
    )

    first = pre_commit(fleet.root, "run", "groupctl-fmt")
    fleet.git("add", "projects.yaml")
    second = pre_commit(fleet.root, "run", "groupctl-fmt", "--all-files")

    assert (first.status, second.status) == (1, 0), (first, second)
