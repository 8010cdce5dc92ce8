"""Values as people see them: short, on one line, close to JSON."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from itertools import accumulate, takewhile
from typing import Final

from reconciler.model.base import JsonValue
from reconciler.render.columns import cell_width
from reconciler.render.safe import safe
from reconciler.render.translate import say, say_count

LIMIT: Final = 72
"""Cells of a text that are shown when not everything is asked for; an address of a document fits."""

_ELLIPSIS: Final = "…"
_CONTEXT: Final = 12
"""Characters left standing around the place where two long texts differ."""
_JOINER: Final = "\u200d"


def quote(text: str) -> str:
    """Return `text` in double quotes with the escapes of JSON, on one line."""
    return safe(json.dumps(text, ensure_ascii=False))


def inline(value: JsonValue, limit: int | None = LIMIT) -> str:
    """Return a value on one line.

    Args:
        value: What JSON can say; `None` is `(none)`.
        limit: Cells after which a text is shortened in its middle; `None`: never.
    """
    match value:
        case None:
            return say("(none)")
        case str():
            return _short_text(value, value, limit)
        case dict():
            inner = (f"{safe(str(key))}: {inline(each, limit)}" for key, each in value.items())
            return "{" + ", ".join(inner) + "}"
        case list() | tuple():
            return "[" + ", ".join(inline(each, limit) for each in value) + "]"
        case _:
            return json.dumps(value)


def inline_pair(before: JsonValue, after: JsonValue, limit: int | None = LIMIT) -> tuple[str, str]:
    """Return two values on one line each, such that their difference is seen.

    Two long texts lose what they have in common before they are shortened.
    """
    if not isinstance(before, str) or not isinstance(after, str):
        return inline(before, limit), inline(after, limit)
    if limit is None or max(cell_width(before), cell_width(after)) <= limit:
        return quote(before), quote(after)
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    return (
        _short_text(before, _window(before, head, tail), limit),
        _short_text(after, _window(after, head, tail), limit),
    )


def inline_order(names: Sequence[str | None]) -> str:
    """Return names in their order: `Runbook, Dashboards`."""
    return ", ".join(safe(name or "") for name in names)


def _common(left: str, right: str) -> int:
    """Return how many characters both texts begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False)))


def _window(text: str, head: int, tail: int) -> str:
    """Return `text` without most of its first `head` and last `tail` characters."""
    start = _boundary(text, max(head - _CONTEXT, 0))
    end = _boundary(text, min(len(text) - tail + _CONTEXT, len(text)))
    return _ELLIPSIS * (start > 0) + text[start:end] + _ELLIPSIS * (end < len(text))


def _short_text(whole: str, shown: str, limit: int | None) -> str:
    """Return `shown`, a part of `whole`, in quotes and within the limit, with a length if something is missing."""
    short = shown if limit is None else shorten(shown, limit)
    if short == whole:
        return quote(whole)
    length = say_count(len(whole), "({n} character)", "({n} characters)")
    return f"{quote(short)} {length}"


def shorten(text: str, limit: int) -> str:
    """Return `text` with its middle left out where it fills more than `limit` cells."""
    if cell_width(text) <= limit:
        return text
    half = (limit - 1) // 2
    head = _fitting(text, half)
    tail = _fitting(text[::-1], half)
    return text[: _boundary(text, head)] + _ELLIPSIS + text[_boundary(text, len(text) - tail) :]


def _fitting(text: str, cells: int) -> int:
    """Return how many characters from the beginning of `text` fill no more than `cells`."""
    filled = accumulate(map(cell_width, text))
    return sum(1 for _ in takewhile(lambda width: width <= cells, filled))


def _boundary(text: str, index: int) -> int:
    """Return the nearest place at or before `index` that is not inside of what people see as one character."""
    while 0 < index < len(text) and (_continues(text[index]) or text[index - 1] == _JOINER):
        index -= 1
    return index


def _continues(character: str) -> bool:
    """Tell whether a character belongs to the one before: marks, variation selectors, joiners, skin tones."""
    return (
        unicodedata.category(character).startswith("M")
        or character == _JOINER
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )
