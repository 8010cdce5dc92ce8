"""The two forms of the log: without secrets, and without what would disturb a terminal."""

from __future__ import annotations

import json
import logging
import time

from reconciler.redaction import RedactingFormatter, redact
from reconciler.render.safe import safe, safe_block


def log_formatter(*, as_json: bool) -> logging.Formatter:
    """Return the formatter of a form of the log."""
    return _JsonLines() if as_json else _Lines("{levelname} {name}: {message}", style="{")


class _Lines(RedactingFormatter):
    """Lines for people: what the platform answered may not reach their terminal as it is."""

    def format(self, record: logging.LogRecord) -> str:
        return safe_block(super().format(record))


class _JsonLines(logging.Formatter):
    """One JSON object a line: `time` (RFC 3339, UTC), `level`, `logger`, `message`, and `error` if any."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if record.exc_info:
            entry["error"] = redact(self.formatException(record.exc_info))
        return safe(json.dumps(entry, ensure_ascii=False))
