"""Streams: what they can say, when they are coloured, and what happens when nobody reads."""

from __future__ import annotations

import io
import logging
import sys

import pytest

from reconciler.cli.logs import log_formatter
from reconciler.cli.options import Options
from reconciler.cli.output import prepare_streams, wants_color, write
from reconciler.redaction import hide


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_terminal_is_coloured():
    assert wants_color(Options(), Screen())


def test_pipe_is_not_coloured():
    assert not wants_color(Options(), io.StringIO())


@pytest.mark.parametrize(("value", "coloured"), [("1", False), ("", True)])
def test_no_color_counts_unless_it_is_empty(monkeypatch, value, coloured):
    monkeypatch.setenv("NO_COLOR", value)

    assert wants_color(Options(), Screen()) is coloured


def test_chosen_colour_counts_more_than_the_environment(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")

    assert wants_color(Options(color="always"), io.StringIO())
    assert not wants_color(Options(color="never"), Screen())


def test_any_text_can_be_said_after_preparation(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="gbk"))
    monkeypatch.setattr(sys, "stderr", io.StringIO())

    prepare_streams()
    write(sys.stdout, "值班 🚨 \ud800")

    assert raw.getvalue() == "值班 🚨 ".encode() + rb"\ud800"


@pytest.mark.parametrize("as_json", [True, False])
def test_log_holds_neither_secrets_nor_control_characters(as_json):
    hide("log-canary-secret")
    try:
        int("log-canary-secret \x1b[2J\u202e")
    except ValueError:
        trace = sys.exc_info()
    record = logging.LogRecord(
        "reconciler", logging.ERROR, "", 1, "%s\x1b\u202e", ("log-canary-secret",), trace
    )

    logged = log_formatter(as_json=as_json).format(record)

    assert "canary" not in logged
    assert "[redacted]" in logged
    assert not {"\x1b", "\u202e"} & set(logged)
