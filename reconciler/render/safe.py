r"""Neutralises text from YAML or from the platform before it reaches a terminal.

A group's name may hold anything: `a\x1b]0;title` would set the title of the reviewer's terminal, U+202E
would turn the rest of the line around, a line break would forge a line of the plan. Such characters become
the escapes that JSON has for them, so that quoted values and JSON output stay valid JSON.
"""

from __future__ import annotations

import re
from typing import Final

_INVISIBLE: Final = (
    "\u00ad"  # soft hyphen
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi marks, embeddings, overrides, isolates
    "\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb"  # zero width, but joiners: emoji need them
    "\u2028\u2029"  # line and paragraph separator
    "\ud800-\udfff"  # lone surrogates: cannot be encoded
    "\U000e0000-\U000e007f"  # tags: text that nobody sees
)
_UNSAFE: Final = re.compile(f"[\x00-\x1f\x7f-\x9f{_INVISIBLE}]")
_UNSAFE_BUT_BREAKS: Final = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f{_INVISIBLE}]")
_SHORT: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def safe(text: str) -> str:
    r"""Return `text` on one line, its control and bidi characters as visible escapes (`\u001b`, `\n`)."""
    return _UNSAFE.sub(_escape, text)


def safe_block(text: str) -> str:
    """Return `text` as `safe` does, but with its line breaks left in."""
    return _UNSAFE_BUT_BREAKS.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
