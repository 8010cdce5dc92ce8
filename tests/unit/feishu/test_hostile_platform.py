"""The platform, or whoever answers in its place, as an attacker: every answer is bounded and ends in one of our errors."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from itertools import count

import httpx
import pytest
from pydantic import SecretStr

from reconciler.errors import OutcomeUnknown, PlatformError, Refused, RunRefused
from reconciler.feishu import transport as transport_module
from reconciler.feishu.endpoints.paging import MAX_PAGES, walk
from reconciler.feishu.tokens import StaticTokens
from reconciler.feishu.transport import LONGEST_CALL, MAX_ANSWER, Effect, Request, Transport
from reconciler.feishu.wire import Nothing, Page, TenantToken
from tests.support.scripted_platform import TOKEN_PATH, ok

WRITE = Request(operation="chat_create", method="POST", path="/x", effect=Effect.ONCE)
ENOUGH = b'{"code": 0, "msg": "ok", "data": {}}'


async def once(body: bytes) -> AsyncIterator[bytes]:
    yield body


class Answering(httpx.AsyncBaseTransport):
    """Answers everything with what a test made."""

    def __init__(self, status: int, headers: dict[str, str], body: AsyncIterator[bytes] | bytes) -> None:
        content = once(body) if isinstance(body, bytes) else body
        self.answer = httpx.Response(status, headers=headers, content=content)

    async def handle_async_request(self, _request: httpx.Request) -> httpx.Response:
        return self.answer


async def answered(
    body: AsyncIterator[bytes] | bytes, status: int = 200, **headers: str
) -> PlatformError | None:
    """Return how a call ends, `None` for well."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    http_transport = Answering(status, named, body)
    tokens = StaticTokens(SecretStr("t-canary"))
    transport = Transport("http://platform.example", lambda _: tokens, http_transport=http_transport)
    try:
        await transport.call(WRITE, Nothing)
    except PlatformError as error:
        return error
    finally:
        await transport.aclose()
    return None


async def endless() -> AsyncIterator[bytes]:
    for _ in count():
        yield b" " * 65_536


class TestBodies:
    async def test_what_is_larger_than_any_answer_is_not_read_to_its_end(self):
        error = await answered(endless())

        assert isinstance(error, OutcomeUnknown)
        assert "larger than any answer" in error.diagnostic.detail

    async def test_packed_bomb_is_refused_when_it_unfolds(self):
        error = await answered(gzip.compress(b" " * (MAX_ANSWER + 1)), content_encoding="gzip")

        assert isinstance(error, OutcomeUnknown)

    @pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "deflate", "x"])
    async def test_other_packing_than_asked_for_is_not_unfolded(self, encoding):
        error = await answered(gzip.compress(gzip.compress(ENOUGH)), content_encoding=encoding)

        assert isinstance(error, OutcomeUnknown)
        assert "packed in an unknown way" in error.diagnostic.detail

    async def test_packed_answer_is_read(self):
        assert await answered(gzip.compress(ENOUGH), content_encoding="gzip") is None

    async def test_broken_packing_is_no_answer(self):
        error = await answered(b"no gzip", content_encoding="gzip")

        assert isinstance(error, OutcomeUnknown)

    async def test_byte_now_and_then_does_not_hold_up_a_run(self):
        async def dripping() -> AsyncIterator[bytes]:
            while True:
                await asyncio.sleep(20)
                yield b" "

        began = asyncio.get_running_loop().time()
        error = await answered(dripping())

        assert isinstance(error, OutcomeUnknown)
        assert "no complete answer within 120 seconds" in error.diagnostic.detail
        assert asyncio.get_running_loop().time() - began < LONGEST_CALL + 1

    @pytest.mark.parametrize(
        "charset",
        ["zlib", "hex", "bz2", "base64", "punycode", "idna", "undefined", "rot13", "utf-16", "\x00"],
    )
    async def test_encoding_that_an_answer_names_is_not_trusted(self, charset):
        error = await answered(b"<h1>hello\xff", 403, content_type=f"text/html; charset={charset}")

        assert isinstance(error, Refused)
        assert "<h1>hello" in error.diagnostic.detail

    @pytest.mark.parametrize(
        "body",
        [
            b"[" * 300_000,
            b'{"code": ' * 100_000,
            b'{"code": ' + b"9" * 100_000 + b"}",
            b'{"code": 1e999}',
            b'{"code": NaN}',
            b'{"code": 0, "msg": "\\ud800"}',
            b'{"code": 0, "msg": "\xff"}',
            b"",
            b"null",
            b"\x00" * 100,
            b'"' + b"a" * 1_000_000,
        ],
    )
    async def test_text_that_is_no_answer(self, body):
        assert isinstance(await answered(body), OutcomeUnknown)

    async def test_many_headers_change_nothing(self):
        headers = {f"x_{number}": "y" * 50 for number in range(10_000)}
        assert await answered(ENOUGH, 200, **headers) is None

    @pytest.mark.parametrize(
        "date", ["", "x", "Fri, 99 Foo 99999 99:99:99 +99999999", "Mon, 01 Jan 0001 00:00:00 +2359"]
    )
    async def test_impossible_date_is_none(self, date):
        assert await answered(ENOUGH, date=date) is None

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    async def test_redirect_is_never_followed(self, status):
        error = await answered(b"", status, location="http://elsewhere.example/")

        assert isinstance(error, Refused)

    async def test_what_is_told_of_a_body_is_short(self, monkeypatch):
        error = await answered(b"\x1b[31m" + "支".encode() * 1_000_000, 403)

        assert error
        assert len(error.diagnostic.detail) < 1000
        assert "\x1b" not in error.diagnostic.detail


class TestPaging:
    async def test_token_that_never_repeats_does_not_make_an_endless_list(self):
        numbers = count()

        async def fetch(_query: dict[str, str]) -> Page:
            return Page(has_more=True, page_token=str(next(numbers)))

        with pytest.raises(OutcomeUnknown) as caught:
            await walk("chat_list", fetch)

        assert caught.value.diagnostic.summary == "List does not end"
        assert next(numbers) == MAX_PAGES

    @pytest.mark.parametrize("page_token", ["", "again"])
    async def test_token_that_repeats_ends_at_once(self, page_token):
        asked = []

        async def fetch(query: dict[str, str]) -> Page:
            asked.append(query)
            return Page(has_more=True, page_token=page_token)

        with pytest.raises(OutcomeUnknown):
            await walk("chat_list", fetch)

        assert len(asked) <= 2

    async def test_list_of_as_many_pages_as_allowed_is_read(self):
        async def fetch(query: dict[str, str]) -> Page:
            number = int(query.get("page_token", "0")) + 1
            return Page(has_more=number < MAX_PAGES, page_token=str(number))

        assert len(await walk("chat_list", fetch)) == MAX_PAGES


class TestTokens:
    @pytest.mark.parametrize("expire", [-1, 10**10, 10**400, 1e300, "never"])
    async def test_impossible_life_of_a_token_is_no_answer(self, gateway, platform, expire):
        body = json.dumps({"code": 0, "tenant_access_token": "t-x", "expire": expire}).encode()
        platform.on(f"POST {TOKEN_PATH}", *[httpx.Response(200, content=body)] * 5)

        with pytest.raises(RunRefused):
            await gateway.list_chats()

    @pytest.mark.parametrize("token", ["", "a b", "a\r\nX-Evil: 1", "令牌", "a\x00", {}])
    async def test_token_that_no_header_can_carry_is_no_answer(self, gateway, platform, token):
        platform.on(f"POST {TOKEN_PATH}", *[ok(tenant_access_token=token, expire=7200) for _ in range(5)])

        with pytest.raises(RunRefused) as caught:
            await gateway.list_chats()

        assert "not shown, because it may hold a secret" in caught.value.diagnostic.detail

    def test_right_token_is_taken(self):
        assert TenantToken(tenant_access_token="t-g1044qeGEDXTB6NDJ.OGV-_~", expire=7200).expire == 7200


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "ftp://proxy.example"])
async def test_proxy_that_cannot_be_used_is_told(monkeypatch, proxy):
    monkeypatch.setenv("ALL_PROXY", proxy)
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    transport = Transport("https://platform.example", lambda _: StaticTokens(SecretStr("t-canary")))

    with pytest.raises(RunRefused) as caught:
        await transport.call(WRITE, Nothing)

    assert caught.value.diagnostic.summary == "Proxy cannot be used"


async def test_page_tokens_and_ids_of_the_platform_cannot_leave_their_place(gateway, platform):
    hostile = "x&user_id_type=union_id#/../../../evil?y=\r\nHost: evil.example"
    platform.on(
        "GET /open-apis/im/v1/chats", ok({"items": [], "has_more": True, "page_token": hostile}), ok()
    )

    await gateway.list_chats()

    asked = platform.calls[-1].request
    assert asked.url.path == "/open-apis/im/v1/chats"
    assert asked.url.params["page_token"] == hostile
    assert asked.url.params.get("user_id_type") != "union_id"
    assert asked.headers["Host"] == "platform.example"


def test_limits_are_numbers_that_the_documentation_tells():
    page = (transport_module.MAX_ANSWER, transport_module.LONGEST_CALL, MAX_PAGES)

    assert page == (8 * 1024 * 1024, 120.0, 1000)
