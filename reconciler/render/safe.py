r"""Neutralises text from YAML or from the platform before it reaches a terminal.

A group's name may hold anything: `a\x1b]0;title` would set the title of the reviewer's terminal, U+202E
would turn the rest of the line around, a line break would forge a line of the plan. Such characters become
the escapes that JSON has for them, so that quoted values and JSON output stay valid JSON.
"""

from __future__ import annotations

import html
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
_MARKUP: Final = re.compile(r"[\\`*_{}\[\]<>#|~$@!&\u200b]")
"""What Markdown or HTML may take for markup in the middle of a line."""
_ADDRESSES: Final = re.compile(rf":(?=//)|\bwww(?=\.)|(?<=\S)(?=&#{ord('@')};)", re.IGNORECASE)
"""Where an address begins that Markdown of forges makes a link of, in a code element as well."""
_REFERENCES: Final = re.compile(r"[@#!$~%&\[]|:(?=\S)|\bwww(?=\.)|(?<=\S)@", re.IGNORECASE)
_AT_START: Final = re.compile(r"^[ +=/-]|(?<=^\d)[.)](?=\s|$)|^\d(?=\d+[.)](?:\s|$))")
"""What begins a list, an underline, a block of code or a command of a forge (`/close`) where a line begins with it."""
_CARD_MARKS: Final = re.compile(r"[<\]]")
"""What a tag (`<at id=all>`) begins with, and what stands in the middle of a link."""
_NOTHING: Final = "\u200b"
_COMMENT_BEHIND: Final = r"\g<0><!-- -->"
_SHORT: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def safe(text: str) -> str:
    r"""Return `text` on one line, its control and bidi characters as visible escapes (`\u001b`, `\n`)."""
    return _UNSAFE.sub(_escape, text)


def safe_block(text: str) -> str:
    """Return `text` as `safe` does, but with its line breaks left in."""
    return _UNSAFE_BUT_BREAKS.sub(_escape, text)


def safe_html(text: str) -> str:
    """Return `text` on one line for HTML, in text and in quoted attributes."""
    return html.escape(safe(text))


def markdown_code(text: str) -> str:
    """Return `text` on one line as a code element of Markdown; forges look for nothing of theirs in there.

    Addresses are taken apart by comments, which nobody copies along with the text.
    """
    return f"<code>{_ADDRESSES.sub(_COMMENT_BEHIND, _MARKUP.sub(_entity, safe(text)))}</code>"


def safe_markdown(text: str) -> str:
    """Return `text` on one line for Markdown, in tables too, such that it is shown as it is.

    Besides the marks of Markdown and HTML, forges make links of mentions (`@name`), references (`#12`, `!3`,
    `~label`), emoji names and addresses when all else is done. A zero-width space takes them apart.
    """
    return _without_marks(safe(text))


def safe_card(text: str) -> str:
    """Return `text` on one line for the Markdown of the platform's cards, such that it is shown as it is.

    It mentions nobody, links nowhere and has no tags. The contract does not say when cards read entities, so that a
    mark is an entity and is also taken apart from what follows: either of the two suffices.
    """
    return _without_marks(_CARD_MARKS.sub(f"\\g<0>{_NOTHING}", safe(text)))


def _without_marks(text: str) -> str:
    inner = _MARKUP.sub(_entity, _REFERENCES.sub(f"\\g<0>{_NOTHING}", text))
    return _AT_START.sub(_entity, inner)


def _entity(match: re.Match[str]) -> str:
    return f"&#{ord(match.group())};"


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
