"""The jobs of the GitLab component, in a copy of the example fleet: merge request, merge, schedule."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from reconciler.emulator import Emulator, open_emulator
from tests.support.cli import APP, APP_SECRET, Fleet, copy_examples
from tests.support.gitlab import (
    ACCESS_TOKEN,
    JOB_TOKEN,
    MERGE_REQUEST,
    PROJECT,
    GitLab,
    Runner,
)
from tests.support.served import served


@contextmanager
def project(folder):
    """The checkout of the example fleet in a folder, its platform, its GitLab, and a runner for its jobs."""
    gitlab = GitLab()
    fleet = Fleet(folder / "checkout")
    emulator = open_emulator(fleet.root / "tenant.emulator.yaml", folder / "emulator.sqlite")
    with served(emulator.handle) as platform, served(gitlab.answer) as url:
        credentials = {"FEISHU_APP_ID": APP, "FEISHU_APP_SECRET": APP_SECRET}
        runner = Runner(fleet.root, folder / "tools", url, {"GROUPCTL_ENDPOINT": platform, **credentials})
        yield Project(fleet, emulator, gitlab, runner)
    emulator.close()


class Project(NamedTuple):
    fleet: Fleet
    emulator: Emulator
    gitlab: GitLab
    runner: Runner


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A fleet that was applied, and its state."""
    folder = tmp_path_factory.mktemp("project")
    copy_examples(folder / "checkout").commit()
    with project(folder) as ours, pytest.MonkeyPatch.context() as variables:
        for name in [each for each in os.environ if each.startswith(("GROUPCTL", "FEISHU"))]:
            variables.delenv(name)
        for name, value in ours.runner.variables_of_job("apply").items():
            variables.setenv(name, value)
        ours.fleet.applied()
    shutil.rmtree(folder / "tools")
    return folder, ours.gitlab.states.content


@pytest.fixture
def ours(begun, tmp_path):
    """The project of a fleet that was applied, for one test."""
    folder, state = begun
    shutil.copytree(folder, tmp_path / "project")
    with project(tmp_path / "project") as copied:
        copied.gitlab.states.content = state
        yield copied


@pytest.fixture
def applied(ours):
    return ours.runner


@pytest.fixture
def fleet(ours):
    return ours.fleet


@pytest.fixture
def emulator(ours):
    return ours.emulator


@pytest.fixture
def gitlab(ours):
    return ours.gitlab


def commit_of(fleet: Fleet) -> str:
    head = subprocess.run(
        ["git", "-C", fleet.root, "rev-parse", "HEAD"], check=True, capture_output=True, text=True, timeout=60
    )
    return head.stdout.strip()


@pytest.fixture
def merge_request(applied, fleet):
    """The variables of a pipeline of a merge request that changes one description."""
    base = commit_of(fleet)
    fleet.edit("projects.yaml", "Atlas 项目日常沟通", "Atlas 周会与日常沟通").commit()
    return {
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_PROJECT_ID": str(PROJECT),
        "CI_MERGE_REQUEST_IID": str(MERGE_REQUEST),
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
        "GITLAB_TOKEN": ACCESS_TOKEN,
    }


def calls(emulator):
    """Operations that the platform was asked for, in order, tokens left out."""
    return [each.operation for each in emulator.log if not each.operation.startswith("auth_")]


class TestMergeRequest:
    def test_reviewer_is_told_in_a_note_and_in_artefacts_what_would_change(
        self, merge_request, applied, gitlab
    ):
        done = applied.run("plan", merge_request)

        assert done.status == 0, done
        [note] = gitlab.notes
        assert note["body"].startswith(
            "<!-- groupctl: groupctl-plan -->\n### Plan for the fleet acme-groups-7f3a"
        )
        assert "#### This change asks for" in note["body"]
        assert "Atlas 周会与日常沟通" in note["body"]
        assert json.loads(applied.report("terraform.json")) == {"create": 0, "update": 1, "delete": 0}
        assert json.loads(applied.report("codequality.json")) == []
        assert json.loads(applied.report("plan.json"))["has_changes"] is True
        assert applied.report("plan.html").startswith("<!doctype html>")

    def test_gitlab_that_refuses_the_note_changes_no_status(self, merge_request, applied, gitlab):
        gitlab.refused_with = 403

        done = applied.run("plan", merge_request)

        assert done.status == 0
        assert "warning: No comment: " in done.stderr

    def test_without_secrets_the_last_apply_is_compared_with_and_there_is_no_note(
        self, merge_request, applied, gitlab, emulator
    ):
        before = len(calls(emulator))

        done = applied.run("plan", merge_request | {"FEISHU_APP_SECRET": None, "GITLAB_TOKEN": None})

        assert (done.status, gitlab.notes) == (0, []), done
        assert "Atlas 周会与日常沟通" in applied.report("plan.md")
        assert len(calls(emulator)) == before

    def test_what_opens_a_group_up_fails_the_job_and_is_told(self, merge_request, applied, gitlab, fleet):
        fleet.edit("groupctl.yaml", "at_all: only_owner", "at_all: all_members").commit()
        applied.inputs["plan-options"] = "--fail-on loosens"

        done = applied.run("plan", merge_request)

        assert done.status == 4
        assert "permissions.at&#95;all" in gitlab.notes[0]["body"]

    def test_mistake_is_told_at_its_line(self, merge_request, applied, gitlab, fleet):
        fleet.edit("projects.yaml", '    managers: ["@jim"]', '    manager: ["@jim"]').commit()

        validated = applied.run("validate", merge_request)
        quality = json.loads(applied.report("codequality.json"))
        planned = applied.run("plan", merge_request)

        assert (validated.status, planned.status) == (1, 1)
        assert quality[0]["location"] == {"path": "projects.yaml", "lines": {"begin": 33}}
        assert "Unknown key" in gitlab.notes[0]["body"]


class TestDefaultBranch:
    def test_merge_is_applied_and_a_second_run_does_nothing(self, merge_request, applied, gitlab, emulator):
        merged = applied.run("apply")
        changed = calls(emulator)
        again = applied.run("apply")

        assert (merged.status, again.status) == (0, 0), (merged, again)
        assert changed[-1] == "chat_get"
        assert "Atlas 周会与日常沟通" in {each["description"] for each in emulator.acts.chats()}
        assert not {each for each in calls(emulator)[len(changed) :] if each.endswith(("_create", "_update"))}
        assert json.loads(applied.report("apply.json"))["has_changes"] is False
        assert gitlab.states.held is None

    def test_lock_of_another_job_is_told(self, applied, gitlab):
        gitlab.states.held = {"ID": "b2", "Who": "ci@runner-7", "Created": "2026-06-12T15:04:48Z"}

        done = applied.run("apply")

        assert done.status == 1
        assert "is held by ci@runner-7 since 2026-06-12T15:04:48Z" in done.stderr

    def test_new_fleet_gets_its_state(self, applied, gitlab):
        gitlab.states.content = b""

        done = applied.run("state-init")

        assert done.status == 0, done
        assert json.loads(gitlab.states.content)["groups"] == {}

    def test_state_of_groupctl_yaml_counts_when_none_is_given(self, applied, fleet, gitlab):
        before = len(gitlab.states.log)
        applied.inputs["state"] = ""

        done = applied.run("state-init")

        assert done.status == 0, done
        assert fleet.state_file.exists()
        assert len(gitlab.states.log) == before


class TestSchedule:
    def test_change_by_hand_is_drift(self, applied, emulator, gitlab):
        chat = json.loads(gitlab.states.content)["groups"]["project-atlas"]["chat_id"]
        emulator.acts.rename(chat, "Atlas 摸鱼群")

        done = applied.run("drift")

        assert done.status == 2
        assert "Atlas 摸鱼群" in done.stdout
        assert json.loads(applied.report("drift.json"))["has_drift"] is True


def test_secrets_are_in_no_output(merge_request, applied, gitlab):
    told = [applied.run(name, merge_request) for name in ("plan", "apply")]

    kept = [each.read_text(encoding="utf-8") for each in (applied.checkout / "groupctl-reports").iterdir()]
    everything = "".join([*kept, *(each.stdout + each.stderr for each in told), str(gitlab.notes)])
    assert not [each for each in (APP_SECRET, JOB_TOKEN, ACCESS_TOKEN) if each in everything]
