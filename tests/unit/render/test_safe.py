from __future__ import annotations

import json
import unicodedata

import pytest

from reconciler.render.safe import safe, safe_block

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\x1b]0;title", r"a\u001b]0;title"),
        ("a\u202eb", r"a\u202eb"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x9b31m", r"\u009b31m"),
        ("\x7f", r"\u007f"),
        ("\u2028", r"\u2028"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\udb40\udc41"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
    ],
)
def test_what_a_terminal_would_obey_becomes_a_visible_escape(hostile: str, shown: str):
    assert safe(hostile) == shown


@pytest.mark.parametrize("character", [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))] + list(BIDI))
def test_no_control_or_bidi_character_passes(character: str):
    assert safe(character).isascii()
    assert safe(character).isprintable()


@pytest.mark.parametrize(
    "text", ["支付值班", "🚨", "ｱﾊﾟﾄ", "👩‍👩‍👧", "[ops] :warning:", "e\u0301", "a\\b", "🇨🇳", "❤️"]
)
def test_ordinary_text_stays_as_it_is(text: str):
    assert safe(text) == text


def test_escaping_twice_changes_nothing_more():
    once = safe("a\x1b\u202e\n\\")

    assert safe(once) == once


def test_block_keeps_its_line_breaks_and_nothing_else():
    assert safe_block("a\nb\x1b\r\x0b\u2029") == "a\nb\\u001b\\r\\u000b\\u2029"


def test_json_strings_mean_the_same_after_escaping():
    hostile = "".join(chr(code) for code in range(0x3000) if unicodedata.category(chr(code)) in {"Cc", "Cf"})
    hostile += "\U000e0041"

    assert json.loads(safe(json.dumps(hostile, ensure_ascii=False))) == hostile
