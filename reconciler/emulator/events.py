"""Events: what they are called, who is told of them, and in which form. Pure: no clock, no store, no network.

People and bots are named by their inner ids (union_id, App ID) until an app is told: every app sees ids of its own.

Source: schemas/api/events.md, whose sections stand in brackets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, NamedTuple

from reconciler.emulator.chat import Chat
from reconciler.emulator.directory import USER_ID_SCOPE, App, Directory, is_bot
from reconciler.emulator.readings import Readings

UPDATED = "im.chat.updated_v1"
DISBANDED = "im.chat.disbanded_v1"
BOT_ADDED = "im.chat.member.bot.added_v1"
BOT_DELETED = "im.chat.member.bot.deleted_v1"
USERS_ADDED = "im.chat.member.user.added_v1"
USERS_DELETED = "im.chat.member.user.deleted_v1"
USERS_WITHDRAWN = "im.chat.member.user.withdrawn_v1"
CONVERSATION_ENTERED = "im.chat.access_event.bot_p2p_chat_entered_v1"
CONVERSATION_MADE = "p2p_chat_create"
APP_TICKET = "app_ticket"

_OF_CHAT = ("im:chat", "im:chat:read", "im:chat:readonly")
_OF_BOTS = ("im:chat", "im:chat.members:bot_access", "im:chat:readonly")
_OF_USERS = ("im:chat", "im:chat.members:read", "im:chat:readonly")

SCOPES: dict[str, tuple[str, ...]] = {
    UPDATED: _OF_CHAT,
    DISBANDED: _OF_CHAT,
    BOT_ADDED: _OF_BOTS,
    BOT_DELETED: _OF_BOTS,
    USERS_ADDED: _OF_USERS,
    USERS_DELETED: _OF_USERS,
    USERS_WITHDRAWN: _OF_USERS,
    CONVERSATION_ENTERED: (),
    CONVERSATION_MADE: (),
    APP_TICKET: (),
}
"""Scopes of each event, any one of which is enough; none are needed where there are none [1]."""

EVENT_TYPES = tuple(SCOPES)

_FIRST_VERSION = frozenset({CONVERSATION_MADE, APP_TICKET})
"""Events that come in the envelope of version 1.0 [2]."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What an app wants to hear of, and where.

    Args:
        app_id: The app.
        types: Events that are ticked; `None` are all of them.
        url: Where they are sent to; without one they are only kept.
        verification_token: What stands in every event as `token`.
        encrypt_key: Makes deliveries encrypted and signed, if there is one.
    """

    app_id: str
    types: tuple[str, ...] | None = None
    url: str = ""
    verification_token: str = field(default="", repr=False)
    encrypt_key: str = field(default="", repr=False)

    def wants(self, event_type: str) -> bool:
        """Tell whether the app is told of `event_type`; nobody has to tick a ticket."""
        return self.types is None or event_type in {APP_TICKET, *self.types}

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` takes."""
        return {**asdict(self), "types": "all" if self.types is None else list(self.types)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Subscription:
        """Return the subscription that a JSON object describes by the names of the arguments.

        Raises:
            ValueError: an unknown name or a wrong value.
        """
        names = [each.name for each in fields(cls)]
        for name, given in value.items():
            if name not in names:
                raise ValueError(f"`{name}` is no part of a subscription; there are: {', '.join(names)}")
            if name != "types" and not isinstance(given, str):
                raise ValueError(f"{name}: must be text")
        types = value.get("types", "all")
        if types != "all" and not isinstance(types, list | tuple):
            raise ValueError("types: must be a list, or all")
        unknown = next((name for name in types if types != "all" and name not in EVENT_TYPES), None)
        if unknown is not None:
            raise ValueError(f"types: there is no event {unknown}; there are: {', '.join(EVENT_TYPES)}")
        if value.get("url") and not value["url"].startswith(("http://", "https://")):
            raise ValueError("url: must begin with http:// or https://")
        return cls(**{**value, "types": None if types == "all" else tuple(types)})


@dataclass(frozen=True, slots=True)
class Event:
    """One event for one app, as it is kept; `body` is what the app gets, `chat_id` empty if it is of no chat."""

    number: int
    app_id: str
    event_id: str
    event_type: str
    chat_id: str
    time: float
    body: dict[str, Any]


class View(NamedTuple):
    """An app that is told something, and how it sees people."""

    app: App
    tenant_key: str
    directory: Directory

    @classmethod
    def of(cls, app: App, directory: Directory, chat_tenant: str = "") -> View:
        """Return how `app` sees what happens in a chat; a store app sees it from the tenant of the chat."""
        installed = app.installed_in or ("",)
        of_store = chat_tenant if chat_tenant in installed else installed[0]
        return cls(app, of_store if app.store else app.tenant_key, directory)

    @property
    def readings(self) -> Readings:
        """The readings of the open questions."""
        return self.directory.readings

    def ids(self, person: str) -> dict[str, Any]:
        """Return all ids of a person that the app may see; there is no choice of one kind [3]."""
        shown: dict[str, Any] = {
            "open_id": self.directory.show(self.app.app_id, "open_id", person),
            "union_id": person,
        }
        user = self.directory.users[person]
        foreign = user.tenant_key != self.tenant_key
        if self.app.may(USER_ID_SCOPE) and not (foreign and self.readings.foreign_user_ids == "absent"):
            return {**shown, "user_id": user.user_id}
        hidden: dict[str, dict[str, Any]] = {
            "absent": {},
            "empty": {"user_id": ""},
            "null": {"user_id": None},
        }
        return {**shown, **hidden[self.readings.user_id_hidden_in_events]}

    def actor(self, by: str) -> dict[str, Any]:
        """Return the ids of who did it: of a bot what the reading says."""
        if not is_bot(by):
            return self.ids(by)
        return (
            {"open_id": self.directory.apps[by].open_id} if self.readings.bot_in_events == "open_id" else {}
        )

    def operator(self, by: str) -> dict[str, Any]:
        """Return the fields of an event that name who did it; nothing if nobody known did."""
        if not by:
            return {}
        member = self.directory.apps[by] if is_bot(by) else self.directory.users[by]
        tenant = {"operator_tenant_key": member.tenant_key}
        if is_bot(by) and self.readings.bot_in_events == "absent":
            return tenant
        return {"operator_id": self.actor(by), **tenant}

    def person(self, person: str) -> dict[str, Any]:
        """Return a person as lists of an event have them."""
        return {"tenant_key": self.directory.users[person].tenant_key, "user_id": self.ids(person)}


class Happening(NamedTuple):
    """Something that apps are told of: the event, the chat, the bots concerned, and what each is told."""

    event_type: str
    chat: Chat
    bots: tuple[str, ...]
    payload: Callable[[View], dict[str, Any]]


def hears(subscription: Subscription, app: App, happening: Happening) -> bool:
    """Tell whether an app, one of the bots concerned, is told of something [1]."""
    scopes = SCOPES[happening.event_type]
    at_home = app.enabled if happening.chat.external else app.works_in(happening.chat.tenant_key)
    return (
        subscription.wants(happening.event_type)
        and (not scopes or any(map(app.may, scopes)))
        and app.bot
        and at_home
        and not (app.store and happening.event_type == CONVERSATION_ENTERED)
    )


def envelope(
    subscription: Subscription,
    view: View,
    event_type: str,
    event_id: str,
    time: float,
    payload: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what the app gets: version 2.0, or 1.0 for the events that have no other [2]."""
    token = subscription.verification_token if view.readings.mode_of_events == "webhook" else ""
    if event_type in _FIRST_VERSION:
        return {
            "ts": f"{time:.6f}",
            "uuid": event_id,
            "token": token,
            "type": "event_callback",
            "event": {
                "type": event_type,
                "app_id": view.app.app_id,
                # A ticket belongs to no tenant.
                **({} if event_type == APP_TICKET else {"tenant_key": view.tenant_key}),
                **payload,
            },
        }
    in_milliseconds = view.readings.create_time_of_events == "milliseconds"
    return {
        "schema": "2.0",
        "header": {
            "event_id": event_id,
            "event_type": event_type,
            "create_time": milliseconds(time) if in_milliseconds else str(int(time * 1_000_000)),
            "token": token,
            "app_id": view.app.app_id,
            "tenant_key": view.tenant_key,
        },
        "event": dict(payload),
    }


def milliseconds(time: float) -> str:
    """Return a time as events write it."""
    return str(int(time * 1000))
