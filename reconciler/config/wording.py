"""Words that several checks share."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

from reconciler.errors import Text, text

NOT_YET: Final = text("Not supported yet")
NOT_YET_KEYS: Final = frozenset({"avatar", "announcement", "top_notice", "previously"})
"""Keys of a group that a later version knows."""


def not_yet(what: Text) -> tuple[Text, Text, Text]:
    """Return summary, detail and hint for something that a later version supports."""
    return (
        NOT_YET,
        text("{what} is not supported by this version yet.", what=what),
        text("Leave it out; it then stays as it is."),
    )


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known word that `name` was probably meant to be."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1)), None)


def listed(words: Iterable[str]) -> str:
    """Return words of the file format as an enumeration."""
    return ", ".join(f"`{word}`" for word in words)
