"""Tokens of custom and of store apps. Source: platform.openapi.yaml, info.x-token-rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.emulator import ids, tickets
from reconciler.emulator.directory import App
from reconciler.emulator.fields import Fields, Text
from reconciler.emulator.handlers.access import outbox
from reconciler.emulator.operation import Call
from reconciler.emulator.store import Token, TokenKind
from reconciler.emulator.wire import Refusal

LIFETIME = 7200.0
"""Seconds that a new token lives."""

RENEWAL = 1800.0
"""Seconds of remaining life below which a new token is made."""

MALFORMED: Mapping[int, int] = {9499: 10003, 99992402: 10003}
"""What token calls answer for malformed input, with HTTP 200 like all their failures."""

_NEEDED = Text(required=True, shortest=1)

CREDENTIALS = Fields({"app_id": _NEEDED, "app_secret": _NEEDED})
STORE_CREDENTIALS = Fields({**CREDENTIALS.fields, "app_ticket": _NEEDED})
STORE_TENANT = Fields({"app_access_token": _NEEDED, "tenant_key": _NEEDED})


# ---- custom apps


def tenant_access_token_internal(call: Call) -> dict[str, Any]:
    """Return the tenant token of a custom app."""
    return _shown(call, _custom_token(call), "tenant_access_token")


def app_access_token_internal(call: Call) -> dict[str, Any]:
    """Return the app token and the tenant token of a custom app; both are one value."""
    return _shown(call, _custom_token(call), "app_access_token", "tenant_access_token")


def _custom_token(call: Call) -> Token:
    app = _app(call, wrong_secret=10014)
    if not app.enabled or app.store:
        raise Refusal(10014, "app unavailable", bare=True)
    return _current(call, TokenKind.TENANT, app.app_id, app.tenant_key)


# ---- store apps


def app_access_token(call: Call) -> dict[str, Any]:
    """Return the app token of a store app that knows its latest ticket."""
    app = _app(call)
    if not app.enabled or not app.store:
        raise Refusal(10014, "app unavailable", bare=True)
    if call.body["app_ticket"] != tickets.current(call.store, call.seed, app, call.now):
        raise Refusal(10012, bare=True)
    return _shown(call, _current(call, TokenKind.APP, app.app_id, ""), "app_access_token")


def tenant_access_token(call: Call) -> dict[str, Any]:
    """Return the tenant token of a store app in a tenant that installed it."""
    token, tenant_key = call.store.token(call.body["app_access_token"]), call.body["tenant_key"]
    app = call.directory.apps.get(token.app_id) if token else None
    if token is None or app is None or token.kind != TokenKind.APP or token.ends <= call.now:
        raise Refusal(10013, bare=True)
    if not app.works_in(tenant_key):
        raise Refusal(10013, bare=True)
    return _shown(call, _current(call, TokenKind.TENANT, app.app_id, tenant_key), "tenant_access_token")


def app_ticket_resend(call: Call) -> dict[str, Any]:
    """Push the current ticket of a store app once more; it never stands in the answer."""
    app = _app(call)
    if not app.enabled or not app.store:
        raise Refusal(10016, bare=True)
    outbox(call).push_app_ticket(app)
    return {}


# ---- both


def _app(call: Call, *, wrong_secret: int = 10015) -> App:
    """Return the app whose credentials the body has."""
    app = call.directory.apps.get(call.body["app_id"])
    if app is None:
        raise Refusal(10014, "app id not exists", bare=True)
    if app.app_secret != call.body["app_secret"]:
        raise Refusal(wrong_secret, bare=True)
    return app


def _current(call: Call, kind: TokenKind, app_id: str, tenant_key: str) -> Token:
    """Return the current token of an app: the same one while 30 minutes remain, else a new one beside it."""
    token = call.store.newest_token(kind, app_id, tenant_key)
    if token is None or token.ends - call.now < RENEWAL:
        make = ids.app_token if kind is TokenKind.APP else ids.token
        text = make(call.seed, app_id, tenant_key, *call.store.token_numbers())
        token = Token(text, kind, app_id, tenant_key, call.now + LIFETIME)
        call.store.add_token(token)
    return token


def _shown(call: Call, token: Token, *names: str) -> dict[str, Any]:
    """Return the token under `names`, with its remaining life."""
    return {**dict.fromkeys(names, token.token), "expire": int(token.ends - call.now)}
