"""The example workflow for GitHub, and the steps of the action: pull request, merge, schedule."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig

import pytest

from reconciler.emulator import open_emulator
from tests.support.cli import APP, APP_SECRET, EXAMPLES, REPOSITORY, copy_examples
from tests.support.github import BOT, PULL_REQUEST, SLUG, TOKEN, GitHub, Runner, git, pretended_tool
from tests.support.served import served

MAIN = "refs/heads/main"
MERGE = f"refs/pull/{PULL_REQUEST}/merge"
PUSH = {"ref": MAIN}
SCHEDULE = {"schedule": "17 1 * * *"}


def pull_request(repository=SLUG):
    head = {"repo": {"full_name": repository}}
    return {"pull_request": {"number": PULL_REQUEST, "head": head}}


@pytest.fixture
def github():
    return GitHub()


@pytest.fixture
def repository(tmp_path):
    """A bare repository with the example fleet in its branch main."""
    fleet = copy_examples(tmp_path / "desk").commit()
    git(tmp_path, "clone", "--quiet", "--bare", str(fleet.root), "origin.git")
    fleet.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    return tmp_path / "origin.git"


@pytest.fixture
def desk(repository, tmp_path):
    """The checkout of a person."""
    return copy_examples(tmp_path / "desk")


@pytest.fixture
def emulator(tmp_path):
    """The platform of the examples."""
    emulator = open_emulator(EXAMPLES / "tenant.emulator.yaml", tmp_path / "emulator.sqlite")
    yield emulator
    emulator.close()


@pytest.fixture
def runner(tmp_path, repository, github, emulator):
    with served(emulator.handle) as platform, served(github.answer) as url:
        runner = Runner(tmp_path / "runner", repository, url)
        # On an emulator the state is in a place of its own unless it is said where.
        runner.variables = {"GROUPCTL_ENDPOINT": platform, "GROUPCTL_STATE": "groupctl.lock.json"}
        runner.secrets["FEISHU_APP_SECRET"] = APP_SECRET
        runner.settings["FEISHU_APP_ID"] = APP
        yield runner


def propose(desk, old="Atlas 项目日常沟通", new="Atlas 周会与日常沟通", file="projects.yaml"):
    """Push a change as the merge of a pull request, as GitHub makes it."""
    desk.git("fetch", "origin", "main").git("reset", "--hard", "FETCH_HEAD")
    desk.edit(file, old, new).commit()
    desk.git("push", "--force", "origin", f"HEAD:{MERGE}")


def merge(desk):
    desk.git("push", "origin", "HEAD:main")


def stored_state(repository):
    return json.loads(git(repository, "show", "main:groupctl.lock.json"))


def cards(emulator, chat):
    """Return how many messages were sent at all, and the last one in a chat."""
    sent = [each for each in emulator.log if each.operation == "im_message_create"]
    message = emulator.store.last_message(chat)
    assert message, "there is one"
    return len(sent), emulator.store.message(message[0]).document["body"]["content"]


class TestLifeOfAChange:
    def test_proposed_merged_and_undone_by_hand(self, runner, desk, github, repository, emulator):
        first = runner.job("apply", PUSH, MAIN)
        assert not first.failed, first.log
        assert first.outputs["exit-code"] == "0"
        propose(desk)

        review = runner.job("review", pull_request(), MERGE)

        assert not review.failed, review.log
        assert review.outputs["has-changes"] == "true"
        [comment] = github.comments
        assert "Atlas 周会与日常沟通" in comment["body"]
        assert "Atlas 周会与日常沟通" in review.summary
        assert (review.artefacts["groupctl-plan"] / "plan.html").read_text().startswith("<!doctype html>")

        propose(desk, new="Atlas 只谈周会")
        runner.job("review", pull_request(), MERGE)
        [comment] = github.comments
        assert "Atlas 只谈周会" in comment["body"]

        merge(desk)
        applied = runner.job("apply", PUSH, MAIN)

        assert not applied.failed, applied.log
        state = stored_state(repository)
        chat = state["groups"]["project-atlas"]["chat_id"]
        assert state["groups"]["project-atlas"]["values"]["description"]
        assert git(repository, "log", "-1", "--format=%an %s", "main") == (
            "github-actions[bot] Record what groupctl applied [skip ci]"
        )
        assert git(repository, "diff", "--name-only", "main~1", "main") == "groupctl.lock.json"

        runner.settings["GROUPCTL_NOTIFY"] = f"chat:{chat}"
        calm = runner.job("drift", SCHEDULE, MAIN)
        emulator.acts.rename(chat, "改名")
        drifted = runner.job("drift", SCHEDULE, MAIN)
        again = runner.job("drift", SCHEDULE, MAIN)

        assert (calm.failed, calm.outputs["exit-code"], calm.outputs["has-drift"]) == (False, "0", "false")
        assert (drifted.failed, drifted.outputs["exit-code"], drifted.outputs["has-drift"]) == (
            True,
            "2",
            "true",
        )
        assert again.outputs["exit-code"] == "2"
        count, card = cards(emulator, chat)
        assert count == 1, "what was told is not told again"
        assert "改名" in str(json.loads(card))
        told = first.log + review.log + applied.log + drifted.log
        assert TOKEN not in told
        assert APP_SECRET not in told


class TestReview:
    """One comment for each command and fleet, never one of somebody else."""

    @pytest.fixture
    def review(self, runner, desk):
        propose(desk)
        return lambda **event: runner.job("review", event or pull_request(), MERGE)

    def test_pull_request_from_a_fork_is_planned_without_secrets_and_not_commented(
        self, review, runner, github, emulator
    ):
        runner.secrets.clear()
        before = len(emulator.log)

        done = review(**pull_request("somebody/groups"))

        assert not done.failed, done.log
        assert "compared with the last apply only" in done.summary
        assert github.comments == []
        assert len(emulator.log) == before

    def test_mistakes_in_files_are_shown_at_their_lines_and_in_the_comment(self, runner, desk, github):
        propose(desk, "at_all: only_owner", "at_all: nobody", "groupctl.yaml")

        done = runner.job("review", pull_request(), MERGE)

        assert done.failed
        [error, *_] = done.messages
        assert error.startswith("::error file=groupctl.yaml,line=")
        [comment] = github.comments
        assert "### groupctl plan failed" in comment["body"]


@pytest.fixture
def checkout(repository, tmp_path):
    git(tmp_path, "clone", "--quiet", str(repository), "checkout")
    return tmp_path / "checkout"


class TestComment:
    @pytest.fixture
    def comment(self, runner, checkout, tmp_path):
        """Use the action with a command that only makes a report."""
        runner.tool = pretended_tool(tmp_path / "tool", "echo '### Plan' > $reports/${1}.md; exit 3")
        given = {"command": "plan", "comment": "true"}
        return lambda event=None, **inputs: runner.use(checkout, given | inputs, event or pull_request())

    def test_comment_of_somebody_else_with_our_mark_is_left_alone(self, comment, github):
        comment()
        forged = github.comments[0]["body"]
        github.comments.clear()
        github.write(forged, "mallory")
        github.write(forged, None)

        comment()

        assert [each["user"] for each in github.comments] == [{"login": "mallory"}, None, {"login": BOT}]

    def test_our_comment_is_found_among_many(self, comment, github):
        comment()
        github.comments[:0] = [{"id": number, "body": None, "user": {"login": BOT}} for number in range(250)]

        comment()

        assert len(github.comments) == 251

    @pytest.mark.parametrize("other", [{"command": "validate"}, {"directory": "./sub"}], ids=str)
    def test_each_command_and_fleet_has_a_comment_of_its_own(self, comment, github, checkout, other):
        (checkout / "sub").mkdir()
        comment()
        comment(**other)
        comment(**other)

        assert len(github.comments) == 2

    @pytest.mark.parametrize(("method", "status"), [("GET", 403), ("POST", 302), ("PATCH", 502)])
    def test_github_that_refuses_is_a_warning_and_the_status_stays(self, comment, github, method, status):
        if method == "PATCH":
            comment()
        github.refused[method] = status

        done = comment()

        assert (done.failed, done.outputs["exit-code"]) == (True, "3")
        [warning] = done.messages
        assert warning.startswith(f"::warning title=groupctl::No comment: {method} http://127.0.0.1:")
        assert f"status {status}. The report is in the summary of the job." in warning
        assert TOKEN not in done.log

    def test_run_for_no_pull_request_is_a_warning_and_the_status_stays(self, comment, github):
        done = comment(PUSH)

        assert (done.outputs["exit-code"], github.comments) == ("3", [])
        assert done.messages == ["::warning title=groupctl::No comment: this run is for no pull request."]

    def test_command_that_came_to_no_report_says_so(self, comment, runner, github, tmp_path):
        runner.tool = pretended_tool(tmp_path / "failing", "exit 64")

        done = comment()

        assert (done.failed, done.outputs["exit-code"]) == (True, "64")
        assert "There is no report" in github.comments[0]["body"]
        assert "There is no report" in done.summary


class TestRun:
    @pytest.fixture
    def use(self, runner, checkout, tmp_path):
        """Use the action with a command that is this script."""

        def use(script, **inputs):
            runner.tool = pretended_tool(tmp_path / "tool", script)
            return runner.use(checkout, {"command": "plan"} | inputs)

        return use

    def test_no_line_of_the_command_is_obeyed(self, use):
        done = use(
            "echo '::set-output name=x::y'; echo '::error::forged' >&2; printf '::add-mask::e'; exit 2"
        )

        [notice] = done.messages
        assert notice.startswith("::notice title=groupctl::There are changes")
        assert "::add-mask::e" in done.log

    def test_annotations_are_told_after_what_was_said(self, use):
        done = use("echo '::error file=a.yaml,line=1::Wrong' > $reports/plan.annotations; exit 1")

        assert done.log.splitlines()[-1] == "::error file=a.yaml,line=1::Wrong"

    @pytest.mark.parametrize(
        ("status", "inputs", "failed"),
        [
            (0, {}, False),
            (2, {}, False),
            (2, {"fail-on-changes": "true"}, True),
            (3, {}, True),
            (4, {}, True),
            (130, {}, True),
        ],
    )
    def test_action_ends_as_its_command_does(self, use, status, inputs, failed):
        done = use(f"echo Verdict; exit {status}", **inputs)

        assert (done.failed, done.outputs["exit-code"]) == (failed, str(status))
        assert done.outputs["summary"] == "Verdict"

    def test_command_that_was_killed_is_a_failure(self, use):
        assert use("kill -KILL $$").failed

    def test_cancelled_job_ends_its_command_in_good_order(self, runner, checkout, tmp_path):
        tool = pretended_tool(
            tmp_path / "tool", "trap 'echo Ended; exit 130' TERM; echo Begun; while :; do sleep 0.02; done"
        )
        output = tmp_path / "output"
        step = subprocess.Popen(
            [tool, REPOSITORY / "ci" / "github" / "run.py"],
            cwd=checkout,
            env={
                "PATH": os.environ["PATH"],
                "INPUT_COMMAND": "apply",
                "RUNNER_TEMP": str(tmp_path),
                "GITHUB_OUTPUT": str(output),
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        assert step.stdout
        while step.stdout.readline() != "Begun\n":
            pass

        step.send_signal(signal.SIGINT)
        said, _ = step.communicate(timeout=30)

        assert "Ended" in said
        assert "\n130\n" in output.read_text()


class TestInputs:
    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({"command": "destroy"}, "The input `command` is `destroy`; it has to be one of validate, plan"),
            (
                {"command": "apply", "base": "main"},
                "The input `base` means nothing to `apply`; it is for plan.",
            ),
            (
                {"command": "plan", "offline": "yes"},
                "The input `offline` is `yes`; it has to be `true` or `false`.",
            ),
        ],
    )
    def test_wrong_one_is_told(self, runner, checkout, given, told):
        done = runner.use(checkout, given)

        assert done.failed
        assert any(told in message for message in done.messages), done.log

    def test_command_that_told_only_problems_does_not_know_of_changes(self, runner, checkout, tmp_path):
        told = '{"has_changes": false, "has_drift": false, "diagnostics": []}'
        runner.tool = pretended_tool(tmp_path / "tool", f"echo '{told}' > $reports/plan.json; exit 1")

        done = runner.use(checkout, {"command": "plan"})

        assert (done.outputs["has-changes"], done.outputs["has-drift"]) == ("", "")

    def test_texts_of_others_are_words_of_the_command_and_nothing_else(self, runner, checkout, tmp_path):
        runner.tool = pretended_tool(tmp_path / "tool", 'printf "%s\\n" "$@" > words')
        hostile = "$(touch owned)`touch owned`';\"; touch owned #"

        runner.use(
            checkout, {"command": "plan", "base": hostile, "directory": hostile, "keys": "--help ${IFS}a"}
        )

        words = (checkout / "words").read_text().splitlines()
        assert {f"--base={hostile}", f"--chdir={hostile}"} <= set(words)
        assert words[-3:] == ["--", "--help", "${IFS}a"]
        assert not (checkout / "owned").exists()

    @pytest.mark.parametrize(("command", "option"), [("plan", "--out=p.json"), ("apply", "--plan=p.json")])
    def test_plan_is_saved_by_plan_and_performed_by_apply(self, runner, checkout, tmp_path, command, option):
        runner.tool = pretended_tool(tmp_path / "tool", 'printf "%s\\n" "$@" > words')

        runner.use(checkout, {"command": command, "plan-file": "p.json"})

        words = (checkout / "words").read_text().splitlines()
        assert option in words
        assert "--yes" not in words


def test_tool_is_installed_outside_of_the_checkout(runner, checkout):
    runner.tool = ""
    # No index is asked: all that the tool needs is where the tests have it.
    packages = sysconfig.get_path("purelib")
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PYTHONPATH": packages}

    done = runner.use(checkout, {"command": "validate", "python": sys.executable}, variables=offline)

    assert (done.failed, done.outputs["exit-code"]) == (False, "0"), done.log
    assert git(checkout, "status", "--porcelain") == ""
    [folder] = (runner.folder / "temp" / "groupctl").iterdir()
    assert (folder / "bin" / "groupctl").exists()
