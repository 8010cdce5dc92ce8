"""An emulator in memory with a clock that stands still, and an app that calls it.

Every answer is checked against the API description on the way.
"""

from __future__ import annotations

import asyncio
import functools
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from reconciler.emulator import Emulator, ManualClock, Request, Response
from reconciler.emulator.routes import BY_ID
from reconciler.emulator.scenario import Scenario, parse_scenario
from tests.support.contract import check_answer

OURS = "cli_a10fbf7e94b8d01d"
OTHER = "cli_b20fbf7e94b8d02e"
SECRET = "emulator-secret"
TENANT = "736588c9260f175d"

SCENARIO = f"""
version: 1
tenant: {{key: {TENANT}, name: Acme %(tenant)s}}
readings: {{%(readings)s}}
apps:
  - {{app_id: {OURS}, app_secret: {SECRET}, name: Ours, open_id: ou_ours %(app)s}}
  - {{app_id: {OTHER}, app_secret: {SECRET}, name: Other, open_id: ou_other %(other)s}}
  - {{app_id: cli_asleep, app_secret: {SECRET}, enabled: false}}
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

    response: Response

    @property
    def status(self) -> int:
        return self.response.status

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
    """An emulator and one of its apps; closes both with `close`."""

    def __init__(self, emulator: Emulator, app_id: str = OURS, runner: asyncio.Runner | None = None) -> None:
        self.emulator = emulator
        self.app_id = app_id
        self.token = ""
        self._runner = runner or asyncio.Runner()

    def of(self, app_id: str) -> Pretend:
        """Return another app on the same emulator."""
        return Pretend(self.emulator, app_id, self._runner)

    def as_user(self, user: str, **sign_in: Any) -> Pretend:
        """Return the app on the same emulator with the token of a person; `sign_in` as the act has it."""
        person = Pretend(self.emulator, self.app_id, self._runner)
        person.token = self.emulator.acts.sign_in(user, self.app_id, **sign_in)
        return person

    def close(self) -> None:
        self._runner.close()
        self.emulator.close()

    def run(self, coroutine: Any) -> Any:
        return self._runner.run(coroutine)

    def sign_in(self) -> str:
        """Fetch the token that later calls carry."""
        answer = self.call(
            "auth_tenant_access_token_internal", body={"app_id": self.app_id, "app_secret": SECRET}, token=""
        )
        assert answer.code == 0, answer.body
        self.token = answer.body["tenant_access_token"]
        return self.token

    def call(
        self,
        operation: str,
        chat_id: str = "",
        *,
        body: Any = None,
        query: dict[str, Any] | None = None,
        token: str | None = None,
        menu_item_id: str = "",
    ) -> Answer:
        """Call an operation by its operationId; `token` replaces the app's own."""
        return Answer(
            self.run(
                self.request(
                    operation, chat_id, body=body, query=query, token=token, menu_item_id=menu_item_id
                )
            )
        )

    async def request(
        self,
        operation: str,
        chat_id: str = "",
        *,
        body: Any = None,
        query: dict[str, Any] | None = None,
        token: str | None = None,
        menu_item_id: str = "",
    ) -> Response:
        """The same as a coroutine."""
        if token is None and not self.token and BY_ID[operation].tokens:
            token = await self._fetch_token()
        path = BY_ID[operation].path.format(chat_id=quote(chat_id), menu_item_id=menu_item_id)
        used = self.token if token is None else token
        response = await self.emulator.handle(
            Request(
                BY_ID[operation].method,
                path,
                [(name, str(value)) for name, value in (query or {}).items()],
                {"authorization": f"Bearer {used}"} if used else {},
                body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode(),
            )
        )
        if response.headers.get("Content-Type", "").startswith("application/json"):
            check_answer(operation, response.status, response.headers["Content-Type"], response.json())
        return response

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
        "groups": groups or "  []",
        "users": users,
    }


def pretend(**switches: str) -> Pretend:
    """Return an emulator with the usual scenario and the `switches` of `scenario`, and our app; close it."""
    return Pretend(Emulator(_parsed(scenario(**switches)), clock=ManualClock()))


@functools.cache
def _parsed(text: str) -> Scenario:
    """Return the scenario in `text`; most tests share a few, and reading YAML is what takes long."""
    return parse_scenario(text, "scenario.yaml")
