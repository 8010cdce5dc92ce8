"""The URL of a state: what can be said of it without asking anybody."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from reconciler.errors import Text, text
from reconciler.model.hosts import holds_blanks, is_loopback

BUCKETS: Final = frozenset({"s3", "gs", "az"})
"""Schemes of object stores: S3 and what speaks like it, Google Cloud Storage, Azure Blob Storage."""
_WEB: Final = frozenset({"http", "https"})
_LONGEST: Final = 2000
_BUCKET: Final = re.compile(r"[A-Za-z0-9]([._-]?[A-Za-z0-9])*")


def is_state_url(address: str) -> bool:
    """Tell whether the address of a state is a URL; otherwise it is the path of a file."""
    return "://" in address


def state_url_fault(address: str) -> Text | None:
    """Return what is wrong with the form of a URL, without showing it: it may hold a password."""
    if len(address) > _LONGEST or " " in address or not address.isprintable():
        return text(
            "The URL of a state holds no blanks or control characters, and at most {n} others.", n=_LONGEST
        )
    try:
        url = urlsplit(address)
        host, port = url.hostname, url.port
    except ValueError:
        host = None
    if not host or url.scheme not in _WEB | BUCKETS or holds_blanks(address):
        return text("A state is kept in a file, or at an https://, s3://, gs:// or az:// URL.")
    if url.username is not None or url.query or url.fragment:
        return text("The URL of a state may hold neither a user, a query nor a fragment.")
    if url.scheme in BUCKETS:
        return _bucket_fault(url, port)
    if url.scheme == "http" and not is_loopback(host):
        return text("Only loopback addresses are reached without encryption.")
    return None


def _bucket_fault(url: SplitResult, port: int | None) -> Text | None:
    """Bucket and name are those that the client of the stores takes as they are written."""
    segments = url.path.removeprefix("/").split("/")
    if port is not None or not _BUCKET.fullmatch(url.netloc) or {"", ".", ".."} & set(segments):
        return text("The URL of an object is made of its bucket and its name: s3://bucket/folder/name.json.")
    return None
