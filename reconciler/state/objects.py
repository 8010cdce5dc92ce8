"""The state as an object in S3, Google Cloud Storage or Azure Blob Storage, with its lock as a second object.

Both are written on conditions that the store itself checks: the lock only if there is none, the state only over
the version that was read. Credentials come from the environment, as the tools of the three have them there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    GenericError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import AzureStore, GCSStore, ObjectStore, S3Store

from reconciler.errors import StateError, Text, text
from reconciler.state.backend import (
    SOMEBODY,
    Conflict,
    LockHolder,
    LockLost,
    Stored,
    Unavailable,
    dump_holder,
    parse_holder,
    unusable,
)

if TYPE_CHECKING:
    from obstore import PutMode

TIMEOUT: Final = "10s"

ENDPOINTS: Final = {
    "s3": ("AWS_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_STS"),
    "gs": ("GOOGLE_BASE_URL",),
    "az": ("AZURE_ENDPOINT", "AZURE_STORAGE_ENDPOINT"),
}
"""Variables that lead the client of a store to other hosts than those of Amazon, Google or Microsoft."""

_QUERY: Final = re.compile(r"\?\S*")
A = TypeVar("A")


def open_objects(address: str) -> ObjectBackend:
    """Return the backend of `s3://bucket/name`, `gs://bucket/name` or `az://container/name`.

    Raises:
        StateError: The environment lacks what the client needs.
    """
    url = urlsplit(address)
    # Plain HTTP is for endpoints on this machine; others were refused before.
    options = {"allow_http": True, "timeout": TIMEOUT, "connect_timeout": TIMEOUT}
    # Repeats are the caller's.
    retries = {"max_retries": 0}
    makers: Mapping[str, Callable[..., ObjectStore]] = {"s3": S3Store, "gs": GCSStore, "az": AzureStore}
    try:
        store = makers[url.scheme](url.netloc, client_options=options, retry_config=retries)
    except BaseError as error:
        raise _failure(address, text("opened"), error) from None
    return ObjectBackend(store, url.path.strip("/"), address)


class ObjectBackend:
    """An object, and the lock `….lock` beside it."""

    def __init__(self, store: ObjectStore, key: str, name: str) -> None:
        """Make the backend of the object `key`, called `name` in messages; nothing is sent yet."""
        self._store = store
        self._key = key
        self._lock = f"{key}.lock"
        self._name = name

    def read(self) -> Stored | None:
        """Return what the object holds."""
        return self._get(text("read"), self._key)

    def write(self, content: bytes, expected: str | None, lock: LockHolder) -> str:
        """Write on the condition that the version is the expected one."""
        holder = self._holder()
        if holder != lock:
            raise LockLost(holder)
        token = self._put(text("written"), self._key, content, expected)
        if token is None:
            raise Conflict
        return token

    def lock(self, wanted: LockHolder) -> LockHolder:
        """Make the object of the lock, which only one of all who try can do."""
        if not self._create_lock(wanted):
            # It may have gone meanwhile: then it was somebody's a moment ago, and the next attempt will tell.
            return self._holder() or SOMEBODY
        # A store that takes no notice of conditions would give the lock to everybody.
        if self._create_lock(wanted):
            self.unlock(wanted)
            why = text("the store does not support conditional writes (`If-None-Match`)")
            hint = text("Use another store, or an https:// address that speaks Terraform's protocol.")
            raise StateError(unusable(self._name, text("locked"), why, hint))
        return wanted

    def unlock(self, holder: LockHolder) -> None:
        """Remove the object of the lock if it is the holder's."""
        if self._holder() == holder:
            self._do(text("unlocked"), lambda: obstore.delete(self._store, self._lock))

    def _create_lock(self, wanted: LockHolder) -> bool:
        return self._put(text("locked"), self._lock, dump_holder(wanted), None) is not None

    def _holder(self) -> LockHolder | None:
        found = self._get(text("locked"), self._lock)
        return parse_holder(found.content) if found else None

    def _get(self, what: Text, key: str) -> Stored | None:
        try:
            found = self._do(what, lambda: obstore.get(self._store, key))
            content = self._do(what, lambda: bytes(found.bytes()))
        except FileNotFoundError:
            return None
        return Stored(content, _token(found.meta))

    def _put(self, what: Text, key: str, content: bytes, expected: str | None) -> str | None:
        """Write and return the token; `None` when the expected version is not what is stored."""
        mode: PutMode = "create" if expected is None else json.loads(expected)
        try:
            return _token(self._do(what, lambda: obstore.put(self._store, key, content, mode=mode)))
        except (AlreadyExistsError, PreconditionError):
            return None
        except FileNotFoundError:
            why = text("the store knows no such bucket")
            hint = text("Make the bucket, or correct the address.")
            raise StateError(unusable(self._name, what, why, hint)) from None

    def _do(self, what: Text, call: Callable[[], A]) -> A:
        try:
            return call()
        except (AlreadyExistsError, PreconditionError):
            raise
        except BaseError as error:
            raise _failure(self._name, what, error) from None


def _token(found: Mapping[str, object]) -> str:
    """Return what a conditional write asks for; a part that the store does not know may not be there at all."""
    return json.dumps({part: found[part] for part in ("e_tag", "version") if found[part] is not None})


def _failure(name: str, what: Text, error: BaseError) -> StateError:
    """Return what went wrong; of the library's text the first line, without queries of URLs: they hold signatures."""
    why = _QUERY.sub("", str(error).partition("\n")[0].partition(": <")[0])
    if isinstance(error, PermissionDeniedError | UnauthenticatedError):
        return StateError(
            unusable(name, what, why, text("Check the credentials of the store in the environment."))
        )
    hint = text("Check the address, the credentials of the store in the environment, and the network.")
    kind = Unavailable if isinstance(error, GenericError) else StateError
    return kind(unusable(name, what, why, hint))
