"""The admin side over HTTP: `/_emulator/…`, JSON in and out, without a token, from this machine only.

    GET    /_emulator                    what there is
    GET    /_emulator/chats              every chat; /_emulator/chats/{chat_id} one of them
    POST   /_emulator/acts/{act}         an act of a person: the arguments of the method of `Acts`
    GET    /_emulator/faults             the script; POST adds a fault (see `Fault`), DELETE empties it
    GET    /_emulator/requests           the request log; DELETE empties it
    GET    /_emulator/clock              the time; POST {"move_seconds": n} moves it
    GET    /_emulator/events             what apps were told and how it reached them; ?app_id=…&after=… narrows
                                         it; DELETE empties it
    GET    /_emulator/subscriptions      what apps want to be told, and where; POST changes one (see
                                         `Subscription`), after its URL has answered a challenge
    POST   /_emulator/reset              begin anew

A wrong call is answered with HTTP 400 and `{"error": "…"}`, an unknown one with 404.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from reconciler.emulator import ids
from reconciler.emulator.acts import ActError, Acts
from reconciler.emulator.events import Subscription
from reconciler.emulator.faults import Fault
from reconciler.emulator.wire import Request, Response, json_response

if TYPE_CHECKING:
    from reconciler.emulator.core import Emulator

ADMIN_PREFIX = "/_emulator"

ACTS = tuple(
    name for name, _ in inspect.getmembers(Acts, inspect.isfunction) if not name.startswith("_") and "chat" not in name
)  # fmt: skip


async def handle_admin(emulator: Emulator, request: Request) -> Response:
    """Answer one request of the admin side."""
    if not request.local:
        return json_response(403, {"error": "the admin side is for this machine only"})
    parts = request.path.removeprefix(ADMIN_PREFIX).strip("/").split("/")
    place = _PLACES.get((request.method, parts[0], len(parts)))
    if place is None:
        return json_response(404, {"error": "there is no such place", "places": _INDEX})
    try:
        answer = place(emulator, parts, _arguments(request))
        return json_response(200, await answer if inspect.isawaitable(answer) else answer)
    except (ActError, TypeError, ValueError, AttributeError, LookupError) as error:
        # The arguments go to the methods as they come; whatever those cannot work with is a wrong call.
        return json_response(400, {"error": str(error)})


def _arguments(request: Request) -> dict[str, Any]:
    """Return what a call says: the query of one that reads, else the body."""
    if request.method == "GET":
        return dict(request.query)
    arguments = json.loads(request.body or b"{}")
    if not isinstance(arguments, dict):
        raise ActError("the body must be a JSON object")
    return arguments


def _names(function: Callable[..., Any]) -> list[str]:
    """Return what a function can be called with."""
    return [str(parameter) for parameter in inspect.signature(function).parameters.values()]


def _check(function: Callable[..., Any], arguments: dict[str, Any]) -> None:
    """Refuse arguments that a function does not have, or that it lacks."""
    try:
        inspect.signature(function).bind(**arguments)
    except TypeError as error:
        raise ActError(f"{error}; there are: {', '.join(inspect.signature(function).parameters)}") from None


_Place = Callable[["Emulator", list[str], dict[str, Any]], Any]


def _index(emulator: Emulator, _parts: list[str], _arguments: dict[str, Any]) -> Any:
    acts = {name: _names(getattr(emulator.acts, name)) for name in ACTS}
    return {"places": _INDEX, "acts": acts, "fault": _names(Fault), "subscription": _names(Subscription)}


def _chats(emulator: Emulator, _parts: list[str], _arguments: dict[str, Any]) -> Any:
    return {"chats": emulator.acts.chats()}


def _chat(emulator: Emulator, parts: list[str], _arguments: dict[str, Any]) -> Any:
    return emulator.acts.chat(parts[1])


def _act(emulator: Emulator, parts: list[str], arguments: dict[str, Any]) -> Any:
    if parts[1] not in ACTS:
        raise ActError(f"there is no act {parts[1]}; known are {', '.join(ACTS)}")
    act = getattr(emulator.acts, parts[1])
    _check(act, arguments)
    return {"result": act(**arguments)}


def _faults(emulator: Emulator, _parts: list[str], _arguments: dict[str, Any]) -> Any:
    return {"faults": emulator.faults.listed()}


def _add_fault(emulator: Emulator, _parts: list[str], arguments: dict[str, Any]) -> Any:
    return {"number": emulator.faults.add(Fault.from_json(arguments))}


def _clear_faults(emulator: Emulator, _parts: list[str], _arguments: dict[str, Any]) -> Any:
    emulator.faults.clear()
    return {}


def _requests(emulator: Emulator, _parts: list[str], _arguments: dict[str, Any]) -> Any:
    return {"requests": [asdict(entry) for entry in emulator.log]}


def _clear_requests(emulator: Emulator, _parts: list[str], _arguments: dict[str, Any]) -> Any:
    emulator.log.clear()
    return {}


def _clock(emulator: Emulator, _parts: list[str], _arguments: dict[str, Any]) -> Any:
    return {"now": emulator.clock.now(), "offset": emulator.clock.offset}


def _move_clock(emulator: Emulator, parts: list[str], arguments: dict[str, Any]) -> Any:
    seconds = arguments.get("move_seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ActError("`move_seconds` must be a number")
    emulator.move_clock(seconds)
    return _clock(emulator, parts, {})


def _events(emulator: Emulator, _parts: list[str], arguments: dict[str, Any]) -> Any:
    app_id, after = arguments.get("app_id"), int(arguments.get("after", 0))
    events = [
        {**asdict(event), "deliveries": [delivery._asdict() for delivery in emulator.deliveries(event)]}
        for event in emulator.events(app_id, after)
    ]
    return {"events": events}


def _clear_events(emulator: Emulator, _parts: list[str], _arguments: dict[str, Any]) -> Any:
    emulator.clear_events()
    return {}


def _subscriptions(emulator: Emulator, _parts: list[str], _arguments: dict[str, Any]) -> Any:
    return {"subscriptions": [subscription.to_json() for subscription in emulator.subscriptions()]}


async def _subscribe(emulator: Emulator, _parts: list[str], arguments: dict[str, Any]) -> Any:
    app_id = str(arguments.get("app_id"))
    known = {each.app_id: each for each in emulator.subscriptions()}
    fresh = Subscription(app_id, verification_token=ids.verification_token(emulator.seed, app_id))
    wanted = Subscription.from_json({**known.get(app_id, fresh).to_json(), **arguments})
    refused = await emulator.subscribe(wanted)
    return {"accepted": not refused, "reason": refused, "subscription": wanted.to_json()}


def _reset(emulator: Emulator, _parts: list[str], _arguments: dict[str, Any]) -> Any:
    emulator.reset()
    return {}


_PLACES: dict[tuple[str, str, int], _Place] = {
    ("GET", "", 1): _index,
    ("GET", "chats", 1): _chats,
    ("GET", "chats", 2): _chat,
    ("POST", "acts", 2): _act,
    ("GET", "faults", 1): _faults,
    ("POST", "faults", 1): _add_fault,
    ("DELETE", "faults", 1): _clear_faults,
    ("GET", "requests", 1): _requests,
    ("DELETE", "requests", 1): _clear_requests,
    ("GET", "clock", 1): _clock,
    ("POST", "clock", 1): _move_clock,
    ("GET", "events", 1): _events,
    ("DELETE", "events", 1): _clear_events,
    ("GET", "subscriptions", 1): _subscriptions,
    ("POST", "subscriptions", 1): _subscribe,
    ("POST", "reset", 1): _reset,
}
_NAMES = {("acts", 2): "acts/{act}", ("chats", 2): "chats/{chat_id}"}
_INDEX = [f"{method} {ADMIN_PREFIX}/{_NAMES.get((name, parts), name)}" for method, name, parts in _PLACES]
