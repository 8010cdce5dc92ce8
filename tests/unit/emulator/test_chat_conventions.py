"""What holds for every operation of chats.openapi.yaml: tokens, scopes, limits, and the codes of the platform."""

from __future__ import annotations

import pytest

from reconciler.emulator import Fault, FaultKind
from tests.support.groups import group
from tests.support.pretend import OTHER
from tests.support.rows import shows_error, shows_rule

SCOPES = {
    "chat_create": ("im:chat", "im:chat:create"),
    "chat_list": ("im:chat", "im:chat:readonly", "im:chat:read", "im:chat.group_info:readonly"),
    "chat_get": ("im:chat", "im:chat:read", "im:chat:readonly"),
    "chat_update": ("im:chat", "im:chat:update"),
    "chat_delete": ("im:chat", "im:chat:delete"),
    "chat_moderation_get": ("im:chat", "im:chat.moderation:read", "im:chat:readonly"),
    "chat_moderation_update": ("im:chat", "im:chat:moderation:write_only"),
}
EACH_SCOPE = [(operation, scope) for operation, scopes in SCOPES.items() for scope in scopes]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        pytest.param("", 99991661, id="no header"),
        pytest.param("t-abc", 99991661, id="without the word Bearer"),
        pytest.param("Bearer abc", 99991671, id="neither t- nor u-"),
        pytest.param("Bearer t-abc", 99991663, id="unknown tenant token"),
        pytest.param("Bearer u-abc", 99991668, id="unknown user token"),
    ],
)
@shows_error("chats", 99991661, 99991663, 99991668, 99991671)
def test_token_must_be_there_and_be_known(api, header, code):
    headers = {"Authorization": header} if header else {}

    answer = api.call("chat_list", token="", headers=headers)

    assert (answer.status, answer.code) == (400, code)


@shows_error("chats", 99991663)
def test_tenant_token_ends(api):
    token = api.sign_in()
    api.emulator.move_clock(7201)

    assert api.call("chat_list", token=token).code == 99991663


@shows_error("chats", 99991677)
def test_user_token_ends_with_a_code_of_its_own(api):
    person = api.as_user("ou_kate", lifetime=60)
    api.emulator.move_clock(61)

    assert person.call("chat_list").code == 99991677


@pytest.mark.parametrize(("operation", "scope"), EACH_SCOPE)
@shows_rule("chats", "A call needs any one scope of x-scopes-any")
def test_one_scope_is_enough(make, operation, scope):
    api = make(groups=group(), app=f'scopes: ["{scope}"]')

    assert (
        api.call(operation, "oc_x", body={} if "create" in operation or "update" in operation else None).code
        == 0
    )


@pytest.mark.parametrize("operation", SCOPES)
@shows_error("chats", 99991672)
def test_without_a_scope_the_call_is_refused_with_those_that_would_do(make, operation):
    answer = make(groups=group(), app="scopes: []").call(operation, "oc_x", body={})

    assert answer.code == 99991672
    assert [each["subject"] for each in answer.body["error"]["permission_violations"]] == list(
        SCOPES[operation]
    )


@shows_error("chats", 99991679)
def test_scope_that_the_person_did_not_grant_is_99991679(api):
    assert api.as_user("ou_kate", scopes=["im:chat:update"]).call("chat_list").code == 99991679


@shows_rule("chats", "Going over the per-app, per-tenant, per-operation rate limit gives HTTP 429")
@shows_error("chats", 99991400)
def test_call_51_within_a_second_is_429_with_the_wait(api):
    for _ in range(50):
        assert api.call("chat_list").code == 0

    answer = api.call("chat_list")

    assert (answer.status, answer.code) == (429, 99991400)
    assert answer.headers["x-ogw-ratelimit-reset"] == "1"
    assert api.of(OTHER).call("chat_list").code == 0


@pytest.mark.parametrize(
    ("code", "status"), [pytest.param(232006, 400, id="4xx"), pytest.param(2200, 500, id="5xx")]
)
@shows_rule("chats", "Success is code 0. Decide on code, never on msg")
def test_failure_has_a_code_that_is_not_0_and_no_data(api, code, status):
    chat_id = api.create()
    api.emulator.faults.add(Fault(FaultKind.ANSWER, "chat_get", code=code))

    failed, done = api.call("chat_get", chat_id), api.call("chat_get", chat_id)

    assert (failed.status, failed.code, "data" in failed.body) == (status, code, False)
    assert (done.status, done.code, "data" in done.body) == (200, 0, True)


@pytest.mark.parametrize("operation", ["chat_create", "chat_update"])
@shows_error("chats", 99992361)
def test_open_id_of_another_app_is_99992361(make, operation):
    api = make(groups=group())

    assert api.call(operation, "oc_x", body={"owner_id": "ou_jim_of_other"}).code == 99992361
    assert api.of(OTHER).call("chat_create", body={"owner_id": "ou_jim_of_other"}).code == 0
