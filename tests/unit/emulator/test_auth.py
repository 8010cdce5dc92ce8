"""Rules of platform.openapi.yaml, info.x-token-rules and the token operations."""

from __future__ import annotations

import pytest

from tests.support.pretend import OTHER, OURS, SECRET, STORE
from tests.support.rows import client_side, shows_error, shows_rule

TENANT_TOKEN = "auth_tenant_access_token_internal"
APP_TOKEN = "auth_app_access_token_internal"
CREDENTIALS = {"app_id": OURS, "app_secret": SECRET}


client_side(
    "platform",
    "A client cache should drop",
    "advice for a client's cache; asking early is as the next test has it",
)
client_side(
    "platform",
    "drop the cached token, fetch again",
    "tells clients what to do; the codes have tests of their own",
)


@shows_rule("platform", "lives at most 2 hours")
@shows_rule(TENANT_TOKEN, "expire is the remaining life")
def test_new_tenant_token_lives_two_hours(api):
    body = api.call(TENANT_TOKEN, body=CREDENTIALS).body

    assert body["tenant_access_token"].startswith("t-")
    assert body["expire"] == 7200
    assert body["code"] == 0


@shows_rule(
    "platform", "lives at most 2 hours", "still has 30 minutes or more to live, the call returns that"
)
@shows_rule(TENANT_TOKEN, "Same token again while")
def test_same_token_again_while_thirty_minutes_remain_with_a_smaller_expire(api):
    first = api.call(TENANT_TOKEN, body=CREDENTIALS).body
    api.emulator.move_clock(5400)

    second = api.call(TENANT_TOKEN, body=CREDENTIALS).body

    assert second["tenant_access_token"] == first["tenant_access_token"]
    assert second["expire"] == 1800


class TestTokensOfBeforeAReset:
    """What comes after a reset counts from one again; no old token may come to be somebody's."""

    def test_tenant_token_is_nobodys(self, api):
        old = api.sign_in()
        api.emulator.reset()

        new = api.of(OTHER).sign_in()

        assert new != old
        assert api.call("bot_info", token=old).code == 99991663

    def test_token_that_the_same_app_gets_is_another_one(self, api):
        old = api.sign_in()
        api.emulator.reset()

        assert api.sign_in() != old

    def test_user_token_is_nobodys(self, api):
        old = api.as_user("ou_lilei").token
        api.emulator.reset()

        new = api.as_user("ou_kate").token

        assert new != old
        assert api.call("chat_list", token=old).code == 99991668


def test_tokens_of_two_emulators_with_one_seed_tell_apps_and_people_apart(make):
    first, second = make(), make()

    assert first.sign_in() != second.of(OTHER).sign_in()
    assert first.as_user("ou_lilei").token != second.as_user("ou_kate").token


@shows_rule("platform", "less than 30 minutes to live, the call", "Fetching a token never invalidates")
@shows_rule(TENANT_TOKEN, "Same token again while")
def test_below_thirty_minutes_a_new_token_comes_and_both_are_valid(api):
    first = api.sign_in()
    api.emulator.move_clock(5401)

    second = api.sign_in()

    assert second != first
    assert api.call("bot_info", token=first).code == 0
    assert api.call("bot_info", token=second).code == 0


@shows_rule("platform", "less than 30 minutes to live, the call")
@shows_error("platform", 99991663)
def test_old_token_ends_at_its_own_time(api):
    first = api.sign_in()
    api.emulator.move_clock(7199)
    assert api.call("bot_info", token=first).code == 0

    api.emulator.move_clock(1)

    assert api.call("bot_info", token=first).code == 99991663


@shows_rule(APP_TOKEN, "read it as valid for both tokens")
def test_app_token_call_returns_both_tokens_as_one_value(api):
    body = api.call(APP_TOKEN, body=CREDENTIALS).body

    assert body["app_access_token"] == body["tenant_access_token"]
    assert body["tenant_access_token"] == api.sign_in()


@shows_rule(TENANT_TOKEN, "trailing slash")
def test_token_path_with_trailing_slash_works_too(api):
    path = "/open-apis/auth/v3/tenant_access_token/internal/"

    answer = api.send("POST", path, body=CREDENTIALS)

    assert answer.code == 0


@shows_error(TENANT_TOKEN, 10003, 10014)
@shows_error(APP_TOKEN, 10003, 10014)
@shows_error("platform", 10003, 10014)
@shows_rule(TENANT_TOKEN, "Failures come as HTTP 200", "Only for custom apps")
@shows_rule(APP_TOKEN, "Only for custom apps")
@pytest.mark.parametrize("operation", [TENANT_TOKEN, APP_TOKEN])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({}, 10003, id="both missing"),
        pytest.param(b"{", 10003, id="no JSON"),
        pytest.param({"app_id": 5, "app_secret": SECRET}, 10003, id="app_id of the wrong type"),
        pytest.param({"app_id": OURS}, 10003, id="secret missing"),
        pytest.param({"app_id": "", "app_secret": SECRET}, 10003, id="app_id empty"),
        pytest.param({"app_id": "cli_nobody", "app_secret": SECRET}, 10014, id="unknown app_id"),
        pytest.param({"app_id": OURS, "app_secret": "wrong"}, 10014, id="wrong app_secret"),
        pytest.param({"app_id": "cli_asleep", "app_secret": SECRET}, 10014, id="app disabled"),
        pytest.param({"app_id": STORE, "app_secret": SECRET}, 10014, id="store app"),
    ],
)
def test_token_calls_answer_failures_with_http_200(api, operation, body, code):
    answer = api.call(operation, body=body)

    assert (answer.status, answer.code, answer.body["data"]) == (200, code, {})
    assert "tenant_access_token" not in answer.body


@shows_rule("bot_info", "Needs no scope", "open_id is the bot's open_id as seen by this app")
def test_bot_info_names_the_bot_beside_code_and_needs_no_scope(make):
    body = make(app="scopes: []").call("bot_info").body

    assert body["bot"]["open_id"] == "ou_ours"
    assert body["bot"]["app_name"] == "Ours"
    assert body["bot"]["activate_status"] == 2


@shows_rule("bot_info", "Needs the bot ability")
@pytest.mark.parametrize("code", [11205, 11240])
def test_bot_info_without_bot_ability_by_reading(make, code):
    api = make(app="bot: false", readings=f'bot_ability_off: "{code}"')

    assert api.call("bot_info").code == code


def test_tokens_are_repeatable_and_differ_between_apps(api, make):
    assert api.sign_in() == make().sign_in()
    assert api.sign_in() != api.of("cli_b20fbf7e94b8d02e").sign_in()


@shows_rule(APP_TOKEN, "Same 2-hour / 30-minute rules")
def test_app_token_of_a_custom_app_follows_the_same_rules(api):
    first = api.call(APP_TOKEN, body=CREDENTIALS).body
    api.emulator.move_clock(5400)
    again = api.call(APP_TOKEN, body=CREDENTIALS).body
    api.emulator.move_clock(1)
    renewed = api.call(APP_TOKEN, body=CREDENTIALS).body

    assert (first["expire"], again["expire"], renewed["expire"]) == (7200, 1800, 7200)
    assert again["app_access_token"] == first["app_access_token"] != renewed["app_access_token"]


@shows_rule("platform", "plain refetch can return the very same token")
def test_refetch_after_99991663_returns_the_same_token_while_it_lives(api):
    before = api.sign_in()
    assert api.call("bot_info", token="t-wrong").code == 99991663

    assert api.sign_in() == before


@shows_rule("platform", "Token calls need no scope and no token")
@shows_error("platform", 99991401)
def test_token_calls_need_neither_scope_nor_token_nor_an_allowed_address(make):
    api = make(app="scopes: [], ip_white_list: [192.0.2.1]")

    token = api.sign_in()

    assert api.call("bot_info", token=token).code == 99991401


def test_address_in_the_allow_list_may_call(make):
    api = make(app="ip_white_list: [127.0.0.1]")

    assert api.call("bot_info").body["bot"]["ip_white_list"] == ["127.0.0.1"]


@shows_rule("platform", "keep app_secret and tokens out of logs")
def test_request_log_holds_neither_secrets_nor_tokens(api):
    token = api.sign_in()
    api.call("bot_info")

    logged = repr(list(api.emulator.log))

    assert SECRET not in logged
    assert token not in logged
