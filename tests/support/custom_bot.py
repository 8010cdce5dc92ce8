"""A custom bot of a group behind a loopback server: checks signatures as the vendor's guide describes them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from reconciler.emulator import Request, Response
from reconciler.emulator.wire import ConnectionDroppedError

PATH = "/open-apis/bot/v2/hook/canary-5f0c1d7e-token"


class CustomBot:
    """Receives cards."""

    def __init__(self, key: str) -> None:
        self._key = key
        self.cards: list[Any] = []
        self.paths: list[str] = []
        self.faults: list[tuple[int, Any] | str] = []
        """Answers in place of the next ones, as status and body; `lost`: received, but not answered."""

    async def answer(self, request: Request) -> Response:
        self.paths.append(f"{request.method} {request.path}")
        body = json.loads(request.body)
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, tuple):
            return _answer(*fault)
        if body["sign"] != self._signature(body["timestamp"]):
            return _answer(200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"})
        assert body["msg_type"] == "interactive"
        self.cards.append(body["card"])
        if fault:
            raise ConnectionDroppedError
        return _answer(
            200, {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}
        )

    def _signature(self, timestamp: str) -> str:
        code = hmac.new(f"{timestamp}\n{self._key}".encode(), digestmod=hashlib.sha256)
        return base64.b64encode(code.digest()).decode()


def _answer(status: int, body: Any) -> Response:
    return Response(status, {"Content-Type": "application/json"}, json.dumps(body).encode())
