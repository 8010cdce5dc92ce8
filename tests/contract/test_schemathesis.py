"""Schemathesis finds nothing: examples, coverage, fuzzing and sequences of calls, over all six descriptions.

It runs as the command that others would use, against the socket, with the same cases every time.
"""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import Emulator, ManualClock, Request, Response
from reconciler.emulator.routes import BY_ID, Routes
from tests.support.contract import load_contract, operations
from tests.support.pretend import OTHER, OURS, SECRET, STORE, TICKET, scenario
from tests.support.rows import DOCUMENTS
from tests.support.served import served

ROOT = Path(__file__).parents[2]

SCENARIO = scenario(
    tenant="quota: false",
    groups=f"""
  - {{chat_id: oc_own, name: Own, owner: {OURS}, members: [李雷, Kate], bots: [{OTHER}]}}
  - {{chat_id: oc_other, name: Other, owner: Kate, bots: [{OURS}], members: [Jim]}}
  - {{chat_id: oc_old, name: Old, owner: {OURS}, members: [Kate], announcement: {{type: doc}}}}
  - {{chat_id: oc_outside, name: Outside, owner: Kate, members: [Jim]}}
""",
)
CHATS = ["oc_own", "oc_other", "oc_old", "oc_outside", "oc_nothing"]
PEOPLE = ["ou_lilei", "ou_kate", "ou_jim", "ou_gone", "ou_hidden", "ou_stranger", "ou_nobody"]
MEMBERS = [*PEOPLE, OURS, OTHER]
IMAGES = ["img_ours", "img_theirs", "img_nothing"]
KNOWN = {
    **dict.fromkeys(("chat_id", "block_id", "receive_id"), CHATS),  # a chat's id is that of its root block
    **dict.fromkeys(("user_id", "owner_id", "user_ids", "user_id_list"), PEOPLE),
    **dict.fromkeys(("moderator_added_list", "moderator_removed_list"), PEOPLE),
    **dict.fromkeys(("id_list", "manager_ids"), MEMBERS),
    **dict.fromkeys(("avatar", "icon_key"), IMAGES),
    "bot_id_list": [OTHER, "cli_asleep", "cli_nothing"],
    "emails": ["li.lei@example.com", "nobody@example.com"],
    "mobiles": ["+8613800000002", "+8613800000009"],
    "app_id": [OURS, STORE, "cli_nothing"],
    "app_secret": [SECRET, "wrong"],
    "app_ticket": [TICKET, "wrong"],
}
"""Parameters and fields of requests, with values that get a call somewhere."""

FEW_BLOCKS = {2: "text", 14: "code", 17: "todo", 19: "callout", 22: "divider", 27: "image"}
"""Kinds of blocks that stand for the 19 that can be made; requests with all of them take minutes to generate."""

FEWEST = {
    "chats": 1200,
    "members": 450,
    "tabs": 500,
    "menus": 550,
    "announcements": 700,
    "platform": 600,
    "sequences": 300,
}
"""Cases that each run must have at least; more than 2,000 together."""

_ROUTES = Routes()


class SignedIn:
    """The emulator for a client that knows nothing of tokens; counts what it answers.

    With `anew`, each call finds the state of the scenario.
    """

    def __init__(self, *, anew: bool) -> None:
        self.emulator = Emulator.from_text(SCENARIO, clock=ManualClock())
        self.anew = anew
        self.calls: Counter[str] = Counter()
        self.successes: Counter[str] = Counter()
        self._token = ""

    async def answer(self, request: Request) -> Response:
        if self.anew:
            self.emulator.reset()
        if self.anew or not self._token:
            self._token = await self._sign_in()
        headers = {**request.headers, "authorization": f"Bearer {self._token}"}
        response = await self.emulator.handle(replace(request, headers=headers))
        if match := _ROUTES.match(request.method, request.path):
            self.calls[match.operation.operation_id] += 1
            self.successes[match.operation.operation_id] += response.json()["code"] == 0
        return response

    async def _sign_in(self) -> str:
        body = json.dumps({"app_id": OURS, "app_secret": SECRET}).encode()
        path = BY_ID["auth_tenant_access_token_internal"].path
        token: str = (await self.emulator.handle(Request("POST", path, body=body))).json()[
            "tenant_access_token"
        ]
        return token


@pytest.fixture
def platform(request) -> Iterator[SignedIn]:
    platform = SignedIn(anew=request.param)
    yield platform
    platform.emulator.close()


def run(platform: SignedIn, document: dict[str, Any], folder: Path, *options: str) -> None:
    """Run schemathesis over `document`; a finding fails the test with its report."""
    path = folder / "openapi.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    command = Path(sys.executable).with_name("schemathesis")
    config = Path(__file__).with_name("schemathesis.toml")
    with served(platform.answer) as url:
        done = subprocess.run(
            [command, "--config-file", config, "run", path, "--url", url, "--no-color", *options],
            capture_output=True,
            text=True,
            cwd=folder,  # it leaves a folder where it runs
            env={**os.environ, "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"},
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr


def operations_of(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        yield from (each for each in item.values() if isinstance(each, dict) and "operationId" in each)


# ---- descriptions


@functools.cache
def description(name: str) -> dict[str, Any]:
    """Return a description whose requests hold what is known, and blocks of few kinds."""
    document = deepcopy(load_contract(name))
    _name_what_is_known(document, document["paths"], set())
    block = document["components"]["schemas"].get("BlockInput")
    if block:
        names = ("block_type", *FEW_BLOCKS.values())
        block["properties"] = {each: block["properties"][each] for each in names}
        block["properties"]["block_type"]["enum"] = list(FEW_BLOCKS)
        block["oneOf"] = [each for each in block["oneOf"] if each["required"][0] in names]
    return document


def _name_what_is_known(document: dict[str, Any], place: Any, seen: set[str]) -> None:
    """Limit what requests below `place` may hold to what is known."""
    if isinstance(place, list):
        for item in place:
            _name_what_is_known(document, item, seen)
    if not isinstance(place, dict):
        return
    if "$ref" in place:
        _, _, kind, name = place["$ref"].split("/")
        if place["$ref"] not in seen:
            seen.add(place["$ref"])
            _name_what_is_known(document, document["components"][kind][name], seen)
    if "in" in place and place["name"] in KNOWN:
        place["schema"] = _limited(place["schema"], KNOWN[place["name"]])
    for name, schema in place.get("properties", {}).items():
        if name in KNOWN:
            place["properties"][name] = _limited(schema, KNOWN[name])
    for name, inner in place.items():
        if name not in {"responses", "example", "examples"}:
            _name_what_is_known(document, inner, seen)


def _limited(schema: dict[str, Any], values: list[str]) -> dict[str, Any]:
    return {**schema, "items": {"enum": values}} if "items" in schema else {**schema, "enum": values}


# ---- each call by itself


@pytest.mark.timeout(300)
@pytest.mark.parametrize("platform", [True], indirect=True, ids=["each case anew"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_examples_coverage_and_fuzzing_find_nothing(name, platform, tmp_path):
    document = description(name)

    run(platform, document, tmp_path, "--phases", "examples,coverage,fuzzing", "--max-examples", "30")

    assert platform.calls.total() >= FEWEST[name]
    assert {each["operationId"] for each in operations_of(document)} == platform.calls.keys()


def test_cases_are_more_than_2000():
    assert sum(FEWEST.values()) >= 2000


# ---- sequences of calls


def whole_description() -> dict[str, Any]:
    """Return all descriptions as one; the names of components are told apart by their document."""
    whole: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "All", "version": "1"},
        "paths": {},
        "components": {},
    }
    for name in DOCUMENTS:
        text = re.sub(r'"#/components/(\w+)/', rf'"#/components/\1/{name}.', json.dumps(description(name)))
        renamed = json.loads(text)
        for path, item in renamed["paths"].items():
            assert path not in whole["paths"]
            whole["paths"][path] = item
        for kind, components in renamed["components"].items():
            whole["components"].setdefault(kind, {}).update(
                {f"{name}.{component}": value for component, value in components.items()}
            )
    return whole


def link(document: dict[str, Any], source: str, target: str, **parameters: str) -> None:
    """Let `target` be called with values that the successful answer of `source`, or its request, tells."""
    (operation,) = [each for each in operations_of(document) if each["operationId"] == source]
    operation["responses"]["200"].setdefault("links", {})[f"{source}.{target}"] = {
        "operationId": target,
        "parameters": {f"path.{name}": expression for name, expression in parameters.items()},
    }


def linked_description() -> dict[str, Any]:
    """Return all descriptions as one, in which ids flow from the calls that make them to those that take them."""
    document = whole_description()
    for name in ("owner_id", "user_id_list", "bot_id_list"):
        # A call that names what no other call makes is nothing that schemathesis begins a sequence with.
        del document["components"]["schemas"]["chats.ChatCreateRequest"]["properties"][name]
    for operation, described in operations().items():
        if "{menu_item_id}" in described.path:
            link(
                document,
                "chat_menu_tree_get",
                operation,
                chat_id="$request.path.chat_id",
                menu_item_id="$response.body#/data/menu_tree/chat_menu_top_levels/0/chat_menu_top_level_id",
            )
        elif "{block_id}" in described.path:
            link(
                document,
                "docx_chat_announcement_block_list",
                operation,
                chat_id="$request.path.chat_id",
                block_id="$response.body#/data/items/0/block_id",
            )
        elif "{chat_id}" in described.path:
            link(document, "chat_create", operation, chat_id="$response.body#/data/chat_id")
    return document


@pytest.mark.timeout(300)
@pytest.mark.parametrize("platform", [False], indirect=True, ids=["one state"])
def test_sequences_of_calls_find_nothing(platform, tmp_path):
    run(platform, linked_description(), tmp_path, "--phases", "stateful", "--max-examples", "100")

    assert platform.calls.total() >= FEWEST["sequences"]
    assert platform.successes.total() >= platform.calls.total() / 4
