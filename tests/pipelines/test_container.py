"""The image: its recipe, linted and read; and what the recipe does, done without Docker."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.emulator import open_emulator
from tests.support.cli import APP, APP_SECRET, REPOSITORY, copy_examples
from tests.support.served import served

RECIPE = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
INSTRUCTIONS = [
    line.split(None, 1)
    for line in re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", RECIPE)).splitlines()
    if line.strip()
]
USER = 10001


def values(name):
    return [value for instruction, value in INSTRUCTIONS if instruction == name]


def copied():
    """Files and folders of the repository that get into the image."""
    return {name for each in values("COPY") if "--from" not in each for name in each.split()[:-1]}


class TestRecipe:
    def test_linter_finds_nothing(self):
        hadolint = Path(sys.executable).parent / "hadolint"
        done = subprocess.run(
            [hadolint, REPOSITORY / "Dockerfile"], capture_output=True, text=True, timeout=60, check=False
        )

        assert (done.returncode, done.stdout) == (0, "")

    def test_both_stages_begin_with_the_image_of_one_tag_and_digest(self):
        [image] = values("ARG")

        assert re.fullmatch(r"PYTHON_IMAGE=python:3\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64}", image)
        assert values("FROM") == ["${PYTHON_IMAGE} AS build", "${PYTHON_IMAGE}"]

    def test_it_ends_as_a_user_by_number_so_that_kubernetes_can_tell_it_is_not_root(self):
        assert values("USER") == [f"{USER}:{USER}"]
        assert [name for name, _ in INSTRUCTIONS].index("USER") > max(
            number for number, (name, _) in enumerate(INSTRUCTIONS) if name == "RUN"
        )

    def test_nothing_comes_from_an_address_and_no_secret_gets_in(self):
        assert values("ADD") == []
        assert not re.search(
            r"https?://|SECRET|TOKEN|PASSWORD", "\n".join(" ".join(each) for each in INSTRUCTIONS)
        )

    def test_context_holds_what_is_copied_and_nothing_else(self):
        lines = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
        rules = [line for line in lines if line and not line.startswith("#")]

        assert rules[0] == "*"
        assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == copied()


def open_up(folder):
    """Let other users into a folder of pytest, which keeps them to whoever runs it."""
    for each in (folder, *folder.parents):
        if not each.stat().st_mode & 0o001:
            each.chmod(0o755)


def make_image(root):
    """Do what the build stage does, with the files of the context alone; returns what is `/opt/groupctl` there."""
    context = root / "source"
    context.mkdir(parents=True)
    for name in copied():
        if (REPOSITORY / name).is_dir():
            shutil.copytree(REPOSITORY / name, context / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(REPOSITORY / name, context)
    [script] = [each for each in values("RUN") if "pip install" in each]
    installed = root / "groupctl"
    script = script.replace("/opt/groupctl", str(installed)).replace("--no-cache-dir ", "")
    script = script.replace("python -m venv", f"{shlex.quote(sys.executable)} -m venv")
    subprocess.run(["sh", "-ec", script], cwd=context, check=True, capture_output=True, timeout=110)
    shutil.rmtree(context)
    return installed


def as_user_of_the_image(image, work, variables, *words):
    """Run a command as the number of the image, which owns nothing but the work folder."""
    given = dict(each.split("=", 1) for each in shlex.split(values("ENV")[0]))
    settings = {name: value.replace("/work", str(work)) for name, value in given.items()}
    return subprocess.run(
        ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *words],
        cwd=work,
        env={**settings, "PATH": f"{image / 'bin'}:{os.environ['PATH']}", **variables},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.timeout(300)
def test_image_holds_locked_versions_and_its_user_applies_writing_to_the_work_folder_alone(tmp_path):
    image = make_image(tmp_path / "image")
    fleet = copy_examples(tmp_path / "fleet")
    work = tmp_path / "work"
    work.mkdir()
    os.chown(work, USER, USER)
    open_up(tmp_path)
    before = set(fleet.root.rglob("*"))
    emulator = open_emulator(fleet.root / "tenant.emulator.yaml", tmp_path / "emulator.sqlite")

    with served(emulator.handle) as platform:
        variables = {
            "GROUPCTL_ENDPOINT": platform,
            "GROUPCTL_STATE": str(work / "state.json"),
            "FEISHU_APP_ID": APP,
            "FEISHU_APP_SECRET": APP_SECRET,
        }
        applied = as_user_of_the_image(image, work, variables, "groupctl", "apply", "--yes", "-C", fleet.root)
    emulator.close()
    comment = as_user_of_the_image(image, work, {}, "groupctl-comment", "--help")
    freeze = as_user_of_the_image(image, work, {}, "pip", "freeze", "--exclude", "feishu-group-reconciler")

    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert set(fleet.root.rglob("*")) == before
    assert {each.name for each in work.iterdir()} == {"journal", "state.json"}
    assert comment.returncode == 0, comment
    assert versions(freeze.stdout) <= versions((REPOSITORY / "constraints.txt").read_text(encoding="utf-8"))


def versions(lines):
    pairs = [line.partition("==") for line in lines.splitlines() if "==" in line]
    return {(re.sub(r"[-_.]+", "-", name).lower(), version) for name, _, version in pairs}
