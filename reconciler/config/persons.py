"""Who is meant: the aliases of a fleet, and the forms in which people and bots are named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from reconciler.config.problems import Problems
from reconciler.config.tree import Node
from reconciler.config.wording import NOT_YET, closest
from reconciler.errors import Source, Text, text
from reconciler.model.ids import BOT_PATTERN, SELF, USER_PATTERN


class Form(Enum):
    """A way to name a person or a bot."""

    SELF = "our own app"
    ALIAS = "an alias"
    USER = "an open id"
    BOT = "an app id"
    EMAIL = "e-mail"
    MOBILE = "mobile number"
    UNION_ID = "union id"
    USER_ID = "user id"


_FORMS: Final = (
    (re.compile(USER_PATTERN), Form.USER),
    (re.compile(BOT_PATTERN), Form.BOT),
    (re.compile(rf"^{SELF}$"), Form.SELF),
    (re.compile(r"^@[^\s@/]+$"), Form.ALIAS),
    (re.compile(r"^on_[0-9A-Za-z]+$"), Form.UNION_ID),
    (re.compile(r"^user_id:\S+$"), Form.USER_ID),
    (re.compile(r"^\+[0-9]{6,15}$"), Form.MOBILE),
    (re.compile(r"^[^\s@]+@[^\s@]+\.[^\s@]+$"), Form.EMAIL),
)
_IDENTITIES: Final = frozenset({Form.SELF, Form.USER, Form.BOT})
_NOT_AS_ALIAS: Final = frozenset({None, Form.SELF, Form.ALIAS})

_ALLOWED: Final = text("Write `@alias`, an open id (`ou_…`), an app id (`cli_…`), or `self`.")


def form_of(written: str) -> Form | None:
    """Return how `written` names somebody; `None` when it names nobody."""
    return next((form for pattern, form in _FORMS if pattern.match(written)), None)


@dataclass(frozen=True, slots=True)
class Definition:
    """What an alias stands for; `value` is no text where the file was wrong and that was told already."""

    value: Node
    source: Source


class People:
    """The aliases of a fleet.

    Args:
        definitions: Aliases without their `@`.
        complete: Whether all files could be read. If not, an alias that is missing may stand in another file, and
            is no problem of its own.
        problems: Takes definitions that name nobody.
    """

    def __init__(
        self, definitions: Mapping[str, Definition], problems: Problems, *, complete: bool = True
    ) -> None:
        self._definitions = definitions
        self._complete = complete
        self._usable = {f"@{alias}": _usable(alias, each, problems) for alias, each in definitions.items()}
        self._known = {
            alias: value for alias, value in self._usable.items() if value and form_of(value) in _IDENTITIES
        }

    def resolve(self, written: str, source: Source, address: str, problems: Problems) -> str | None:
        """Return who `written` is: `ou_…`, `cli_…` or `self`; `None` after a problem was told."""
        known = self._known.get(written)
        if known is not None:
            return known
        form = form_of(written)
        if form in _IDENTITIES:
            return written
        if form is Form.ALIAS:
            return self._resolve_alias(written, source, address, problems)
        if form is None:
            problems.error(
                text("Unknown person"),
                text("This names neither a person nor a bot."),
                hint=_ALLOWED,
                address=address,
                source=source,
            )
        else:
            problems.error(NOT_YET, _cannot_look_up(form), hint=_USE_ID, address=address, source=source)
        return None

    def _resolve_alias(self, written: str, source: Source, address: str, problems: Problems) -> str | None:
        alias = written[1:]
        if alias not in self._definitions:
            if self._complete:
                problems.error(
                    text("Unknown alias"),
                    text("No file of the fleet defines `{alias}`.", alias=written),
                    hint=_suggestion(alias, self._definitions),
                    address=address,
                    source=source,
                )
            return None
        form = form_of(self._usable[written] or "")
        if form is not None:
            problems.error(
                NOT_YET,
                text(
                    "{why} {place} defines `{alias}` so.",
                    why=_cannot_look_up(form),
                    place=self._definitions[alias].source,
                    alias=written,
                ),
                hint=_USE_ID,
                address=address,
                source=source,
            )
        return None


_USE_ID: Final = text("Use the open id (`ou_…`).")


def _cannot_look_up(form: Form) -> Text:
    return text("This version cannot look people up by {form} yet.", form=form.value)


def _suggestion(alias: str, known: Iterable[str]) -> Text:
    suggestion = closest(alias, known)
    if suggestion:
        return text("Did you mean `@{alias}`?", alias=suggestion)
    return text("Define it under `people:`, for example:\n    people:\n      {alias}: ou_…", alias=alias)


def _usable(alias: str, definition: Definition, problems: Problems) -> str | None:
    """Return what an alias stands for, or `None` when that names nobody."""
    if not isinstance(definition.value, str):
        return None
    if form_of(definition.value) in _NOT_AS_ALIAS:
        problems.error(
            text("Unknown person"),
            text("The alias `{alias}` stands for neither a person nor a bot.", alias=alias),
            hint=text(
                "Write an open id (`ou_…`) or an app id (`cli_…`). An alias cannot stand for another alias."
            ),
            source=definition.source,
        )
        return None
    return definition.value
