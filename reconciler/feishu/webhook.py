"""Custom bots of a group: a card to a signed webhook, whose address is a secret like its key.

The contract knows of custom bots only how often they may be called, and that they refuse with HTTP 200 and a `code`.
Signature and request follow the vendor's guide (https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot).
It knows no key against doing things twice: a request that may have arrived is not repeated.

Source: platform.openapi.yaml, `info.x-rate-limit-tiers.rules`; wire-behaviour.md, 1.2.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from reconciler.environment import as_secret, read_secret, read_variable, unusable
from reconciler.errors import CredentialsError, Diagnostic, Text, text
from reconciler.feishu.hosts import NAMED_HOSTS
from reconciler.feishu.quota import WEBHOOK
from reconciler.feishu.tokens import StaticTokens
from reconciler.feishu.transport import CallCounts, Effect, Request, Transport
from reconciler.feishu.wire import Nothing
from reconciler.model.base import JsonValue
from reconciler.model.hosts import TRUSTED_HOSTS, WEBHOOKS, distrust, holds_blanks, trusted_hosts
from reconciler.redaction import hide

_SHORTEST_TOKEN: Final = 8
"""Characters at the end of a URL that are secret by themselves; shorter ones are words that other texts hold."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a custom bot listens, and the key of its signature."""

    base_url: str
    path: SecretStr
    key: SecretStr


def variable_of(name: str) -> str:
    """Return the variable that holds the URL of the webhook called `name`."""
    return WEBHOOKS + name.upper().replace("-", "_")


def read_webhook(name: str, environ: Mapping[str, str], base: Path) -> Webhook:
    """Return the webhook that the environment knows by a name.

    Args:
        name: As in `webhook:NAME`.
        environ: Environment variables.
        base: Folder where the path of a file with the key starts.

    Raises:
        CredentialsError: URL or key are missing, unusable, or the host is not trusted. No value is told but the host.
    """
    variable = variable_of(name)
    url = read_variable(environ, variable)
    if url is None:
        raise _missing(text("{variable} is not set.", variable=variable), variable)
    secret = as_secret(url, variable).get_secret_value()
    base_url, path = _parts(secret, variable, trusted_hosts(environ))
    token = path.rpartition("/")[2]
    if len(token) >= _SHORTEST_TOKEN:
        hide(token)
    key = read_secret(environ, f"{variable}_SECRET", f"{variable}_SECRET_FILE", base)
    if key is None:
        detail = text(
            "Neither {one} nor {other} is set.", one=f"{variable}_SECRET", other=f"{variable}_SECRET_FILE"
        )
        raise _missing(detail, variable)
    return Webhook(base_url, SecretStr(path), key)


def _parts(url: str, variable: str, trusted: frozenset[str]) -> tuple[str, str]:
    """Return scheme with host, and path."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or parts.scheme not in {"http", "https"} or holds_blanks(url):
        raise unusable(text("The value of {variable} is no http:// or https:// URL.", variable=variable))
    if parts.username is not None or parts.query or parts.fragment:
        raise unusable(
            text("The URL in {variable} may hold neither a user, a query nor a fragment.", variable=variable)
        )
    why = distrust(parts.scheme, host, port, trusted | NAMED_HOSTS)
    if why:
        raise CredentialsError(_untrusted(why))
    return f"{parts.scheme}://{parts.netloc}", parts.path or "/"


async def send_to_webhook(webhook: Webhook, card: JsonValue, now: float, counts: CallCounts) -> None:
    """Send a card.

    Args:
        webhook: To whom.
        card: JSON data; the request may have 20 KB.
        now: Seconds since 1970; the signature is good for an hour.
        counts: To these the calls are added.

    Raises:
        OutcomeUnknown: Nobody knows whether it arrived.
        PlatformError: It was refused.
    """
    timestamp = str(int(now))
    request = Request(
        operation=WEBHOOK,
        method="POST",
        path=webhook.path.get_secret_value(),
        effect=Effect.ONCE,
        body={
            "timestamp": timestamp,
            "sign": sign(timestamp, webhook.key.get_secret_value()),
            "msg_type": "interactive",
            "card": card,
        },
        needs_token=False,
    )
    transport = Transport(webhook.base_url, lambda _transport: StaticTokens(SecretStr("")))
    try:
        await transport.call(request, Nothing)
    finally:
        await transport.aclose()
        counts.add(transport.counts)


def sign(timestamp: str, key: str) -> str:
    """Return the signature of a request: the HMAC of nothing, with time and key as its key."""
    return base64.b64encode(hmac.digest(f"{timestamp}\n{key}".encode(), b"", "sha256")).decode()


def _missing(detail: Text, variable: str) -> CredentialsError:
    return CredentialsError(
        Diagnostic(
            text("Missing webhook"),
            detail,
            text(
                "Set {variable} to the URL of the custom bot, and {variable}_SECRET to the key of its signature.",
                variable=variable,
            ),
        )
    )


def _untrusted(why: Text) -> Diagnostic:
    return Diagnostic(
        text("Webhook not allowed"),
        why,
        text("List the host in the environment variable {variable}.", variable=TRUSTED_HOSTS),
    )
