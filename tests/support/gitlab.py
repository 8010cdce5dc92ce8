"""A GitLab that pipelines talk to, and its runner: the component with its inputs, the scripts of jobs in a shell."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import parse_qs

import yaml

from reconciler.emulator import Request, Response
from tests.support.cli import REPOSITORY, Result
from tests.support.state_servers import TerraformServer

COMPONENT = REPOSITORY / "templates" / "groupctl" / "template.yml"
PIPELINE = REPOSITORY / "examples" / "pipelines" / "gitlab" / ".gitlab-ci.yml"
PROJECT, MERGE_REQUEST = 42, 7
STATE_PATH = f"/api/v4/projects/{PROJECT}/terraform/state/groups"
JOB_TOKEN = "canary-5a90-job-token"
ACCESS_TOKEN = "canary-08f1-access-token"
BOT, SOMEBODY = 501, 77

_INPUT = re.compile(r"\$\[\[ inputs\.([\w-]+) \]\]")


class GitLab:
    """One project with its Terraform state, and one merge request with its notes.

    Source: `doc/api/notes.md` of GitLab; `TerraformServer` says where the state is from.
    """

    def __init__(self) -> None:
        self.states = TerraformServer(gitlab=True, credentials=f"gitlab-ci-token:{JOB_TOKEN}")
        self.states.path = STATE_PATH
        self.notes: list[dict[str, Any]] = []
        self.refused_with: int | None = None
        """The status of every answer about notes."""

    def write_note(self, body: str, author: int) -> None:
        self.notes.append({"id": 9000 + len(self.notes), "body": body, "author": {"id": author}})

    async def answer(self, request: Request) -> Response:
        if request.path.startswith(STATE_PATH):
            return await self.states.answer(request)
        if request.headers.get("private-token") != ACCESS_TOKEN:
            return Response(401, {}, b"{}")
        if self.refused_with:
            return Response(self.refused_with, {"Location": "http://127.0.0.1:9/"}, b"{}")
        return self._notes(request)

    def _notes(self, request: Request) -> Response:
        notes = f"/api/v4/projects/{PROJECT}/merge_requests/{MERGE_REQUEST}/notes"
        match request.method, request.path.removeprefix(notes):
            case "GET", "/api/v4/user":
                return _json(200, {"id": BOT})
            case "GET", "":
                query = parse_qs("&".join("=".join(each) for each in request.query))
                size, page = int(query["per_page"][0]), int(query["page"][0])
                return _json(200, self.notes[::-1][size * (page - 1) : size * page])
            case "POST", "":
                self.write_note(json.loads(request.body)["body"], BOT)
                return _json(201, self.notes[-1])
            case "PUT", path:
                note = next(each for each in self.notes if path == f"/{each['id']}")
                if note["author"]["id"] != BOT:
                    return _json(403, {})
                note["body"] = json.loads(request.body)["body"]
                return _json(200, note)
        return _json(404, {})


def _json(status: int, body: Any) -> Response:
    return Response(status, {"Content-Type": "application/json"}, json.dumps(body).encode())


def component(inputs: Mapping[str, str] | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the head of the component, and its jobs with these inputs, which have to be among those it takes."""
    head, body = COMPONENT.read_text(encoding="utf-8").split("\n---\n")
    specified = yaml.safe_load(head)
    taken = {name: each.get("default") for name, each in specified["spec"]["inputs"].items()}
    assert set(inputs or {}) <= set(taken)
    values = taken | dict(inputs or {})
    jobs: dict[str, Any] = _interpolate(yaml.safe_load(body), values)
    return specified, jobs


def _interpolate(value: Any, inputs: Mapping[str, Any]) -> Any:
    match value:
        case dict():
            return {_interpolate(key, inputs): _interpolate(each, inputs) for key, each in value.items()}
        case list():
            return [_interpolate(each, inputs) for each in value]
        case str():
            return _INPUT.sub(lambda found: str(inputs[found[1]]), value)
        case _:
            return value


def example_inputs() -> dict[str, str]:
    """Return what the example pipeline gives to the component."""
    [included] = yaml.safe_load(PIPELINE.read_text(encoding="utf-8"))["include"]
    assert REPOSITORY / included["file"].lstrip("/") == COMPONENT
    inputs: dict[str, str] = included["inputs"]
    return inputs


def job(name: str, inputs: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return one job of the component, with what it extends."""
    _, jobs = component(inputs)
    return _extend(jobs[jobs[name]["extends"]], jobs[name])


def _extend(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = base | own
    for key in base.keys() & own.keys():
        if isinstance(base[key], dict):
            merged[key] = _extend(base[key], own[key])
    return merged


class Runner:
    """Runs jobs in a checkout, with the variables of its project."""

    def __init__(self, checkout: Path, tools: Path, url: str, variables: Mapping[str, str]) -> None:
        tools.mkdir()
        (tools / "groupctl").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reconciler "$@"\n')
        (tools / "groupctl").chmod(0o755)
        (tools / "groupctl-comment").symlink_to(REPOSITORY / "ci" / "comment.py")
        (tools / "groupctl-gitlab").symlink_to(REPOSITORY / "ci" / "gitlab" / "groupctl-gitlab")
        self.checkout = checkout
        self.inputs = example_inputs() | {"requirement": "", "apply-options": "--lock-timeout 0"}
        self.variables = {
            "PATH": f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(tools),
            "CI": "true",
            "GITLAB_CI": "true",
            "CI_API_V4_URL": f"{url}/api/v4",
            "CI_SERVER_HOST": "127.0.0.1",
            "CI_PROJECT_ID": str(PROJECT),
            "CI_PROJECT_DIR": str(checkout),
            "CI_DEFAULT_BRANCH": "main",
            "CI_JOB_TOKEN": JOB_TOKEN,
            **variables,
        }

    def variables_of_job(self, name: str) -> dict[str, str]:
        """Return what groupctl finds in the environment of a job."""
        own = job(f"groupctl-{name}", self.inputs)["variables"]
        expanded = {
            variable: Template(str(value)).substitute(self.variables) for variable, value in own.items()
        }
        named = self.variables | expanded
        return {each: value for each, value in named.items() if each.startswith(("GROUPCTL", "FEISHU"))}

    def run(self, name: str, variables: Mapping[str, str | None] | None = None) -> Result:
        """Run a job as a shell runner does: every line in turn, until one fails."""
        chosen = job(f"groupctl-{name}", self.inputs)
        script = "\n".join(["set -eo pipefail", *chosen["before_script"], *chosen["script"]])
        given = self.variables | {"CI_JOB_NAME": f"groupctl-{name}"} | self.variables_of_job(name)
        environment = given | dict(variables or {})
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.checkout,
            env={variable: value for variable, value in environment.items() if value is not None},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=100,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def report(self, name: str) -> str:
        """Return an artefact of the last job."""
        return (self.checkout / "groupctl-reports" / name).read_text(encoding="utf-8")
