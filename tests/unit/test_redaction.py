from __future__ import annotations

import logging
import sys

from reconciler.redaction import RedactingFormatter, Redactor, hide, redact


def test_known_secret_is_replaced_everywhere_in_a_text():
    redactor = Redactor()
    redactor.hide("s3cret")

    assert redactor.redact("a s3cret and s3cret") == "a [redacted] and [redacted]"


def test_secret_is_found_as_it_looks_in_urls_and_json():
    redactor = Redactor()
    redactor.hide('a/b"c')

    assert redactor.redact(r'?x=a%2Fb%22c {"x": "a/b\"c"}') == '?x=[redacted] {"x": "[redacted]"}'


def test_longer_secret_is_replaced_before_its_beginning():
    redactor = Redactor()
    redactor.hide("token")
    redactor.hide("token-and-more")

    assert redactor.redact("token-and-more token") == "[redacted] [redacted]"


def test_empty_secret_is_none():
    redactor = Redactor()
    redactor.hide("")

    assert redactor.redact("text") == "text"


def test_log_messages_arguments_and_tracebacks_are_redacted():
    hide("canary-in-logs")
    try:
        int("canary-in-logs")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "saw %s", ("canary-in-logs",), sys.exc_info())

    line = RedactingFormatter("%(message)s").format(record)

    assert line.startswith("saw [redacted]\nTraceback")
    assert "canary-in-logs" not in line


def test_process_wide_redaction_knows_what_was_hidden():
    hide("canary-in-process")

    assert redact("canary-in-process") == "[redacted]"
