"""The state in an object store: what goes wrong there."""

from __future__ import annotations

import socket
import uuid
from urllib.parse import urlsplit

import obstore
import pytest
from hypothesis import given
from hypothesis import strategies as st
from obstore.store import MemoryStore

from reconciler.emulator import Response
from reconciler.errors import StateError
from reconciler.model.state_url import state_url_fault
from reconciler.state.backend import LockHolder, Unavailable
from reconciler.state.objects import ObjectBackend, open_objects
from tests.support.served import served

HOLDER = LockHolder(
    holder="li.lei@laptop", pid=1, time="2026-01-01T08:00:00Z", command="groupctl apply", id="a1"
)
CANARY = "canary-9b1e-signature"


@pytest.fixture
def store_that_answers(monkeypatch):
    """Serve S3 with one answer to everything; the paths that were asked for are kept."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CANARY)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    answers = [Response(200, {}, b"")]
    asked: list[str] = []

    async def answer(request):
        asked.append(request.path)
        return answers[0]

    with served(answer) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        yield answers, asked


def told(caught):
    [diagnostic] = caught.value.diagnostics
    assert diagnostic.summary == "State cannot be used"
    assert CANARY not in str(caught.value)
    return diagnostic


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (401, "Check the credentials of the store in the environment."),
        (403, "Check the credentials of the store in the environment."),
        (400, "Check the address, the credentials of the store in the environment, and the network."),
        (500, "Check the address, the credentials of the store in the environment, and the network."),
    ],
)
def test_refusal_is_told_with_what_to_do(store_that_answers, status, hint):
    store_that_answers[0][0] = Response(status, {}, b"<Error><Code>x</Code>\n<Secret>y</Secret></Error>")

    with pytest.raises(StateError) as caught:
        open_objects("s3://acme-state/groups.json").read()

    assert "`s3://acme-state/groups.json` could not be read" in told(caught).detail
    assert str(status) in told(caught).detail
    assert "<" not in told(caught).detail
    assert told(caught).hint == hint


def test_bucket_that_is_not_there_is_told_when_it_is_written(store_that_answers):
    answers, _ = store_that_answers
    answers[0] = Response(404, {}, b"<Error><Code>NoSuchBucket</Code></Error>")
    backend = open_objects("s3://acme-state/groups.json")

    with pytest.raises(StateError) as caught:
        backend.lock(HOLDER)

    assert told(caught).detail.endswith("could not be locked: the store knows no such bucket.")


def test_redirect_of_the_store_takes_no_credentials_along(store_that_answers):
    """The library follows redirects, and offers no way not to; what it signs is for the host that it knows."""
    answers, _ = store_that_answers
    headers: list[str] = []

    async def elsewhere(request):
        headers.extend(request.headers)
        return Response(403, {}, b"")

    with served(elsewhere) as url:
        answers[0] = Response(307, {"Location": f"{url}/elsewhere"}, b"")
        with pytest.raises(StateError):
            open_objects("s3://acme-state/groups.json").read()

    assert headers
    assert "authorization" not in headers


def test_store_that_nobody_answers_for_is_unavailable(monkeypatch, store_that_answers):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)

    with pytest.raises(Unavailable) as caught:
        open_objects("s3://acme-state/groups.json").read()

    assert "error sending request" in told(caught).detail


def test_signature_in_the_url_of_a_failed_call_is_not_told(monkeypatch):
    def fail(*_arguments, **_options):
        raise obstore.exceptions.GenericError(f"Error performing GET https://x/y?sig={CANARY} in 1ms")

    monkeypatch.setattr(obstore, "get", fail)

    with pytest.raises(StateError) as caught:
        ObjectBackend(MemoryStore(), "groups.json", "az://acme/groups.json").read()

    assert told(caught).detail.endswith("GET https://x/y in 1ms.")


def test_client_that_cannot_be_made_is_told(monkeypatch):
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)

    with pytest.raises(StateError) as caught:
        open_objects("az://acme/groups.json")

    assert "could not be opened" in told(caught).detail


def test_store_that_takes_no_notice_of_conditions_is_refused(monkeypatch):
    put = obstore.put
    monkeypatch.setattr(obstore, "put", lambda store, key, content, **_: put(store, key, content))

    with pytest.raises(StateError) as caught:
        ObjectBackend(MemoryStore(), f"{uuid.uuid4()}.json", "s3://acme/groups.json").lock(HOLDER)

    assert "does not support conditional writes" in told(caught).detail


@given(bucket=st.from_regex(r"[a-z]+[._-]?[a-z]+", fullmatch=True), key=st.text())
def test_every_url_without_a_fault_is_one_that_the_client_takes(bucket, key):
    address = f"s3://{bucket}/{key}"
    if state_url_fault(address) is None:
        name = urlsplit(address).path.strip("/")

        assert ObjectBackend(MemoryStore(), name, address).lock(HOLDER) == HOLDER


def test_lock_that_goes_while_it_is_looked_at_was_somebodys(monkeypatch):
    store = MemoryStore()
    backend = ObjectBackend(store, "groups.json", "s3://acme/groups.json")
    backend.lock(HOLDER)
    get = obstore.get

    def gone(*arguments):
        obstore.delete(store, "groups.json.lock")
        return get(*arguments)

    monkeypatch.setattr(obstore, "get", gone)

    assert backend.lock(LockHolder("ci", 1, "", "", "b2")).holder == ""
