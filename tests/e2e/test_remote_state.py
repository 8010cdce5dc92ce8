"""The state at an HTTP address: whole commands, several at once, and what stops them."""

from __future__ import annotations

import json

import pytest
import stamina

from reconciler.emulator import Response
from tests.support.cli import spawn
from tests.support.served import served as serving
from tests.support.state_servers import TerraformServer

PASSWORD = "canary-41c7-password"


@pytest.fixture
def terraform():
    return TerraformServer(credentials=f"ci:{PASSWORD}")


@pytest.fixture
def address(terraform, monkeypatch):
    """Where the state is; the environment holds the credentials."""
    monkeypatch.setenv("GROUPCTL_STATE_USERNAME", "ci")
    monkeypatch.setenv("GROUPCTL_STATE_PASSWORD", PASSWORD)
    with serving(terraform.answer) as url:
        yield url + terraform.path


@pytest.fixture
def three_attempts():
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


def test_fleet_is_begun_applied_and_converged(fleet, terraform, address):
    begun = fleet.run("state", "init", "--state", address)
    applied = fleet.run("apply", "--yes", "--state", address)
    planned = fleet.run("plan", "--detailed-exitcode", "--state", address)

    assert (begun.status, applied.status, planned.status) == (0, 0, 0)
    assert set(json.loads(terraform.content)["groups"]) == {"oncall", "project"}
    assert terraform.held is None
    assert not fleet.state_file.exists()


def test_existing_state_is_kept(fleet, terraform, address):
    fleet.run("apply", "--yes", "--state", address)
    before = terraform.content

    result = fleet.run("state", "init", "--state", address)

    assert result.status == 1
    assert "State exists already" in result.stderr
    assert (terraform.content, terraform.held) == (before, None)


def test_state_of_the_environment_is_used(fleet, terraform, address, monkeypatch):
    monkeypatch.setenv("GROUPCTL_STATE", address)

    assert fleet.run("apply", "--yes").status == 0

    assert set(json.loads(terraform.content)["groups"]) == {"oncall", "project"}


def test_empty_variable_chooses_no_state(fleet, monkeypatch):
    monkeypatch.setenv("GROUPCTL_STATE", "")

    assert fleet.applied().state_file.exists()


def test_two_applies_at_once_lose_nothing(served, terraform, address):
    variables = served.variables | {
        "GROUPCTL_STATE": address,
        "GROUPCTL_STATE_USERNAME": "ci",
        "GROUPCTL_STATE_PASSWORD": PASSWORD,
    }
    applies = [
        spawn("apply", key, "--yes", "--lock-timeout", "60", cwd=served.fleet.root, variables=variables)
        for key in ("oncall", "project")
    ]

    told = [process.communicate(timeout=60) for process in applies]

    assert [process.returncode for process in applies] == [0, 0], told
    assert set(json.loads(terraform.content)["groups"]) == {"oncall", "project"}
    assert len(served.admin("GET", "chats")["chats"]) == 2


class TestLock:
    @pytest.fixture
    def locked(self, fleet, terraform, address):
        fleet.run("apply", "--yes", "--state", address)
        terraform.held = {
            "ID": "b2",
            "Who": "ci@runner-7",
            "Created": "2026-06-12T15:04:48Z",
            "Info": "groupctl apply --yes",
        }
        return fleet

    def test_message_names_holder_time_and_command(self, locked, address):
        result = locked.run("apply", "--yes", "--state", address)

        assert result.status == 1
        assert "is held by ci@runner-7 since 2026-06-12T15:04:48Z for `groupctl apply --yes`" in result.stderr

    def test_dead_lock_is_removed(self, locked, terraform, address):
        result = locked.run("state", "unlock", "--yes", "--state", address)

        assert result.status == 0
        assert "Removed the lock of ci@runner-7 since 2026-06-12T15:04:48Z" in result.stdout
        assert terraform.held is None

    def test_nobody_is_asked_without_a_terminal(self, locked, terraform, address):
        assert locked.run("state", "unlock", "--state", address).status == 64
        assert terraform.held["ID"] == "b2"

    def test_looking_needs_no_lock(self, locked, address):
        assert locked.run("plan", "--state", address).status == 0


class Interrupted(TerraformServer):
    """Does something after the first write of the state: the intents of a run."""

    def interrupt(self):
        raise NotImplementedError

    async def answer(self, request):
        answer = await super().answer(request)
        if request.method == "POST" and self.log.count(f"POST {self.path}") == 1:
            self.interrupt()
        return answer


class Unlocked(Interrupted):
    """Somebody takes the lock for dead and removes it."""

    def interrupt(self):
        self.held = None


class Failing(Interrupted):
    """Takes no more writes."""

    def interrupt(self):
        self.faults = [("POST", 503)] * 100


@pytest.mark.parametrize(
    ("terraform", "summary"),
    [(Unlocked(), "Lock of the state was lost"), (Failing(), "State cannot be used")],
    ids=["unlocked", "failing"],
)
def test_run_that_cannot_record_fails_and_the_next_one_makes_no_group_twice(
    fleet, terraform, summary, emulators, three_attempts
):
    with serving(terraform.answer) as url:
        address = url + terraform.path
        broken = fleet.run("apply", "--yes", "--state", address)
        terraform.held, terraform.faults = None, []
        mended = fleet.run("apply", "--yes", "--state", address)
        planned = fleet.run("plan", "--detailed-exitcode", "--state", address)

    assert broken.status in {1, 3}
    assert summary in broken.stdout + broken.stderr
    assert (mended.status, planned.status) == (0, 0)
    with fleet.emulator() as emulator:
        assert len(emulator.acts.chats()) == 2


class TestTrust:
    @pytest.mark.parametrize(
        "address", ["https://evil.example.com/acme", "s3://evil/acme.json", "gs://evil/acme.json"]
    )
    @pytest.mark.parametrize("command", ["plan", "apply --yes", "state init", "state unlock --yes"])
    def test_place_of_the_yaml_alone_is_refused(self, fleet, monkeypatch, address, command):
        monkeypatch.setenv("GROUPCTL_STATE_PASSWORD", PASSWORD)
        fleet.edit("groupctl.yaml", "endpoint: emulator", "endpoint: feishu")
        fleet.edit("groupctl.yaml", "version: 1\n", f"version: 1\nstate: {address}\n")

        result = fleet.run(*command.split())

        assert result.status == 1
        assert "error: State not allowed" in result.stderr
        assert "evil" in result.stderr
        assert PASSWORD not in result.stdout + result.stderr

    @pytest.mark.parametrize("address", ["ftp://state.example.com/acme", "http://state.example.com/acme"])
    def test_place_that_is_none_is_wrong_usage(self, fleet, address):
        result = fleet.run("plan", "--state", address)

        assert result.status == 64
        assert "error: Invalid state" in result.stderr

    def test_password_in_a_url_is_not_told(self, fleet):
        result = fleet.run("plan", "--state", f"https://ci:{PASSWORD}@state.example.com/acme")

        assert result.status == 64
        assert PASSWORD not in result.stdout + result.stderr

    def test_redirect_is_not_followed(self, fleet):
        asked = []

        async def redirect(request):
            asked.append(request.path)
            return Response(307, {"Location": "/elsewhere"}, b"")

        with serving(redirect) as url:
            result = fleet.run("plan", "--state", f"{url}/acme")

        assert result.status == 1
        assert "a redirect, which is not followed" in result.stderr
        assert asked == ["/acme"]


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("fault", [None, 401, 503, "lost"])
def test_password_is_nowhere(fleet, terraform, address, one_attempt, fault, form):
    terraform.faults = [("POST", fault)] if fault else []

    result = fleet.run("apply", "--yes", "-vv", "--format", form, "--state", address)

    assert result.status == (1 if fault else 0), result
    assert PASSWORD not in result.stdout + result.stderr
    assert "Authorization" not in result.stderr
    assert PASSWORD.encode() not in terraform.content
