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
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from reconciler.emulator import ids
from reconciler.emulator.acts import ActError, Acts
from reconciler.emulator.arguments import ArgumentError, require_arguments
from reconciler.emulator.events import Subscription
from reconciler.emulator.faults import Fault
from reconciler.emulator.fields import parse_body
from reconciler.emulator.wire import Refusal, Request, Response, json_response

if TYPE_CHECKING:
    from reconciler.emulator.core import Emulator

ADMIN_PREFIX = "/_emulator"

_WHOLE_NUMBER = re.compile("[0-9]{1,18}")

ACTS = tuple(
    name for name, _ in inspect.getmembers(Acts, inspect.isfunction) if not name.startswith("_") and "chat" not in name
)  # fmt: skip


def is_admin(path: str) -> bool:
    """Tell whether a path is one of the admin side."""
    return path == ADMIN_PREFIX or path.startswith(f"{ADMIN_PREFIX}/")


async def handle_admin(emulator: Emulator, request: Request) -> Response:
    """Answer one request of the admin side."""
    if not request.local:
        return json_response(403, {"error": "the admin side is for this machine only"})
    name, *parts = map(unquote, request.path.removeprefix(ADMIN_PREFIX).strip("/").split("/"))
    place = _PLACES.get((request.method, name, len(parts)))
    if place is None:
        return json_response(404, {"error": "there is no such place", "places": _INDEX})
    try:
        arguments = _arguments(request)
        method = getattr(_Admin(emulator), place)
        require_arguments(method, arguments, *parts)
        answer = method(*parts, **arguments)
        return json_response(200, await answer if inspect.isawaitable(answer) else answer)
    except (ActError, ArgumentError, Refusal, ValueError) as error:
        return json_response(400, {"error": str(error)})


def perform_act(emulator: Emulator, name: str, arguments: Mapping[str, Any]) -> Any:
    """Perform an act of `Acts` by its name and return its result.

    Raises:
        ActError: There is no such act, or it makes no sense; the text says why.
    """
    if name not in ACTS:
        raise ActError(f"there is no act {name}; known are {', '.join(ACTS)}")
    act = getattr(emulator.acts, name)
    try:
        require_arguments(act, arguments)
        return act(**arguments)
    except (ArgumentError, Refusal, ValueError) as error:
        raise ActError(str(error)) from None


def _arguments(request: Request) -> dict[str, Any]:
    """Return what a call says: the query of one that reads, else the body."""
    if request.method == "GET":
        return dict(request.query)
    return parse_body(request.body) if request.body else {}


def _names(function: Callable[..., Any]) -> list[str]:
    """Return what a function can be called with."""
    return [str(parameter) for parameter in inspect.signature(function).parameters.values()]


class _Admin:
    """The places: each takes the further segments of its path, and what the call says by name."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def index(self) -> Any:
        acts = {name: _names(getattr(self._emulator.acts, name)) for name in ACTS}
        return {"places": _INDEX, "acts": acts, "fault": _names(Fault), "subscription": _names(Subscription)}

    def chats(self) -> Any:
        return {"chats": self._emulator.acts.chats()}

    def chat(self, chat_id: str, /) -> Any:
        return self._emulator.acts.chat(chat_id)

    def act(self, name: str, /, **arguments: Any) -> Any:
        return {"result": perform_act(self._emulator, name, arguments)}

    def faults(self) -> Any:
        return {"faults": self._emulator.faults.listed()}

    def add_fault(self, **arguments: Any) -> Any:
        return {"number": self._emulator.faults.add(Fault.from_json(arguments))}

    def clear_faults(self) -> Any:
        self._emulator.faults.clear()
        return {}

    def requests(self) -> Any:
        return {"requests": [asdict(entry) for entry in self._emulator.log]}

    def clear_requests(self) -> Any:
        self._emulator.log.clear()
        return {}

    def clock(self) -> Any:
        return {"now": self._emulator.clock.now(), "offset": self._emulator.clock.offset}

    def move_clock(self, *, move_seconds: float) -> Any:
        self._emulator.move_clock(move_seconds)
        return self.clock()

    def events(self, *, app_id: str | None = None, after: str = "0") -> Any:
        if not _WHOLE_NUMBER.fullmatch(after):
            raise ArgumentError("after: must be a whole number of at most 18 digits")
        events = [
            {**asdict(event), "deliveries": [each._asdict() for each in self._emulator.deliveries(event)]}
            for event in self._emulator.events(app_id, int(after))
        ]
        return {"events": events}

    def clear_events(self) -> Any:
        self._emulator.clear_events()
        return {}

    def subscriptions(self) -> Any:
        return {"subscriptions": [subscription.to_json() for subscription in self._emulator.subscriptions()]}

    async def subscribe(self, *, app_id: str, **arguments: Any) -> Any:
        known = {each.app_id: each for each in self._emulator.subscriptions()}
        token = ids.verification_token(self._emulator.seed, app_id)
        before = known.get(app_id, Subscription(app_id, verification_token=token))
        wanted = Subscription.from_json({**before.to_json(), **arguments})
        refused = await self._emulator.subscribe(wanted)
        return {"accepted": not refused, "reason": refused, "subscription": wanted.to_json()}

    def reset(self) -> Any:
        self._emulator.reset()
        return {}


_PLACES: dict[tuple[str, str, int], str] = {
    ("GET", "", 0): "index",
    ("GET", "chats", 0): "chats",
    ("GET", "chats", 1): "chat",
    ("POST", "acts", 1): "act",
    ("GET", "faults", 0): "faults",
    ("POST", "faults", 0): "add_fault",
    ("DELETE", "faults", 0): "clear_faults",
    ("GET", "requests", 0): "requests",
    ("DELETE", "requests", 0): "clear_requests",
    ("GET", "clock", 0): "clock",
    ("POST", "clock", 0): "move_clock",
    ("GET", "events", 0): "events",
    ("DELETE", "events", 0): "clear_events",
    ("GET", "subscriptions", 0): "subscriptions",
    ("POST", "subscriptions", 0): "subscribe",
    ("POST", "reset", 0): "reset",
}
"""The method of `_Admin` by HTTP method, first segment and number of further ones."""

_NAMES = {("acts", 1): "acts/{act}", ("chats", 1): "chats/{chat_id}"}
_INDEX = [f"{method} {ADMIN_PREFIX}/{_NAMES.get((name, parts), name)}" for method, name, parts in _PLACES]
