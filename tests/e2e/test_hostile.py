"""Secrets reach nobody and texts from outside disturb nobody, whatever the platform answers and whatever breaks."""

from __future__ import annotations

import http.server
import json
import logging
import re
import threading
from collections.abc import Iterator
from typing import Any

import click
import pytest

from reconciler.cli.main import groupctl
from reconciler.cli.options import Options
from reconciler.cli.output import configure_logging
from reconciler.feishu.transport import Transport
from tests.support.cli import ADOPTED, APP, SCENARIO, make_fleet, run_process

SECRET = "cN4rY'\"\\<&>+/%41{}-app-secret"
TOKEN = "t-cN4rY'\"\\<&>+/%41{}-access-token"
PIECE = "cN4rY"
"""Whatever is written of them, and however, would hold this."""

HOSTILE = (
    "evil\x1b]0;owned\x07\x1b]8;;https://evil.example\x1b\\x\r\nerror: forged\x08\x9b31m\u202egnp\u2066\u200b"
)
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]")

ARGUMENTS = {
    "apply": ["--yes"],
    "show": ["oncall"],
    "explain": ["oncall"],
    "link": ["oncall"],
    "search": ["x"],
    "import": ["--all", "--yes"],
    "adopt": [f"project={ADOPTED}"],
    "pull": ["--yes"],
    "forget": ["oncall", "--yes"],
    "schema": ["plan"],
    "completion": ["bash"],
    "state show": ["oncall"],
    "state mv": ["oncall", "other"],
    "state merge": ["groups.yaml", "groups.yaml", "groups.yaml"],
    "state unlock": ["--yes"],
}


def _commands(group: click.Group, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


COMMANDS = sorted(set(_commands(groupctl)) - {"emulator serve", "init"})
"""All but one that serves until it is ended, and one that needs an empty folder."""


class Echo(http.server.BaseHTTPRequestHandler):
    """Says back whatever it is told, secrets first."""

    manner = "echo"
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        told = self.headers.get("Authorization", "") + body
        if self.manner == "drop":
            self.close_connection = True
        elif self.path.endswith("/tenant_access_token/internal") and self.manner != "refuse":
            self._answer(200, {"code": 0, "msg": told, "tenant_access_token": TOKEN, "expire": 7200})
        elif self.manner == "gateway":
            self._send(403, f"<h1>{told}</h1>".encode(), "text/html; charset=zlib")
        else:
            error = {
                "log_id": told,
                "permission_violations": [{"subject": told}],
                "helps": [{"url": f"https://x.example/{told}"}],
            }
            self._answer(
                400,
                {
                    "code": 10014 if self.manner == "refuse" else 99991672,
                    "msg": f"{HOSTILE} {told}",
                    "error": error,
                },
            )

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815  names that the library looks for

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, json.dumps(body).encode(), "application/json")

    def _send(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Tt-Logid", self.headers.get("Authorization", ""))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def platform():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def secrets(monkeypatch):
    monkeypatch.setenv("FEISHU_APP_ID", APP)
    monkeypatch.setenv("FEISHU_APP_SECRET", SECRET)
    monkeypatch.setenv("GROUPCTL_STATE_PASSWORD", SECRET)


def check_kept(result, fleet):
    """Nothing of a secret is in what was said or written, and nothing of a text from outside in what was said."""
    said = result.stdout + result.stderr
    assert PIECE not in said
    assert UNSAFE.search(said) is None
    assert [
        file.name for file in fleet.root.rglob("*") if file.is_file() and PIECE.encode() in file.read_bytes()
    ] == []


@pytest.mark.parametrize("manner", ["echo", "refuse", "gateway", "drop"])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_says_or_writes_a_secret(
    fleet, secrets, platform, one_attempt, monkeypatch, command, manner
):
    fleet.applied()
    monkeypatch.setattr(Echo, "manner", manner)
    forms = ("text", "json") if manner in {"echo", "gateway"} else ("json",)
    for form in forms:
        result = fleet.run(
            *command.split(),
            *ARGUMENTS.get(command, []),
            "--endpoint",
            platform,
            "--format",
            form,
            "-vv",
            "--log-format",
            form,
        )

        check_kept(result, fleet)
        assert "Traceback" not in result.stderr
        if form == "json" and command not in {"completion", "schema"}:
            json.loads(result.stdout)


class Leaky:
    """Shows a secret wherever it is shown."""

    def __repr__(self) -> str:
        return f"Leaky({SECRET!r}, {json.dumps(TOKEN)})"


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("command", ["plan", "apply", "show", "list", "import"])
def test_no_crash_says_a_secret(fleet, secrets, platform, monkeypatch, command, form):
    async def crash(*_arguments: object) -> None:
        leaky = Leaky()
        try:
            raise KeyError(leaky, SECRET)  # noqa: TRY301  it is about the chain
        except KeyError as error:
            error.add_note(f"note: {leaky} {HOSTILE}")
            raise RuntimeError(f"{leaky} {SECRET}") from error

    fleet.applied()
    # After a token was handed out: both secrets are known by then.
    monkeypatch.setattr(Echo, "manner", "echo")
    monkeypatch.setattr(Transport, "_read", lambda *_: crash())
    monkeypatch.setattr(Transport, "_attempt", crash)

    result = fleet.run(command, *ARGUMENTS.get(command, []), "--endpoint", platform, "--format", form, "-vv")

    assert result.status == 1
    assert "This is a bug in reconciler." in result.stderr
    assert SECRET not in result.stdout + result.stderr
    assert repr(SECRET)[1:-1] not in result.stdout + result.stderr
    assert UNSAFE.search(result.stdout + result.stderr) is None


def test_errors_that_nobody_waited_for_are_told_without_secrets(
    secrets, capsys, fleet, platform, one_attempt
):
    fleet.run("plan", "--endpoint", platform)
    configure_logging(Options(log_format="json"))

    logging.getLogger("asyncio").error(
        "Task exception was never retrieved: %r", SECRET, exc_info=ValueError(SECRET)
    )

    assert PIECE not in capsys.readouterr().err


def test_process_of_its_own_says_no_secret(fleet, platform, monkeypatch):
    monkeypatch.setattr(Echo, "manner", "echo")
    variables = {"FEISHU_APP_ID": APP, "FEISHU_APP_SECRET": SECRET}

    fleet.run("state", "init", "--endpoint", platform)
    result = run_process("plan", "--endpoint", platform, "-vv", cwd=fleet.root, variables=variables)

    assert result.status == 1
    check_kept(result, fleet)


class TestNames:
    @pytest.fixture
    def hostile(self, tmp_path):
        """A tenant in which everything is called so that it would disturb."""
        name = json.dumps(HOSTILE + "x" * 40_000)
        tabs = f"[{{name: {name}, type: url, link: 'https://a.example'}}]"
        scenario = (
            f"{SCENARIO}\ngroups:\n  - {{chat_id: {ADOPTED}, name: {name}, owner: {APP}, tabs: {tabs}}}\n"
        )
        groups = (
            f"groups:\n  oncall: {{chat_id: {ADOPTED}, name: 支付值班, tabs: {{mode: exact, list: []}}}}\n"
        )
        return make_fleet(tmp_path / "hostile", groups=groups, scenario=scenario)

    @pytest.mark.parametrize(
        "command", ["plan", "show oncall", "list", "search evil", "apply --yes", "apply --yes --no-removals"]
    )
    def test_no_text_holds_what_a_terminal_would_obey(self, hostile, command):
        result = hostile.run(*command.split(), "-vv")

        assert UNSAFE.search(result.stdout + result.stderr) is None
        assert not any(
            line.startswith("error: forged") for line in (result.stdout + result.stderr).splitlines()
        )

    @pytest.mark.parametrize("command", ["plan", "show oncall", "list"])
    def test_json_means_what_the_platform_said(self, hostile, command):
        result = hostile.run(*command.split(), "--format", "json")

        assert UNSAFE.search(result.stdout) is None
        assert HOSTILE in _texts(result.json)


def _texts(value: Any) -> str:
    """Return all texts of a JSON value."""
    if isinstance(value, dict):
        return "".join(f"{key}{_texts(each)}" for key, each in value.items())
    if isinstance(value, list):
        return "".join(map(_texts, value))
    return str(value)
