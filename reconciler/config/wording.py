"""Words that several checks share."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known word that `name` was probably meant to be."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1)), None)


def listed(words: Iterable[str]) -> str:
    """Return words of the file format as an enumeration."""
    return ", ".join(f"`{word}`" for word in words)
