"""The emulator behind a real socket in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.support.pretend import OURS, SECRET, scenario
from tests.support.served import served as served_here

ROOT = Path(__file__).parents[3]

SCRIPT = """
import sys
from pathlib import Path
from reconciler.emulator import open_emulator
from reconciler.emulator.server import serve

emulator = open_emulator(Path(sys.argv[1]))
serve(emulator, announce=lambda url: print(url, flush=True))
emulator.close()
print("closed", flush=True)
"""


def start(folder):
    path = folder / "scenario.yaml"
    path.write_text(scenario(), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    process = start(tmp_path_factory.mktemp("served"))
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)


@pytest.fixture
def client(served):
    with httpx.Client(base_url=served, trust_env=False, timeout=30) as client:
        yield client
        client.request("DELETE", "/_emulator/faults")


def sign_in(client):
    path = "/open-apis/auth/v3/tenant_access_token/internal"
    token = client.post(path, json={"app_id": OURS, "app_secret": SECRET}).json()["tenant_access_token"]
    client.headers["Authorization"] = f"Bearer {token}"


def test_announced_url_answers(served, client):
    sign_in(client)

    answer = client.get("/open-apis/bot/v3/info")

    assert served.startswith("http://127.0.0.1:")
    assert answer.json()["bot"]["app_name"] == "Ours"
    assert len(answer.headers["x-tt-logid"]) == 32


def test_bodies_queries_and_chinese_pass_through(client):
    sign_in(client)

    made = client.post("/open-apis/im/v1/chats", params={"uuid": "socket"}, json={"name": "支付值班"}).json()
    chat_id = made["data"]["chat_id"]
    deleted = client.request("DELETE", f"/open-apis/im/v1/chats/{chat_id}").json()

    assert made["data"]["name"] == "支付值班"
    assert deleted["code"] == 0


def test_unknown_path_is_plain_text_404(client):
    answer = client.get("/open-apis/nothing")

    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (
        404,
        "404 page not found",
        "text/plain",
    )


def test_drop_ends_the_connection_without_an_answer(client):
    client.post("/_emulator/faults", json={"kind": "drop", "operation": "bot_info"})

    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.get("/open-apis/bot/v3/info")


def test_truncated_body_ends_early(client):
    client.post("/_emulator/faults", json={"kind": "truncated", "operation": "bot_info"})

    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        client.get("/open-apis/bot/v3/info")


def test_server_goes_on_after_a_broken_connection(client):
    client.post("/_emulator/faults", json={"kind": "drop", "count": 2})
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            client.get("/open-apis/bot/v3/info")

    sign_in(client)

    assert client.get("/open-apis/bot/v3/info").status_code == 200


def test_admin_side_answers_on_loopback(client):
    assert client.get("/_emulator").status_code == 200


def test_admin_side_refuses_a_foreign_host_name(client):
    assert client.get("/_emulator/requests", headers={"Host": "evil.example"}).status_code == 403


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_is_an_ordinary_end(tmp_path, number):
    process = start(tmp_path)
    assert process.stdout is not None
    process.stdout.readline()

    process.send_signal(number)
    out, err = process.communicate(timeout=30)

    assert (process.returncode, out.strip(), err) == (0, "closed", "")


def test_taken_port_is_an_os_error(served):
    from reconciler.emulator import Emulator
    from reconciler.emulator.server import serve

    emulator = Emulator.from_text(scenario())

    with pytest.raises(OSError, match="in use"):
        serve(emulator, port=int(served.rpartition(":")[2]))
    emulator.close()


def test_server_runs_in_another_thread_too(monkeypatch):
    """Signals belong to the main thread; elsewhere the server leaves them alone."""
    from reconciler.emulator import Emulator, server

    emulator = Emulator.from_text(scenario())
    urls: list[str] = []
    listening = threading.Event()
    made: list[server.Server] = []

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
    status = httpx.get(f"{urls[0]}/_emulator", trust_env=False).status_code
    made[0].should_exit = True
    thread.join(timeout=30)
    emulator.close()

    assert status == 200
    assert not thread.is_alive()


def test_answers_are_not_held_back_until_the_client_confirms_their_head():
    """Head and body are two packets: without TCP_NODELAY each call on a kept connection takes 40 ms."""
    from reconciler.emulator import Emulator

    emulator = Emulator.from_text(scenario())
    with served_here(emulator.handle) as url, httpx.Client(base_url=url, trust_env=False) as client:
        client.get("/_emulator")
        started = time.perf_counter()
        for _ in range(20):
            client.get("/_emulator")
        spent = time.perf_counter() - started
    emulator.close()

    assert spent < 20 * 0.04
