"""The state by Terraform's HTTP protocol: what goes wrong there, and what a server gets to see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import stamina

from reconciler.errors import CredentialsError, StateError
from reconciler.redaction import redact
from reconciler.state.backend import SOMEBODY, LockHolder, LockLost, Unavailable
from reconciler.state.http import HttpBackend, HttpCredentials, read_http_credentials
from reconciler.state.store import Store
from tests.support.builders import recorded_group, state
from tests.support.served import served
from tests.support.state_servers import GITLAB_PATH, TerraformServer

HOLDER = LockHolder(
    holder="李雷@laptop", pid=1, time="2026-01-01T08:00:00Z", command="groupctl apply", id="a1/支付&"
)
PASSWORD = "canary-7d1c-password"


@pytest.fixture
def server():
    return TerraformServer()


@pytest.fixture
def url(server):
    with served(server.answer) as base:
        yield base


@pytest.fixture
def backend(server, url):
    return HttpBackend(url + server.path, HttpCredentials())


@pytest.fixture
def three_attempts():
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


def told(caught):
    [diagnostic] = caught.value.diagnostics
    assert diagnostic.summary == "State cannot be used"
    return diagnostic


def test_server_learns_who_holds_the_lock_since_when_and_for_what(server, backend):
    backend.lock(HOLDER)

    assert server.held["ID"] == HOLDER.id
    assert server.held["Who"] == HOLDER.holder
    assert server.held["Created"] == HOLDER.time
    assert server.held["Info"] == HOLDER.command


def test_state_is_sent_as_json_with_a_serial_that_servers_can_read(server, url):
    store = Store(HttpBackend(url + server.path, HttpCredentials()), "state")

    with store.locked(HOLDER):
        store.create(state())
        store.save(state())

    assert json.loads(server.content)["serial"] == 1


class TestGitlab:
    def test_lock_has_an_address_of_its_own(self):
        server = TerraformServer(gitlab=True)
        with served(server.answer) as base:
            backend = HttpBackend(base + GITLAB_PATH, HttpCredentials())
            backend.lock(HOLDER)
            backend.unlock(HOLDER)

        assert server.log == [f"POST {GITLAB_PATH}/lock", f"DELETE {GITLAB_PATH}/lock"]

    def test_command_of_whoever_asks_is_not_taken_for_that_of_the_holder(self):
        server = TerraformServer(gitlab=True)
        with served(server.answer) as base:
            backend = HttpBackend(base + GITLAB_PATH, HttpCredentials())
            backend.lock(HOLDER)
            found = backend.lock(LockHolder("ci", 0, "2026-01-02T00:00:00Z", "groupctl forget", "b2"))

        assert found == LockHolder(HOLDER.holder, 0, HOLDER.time, "", HOLDER.id)


@pytest.mark.parametrize("answer", [b"", b"held", b"[]", b"[" * 100_000])
def test_lock_without_a_readable_holder_is_somebodys(answer, url, server):
    async def refuse(_request):
        from reconciler.emulator import Response

        return Response(423, {}, answer)

    with served(refuse) as base:
        assert HttpBackend(base, HttpCredentials()).lock(HOLDER) == SOMEBODY


@pytest.mark.parametrize(
    ("status", "why", "hint"),
    [
        (400, "status 400", "Check the address."),
        (401, "status 401", "Check GROUPCTL_STATE_USERNAME and GROUPCTL_STATE_PASSWORD."),
        (403, "status 403", "Check GROUPCTL_STATE_USERNAME and GROUPCTL_STATE_PASSWORD."),
        (302, "a redirect, which is not followed", "Use the address that it redirects to, if you trust it."),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "LOCK", "UNLOCK"])
def test_refusal_is_told_with_what_to_do_and_is_not_repeated(server, backend, method, status, why, hint):
    backend.lock(HOLDER)
    server.faults = [(method, status)]
    calls = {
        "GET": backend.read,
        "POST": lambda: backend.write(b"{}", None, HOLDER),
        "LOCK": lambda: backend.lock(HOLDER),
        "UNLOCK": lambda: backend.unlock(HOLDER),
    }

    with pytest.raises(StateError) as caught:
        calls[method]()

    assert not isinstance(caught.value, Unavailable)
    assert why in told(caught).detail
    assert told(caught).hint == hint
    assert not any("/elsewhere" in each for each in server.log)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_server_that_is_busy_may_be_asked_again(server, backend, status):
    server.faults = [("GET", status)]

    with pytest.raises(Unavailable) as caught:
        backend.read()

    assert f"the server answered with status {status}" in told(caught).detail
    assert backend.read() is None


def test_server_that_is_not_there_is_told(closed_address):
    with pytest.raises(Unavailable) as caught:
        HttpBackend(closed_address, HttpCredentials()).read()

    assert closed_address in told(caught).detail


@pytest.fixture
def closed_address():
    with served(TerraformServer().answer) as base:
        pass
    return base


class TestLostAnswers:
    def test_of_a_write_the_store_finds_it_done(self, server, backend, three_attempts):
        store = Store(backend, "state")
        with store.locked(HOLDER):
            server.faults = [("POST", "lost")]
            store.create(state())
            saved = store.save(state())

        assert store.load() == saved
        assert server.log.count("POST /acme") == 2

    def test_of_a_lock_the_store_holds_it(self, server, backend, three_attempts):
        server.faults = [("LOCK", "lost")]

        with Store(backend, "state").locked(HOLDER):
            assert server.held["ID"] == HOLDER.id

        assert server.held is None

    def test_of_the_release_the_lock_is_free(self, server, backend, three_attempts):
        server.faults = [("UNLOCK", "lost")]

        with Store(backend, "state").locked(HOLDER):
            pass

        assert server.held is None


def test_server_that_unlocked_refuses_the_write(server, backend):
    backend.lock(HOLDER)
    server.held = None

    with pytest.raises(LockLost):
        backend.write(b"{}", None, HOLDER)

    assert server.content == b""


def test_state_that_somebody_wrote_meanwhile_is_not_overwritten(server, backend):
    store = Store(backend, "state")
    with store.locked(HOLDER):
        store.create(state())
        server.content = server.content.replace(b"}", b" }", 1)

        with pytest.raises(StateError) as caught:
            store.save(state(groups={"oncall": recorded_group()}))

    assert caught.value.diagnostics[0].summary == "State was changed by somebody else"
    assert b"oncall" not in server.content


class TestCredentials:
    def test_they_go_to_the_server_and_nowhere_else(self):
        server = TerraformServer(credentials=f"ci:{PASSWORD}")
        credentials = read_http_credentials(
            {"GROUPCTL_STATE_USERNAME": "ci", "GROUPCTL_STATE_PASSWORD": PASSWORD}, Path()
        )
        with served(server.answer) as base:
            assert HttpBackend(base + server.path, credentials).read() is None

        assert PASSWORD not in repr(credentials)
        assert redact(PASSWORD) == "[redacted]"

    def test_wrong_ones_are_told_without_them(self):
        server = TerraformServer(credentials="ci:right")
        credentials = read_http_credentials(
            {"GROUPCTL_STATE_USERNAME": "ci", "GROUPCTL_STATE_PASSWORD": PASSWORD}, Path()
        )
        with served(server.answer) as base, pytest.raises(StateError) as caught:
            HttpBackend(base + server.path, credentials).read()

        assert PASSWORD not in str(caught.value)

    def test_file_holds_the_password(self, tmp_path):
        (tmp_path / "password").write_text(f"{PASSWORD}\n")

        credentials = read_http_credentials({"GROUPCTL_STATE_PASSWORD_FILE": "password"}, tmp_path)

        assert credentials.password.get_secret_value() == PASSWORD

    def test_two_passwords_are_refused(self, tmp_path):
        with pytest.raises(CredentialsError):
            read_http_credentials(
                {"GROUPCTL_STATE_PASSWORD_FILE": "password", "GROUPCTL_STATE_PASSWORD": PASSWORD}, tmp_path
            )

    def test_none_are_needed_where_nobody_asks(self, tmp_path):
        assert read_http_credentials({}, tmp_path) == HttpCredentials()
