"""What `reconciler.state.backend` asks of every place for a state, shown at each of them."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from obstore.store import MemoryStore

from reconciler.errors import StateError
from reconciler.state.backend import Backend, Conflict, LockHolder, LockLost
from reconciler.state.file import FileBackend
from reconciler.state.http import HttpBackend, HttpCredentials
from reconciler.state.objects import ObjectBackend, open_objects
from reconciler.state.store import Store
from tests.support.builders import recorded_group, state
from tests.support.cli import make_fleet
from tests.support.served import served
from tests.support.state_servers import TerraformServer, s3_server

BUCKET = "acme-state"
HOLDER = LockHolder(
    holder="li.lei@laptop", pid=0, time="2026-01-01T08:00:00Z", command="groupctl apply", id="a1"
)
OTHER = replace(HOLDER, holder="ci@runner", id="b2")
SOME_TOKEN = '{"e_tag": "\\"c4ca4238a0b923820dcc509a6f75849b\\""}'
"""What every backend takes for the token of a version; none has that version."""


@dataclass(frozen=True)
class Place:
    """A place for one state; `opened` makes a backend as another process would have it."""

    opened: Callable[[], Backend]
    keeps_command: bool = True


@pytest.fixture(scope="module")
def endpoint():
    with s3_server(BUCKET) as url:
        yield url


@pytest.fixture(params=["file", "http", "gitlab", "s3", "memory"])
def place(request, tmp_path):
    match request.param:
        case "file":
            yield Place(lambda: FileBackend(tmp_path / "state.json", "state.json"))
        case "memory":
            # Stands for Google's and Microsoft's stores, which no server for this machine speaks like.
            kept = MemoryStore()
            yield Place(lambda: ObjectBackend(kept, "fleets/acme.json", "gs://acme/fleets/acme.json"))
        case "s3":
            request.getfixturevalue("s3_environment")
            address = f"s3://{BUCKET}/{uuid.uuid4()}.json"
            yield Place(lambda: open_objects(address))
        case protocol:
            server, url = request.getfixturevalue(protocol)
            server.content, server.held = b"", None
            yield Place(
                lambda: HttpBackend(url + server.path, HttpCredentials()), keeps_command=not server.gitlab
            )


@pytest.fixture(scope="module")
def http():
    server = TerraformServer()
    with served(server.answer) as url:
        yield server, url


@pytest.fixture(scope="module")
def gitlab():
    server = TerraformServer(gitlab=True)
    with served(server.answer) as url:
        yield server, url


@pytest.fixture
def s3_environment(endpoint, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_REGION", "us-east-1")


@pytest.fixture
def backend(place):
    """A backend whose lock is held by `HOLDER`."""
    opened = place.opened()
    assert opened.lock(HOLDER) == HOLDER
    return opened


class TestVersions:
    def test_there_is_nothing_at_first(self, place):
        assert place.opened().read() is None

    def test_what_was_written_is_read_by_everybody(self, backend, place):
        token = backend.write("群".encode(), None, HOLDER)

        found = place.opened().read()

        assert (found.content, found.token) == ("群".encode(), token)

    def test_version_that_was_read_is_replaced(self, backend):
        token = backend.write(b"1", None, HOLDER)

        token = backend.write(b"2", token, HOLDER)

        found = backend.read()
        assert (found.content, found.token) == (b"2", token)

    def test_other_version_is_left_as_it_is(self, backend):
        stale = backend.write(b"1", None, HOLDER)
        backend.write(b"2", stale, HOLDER)

        with pytest.raises(Conflict):
            backend.write(b"3", stale, HOLDER)

        assert backend.read().content == b"2"

    def test_first_version_is_written_once(self, backend):
        backend.write(b"1", None, HOLDER)

        with pytest.raises(Conflict):
            backend.write(b"2", None, HOLDER)

        assert backend.read().content == b"1"

    def test_state_that_vanished_is_not_written_anew(self, backend):
        with pytest.raises(Conflict):
            backend.write(b"2", SOME_TOKEN, HOLDER)

        assert backend.read() is None


class TestLock:
    def test_second_one_is_told_who_is_in(self, backend, place):
        found = place.opened().lock(OTHER)

        assert found == (HOLDER if place.keeps_command else replace(HOLDER, command=""))

    def test_holder_who_asks_again_has_it(self, backend):
        assert backend.lock(HOLDER) == HOLDER

    def test_lock_that_was_removed_is_free(self, backend, place):
        backend.unlock(HOLDER)

        assert place.opened().lock(OTHER) == OTHER

    def test_lock_of_somebody_else_is_not_removed(self, backend):
        backend.unlock(OTHER)

        assert backend.lock(OTHER) != OTHER

    def test_lock_that_is_not_there_is_removed_already(self, backend):
        backend.unlock(HOLDER)
        backend.unlock(HOLDER)

        assert backend.lock(OTHER) == OTHER

    def test_nobody_writes_without_the_lock(self, backend):
        token = backend.write(b"1", None, HOLDER)
        backend.unlock(HOLDER)

        with pytest.raises(LockLost):
            backend.write(b"2", token, HOLDER)

        assert backend.read().content == b"1"

    def test_nobody_writes_under_the_lock_of_somebody_else(self, backend):
        token = backend.write(b"1", None, HOLDER)
        backend.unlock(HOLDER)
        backend.lock(OTHER)

        with pytest.raises(LockLost):
            backend.write(b"2", token, HOLDER)

        assert backend.read().content == b"1"

    def test_one_of_many_takes_it(self, place):
        wanted = [replace(HOLDER, id=str(number)) for number in range(8)]
        found: list[LockHolder] = []

        _at_once(lambda mine: found.append(place.opened().lock(mine)), wanted)

        winners = [each for each in wanted if each in found]
        assert len(winners) == 1


def test_writers_at_once_lose_nothing(place):
    first = Store(place.opened(), "state")
    with first.locked(HOLDER):
        first.create(state())

    def add(key):
        store = Store(place.opened(), "state", sleep=lambda _: time.sleep(0.01))
        with store.locked(replace(HOLDER, id=key), timeout=1_000_000):
            known = store.load()
            store.save(known.model_copy(update={"groups": {**known.groups, key: recorded_group()}}))

    keys = [f"group-{number}" for number in range(4)]
    _at_once(add, keys)

    found = first.load()
    assert set(found.groups) == set(keys)
    assert found.serial == len(keys)


def test_fleet_is_applied_with_its_state_in_an_object_store(s3_environment, tmp_path):
    fleet = make_fleet(tmp_path / "fleet")
    address = f"s3://{BUCKET}/{uuid.uuid4()}.json"

    applied = fleet.run("apply", "--yes", "--state", address)
    planned = fleet.run("plan", "--detailed-exitcode", "--state", address)
    unlocked = fleet.run("state", "unlock", "--state", address)

    assert (applied.status, planned.status, unlocked.status) == (0, 0, 0)
    assert unlocked.stdout == "The state is not locked.\n"


def test_damaged_state_is_told_and_left_as_it_is(place):
    backend = place.opened()
    backend.lock(HOLDER)
    backend.write(b"<html>not a state</html>", None, HOLDER)

    with pytest.raises(StateError) as caught:
        Store(backend, "state").load()

    assert caught.value.diagnostics[0].summary == "State cannot be read"
    assert backend.read().content == b"<html>not a state</html>"


def _at_once(work, arguments):
    failures: list[BaseException] = []

    def guarded(argument):
        try:
            work(argument)
        except BaseException as error:  # noqa: BLE001  shown by the test
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(each,)) for each in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
