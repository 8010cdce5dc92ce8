"""A platform that answers what a test tells it to, and remembers what it was asked, and when."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
from collections import Counter, deque
from dataclasses import dataclass
from typing import Any, TypeAlias

import httpx

TOKEN_PATH = "/open-apis/auth/v3/tenant_access_token/internal"

Reply: TypeAlias = httpx.Response | Exception


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    time: float
    request: httpx.Request

    @property
    def line(self) -> str:
        return f"{self.request.method} {self.request.url.path}"

    @property
    def body(self) -> Any:
        return json.loads(self.request.content) if self.request.content else None

    @property
    def form(self) -> dict[str, str]:
        """The parts of a multipart body; bytes as Latin-1."""
        head = f"Content-Type: {self.request.headers['Content-Type']}\r\n\r\n".encode()
        message: Any = email.message_from_bytes(head + self.request.content, policy=email.policy.HTTP)
        return {
            part["Content-Disposition"].params["name"]: part.get_payload(decode=True).decode("latin-1")
            for part in message.iter_parts()
        }

    @property
    def query(self) -> dict[str, str]:
        return dict(self.request.url.params)

    @property
    def token(self) -> str:
        header: str = self.request.headers.get("Authorization", "")
        return header.removeprefix("Bearer ")


def ok(data: Any = None, **beside: Any) -> httpx.Response:
    """Return a success."""
    return httpx.Response(200, json={"code": 0, "msg": "ok", "data": {} if data is None else data} | beside)


def refused(code: int, http: int = 400, msg: str = "no", headers: Any = None, **error: Any) -> httpx.Response:
    """Return a refusal with a code."""
    body = {"code": code, "msg": msg} | ({"error": error} if error else {})
    return httpx.Response(http, json=body, headers={"X-Tt-Logid": "log-1"} | (headers or {}))


class ScriptedPlatform(httpx.AsyncBaseTransport):
    """Answers from scripts, per `METHOD /path` or for any call; without a script with an empty success.

    Tokens `t-1`, `t-2` … are handed out with a life of two hours, unless scripted otherwise.
    """

    def __init__(self, latency: float = 0.0) -> None:
        self.latency = latency
        self.connecting = 0.0
        """Seconds before the next request arrives; those after it find a connection."""
        self.seen: list[Seen] = []
        self.tokens = 0
        self.most_at_once: Counter[str] = Counter()
        self._at_once: Counter[str] = Counter()
        self._scripts: dict[str, deque[Reply]] = {}

    def on(self, line: str, *replies: Reply) -> None:
        """Answer calls of `METHOD /path` (or `*`: any call but that for tokens) by `replies`, in this order."""
        self._scripts.setdefault(line, deque()).extend(replies)

    @property
    def calls(self) -> list[Seen]:
        """What was asked, without the calls for tokens."""
        return [each for each in self.seen if each.request.url.path != TOKEN_PATH]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        seen = await self._connect(request)
        self.seen.append(seen)
        for key in (seen.line, "all"):
            self._at_once[key] += 1
            self.most_at_once[key] = max(self.most_at_once[key], self._at_once[key])
        await asyncio.sleep(self.latency)
        for key in (seen.line, "all"):
            self._at_once[key] -= 1
        reply = self._reply(seen)
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def _connect(self, request: httpx.Request) -> Seen:
        """Let a request arrive, and tell the client when, as httpcore does."""
        connecting, self.connecting = self.connecting, 0.0
        await asyncio.sleep(connecting)
        for event in ("http11.send_request_headers.complete", "http11.send_request_body.complete"):
            await request.extensions["trace"](event, {})
        return Seen(asyncio.get_running_loop().time(), request)

    def _reply(self, seen: Seen) -> Reply:
        own = self._scripts.get(seen.line)
        if own:
            return own.popleft()
        if seen.request.url.path == TOKEN_PATH:
            self.tokens += 1
            return ok(tenant_access_token=f"t-{self.tokens}", expire=7200)
        script = self._scripts.get("*")
        return script.popleft() if script else ok()
