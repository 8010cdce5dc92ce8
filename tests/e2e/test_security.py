"""No secret reaches anybody, and credentials go to trusted hosts only."""

from __future__ import annotations

import http.server
import threading

import pytest

import reconciler.workflow
from tests.support.cli import APP

CANARY = "canary-5f0c1d7e-secret"


@pytest.fixture
def credentials(monkeypatch):
    monkeypatch.setenv("FEISHU_APP_ID", APP)
    monkeypatch.setenv("FEISHU_APP_SECRET", CANARY)


class Redirecting(http.server.BaseHTTPRequestHandler):
    """Sends everybody elsewhere and remembers what was asked for."""

    asked: list[str]

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append(self.path)
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST  # noqa: N815  names that the library looks for

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def redirecting():
    class Handler(Redirecting):
        asked = []

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", Handler.asked
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("command", ["plan", "apply --yes", "show oncall"])
def test_secret_is_nowhere_in_a_run_that_fails(
    fleet, credentials, one_attempt, closed_port, command, form, log_format
):
    result = fleet.applied().run(
        *command.split(),
        *(
            "-vv",
            "--endpoint",
            f"http://127.0.0.1:{closed_port}",
            "--format",
            form,
            "--log-format",
            log_format,
        ),
    )

    assert result.status == 1
    assert CANARY not in result.stdout + result.stderr
    assert all(CANARY.encode() not in file.read_bytes() for file in fleet.root.rglob("*") if file.is_file())


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_token_is_nowhere_in_a_run_that_works(fleet, emulators, log_format):
    result = fleet.run("apply", "--yes", "-vv", "--log-format", log_format)

    told = result.stdout + result.stderr
    assert "chat_create" in result.stderr
    assert "t-" not in [word[:2] for word in told.split()]
    assert "Bearer" not in told
    assert "emulator-secret" not in told


@pytest.mark.parametrize("form", ["text", "json"])
def test_secret_is_nowhere_in_a_crash(fleet, credentials, monkeypatch, closed_port, form):
    async def crash(*_arguments):
        raise RuntimeError(f"secret {CANARY}")

    monkeypatch.setattr(reconciler.workflow, "read_members", crash)

    result = fleet.run("plan", "-vv", "--endpoint", f"http://127.0.0.1:{closed_port}", "--format", form)

    assert result.status == 1
    assert CANARY not in result.stdout + result.stderr
    assert "This is a bug in reconciler." in result.stderr
    assert "RuntimeError: secret [redacted]" in result.stderr
    if form == "json":
        assert result.summaries == ["Internal error"]


@pytest.mark.parametrize(
    ("endpoint", "why"),
    [
        ("https://evil.example.com", "evil.example.com"),
        ("https://open.feishu.cn.evil.example.com", "open.feishu.cn.evil.example.com"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "apply --yes"])
def test_untrusted_host_of_the_yaml_is_refused_before_anything_is_sent(
    fleet, credentials, endpoint, why, command
):
    fleet.edit("groupctl.yaml", "endpoint: emulator", f'endpoint: "{endpoint}"').run("state", "init")

    result = fleet.run(*command.split())

    assert result.status == 1
    assert "error: Endpoint not allowed" in result.stderr
    assert why in result.stderr
    assert "GROUPCTL_TRUSTED_HOSTS" in result.stderr
    assert CANARY not in result.stderr


def test_redirects_are_not_followed(fleet, credentials, redirecting, one_attempt):
    url, asked = redirecting

    result = fleet.run("plan", "--endpoint", url)

    assert result.status == 1
    assert asked == ["/open-apis/auth/v3/tenant_access_token/internal"]
    assert "Traceback" not in result.stderr


def test_proxies_of_the_environment_get_nothing_meant_for_this_machine(
    fleet, credentials, redirecting, one_attempt, monkeypatch
):
    proxy, asked = redirecting
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.setenv("http_proxy", proxy)

    fleet.run("plan", "--endpoint", "http://127.0.0.1:9")

    assert asked == []


def test_files_outside_the_fleet_are_not_read(fleet, tmp_path):
    (tmp_path / "outside.yaml").write_text("groups: {}\n")
    fleet.write("groupctl.yaml", "version: 1\nfleet: acme\ngroups: ['../outside.yaml']\n")

    result = fleet.run("validate")

    assert result.status == 1
    assert "Path outside the fleet" in result.stderr
