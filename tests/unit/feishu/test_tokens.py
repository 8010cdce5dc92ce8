"""Rules of platform.openapi.yaml, `info.x-token-rules`, seen from one call each."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from pydantic import SecretStr

from reconciler.errors import RunRefused
from reconciler.feishu.codes import TOKEN_REFUSED
from reconciler.feishu.connect import connect
from reconciler.feishu.credentials import Credentials
from reconciler.feishu.endpoints.bot import Bot
from reconciler.feishu.tokens import InternalAppTokens
from reconciler.feishu.wire import TenantToken
from reconciler.redaction import redact
from tests.support.scripted_platform import TOKEN_PATH, ok, refused

TOKEN_CALL = f"POST {TOKEN_PATH}"


@pytest.fixture
def bot(gateway):
    return Bot(gateway._transport)


async def test_first_call_fetches_a_token_and_sends_it(bot, platform):
    await bot.info()

    assert [each.line for each in platform.seen] == [TOKEN_CALL, "GET /open-apis/bot/v3/info"]
    assert platform.seen[0].body == {"app_id": "cli_a10fbf7e94b8d01d", "app_secret": "canary-secret"}
    assert platform.seen[0].token == ""
    assert platform.calls[0].token == "t-1"


async def test_calls_at_the_same_time_share_one_fetch(bot, platform):
    platform.latency = 0.2

    await asyncio.gather(*(bot.info() for _ in range(20)))

    assert platform.tokens == 1


async def test_token_is_kept_until_three_minutes_before_its_end(bot, platform):
    await bot.info()
    await asyncio.sleep(7200 - 180 - 1)
    await bot.info()
    assert platform.tokens == 1

    await asyncio.sleep(1)
    await bot.info()

    assert platform.tokens == 2


async def test_a_token_with_a_short_life_is_used_for_half_of_it(bot, platform):
    platform.on(TOKEN_CALL, ok(tenant_access_token="t-short", expire=100))
    await bot.info()
    await asyncio.sleep(49)
    await bot.info()

    await asyncio.sleep(2)
    await bot.info()

    assert [each.token for each in platform.calls] == ["t-short", "t-short", "t-1"]


@pytest.mark.parametrize("code", sorted(TOKEN_REFUSED))
async def test_refused_token_is_renewed_and_the_call_repeated_once(bot, platform, code):
    platform.on("*", refused(code))

    await bot.info()

    assert [each.token for each in platform.calls] == ["t-1", "t-2"]


async def test_a_second_refusal_is_final(bot, platform):
    platform.on("*", refused(99991663), refused(99991663), ok())

    with pytest.raises(RunRefused) as caught:
        await bot.info()

    assert len(platform.calls) == 2
    assert "FEISHU_APP_SECRET" in caught.value.diagnostic.hint


async def test_calls_refused_together_fetch_one_new_token_even_if_it_is_the_same_again(bot, platform):
    platform.latency = 0.2
    same = [ok(tenant_access_token="t-same", expire=7200) for _ in range(3)]
    platform.on(TOKEN_CALL, *same)
    platform.on("*", *(refused(99991663) for _ in range(10)))

    await asyncio.gather(*(bot.info() for _ in range(10)))

    assert len(platform.seen) - len(platform.calls) == 2
    assert len(platform.calls) == 20


@pytest.mark.parametrize("code", [10003, 10014, 99991543])
async def test_refused_credentials_stop_the_run_and_name_the_variables(bot, platform, code):
    platform.on(TOKEN_CALL, refused(code, http=200))

    with pytest.raises(RunRefused) as caught:
        await bot.info()

    assert caught.value.diagnostic.summary == "Credentials refused"
    assert "FEISHU_APP_ID" in caught.value.diagnostic.hint
    assert caught.value.facts.code == code
    assert platform.calls == []


async def test_internal_error_of_the_token_call_is_repeated(bot, platform):
    platform.on(TOKEN_CALL, refused(2200, http=200), refused(2200, http=500))

    await bot.info()

    assert platform.calls[0].token == "t-1"


async def test_unreachable_platform_stops_the_run_and_is_told_to_everybody_waiting(bot, platform):
    platform.on(TOKEN_CALL, *(httpx.ConnectError("refused") for _ in range(5)))

    results = await asyncio.gather(*(bot.info() for _ in range(3)), return_exceptions=True)

    assert [type(each) for each in results] == [RunRefused] * 3
    assert len(platform.seen) == 5


async def test_after_a_failed_fetch_the_next_call_tries_again(bot, platform):
    platform.on(TOKEN_CALL, refused(10014, http=200))
    with pytest.raises(RunRefused):
        await bot.info()

    await bot.info()

    assert platform.calls[0].token == "t-1"


async def test_token_call_refused_for_its_token_is_not_repeated(bot, platform):
    platform.on(TOKEN_CALL, refused(99991663))

    with pytest.raises(RunRefused):
        await bot.info()

    assert len(platform.seen) == 1


async def test_a_cancelled_waiter_leaves_the_token_to_the_others(bot, platform):
    platform.latency = 0.2
    cancelled = asyncio.create_task(bot.info())
    other = asyncio.create_task(bot.info())
    await asyncio.sleep(0.1)

    cancelled.cancel()
    await other

    assert platform.tokens == 1


async def test_a_cancelled_fetch_is_forgotten():
    async def fetch() -> TenantToken:
        await asyncio.sleep(1)
        return TenantToken(tenant_access_token="t-later", expire=7200)

    tokens = InternalAppTokens(fetch)
    waiting = asyncio.create_task(tokens.token())
    await asyncio.sleep(0.1)
    assert tokens._fetching is not None
    tokens._fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert (await tokens.token()).value.get_secret_value() == "t-later"


async def test_fetched_tokens_are_redacted(bot, platform):
    platform.on(TOKEN_CALL, ok(tenant_access_token="t-canary-fetched", expire=7200))

    await bot.info()

    assert redact("Bearer t-canary-fetched") == "Bearer [redacted]"


class TestReadyToken:
    """A token from FEISHU_TENANT_ACCESS_TOKEN cannot be renewed."""

    @pytest.fixture
    def bot(self, platform):
        credentials = Credentials(app_id="cli_x", tenant_access_token=SecretStr("t-ready"))
        return Bot(connect(credentials, "http://platform.example", http_transport=platform)._transport)

    async def test_it_is_sent_as_it_is(self, bot, platform):
        await bot.info()

        assert [each.token for each in platform.seen] == ["t-ready"]

    async def test_its_refusal_is_final_and_names_the_variable(self, bot, platform):
        platform.on("*", refused(99991663))

        with pytest.raises(RunRefused) as caught:
            await bot.info()

        assert "FEISHU_TENANT_ACCESS_TOKEN" in caught.value.diagnostic.hint
        assert len(platform.seen) == 1

    async def test_it_is_redacted(self, bot):
        assert redact("t-ready") == "[redacted]"
