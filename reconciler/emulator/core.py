"""The emulator: one function from request to response, over store, clock, quota and faults.

Checks come in the order of the contract: fault, route, token, scope, rate limit, fields, then the rules of
the operation. Source: platform.openapi.yaml, info.x-call-conventions.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass, field, replace
from email.utils import formatdate
from pathlib import Path
from time import gmtime, strftime
from typing import Any

from reconciler.emulator import fields, ids
from reconciler.emulator.acts import Acts
from reconciler.emulator.admin import handle_admin, is_admin
from reconciler.emulator.clock import Clock, RealClock, require_span
from reconciler.emulator.directory import Caller, Directory
from reconciler.emulator.events import Event, Subscription
from reconciler.emulator.faults import Fault, FaultKind, Faults
from reconciler.emulator.fields import Fields
from reconciler.emulator.gate import admit, bearer, identify
from reconciler.emulator.operation import NOBODY, Call, Operation
from reconciler.emulator.outbox import Outbox
from reconciler.emulator.quota import Quota
from reconciler.emulator.routes import BY_ID, Match, Routes
from reconciler.emulator.scenario import Scenario, load_scenario, parse_scenario
from reconciler.emulator.store import GENERATION, Delivery, Store
from reconciler.emulator.wire import (
    BODYLESS,
    JSON_TYPE,
    AnswerTooLateError,
    ConnectionDroppedError,
    Refusal,
    Request,
    Response,
    json_response,
    refusal_response,
)

LOG_LENGTH = 100_000
"""Requests that the log remembers; older ones are forgotten."""

_LOGGED_TEXT = 10_000
"""Characters up to which the log keeps a text."""

_LOGGED_DEPTH = 50
"""Levels of a body that the log keeps."""

_ROUTES = Routes()


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One request as the log remembers it; headers, tokens and secrets are never kept.

    `path` is as it was sent; of `body` files, very long texts and what is nested very deep are left out. `code`
    is `None` where no readable answer left the emulator, `status` 0 where none left at all.
    """

    number: int
    time: float
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any
    app_id: str
    operation: str
    chat_id: str | None
    status: int
    code: int | None


@dataclass(slots=True)
class _Exchange:
    """One request on its way; the parts are filled in as they become known."""

    request: Request
    number: int
    log_id: str
    match: Match | None
    faults: list[Fault]
    refused: Refusal | None = None
    overlapping: bool = False
    body: Any = None
    query_fields: dict[str, Any] = field(default_factory=dict)
    body_fields: dict[str, Any] = field(default_factory=dict)
    caller: Caller = NOBODY

    @property
    def chat_id(self) -> str | None:
        return self.match.path.get("chat_id") if self.match else None

    def fault(self, kind: FaultKind, *, done: bool) -> Fault | None:
        """Return the first fault of `kind` that strikes before (or, with `done`, after) the effect."""
        return next((fault for fault in self.faults if fault.kind is kind and fault.done == done), None)


class Emulator:
    """A pretend platform.

    Args:
        scenario: Who exists and which groups there are. A database that knows this scenario keeps its state;
            of a changed one people, apps and switches are taken over, and groups that are new in it; whoever
            it no longer has leaves the groups that are there.
        database: File that keeps the state; `None` keeps it in memory.
        clock: Where time comes from.

    `trusted_hosts` are those, beside this machine, that events may be sent to.

    Raises:
        ScenarioError: the scenario is wrong.
        DatabaseError: the database cannot be used.
    """

    def __init__(self, scenario: Scenario, database: Path | None = None, clock: Clock | None = None) -> None:
        self.trusted_hosts: frozenset[str] = frozenset()
        self.clock: Clock = clock or RealClock()
        self.quota = Quota()
        self.acts = Acts(self)
        self.log: deque[LogEntry] = deque(maxlen=LOG_LENGTH)
        self.store = Store(database)
        self._scenario = scenario
        self._requests = 0
        self._busy: Counter[str] = Counter()
        self._delivering = asyncio.Lock()
        try:
            with self.store.transaction(write=True):
                self._seed()
        except BaseException:
            self.store.close()
            raise
        self._script()

    @classmethod
    def from_text(cls, scenario: str, database: Path | None = None, clock: Clock | None = None) -> Emulator:
        """Return an emulator with the scenario in the YAML text `scenario`."""
        return cls(parse_scenario(scenario, "scenario.yaml"), database, clock)

    # ---- state

    def _seed(self) -> None:
        """Take the scenario over if the database does not know it, and begin where the database is."""
        if self.store.meta("scenario") != self._scenario.digest:
            self._take_over()
        self._load()

    def _take_over(self) -> None:
        """Bring the scenario into the database; chats stay, without those who exist no more."""
        self.store.next_number(GENERATION)
        self.store.set_meta("scenario", self._scenario.digest)
        self.store.set_meta("seed", self._scenario.seed)
        self.store.set_meta("faults", json.dumps([asdict(fault) for fault in self._scenario.faults(BY_ID)]))
        directory = self._scenario.directory()
        self.store.save_directory(directory)
        self._part_from_strangers(directory)
        self.store.clear_subscriptions()
        for subscription in self._scenario.subscriptions():
            self.store.save_subscription(subscription)
        for chat in self._scenario.chats():
            if self.store.chat(chat.chat_id) is None:
                self.store.add_chat(chat)

    def _part_from_strangers(self, directory: Directory) -> None:
        """Take whoever is not in `directory` out of everything that is kept; no app is told."""
        known = directory.apps.keys() | directory.users.keys()
        self.store.forget_strangers(known)
        for chat in self.store.chats():
            before = deepcopy(chat)
            chat.keep_only(known, directory.first_app.app_id)
            if chat != before:
                self.store.save_chat(chat)

    def _load(self) -> None:
        """Begin where the database is."""
        self._generation = self.store.meta(GENERATION)
        self.seed = self.store.meta("seed") or ""
        self.directory: Directory = self.store.directory()
        self.clock.offset = float(self.store.meta("clock_offset") or self.clock.offset)
        self.quota.load(self.store.meta("quota") or "{}")

    def _follow(self) -> None:
        """Begin anew if another process on the database has reset it, or brought a changed scenario."""
        if self.store.meta(GENERATION) == self._generation:
            return
        self.clock.offset = 0.0
        self._load()
        self._script()
        self.log.clear()

    def _script(self) -> None:
        """Begin the faults of the scenario; their counts begin anew with every emulator on the database."""
        self.faults = Faults(self.seed, BY_ID)
        for fault in json.loads(self.store.meta("faults") or "[]"):
            self.faults.add(Fault.from_json(fault))

    def reset(self) -> None:
        """Begin anew: state and faults of the scenario, real time, an empty log."""
        with self.store.transaction(write=True):
            self.store.clear()
            self.clock.offset = 0.0
            self._seed()
        self._script()
        self.quota.clear()
        self.log.clear()

    def close(self) -> None:
        """Keep what the next emulator on the database goes on with, and close it."""
        self._follow()
        with self.store.transaction(write=True):
            self.store.set_meta("quota", self.quota.dump(self.clock.now()))
        self.store.close()

    def first_app(self) -> tuple[str, str]:
        """Return App ID and secret of the scenario's first app."""
        app = self.directory.first_app
        return app.app_id, app.app_secret

    def move_clock(self, seconds: float) -> float:
        """Let `seconds` pass at once, for every process on the database opened from now on; return the time.

        Raises:
            ValueError: time does not go backwards, nor further than ten years at once.
        """
        require_span(seconds)
        self._push_due_tickets()  # the hours of tickets are counted from the first time that they are asked for
        self.clock.move(seconds)
        with self.store.transaction(write=True):
            self.store.set_meta("clock_offset", repr(self.clock.offset))
        return self.clock.now()

    # ---- events

    def outbox(self) -> Outbox:
        """Return where changes become events."""
        return Outbox(self.store, self.directory, self.seed, self.clock.now())

    def events(self, app_id: str | None = None, after: int = 0) -> list[Event]:
        """Return what an app, or every one, was to be told, with a number above `after`, oldest first."""
        self._push_due_tickets()
        with self.store.transaction(write=False):
            return self.store.events(app_id, after)

    def deliveries(self, event: Event) -> list[Delivery]:
        """Return the deliveries of an event, made and to come."""
        with self.store.transaction(write=False):
            return self.store.deliveries(event.number)

    def clear_events(self) -> None:
        """Forget all events, and what was to be delivered."""
        with self.store.transaction(write=True):
            self.store.clear_events()

    def subscriptions(self) -> list[Subscription]:
        """Return what apps want to be told, and where."""
        with self.store.transaction(write=False):
            return list(self.store.subscriptions().values())

    async def subscribe(self, subscription: Subscription) -> str:
        """Take over what an app wants, if its URL answers; return why not, nothing if so.

        Raises:
            ValueError: there is no such app.
        """
        if subscription.app_id not in self.directory.apps:
            raise ValueError(f"there is no app {subscription.app_id}")
        if subscription.url:
            from reconciler.emulator.delivery import challenge

            refused = await challenge(self, subscription)
            if refused:
                return refused
        with self.store.transaction(write=True):
            self.store.save_subscription(subscription)
        return ""

    async def deliver(self) -> list[Delivery]:
        """Make every delivery that is due by the clock, and return those that were made."""
        self._follow()
        self._push_due_tickets()
        async with self._delivering:
            if not self.store.due_deliveries(self.clock.now()):
                return []
            from reconciler.emulator.delivery import deliver

            return await deliver(self)

    def seconds_to_delivery(self) -> float | None:
        """Return how long it is to the next delivery."""
        due = self.store.next_due()
        return None if due is None else max(0.0, due - self.clock.now())

    def _push_due_tickets(self) -> None:
        if any(self.directory.apps[app_id].store for app_id in self.store.subscriptions()):
            with self.store.transaction(write=True):
                self.outbox().push_due_tickets()

    # ---- requests

    async def handle(self, request: Request, patience: float | None = None) -> Response:
        """Answer one request.

        Args:
            request: The request.
            patience: Seconds that the caller waits for the answer; `None` for ever.

        Raises:
            ConnectionDroppedError: a scripted fault ends the connection.
            AnswerTooLateError: the answer takes longer than `patience`; the request was carried out.
        """
        self._follow()
        if is_admin(request.path):
            return await handle_admin(self, request)
        exchange = self._begin(request)
        latency = sum(fault.seconds for fault in exchange.faults if fault.kind is FaultKind.LATENCY)
        too_late = patience is not None and latency > patience
        arrived = self._pass_gateway(exchange)
        busy_key = _busy_key(exchange)
        with self._occupied(exchange, busy_key if arrived else None):
            if latency or busy_key:
                # Even without latency a write lets others in once, so that overlapping writes really meet.
                await self.clock.sleep(latency if patience is None else min(latency, patience))
            response = self._answer(exchange)
        if too_late:
            self._note(exchange, None)
            raise AnswerTooLateError
        self._note(exchange, response)
        if response is None:
            raise ConnectionDroppedError
        return response

    def _begin(self, request: Request) -> _Exchange:
        self._requests += 1
        stamp = strftime("%Y%m%d%H%M%S", gmtime(self.clock.now()))
        match = self._match(request)
        exchange = _Exchange(request, self._requests, f"{stamp}{self._requests:018X}", match, [])
        if match:
            exchange.faults = self.faults.take(match.operation.operation_id, exchange.chat_id)
        return exchange

    def _match(self, request: Request) -> Match | None:
        match = _ROUTES.match(request.method, request.path)
        return match if match and match.operation.offered(self.directory.readings) else None

    def _pass_gateway(self, exchange: _Exchange) -> bool:
        """Tell whether the request gets past the gateway, to the service that knows what is busy.

        What a fault answers or drops before the effect never comes to the gateway at all.
        """
        lost = exchange.fault(FaultKind.DROP, done=False) or exchange.fault(FaultKind.ANSWER, done=False)
        if lost or exchange.match is None:
            return False
        if exchange.fault(FaultKind.REVOKE_TOKEN, done=False):
            self._revoke_token(exchange)
        try:
            with self.store.transaction(write=False):
                self._authorise(exchange, exchange.match.operation)
            self._read_fields(exchange, exchange.match.operation)
        except Refusal as refusal:
            exchange.refused = refusal
            return False
        return True

    @contextmanager
    def _occupied(self, exchange: _Exchange, key: str | None) -> Iterator[None]:
        """Mark what `key` stands for as busy for the time of the call."""
        if key is None:
            yield
            return
        exchange.overlapping = self._busy[key] > 0
        self._busy[key] += 1
        try:
            yield
        finally:
            self._busy[key] -= 1
            if not self._busy[key]:
                del self._busy[key]

    def _answer(self, exchange: _Exchange) -> Response | None:
        """Return the answer, `None` for a dropped connection."""
        if exchange.fault(FaultKind.DROP, done=False):
            return None
        early = exchange.fault(FaultKind.ANSWER, done=False)
        response = _scripted_answer(early, exchange.log_id) if early else self._perform(exchange)
        if exchange.fault(FaultKind.REVOKE_TOKEN, done=True):
            self._revoke_token(exchange)
        if exchange.fault(FaultKind.DROP, done=True):
            return None
        late = exchange.fault(FaultKind.ANSWER, done=True)
        if late and response.status == 200:
            response = _scripted_answer(late, exchange.log_id)
        date = formatdate(self.clock.now(), usegmt=True)
        response = replace(
            response, headers={"Date": date, **response.headers, "X-Tt-Logid": exchange.log_id}
        )
        return _damaged(response, exchange.faults)

    def _perform(self, exchange: _Exchange) -> Response:
        """Carry the operation out, with all its checks."""
        match = exchange.match
        if match is None:
            return Response(404, {"Content-Type": "text/plain"}, b"404 page not found")
        operation = match.operation
        try:
            if exchange.refused:
                raise exchange.refused
            with self.store.transaction(write=operation.writes):
                data = operation.handler(self._call(exchange, match))
        except Refusal as refusal:
            return refusal_response(refusal, exchange.log_id)
        if operation.flat:
            return json_response(200, {"code": 0, "msg": "ok", **data})
        return json_response(200, {"code": 0, "msg": "success", "data": data})

    def _authorise(self, exchange: _Exchange, operation: Operation) -> None:
        """Check token, scopes and quota."""
        if not operation.tokens:
            return
        exchange.caller = identify(exchange.request, operation, self.store, self.directory, self.clock.now())
        admit(exchange.caller, exchange.request, operation, self.directory.readings)
        tenant = self.directory.tenant(exchange.caller.tenant_key)
        if tenant.quota:
            key = f"{operation.operation_id}/{exchange.caller.app.app_id}/{tenant.key}"
            self.quota.take(key, operation.windows, self.clock.now(), operation.over_limit)

    def _revoke_token(self, exchange: _Exchange) -> None:
        """End the caller's token and every other one of its app."""
        with self.store.transaction(write=True):
            token = self.store.token(bearer(exchange.request))
            if token is not None:
                self.store.revoke_tokens(token.app_id)

    def _read_fields(self, exchange: _Exchange, operation: Operation) -> None:
        """Check body and query."""
        try:
            exchange.body_fields = self._body(exchange, operation)
            exchange.query_fields = fields.read_query(operation.query, exchange.request.query)
        except Refusal as refusal:
            code = self._own_refusals(operation).get(refusal.code)
            if code is None:
                raise
            raise Refusal(code, refusal.msg, details=refusal.details, bare=operation.flat) from refusal

    def _call(self, exchange: _Exchange, match: Match) -> Call:
        """Return the call; refuse one that overlaps with another write."""
        if exchange.overlapping and match.operation.busy is not None:
            raise Refusal(match.operation.busy)
        return Call(
            store=self.store,
            quota=self.quota,
            directory=self.directory,
            seed=self.seed,
            now=self.clock.now(),
            caller=exchange.caller,
            path=match.path,
            query=exchange.query_fields,
            body=exchange.body_fields,
        )

    def _body(self, exchange: _Exchange, operation: Operation) -> dict[str, Any]:
        """Return the body as the operation takes it, without what a fault drops."""
        if operation.body is None:
            return {}
        if not exchange.request.body and self._may_omit_body(operation):
            return fields.read_body(operation.body, {})
        sent = _sent_body(operation.body, exchange.request, form=operation.form)
        exchange.body = _loggable(sent)
        dropped = [fault.field for fault in exchange.faults if fault.kind is FaultKind.DROP_FIELD]
        return fields.read_body(
            operation.body,
            _without(sent, dropped) if dropped else sent,
            drop_unknown=self.directory.readings.unknown_enum == "dropped",
            refuse_unknown=self.directory.readings.unknown_fields == "refused",
        )

    def _own_refusals(self, operation: Operation) -> Mapping[int, int]:
        """Return the codes with which an operation, instead of the gateway, answers malformed input."""
        if self.directory.readings.declared_rules == "operation" and operation.invalid_parameter:
            return {99992402: operation.invalid_parameter}
        return operation.refusals

    def _may_omit_body(self, operation: Operation) -> bool:
        return operation.body_optional and self.directory.readings.omitted_body == "accepted"

    def _note(self, exchange: _Exchange, response: Response | None) -> None:
        operation = exchange.match.operation if exchange.match else None
        self.log.append(
            LogEntry(
                number=exchange.number,
                time=self.clock.now(),
                method=exchange.request.method,
                path=exchange.request.path,
                query=tuple(exchange.request.query),
                body=_logged_body(exchange),
                app_id=exchange.caller.app.app_id,
                operation=operation.operation_id if operation else "",
                chat_id=exchange.chat_id,
                status=response.status if response else 0,
                code=_code(response),
            )
        )


def open_emulator(scenario: Path, database: Path | None = None) -> Emulator:
    """Return the emulator for a scenario file.

    Args:
        scenario: Who exists and which groups there are; the format stands in `reconciler.emulator.scenario`.
        database: File that keeps the state between runs; `None` keeps it in memory.

    Raises:
        ScenarioError: the scenario cannot be read or is wrong; carries file, line and column.
        DatabaseError: the database cannot be opened, is none, or comes from another version.
    """
    return Emulator(load_scenario(scenario), database)


def _logged_body(exchange: _Exchange) -> Any:
    """Return the body as it was sent, also where a fault kept the operation from reading it; never a secret."""
    operation = exchange.match.operation if exchange.match else None
    if operation is None or operation.body is None or not operation.tokens:
        return None
    if exchange.body is not None:
        return exchange.body
    try:
        return _loggable(_sent_body(operation.body, exchange.request, form=operation.form))
    except Refusal:
        return None


def _sent_body(shape: Fields, request: Request, *, form: bool) -> dict[str, Any]:
    if form:
        return fields.parse_form(shape, request.headers.get("content-type", ""), request.body)
    return fields.parse_body(request.body)


def _loggable(body: dict[str, Any]) -> dict[str, Any]:
    """Return `body` with the size of each file and of every very long text in its place, nested within reason."""
    return {name: _shortened(value, _LOGGED_DEPTH) for name, value in body.items()}


def _shortened(value: Any, depth: int) -> Any:
    match value:
        case bytes():
            return f"<{len(value)} bytes>"
        case str() if len(value) > _LOGGED_TEXT:
            return f"<{len(value)} characters>"
        case dict() | list() if not depth:
            return "<nested deeper>"
        case dict():
            return {name: _shortened(item, depth - 1) for name, item in value.items()}
        case list():
            return [_shortened(item, depth - 1) for item in value]
        case _:
            return value


def _busy_key(exchange: _Exchange) -> str | None:
    """Return what no two writes may work on at a time: the chat, or the group or message in the making."""
    operation = exchange.match.operation if exchange.match else None
    if operation is None or not operation.writes or operation.busy is None:
        return None
    if exchange.chat_id is not None:
        return exchange.chat_id
    uuid = dict(exchange.request.query).get("uuid")
    if uuid is None and not operation.form:
        uuid = (_logged_body(exchange) or {}).get("uuid")
    return ids.digest(exchange.request.headers.get("authorization"), uuid) if uuid else None


def _scripted_answer(fault: Fault, log_id: str) -> Response:
    if fault.code is None:
        headers = {"Content-Type": "text/html", **fault.headers}
        return _without_body_if_none(Response(fault.answer_status, headers, fault.answer_body.encode()))
    return _without_body_if_none(
        refusal_response(Refusal(fault.code, status=fault.status, headers=fault.headers), log_id)
    )


def _without_body_if_none(response: Response) -> Response:
    """Return the answer without its body where HTTP has none for the status."""
    return replace(response, body=b"") if response.status in BODYLESS else response


def _damaged(response: Response, faults: list[Fault]) -> Response:
    """Return the answer as the network delivers it."""
    kinds = {fault.kind for fault in faults}
    if FaultKind.MALFORMED in kinds and response.status not in BODYLESS:
        response = replace(response, body=b"{" + response.body)
    if FaultKind.TRUNCATED in kinds:
        response = replace(response, cut_at=len(response.body) // 2)
    return response


def _without(body: dict[str, Any], paths: list[str]) -> dict[str, Any]:
    """Return `body` without the fields at the dotted `paths`."""
    body = deepcopy(body)
    for path in paths:
        *parents, name = path.split(".")
        place: Any = body
        for parent in parents:
            place = place.get(parent) if isinstance(place, dict) else None
        if isinstance(place, dict):
            place.pop(name, None)
    return body


def _code(response: Response | None) -> int | None:
    """Return the code that a client reads from an answer."""
    if response is None or response.cut_at is not None or response.headers.get("Content-Type") != JSON_TYPE:
        return None
    try:
        code: int = response.json()["code"]
    except ValueError:
        return None
    return code
