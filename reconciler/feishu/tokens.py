"""Where access tokens come from.

Source: platform.openapi.yaml, `info.x-token-rules`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from pydantic import SecretStr

from reconciler.errors import PlatformError, RunRefused, text
from reconciler.feishu.wire import TenantToken
from reconciler.redaction import hide

MARGIN: Final = 180.0
"""Seconds before its end when a token is no longer used; the vendor's Go and Node SDKs take the same. It has
to cover one call with its waits; asking earlier brings nothing new, for the platform returns the same token
until half an hour before its end."""


@dataclass(frozen=True, slots=True, eq=False)
class Token:
    """An access token. Two fetches never return the same object, even if the platform repeats its value."""

    value: SecretStr
    good_until: float = float("inf")
    """Time of the event loop."""
    lifetime: float | None = None
    """Seconds that it had to live when it was fetched; `None`: nobody told."""


class TokenSource(Protocol):
    """Hands out access tokens."""

    advice: str
    """What a person can do when the platform refuses the tokens of this source."""

    async def token(self) -> Token:
        """Return a token that should be good for one call.

        Raises:
            RunRefused: There is none to be had.
        """
        ...

    def renew(self, refused: Token) -> bool:
        """Forget a token that the platform refused; tell whether another one can be had."""
        ...


class StaticTokens:
    """One ready token, which cannot be renewed."""

    advice: str = text(
        "FEISHU_TENANT_ACCESS_TOKEN is wrong or has expired (a token lives two hours at most): get a new one, or set "
        "FEISHU_APP_SECRET instead, so that tokens are fetched and renewed."
    )

    def __init__(self, value: SecretStr) -> None:
        hide(value.get_secret_value())
        self._token = Token(value)

    async def token(self) -> Token:
        """Return the token."""
        return self._token

    def renew(self, refused: Token) -> bool:  # noqa: ARG002  the protocol's argument
        """Tell that there is no other token."""
        return False


class InternalAppTokens:
    """Tokens of a custom app: fetched when needed, kept until shortly before their end.

    Calls that need a token at the same time share one fetch, and its failure.
    """

    advice: str = text(
        "A fresh token was refused as well. Check that the app is enabled and installed in this tenant, and that "
        "FEISHU_APP_ID and FEISHU_APP_SECRET belong together."
    )

    def __init__(self, fetch: Callable[[], Awaitable[TenantToken]]) -> None:
        """Use `fetch` to get a token from the platform."""
        self._fetch = fetch
        self._token: Token | None = None
        self._fetching: asyncio.Task[Token] | None = None

    async def token(self) -> Token:
        """Return the kept token, or a fresh one."""
        if self._token is not None and _now() < self._token.good_until:
            return self._token
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch_token())
            self._fetching.add_done_callback(self._keep)
        # A waiter that is cancelled must not take the token from the others.
        return await asyncio.shield(self._fetching)

    def renew(self, refused: Token) -> bool:
        """Forget a token that the platform refused; others may have renewed it meanwhile."""
        if self._token is refused:
            self._token = None
        return True

    async def _fetch_token(self) -> Token:
        try:
            answer = await self._fetch()
        except PlatformError as error:
            # Whatever the reason: no call will work without a token.
            raise RunRefused(error.diagnostic) from error
        hide(answer.tenant_access_token)
        # Half of a short life, so that a token is used at all.
        life = max(answer.expire - MARGIN, answer.expire / 2)
        return Token(SecretStr(answer.tenant_access_token), good_until=_now() + life, lifetime=answer.expire)

    def _keep(self, fetching: asyncio.Task[Token]) -> None:
        self._fetching = None
        if not fetching.cancelled() and fetching.exception() is None:
            self._token = fetching.result()


def _now() -> float:
    return asyncio.get_running_loop().time()
