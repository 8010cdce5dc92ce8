"""Fleets in folders of their own, and `groupctl` run on them: in this process, or in one of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.cli.main import run
from reconciler.emulator import Emulator, open_emulator

REPOSITORY = Path(__file__).parents[2]
EXAMPLES = REPOSITORY / "examples" / "groups"

APP = "cli_a10fbf7e94b8d01d"
APP_SECRET = "emulator-secret"
LILEI = "ou_7be0750736631b9eded952608f224823"
HANMEI = "ou_33e916ec3c1e09bc04cad6c52e29f07b"
KATE = "ou_7b6efe971e7798fed83bf3a8d422a28c"
ADOPTED = "oc_ecf9b333c5d27641bd628284d1a292d8"

SETTINGS = """\
version: 1
fleet: acme-7f3a
tenant: {endpoint: emulator}
emulator: {scenario: tenant.emulator.yaml, database: .groupctl/emulator.sqlite}
"""

GROUPS = f"""\
groups:
  oncall:
    name: 支付值班
    description: 支付线上值班
    permissions: {{at_all: only_owner}}
  project:
    name: Project
    members: ["{LILEI}"]
"""

SCENARIO = f"""\
version: 1
tenant: {{key: tk_acme}}
apps: [{{app_id: {APP}, app_secret: {APP_SECRET}, scopes: all}}]
users:
  - {{name: 李雷, open_id: {LILEI}}}
  - {{name: 韩梅梅, open_id: {HANMEI}}}
  - {{name: Kate Green, open_id: {KATE}}}
"""


@dataclass(frozen=True)
class Result:
    """What a run of `groupctl` left behind."""

    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)

    @property
    def summaries(self) -> list[str]:
        """The problems of a JSON answer."""
        return [each["summary"] for each in self.json["diagnostics"]]


@dataclass(frozen=True)
class Fleet:
    """The folder of a fleet."""

    root: Path

    def run(self, *arguments: str | Path) -> Result:
        """Run `groupctl` in this process, in the folder of the fleet."""
        with contextlib.chdir(self.root):
            return groupctl(*arguments)

    def applied(self) -> Fleet:
        """Apply everything and return the same fleet."""
        result = self.run("apply", "--yes")
        assert result.status == 0, result
        return self

    def write(self, name: str, content: str) -> Fleet:
        (self.root / name).write_text(content, encoding="utf-8")
        return self

    def edit(self, name: str, old: str, new: str) -> Fleet:
        content = (self.root / name).read_text(encoding="utf-8")
        assert content.count(old) == 1, f"{old} stands {content.count(old)} times in {name}"
        return self.write(name, content.replace(old, new))

    def commit(self, *, branch: str = "main") -> Fleet:
        """Commit all files that are not ignored, in a repository of the fleet's own, and return the same fleet."""
        if not (self.root / ".git").exists():
            self.write(".gitignore", ".groupctl/\n").git("init", "--quiet", f"--initial-branch={branch}")
        self.git("add", "--all")
        return self.git("commit", "--quiet", "--allow-empty", "--message", "Change groups")

    def git(self, *words: str) -> Fleet:
        names = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", self.root, *names, *words], check=True, capture_output=True, timeout=60)
        return self

    @contextlib.contextmanager
    def emulator(self) -> Iterator[Emulator]:
        """Open the emulator of the fleet, to act in it or to look at it."""
        scenario = self.root / "tenant.emulator.yaml"
        emulator = open_emulator(scenario, self.root / ".groupctl" / "emulator.sqlite")
        try:
            yield emulator
        finally:
            emulator.close()

    @property
    def state_file(self) -> Path:
        return self.root / ".groupctl" / "emulator.lock.json"

    @property
    def lock_file(self) -> Path:
        return self.root / ".groupctl" / "emulator.lock.json.lock"

    @property
    def state(self) -> Any:
        return json.loads(self.state_file.read_text(encoding="utf-8"))

    def chat_id(self, key: str) -> str:
        chat_id: str = self.state["groups"][key]["chat_id"]
        return chat_id


def make_fleet(root: Path, groups: str = GROUPS, settings: str = SETTINGS, scenario: str = SCENARIO) -> Fleet:
    """Make a fleet on an emulator of its own."""
    root.mkdir(parents=True, exist_ok=True)
    fleet = Fleet(root)
    fleet.write("groupctl.yaml", settings)
    fleet.write("groups.yaml", groups)
    fleet.write("tenant.emulator.yaml", scenario)
    return fleet


def copy_examples(root: Path) -> Fleet:
    """Copy the example fleet, without what happened in it."""
    shutil.copytree(EXAMPLES, root, ignore=shutil.ignore_patterns(".groupctl"), dirs_exist_ok=True)
    return Fleet(root)


def groupctl(*arguments: str | Path) -> Result:
    """Run `groupctl` in this process, in the current folder."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        status = run([str(each) for each in arguments])
    return Result(status, stdout.getvalue(), stderr.getvalue())


def environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a process of its own: that of this one, without what would change its output."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GROUPCTL", "FEISHU"))}
    return kept | {"COLUMNS": "100"} | dict(variables or {})


def command(*arguments: str | Path) -> list[str]:
    """Return the command line of a process of its own."""
    return [sys.executable, "-m", "reconciler", *map(str, arguments)]


def spawn(
    *arguments: str | Path, cwd: Path, variables: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start `groupctl` in a process of its own."""
    return subprocess.Popen(
        command(*arguments),
        cwd=cwd,
        env=environment(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def run_process(*arguments: str | Path, cwd: Path, variables: Mapping[str, str] | None = None) -> Result:
    """Run `groupctl` in a process of its own to its end."""
    process = spawn(*arguments, cwd=cwd, variables=variables)
    stdout, stderr = process.communicate(timeout=60)
    return Result(process.returncode, stdout, stderr)
