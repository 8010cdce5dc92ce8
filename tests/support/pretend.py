"""An emulator in memory with a clock that stands still, and an app that calls it over HTTP.

Requests go in process or over a socket, as `tests.support.ways` has it. Every answer is checked against the API description on the way.
"""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from unittest.mock import patch
from urllib.parse import quote

import httpx

from reconciler.emulator import Emulator, ManualClock
from reconciler.emulator.routes import BY_ID
from reconciler.emulator.scenario import Scenario, parse_scenario
from tests.support.contract import check_answer, operations
from tests.support.ways import InProcess, Way

OURS = "cli_a10fbf7e94b8d01d"
OTHER = "cli_b20fbf7e94b8d02e"
SECRET = "emulator-secret"
STORE = "cli_c30fbf7e94b8d03f"
TICKET = "first-ticket"
TENANT = "736588c9260f175d"

SCENARIO = f"""
version: 1
tenant: {{key: {TENANT}, name: Acme, images: {{img_1: {OURS}, img_2: {OURS}, img_x: {OURS}, img_ours: {OURS}, img_theirs: {OTHER}}} %(tenant)s}}
readings: {{%(readings)s}}
apps:
  - {{app_id: {OURS}, app_secret: {SECRET}, name: Ours, open_id: ou_ours %(app)s}}
  - {{app_id: {OTHER}, app_secret: {SECRET}, name: Other, open_id: ou_other %(other)s}}
  - {{app_id: cli_asleep, app_secret: {SECRET}, enabled: false}}
  - {{app_id: {STORE}, app_secret: {SECRET}, store: true, installed_in: [{TENANT}, elsewhere], app_ticket: {TICKET} %(store)s}}
users:
  - {{name: 李雷, open_id: ou_lilei, user_id: lilei, union_id: on_lilei, email: li.lei@example.com}}
  - {{name: 韩梅梅, open_id: ou_han, user_id: han, union_id: on_han, mobile: "+8613800000002"}}
  - {{name: Kate, open_id: ou_kate, user_id: kate, union_id: on_kate}}
  - {{name: Jim, open_id: ou_jim, open_ids: {{{OTHER}: ou_jim_of_other}}, user_id: jim, union_id: on_jim}}
  - {{name: Gone, open_id: ou_gone, user_id: gone, union_id: on_gone, resigned: true}}
  - {{name: Hidden, open_id: ou_hidden, user_id: hidden, union_id: on_hidden, visible: false}}
  - {{name: Stranger, open_id: ou_stranger, user_id: stranger, union_id: on_stranger, tenant: elsewhere}}
%(users)s
groups:
%(groups)s
%(more)s
"""

CROWD = "".join(
    f"  - {{name: P{number}, open_id: ou_p{number}, user_id: p{number}, union_id: on_p{number}}}\n"
    for number in range(60)
)
"""Sixty more people: P0, P1 … for limits."""


@dataclass(frozen=True)
class Answer:
    """What came back; `code` and `data` of a JSON body."""

    response: httpx.Response

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def headers(self) -> httpx.Headers:
        return self.response.headers

    @property
    def body(self) -> Any:
        return self.response.json()

    @property
    def code(self) -> int:
        code: int = self.body["code"]
        return code

    @property
    def data(self) -> Any:
        assert self.code == 0, self.body
        return self.body["data"]

    @property
    def violations(self) -> list[str]:
        return [violation["field"] for violation in self.body["error"]["field_violations"]]


class Pretend:
    """An emulator and one of its apps; closes both with `close`.

    `called` collects the emulators that are called, where a test puts a list there.
    """

    called: ClassVar[list[Emulator] | None] = None

    def __init__(self, emulator: Emulator, app_id: str = OURS, way: Way | None = None) -> None:
        self.emulator = emulator
        self.app_id = app_id
        self.token = ""
        self._way = way or InProcess()
        self._client = self._way.client(emulator)
        if self.called is not None:
            self.called.append(emulator)

    def of(self, app_id: str) -> Pretend:
        """Return another app on the same emulator."""
        return Pretend(self.emulator, app_id, self._way)

    def as_user(self, user: str, **sign_in: Any) -> Pretend:
        """Return the app on the same emulator with the token of a person; `sign_in` as the act has it."""
        person = self.of(self.app_id)
        person.token = self.emulator.acts.sign_in(user, self.app_id, **sign_in)
        return person

    def close(self) -> None:
        self._way.close()
        self.emulator.close()

    def run(self, coroutine: Any) -> Any:
        return self._way.run(coroutine)

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        files: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Send any request; the answer is not checked.

        `body` is JSON, or bytes to be sent as they are; `form` and `files` are sent as multipart/form-data.
        """
        return Answer(
            self.run(
                self._exchange(method, path, body=body, query=query, headers=headers, files=files, form=form)
            )
        )

    async def _exchange(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        files: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        json_type = {"Content-Type": "application/json; charset=utf-8"} if content is not None else {}
        return await self._client.request(
            method,
            path,
            params={
                name: [str(item) for item in value] if isinstance(value, list) else str(value)
                for name, value in (query or {}).items()
            },
            headers={**json_type, **(headers or {})},
            content=content,
            files=files,
            data=form,
        )

    def sign_in(self) -> str:
        """Fetch the token that later calls carry."""
        answer = self.call(
            "auth_tenant_access_token_internal", body={"app_id": self.app_id, "app_secret": SECRET}, token=""
        )
        assert answer.code == 0, answer.body
        self.token = answer.body["tenant_access_token"]
        return self.token

    def call(self, operation: str, chat_id: str = "", **more: Any) -> Answer:
        """Call an operation by its operationId; the rest as `request` has it."""
        return Answer(self.run(self.request(operation, chat_id, **more)))

    async def request(
        self,
        operation: str,
        chat_id: str = "",
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        files: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        **path: str,
    ) -> httpx.Response:
        """Call an operation and check the answer.

        `token` replaces the app's own, `path` has the other parameters of the path (`menu_item_id`), the rest
        is as `send` has it.
        """
        if token is None and not self.token and BY_ID[operation].tokens:
            token = await self._fetch_token()
        used = self.token if token is None else token
        response = await self._exchange(
            BY_ID[operation].method,
            BY_ID[operation].path.format(
                **{name: quote(value, safe="") for name, value in {"chat_id": chat_id, **path}.items()}
            ),
            body=body,
            query=query,
            headers={**({"Authorization": f"Bearer {used}"} if used else {}), **(headers or {})},
            files=files,
            form=form,
        )
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        if is_json and operation in operations():
            check_answer(operation, response.status_code, response.headers["Content-Type"], response.json())
        return response

    def together(self, *calls: tuple[str, dict[str, Any]]) -> list[Answer]:
        """Make calls (operationId, arguments) whose writes meet: none goes on before all have come."""
        return list(map(Answer, self.run(self._together(calls))))

    async def _together(self, calls: tuple[tuple[str, dict[str, Any]], ...]) -> list[httpx.Response]:
        if not self.token:
            await self._fetch_token()
        meeting = asyncio.Barrier(sum(BY_ID[operation].writes for operation, _ in calls))
        with patch.object(self.emulator.clock, "sleep", lambda _seconds: meeting.wait()):
            return await asyncio.gather(*(self.request(operation, **more) for operation, more in calls))

    async def _fetch_token(self) -> str:
        body = {"app_id": self.app_id, "app_secret": SECRET}
        answer = await self.request("auth_tenant_access_token_internal", body=body, token="")
        self.token = answer.json()["tenant_access_token"]
        return self.token

    # ---- shortcuts

    def create(self, **body: Any) -> str:
        """Make a group and return its id."""
        query: dict[str, Any] = {name: body.pop(name) for name in ("uuid", "set_bot_manager") if name in body}
        chat_id: str = self.call("chat_create", body=body, query=query).data["chat_id"]
        return chat_id

    def get(self, chat_id: str) -> dict[str, Any]:
        data: dict[str, Any] = self.call("chat_get", chat_id).data
        return data

    def tabs(self, chat_id: str) -> list[dict[str, Any]]:
        tabs: list[dict[str, Any]] = self.call("chat_tab_list", chat_id).data["chat_tabs"]
        return tabs

    def menus(self, chat_id: str) -> list[dict[str, Any]]:
        tree = self.call("chat_menu_tree_get", chat_id).data["menu_tree"]
        menus: list[dict[str, Any]] = tree["chat_menu_top_levels"]
        return menus

    def members(self, chat_id: str) -> list[str]:
        items = self.call("chat_members_get", chat_id, query={"page_size": 100}).data["items"]
        return [item["member_id"] for item in items]


def scenario(
    tenant: str = "",
    app: str = "",
    other: str = "",
    store: str = "",
    groups: str = "",
    users: str = "",
    readings: str = "",
    more: str = "",
) -> str:
    """Return the usual scenario with more switches, e.g. `tenant="public_groups: false"`.

    `users` and `groups` are rows of those lists, `more` whole sections.
    """
    return SCENARIO % {
        "readings": readings,
        "more": more,
        "tenant": f", {tenant}" if tenant else "",
        "app": f", {app}" if app else "",
        "other": f", {other}" if other else "",
        "store": f", {store}" if store else "",
        "groups": groups or "  []",
        "users": users,
    }


def pretend(way: Way | None = None, **switches: str) -> Pretend:
    """Return an emulator with the usual scenario and the `switches` of `scenario`, and our app; close it.

    Args:
        way: How requests get there; in process if not said.
        **switches: As `scenario` has them.
    """
    return Pretend(Emulator(_parsed(scenario(**switches)), clock=ManualClock()), way=way)


@functools.cache
def _parsed(text: str) -> Scenario:
    """Return the scenario in `text`; most tests share a few, and reading YAML is what takes long."""
    return parse_scenario(text, "scenario.yaml")
