"""Names of people in messages, which themselves hold ids only: messages are kept, names and addresses are not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from reconciler.errors import Diagnostic, Text, text

_ID: Final = re.compile(r"\b(?:ou|cli)_[0-9A-Za-z]+")


def named(diagnostic: Diagnostic, people: Mapping[str, str]) -> Diagnostic:
    """Return a diagnostic that shows people by name.

    Args:
        diagnostic: A problem; its detail may hold ids of people.
        people: How they are shown, by id: `李雷 <li.lei@example.com>`.
    """
    return replace(diagnostic, detail=_named(diagnostic.detail, people)) if people else diagnostic


def _named(words: str, people: Mapping[str, str]) -> str:
    if isinstance(words, Text) and words.values:
        filled = {
            name: _named(each, people) if isinstance(each, str) else each
            for name, each in words.values.items()
        }
        return text(words.template, **filled)
    found = _ID.sub(lambda match: people.get(match.group(), match.group()), words)
    return words if found == words else found
