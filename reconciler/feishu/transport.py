"""One call to the platform: token, quota, HTTP, reading of the answer, repeats. The only place for each.

What may be repeated: reads; writes that the platform refused without doing them (rate limit, busy chat, a
token that is no longer good, no connection); and writes with an unknown outcome if doing them twice is the
same as once. A tab or menu that may have been created or deleted already is not touched again here:
`OutcomeUnknown` tells the caller to read first.

Source: platform.openapi.yaml, `info.x-rate-limit-tiers.answer`, `x-gateway-http`, `x-call-conventions`.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
import math
import ssl
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Any, BinaryIO, Final, TypeVar, assert_never

import httpx
import stamina
import stamina.instrumentation
from pydantic import ValidationError
from pydantic_core import from_json

from reconciler import __version__
from reconciler.errors import (
    Diagnostic,
    OutcomeUnknown,
    PlatformError,
    PlatformFacts,
    Refused,
    RunRefused,
    Throttled,
    text,
)
from reconciler.feishu.codes import (
    DONE_WITHOUT_LIST,
    SUCCESS,
    TOKEN_REFUSED,
    TOO_MANY_REQUESTS,
    excerpt,
    platform_error,
)
from reconciler.feishu.limiter import CONNECTIONS, Limiter, Turn
from reconciler.feishu.quota import PARALLELISM, UNDOCUMENTED, WINDOWS
from reconciler.feishu.tokens import Token, TokenSource
from reconciler.feishu.wire import Envelope, ErrorBlock, Wire

ATTEMPTS: Final = 5
"""Waits of about 0.5, 1, 2 and 4 s outlast a chat that another change keeps busy and a restart of a gateway;
whoever waits longer than these 8 s for nothing wants to be told."""
FIRST_WAIT: Final = 0.5
WAIT_FACTOR: Final = 2
JITTER: Final = 0.5
"""Seconds; spreads the repeats of calls that failed together."""
LONGEST_WAIT: Final = 120.0
"""Seconds the platform may ask us to wait. The longest window is one minute; anything far beyond is not worth
holding up a run."""

TIMEOUT: Final = httpx.Timeout(connect=5, read=30, write=10, pool=None)
"""The pool has no limit of its own: the limiter lets no call go that has no connection waiting for it."""
LONGEST_CALL: Final = 120.0
"""Seconds from sending to the last byte of the answer: whoever sends a byte now and then must not hold up a run."""
MAX_ANSWER: Final = 8 * 1024 * 1024
"""Bytes of an answer, unpacked: a hundred times what the longest page holds, and read as JSON up to 20 times that."""
_ENCODINGS: Final = frozenset({"", "identity", "gzip"})
"""What we ask for. Others could be packed several times, and unfold in one step."""
KEEPALIVE: Final = 60.0
"""Seconds an idle connection is kept: it has to survive the rest of a minute window."""

_SENT: Final = "http11.send_request_body.complete"
"""What httpcore calls the moment when a whole request, with or without a body, has left."""
_UNREAD: Final = text("larger than any answer of the platform, or packed in an unknown way")
_SECRET: Final = text("not shown, because it may hold a secret")
_MOST_SHOWN: Final = 4096
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
_logger: Final = logging.getLogger("reconciler.feishu")

# stamina reports every repeat to logging, structlog or Prometheus by itself; we log and count calls here.
stamina.instrumentation.set_on_retry_hooks([])

A = TypeVar("A", bound=Wire)


class Effect(Enum):
    """What doing a call twice means."""

    READ = auto()
    REPEATABLE = auto()
    """A write that leaves the same state when done twice: it is idempotent, or carries a key."""
    ONCE = auto()
    """A write that must not be done twice."""


@dataclass(frozen=True, slots=True)
class Form:
    """A body of kind `multipart/form-data` with one file."""

    fields: Mapping[str, str]
    name: str
    """Name of the part with the file."""
    content: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """One call, without host and token. `operation` is the operationId of the contract."""

    operation: str
    method: str
    path: str
    effect: Effect
    query: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    """A parameter with several values is repeated."""
    body: Mapping[str, Any] | None = None
    form: Form | None = None
    """A body that holds a file."""
    beside_code: bool = False
    """The answer stands beside `code` instead of under `data`, as in some older calls."""
    needs_token: bool = True
    hands_out_secret: bool = False
    """The answer holds a secret, and is never shown."""
    edited: str = ""
    """The announcement that the call edits, by its chat: all edits of one share a window."""


@dataclass(slots=True)
class CallCounts:
    """What was sent so far, by operation. `calls` includes the repeats."""

    calls: Counter[str] = field(default_factory=Counter)
    repeats: Counter[str] = field(default_factory=Counter)
    throttled: Counter[str] = field(default_factory=Counter)
    """Answers that refused a call until later."""

    def add(self, others: CallCounts) -> None:
        """Count what others counted as well."""
        self.calls += others.calls
        self.repeats += others.repeats
        self.throttled += others.throttled


class _Reason(Enum):
    """Why an attempt failed, as far as it matters for a repeat."""

    NOT_SENT = auto()
    UNKNOWN = auto()
    LATER = auto()
    TOKEN = auto()
    FINAL = auto()


class _Failure(Exception):
    """A failed attempt; `wait` is how long the platform asked us to wait, in seconds."""

    def __init__(self, error: PlatformError, reason: _Reason, wait: float | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.reason = reason
        self.wait = wait


class Transport:
    """Performs calls against one base URL with the tokens of one source."""

    def __init__(
        self,
        base_url: str,
        tokens: Callable[[Transport], TokenSource],
        *,
        http_transport: httpx.AsyncBaseTransport | None = None,
        parallelism: int = PARALLELISM,
    ) -> None:
        """Open no connection yet.

        Args:
            base_url: Scheme and host, as `hosts.base_url_of` returns it.
            tokens: Makes the source of access tokens, which may fetch them through this very transport.
            http_transport: Takes the place of the network: the emulator, or a handler of a test.
            parallelism: Calls in flight at once.
        """
        self.counts = CallCounts()
        self.platform_time: float | None = None
        """What time the platform had at its last answer, in seconds since 1970; `None`: it did not tell."""
        self._base_url = base_url
        self._tokens = tokens(self)
        self._http_transport = http_transport
        self._limiter = Limiter(WINDOWS | UNDOCUMENTED, parallelism)
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._ssl_context: ssl.SSLContext | None = None
        self._repeating = stamina.AsyncRetryingCaller(
            attempts=ATTEMPTS,
            timeout=None,
            wait_initial=FIRST_WAIT,
            wait_max=LONGEST_WAIT,
            wait_jitter=JITTER,
            wait_exp_base=WAIT_FACTOR,
        )

    async def call(self, request: Request, answer: type[A]) -> A:
        """Perform a call, with repeats as far as they are safe, and return its data.

        Raises:
            OutcomeUnknown: No readable answer came; a write may have been done.
            PlatformError: The call was refused.
        """
        course = _Course(request, self._tokens)
        try:
            return await self._repeating(course.may_repeat, self._attempt, course, answer)
        except _Failure as failure:
            failure.error.maybe_done |= course.in_doubt
            raise failure.error from failure.__cause__

    async def token(self) -> Token:
        """Return the access token that the next call would carry.

        Raises:
            RunRefused: There is none to be had.
        """
        return await self._tokens.token()

    async def aclose(self) -> None:
        """Close all connections."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()

    async def _attempt(self, course: _Course, answer: type[A]) -> A:
        request = course.request
        # Before the turn: whoever fetches a token needs a turn as well.
        course.token = await self._tokens.token() if request.needs_token else None
        limiter = self._limiter.of(request.operation)
        own = self._limiter.edits_of(request.edited) if request.edited else None
        async with limiter.turn(own) as turn:
            self._count(course)
            reply = await self._send(request, course.token, turn)
        try:
            return self._read(request, reply, answer)
        except _Failure as failure:
            if failure.reason is _Reason.LATER:
                self.counts.throttled[request.operation] += 1
                if failure.wait is not None and failure.wait <= LONGEST_WAIT:
                    limiter.pause(failure.wait)
            raise

    def _count(self, course: _Course) -> None:
        self.counts.calls[course.request.operation] += 1
        if course.begun:
            self.counts.repeats[course.request.operation] += 1
        course.begun = True

    async def _send(self, request: Request, token: Token | None, turn: Turn) -> _Reply:
        async def trace(event: str, _info: dict[str, Any]) -> None:
            if event == _SENT:
                turn.sent()

        started = asyncio.get_running_loop().time()
        asked = self._client(request.operation).stream(
            request.method,
            request.path,
            params=dict(request.query) or None,
            content=None if request.body is None else json.dumps(request.body).encode(),
            data=request.form.fields if request.form else None,
            files=_file_of(request.form) if request.form else None,
            headers=_headers(request, token),
            extensions={"trace": trace},
        )
        try:
            async with asyncio.timeout(LONGEST_CALL), asked as response:
                body = await _body_of(response)
        except httpx.RequestError as error:
            raise _no_answer(request.operation, error) from error
        except TimeoutError as error:
            late = httpx.ReadTimeout(f"no complete answer within {LONGEST_CALL:.0f} seconds")
            raise _no_answer(request.operation, late) from error
        self.platform_time = _time_of(response.headers)
        reply = _Reply.of(request, response, body)
        _logger.debug(
            "%s: HTTP %d, code %s, log id %s, %.0f ms",
            request.operation,
            reply.facts.http_status,
            "unreadable" if reply.envelope is None else reply.facts.code,
            reply.facts.log_id or "none",
            (asyncio.get_running_loop().time() - started) * 1000,
        )
        return reply

    def _read(self, request: Request, reply: _Reply, answer: type[A]) -> A:
        envelope, facts = reply.envelope, reply.facts
        if envelope is None or (facts.code == SUCCESS and facts.http_status >= 400):
            raise _unreadable(reply)
        if facts.code == SUCCESS:
            data = reply.payload if request.beside_code else envelope.data
            try:
                return answer.model_validate(
                    {**data, "log_id": facts.log_id} if isinstance(data, dict) else data
                )
            except ValidationError as invalid:
                raise _unreadable(reply) from invalid
        if facts.code == DONE_WITHOUT_LIST and request.effect is not Effect.READ:
            try:
                return answer.model_validate({})
            except ValidationError as invalid:
                raise _unreadable(reply) from invalid
        error = platform_error(facts, envelope.msg, envelope.error, self._tokens.advice)
        raise _Failure(error, _reason(error), reply.wait)

    def _client(self, operation: str) -> httpx.AsyncClient:
        # One small client per operation: the pool of httpcore is quadratic in its connections, and one
        # operation's queue must not take connections from another.
        if operation not in self._clients:
            self._clients[operation] = self._new_client()
        return self._clients[operation]

    def _new_client(self) -> httpx.AsyncClient:
        try:
            return httpx.AsyncClient(
                base_url=self._base_url,
                transport=self._http_transport,
                verify=self._tls(),
                # A proxy of the environment is for the way out, not for this machine.
                trust_env=self._is_remote,
                timeout=TIMEOUT,
                limits=httpx.Limits(
                    max_connections=CONNECTIONS,
                    max_keepalive_connections=CONNECTIONS,
                    keepalive_expiry=KEEPALIVE,
                ),
                follow_redirects=False,
            )
        except (ImportError, ValueError) as error:  # of the proxy's URL alone; ours was judged before
            raise _Failure(RunRefused(_proxy_unusable(str(error))), _Reason.FINAL) from None

    @property
    def _is_remote(self) -> bool:
        return self._base_url.startswith("https:")

    def _tls(self) -> ssl.SSLContext:
        # Loading the trusted certificates takes 20 to 90 ms: once, and only where they are needed. Without
        # them the context trusts nobody.
        if self._ssl_context is None:
            wanted = self._is_remote and self._http_transport is None
            self._ssl_context = (
                httpx.create_ssl_context() if wanted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            )
        return self._ssl_context


@dataclass(slots=True)
class _Course:
    """The course of one call over its attempts; decides which failures are repeated, and when."""

    request: Request
    tokens: TokenSource
    token: Token | None = None
    begun: bool = False
    renewed: bool = False
    in_doubt: bool = False
    """Whether the outcome of an attempt is unknown."""

    def may_repeat(self, failure: Exception) -> bool | float:
        """Tell stamina whether to repeat: no, after a growing wait (`True`), or after so many seconds."""
        return self._wait(failure) if isinstance(failure, _Failure) else False

    def _wait(self, failure: _Failure) -> bool | float:
        match failure.reason:
            case _Reason.LATER:
                if failure.wait is None:
                    return True
                return failure.wait if failure.wait <= LONGEST_WAIT else False
            case _Reason.NOT_SENT:
                return True
            case _Reason.UNKNOWN:
                self.in_doubt = True
                return self.request.effect is not Effect.ONCE
            case _Reason.TOKEN:
                # Exactly one renewal: a second refusal is not about the age of the token.
                if self.token is None or self.renewed or not self.tokens.renew(self.token):
                    return False
                self.renewed = True
                return 0.0
            case _Reason.FINAL:
                return False
            case _:
                assert_never(failure.reason)


@dataclass(frozen=True, slots=True)
class _Reply:
    """An HTTP response, read as far as it can be. Without an envelope it is not the platform's JSON."""

    facts: PlatformFacts
    payload: Any
    envelope: Envelope | None
    wait: float | None
    content_type: str
    body: str

    @classmethod
    def of(cls, request: Request, response: httpx.Response, body: bytes | None) -> _Reply:
        """Read a response; `None` as `body` is one that is not read."""
        try:
            # Not json.loads: it lets half characters through, which cannot be written anywhere.
            payload = from_json(body or b"")
            envelope = Envelope.model_validate(payload)
        except ValueError:
            payload = envelope = None
        block = envelope.error if envelope else ErrorBlock()
        log_id = response.headers.get("X-Tt-Logid") or block.log_id or block.logid
        facts = PlatformFacts(
            operation=request.operation,
            code=envelope.code if envelope else 0,
            http_status=response.status_code,
            log_id=excerpt(log_id or response.headers.get("X-Request-Id", "")),
        )
        content_type = response.headers.get("Content-Type", "")
        shown = _SECRET if request.hands_out_secret else _shown(body)
        return cls(facts, payload, envelope, _wait_of(response.headers), content_type, shown)


def _shown(body: bytes | None) -> str:
    """Return the beginning of a body as text."""
    # Not in the encoding that the answer names: it may name one that is no text, or takes for ever.
    return _UNREAD if body is None else body[:_MOST_SHOWN].decode(errors="replace")


async def _body_of(response: httpx.Response) -> bytes | None:
    """Return what a response holds; `None` when it is more than any answer of the platform."""
    if response.headers.get("Content-Encoding", "").strip().lower() not in _ENCODINGS:
        return None
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > MAX_ANSWER:
            return None
    return bytes(body)


def _reason(error: PlatformError) -> _Reason:
    if error.facts.code in TOKEN_REFUSED:
        return _Reason.TOKEN
    if isinstance(error, Throttled):
        return _Reason.LATER
    return _Reason.UNKNOWN if isinstance(error, OutcomeUnknown) else _Reason.FINAL


def _file_of(form: Form) -> dict[str, tuple[str, BinaryIO]]:
    # As a stream, which is sent in small portions: the time limit of a write is meant for one of these.
    return {form.name: (form.name, io.BytesIO(form.content))}


def _headers(request: Request, token: Token | None) -> dict[str, str]:
    headers = {"User-Agent": f"groupctl/{__version__}", "Accept-Encoding": "gzip"}
    if request.body is not None:
        headers["Content-Type"] = "application/json; charset=utf-8"
    if token is not None:
        headers["Authorization"] = f"Bearer {token.value.get_secret_value()}"
    return headers


def _time_of(headers: httpx.Headers) -> float | None:
    """Return the time at which an answer was made, to the second."""
    try:
        return parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except (ValueError, OverflowError):
        return None


def _wait_of(headers: httpx.Headers) -> float | None:
    """Return the seconds that the platform asks to wait. Source: platform.openapi.yaml, `handling`."""
    for name in ("x-ogw-ratelimit-reset", "Retry-After"):
        try:
            seconds = float(headers.get(name, ""))
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    return None


def _proxy_unusable(reason: str) -> Diagnostic:
    return Diagnostic(
        text("Proxy cannot be used"),
        text(
            "A variable such as HTTPS_PROXY names a proxy that cannot be used: {reason}",
            reason=excerpt(reason),
        ),
        text("Name one that begins with `http://` or `https://`, or list the platform's host in NO_PROXY."),
    )


def _no_answer(operation: str, cause: httpx.RequestError) -> _Failure:
    not_sent = isinstance(cause, _NOT_SENT)
    reason = excerpt(str(cause)) or type(cause).__name__
    diagnostic = Diagnostic(
        summary=text("Platform cannot be reached") if not_sent else text("No answer from the platform"),
        detail=text("The connection failed: {reason}", reason=reason),
        hint=text("Check the network, the proxy and `tenant.endpoint`."),
        platform=PlatformFacts(operation),
    )
    return _Failure(OutcomeUnknown(diagnostic), _Reason.NOT_SENT if not_sent else _Reason.UNKNOWN)


def _unreadable(reply: _Reply) -> _Failure:
    """Return the failure for an answer that is not the platform's JSON, or not what was asked for.

    Source: platform.openapi.yaml, `x-gateway-http`: a 5xx leaves the outcome open. A 4xx or a redirect (which
    is never followed) comes from something that did not do the call.
    """
    diagnostic = Diagnostic(
        summary=text("Answer cannot be read"),
        detail=text(
            "The answer was {content_type}: {body}",
            content_type=excerpt(reply.content_type) or text("without a content type"),
            body=excerpt(reply.body) or text("nothing"),
        ),
        hint=text("Check `tenant.endpoint`; a proxy or a portal may have answered in place of the platform."),
        platform=reply.facts,
    )
    status = reply.facts.http_status
    if status == TOO_MANY_REQUESTS:
        return _Failure(Throttled(diagnostic), _Reason.LATER, reply.wait)
    if status < 300 or status >= 500 or reply.facts.code == DONE_WITHOUT_LIST:
        return _Failure(OutcomeUnknown(diagnostic), _Reason.UNKNOWN)
    return _Failure(Refused(diagnostic), _Reason.FINAL)
