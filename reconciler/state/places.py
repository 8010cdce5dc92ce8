"""Where a state is kept: a file, an HTTP address or an object, by the form of its address."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from reconciler.errors import ConfigurationError, Diagnostic, text
from reconciler.model.hosts import TRUSTED_HOSTS, distrust, is_loopback, trusted_hosts
from reconciler.model.state_url import BUCKETS, is_state_url
from reconciler.state.backend import Backend
from reconciler.state.file import FileBackend
from reconciler.state.store import Store


def open_store(address: str, base: Path, environ: Mapping[str, str]) -> Store:
    """Return the store of a state; nothing is read yet.

    Args:
        address: Path of a file, or a URL without any `state_url_fault`.
        base: Folder where a relative path starts.
        environ: Environment variables: credentials, and which hosts are trusted.

    Raises:
        ConfigurationError: The address is one that the environment does not trust, or an extra is missing.
        CredentialsError: The credentials of the environment are unusable.
        StateError: The client of an object store cannot be made.
    """
    return Store(_backend(address, base, environ), address)


def _backend(address: str, base: Path, environ: Mapping[str, str]) -> Backend:
    if not is_state_url(address):
        return FileBackend(base / address, address)
    if urlsplit(address).scheme in BUCKETS:
        return _objects(address, environ)
    _trusted_host(address, address, trusted_hosts(environ))
    from reconciler.state.http import HttpBackend, read_http_credentials

    return HttpBackend(address, read_http_credentials(environ, Path.cwd()))


def _objects(address: str, environ: Mapping[str, str]) -> Backend:
    try:
        from reconciler.state.objects import ENDPOINTS, open_objects
    except ModuleNotFoundError:
        raise ConfigurationError(
            Diagnostic(
                text("Support for object stores is not installed"),
                text("`{address}` is reached with the library obstore.", address=address),
                text("Run `pip install 'feishu-group-reconciler[objects]'`."),
            )
        ) from None
    url, trusted = urlsplit(address), trusted_hosts(environ)
    endpoints = {name: environ[name] for name in ENDPOINTS[url.scheme] if environ.get(name)}
    hosts = [_trusted_host(endpoint, f"`{name}`", trusted) for name, endpoint in endpoints.items()]
    bucket = f"{url.scheme}://{url.netloc}"
    is_local = bool(hosts) and all(is_loopback(host) for host in hosts)
    # Whoever may choose the bucket could read the state in one of theirs, and bind our keys to other chats.
    if not is_local and bucket.lower() not in trusted:
        raise _untrusted(
            text("The state is not kept in {bucket}, which is not trusted.", bucket=bucket), bucket
        )
    return open_objects(address)


def _trusted_host(address: str, name: str, trusted: frozenset[str]) -> str:
    try:
        url = urlsplit(address)
        host, port = url.hostname or "", url.port
    except ValueError:
        raise _untrusted(text("{name} is no URL.", name=name), name) from None
    why = distrust(url.scheme, host, port, trusted)
    if why:
        raise _untrusted(why, host)
    return host


def _untrusted(why: str, name: str) -> ConfigurationError:
    return ConfigurationError(
        Diagnostic(
            text("State not allowed"),
            why,
            text(
                "If you trust it, list `{name}` in the environment variable {variable}.",
                name=name,
                variable=TRUSTED_HOSTS,
            ),
        )
    )
