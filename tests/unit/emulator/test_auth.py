"""Rules of platform.openapi.yaml, info.x-token-rules and the token operations."""

from __future__ import annotations

import pytest

from tests.support.pretend import OURS, SECRET

TENANT_TOKEN = "auth_tenant_access_token_internal"
APP_TOKEN = "auth_app_access_token_internal"
CREDENTIALS = {"app_id": OURS, "app_secret": SECRET}


def test_new_tenant_token_lives_two_hours(api):
    body = api.call(TENANT_TOKEN, body=CREDENTIALS).body

    assert body["tenant_access_token"].startswith("t-")
    assert body["expire"] == 7200
    assert body["code"] == 0


def test_same_token_again_while_thirty_minutes_remain_with_a_smaller_expire(api):
    first = api.call(TENANT_TOKEN, body=CREDENTIALS).body
    api.emulator.move_clock(5400)

    second = api.call(TENANT_TOKEN, body=CREDENTIALS).body

    assert second["tenant_access_token"] == first["tenant_access_token"]
    assert second["expire"] == 1800


def test_below_thirty_minutes_a_new_token_comes_and_both_are_valid(api):
    first = api.sign_in()
    api.emulator.move_clock(5401)

    second = api.sign_in()

    assert second != first
    assert api.call("bot_info", token=first).code == 0
    assert api.call("bot_info", token=second).code == 0


def test_old_token_ends_at_its_own_time(api):
    first = api.sign_in()
    api.emulator.move_clock(7199)
    assert api.call("bot_info", token=first).code == 0

    api.emulator.move_clock(1)

    assert api.call("bot_info", token=first).code == 99991663


def test_app_token_call_returns_both_tokens_as_one_value(api):
    body = api.call(APP_TOKEN, body=CREDENTIALS).body

    assert body["app_access_token"] == body["tenant_access_token"]
    assert body["tenant_access_token"] == api.sign_in()


def test_token_path_with_trailing_slash_works_too(api):
    from reconciler.emulator import Request

    path = "/open-apis/auth/v3/tenant_access_token/internal/"
    body = f'{{"app_id": "{OURS}", "app_secret": "{SECRET}"}}'.encode()

    answer = api.run(api.emulator.handle(Request("POST", path, body=body)))

    assert answer.json()["code"] == 0


@pytest.mark.parametrize("operation", [TENANT_TOKEN, APP_TOKEN])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({}, 10003, id="both missing"),
        pytest.param({"app_id": OURS}, 10003, id="secret missing"),
        pytest.param({"app_id": "", "app_secret": SECRET}, 10003, id="app_id empty"),
        pytest.param({"app_id": "cli_nobody", "app_secret": SECRET}, 10014, id="unknown app_id"),
        pytest.param({"app_id": OURS, "app_secret": "wrong"}, 10014, id="wrong app_secret"),
        pytest.param({"app_id": "cli_asleep", "app_secret": SECRET}, 10014, id="app disabled"),
    ],
)
def test_token_calls_answer_failures_with_http_200(api, operation, body, code):
    answer = api.call(operation, body=body)

    assert (answer.status, answer.code) == (200, code)
    assert "tenant_access_token" not in answer.body


def test_bot_info_names_the_bot_beside_code(api):
    body = api.call("bot_info").body

    assert body["bot"]["open_id"] == "ou_ours"
    assert body["bot"]["app_name"] == "Ours"
    assert body["bot"]["activate_status"] == 2


def test_bot_info_without_bot_ability_is_11205(make):
    assert make(app="bot: false").call("bot_info").code == 11205


def test_tokens_are_repeatable_and_differ_between_apps(api, make):
    assert api.sign_in() == make().sign_in()
    assert api.sign_in() != api.of("cli_b20fbf7e94b8d02e").sign_in()
