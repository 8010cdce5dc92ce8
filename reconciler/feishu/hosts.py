"""The platform's addresses: those that have a name, and URLs of hosts that the environment trusts."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from reconciler.errors import ConfigurationError, Diagnostic, Source, text
from reconciler.model.hosts import TRUSTED_HOSTS, distrust, holds_blanks

NAMED: Final[dict[str, str]] = {
    "feishu": "https://open.feishu.cn",
    "lark": "https://open.larksuite.com",
}
"""Source: platform.openapi.yaml, `servers`."""
NAMED_HOSTS: Final = frozenset(urlsplit(url).netloc for url in NAMED.values())


def base_url_of(endpoint: str, trusted: frozenset[str], source: Source | None = None) -> str:
    """Return the base URL of an endpoint: `feishu`, `lark` or a URL, without a slash at the end.

    Args:
        endpoint: What configuration or command line say.
        trusted: Result of `model.hosts.trusted_hosts`.
        source: Where `endpoint` stands, for the message.

    Raises:
        ConfigurationError: It is no URL of a trusted host: HTTPS, or plain HTTP to this machine.
    """
    if endpoint in NAMED:
        return NAMED[endpoint]
    problem = _problem(endpoint, trusted)
    if problem:
        raise ConfigurationError(
            Diagnostic(
                summary=text("Endpoint not allowed"),
                detail=problem,
                hint=text(
                    "Use `feishu`, `lark`, or the https:// URL of a host that the environment variable "
                    "{variable} lists.",
                    variable=TRUSTED_HOSTS,
                ),
                source=source,
            )
        )
    return endpoint.rstrip("/")


def _problem(endpoint: str, trusted: frozenset[str]) -> str:
    try:
        url = urlsplit(endpoint)
        host, port = url.hostname, url.port
    except ValueError:
        return text("The endpoint is neither a known name nor a URL.")
    if url.scheme not in {"http", "https"} or not host or holds_blanks(endpoint):
        return text("The endpoint is neither a known name nor an http:// or https:// URL.")
    if url.username is not None or url.query or url.fragment:
        return text("The URL of the endpoint may hold neither a user, a query nor a fragment.")
    return distrust(url.scheme, host, port, trusted | NAMED_HOSTS) or ""
