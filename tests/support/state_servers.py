"""Servers that keep states: one that speaks Terraform's protocol, plainly or as GitLab does, and one that speaks S3."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from reconciler.emulator import Request, Response
from reconciler.emulator.wire import ConnectionDroppedError

GITLAB_PATH = "/api/v4/projects/42/terraform/state/acme"


class TerraformServer:
    """One state and its lock.

    Source: the clients of Terraform and OpenTofu; `lib/api/terraform/state.rb` and
    `app/services/terraform/remote_state_handler.rb` of GitLab.
    """

    def __init__(self, *, gitlab: bool = False, credentials: str = "") -> None:
        self.gitlab = gitlab
        self.path = GITLAB_PATH if gitlab else "/acme"
        self.credentials = credentials
        """`user:password` that everybody has to show."""
        self.content = b""
        self.held: dict[str, str] | None = None
        self.log: list[str] = []
        """Method and path of every request."""
        self.faults: list[tuple[str, int | str]] = []
        """What goes wrong with the next request of a method: a status, or `lost`: done, but not answered."""

    async def answer(self, request: Request) -> Response:
        self.log.append(f"{request.method} {request.path}")
        fault = next((each for each in self.faults if each[0] == request.method), None)
        if fault:
            self.faults.remove(fault)
        if fault and isinstance(fault[1], int):
            return Response(fault[1], {"Location": "/elsewhere"}, b"")
        answer = self._answer(request)
        if fault:
            raise ConnectionDroppedError
        return answer

    def _answer(self, request: Request) -> Response:
        if self.credentials and request.headers.get("authorization") != _basic(self.credentials):
            return Response(401, {}, b"")
        on_lock = request.path == f"{self.path}/lock" if self.gitlab else True
        match request.method, request.path:
            case "GET", self.path:
                return Response(200, {}, self.content) if self.content else Response(404, {}, b"")
            case ("POST", self.path):
                return self._write(dict(request.query).get("ID"), request.body)
            case ("LOCK", self.path) | ("POST", _) if on_lock:
                return self._lock(json.loads(request.body))
            case ("UNLOCK", self.path) | ("DELETE", _) if on_lock:
                return self._unlock(json.loads(request.body).get("ID"))
        return Response(404, {}, b"")

    def _write(self, lock_id: str | None, content: bytes) -> Response:
        if (self.held["ID"] if self.held else None) != lock_id:
            return Response(409, {}, b"")
        self.content = content
        return Response(200, {}, b"")

    def _lock(self, wanted: dict[str, str]) -> Response:
        assert set(wanted) == {"ID", "Operation", "Info", "Who", "Version", "Created", "Path"}
        status = 200 if self.held is None else 409 if self.gitlab else 423
        self.held = self.held or wanted
        told = wanted | {name: self.held[name] for name in ("ID", "Who", "Created")}
        return Response(status, {}, json.dumps(told if self.gitlab else self.held).encode())

    def _unlock(self, lock_id: str | None) -> Response:
        if self.held and lock_id not in {None, self.held["ID"]}:
            return Response(409, {}, b"")
        self.held = None
        return Response(200, {}, b"")


def _basic(credentials: str) -> str:
    return "Basic " + base64.b64encode(credentials.encode()).decode()


@contextmanager
def s3_server(bucket: str) -> Iterator[str]:
    """Serve S3 on a loopback port, with one bucket; yields the endpoint.

    One request at a time: moto looks at a condition and writes without a lock of its own.
    """
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  the name of the library
            """Say nothing."""

    server = make_server(
        "127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), request_handler=Quiet
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        endpoint = f"http://127.0.0.1:{server.server_port}"
        httpx.put(f"{endpoint}/{bucket}", trust_env=False, timeout=30).raise_for_status()
        yield endpoint
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
