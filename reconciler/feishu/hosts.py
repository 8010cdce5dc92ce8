"""Whom we may talk to: credentials go to hosts that the environment trusts, never to one from YAML alone."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from reconciler.errors import ConfigurationError, Diagnostic, Source, text

TRUSTED_HOSTS: Final = "GROUPCTL_TRUSTED_HOSTS"

NAMED: Final[dict[str, str]] = {
    "feishu": "https://open.feishu.cn",
    "lark": "https://open.larksuite.com",
}
"""Source: platform.openapi.yaml, `servers`."""


def trusted_hosts(environ: Mapping[str, str]) -> frozenset[str]:
    """Return the hosts (`host` or `host:port`) that `GROUPCTL_TRUSTED_HOSTS` lists, separated by commas."""
    names = environ.get(TRUSTED_HOSTS, "").split(",")
    return frozenset(name.strip().lower() for name in names if name.strip())


def base_url_of(endpoint: str, trusted: frozenset[str], source: Source | None = None) -> str:
    """Return the base URL of an endpoint: `feishu`, `lark` or a URL, without a slash at the end.

    Args:
        endpoint: What configuration or command line say.
        trusted: Result of `trusted_hosts`.
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
    if url.scheme not in {"http", "https"} or not host:
        return text("The endpoint is neither a known name nor an http:// or https:// URL.")
    if url.username is not None or url.query or url.fragment:
        return text("The URL of the endpoint may hold neither a user, a query nor a fragment.")
    if _is_loopback(host):
        return ""
    if url.scheme != "https":
        return text("Plain http:// is allowed to this machine only; {host} needs https://.", host=host)
    if not {host, f"{host}:{port}"} & (trusted | _named_hosts()):
        return text("Credentials are not sent to {host}, which is not trusted.", host=host)
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _named_hosts() -> frozenset[str]:
    parts: list[SplitResult] = [urlsplit(url) for url in NAMED.values()]
    return frozenset(part.netloc for part in parts)
