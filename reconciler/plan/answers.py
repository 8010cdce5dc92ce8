"""What the platform answers, as data: the vocabulary that apply and the gateway share."""

from __future__ import annotations

from dataclasses import dataclass

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
class Answer:
    """What a performed operation told. `None`: the answer does not tell; read back to know.

    The member lists hold ids that were asked for and did *not* come in, by reason.
    """

    chat_id: str | None = None
    settings: Settings | None = None
    managers: frozenset[str] | None = None
    tabs: tuple[LiveTab, ...] | None = None
    menus: tuple[LiveMenu, ...] | None = None
    invalid: tuple[str, ...] = ()
    not_existed: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
