"""Fleets, emulators in this process whose faults are scripted, and one emulator in another process."""

from __future__ import annotations

import os
import signal
import socket

import httpx
import pytest
import stamina

import reconciler.cli.session as cli_session
from tests.support.cli import make_fleet, spawn


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    """The variables of whoever runs the tests must not reach the commands."""
    for name in list(os.environ):
        if name.startswith(("GROUPCTL", "FEISHU")) or name == "NO_COLOR":
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def fleet(tmp_path):
    return make_fleet(tmp_path / "fleet")


class Emulators:
    """Emulators that commands of this process opened, newest last, and the faults that each begins with."""

    def __init__(self):
        self.opened = []
        self.faults = []

    @property
    def operations(self):
        """Operations of all calls so far, tokens left out."""
        calls = [entry.operation for emulator in self.opened for entry in emulator.log]
        return [each for each in calls if not each.startswith("auth_")]


@pytest.fixture
def emulators(monkeypatch):
    kept = Emulators()
    original = cli_session.open_emulator

    def open_and_keep(configuration):
        emulator = original(configuration)
        for fault in kept.faults:
            emulator.faults.add(fault)
        kept.opened.append(emulator)
        return emulator

    monkeypatch.setattr(cli_session, "open_emulator", open_and_keep)
    return kept


@pytest.fixture
def one_attempt():
    """Calls are not repeated, so that nobody waits."""
    stamina.set_testing(True, attempts=1)
    yield
    stamina.set_testing(False)


@pytest.fixture
def closed_port():
    """A port of this machine on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Served:
    """An emulator behind a socket, in a process of its own."""

    def __init__(self, root):
        self.fleet = make_fleet(root)
        self.process = spawn("emulator", "serve", cwd=root)
        assert self.process.stdout is not None
        lines = [self.process.stdout.readline().strip() for _ in range(3)]
        self.variables = dict(line.split("=", 1) for line in lines)
        self.url = self.variables["GROUPCTL_ENDPOINT"]

    def admin(self, method, path, body=None):
        url = f"{self.url}/_emulator/{path}"
        answer = httpx.request(method, url, json=body, trust_env=False, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("served") / "fleet")
    yield served
    served.end()


@pytest.fixture
def served(server):
    """The emulator behind a socket, as its scenario describes it."""
    server.admin("POST", "reset")
    server.admin("DELETE", "faults")
    server.admin("DELETE", "requests")
    server.fleet.state_file.unlink(missing_ok=True)
    server.fleet.lock_file.unlink(missing_ok=True)
    return server
