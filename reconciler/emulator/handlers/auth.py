"""Tokens of internal apps. Source: platform.openapi.yaml, info.x-token-rules."""

from __future__ import annotations

from typing import Any

from reconciler.emulator import ids
from reconciler.emulator.fields import Fields, Text
from reconciler.emulator.operation import Call
from reconciler.emulator.store import Token, TokenKind
from reconciler.emulator.wire import Refusal

LIFETIME = 7200.0
"""Seconds that a new token lives."""

RENEWAL = 1800.0
"""Seconds of remaining life below which a new token is made."""

CREDENTIALS = Fields({"app_id": Text(), "app_secret": Text()})


def tenant_access_token_internal(call: Call) -> dict[str, Any]:
    """Return the tenant token of an internal app."""
    token = _token(call)
    return {"tenant_access_token": token.token, "expire": int(token.ends - call.now)}


def app_access_token_internal(call: Call) -> dict[str, Any]:
    """Return the app token and the tenant token of an internal app; both are one value."""
    token = _token(call)
    return {
        "app_access_token": token.token,
        "expire": int(token.ends - call.now),
        "tenant_access_token": token.token,
    }


def _token(call: Call) -> Token:
    """Return the tenant token of the custom app that the body names."""
    app_id, app_secret = call.body.get("app_id"), call.body.get("app_secret")
    if not app_id or not app_secret:
        raise Refusal(10003, bare=True)
    app = call.directory.apps.get(app_id)
    if app is None:
        raise Refusal(10014, "app id not exists", bare=True)
    if app.app_secret != app_secret:
        raise Refusal(10014, bare=True)
    if not app.enabled or app.store:
        raise Refusal(10014, "app unavailable", bare=True)
    return _current(call, TokenKind.TENANT, app_id, app.tenant_key)


def _current(call: Call, kind: TokenKind, app_id: str, tenant_key: str) -> Token:
    """Return the current token of an app: the same one while 30 minutes remain, else a new one beside it."""
    token = call.store.newest_token(kind, app_id, tenant_key)
    if token is None or token.ends - call.now < RENEWAL:
        make = ids.app_token if kind is TokenKind.APP else ids.token
        token = Token(call.new_id(make), kind, app_id, tenant_key, call.now + LIFETIME)
        call.store.add_token(token)
    return token
