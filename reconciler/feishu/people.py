"""Looks people up in the company's directory, in as few calls as the limits allow."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, Final, TypeVar

from reconciler.errors import PlatformError, Refused
from reconciler.feishu.endpoints.contacts import NAMES_PER_CALL, Contacts, UserIdType
from reconciler.feishu.wire import FoundId, WireUser
from reconciler.model.persons import Person, Standing

T = TypeVar("T")

_NO_SUCH_ID: Final = frozenset(
    {41012, 99991675, 99992351, 99992352, 99992353, 99992359, 99992360, 99992363, 99992364}
)
"""An id of the call means nobody. Source: platform.openapi.yaml, `info.x-common-errors`."""
_NO_NAME: Final = _NO_SUCH_ID | {99992361}
"""An open id of the call means nobody, or is one of another app."""
_NOBODY_VISIBLE: Final = 41050
"""None of the people of the call is within the app's data range."""

_UNKNOWN: Final = Person(standing=Standing.UNKNOWN)
_INVISIBLE: Final = Person(standing=Standing.INVISIBLE)
_RESIGNED: Final = Person(standing=Standing.RESIGNED)

_USER_ID: Final = "user_id:"
_HOME_CODE: Final = "+86"


async def find_people(contacts: Contacts, names: Iterable[str]) -> dict[str, Person]:
    """Return what the directory says of each name.

    Addresses and numbers that lead to nobody are unknown: whether somebody exists whom the app may not see is not
    told of them. Of union ids and user ids it is.
    """
    wanted = sorted(set(names))
    mobiles = [each for each in wanted if each.startswith("+")]
    unions = [each for each in wanted if each.startswith("on_")]
    user_ids = [each for each in wanted if each.startswith(_USER_ID)]
    emails = [each for each in wanted if each not in {*mobiles, *unions, *user_ids}]
    looking: list[Coroutine[Any, Any, dict[str, Person]]] = [
        _by_address(contacts, *portion) for portion in _portions(emails, mobiles)
    ]
    looking += [_by_id(contacts, "union_id", ids, "") for ids in _batched(unions)]
    looking += [_by_id(contacts, "user_id", ids, _USER_ID) for ids in _batched(user_ids)]
    return {name: person for found in await _all(looking) for name, person in found.items()}


async def display_names(contacts: Contacts, open_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of people as far as the app may read them; a call that is refused leaves its people out."""
    found = await _all([_names(contacts, ids) for ids in _batched(sorted(set(open_ids)))])
    return {open_id: name for names in found for open_id, name in names.items()}


async def _names(contacts: Contacts, open_ids: Sequence[str]) -> dict[str, str]:
    """Return names; an id that is nobody's fails a call, which is then halved, so that it costs no other its name."""
    try:
        users = await contacts.get("open_id", open_ids)
    except PlatformError as error:
        # Names are a kindness: the plan is right without them.
        if error.facts.code not in _NO_NAME or len(open_ids) == 1:
            return {}
        middle = len(open_ids) // 2
        halves = await _all([_names(contacts, half) for half in (open_ids[:middle], open_ids[middle:])])
        return {open_id: name for names in halves for open_id, name in names.items()}
    return {user.open_id: user.name for user in users.items if user.name}


def _portions(emails: Sequence[str], mobiles: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Yield what fits into a call each: the two kinds have limits of their own."""
    yield from zip_longest(_batched(emails), _batched(mobiles), fillvalue=())


def _batched(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + NAMES_PER_CALL] for start in range(0, len(ids), NAMES_PER_CALL)]


async def _by_address(contacts: Contacts, emails: Sequence[str], mobiles: Sequence[str]) -> dict[str, Person]:
    sent = {_as_sent(mobile): mobile for mobile in mobiles}
    answer = await contacts.find(emails, list(sent))
    found: dict[str, Person] = dict.fromkeys((*emails, *mobiles), _UNKNOWN)
    for entry in answer.user_list:
        name = sent.get(entry.mobile) or entry.email.lower()
        if name in found and entry.user_id:
            found[name] = _person(entry)
    return found


def _as_sent(mobile: str) -> str:
    """Return a number as the call wants it: only numbers from elsewhere go with their country code.

    Source: platform.openapi.yaml, contact_user_batch_get_id `mobiles`.
    """
    return mobile.removeprefix(_HOME_CODE)


def _person(entry: FoundId) -> Person:
    return _RESIGNED if entry.status.gone else Person(open_id=entry.user_id)


async def _by_id(
    contacts: Contacts, id_type: UserIdType, names: Sequence[str], prefix: str
) -> dict[str, Person]:
    """Return people by their ids; an id that means nobody fails a call, which is then halved until it stands alone."""
    ids = [name.removeprefix(prefix) for name in names]
    try:
        users = (await contacts.get(id_type, ids)).items
    except Refused as error:
        if error.facts.code == _NOBODY_VISIBLE:
            return dict.fromkeys(names, _INVISIBLE)
        if error.facts.code not in _NO_SUCH_ID:
            raise
        if len(names) == 1:
            return {names[0]: _UNKNOWN}
        middle = len(names) // 2
        halves = [_by_id(contacts, id_type, half, prefix) for half in (names[:middle], names[middle:])]
        return {name: person for half in await _all(halves) for name, person in half.items()}
    seen = {f"{prefix}{getattr(user, id_type)}": _user(user) for user in users}
    return {name: seen.get(name, _INVISIBLE) for name in names}


def _user(user: WireUser) -> Person:
    return _RESIGNED if user.status.gone else Person(open_id=user.open_id, name=user.name)


async def _all(looking: Collection[Coroutine[Any, Any, T]]) -> list[T]:
    """Await all at once; the first failure stops the others and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each) for each in looking]
    except ExceptionGroup as failed:
        error = failed.exceptions[0]
        raise error from error.__cause__
    return [task.result() for task in tasks]
