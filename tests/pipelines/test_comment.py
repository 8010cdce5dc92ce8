"""`ci/comment.py`: one comment, kept up to date."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from reconciler.emulator import Response
from tests.support.cli import REPOSITORY, Result
from tests.support.gitlab import ACCESS_TOKEN, BOT, MERGE_REQUEST, PROJECT, SOMEBODY, GitLab
from tests.support.served import served


@pytest.fixture
def gitlab():
    return GitLab()


@pytest.fixture
def report(tmp_path):
    file = tmp_path / "plan.md"
    file.write_text("### 计划\n", encoding="utf-8")
    return file


def comment(url, report, **variables):
    """Run the script for the merge request, with the newest report."""
    given = {
        "PATH": os.environ["PATH"],
        "CI_API_V4_URL": f"{url}/api/v4",
        "CI_MERGE_REQUEST_PROJECT_ID": str(PROJECT),
        "CI_MERGE_REQUEST_IID": str(MERGE_REQUEST),
        "GITLAB_TOKEN": ACCESS_TOKEN,
    }
    script = [sys.executable, "-I", REPOSITORY / "ci" / "comment.py", "gitlab", report]
    done = subprocess.run(
        script, env=given | variables, capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def run(gitlab, report):
    with served(gitlab.answer) as url:
        yield lambda **variables: comment(url, report, **variables)


def test_first_run_adds_a_comment_with_a_hidden_mark(run, gitlab):
    assert run().status == 0
    assert [each["body"] for each in gitlab.notes] == ["<!-- groupctl: plan -->\n### 计划\n"]


def test_second_run_replaces_it_however_many_others_there_are(run, gitlab, report):
    run()
    for number in range(250):
        gitlab.write_note(f"note {number}", SOMEBODY)
    report.write_text("### 新计划\n", encoding="utf-8")

    run()

    assert len(gitlab.notes) == 251
    assert gitlab.notes[0]["body"].endswith("### 新计划\n")


def test_comment_of_somebody_else_with_our_mark_is_left_alone(run, gitlab):
    gitlab.write_note("<!-- groupctl: plan -->\nmine", SOMEBODY)

    run()

    assert [each["author"]["id"] for each in gitlab.notes] == [SOMEBODY, BOT]
    assert gitlab.notes[0]["body"].endswith("mine")


@pytest.mark.parametrize("status", [302, 403, 404, 500])
def test_forge_that_refuses_is_told_with_the_call_and_the_status(run, gitlab, status):
    gitlab.refused_with = status

    done = run()

    assert done.status == 1
    assert done.stderr.startswith("warning: No comment: GET http://127.0.0.1:")
    assert done.stderr.endswith(f"/merge_requests/7/notes: status {status}\n")
    assert ACCESS_TOKEN not in done.stderr


def test_forge_that_is_not_there_is_told(report):
    done = comment("http://127.0.0.1:9", report)

    assert done.status == 1
    assert "Connection refused" in done.stderr


@pytest.mark.parametrize("token", ["canary\nmore", "canary值"])
def test_token_that_is_none_is_not_told(run, token):
    done = run(GITLAB_TOKEN=token)

    assert done.status == 1
    assert "GITLAB_TOKEN holds" in done.stderr
    assert "canary" not in done.stderr


@pytest.mark.parametrize("url", ["nonsense", "http://[", "http://127.0.0.1:x"])
def test_address_that_is_none_is_told(report, url):
    done = comment(url, report)

    assert done.status == 1
    assert done.stderr.startswith("warning: No comment: ")


@pytest.mark.parametrize("notes", [{"message": "no"}, [{}], [1], 7])
def test_answer_of_something_else_than_a_forge_is_told(report, notes):
    async def answer(request):
        told = {"id": BOT} if request.path.endswith("/user") else notes
        return Response(200, {}, json.dumps(told).encode())

    with served(answer) as url:
        done = comment(url, report)

    assert done.status == 1
    assert "answers something else than comments" in done.stderr


@pytest.mark.parametrize("name", ["GITLAB_TOKEN", "CI_MERGE_REQUEST_IID"])
def test_missing_variable_is_named(run, name):
    done = run(**{name: ""})

    assert done.status == 1
    assert f"{name} not set" in done.stderr


def test_report_that_was_not_written_is_told(run, report, gitlab):
    report.unlink()

    done = run()

    assert (done.status, gitlab.notes) == (1, [])
    assert "plan.md" in done.stderr
    assert "Traceback" not in done.stderr
