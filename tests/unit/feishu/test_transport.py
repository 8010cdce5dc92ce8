"""One call: what is sent, how answers are read, what is repeated and when. In virtual time."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import ssl
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from reconciler.errors import (
    GroupGone,
    OperationRefused,
    OutcomeUnknown,
    OutsideGroup,
    Refused,
    RunRefused,
    Throttled,
)
from reconciler.feishu.limiter import CONNECTIONS
from reconciler.feishu.tokens import StaticTokens
from reconciler.feishu.transport import ATTEMPTS, LONGEST_WAIT, Effect, Request, Transport
from reconciler.feishu.wire import Nothing, Page, WireNewChat
from tests.support.scripted_platform import ScriptedPlatform, ok, refused

READ, REPEATABLE, ONCE = Effect.READ, Effect.REPEATABLE, Effect.ONCE
RESET = "x-ogw-ratelimit-reset"

BUSY = {
    "429": lambda: refused(99991400, http=429),
    "400 with the code of a rate limit": lambda: refused(99991400, http=400),
    "429 without JSON": lambda: httpx.Response(429, text="slow down"),
    "429 with another code": lambda: refused(1, http=429),
    "busy chat": lambda: refused(232019),
    "group being created": lambda: refused(232068),
    "menu being changed": lambda: refused(232073),
}
UNKNOWN = {
    "read timeout": lambda: httpx.ReadTimeout("slow"),
    "lost connection": lambda: httpx.RemoteProtocolError("gone"),
    "500 with unknown code": lambda: refused(123456, http=500),
    "502 with HTML": lambda: httpx.Response(502, html="<h1>Bad gateway</h1>"),
    "504 empty": lambda: httpx.Response(504),
    "internal error": lambda: refused(2200),
    "200 with HTML": lambda: httpx.Response(200, html="<h1>Hello</h1>"),
    "200 with cut JSON": lambda: httpx.Response(200, text='{"code": 0, "da'),
    "200 with other JSON": lambda: httpx.Response(200, json=["code", 0]),
    "200 with too deep JSON": lambda: httpx.Response(200, text="[" * 100_000),
    "200 with unfit data": lambda: ok({"has_more": "perhaps"}),
    "200 with a list as data": lambda: ok(["has_more"]),
    "500 with code 0": lambda: httpx.Response(500, json={"code": 0, "msg": "ok", "data": {}}),
}
NOT_SENT = {
    "no connection": lambda: httpx.ConnectError("refused"),
    "connect timeout": lambda: httpx.ConnectTimeout("slow"),
    "proxy refuses": lambda: httpx.ProxyError("no"),
}


def choose(table: dict[str, Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("failure", table.values(), ids=table.keys())


@pytest.fixture
def transport(platform: ScriptedPlatform) -> Transport:
    return transport_to(platform)


def transport_to(platform: ScriptedPlatform, **options: Any) -> Transport:
    def tokens(_transport: Transport) -> StaticTokens:
        return StaticTokens(SecretStr("t-static-canary"))

    return Transport("http://platform.example", tokens, http_transport=platform, **options)


def request(effect: Effect = READ, operation: str = "chat_update", **parts: Any) -> Request:
    return Request(operation=operation, method=parts.pop("method", "PUT"), path="/x", effect=effect, **parts)


async def times_of(transport: Transport, platform: ScriptedPlatform, asked: Request) -> list[float]:
    """Perform a call and return when each attempt came, in seconds after the first."""
    await transport.call(asked, Nothing)
    return [round(seen.time - platform.seen[0].time, 3) for seen in platform.seen]


class TestWhatIsSent:
    async def test_body_is_json_in_utf8_with_its_content_type(self, transport, platform):
        await transport.call(request(body={"name": "支付值班"}), Nothing)

        sent = platform.seen[0].request
        assert json.loads(sent.content) == {"name": "支付值班"}
        assert sent.headers["Content-Type"] == "application/json; charset=utf-8"

    async def test_delete_has_a_body(self, transport, platform):
        await transport.call(
            request(ONCE, "chat_tab_delete", method="DELETE", body={"tab_ids": ["1"]}), Nothing
        )

        assert platform.seen[0].request.method == "DELETE"
        assert platform.seen[0].body == {"tab_ids": ["1"]}

    async def test_get_has_no_body(self, transport, platform):
        """Some gateways answer 411 to a GET with a body. Source: wire-behaviour 1.11."""
        await transport.call(request(method="GET", query={"page_size": "100"}), Nothing)

        sent = platform.seen[0].request
        assert sent.content == b""
        assert "Content-Type" not in sent.headers
        assert "Content-Length" not in sent.headers
        assert sent.url.query == b"page_size=100"

    async def test_token_travels_as_bearer(self, transport, platform):
        await transport.call(request(), Nothing)

        assert platform.seen[0].request.headers["Authorization"] == "Bearer t-static-canary"


class TestAnswers:
    async def test_data_is_returned(self, transport, platform):
        platform.on("*", ok({"has_more": True, "page_token": "p", "new_field": 1}))

        assert await transport.call(request(), Page) == Page(has_more=True, page_token="p")

    async def test_null_data_is_empty(self, transport, platform):
        platform.on("*", httpx.Response(200, json={"code": 0, "msg": "ok", "data": None}))

        assert await transport.call(request(), Page) == Page()

    async def test_answer_beside_the_code_is_read_there(self, transport, platform):
        platform.on("*", httpx.Response(200, json={"code": 0, "has_more": True}))

        assert (await transport.call(request(beside_code=True), Page)).has_more

    @pytest.mark.parametrize("http", [200, 400, 500])
    async def test_code_decides_whatever_the_status(self, transport, platform, http):
        platform.on("*", refused(232009, http=http))

        with pytest.raises(GroupGone) as caught:
            await transport.call(request(), Nothing)

        assert (caught.value.facts.code, caught.value.facts.http_status) == (232009, http)

    async def test_managers_changed_without_list_is_success(self, transport, platform):
        """232039 comes as HTTP 400 although the change was made. Source: members.openapi.yaml."""
        platform.on("*", refused(232039))

        answer = await transport.call(request(REPEATABLE, operation="chat_managers_add_managers"), Nothing)

        assert answer == Nothing()

    async def test_done_without_a_list_is_no_answer_to_a_write_that_has_to_tell_something(
        self, transport, platform
    ):
        platform.on("*", refused(232039))

        with pytest.raises(OutcomeUnknown):
            await transport.call(request(ONCE), WireNewChat)

    async def test_done_without_a_list_is_no_answer_to_a_read(self, transport, platform):
        platform.on("*", refused(232039))

        with pytest.raises(Refused):
            await transport.call(request(READ), Nothing)

    @pytest.mark.parametrize(
        ("code", "error"),
        [
            (99991403, RunRefused),
            (99991672, OperationRefused),
            (232011, OutsideGroup),
            (232017, Refused),
            (9, Refused),
        ],
    )
    async def test_refusals_are_not_repeated(self, transport, platform, code, error):
        platform.on("*", refused(code))

        with pytest.raises(error):
            await transport.call(request(), Nothing)

        assert len(platform.seen) == 1

    @pytest.mark.parametrize("status", [301, 404, 411])
    async def test_refusal_without_json_survives_with_what_came(self, transport, platform, status):
        page = httpx.Response(status, text="404\x1b[31m page\nnot found" + "!" * 1000)
        platform.on("*", page)

        with pytest.raises(Refused) as caught:
            await transport.call(request(), Nothing)

        detail = caught.value.diagnostic.detail
        assert caught.value.facts.http_status == status
        assert detail.startswith("The answer was text/plain; charset=utf-8: 404")
        assert "[31m page not found!!!" in detail
        assert "\x1b" not in detail
        assert len(detail) < 500
        assert len(platform.seen) == 1

    async def test_success_code_with_a_client_error_is_a_refusal(self, transport, platform):
        platform.on("*", httpx.Response(400, json={"code": 0, "msg": "ok"}))

        with pytest.raises(Refused):
            await transport.call(request(), Nothing)

    async def test_redirects_are_not_followed(self, transport, platform):
        platform.on("*", httpx.Response(302, headers={"Location": "https://evil.example.com"}))

        with pytest.raises(Refused):
            await transport.call(request(), Nothing)

        assert len(platform.seen) == 1


class TestLogId:
    @pytest.mark.parametrize(
        ("headers", "error", "log_id"),
        [
            pytest.param({"X-Tt-Logid": "a", "X-Request-Id": "b"}, {"log_id": "c"}, "a", id="header"),
            pytest.param({"X-Request-Id": "b"}, {"log_id": "c"}, "c", id="body"),
            pytest.param({}, {"logid": "d"}, "d", id="other spelling in the body"),
            pytest.param({"X-Request-Id": "b"}, {}, "b", id="request id as fallback"),
            pytest.param({}, {}, "", id="none"),
        ],
    )
    async def test_log_id_is_kept(self, transport, platform, headers, error, log_id):
        body = {"code": 232006, "msg": "bad", "error": error}
        platform.on("*", httpx.Response(400, json=body, headers=headers))

        with pytest.raises(Refused) as caught:
            await transport.call(request(), Nothing)

        assert caught.value.facts.log_id == log_id

    async def test_strange_error_block_is_ignored(self, transport, platform):
        platform.on("*", httpx.Response(400, json={"code": 232006, "msg": "bad", "error": ["odd"]}))

        with pytest.raises(Refused) as caught:
            await transport.call(request(), Nothing)

        assert caught.value.facts.code == 232006


class TestRepeats:
    """What may be repeated: docs/behaviour.md, "Repeats", to the letter."""

    @choose(BUSY)
    @pytest.mark.parametrize("effect", Effect)
    async def test_call_that_was_refused_until_later_is_repeated(self, transport, platform, failure, effect):
        platform.on("*", failure(), failure())

        await transport.call(request(effect), Nothing)

        assert len(platform.seen) == 3

    @choose(UNKNOWN)
    @pytest.mark.parametrize("effect", [READ, REPEATABLE])
    async def test_read_or_repeatable_write_with_unknown_outcome_is_repeated(
        self, transport, platform, failure, effect
    ):
        platform.on("*", failure())

        await transport.call(request(effect), Page)

        assert len(platform.seen) == 2

    @choose(UNKNOWN)
    async def test_write_that_must_not_be_done_twice_goes_back_to_the_caller(
        self, transport, platform, failure
    ):
        platform.on("*", failure())

        with pytest.raises(OutcomeUnknown):
            await transport.call(request(ONCE), Page)

        assert len(platform.seen) == 1

    @choose(NOT_SENT)
    @pytest.mark.parametrize("effect", Effect)
    async def test_call_that_was_not_sent_is_repeated(self, transport, platform, failure, effect):
        platform.on("*", failure())

        await transport.call(request(effect), Nothing)

        assert len(platform.seen) == 2

    @choose(NOT_SENT)
    async def test_unreachable_platform_is_told_after_all_attempts(self, transport, platform, failure):
        platform.on("*", *(failure() for _ in range(ATTEMPTS)))

        with pytest.raises(OutcomeUnknown) as caught:
            await transport.call(request(ONCE), Nothing)

        assert caught.value.diagnostic.summary == "Platform cannot be reached"
        assert isinstance(caught.value.__cause__, httpx.RequestError)
        assert len(platform.seen) == ATTEMPTS

    @choose(BUSY)
    async def test_throttling_that_lasts_is_told_after_all_attempts(self, transport, platform, failure):
        platform.on("*", *(failure() for _ in range(ATTEMPTS)))

        with pytest.raises(Throttled):
            await transport.call(request(ONCE), Nothing)

        assert len(platform.seen) == ATTEMPTS

    async def test_our_own_bugs_are_not_repeated(self, transport, platform):
        platform.on("*", ZeroDivisionError())

        with pytest.raises(ZeroDivisionError):
            await transport.call(request(), Nothing)

        assert len(platform.seen) == 1


class TestWaits:
    @pytest.mark.parametrize("http", [429, 400])
    async def test_rate_limit_is_waited_for_exactly_as_long_as_the_platform_says(
        self, transport, platform, http
    ):
        platform.on(
            "*",
            refused(99991400, http, headers={RESET: "7"}),
            refused(99991400, http, headers={RESET: "61.5"}),
        )

        assert await times_of(transport, platform, request(ONCE)) == [0, 7, 68.5]

    @pytest.mark.parametrize(
        "headers",
        [{"Retry-After": "3"}, {RESET: "soon", "Retry-After": "3"}, {RESET: "-1", "Retry-After": "3"}],
        ids=["alone", "after nonsense", "after a negative number"],
    )
    async def test_retry_after_counts_without_the_platforms_header(self, transport, platform, headers):
        platform.on("*", refused(99991400, 429, headers=headers))

        assert await times_of(transport, platform, request()) == [0, 3]

    @pytest.mark.parametrize(
        "headers", [{}, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}], ids=["none", "date"]
    )
    async def test_without_a_header_waits_grow_and_jitter(self, transport, platform, headers):
        platform.on("*", *(refused(99991400, 429, headers=headers) for _ in range(4)))

        times = await times_of(transport, platform, request())

        waits = [later - earlier for earlier, later in itertools.pairwise(times)]
        for wait, base in zip(waits, [0.5, 1, 2, 4], strict=True):
            assert base - 1e-9 <= wait <= base + 0.51

    async def test_too_long_a_wait_is_told_at_once(self, transport, platform):
        platform.on("*", refused(99991400, 429, headers={RESET: str(LONGEST_WAIT + 1)}))

        with pytest.raises(Throttled):
            await transport.call(request(), Nothing)

        assert len(platform.seen) == 1

    async def test_wait_holds_all_calls_of_the_operation_but_no_others(self, transport, platform):
        platform.on("*", refused(99991400, 429, headers={RESET: "30"}))
        await asyncio.gather(
            transport.call(request(), Nothing),
            _later(transport, request(), 1),
            _later(transport, request(operation="chat_get"), 1),
        )

        start = platform.seen[0].time
        assert [round(seen.time - start, 2) for seen in platform.seen] == [0, 1, 30, 30]

    async def test_each_repeat_takes_a_turn_of_its_own(self, transport, platform):
        """A repeat is a call: it counts in the window."""
        platform.on("*", *(refused(99991400, 429, headers={RESET: "0"}) for _ in range(2)))
        first = [transport.call(request(), Nothing) for _ in range(50)]

        await asyncio.gather(*first)

        start = platform.seen[0].time
        assert sum(seen.time - start < 1 for seen in platform.seen) == 50
        assert len(platform.seen) == 52


async def _later(transport: Transport, asked: Request, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await transport.call(asked, Nothing)


class TestCounts:
    async def test_calls_repeats_and_throttled_answers_are_counted_by_operation(self, transport, platform):
        platform.on("*", refused(232019), httpx.ReadTimeout("slow"))
        await transport.call(request(), Nothing)
        await transport.call(request(operation="chat_get"), Nothing)

        assert transport.counts.calls == {"chat_update": 3, "chat_get": 1}
        assert transport.counts.repeats == {"chat_update": 2}
        assert transport.counts.throttled == {"chat_update": 1}

    async def test_repeats_are_counted_when_they_are_made(self, transport, platform):
        platform.on("*", *(refused(232019) for _ in range(ATTEMPTS)))

        with pytest.raises(Throttled):
            await transport.call(request(), Nothing)

        assert transport.counts.repeats == {"chat_update": ATTEMPTS - 1}
        assert transport.counts.throttled == {"chat_update": ATTEMPTS}


class TestParallelism:
    async def test_calls_in_flight_are_limited(self, platform):
        platform.latency = 1.0
        transport = transport_to(platform, parallelism=3)

        await asyncio.gather(*(transport.call(request(), Nothing) for _ in range(9)))

        assert platform.most_at_once["all"] == 3

    async def test_one_operation_has_at_most_as_many_calls_under_way_as_connections(
        self, transport, platform
    ):
        platform.latency = 1.0

        await asyncio.gather(*(transport.call(request(), Nothing) for _ in range(40)))

        assert platform.most_at_once["PUT /x"] == CONNECTIONS


class TestSlowConnections:
    async def test_call_counts_in_its_window_from_when_it_was_sent(self, transport, platform):
        platform.connecting = 0.5
        await asyncio.gather(*(transport.call(request(), Nothing) for _ in range(51)))

        times = sorted(seen.time for seen in platform.seen)

        assert times[50] - times[0] >= 1.0


class TestLogging:
    async def test_each_call_is_one_debug_line_without_body_query_or_token(self, transport, platform, caplog):
        caplog.set_level(logging.DEBUG, logger="reconciler.feishu")
        platform.on("*", refused(232019), httpx.Response(502, text="bad"))

        await transport.call(request(query={"uuid": "q-canary"}, body={"name": "b-canary"}), Nothing)

        lines = [record.getMessage() for record in caplog.records if record.name == "reconciler.feishu"]
        assert lines == [
            "chat_update: HTTP 400, code 232019, log id log-1, 0 ms",
            "chat_update: HTTP 502, code unreadable, log id none, 0 ms",
            "chat_update: HTTP 200, code 0, log id none, 0 ms",
        ]

    async def test_repeats_are_not_logged_by_the_library(self, transport, platform, caplog):
        caplog.set_level(logging.DEBUG)
        platform.on("*", refused(232019))

        await transport.call(request(), Nothing)

        assert {record.name for record in caplog.records if record.name.startswith("stamina")} == set()


class TestConnections:
    async def test_each_operation_has_a_client_of_its_own_that_is_closed_at_the_end(self, transport):
        await transport.call(request(), Nothing)
        await transport.call(request(operation="chat_get"), Nothing)
        clients = list(transport._clients.values())

        await transport.aclose()

        assert len(clients) == 2
        assert all(client.is_closed for client in clients)

    @pytest.mark.parametrize(
        ("base_url", "certificates"), [("https://x.example", True), ("http://127.0.0.1", False)]
    )
    async def test_certificates_are_loaded_once_and_only_for_https(self, base_url, certificates):
        transport = Transport(base_url, lambda _: StaticTokens(SecretStr("t-1")))

        contexts = [transport._tls(), transport._tls()]

        assert contexts[0] is contexts[1]
        assert contexts[0].verify_mode is ssl.CERT_REQUIRED
        assert bool(contexts[0].cert_store_stats()["x509_ca"]) is certificates
        transport._client("chat_get")
        await transport.aclose()
