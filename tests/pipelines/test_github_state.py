"""The state in a branch: runs that race lose nothing, and what cannot be told apart stops."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconciler.model.recorded import State
from reconciler.state.codec import dump_state, parse_state
from tests.support.builders import recorded_group, state
from tests.support.cli import REPOSITORY
from tests.support.github import git

MAIN = "refs/heads/main"
LOCK = "fleets/大组/groupctl.lock.json"


def knowing(**chats):
    return state(groups={key: recorded_group(chat_id=chat) for key, chat in chats.items()})


class Clone:
    """The checkout of one run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / LOCK
        self.reports = root.parent / f"{root.name}-reports"
        self.reports.mkdir()

    def read(self) -> State:
        return parse_state(self.file.read_bytes(), "state")

    def record(self, **chats: str) -> None:
        """Do to the state what an apply does."""
        known = self.read() if self.file.exists() else knowing()
        groups = known.groups | knowing(**chats).groups
        self.file.write_text(
            dump_state(known.model_copy(update={"groups": groups, "serial": known.serial + 1}))
        )

    def step(self, what: str, ref: str = MAIN, **inputs: str) -> subprocess.CompletedProcess[str]:
        given = {"COMMAND": "apply", "DIRECTORY": str(Path(LOCK).parent), "STATE_COMMIT": "true", **inputs}
        return subprocess.run(
            [sys.executable, REPOSITORY / "ci" / "github" / "state.py", what],
            cwd=self.root,
            env={f"INPUT_{name}": value for name, value in given.items()}
            | {
                "PATH": os.environ["PATH"],
                "GITHUB_REF": ref,
                "GITHUB_REPOSITORY": "acme/groups",
                "GITHUB_RUN_ID": "4711",
                "GITHUB_SERVER_URL": "https://github.example.com",
                "REPORTS": str(self.reports),
            },
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def pull(self, **inputs: str) -> None:
        done = self.step("pull", **inputs)
        assert done.returncode == 0, done

    def push(self, **inputs: str) -> None:
        done = self.step("push", **inputs)
        assert done.returncode == 0, done


@pytest.fixture
def origin(tmp_path):
    """A bare repository that has a fleet and its state in a folder."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "desk")
    desk = tmp_path / "desk"
    (desk / LOCK).parent.mkdir(parents=True)
    (desk / LOCK).with_name("groupctl.yaml").write_text("fleet: acme-groups\n")
    (desk / LOCK).write_text(dump_state(knowing(first="oc_1")))
    git(desk, "add", "--all")
    git(desk, "commit", "--quiet", "--message", "Begin")
    git(tmp_path, "clone", "--quiet", "--bare", str(desk), "origin.git")
    return tmp_path / "origin.git"


@pytest.fixture
def clone(origin, tmp_path):
    """Make the checkout of a run, as shallow as the action gets it."""

    def clone(name):
        git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{origin}", name)
        return Clone(tmp_path / name)

    return clone


def stored(origin) -> dict[str, str]:
    """Return which keys the state in the branch binds to which chats."""
    known = parse_state(git(origin, "show", f"main:{LOCK}").encode(), "state")
    return {key: group.chat_id for key, group in known.groups.items()}


def change(origin, tmp_path, path, content="changed\n"):
    """Commit to the branch, as a person does."""
    git(tmp_path, "clone", "--quiet", str(origin), "person")
    (tmp_path / "person" / path).write_text(content)
    git(tmp_path / "person", "add", "--all")
    git(tmp_path / "person", "commit", "--quiet", "--message", "Change")
    git(tmp_path / "person", "push", "--quiet", "origin", "HEAD:main")


class TestPush:
    def test_only_the_state_is_committed(self, origin, clone):
        run = clone("a")
        run.pull()
        run.record(second="oc_2")
        (run.root / "left-behind.txt").write_text("not ours to commit")

        run.push()

        assert stored(origin) == {"first": "oc_1", "second": "oc_2"}
        assert git(origin, "-c", "core.quotepath=off", "diff", "--name-only", "main~1", "main") == LOCK
        assert git(origin, "log", "-1", "--format=%s%n%b", "main").splitlines() == [
            "Record what groupctl applied [skip ci]",
            "https://github.example.com/acme/groups/actions/runs/4711",
        ]

    def test_nothing_recorded_is_no_commit(self, origin, clone):
        run, before = clone("a"), git(origin, "rev-parse", "main")
        run.pull()

        run.push()

        assert git(origin, "rev-parse", "main") == before

    def test_two_runs_that_began_together_lose_nothing(self, origin, clone):
        one, other = clone("a"), clone("b")
        for run, chats in ((one, {"second": "oc_2"}), (other, {"third": "oc_3"})):
            run.pull()
            run.record(**chats)

        one.push()
        other.push()

        assert stored(origin) == {"first": "oc_1", "second": "oc_2", "third": "oc_3"}

    def test_many_runs_at_the_same_moment_lose_nothing(self, origin, clone):
        runs = [clone(f"run-{number}") for number in range(3)]
        for number, run in enumerate(runs):
            run.pull()
            run.record(**{f"key-{number}": f"oc_run_{number}"})

        with ThreadPoolExecutor(len(runs)) as pool:
            list(pool.map(Clone.push, runs))

        assert stored(origin) == {"first": "oc_1"} | {
            f"key-{number}": f"oc_run_{number}" for number in range(3)
        }

    def test_commits_of_people_are_kept(self, origin, clone, tmp_path):
        run = clone("a")
        run.pull()
        run.record(second="oc_2")
        change(origin, tmp_path, "README.md")

        run.push()

        assert stored(origin).keys() == {"first", "second"}
        assert git(origin, "show", "main:README.md") == "changed"

    def test_first_state_is_committed(self, origin, clone):
        run = clone("a")
        run.file.unlink()
        git(run.root, "rm", "--quiet", LOCK)
        git(run.root, "commit", "--quiet", "--message", "Begin again")
        git(run.root, "push", "--quiet", "origin", "HEAD:main")
        run.pull()
        run.record(second="oc_2")

        run.push()

        assert stored(origin) == {"second": "oc_2"}

    def test_key_with_two_chats_stops_and_both_states_are_kept(self, origin, clone):
        one, other = clone("a"), clone("b")
        for run, chat in ((one, "oc_2"), (other, "oc_other")):
            run.pull()
            run.record(second=chat)
        one.push()

        done = other.step("push")

        assert done.returncode == 1
        assert "`second` is bound to `oc_other` in ours and bound to `oc_2` in theirs." in done.stdout
        assert stored(origin)["second"] == "oc_2"
        assert "kept among its reports, as `groupctl.lock.json`" in done.stdout
        kept = (other.reports / "groupctl.lock.json").read_bytes()
        assert parse_state(kept, "kept").groups["second"].chat_id == "oc_other"
        begun = (other.reports / "begun.json").read_bytes()
        assert parse_state(begun, "begun").groups.keys() == {"first"}

    def test_push_that_is_refused_stops_and_the_state_is_kept(self, origin, clone):
        hook = origin / "hooks" / "pre-receive"
        hook.write_text("#!/bin/sh\necho 'Protected branch' >&2\nexit 1\n")
        hook.chmod(0o755)
        run = clone("a")
        run.pull()
        run.record(second="oc_2")

        done = run.step("push")

        assert done.returncode == 1
        assert "Protected branch" in done.stdout
        assert "permissions: contents: write" in done.stdout
        assert "second" in json.loads((run.reports / "groupctl.lock.json").read_text())["groups"]


class TestPull:
    def test_what_others_committed_is_taken_over(self, clone):
        one, late = clone("a"), clone("b")
        one.pull()
        one.record(second="oc_2")
        one.push()

        late.pull()

        assert late.read().groups.keys() == {"first", "second"}

    def test_old_checkout_of_the_fleet_stops_before_anything_is_applied(self, origin, clone, tmp_path):
        run = clone("a")
        change(origin, tmp_path, Path(LOCK).with_name("groupctl.yaml"))

        done = run.step("pull")

        assert done.returncode == 1
        assert "newer files of this fleet than this checkout" in done.stdout

    def test_fleet_that_is_the_whole_repository_is_compared_as_well(self, origin, clone, tmp_path):
        run = clone("a")
        change(origin, tmp_path, "README.md")

        done = run.step("pull", DIRECTORY=".", STATE=LOCK)

        assert "newer files of this fleet" in done.stdout

    @pytest.mark.parametrize(
        ("ref", "inputs", "told"),
        [
            ("refs/pull/7/merge", {}, "needs a branch to commit to, and this run is for `refs/pull/7/merge`"),
            (MAIN, {"STATE": "s3://acme/groups.json"}, "`s3://acme/groups.json` needs no commit"),
            (MAIN, {"STATE": "../elsewhere.json"}, "`../elsewhere.json` is not in the repository"),
            ("refs/heads/gone", {}, "`git fetch` failed"),
        ],
    )
    def test_state_that_cannot_be_committed_is_told_beforehand(self, clone, ref, inputs, told):
        done = clone("a").step("pull", ref, **inputs)

        assert done.returncode == 1
        assert told in done.stdout

    def test_runs_that_apply_nothing_leave_the_state_alone(self, clone):
        done = clone("a").step("pull", "refs/pull/7/merge", COMMAND="plan", STATE_COMMIT="false")

        assert (done.returncode, done.stdout) == (0, "")


def test_git_can_merge_states_by_itself(clone):
    """People who adopt groups in two branches have git call the merge."""
    run = clone("a")
    desk = run.root
    driver = f"{sys.executable} -m reconciler state merge %O %A %B"
    git(desk, "config", "merge.groupctl.driver", driver)
    (desk / ".gitattributes").write_text("groupctl.lock.json merge=groupctl\n")
    for branch, chats in (("one", {"second": "oc_2"}), ("two", {"third": "oc_3"})):
        git(desk, "checkout", "--quiet", "-b", branch, "origin/main")
        run.record(**chats)
        git(desk, "commit", "--quiet", "--all", "--message", branch)

    git(desk, "merge", "--quiet", "--no-edit", "one")

    assert run.read().groups.keys() == {"first", "second", "third"}
