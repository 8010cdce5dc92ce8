"""Events: from a change of a chat, and who made it, to what each app is told. Pure: no clock, no store, no network.

People and bots are named by their inner ids (union_id, App ID) until an app is told: every app sees ids of its own.

Source: schemas/api/events.md, whose sections stand in brackets; of the two events of one-to-one chats it has
the envelope only, their fields are those of the vendor's SDK and of the example on the platform's pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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

_CARRIED_SETTINGS = (
    "add_member_permission",
    "share_card_permission",
    "at_all_permission",
    "edit_permission",
    "membership_approval",
    "join_message_visibility",
    "leave_message_visibility",
    "moderation_permission",
    "group_message_type",
)
"""Settings that stand in an updated event [4.1]."""


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


@dataclass(frozen=True, slots=True)
class Change:
    """A chat before and after a change.

    Args:
        before: The chat as it was; `None` for a new one.
        after: The chat as it is.
        by: Who did it; empty if nobody known.
        withdrawn: Whether those who left were just added, and their invitation was revoked.
    """

    before: Chat | None
    after: Chat
    by: str = ""
    withdrawn: bool = False


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
        match self.readings.user_id_hidden_in_events:
            case "absent":
                return shown
            case "empty":
                return {**shown, "user_id": ""}
            case "null":
                return {**shown, "user_id": None}

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


# ---- what happened


def happenings(change: Change, readings: Readings) -> list[Happening]:
    """Return what a change of a chat means; nothing if it changes nothing that an event tells of."""
    before, after = change.before, change.after
    if after.mode == "p2p":
        return [] if before else [_conversation_made(after, change.by)]
    if before is None:
        # The maker learns of a new chat from the answer, people from no event; other bots have joined [1].
        return _bots_added(change, [bot for bot in after.bots if bot != change.by], readings)
    if after.dissolved:
        return _disbanded(before, change)
    return [*_updated(before, change, readings), *_members(before, change, readings)]


def _disbanded(before: Chat, change: Change) -> list[Happening]:
    """Tell of the end, unless a person kept the history [4.2]."""
    if before.dissolved or change.after.status != "dissolved":
        return []
    return [Happening(DISBANDED, change.after, tuple(before.bots), _named(change))]


def _members(before: Chat, change: Change, readings: Readings) -> list[Happening]:
    """Tell of those who came and went [4.3, 4.4]."""
    after = change.after
    came = [member for member in after.members if member not in before.members]
    went = [member for member in before.members if member not in after.members]
    told = tuple(after.bots)
    found = []
    for event_types, members in (((USERS_ADDED,), came), (_departures(change, readings), went)):
        users = [member for member in members if not is_bot(member)]
        if users:
            payload = _users(change, users)
            found += [Happening(event_type, after, told, payload) for event_type in event_types]
    found += _bots_added(change, filter(is_bot, came), readings)
    found += [
        Happening(BOT_DELETED, after, (bot,), _of_bot(change, bot, readings)) for bot in filter(is_bot, went)
    ]
    return found


def _departures(change: Change, readings: Readings) -> tuple[str, ...]:
    if not change.withdrawn:
        return (USERS_DELETED,)
    return (USERS_WITHDRAWN,) if readings.withdrawn_people == "once" else (USERS_WITHDRAWN, USERS_DELETED)


def _bots_added(change: Change, bots: Iterable[str], readings: Readings) -> list[Happening]:
    """Tell the bots that joined, and by the other reading all of them unless a bot invited them [4.3]."""
    everybody = readings.bot_added_heard_by == "every_bot" and not is_bot(change.by)
    return [
        Happening(
            BOT_ADDED,
            change.after,
            tuple(change.after.bots) if everybody else (bot,),
            _of_bot(change, bot, readings),
        )
        for bot in bots
    ]


def _updated(before: Chat, change: Change, readings: Readings) -> list[Happening]:
    """Tell of changed texts and permissions, a new owner, and a changed speak list [4.1]."""
    was, now = _carried(before), _carried(change.after)
    names = [name for name in now if was[name] != now[name]]
    speakers = _speakers(before, change.after)
    if not (names or speakers or _fires_all_the_same(before, change.after, readings)):
        return []
    shown = list(now) if readings.updated_event_fields == "complete" else names

    def payload(view: View) -> dict[str, Any]:
        lists = {name: [view.person(user) for user in users] for name, users in speakers.items()}
        return {
            **_shared(change, view),
            "before_change": _chat_change(was, shown, view),
            "after_change": _chat_change(now, shown, view),
            **({"moderator_list": lists} if lists else {}),
        }

    return [Happening(UPDATED, change.after, tuple(change.after.bots), payload)]


def _carried(chat: Chat) -> dict[str, Any]:
    """Return what an updated event can tell of a chat, with the owner's inner id.

    The avatar is a key here and an URL in chat_get.
    """
    return {
        "avatar": chat.avatar or "default-avatar",
        "name": chat.name,
        "description": chat.description,
        "i18n_names": chat.i18n_names,
        **{name: chat.settings[name] for name in _CARRIED_SETTINGS},
        "owner_id": chat.owner,
        "restricted_mode_setting": chat.restricted,
    }


def _chat_change(carried: Mapping[str, Any], names: Iterable[str], view: View) -> dict[str, Any]:
    """Return one side of a change as an app sees it; of a bot that owns the chat what the reading says."""
    shown = {name: carried[name] for name in names}
    if not is_bot(shown.get("owner_id", "")):
        return {**shown, **{name: view.ids(owner) for name, owner in shown.items() if name == "owner_id"}}
    if view.readings.bot_owner_in_events == "empty":
        return {**shown, "owner_id": {}}
    del shown["owner_id"]
    return shown


def _speakers(before: Chat, after: Chat) -> dict[str, list[str]]:
    """Return who entered and left the speak list; empty where it stayed as it was.

    The owner always stands among those who entered. Who leaves the chat is told of by the event for that.
    """
    listed = "moderator_list"
    entered = [user for user in after.moderators if user not in before.moderators]
    left = [user for user in before.moderators if user not in after.moderators and user in after.members]
    begins = listed == after.settings["moderation_permission"] != before.settings["moderation_permission"]
    if not (entered or left or begins):
        return {}
    people = dict.fromkeys(user for user in (after.owner, *entered) if not is_bot(user))
    return {
        "added_member_list": list(people),
        "removed_member_list": [user for user in left if not is_bot(user)],
    }


def _fires_all_the_same(before: Chat, after: Chat, readings: Readings) -> bool:
    """Tell whether a change that no field can carry fires the event with two equal sides."""
    match readings.uncarried_changes:
        case "silent":
            return False
        case "announcement":
            return _revision(before) != _revision(after)
        case "all":
            return _uncarried(before) != _uncarried(after)


def _revision(chat: Chat) -> int:
    return int(chat.announcement.get("revision", 0))


def _uncarried(chat: Chat) -> list[Any]:
    return [
        chat.settings,
        chat.pins_reserved,
        chat.tabs_and_menus_reserved,
        chat.managers,
        chat.tabs,
        chat.menus,
        chat.top_notice,
        _revision(chat),
    ]


def _conversation_made(chat: Chat, by: str) -> Happening:
    """Tell a bot that it has a first one-to-one chat with somebody."""

    def ids(view: View, member: str) -> dict[str, Any]:
        return {name: value for name, value in view.actor(member).items() if name != "union_id"}

    def payload(view: View) -> dict[str, Any]:
        (user,) = chat.users
        return {
            "chat_id": chat.chat_id,
            "operator": ids(view, by),
            "user": {"name": view.directory.users[user].name, **ids(view, user)},
        }

    return Happening(CONVERSATION_MADE, chat, tuple(chat.bots), payload)


def conversation_entered(chat: Chat, by: str, last_message: tuple[str, float] | None) -> Happening:
    """Return that a person opened the one-to-one chat with a bot, whose last message has this id and time."""
    message = (
        {}
        if last_message is None
        else {"last_message_id": last_message[0], "last_message_create_time": _milliseconds(last_message[1])}
    )
    return Happening(
        CONVERSATION_ENTERED,
        chat,
        tuple(chat.bots),
        lambda view: {"chat_id": chat.chat_id, "operator_id": view.ids(by), **message},
    )


# ---- fields that events share


def _shared(change: Change, view: View) -> dict[str, Any]:
    """Return the fields of all seven events of groups [3]."""
    return {
        "chat_id": change.after.chat_id,
        **view.operator(change.by),
        "external": change.after.external,
    }


def _named(change: Change) -> Callable[[View], dict[str, Any]]:
    """Return the fields of the events that also name the chat."""
    names = {"name": change.after.name, "i18n_names": change.after.i18n_names}
    return lambda view: {**_shared(change, view), **names}


def _users(change: Change, users: Iterable[str]) -> Callable[[View], dict[str, Any]]:
    named = _named(change)

    def payload(view: View) -> dict[str, Any]:
        shown = [{"name": view.directory.users[user].name, **view.person(user)} for user in users]
        return {**named(view), "users": shown}

    return payload


def _of_bot(change: Change, bot: str, readings: Readings) -> Callable[[View], dict[str, Any]]:
    """Return the fields of the two events of bots; none of them says which bot it is."""
    named = _named(change)
    if readings.name_in_bot_events == "chat":
        return named
    return lambda view: {**named(view), "name": view.directory.apps[bot].name}


# ---- who is told, and in which envelope


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
            "create_time": _milliseconds(time) if in_milliseconds else str(int(time * 1_000_000)),
            "token": token,
            "app_id": view.app.app_id,
            "tenant_key": view.tenant_key,
        },
        "event": dict(payload),
    }


def _milliseconds(time: float) -> str:
    return str(int(time * 1000))
