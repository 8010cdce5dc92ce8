"""What goes in and comes out: requests, answers, and the refusal that becomes an error body."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.emulator.codes import code_facts

JSON_TYPE = "application/json; charset=utf-8"

BODYLESS = frozenset({204, 304})
"""Statuses whose answers have no body."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request.

    `path` is as it was sent, percent-encoded and without the query, so that an encoded slash stays part of its
    segment; names in `headers` are lower case; `address` is where it came
    from; `local` says that it came from this machine and means it, which the admin side asks for.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    address: str = "127.0.0.1"
    local: bool = True


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer.

    `cut_at` is the number of body bytes after which the connection ends although all were announced;
    `None` is the ordinary case.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut_at: int | None = None

    def json(self) -> Any:
        """Return the parsed body."""
        return json.loads(self.body)


class ConnectionDroppedError(Exception):
    """The connection ends without an answer."""


class AnswerTooLateError(Exception):
    """The answer would come after the caller stops waiting; the effect took place nevertheless."""


class Refusal(Exception):
    """The platform's "no", with everything its answer needs.

    Args:
        code: The platform's code.
        msg: Text instead of the usual one of the code.
        status: HTTP status instead of the usual one of the code.
        details: More keys of the body's `error` object.
        data: The body's `data`; without it there is none.
        headers: More headers of the answer.
        bare: Whether the body has no `error` object at all.
    """

    def __init__(
        self,
        code: int,
        msg: str | None = None,
        *,
        status: int | None = None,
        details: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        bare: bool = False,
    ) -> None:
        facts = code_facts(code)
        self.code = code
        self.msg = facts.msg if msg is None else msg
        self.status = facts.status if status is None else status
        self.details = dict(details or {})
        self.data = data
        self.headers = dict(headers or {})
        self.bare = bare
        super().__init__(f"{code}: {self.msg}")


class LateRefusal(Refusal):
    """A refusal after a part of the effect, which stays."""


def dump_json(value: object) -> bytes:
    """Return `value` as compact UTF-8 JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def json_response(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer with a JSON body."""
    return Response(status, {"Content-Type": JSON_TYPE, **(headers or {})}, dump_json(value))


def refusal_response(refusal: Refusal, log_id: str) -> Response:
    """Return the error body of the platform for `refusal`.

    Source: platform.openapi.yaml, info.x-missing-scope-error (`log_id` and `troubleshooter` on every error).
    """
    body: dict[str, Any] = {"code": refusal.code, "msg": refusal.msg}
    if refusal.data is not None:
        body["data"] = refusal.data
    if refusal.bare:
        body["data"] = {}
    else:
        body["error"] = {
            **refusal.details,
            "log_id": log_id,
            "troubleshooter": "Troubleshooting suggestions: https://open.feishu.cn/search"
            f"?from=openapi&log_id={log_id}&code={refusal.code}",
        }
    return json_response(refusal.status, body, refusal.headers)
