"""A GitHub that pipelines talk to, and its runner: jobs of a workflow, and the steps of our action in a shell."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import yaml

from reconciler.emulator import Request, Response
from tests.support.cli import REPOSITORY

WORKFLOW = REPOSITORY / "examples" / "pipelines" / "github" / ".github" / "workflows" / "groups.yml"
PULL_REQUEST = 7
SLUG = "acme/groups"
TOKEN = "canary-7c1e-github-token"
BOT = "github-actions[bot]"
GIT = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")


class GitHub:
    """The comments of one pull request.

    Source: the REST API description of GitHub (`issues/list-comments`, `issues/create-comment`,
    `issues/update-comment`), and its GraphQL schema (`Query.viewer`).
    """

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.refused: dict[str, int] = {}
        """Statuses of answers, by method."""

    def write(self, body: str, author: str | None = BOT) -> None:
        user = author and {"login": author}
        self.comments.append({"id": 9000 + len(self.comments), "body": body, "user": user})

    async def answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Response(401, {}, b"{}")
        if request.method in self.refused:
            return Response(self.refused[request.method], {"Location": "http://127.0.0.1:9/"}, b"{}")
        issues = f"/repos/{SLUG}/issues"
        match request.method, request.path.removeprefix(issues):
            case "POST", "/graphql":
                return _json(200, {"data": {"viewer": {"login": BOT}}})
            case "GET", path if path == f"/{PULL_REQUEST}/comments":
                query = parse_qs("&".join("=".join(each) for each in request.query))
                size, page = int(query["per_page"][0]), int(query["page"][0])
                return _json(200, self.comments[size * (page - 1) : size * page])
            case "POST", path if path == f"/{PULL_REQUEST}/comments":
                self.write(json.loads(request.body)["body"])
                return _json(201, self.comments[-1])
            case "PATCH", path:
                comment = next(each for each in self.comments if path == f"/comments/{each['id']}")
                comment["body"] = json.loads(request.body)["body"]
                return _json(200, comment)
        return _json(404, {})


def _json(status: int, body: Any) -> Response:
    return Response(status, {"Content-Type": "application/json"}, json.dumps(body).encode())


# ------------------------------------------------------------------ expressions

_EXPRESSION = re.compile(r"\$\{\{ (.+?) \}\}")
_TOKEN = re.compile(r"'[^']*'|&&|\|\||==|!=|\w+\(\)|[\w.-]+")
_WORDS = {"&&": "and", "||": "or", "==": "==", "!=": "!=", "always()": "True"}

Contexts = Mapping[str, Any]


def evaluate(expression: str, contexts: Contexts) -> Any:
    """Return the value of an expression of names, texts, comparisons and `always()`, which are all that we use."""

    def value(found: re.Match[str]) -> str:
        token = found[0]
        if token in _WORDS:
            return _WORDS[token]
        return token if token.startswith("'") else repr(_look_up(token, contexts))

    return eval(_TOKEN.sub(value, expression), {"__builtins__": {}})


def _look_up(path: str, contexts: Contexts) -> Any:
    found: Any = contexts
    for part in path.split("."):
        found = found.get(part, "") if isinstance(found, Mapping) else ""
    return found


def resolve(text: Any, contexts: Contexts) -> str:
    """Return a text of YAML with its expressions filled in."""

    def value(found: re.Match[str]) -> str:
        return _text(evaluate(found[1], contexts))

    return _EXPRESSION.sub(value, _text(text))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# ------------------------------------------------------------------ the runner


@dataclass
class Done:
    """What a job, or one use of the action, left behind."""

    failed: bool = False
    log: str = ""
    """All that was printed, with both streams."""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    artefacts: dict[str, Path] = field(default_factory=dict)

    @property
    def messages(self) -> list[str]:
        """The lines that the runner obeys: none between a mark and the next."""
        obeyed, mark = [], ""
        for line in self.log.splitlines():
            if mark:
                mark = "" if line == f"::{mark}::" else mark
            elif line.startswith("::stop-commands::"):
                mark = line.removeprefix("::stop-commands::")
            elif line.startswith("::"):
                obeyed.append(line)
        return obeyed


class Runner:
    """Runs jobs of workflows and uses of the action, in checkouts of a repository on this disk."""

    def __init__(self, folder: Path, repository: Path, url: str) -> None:
        """Make a runner.

        Args:
            folder: Its own, for what it keeps.
            repository: Bare; what jobs check out and push to.
            url: Where GitHub's API is.
        """
        self.folder = folder
        self.repository = repository
        self.url = url
        self.variables: dict[str, str] = {}
        """Of every step."""
        self.tool = sys.executable
        """The Python that the step `install` would have made; empty to let it make one."""
        self.secrets: dict[str, str] = {}
        self.settings: dict[str, str] = {}
        """The context `vars`."""
        self._count = 0

    def job(self, name: str, event: Mapping[str, Any], ref: str) -> Done:
        """Run a job of the example workflow for an event; a step that fails ends it, but for those that run always."""
        github = self._github(event, ref)
        steps: dict[str, Any] = {}
        contexts = {"github": github, "secrets": self.secrets, "vars": self.settings, "steps": steps}
        workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
        job = workflow["jobs"][name]
        assert evaluate(job["if"], contexts), f"{name} does not run for this event"
        checkout = self._new_folder("checkout")
        done = Done()
        for step in job["steps"]:
            if not _runs(step, done, contexts):
                continue
            given = {key: resolve(value, contexts) for key, value in step.get("with", {}).items()}
            match step["uses"].split("@")[0]:
                case "actions/checkout":
                    self._check_out(checkout, given, ref)
                case "actions/upload-artifact":
                    done.artefacts[given["name"]] = Path(given["path"])
                case "actions/cache/restore":
                    self._copy(self.folder / "cache", checkout / given["path"])
                case "actions/cache/save":
                    self._copy(checkout / given["path"], self.folder / "cache")
                case "OWNER/feishu-group-reconciler":
                    variables = {key: resolve(value, contexts) for key, value in step.get("env", {}).items()}
                    part = self.use(checkout, given, event, ref, variables)
                    done.failed |= part.failed
                    done.log += part.log
                    done.summary += part.summary
                    if "id" in step:
                        done.outputs = part.outputs
                        steps[step["id"]] = {"outputs": part.outputs}
                case other:
                    raise AssertionError(other)
        return done

    def use(
        self,
        checkout: Path,
        given: Mapping[str, str],
        event: Mapping[str, Any] | None = None,
        ref: str = "refs/heads/main",
        variables: Mapping[str, str] | None = None,
    ) -> Done:
        """Run the steps of the action in a checkout, with these inputs."""
        action = yaml.safe_load((REPOSITORY / "action.yml").read_text(encoding="utf-8"))
        github = self._github(event or {}, ref)
        defaults = {
            name: resolve(each.get("default", ""), {"github": github})
            for name, each in action["inputs"].items()
        }
        assert set(given) <= set(defaults), "the action has these inputs"
        steps: dict[str, Any] = {}
        contexts = {"github": github, "inputs": defaults | dict(given), "steps": steps}
        runner = self._runner_variables(event or {}, ref)
        done = Done()
        for step in action["runs"]["steps"]:
            if not _runs(step, done, contexts):
                steps[step["id"]] = {"outcome": "skipped", "outputs": {}}
                continue
            if step["id"] == "install" and self.tool:
                steps["install"] = {"outcome": "success", "outputs": {"python": self.tool}}
                continue
            own = {key: resolve(value, contexts) for key, value in step["env"].items()}
            steps[step["id"]] = self._run(
                step, checkout, {**runner, **self.variables, **(variables or {}), **own}, done
            )
        done.outputs = {name: resolve(each["value"], contexts) for name, each in action["outputs"].items()}
        return done

    def _run(
        self, step: Mapping[str, Any], checkout: Path, variables: dict[str, str], done: Done
    ) -> dict[str, Any]:
        """Run one step as the runner does: a script file in bash, its outputs in a file."""
        folder = self._new_folder("step")
        files = {name: folder / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.touch()
        script = folder / "script.sh"
        script.write_text(step["run"])
        assert step["shell"] == "bash"
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
            check=False,
            cwd=checkout,
            env=variables | {name: str(file) for name, file in files.items()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=110,
        )
        done.failed |= ended.returncode != 0
        done.log += ended.stdout.decode()
        done.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        outcome = "failure" if ended.returncode else "success"
        return {"outcome": outcome, "outputs": _outputs(files["GITHUB_OUTPUT"]), "status": ended.returncode}

    def _check_out(self, checkout: Path, given: Mapping[str, str], ref: str) -> None:
        """Fetch one ref, as shallow as it was asked for."""
        wanted = given.get("ref", ref)
        depth = given.get("fetch-depth", "1")
        git(checkout, "init", "--quiet")
        git(checkout, "remote", "add", "origin", f"file://{self.repository}")
        git(checkout, "fetch", "--quiet", f"--depth={depth}", "origin", wanted)
        git(checkout, "checkout", "--quiet", "--detach", "FETCH_HEAD")

    @staticmethod
    def _copy(kept: Path, place: Path) -> None:
        if kept.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(kept.read_bytes())

    def _github(self, event: Mapping[str, Any], ref: str) -> dict[str, Any]:
        name = "pull_request" if "pull_request" in event else "schedule" if "schedule" in event else "push"
        return {
            "event": event,
            "event_name": name,
            "ref": ref,
            "ref_name": ref.removeprefix("refs/heads/"),
            "repository": SLUG,
            "token": TOKEN,
        }

    def _runner_variables(self, event: Mapping[str, Any], ref: str) -> dict[str, str]:
        file = self._new_folder("event") / "event.json"
        file.write_text(json.dumps(event))
        temporary = self.folder / "temp"
        temporary.mkdir(exist_ok=True)
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(REPOSITORY),
            "GITHUB_API_URL": self.url,
            "GITHUB_EVENT_PATH": str(file),
            "GITHUB_REF": ref,
            "GITHUB_REPOSITORY": SLUG,
            "GITHUB_RUN_ID": "4711",
            "GITHUB_SERVER_URL": "https://github.example.com",
            "RUNNER_TEMP": str(temporary),
        }

    def _new_folder(self, name: str) -> Path:
        self._count += 1
        folder = self.folder / f"{name}-{self._count}"
        folder.mkdir(parents=True)
        return folder


def _runs(step: Mapping[str, Any], done: Done, contexts: Contexts) -> bool:
    """Tell whether a step runs: by its condition, which includes that nothing failed unless it says `always()`."""
    condition = str(step.get("if", "always()"))
    return bool(evaluate(condition, contexts)) and ("always()" in str(step.get("if", "")) or not done.failed)


def _outputs(file: Path) -> dict[str, str]:
    """Return what a step told in the form with a mark at the end."""
    lines = iter(file.read_text(encoding="utf-8").splitlines())
    outputs = {}
    for line in lines:
        name, _, end = line.partition("<<")
        value = []
        while (each := next(lines)) != end:
            value.append(each)
        outputs[name] = "\n".join(value)
    return outputs


def pretended_tool(folder: Path, script: str) -> str:
    """Return a Python that has a `groupctl` beside it which is this script of a shell.

    `$reports` in it is the folder of the reports.
    """
    folder.mkdir()
    (folder / "python").symlink_to(sys.executable)
    head = '#!/bin/sh\nfor each; do case $each in --report=json=*) reports=$(dirname "${each#--report=json=}");; esac; done\n'
    (folder / "groupctl").write_text(head + script, encoding="utf-8")
    (folder / "groupctl").chmod(0o755)
    return str(folder / "python")


def git(folder: Path, *words: str) -> str:
    """Run git and return what it prints."""
    done = subprocess.run(
        [*GIT, "-C", folder, *words], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
