"""Events on their way to a receiver on this machine: schemas/api/events.md, 5 and 6."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from reconciler.emulator import (
    Emulator,
    Fault,
    FaultKind,
    ManualClock,
    Request,
    Response,
    Subscription,
    server,
)
from reconciler.emulator import delivery as deliveries
from reconciler.emulator.acts import ActError
from reconciler.emulator.delivery import NOT_TRUSTED, encrypt, signature
from reconciler.emulator.events import APP_TICKET, DISBANDED, UPDATED, USERS_ADDED
from reconciler.emulator.scenario import ScenarioError
from reconciler.emulator.store import ACCEPTED
from tests.support.pretend import OTHER, OURS, scenario
from tests.support.served import served

KEY = "test key"
TOKEN = "v-1"
OK = Response(200, {}, b"{}")

GROUPS = f"  - {{chat_id: oc_team, name: Team, owner: ou_lilei, bots: [{OURS}, {OTHER}]}}"


class Receiver:
    """An app's side: answers as told, or with `answers` in turn, and remembers what it got."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[Request] = []
        self.answers: list[Response] = []
        self.usual = OK
        self.slow: threading.Event | None = None
        self.echoes = True

    async def answer(self, request: Request) -> Response:
        self.got.append(request)
        if self.slow is not None:
            await asyncio.to_thread(self.slow.wait)
        challenge = opened(request.body).get("challenge")
        if challenge and self.echoes:
            return Response(200, {}, json.dumps({"challenge": challenge}).encode())
        return self.answers.pop(0) if self.answers else self.usual

    @property
    def bodies(self):
        return [opened(request.body) for request in self.got]

    @property
    def names(self):
        """The name of the chat after each change that it was told of."""
        return [body["event"]["after_change"]["name"] for body in self.bodies]


def opened(body):
    """Return what is in a body, decrypted if it has to be."""
    content = json.loads(body)
    if "encrypt" not in content:
        return content
    return json.loads(decrypt(content["encrypt"]))


def decrypt(text, key=KEY):
    raw = base64.b64decode(text)
    cipher = Cipher(algorithms.AES(hashlib.sha256(key.encode()).digest()), modes.CBC(raw[:16])).decryptor()
    plain = cipher.update(raw[16:]) + cipher.finalize()
    return plain[: -plain[-1]]


@pytest.fixture(scope="module")
def listening() -> Iterator[tuple[str, list[Receiver]]]:
    """One server for all receivers of this module: its URL, and a list whose last one answers."""
    receivers: list[Receiver] = []

    async def answer(request: Request) -> Response:
        return await receivers[-1].answer(request)

    with served(answer) as url:
        yield url, receivers


@pytest.fixture
def receiver(listening):
    url, receivers = listening
    receivers.append(Receiver())
    receivers[-1].url = f"{url}/events"
    return receivers[-1]


@pytest.fixture
def start():
    """Return an emulator that tells our app what happens at an URL."""
    made = []

    def build(url="", key="", other="", types="all", **more):
        events = json.dumps({"types": types, "url": url, "verification_token": TOKEN, "encrypt_key": key})
        text = scenario(app=f"events: {events}", other=other, groups=GROUPS, **more)
        made.append(Emulator.from_text(text, clock=ManualClock()))
        return made[-1]

    yield build
    for each in made:
        each.close()


def deliver(emulator):
    """Return what came of the deliveries that were due."""
    return [delivery.outcome for delivery in asyncio.run(emulator.deliver())]


def pass_time(emulator, seconds):
    emulator.move_clock(seconds)
    return deliver(emulator)


def rename(emulator, *names):
    for name in names:
        emulator.acts.rename("oc_team", name)


@contextmanager
def closed_port() -> Iterator[str]:
    """An URL where nobody listens."""
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{unheard.getsockname()[1]}"


# ---- 6.3 test vectors


class TestVectors:
    def test_vendors_own_text_is_read(self):
        assert decrypt("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=") == b"hello world"

    def test_vendors_own_text_is_written(self):
        text = "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="

        assert encrypt(KEY, b"hello world", base64.b64decode(text)[:16]) == text

    def test_challenge_is_written(self):
        plain = b'{"challenge":"c-1","token":"v-1","type":"url_verification"}'

        assert encrypt(KEY, plain, bytes(range(16))) == (
            "AAECAwQFBgcICQoLDA0ODxT/dH7HGaZSqzJLo9upOhvxuntmDbvYAhSGQwyd9yk9dr7WQCyQZwwLMrI0IbFQyTcfGNygSBBlGyPGST1D//Y="
        )

    def test_signature(self):
        body = b'{"encrypt":"P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="}'

        assert (
            signature("1700000000", "n-0001", KEY, body)
            == "c631e31fcfa651ced68c63d24ffad036eacbfbf75c280dfe8a76d62007e06543"
        )


# ---- 6.2 what is sent


class TestSent:
    def test_plain_event_is_compact_json_without_a_signature(self, start, receiver):
        emulator = start(receiver.url)
        rename(emulator, "新")

        assert deliver(emulator) == ["accepted"]

        (request,) = receiver.got
        (event,) = emulator.events(OURS)
        assert (request.method, request.path) == ("POST", "/events")
        assert request.headers["content-type"] == "application/json; charset=utf-8"
        assert request.body == json.dumps(event.body, ensure_ascii=False, separators=(",", ":")).encode()
        assert not [name for name in request.headers if name.startswith("x-lark")]

    def test_encrypted_event_holds_the_event_and_nothing_else(self, start, receiver):
        emulator = start(receiver.url, KEY)
        rename(emulator, "New")

        deliver(emulator)

        (request,) = receiver.got
        (event,) = emulator.events(OURS)
        assert list(json.loads(request.body)) == ["encrypt"]
        assert request.body.startswith(b'{"encrypt":"')
        assert opened(request.body) == event.body

    def test_encrypted_event_is_signed(self, start, receiver):
        emulator = start(receiver.url, KEY)
        rename(emulator, "New")

        deliver(emulator)

        (request,) = receiver.got
        timestamp, nonce, signed = (
            request.headers[f"x-lark-{name}"] for name in ("request-timestamp", "request-nonce", "signature")
        )
        assert timestamp == "1767225600"
        assert signed == signature(timestamp, nonce, KEY, request.body)

    def test_every_message_has_another_vector(self, start, receiver):
        emulator = start(receiver.url, KEY)
        rename(emulator, "New", "Newer")

        deliver(emulator)

        vectors = [base64.b64decode(json.loads(request.body)["encrypt"])[:16] for request in receiver.got]
        assert len(set(vectors)) == 2

    def test_nothing_is_sent_twice(self, start, receiver):
        emulator = start(receiver.url)
        rename(emulator, "New")
        deliver(emulator)

        assert deliver(emulator) == []
        assert len(receiver.got) == 1

    def test_app_without_an_url_is_sent_nothing(self, start, receiver):
        emulator = start()
        rename(emulator, "New")

        assert deliver(emulator) == []
        assert len(emulator.events(OURS)) == 1

    def test_apps_have_addresses_of_their_own(self, start, receiver):
        emulator = start(receiver.url, other=f"events: {{url: '{receiver.url}/other'}}")
        rename(emulator, "New")

        deliver(emulator)

        assert sorted((request.path, body["header"]["app_id"]) for request, body in zip(
            receiver.got, receiver.bodies, strict=True
        )) == [("/events", OURS), ("/events/other", OTHER)]  # fmt: skip

    def test_ticket_is_sent_when_its_hour_begins(self, make_store, receiver):
        emulator = make_store(receiver.url)
        deliver(emulator)

        pass_time(emulator, 3600)

        assert [body["event"]["type"] for body in receiver.bodies] == [APP_TICKET, APP_TICKET]


@pytest.fixture
def make_store():
    made = []

    def build(url):
        text = scenario(store=f"events: {{types: [], url: '{url}'}}")
        made.append(Emulator.from_text(text, clock=ManualClock()))
        return made[-1]

    yield build
    for each in made:
        each.close()


# ---- 5. time limits and retries


class TestRetries:
    def test_failure_is_retried_four_times_with_the_same_event(self, start, receiver):
        emulator = start(receiver.url)
        receiver.usual = Response(500, {}, b"")
        rename(emulator, "New")

        assert deliver(emulator) == ["HTTP 500"]
        for wait in (15, 300, 3600, 21600):
            assert pass_time(emulator, wait - 1) == []
            assert pass_time(emulator, 1) == ["HTTP 500"]
        assert pass_time(emulator, 1e6) == []

        assert len({body["header"]["event_id"] for body in receiver.bodies}) == 1
        assert len(receiver.got) == 5

    def test_success_ends_the_retries(self, start, receiver):
        emulator = start(receiver.url)
        receiver.answers = [Response(503, {}, b"")]
        rename(emulator, "New")

        assert deliver(emulator) == ["HTTP 503"]
        assert pass_time(emulator, 15) == ["accepted"]
        assert pass_time(emulator, 1e6) == []

    @pytest.mark.parametrize("status", [201, 204, 302, 404])
    def test_any_status_but_200_is_a_failure(self, start, receiver, status):
        emulator = start(receiver.url)
        receiver.usual = Response(status, {"Location": receiver.url} if status == 302 else {}, b"")
        rename(emulator, "New")

        assert deliver(emulator) == [f"HTTP {status}"]

    def test_answer_that_takes_too_long_is_a_failure(self, start, receiver, monkeypatch):
        monkeypatch.setattr(deliveries, "WHOLE_CALL", 0.05)
        emulator = start(receiver.url)
        receiver.slow = threading.Event()
        rename(emulator, "New")

        outcomes = deliver(emulator)
        receiver.slow.set()

        assert outcomes == ["no answer in time"]
        receiver.slow = None
        assert pass_time(emulator, 15) == ["accepted"]

    def test_limits_are_those_of_the_platform(self):
        assert (deliveries.CONNECT, deliveries.WHOLE_CALL, deliveries.CHALLENGE) == (2, 3, 1)

    def test_connection_has_a_limit_of_its_own(self, start, monkeypatch):
        seen = []

        async def post(self, url, **more):
            seen.append(more["timeout"])
            return httpx.Response(200)

        monkeypatch.setattr(httpx.AsyncClient, "post", post)
        emulator = start("http://127.0.0.1:1")
        rename(emulator, "New")

        deliver(emulator)

        assert (seen[0].connect, seen[0].read) == (2, 3)

    @pytest.mark.parametrize(
        "url",
        [
            "http://collector.example/x",
            "http://127.0.0.1.example/",
            "http://[::1/",
            "http://a@collector.example",
        ],
    )
    def test_event_is_sent_to_no_host_that_is_not_trusted(self, start, url):
        emulator = start(url)
        rename(emulator, "New")

        assert deliver(emulator) == [NOT_TRUSTED]

    def test_event_is_sent_to_a_trusted_host(self, start, monkeypatch):
        sent = []

        async def post(self, url, **more):
            sent.append(url)
            return httpx.Response(200)

        monkeypatch.setattr(httpx.AsyncClient, "post", post)
        emulator = start("http://Collector.example:9000/x")
        emulator.trusted_hosts = frozenset({"collector.example:9000"})
        rename(emulator, "New")

        assert deliver(emulator) == [ACCEPTED]
        assert sent == ["http://Collector.example:9000/x"]

    def test_receiver_that_is_not_there_is_a_failure(self, start):
        with closed_port() as url:
            emulator = start(url)
            rename(emulator, "New")

            (outcome,) = deliver(emulator)

        assert outcome.startswith("ConnectError")

    def test_port_that_there_cannot_be_is_a_failure(self, start):
        emulator = start("http://127.0.0.1:99999/")
        rename(emulator, "New")

        (outcome,) = deliver(emulator)

        assert outcome.startswith("ExceptionGroup")

    def test_retries_are_planned_in_the_database(self, tmp_path, receiver):
        text = scenario(app=f"events: {{url: '{receiver.url}'}}", groups=GROUPS)
        receiver.answers = [Response(500, {}, b"")]
        clock = ManualClock()
        for outcomes in (["HTTP 500"], ["accepted"]):
            emulator = Emulator.from_text(text, tmp_path / "emulator.sqlite", clock)
            if not emulator.events():
                rename(emulator, "New")
            assert deliver(emulator) == outcomes
            emulator.move_clock(15)
            emulator.close()

    def test_attempts_can_be_read(self, start, receiver):
        emulator = start(receiver.url)
        receiver.answers = [Response(500, {}, b"")]
        rename(emulator, "New")
        deliver(emulator)

        (event,) = emulator.events(OURS)
        first, second = emulator.deliveries(event)
        assert (first.attempt, first.outcome, first.accepted) == (1, "HTTP 500", False)
        assert (second.attempt, second.outcome, second.due - first.due) == (2, "", 15)
        assert emulator.seconds_to_delivery() == 15

    def test_events_that_were_emptied_are_not_retried(self, start, receiver):
        emulator = start(receiver.url)
        receiver.usual = Response(500, {}, b"")
        rename(emulator, "New")
        deliver(emulator)

        emulator.clear_events()

        assert emulator.seconds_to_delivery() is None
        assert pass_time(emulator, 1e6) == []

    def test_events_that_are_emptied_while_they_are_sent_are_done_with(self, start, receiver):
        emulator = start(receiver.url)
        rename(emulator, "New")
        usual = receiver.answer

        async def answer(request):
            emulator.clear_events()
            return await usual(request)

        receiver.answer = answer

        assert deliver(emulator) == []
        assert emulator.seconds_to_delivery() is None

    def test_url_that_is_gone_ends_the_deliveries(self, start, receiver):
        emulator = start(receiver.url)
        rename(emulator, "New")
        asyncio.run(emulator.subscribe(Subscription(OURS)))

        assert deliver(emulator) == ["no address"]
        assert pass_time(emulator, 1e6) == []

    def test_failing_app_holds_nobody_else_up(self, start, receiver):
        with closed_port() as url:
            emulator = start(receiver.url, other=f"events: {{url: '{url}'}}")
            rename(emulator, "New", "Newer")

            outcomes = deliver(emulator)

        assert outcomes.count("accepted") == 2
        assert receiver.names == ["New", "Newer"]


# ---- 7. what goes wrong on the way


class TestFaults:
    def test_lost_event_is_kept_and_never_sent(self, start, receiver):
        emulator = start(receiver.url)
        emulator.faults.add(Fault(FaultKind.LOSE_EVENT))
        rename(emulator, "New", "Newer")

        assert deliver(emulator) == ["lost", "accepted"]
        assert pass_time(emulator, 1e6) == []

        assert receiver.names == ["Newer"]
        assert len(emulator.events(OURS)) == 2

    def test_delayed_event_comes_later(self, start, receiver):
        emulator = start(receiver.url)
        emulator.faults.add(Fault(FaultKind.DELAY_EVENT, seconds=60))
        rename(emulator, "New", "Newer")

        assert deliver(emulator) == ["accepted"]
        assert pass_time(emulator, 60) == ["accepted"]

        assert receiver.names == ["Newer", "New"]

    def test_held_event_comes_after_the_next_one(self, start, receiver):
        emulator = start(receiver.url)
        emulator.faults.add(Fault(FaultKind.HOLD_EVENT))
        rename(emulator, "New")
        assert deliver(emulator) == []

        rename(emulator, "Newer")

        assert deliver(emulator) == ["accepted", "accepted"]
        assert receiver.names == ["Newer", "New"]

    def test_held_event_waits_for_the_next_one_not_for_ever(self, start, receiver):
        emulator = start(receiver.url)
        emulator.faults.add(Fault(FaultKind.HOLD_EVENT))
        rename(emulator, "New")
        deliver(emulator)

        assert pass_time(emulator, 15) == ["accepted"]

    def test_repeated_event_comes_twice_although_it_was_accepted(self, start, receiver):
        emulator = start(receiver.url)
        emulator.faults.add(Fault(FaultKind.REPEAT_EVENT, count=None))
        rename(emulator, "New")

        assert deliver(emulator) == ["accepted", "accepted"]

        first, second = receiver.bodies
        assert first == second

    def test_repeated_event_is_repeated_after_success_alone(self, start, receiver):
        emulator = start(receiver.url)
        emulator.faults.add(Fault(FaultKind.REPEAT_EVENT))
        receiver.answers = [Response(500, {}, b"")]
        rename(emulator, "New")

        assert deliver(emulator) == ["HTTP 500"]
        assert pass_time(emulator, 15) == ["accepted", "accepted"]

    def test_fault_strikes_events_of_its_type_and_chat(self, start, receiver):
        emulator = start(receiver.url)
        emulator.faults.add(Fault(FaultKind.LOSE_EVENT, operation=USERS_ADDED, chat_id="oc_team"))
        emulator.faults.add(Fault(FaultKind.LOSE_EVENT, operation=UPDATED, chat_id="oc_else"))
        rename(emulator, "New")
        emulator.acts.add_members("oc_team", ["ou_han"])

        assert deliver(emulator) == ["accepted", "lost"]

    def test_faults_of_requests_and_of_events_leave_each_other_alone(self, start, receiver):
        emulator = start(receiver.url)
        emulator.faults.add(Fault(FaultKind.DROP))
        emulator.faults.add(Fault(FaultKind.LOSE_EVENT))
        rename(emulator, "New")

        deliver(emulator)

        assert [fault["kind"] for fault in emulator.faults.listed()] == ["drop"]
        assert emulator.faults.take("chat_get", None) == [Fault(FaultKind.DROP)]

    @pytest.mark.parametrize(
        ("kind", "operation"), [(FaultKind.LOSE_EVENT, "chat_get"), (FaultKind.DROP, UPDATED)]
    )
    def test_fault_of_an_event_names_an_event_and_one_of_a_request_an_operation(self, start, kind, operation):
        with pytest.raises(ValueError, match="there is no operation"):
            start().faults.add(Fault(kind, operation=operation))


# ---- 6.1 saving the URL


class TestChallenge:
    @staticmethod
    def subscribe(emulator, url, key=""):
        body = {"app_id": OURS, "url": url, "encrypt_key": key, "verification_token": TOKEN}
        request = Request("POST", "/_emulator/subscriptions", body=json.dumps(body).encode())
        return asyncio.run(emulator.handle(request)).json()

    @pytest.mark.parametrize("key", ["", KEY], ids=["plain", "encrypted"])
    def test_url_that_answers_is_accepted(self, start, receiver, key):
        emulator = start()

        answer = self.subscribe(emulator, receiver.url, key)

        assert (answer["accepted"], answer["reason"]) == (True, "")
        (request,) = receiver.got
        (body,) = receiver.bodies
        assert {**body, "challenge": ""} == {"challenge": "", "token": TOKEN, "type": "url_verification"}
        assert request.headers["content-type"] == "application/json; charset=utf-8"
        assert "x-lark-signature" not in request.headers
        assert (b'"encrypt"' in request.body) == bool(key)

    def test_accepted_url_gets_the_events_from_then_on(self, start, receiver):
        emulator = start()
        rename(emulator, "Before")
        self.subscribe(emulator, receiver.url)
        rename(emulator, "New")

        assert deliver(emulator) == ["accepted"]

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            (Response(500, {}, b""), "HTTP 500"),
            (Response(200, {}, b"ok"), "the answer is no JSON"),
            (Response(200, {}, b"[]"), "not the challenge"),
            (Response(200, {}, b'{"challenge": "x"}'), "not the challenge"),
        ],
    )
    def test_url_that_answers_wrongly_is_not_saved(self, start, receiver, answer, reason):
        emulator = start()
        receiver.echoes, receiver.usual = False, answer

        answered = self.subscribe(emulator, receiver.url)

        assert (answered["accepted"], answered["reason"]) == (False, reason)
        assert [each.url for each in emulator.subscriptions()] == [""]

    def test_url_that_takes_too_long_is_not_saved(self, start, receiver, monkeypatch):
        monkeypatch.setattr(deliveries, "CHALLENGE", 0.05)
        emulator = start()
        receiver.slow = threading.Event()

        answered = self.subscribe(emulator, receiver.url)
        receiver.slow.set()

        assert (answered["accepted"], answered["reason"]) == (False, "no answer in time")

    def test_url_where_nobody_listens_is_not_saved(self, start):
        with closed_port() as url:
            answered = self.subscribe(start(), url)

        assert answered["reason"].startswith("ConnectError")

    def test_every_challenge_is_another_one(self, start, receiver):
        emulator = start()
        self.subscribe(emulator, receiver.url)
        self.subscribe(emulator, receiver.url)

        first, second = receiver.bodies
        assert first["challenge"] != second["challenge"]


# ---- the scenario


class TestScenario:
    def test_events_are_read(self, start):
        emulator = start("http://127.0.0.1:9/", KEY, types=[UPDATED, DISBANDED])

        assert emulator.subscriptions() == [
            Subscription(OURS, (UPDATED, DISBANDED), "http://127.0.0.1:9/", TOKEN, KEY)
        ]

    def test_secrets_are_not_printed(self, start):
        (subscription,) = start("http://127.0.0.1:9/", KEY).subscriptions()

        assert KEY not in repr(subscription)
        assert TOKEN not in repr(subscription)

    @pytest.mark.parametrize(
        ("events", "message"),
        [
            ("{types: [im.chat.exploded_v1]}", "there is no event im.chat.exploded_v1"),
            ("{types: some}", "types: must be a list, or all"),
            ("{url: here}", "url: must begin with"),
            ("{verification_token: [x]}", "verification_token: must be text"),
            ("{color: red}", "`color` is no part of a subscription"),
            ("5", "must be a mapping"),
        ],
    )
    def test_wrong_events_are_an_error_with_a_position(self, events, message):
        with pytest.raises(ScenarioError, match=message) as caught:
            Emulator.from_text(scenario(app=f"events: {events}"))

        assert caught.value.line == 6


# ---- the server delivers by itself


@contextmanager
def running(emulator, monkeypatch) -> Iterator[httpx.Client]:
    """Serve an emulator in a thread; yields a client of its admin side."""
    made: list[server.Server] = []
    urls: list[str] = []
    listening = threading.Event()

    class Recorded(server.Server):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            made.append(self)

    def announce(url):
        urls.append(url)
        listening.set()

    monkeypatch.setattr(server, "Server", Recorded)  # to stop it from here
    thread = threading.Thread(target=server.serve, args=(emulator,), kwargs={"announce": announce})
    thread.start()
    assert listening.wait(timeout=30)
    with httpx.Client(base_url=f"{urls[0]}/_emulator", trust_env=False) as client:
        yield client
    made[0].should_exit = True
    thread.join(timeout=30)
    assert not thread.is_alive()


class TestServer:
    NEW = {"chat_id": "oc_team", "name": "New"}

    @pytest.fixture
    def arrived(self, receiver):
        """Counts what has been answered, and can be waited for."""
        usual = receiver.answer
        count = threading.Semaphore(0)

        async def answer(request):
            answered = await usual(request)
            count.release()
            return answered

        receiver.answer = answer
        return count

    @pytest.fixture
    def emulator(self, tmp_path, receiver):
        text = scenario(app=f"events: {{url: '{receiver.url}'}}", groups=GROUPS)
        emulator = Emulator.from_text(text, tmp_path / "emulator.sqlite")
        yield emulator
        emulator.close()

    def test_new_event_is_delivered_at_once(self, emulator, monkeypatch, arrived, receiver):
        with running(emulator, monkeypatch) as client:
            client.post("/acts/rename", json=self.NEW)

            assert arrived.acquire(timeout=10)

        assert receiver.names == ["New"]

    def test_failure_nobody_foresaw_is_logged_and_the_next_event_is_delivered(
        self, emulator, monkeypatch, arrived, receiver, caplog
    ):
        monkeypatch.setattr(server, "_LONGEST_REST", 0.05)
        usual, failures = emulator.deliver, [RuntimeError("out of ink")]

        async def deliver():
            if failures:
                raise failures.pop()
            return await usual()

        monkeypatch.setattr(emulator, "deliver", deliver)
        with running(emulator, monkeypatch) as client:
            client.post("/acts/rename", json=self.NEW)

            assert arrived.acquire(timeout=10)

        assert receiver.names == ["New"]
        assert "out of ink" in caplog.text

    def test_retry_is_made_when_the_clock_is_moved(self, emulator, monkeypatch, arrived, receiver):
        receiver.answers = [Response(500, {}, b"")]
        with running(emulator, monkeypatch) as client:
            client.post("/acts/rename", json=self.NEW)
            assert arrived.acquire(timeout=10)
            while len(client.get("/events").json()["events"][0]["deliveries"]) < 2:
                pass  # the failure is yet to be written down

            client.post("/clock", json={"move_seconds": 15})

            assert arrived.acquire(timeout=10)

        assert receiver.names == ["New", "New"]

    def test_delivery_is_made_when_it_falls_due(self, emulator, monkeypatch, arrived, receiver):
        monkeypatch.setattr(server, "_LONGEST_REST", 60.0)
        with running(emulator, monkeypatch) as client:
            client.post("/faults", json={"kind": "delay_event", "seconds": 0.1})

            client.post("/acts/rename", json=self.NEW)

            assert arrived.acquire(timeout=10)

    def test_event_of_another_process_is_delivered_too(
        self, emulator, monkeypatch, arrived, receiver, tmp_path
    ):
        monkeypatch.setattr(server, "_LONGEST_REST", 0.05)
        text = scenario(app=f"events: {{url: '{receiver.url}'}}", groups=GROUPS)
        other = Emulator.from_text(text, tmp_path / "emulator.sqlite")
        with running(emulator, monkeypatch):
            rename(other, "New")

            assert arrived.acquire(timeout=10)
        other.close()


def test_act_that_fails_tells_nothing(start):
    emulator = start()

    with pytest.raises(ActError):
        emulator.acts.rename("oc_team", "New", by="Nobody")

    assert emulator.events() == []
    assert emulator.acts.chat("oc_team")["name"] == "Team"
