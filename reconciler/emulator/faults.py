"""Scripted faults: what goes wrong, at which operation, how often. Seeded and so reproducible.

A fault may strike before the operation takes effect or, with `done`, after it. The kinds combine: one
request meets every fault that matches it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Container, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from reconciler.emulator.clock import require_span
from reconciler.emulator.events import EVENT_TYPES

_LARGEST = 2**63 - 1
"""The largest number that is taken; no count and no code is larger."""

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"(?:[!-~]+(?:[ \t]+[!-~]+)*)?")
_OWN_HEADERS = frozenset({"content-length", "transfer-encoding"})
"""Headers that follow from the body."""


class FaultKind(StrEnum):
    """What goes wrong."""

    LATENCY = "latency"
    """The answer takes `seconds` longer; the chat of a write stays busy for that time."""
    ANSWER = "answer"
    """Another answer: `code` with HTTP `status` as JSON, or `status` with `body` as it stands."""
    DROP = "drop"
    """The connection ends without an answer."""
    MALFORMED = "malformed"
    """The body is no JSON although the headers say so."""
    TRUNCATED = "truncated"
    """The connection ends in the middle of the body."""
    REVOKE_TOKEN = "revoke_token"  # noqa: S105 (the name of a fault)
    """All tokens of the calling app end: before the call, which is refused, or after it with `done`."""
    DROP_FIELD = "drop_field"
    """The body's field `field` (dotted path) is ignored silently."""
    LOSE_EVENT = "lose_event"
    """An event is never sent to its app."""
    DELAY_EVENT = "delay_event"
    """An event is sent `seconds` later."""
    REPEAT_EVENT = "repeat_event"
    """An event is sent once more although the app took it."""
    HOLD_EVENT = "hold_event"
    """An event is sent after the next one of its app, or at the latest 15 seconds later."""


EVENT_KINDS = frozenset({
    FaultKind.LOSE_EVENT, FaultKind.DELAY_EVENT, FaultKind.REPEAT_EVENT, FaultKind.HOLD_EVENT,
})  # fmt: skip
"""What goes wrong with the delivery of events; the others go wrong with requests."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One scripted fault.

    Args:
        kind: What goes wrong.
        operation: `operationId` it strikes, or the type of the event; `None` for every one.
        chat_id: Chat it strikes; `None` for every chat.
        after: Matching requests or events that pass before the first one is struck.
        count: Requests or events that are struck; `None` for all of them.
        probability: Chance of each matching request, 0 to 1; one that is spared does not count.
        done: Whether the operation takes effect before the fault shows (drop after the effect, 504 although
            done, 232039). A refused operation keeps its own answer under `answer`.
        seconds: Seconds of `latency` and `delay_event`.
        status: HTTP status of `answer`; `None` is the usual one of the code, 502 without a code.
        code: Platform code of `answer`; `None` sends `body`.
        body: Body of `answer` without a code; `None` is a page of HTML that names the status.
        headers: More headers of `answer`.
        field: Dotted path of `drop_field`.
    """

    kind: FaultKind
    operation: str | None = None
    chat_id: str | None = None
    after: int = 0
    count: int | None = 1
    probability: float = 1.0
    done: bool = False
    seconds: float = 0.0
    status: int | None = None
    code: int | None = None
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    field: str = ""

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Fault:
        """Return the fault that a JSON object describes by the names of the arguments.

        Raises:
            ValueError: an unknown name, an unknown kind or a wrong value.
        """
        unknown = sorted(value.keys() - {"kind", *_TYPES})
        if unknown:
            raise ValueError(f"`{unknown[0]}` is no part of a fault; there are: kind, {', '.join(_TYPES)}")
        if value.get("kind") not in set(FaultKind):
            raise ValueError(f"kind: must be one of {', '.join(FaultKind)}")
        fault = cls(**{**value, "kind": FaultKind(value["kind"])})
        for name, kinds in _TYPES.items():
            given = getattr(fault, name)
            if not isinstance(given, kinds) or (isinstance(given, bool) and kinds is not bool):
                raise ValueError(f"{name}: wrong type")
        fault._require_sense()
        return fault

    def _require_sense(self) -> None:
        """Refuse values of the right type that no fault can have."""
        for name, wrong, wanted in (
            ("after", not 0 <= self.after <= _LARGEST, "must be 0 or more"),
            ("count", self.count is not None and not 1 <= self.count <= _LARGEST, "must be 1 or more"),
            ("probability", not 0 <= self.probability <= 1, "must be from 0 to 1"),
            (
                "status",
                self.status is not None and self.status not in range(200, 600),
                "must be from 200 to 599",
            ),
            ("code", self.code is not None and abs(self.code) > _LARGEST, "is larger than any code"),
            ("field", self.kind is FaultKind.DROP_FIELD and not self.field, "`drop_field` needs it"),
            (
                "headers",
                not all(map(_is_header, self.headers.items())),
                "names and values must be fit for HTTP",
            ),
        ):
            if wrong:
                raise ValueError(f"{name}: {wanted}")
        try:
            require_span(self.seconds)
        except ValueError as error:
            raise ValueError(f"seconds: {error}") from None
        try:
            "".join(filter(None, (self.body, self.field, self.chat_id))).encode()
        except UnicodeEncodeError:
            raise ValueError("a text has half a surrogate pair") from None

    @property
    def answer_status(self) -> int:
        """HTTP status of `answer` without a code."""
        return 502 if self.status is None else self.status

    @property
    def answer_body(self) -> str:
        """Body of `answer` without a code."""
        return html_page(self.answer_status) if self.body is None else self.body

    def known_in(self, operations: Container[str]) -> bool:
        """Tell whether there is what the fault strikes, given the operationIds there are."""
        known = EVENT_TYPES if self.kind in EVENT_KINDS else operations
        return self.operation is None or self.operation in known


def html_page(status: int) -> str:
    """Return the page that a gateway answers with."""
    known = {each.value: f"{each.value} {each.phrase}" for each in HTTPStatus}
    title = known.get(status, str(status))
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"


def _is_header(pair: tuple[Any, Any]) -> bool:
    """Tell whether a name and a value can stand in the head of an answer."""
    name, value = pair
    if not (isinstance(name, str) and isinstance(value, str)) or name.lower() in _OWN_HEADERS:
        return False
    return bool(_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value))


_TYPES: dict[str, Any] = {
    "operation": str | None,
    "chat_id": str | None,
    "after": int,
    "count": int | None,
    "probability": int | float,
    "done": bool,
    "seconds": int | float,
    "status": int | None,
    "code": int | None,
    "body": str | None,
    "headers": Mapping,
    "field": str,
}


@dataclass(slots=True)
class _Scripted:
    """A fault and what is left of it."""

    number: int
    fault: Fault
    to_pass: int
    left: int | None


class Faults:
    """The script: which faults are still to come.

    Args:
        seed: Makes the draws of `probability` repeatable.
        operations: The operationIds there are.
    """

    def __init__(self, seed: str, operations: Container[str]) -> None:
        self._seed = seed
        self._operations = operations
        self._random = random.Random(seed)  # noqa: S311 (repeatable draws are the point)
        self._script: list[_Scripted] = []
        self._added = 0

    def add(self, fault: Fault) -> int:
        """Add a fault to the script and return its number.

        Raises:
            ValueError: there is no such operation.
        """
        if not fault.known_in(self._operations):
            raise ValueError(f"there is no operation {fault.operation}")
        self._added += 1
        self._script.append(_Scripted(self._added, fault, fault.after, fault.count))
        return self._added

    def clear(self) -> None:
        """Empty the script and begin the draws anew."""
        self._script.clear()
        self._random.seed(self._seed)

    def listed(self) -> list[dict[str, Any]]:
        """Return the faults still to come, as plain data with their number and what is left of each."""
        return [
            {
                "number": scripted.number,
                **asdict(scripted.fault),
                "after": scripted.to_pass,
                "count": scripted.left,
            }
            for scripted in self._script
        ]

    def take(self, operation: str, chat_id: str | None) -> list[Fault]:
        """Return the faults that strike a request or an event of the type `operation`; use each up by one."""
        return [
            scripted.fault
            for scripted in list(self._script)
            if _matches(scripted.fault, operation, chat_id) and self._strikes(scripted)
        ]

    def _strikes(self, scripted: _Scripted) -> bool:
        if scripted.to_pass > 0:
            scripted.to_pass -= 1
            return False
        if scripted.fault.probability < 1 and self._random.random() >= scripted.fault.probability:
            return False
        if scripted.left is not None:
            scripted.left -= 1
            if scripted.left <= 0:
                self._script.remove(scripted)
        return True


def _matches(fault: Fault, operation: str, chat_id: str | None) -> bool:
    of_its_kind = (fault.kind in EVENT_KINDS) == (operation in EVENT_TYPES)
    return of_its_kind and fault.operation in {None, operation} and fault.chat_id in {None, chat_id}
