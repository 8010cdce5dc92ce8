"""The two forms of the log; secrets are redacted from the final text of both."""

from __future__ import annotations

import json
import logging
import time

from reconciler.feishu.redaction import RedactingFormatter, redact


def log_formatter(*, as_json: bool) -> logging.Formatter:
    """Return the formatter of a form of the log."""
    return _JsonLines() if as_json else RedactingFormatter("{levelname} {name}: {message}", style="{")


class _JsonLines(logging.Formatter):
    """One JSON object a line: `time` (RFC 3339, UTC), `level`, `logger`, `message`, and `error` if any."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return redact(json.dumps(entry, ensure_ascii=False))
