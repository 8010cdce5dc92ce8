"""Whom we may talk to: credentials and the state go to hosts that the environment trusts, never to one from YAML alone."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final

from reconciler.errors import Text, text

TRUSTED_HOSTS: Final = "GROUPCTL_TRUSTED_HOSTS"
WEBHOOKS: Final = "GROUPCTL_WEBHOOK_"
"""What the variables of webhooks begin with; people choose the rest."""


def trusted_hosts(environ: Mapping[str, str]) -> frozenset[str]:
    """Return what `GROUPCTL_TRUSTED_HOSTS` lists, separated by commas: `host`, `host:port`, `s3://bucket`."""
    names = environ.get(TRUSTED_HOSTS, "").split(",")
    return frozenset(name.strip().lower() for name in names if name.strip())


def holds_blanks(url: str) -> bool:
    """Tell whether a URL holds what no URL does; `urlsplit` drops tabs and line breaks, others take them as they are."""
    return any(each.isspace() or not each.isprintable() for each in url)


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return "%" not in host and ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def distrust(scheme: str, host: str, port: int | None, trusted: frozenset[str]) -> Text | None:
    """Return why credentials may not be sent to a host; `None` when they may.

    Args:
        scheme: `http` or `https`.
        host: Name or address, in lower case.
        port: As the URL has it.
        trusted: Hosts and `host:port` that may get them, besides this machine.
    """
    if is_loopback(host):
        return None
    if scheme != "https":
        return text("Plain http:// is allowed to this machine only; {host} needs https://.", host=host)
    if not {host, f"{host}:{port}"} & trusted:
        return text("Credentials are not sent to {host}, which is not trusted.", host=host)
    return None
