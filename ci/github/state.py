"""Keeps the state in the branch: takes over the newest before an apply, commits it back afterwards.

Nothing is ever overwritten: what the branch got meanwhile and what the run recorded are merged key by key, on top of the
newest commit. What cannot be merged, or may not be pushed, is kept with the reports of the run.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from workflow import flag, given, stop

ATTEMPTS: Final = 10
"""Of a push that others are faster than; each time one of them has got through."""
BEGUN: Final = "refs/groupctl/begun"
"""The commit whose state the run began with."""
BRANCH: Final = "refs/groupctl/branch"
"""The branch as it was last fetched."""
AUTHOR: Final = "github-actions[bot]"
EMAIL: Final = "41898282+github-actions[bot]@users.noreply.github.com"


class StoppedError(Exception):
    """The state cannot be taken over or committed; says why and what to do."""


def main() -> None:
    """Do what the argument says, if the state is to be committed at all."""
    if given("command") != "apply" or not flag("state-commit"):
        return
    if "://" in given("state"):
        stop(f"`state-commit` is for a state in a file; `{given('state')}` needs no commit.")
    directory = Path(given("directory"))
    file = Path(given("state")) if given("state") else directory / "groupctl.lock.json"
    try:
        state = CommittedState(directory, file, branch_of_run())
        if sys.argv[1] == "pull":
            state.pull()
        else:
            state.push()
    except StoppedError as stopped:
        stop(str(stopped))


def branch_of_run() -> str:
    """Return the branch that the run is for.

    Raises:
        StoppedError: It is for none.
    """
    ref = os.environ.get("GITHUB_REF", "")
    if not ref.startswith("refs/heads/"):
        raise StoppedError(f"`state-commit` needs a branch to commit to, and this run is for `{ref}`.")
    return ref


class CommittedState:
    """The state as a file of a branch."""

    def __init__(self, directory: Path, file: Path, branch: str) -> None:
        self._file = file
        self._branch = branch
        self._root = Path(_git(directory, "rev-parse", "--show-toplevel").decode().rstrip("\n"))
        self._directory = directory
        try:
            self._path = file.resolve().relative_to(self._root.resolve()).as_posix()
        except ValueError:
            raise StoppedError(f"`{file}` is not in the repository, so it cannot be committed.") from None

    def pull(self) -> None:
        """Take over what other runs committed since the checkout was made."""
        head = self._fetch()
        fleet = (".", f":(top,exclude,literal){self._path}")
        if _git(self._directory, "diff", "--name-only", "HEAD", head, "--", *fleet):
            # An old configuration beside a new state would make groups leave that came meanwhile.
            raise StoppedError(
                "The branch has newer files of this fleet than this checkout, so nothing was applied. The run for the newer commit "
                "applies them; to run the newest one here, check out the branch (`ref: ${{ github.ref_name }}`)."
            )
        ours = self._read()
        newest = self._merged(self._stored("HEAD"), ours, self._stored(head))
        if newest is not None and newest != ours:
            self._file.write_bytes(newest)
        self._git("update-ref", BEGUN, head)

    def push(self) -> None:
        """Commit what the run recorded to the branch, with nothing else; where that fails, keep it."""
        try:
            self._commit_back()
        except StoppedError as stopped:
            raise StoppedError(f"{stopped}\n{self._keep()}") from None

    def _commit_back(self) -> None:
        begun, ours = self._stored(BEGUN), self._read()
        if ours is None or ours == begun:
            print("The state is as it was; nothing to commit.")
            return
        for _ in range(ATTEMPTS):
            head = self._fetch()
            theirs = self._stored(head)
            merged = self._merged(begun, ours, theirs)
            assert merged is not None, "ours is something"
            if merged == theirs:
                print("The branch has this state already.")
                return
            commit = self._commit(head, merged)
            refused = self._push(commit)
            if not refused:
                print(f"Committed the state: {commit}")
                return
            if self._fetch() == head:
                raise StoppedError(
                    f"The state could not be pushed to `{self._branch}`: {refused}. The job needs `permissions: contents: write`, "
                    "and a protected branch has to let it through."
                )
        raise StoppedError(f"The state could not be pushed: others were faster {ATTEMPTS} times.")

    def _keep(self) -> str:
        """Keep the state with the reports of the run, beside the one that it began with; tell where."""
        folder = Path(os.environ["REPORTS"])
        (folder / "begun.json").write_bytes(self._stored(BEGUN) or b"")
        shutil.copyfile(self._file, folder / self._file.name)
        return (
            f'The state of this run is kept among its reports, as `{self._file.name}`. docs/pipelines/github.md, "The state in the '
            'branch", says how to commit it.'
        )

    def _read(self) -> bytes | None:
        return self._file.read_bytes() if self._file.exists() else None

    def _stored(self, commit: str) -> bytes | None:
        """Return the state that a commit has."""
        listed = self._git("ls-tree", "-z", "--full-tree", commit, "--", self._path)
        return self._git("cat-file", "blob", listed.split()[2].decode()) if listed else None

    def _fetch(self) -> str:
        """Return the newest commit of the branch."""
        self._git(
            "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "origin", f"+{self._branch}:{BRANCH}"
        )
        return self._git("rev-parse", "--verify", BRANCH).decode().strip()

    def _merged(self, base: bytes | None, ours: bytes | None, theirs: bytes | None) -> bytes | None:
        if theirs is None or theirs in (base, ours):
            return ours
        if ours is None or ours == base:
            return theirs
        with tempfile.TemporaryDirectory() as folder:
            names = {"base": base or b"", "ours": ours, "theirs": theirs}
            for name, content in names.items():
                Path(folder, name).write_bytes(content)
            groupctl = Path(sys.executable).with_name("groupctl")
            done = subprocess.run(
                [groupctl, "state", "merge", *names], cwd=folder, capture_output=True, text=True, encoding="utf-8",
                check=False,
            )  # fmt: skip
            if done.returncode:
                raise StoppedError(
                    f"What this run recorded does not fit what the branch got meanwhile:\n{done.stderr}Nothing was committed. "
                )
            return Path(folder, "ours").read_bytes()

    def _commit(self, parent: str, content: bytes) -> str:
        """Return a commit that differs from its parent by the state alone; index and files here stay as they are."""
        with tempfile.TemporaryDirectory() as folder:
            apart = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
            blob = self._git("hash-object", "-w", "--stdin", told=content).decode().strip()
            self._git("read-tree", parent, variables=apart)
            self._git("update-index", "--add", "--cacheinfo", f"100644,{blob},{self._path}", variables=apart)
            tree = self._git("write-tree", variables=apart).decode().strip()
        names = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", AUTHOR), ("EMAIL", EMAIL))
        }
        run = "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}".format_map(os.environ)
        message = f"Record what groupctl applied [skip ci]\n\n{run}"
        commit = self._git("commit-tree", tree, "-p", parent, "-m", message, variables=names)
        return commit.decode().strip()

    def _push(self, commit: str) -> str:
        """Push, and return why it was refused."""
        try:
            self._git("push", "--quiet", "--no-verify", "origin", f"{commit}:{self._branch}")
        except StoppedError as refused:
            return str(refused)
        return ""

    def _git(self, *words: str, told: bytes = b"", variables: dict[str, str] | None = None) -> bytes:
        return _git(self._root, *words, told=told, variables=variables)


def _git(folder: Path, *words: str, told: bytes = b"", variables: dict[str, str] | None = None) -> bytes:
    """Return what git prints.

    Raises:
        StoppedError: It failed.
    """
    done = subprocess.run(
        ["git", "-C", str(folder), *words],
        input=told,
        capture_output=True,
        env=os.environ | _credentials() | (variables or {}),
        check=False,
    )
    if done.returncode:
        raise StoppedError(f"`git {words[0]}` failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _credentials() -> dict[str, str]:
    """Return how git gets the token: neither in an argument, which others can see, nor in a file of the checkout."""
    variables = {"GIT_TERMINAL_PROMPT": "0"}
    if not given("github-token"):
        return variables
    basic = base64.b64encode(f"x-access-token:{given('github-token')}".encode()).decode()
    # An empty one first: the checkout may have left a header of its own, and two are refused.
    for number, header in enumerate(("", f"AUTHORIZATION: basic {basic}")):
        variables[f"GIT_CONFIG_KEY_{number}"] = f"http.{os.environ['GITHUB_SERVER_URL']}/.extraheader"
        variables[f"GIT_CONFIG_VALUE_{number}"] = header
    return variables | {"GIT_CONFIG_COUNT": "2"}


if __name__ == "__main__":
    main()
