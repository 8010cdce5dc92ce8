"""The vendor's SDK believes the emulator: it drives every operation that it has, over the socket."""

from __future__ import annotations

import inspect
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, get_type_hints

import pytest

from reconciler.emulator import Emulator, Request, Response
from reconciler.emulator.routes import BY_ID, OPERATIONS
from tests.support.calls import MENU, calls
from tests.support.pretend import OTHER, OURS, SECRET, Pretend, pretend
from tests.support.served import served

UNKNOWN_TO_THE_SDK = {"bot_info"}

SERVICES = ("auth", "contact", "docx", "im")
"""The services of the SDK that have operations of ours."""


class Method(NamedTuple):
    """A method of the SDK and the request that it takes."""

    call: Callable[[Any], Any]
    request: type[Any]


class Port:
    """Where the SDK sends its requests: to the emulator of the present test."""

    url: str
    emulator: Emulator

    async def answer(self, request: Request) -> Response:
        return await self.emulator.handle(request)


@pytest.fixture(scope="module")
def port() -> Iterator[Port]:
    port = Port()
    with served(port.answer) as port.url:
        yield port


@pytest.fixture(scope="module")
def sdks(lark, port) -> dict[str, dict[str, Method]]:
    """The methods of the SDK for each app, by the operationId of what they call."""
    return {app: methods_of(client_of(lark, port, app)) for app in (OURS, OTHER)}


@pytest.fixture
def api(lark, port, monkeypatch) -> Iterator[Pretend]:
    """A fresh emulator behind the port, of which the SDK remembers no token; also our own way to it."""
    from lark_oapi.core.cache import LocalCache
    from lark_oapi.core.token.manager import TokenManager

    monkeypatch.setattr(TokenManager, "cache", LocalCache())
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    api = pretend(other="scopes: []", groups="  - {chat_id: oc_old, announcement: {type: doc}}")
    port.emulator = api.emulator
    yield api
    api.close()


def client_of(lark: Any, port: Port, app_id: str) -> Any:
    return lark.Client.builder().app_id(app_id).app_secret(SECRET).domain(port.url).build()


def methods_of(client: Any) -> dict[str, Method]:
    """Return the methods of the SDK for operations of ours, found by HTTP method and path."""
    ours = {(row.method, re.sub(r"{(\w+)}", r":\1", row.path)): row.operation_id for row in OPERATIONS}
    found = {}
    for call in blocking_methods(client):
        request = get_type_hints(call).get("request")
        if request is not None:
            built = request.builder().build()
            operation = ours.get((built.http_method.name, built.uri))
            if operation is not None:
                found[operation] = Method(call, request)
    return found


def blocking_methods(client: Any) -> Iterator[Callable[..., Any]]:
    for service in SERVICES:
        for version in vars(getattr(client, service)).values():
            for resource in vars(version).values():
                for _, method in inspect.getmembers(resource, inspect.ismethod):
                    if not inspect.iscoroutinefunction(method):
                        yield method


def call(
    lark: Any,
    method: Method,
    *,
    body: dict[str, Any] | None = None,
    query: dict[str, Any] | None = None,
    form: dict[str, Any] | None = None,
    files: dict[str, tuple[str, bytes]] | None = None,
    **path: str,
) -> Any:
    """Call with the arguments of `Pretend.call`, made into the objects of the SDK."""
    builder = method.request.builder()
    for name, value in {**path, **(query or {})}.items():
        getattr(builder, name)(value)
    if body is not None or form is not None:
        model = get_type_hints(builder.request_body)["request_body"]
        made = lark.JSON.unmarshal(json.dumps({**(body or {}), **(form or {})}), model)
        for name, (file_name, content) in (files or {}).items():
            file = io.BytesIO(content)
            file.name = file_name
            setattr(made, name, file)
        builder.request_body(made)
    return method.call(builder.build())


def arguments(api: Pretend, operation: str) -> dict[str, Any]:
    """Return what `operation` is called with to succeed."""
    sorts = sorts_of(api)
    if operation in sorts:
        return sorts[operation]
    for known, more in calls(api).items():
        if known == operation:
            return more
        api.call(known, **more)
    raise AssertionError(f"nobody knows how {operation} succeeds")


def sorts_of(api: Pretend) -> dict[str, dict[str, Any]]:
    """Return calls that put things into the order in which they are."""
    chat_id = api.create()
    api.call("chat_menu_tree_create", chat_id, body=MENU)
    tab_ids = [tab["tab_id"] for tab in api.tabs(chat_id)]
    menu_ids = [menu["chat_menu_top_level_id"] for menu in api.menus(chat_id)]
    return {
        "chat_tab_sort": {"chat_id": chat_id, "body": {"tab_ids": tab_ids}},
        "chat_menu_tree_sort": {"chat_id": chat_id, "body": {"chat_menu_top_level_ids": menu_ids}},
    }


def plain(value: Any) -> Any:
    """Return an object of the SDK as JSON has it, without what it left empty."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    fields = value if isinstance(value, dict) else getattr(value, "__dict__", None)
    if fields is None:
        return value
    return {name: plain(item) for name, item in fields.items() if item is not None}


def known_part(told: Any, whole: Any) -> Any:
    """Return `whole` without the fields that the SDK does not know."""
    if isinstance(told, dict):
        return {name: known_part(item, whole[name]) for name, item in told.items()}
    if isinstance(told, list):
        return [known_part(*pair) for pair in zip(told, whole, strict=True)]
    return whole


DRIVEN = [row.operation_id for row in OPERATIONS if row.operation_id not in UNKNOWN_TO_THE_SDK]


def test_every_operation_that_the_sdk_has_is_driven(sdks):
    assert sdks[OURS].keys() == set(DRIVEN)


@pytest.mark.parametrize("operation", DRIVEN)
def test_success_is_read_by_the_sdk(lark, sdks, api, operation):
    answer = call(lark, sdks[OURS][operation], **arguments(api, operation))

    assert answer.success(), (answer.code, answer.msg)
    assert answer.get_log_id()
    data = getattr(answer, "data", None)
    if data is not None:
        told = plain(data)
        assert told
        assert told == known_part(told, json.loads(answer.raw.content)["data"])


@pytest.mark.parametrize("operation", [name for name in DRIVEN if BY_ID[name].scopes])
def test_refusal_of_a_missing_scope_is_read_by_the_sdk(lark, sdks, api, operation):
    answer = call(lark, sdks[OTHER][operation], **arguments(api, operation))

    assert (answer.success(), answer.code, answer.raw.status_code) == (False, 99991672, 400)
    assert answer.get_log_id() == answer.error["log_id"]
    subjects = {violation["subject"] for violation in answer.error["permission_violations"]}
    assert subjects == set(BY_ID[operation].scopes)


@pytest.mark.parametrize("operation", [name for name in DRIVEN if not BY_ID[name].scopes])
def test_refusal_by_a_rule_is_read_by_the_sdk(lark, sdks, api, operation):
    empty: dict[str, Any] = {"body": {}} if BY_ID[operation].body else {"chat_id": "oc_nothing"}

    answer = call(lark, sdks[OURS][operation], **empty)

    assert not answer.success()
    assert answer.code in {10003, 232006}
    assert answer.get_log_id()
