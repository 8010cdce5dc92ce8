"""Colour: the one place that writes escape sequences."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """What a piece of text is, by the parameter of its SGR sequence."""

    PLAIN = ""
    HEADING = "1"
    ADD = "32"
    CHANGE = "33"
    REMOVE = "31"
    ERROR = "1;31"
    WARNING = "1;33"
    FAINT = "2"


@dataclass(frozen=True, slots=True)
class Style:
    """Paints text, or leaves every text as it is."""

    color: bool

    def paint(self, text: str, role: Role) -> str:
        """Return `text`, which must be neutralised already, in the colour of `role`."""
        if not self.color or role is Role.PLAIN or not text:
            return text
        return f"\x1b[{role.value}m{text}\x1b[0m"
