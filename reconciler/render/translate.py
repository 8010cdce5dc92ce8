"""Puts texts for people into the language in use.

A catalogue maps the English template of a text to its translation, with the same `{names}` in it. What a
catalogue does not hold stays English.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TypeAlias

from reconciler.errors import Text, text
from reconciler.render.safe import safe

Catalogue: TypeAlias = Mapping[str, str]

CATALOGUES: Final[dict[str, Catalogue]] = {"en": {}}
"""Catalogues by language; English needs no entries."""

_catalogue: ContextVar[Catalogue] = ContextVar("catalogue", default=CATALOGUES["en"])


@contextmanager
def speaking(language: str, catalogues: Mapping[str, Catalogue] = CATALOGUES) -> Iterator[None]:
    """Translate into `language` for as long as the context lasts; an unknown one is a `KeyError`."""
    token = _catalogue.set(catalogues[language])
    try:
        yield
    finally:
        _catalogue.reset(token)


def translate(text: str, *, neutralise: Callable[[str], str] = safe) -> str:
    """Return `text` in the language in use, everything that was filled into it neutralised.

    Line breaks of the template stay, those of values do not: only the former are ours. A text without a
    template is looked up and neutralised as a whole.
    """
    catalogue = _catalogue.get()
    if not isinstance(text, Text):
        return catalogue.get(text) or neutralise(text)
    template = catalogue.get(text.template, text.template)
    if not text.values:
        return template
    return template.format(**{name: _filling(value, neutralise) for name, value in text.values.items()})


def _filling(value: object, neutralise: Callable[[str], str]) -> object:
    """Numbers stay numbers, because templates say how to format them."""
    if isinstance(value, int | float):
        return value
    return translate(value if isinstance(value, str) else str(value), neutralise=neutralise)


def say(template: str, /, **values: object) -> str:
    """Return one of this layer's own texts, translated, its values neutralised."""
    return translate(text(template, **values))


def say_count(number: int, one: str, many: str) -> str:
    """Return `one` or `many`, both templates with `{n}`."""
    return say(one if number == 1 else many, n=number)
