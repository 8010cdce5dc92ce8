"""The one place that keeps secrets out of everything people and machines may read.

Whoever obtains a secret (an app secret, an access token) calls `hide` with it at once. `redact` then removes
it from any text; `RedactingFormatter` does so for the final text of every log record, tracebacks included
(a `logging.Filter` would not see those).
"""

from __future__ import annotations

import json
import logging
from html import escape
from typing import Final
from urllib.parse import quote, quote_plus

MASK: Final = "[redacted]"


class Redactor:
    """Knows secrets and removes them from texts, also as they look in URLs, JSON, HTML and Python."""

    def __init__(self) -> None:
        self._spellings: set[str] = set()

    def hide(self, secret: str) -> None:
        """Remember `secret`; an empty one is none."""
        if secret:
            inner = repr(secret)[1:-1]
            self._spellings |= {secret, inner, json.dumps(secret)[1:-1], json.dumps(inner)[1:-1]}
            self._spellings |= {quote(secret, safe=""), quote(secret), quote_plus(secret)}
            self._spellings |= {escape(secret), escape(secret, quote=False)}

    def redact(self, text: str) -> str:
        """Return `text` with every known secret replaced."""
        # Longest first: one secret may be the beginning of another.
        for spelling in sorted(self._spellings, key=len, reverse=True):
            text = text.replace(spelling, MASK)
        return text


_PROCESS: Final = Redactor()
"""Secrets are facts of the whole process: a logging handler has to know those of every client in it."""

hide = _PROCESS.hide
redact = _PROCESS.redact


class RedactingFormatter(logging.Formatter):
    """Formats log records without any known secret."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the final text of `record`, traceback included, redacted."""
        return redact(super().format(record))
