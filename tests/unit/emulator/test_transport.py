"""The emulator as an HTTPX transport."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from reconciler.emulator import Fault, FaultKind
from reconciler.emulator.transport import EmulatorTransport

BOT = "/open-apis/bot/v3/info"


@pytest.fixture
def send(api):
    """Send one request with our token."""
    api.sign_in()

    def send(method, path, **more):
        async def exchange():
            client = httpx.AsyncClient(
                transport=EmulatorTransport(api.emulator), base_url="https://open.feishu.cn"
            )
            async with client:
                return await client.request(
                    method, path, headers={"Authorization": f"Bearer {api.token}"}, **more
                )

        return asyncio.run(exchange())

    return send


def test_request_and_answer_pass_through(send, api):
    answer = send(
        "POST", "/open-apis/im/v1/chats", json={"name": "支付值班"}, params={"user_id_type": "union_id"}
    )

    assert answer.status_code == 200
    assert answer.json()["data"]["name"] == "支付值班"
    assert answer.headers["x-tt-logid"]
    assert api.emulator.log[-1].query == (("user_id_type", "union_id"),)


def test_trace_is_told_when_a_request_has_left(send, api):
    told = []

    async def trace(event, info):
        told.append((event, len(api.emulator.log)))

    send("GET", BOT, extensions={"trace": trace})

    assert told == [("http11.send_request_body.complete", len(api.emulator.log) - 1)]


def test_delete_carries_a_body(send, api):
    chat_id = api.create(user_id_list=["ou_lilei"])

    send("DELETE", f"/open-apis/im/v1/chats/{chat_id}/members", json={"id_list": ["ou_lilei"]})

    assert api.members(chat_id) == []


def test_dropped_connection_is_a_protocol_error(send, api):
    api.emulator.faults.add(Fault(FaultKind.DROP, "bot_info"))

    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        send("GET", BOT)


def test_truncated_body_is_a_protocol_error(send, api):
    api.emulator.faults.add(Fault(FaultKind.TRUNCATED, "bot_info"))

    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        send("GET", BOT)


def test_late_answer_is_a_read_timeout(send, api):
    api.emulator.faults.add(Fault(FaultKind.LATENCY, "bot_info", seconds=30))

    with pytest.raises(httpx.ReadTimeout):
        send("GET", BOT, timeout=httpx.Timeout(5))


def test_client_that_waits_for_ever_gets_the_late_answer(send, api):
    api.emulator.faults.add(Fault(FaultKind.LATENCY, "bot_info", seconds=30))

    assert send("GET", BOT, timeout=None).status_code == 200


def test_plain_text_answers_stay_plain_text(send):
    answer = send("GET", "/nothing")

    assert (answer.status_code, answer.text) == (404, "404 page not found")
    assert answer.headers["content-type"] == "text/plain"
