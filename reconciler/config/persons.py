"""Who is meant: the aliases of a fleet, and the forms in which people and bots are named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from reconciler.config.problems import Problems
from reconciler.config.tree import Node
from reconciler.config.wording import closest
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
_NOT_AS_ALIAS: Final = frozenset({Form.SELF, Form.ALIAS})

_ALLOWED: Final = text(
    "Write `@alias`, an e-mail address, a mobile number (`+86…`), `ou_…`, `on_…`, `user_id:…`, an app id (`cli_…`), "
    "or `self`."
)


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
        self._known = {f"@{alias}": _usable(alias, each, problems) for alias, each in definitions.items()}

    @property
    def definitions(self) -> dict[str, str]:
        """Whom aliases, without their `@`, stand for; without those that name nobody."""
        return {alias[1:]: identity for alias, identity in self._known.items() if identity is not None}

    def resolve(self, written: str, source: Source, address: str, problems: Problems) -> str | None:
        """Return who `written` is, with an alias replaced by what it stands for; `None` after a problem was told.

        E-mail addresses come out in small letters: they are compared so.
        """
        if written in self._known:
            return self._known[written]
        form = form_of(written)
        if form is Form.ALIAS:
            self._tell_unknown_alias(written, source, address, problems)
            return None
        if form is None:
            problems.error(
                text("Unknown person"),
                text("This names neither a person nor a bot."),
                hint=_ALLOWED,
                address=address,
                source=source,
            )
            return None
        return _canonical(written, form)

    def _tell_unknown_alias(self, written: str, source: Source, address: str, problems: Problems) -> None:
        if not self._complete:
            return
        problems.error(
            text("Unknown alias"),
            text("No file of the fleet defines `{alias}`.", alias=written),
            hint=_suggestion(written[1:], self._definitions),
            address=address,
            source=source,
        )


def _canonical(written: str, form: Form) -> str:
    return written.lower() if form is Form.EMAIL else written


def _suggestion(alias: str, known: Iterable[str]) -> Text:
    suggestion = closest(alias, known)
    if suggestion:
        return text("Did you mean `@{alias}`?", alias=suggestion)
    return text(
        "Define it under `people:`, for example:\n    people:\n      {alias}: name@example.com", alias=alias
    )


def _usable(alias: str, definition: Definition, problems: Problems) -> str | None:
    """Return what an alias stands for, or `None` when that names nobody."""
    if not isinstance(definition.value, str):
        return None
    form = form_of(definition.value)
    if form is None or form in _NOT_AS_ALIAS:
        problems.error(
            text("Unknown person"),
            text("The alias `{alias}` stands for neither a person nor a bot.", alias=alias),
            hint=text(
                "Write an e-mail address, a mobile number, `ou_…`, `on_…`, `user_id:…` or an app id (`cli_…`). An "
                "alias cannot stand for another alias."
            ),
            source=definition.source,
        )
        return None
    return _canonical(definition.value, form)
