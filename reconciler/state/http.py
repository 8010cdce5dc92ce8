"""The state at an HTTP address, by the protocol that Terraform and OpenTofu speak.

`GET` and `POST` on the address are the state. The lock is taken and released by `LOCK` and `UNLOCK` on the same
address, with a JSON object that says whose it is; addresses of the form that GitLab documents for its Terraform
states have it at `…/lock`, with `POST` and `DELETE`. Whoever is refused with 409 or 423 is told who holds the lock.
Nothing in the protocol compares before it writes: the lock, whose id goes along with every write, keeps others out.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from reconciler import __version__
from reconciler.environment import read_secret, read_variable
from reconciler.errors import StateError, Text, text
from reconciler.model.base import Frozen
from reconciler.model.hosts import is_loopback
from reconciler.state.backend import (
    SOMEBODY,
    Conflict,
    LockHolder,
    LockLost,
    Stored,
    Unavailable,
    token_of,
    unusable,
)

USERNAME: Final = "GROUPCTL_STATE_USERNAME"
PASSWORD: Final = "GROUPCTL_STATE_PASSWORD"  # noqa: S105  the name of a variable
PASSWORD_FILE: Final = "GROUPCTL_STATE_PASSWORD_FILE"  # noqa: S105  the name of a variable

TIMEOUT: Final = 10.0
"""Seconds for connecting, and for every part of an answer."""

_GITLAB: Final = re.compile(r"/api/v4/projects/[^/]+/terraform/state/[^/]+$")
_HELD: Final = frozenset({httpx.codes.CONFLICT, httpx.codes.LOCKED})
_DENIED: Final = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN})


class HttpCredentials(Frozen):
    """Who we are for the server; empty for one that does not ask."""

    username: str = ""
    password: SecretStr = SecretStr("")


def read_http_credentials(environ: Mapping[str, str], base: Path) -> HttpCredentials:
    """Return the credentials that the environment names.

    Args:
        environ: Environment variables.
        base: Folder where a relative `GROUPCTL_STATE_PASSWORD_FILE` starts.

    Raises:
        CredentialsError: A variable is unusable; the message names it and never its value.
    """
    password = read_secret(environ, PASSWORD, PASSWORD_FILE, base)
    return HttpCredentials(
        username=read_variable(environ, USERNAME) or "", password=password or SecretStr("")
    )


class HttpBackend:
    """A state at an address whose host is trusted."""

    def __init__(self, address: str, credentials: HttpCredentials) -> None:
        """Make the backend; nothing is sent yet."""
        self._address = address
        self._credentials = credentials
        self._is_gitlab = bool(_GITLAB.search(address))

    def read(self) -> Stored | None:
        """Return the state."""
        answer = self._send(text("read"), "GET", self._address)
        if answer.status_code in {httpx.codes.NO_CONTENT, httpx.codes.NOT_FOUND}:
            return None
        self._require_success(text("read"), answer)
        return Stored(answer.content, token_of(answer.content)) if answer.content else None

    def write(self, content: bytes, expected: str | None, lock: LockHolder) -> str:
        """Compare, then write under the id of the lock, which the server compares."""
        stored = self.read()
        if (stored.token if stored else None) != expected:
            raise Conflict
        answer = self._send(text("written"), "POST", self._address, content, {"ID": lock.id})
        if answer.status_code in _HELD:
            raise LockLost
        self._require_success(text("written"), answer)
        return token_of(content)

    def lock(self, wanted: LockHolder) -> LockHolder:
        """Ask for the lock."""
        method, address = ("POST", f"{self._address}/lock") if self._is_gitlab else ("LOCK", self._address)
        answer = self._send(text("locked"), method, address, _dump_lock(wanted))
        if answer.status_code not in _HELD:
            self._require_success(text("locked"), answer)
            return wanted
        found = self._parse_lock(answer.content)
        # An attempt of ours whose answer was lost.
        return wanted if found.id == wanted.id else found

    def unlock(self, holder: LockHolder) -> None:
        """Release the lock; the server compares its id."""
        method, address = (
            ("DELETE", f"{self._address}/lock") if self._is_gitlab else ("UNLOCK", self._address)
        )
        answer = self._send(text("unlocked"), method, address, _dump_lock(holder))
        if answer.status_code not in _HELD:
            self._require_success(text("unlocked"), answer)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Certificates take longer to load than a request to this machine does."""
        return httpx.create_ssl_context()

    def _parse_lock(self, content: bytes) -> LockHolder:
        try:
            found = json.loads(content)
            told = {name: str(found.get(name) or "") for name in ("ID", "Who", "Created", "Info")}
        except (ValueError, RecursionError, AttributeError):
            return SOMEBODY
        # GitLab keeps id, user and time of a lock only, and answers with the `Info` of whoever asks.
        command = "" if self._is_gitlab else told["Info"]
        return LockHolder(holder=told["Who"], pid=0, time=told["Created"], command=command, id=told["ID"])

    def _send(
        self,
        what: Text,
        method: str,
        address: str,
        content: bytes | None = None,
        query: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        username, password = self._credentials.username, self._credentials.password.get_secret_value()
        try:
            answer = httpx.request(
                method,
                address,
                params=query,
                content=content,
                headers={"User-Agent": f"groupctl/{__version__}"}
                | ({} if content is None else {"Content-Type": "application/json"}),
                auth=(username, password) if username or password else None,
                timeout=TIMEOUT,
                verify=self._tls,
                follow_redirects=False,
                # A proxy of the environment is for the way out, not for this machine.
                trust_env=not is_loopback(urlsplit(address).hostname or ""),
            )
        except (
            httpx.HTTPError,
            httpx.InvalidURL,
            ImportError,
            ValueError,
        ) as error:  # or a proxy that is none
            raise self._unavailable(what, str(error) or type(error).__name__) from None
        if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise self._unavailable(what, _status(answer))
        return answer

    def _unavailable(self, what: Text, why: str) -> Unavailable:
        hint = text("Check the address and the network, and run the command again.")
        return Unavailable(unusable(self._address, what, why, hint))

    def _require_success(self, what: Text, answer: httpx.Response) -> None:
        if answer.is_success:
            return
        if answer.is_redirect:
            why = text("the server answered with a redirect, which is not followed")
            hint = text("Use the address that it redirects to, if you trust it.")
        elif answer.status_code in _DENIED:
            why = _status(answer)
            hint = text("Check {username} and {password}.", username=USERNAME, password=PASSWORD)
        else:
            why = _status(answer)
            hint = text("Check the address.")
        raise StateError(unusable(self._address, what, why, hint))


def _status(answer: httpx.Response) -> Text:
    return text("the server answered with status {status}", status=answer.status_code)


def _dump_lock(holder: LockHolder) -> bytes:
    """Return whose a lock is, in the fields of Terraform; without its id any lock is meant."""
    fields = {
        "ID": holder.id,
        "Operation": "groupctl",
        "Info": holder.command,
        "Who": holder.holder,
        "Version": __version__,
        "Created": holder.time,
        "Path": "",
    }
    return json.dumps({name: value for name, value in fields.items() if name != "ID" or value}).encode()
