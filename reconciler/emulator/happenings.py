"""From a change of a chat, and who made it, to what there is to tell. Pure: no clock, no store, no network.

Source: schemas/api/events.md, whose sections stand in brackets; of the two events of one-to-one chats it has
the envelope only, their fields are those of the vendor's SDK and of the example on the platform's pages.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.emulator.chat import Chat
from reconciler.emulator.directory import is_bot
from reconciler.emulator.events import (
    BOT_ADDED,
    BOT_DELETED,
    CONVERSATION_ENTERED,
    CONVERSATION_MADE,
    DISBANDED,
    UPDATED,
    USERS_ADDED,
    USERS_DELETED,
    USERS_WITHDRAWN,
    Happening,
    View,
    milliseconds,
)
from reconciler.emulator.readings import Readings

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
    came = [member for member in after.members if member not in before.joined]
    went = [member for member in before.members if member not in after.joined]
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


def _chat_change(carried: Mapping[str, Any], names: Collection[str], view: View) -> dict[str, Any]:
    """Return one side of a change as an app sees it; of a bot that owns the chat what the reading says."""
    shown = {name: carried[name] for name in names if name != "owner_id"}
    if "owner_id" not in names:
        return shown
    if not is_bot(carried["owner_id"]):
        return {**shown, "owner_id": view.ids(carried["owner_id"])}
    return {**shown, "owner_id": {}} if view.readings.bot_owner_in_events == "empty" else shown


def _speakers(before: Chat, after: Chat) -> dict[str, list[str]]:
    """Return who entered and left the speak list; empty where it stayed as it was.

    The owner always stands among those who entered. Who leaves the chat is told of by the event for that.
    """
    earlier, later = set(before.moderators), set(after.moderators)
    entered = [user for user in after.moderators if user not in earlier]
    left = [user for user in before.moderators if user not in later and user in after.joined]
    modes = [chat.settings["moderation_permission"] for chat in (before, after)]
    begins = modes[0] != "moderator_list" and modes[1] == "moderator_list"
    if not (entered or left or begins):
        return {}
    people = dict.fromkeys(user for user in (after.owner, *entered) if not is_bot(user))
    return {
        "added_member_list": list(people),
        "removed_member_list": [user for user in left if not is_bot(user)],
    }


def _fires_all_the_same(before: Chat, after: Chat, readings: Readings) -> bool:
    """Tell whether a change that no field can carry fires the event with two equal sides."""
    looks: dict[str, Callable[[Chat], object]] = {
        "silent": lambda _chat: None,
        "announcement": _revision,
        "all": _uncarried,
    }
    look = looks[readings.uncarried_changes]
    return look(before) != look(after)


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
        else {"last_message_id": last_message[0], "last_message_create_time": milliseconds(last_message[1])}
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
