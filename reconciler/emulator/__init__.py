"""A pretend platform for trying, testing and developing: local, repeatable, without credentials.

It imports nothing of the rest of the package and shares no models with the client, so that a mistake of one
side cannot hide in the other; both are checked against the API description instead.

    wire, codes        requests, answers, refusals; codes with status and text
    fields             checks of JSON types and declared rules in front of the operations
    directory, chat    who exists; one chat and what somebody is in it
    scenario           the YAML file that says who exists
    store, ids, clock  state in SQLite, ids that look real, the emulated time
    pinyin             how Chinese names are typed, for searches
    quota, faults      the rate limit, scripted faults
    events, happenings what apps are told, and when a change of a chat is something to tell
    outbox             keeps changed chats and what apps are told of them
    operation, routes  the table of operations
    gate               who calls, and whether the app may call at all
    readings           what is assumed where nobody has published what the platform does
    nodes              YAML with positions, fast
    handlers/          rules and effect of each operation
    acts, admin        what people do in the client app; the same over HTTP
    arguments          whether a function takes what comes as JSON
    core               `Emulator`: one function from request to response over all of these
    transport, server  two ways in: HTTPX in the process, a real socket
    delivery           the way out: events as webhooks, imported when one is sent

Importing this package imports neither httpx nor starlette: `EmulatorTransport` and `serve` are imported from
their modules.
"""

from __future__ import annotations

from reconciler.emulator.clock import ManualClock, RealClock
from reconciler.emulator.core import Emulator, LogEntry, open_emulator
from reconciler.emulator.events import Event, Subscription
from reconciler.emulator.faults import Fault, FaultKind
from reconciler.emulator.scenario import ScenarioError
from reconciler.emulator.store import DatabaseError, Delivery
from reconciler.emulator.wire import AnswerTooLateError, ConnectionDroppedError, Request, Response

__all__ = [
    "AnswerTooLateError",
    "ConnectionDroppedError",
    "DatabaseError",
    "Delivery",
    "Emulator",
    "Event",
    "Fault",
    "FaultKind",
    "LogEntry",
    "ManualClock",
    "RealClock",
    "Request",
    "Response",
    "ScenarioError",
    "Subscription",
    "open_emulator",
]
