"""One form for equal data, so that its digest tells whether something changed."""

from __future__ import annotations

import hashlib
import json

from reconciler.model.base import JsonValue


def canonical_json(data: JsonValue) -> bytes:
    """Return plain data as JSON: keys and sets in order, nothing between them, halves of characters replaced."""
    written = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=sorted)
    return written.encode("utf-8", "replace")


def canonical_digest(data: JsonValue) -> str:
    """Return the digest of plain data: `sha256:…`."""
    return "sha256:" + hashlib.sha256(canonical_json(data)).hexdigest()
