"""What the platform answers, as data: the vocabulary that apply and the gateway share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from reconciler.model.group import ChatStatus
from reconciler.model.menus import LiveMenu
from reconciler.model.settings import Settings
from reconciler.model.tabs import LiveTab


@dataclass(frozen=True, slots=True)
class ListedChat:
    """A chat our app is in, as the list shows it. `owner` is `None` when a bot owns it."""

    chat_id: str
    name: str | None
    owner: str | None
    external: bool
    status: ChatStatus


@dataclass(frozen=True, slots=True)
class OurBot:
    """The bot of our app."""

    name: str
    enabled: bool
    """Whether the tenant lets it work."""


@dataclass(frozen=True, slots=True)
class FoundChat:
    """A chat that our app is in, or can see, with what the state and the configuration know of it."""

    chat_id: str
    name: str | None
    key: str | None
    """The key it is bound to, in the state or by the configuration; `None`: it is not managed."""
    owner: str | None
    """`self`, or the open id of a person; `None`: a bot, and nothing tells which."""
    owner_name: str
    """Name of the person, as far as it can be read."""
    external: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a performed operation told. `None`: the answer does not tell; read back to know.

    The member lists hold ids that were asked for and did *not* come in, by reason.
    """

    chat_id: str | None = None
    image: str | None = None
    """Image key of what was uploaded."""
    settings: Settings | None = None
    managers: frozenset[str] | None = None
    tabs: tuple[LiveTab, ...] | None = None
    menus: tuple[LiveMenu, ...] | None = None
    invalid: tuple[str, ...] = ()
    not_existed: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()


Validity: TypeAlias = Literal["week", "year", "permanently"]
"""How long a share link is good."""


@dataclass(frozen=True, slots=True)
class ShareLink:
    """An address that lets people join a group."""

    url: str
    expires: float | None
    """Seconds since 1970; `None`: never."""
