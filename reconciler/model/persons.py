"""People as the contact directory knows them.

The configuration may name a person by e-mail, mobile number, union id or user id; the core knows people by
their open ids. In between stands what the platform's directory says of each name.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from reconciler.model.base import Frozen
from reconciler.model.ids import SELF

_KNOWN: Final = ("ou_", "cli_")


class Standing(StrEnum):
    """Whether a person can be in groups."""

    ACTIVE = "active"
    RESIGNED = "resigned"
    INVISIBLE = "invisible"
    """Exists, but outside what the app may see."""
    UNKNOWN = "unknown"
    """Nobody is called so, as far as the app can know."""


class Person(Frozen):
    """What the directory says of one name."""

    open_id: str = ""
    """Empty unless active."""
    standing: Standing = Standing.ACTIVE
    name: str = ""
    """Display name; empty where the app may not read names."""


def needs_look_up(identity: str) -> bool:
    """Tell whether `identity` is a name for the directory instead of an id that calls take."""
    return identity != SELF and not identity.startswith(_KNOWN)


def masked(identity: str) -> str:
    """Return `identity` as people may see it: of a mobile number only both ends."""
    return f"{identity[:3]}…{identity[-4:]}" if identity.startswith("+") else identity


def veiled(identity: str) -> str:
    """Return `identity` as messages may keep it: of an address too as little as tells people whom they meant."""
    name, at, host = identity.rpartition("@")
    return f"{name[:1]}…{at}{host}" if at else masked(identity)


def labelled(name: str, identity: str) -> str:
    """Return a person with the name beside it: `李雷 <li.lei@example.com>`."""
    return f"{name} <{masked(identity)}>" if name else masked(identity)
