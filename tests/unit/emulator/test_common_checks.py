"""Checks in front of all operations, in the order of platform.openapi.yaml, info.x-call-conventions."""

from __future__ import annotations

import pytest

from reconciler.emulator import Fault, FaultKind
from reconciler.emulator.fields import Fields, Number, read_body
from reconciler.emulator.store import Token, TokenKind
from reconciler.emulator.wire import Refusal
from tests.support.pretend import OTHER, TENANT
from tests.support.rows import client_side, shows_error, shows_rule

CHAT = "/open-apis/im/v1/chats"

client_side(
    "platform", "Branch on code only", "binds the caller; the emulator's texts differ from the platform's"
)
client_side(
    "platform",
    "helps and message can be absent",
    "tells readers what not to rely on; the emulator always gives both, and permission_violations is shown by"
    " test_missing_scope_names_every_scope_that_would_do",
)
client_side(
    "platform",
    "Error codes are only unique per service",
    "a hint for readers of the common table; the rows of every operation name its own codes",
)
client_side(
    "platform",
    "Reads and writes of one resource can be in different tiers",
    "says what can be; the contract test compares the windows of every operation with its own figures",
)
client_side(
    "platform",
    "A custom app's figure depends on the plan",
    "only tier 10 has two figures for custom apps, and no operation of the contract is in it",
)
client_side(
    "platform",
    "Group webhook bots (not apps)",
    "a webhook bot is no app and makes none of the calls of the contract",
)
client_side(
    "platform",
    "right on the hour or half hour",
    "advice when to send; 11232 is answered where a fault asks for it",
)
client_side("platform", "Figures can change", "how the vendor announces new figures")
client_side("platform", "Limits cannot be raised by oneself", "there is no call that asks for a higher limit")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("GET", "/open-apis/im/v1/nothing", id="wrong path"),
        pytest.param("PATCH", CHAT, id="wrong method"),
        pytest.param("GET", f"{CHAT}/", id="empty chat_id"),
        pytest.param("GET", "/", id="root"),
    ],
)
@shows_rule("platform", "A wrong path or method is answered")
def test_wrong_path_or_method_is_plain_text_404(api, method, path):
    answer = api.send(method, path)

    assert answer.status == 404
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.response.text == "404 page not found"


class TestPath:
    """A path is split as it was sent, and its segments are decoded afterwards."""

    def test_encoded_slash_stays_part_of_its_segment(self, api):
        answer = api.call("chat_get", "oc_a/members")

        assert answer.code == 232006
        assert (api.emulator.log[-1].operation, api.emulator.log[-1].chat_id) == ("chat_get", "oc_a/members")
        assert api.emulator.log[-1].path == "/open-apis/im/v1/chats/oc_a%2Fmembers"

    @pytest.mark.parametrize("sent", ["支付", "a b", "a%b", "a?b"])
    def test_segments_are_decoded_once(self, api, sent):
        api.call("chat_tab_list", sent)

        assert api.emulator.log[-1].chat_id == sent

    def test_query_is_no_part_of_the_path(self, api):
        api.call("chat_get", "oc_a", query={"user_id_type": "open_id"})

        assert api.emulator.log[-1].path == "/open-apis/im/v1/chats/oc_a"


@shows_rule("platform", "Every answer carries a log ID")
def test_every_answer_carries_a_log_id_of_its_own(api):
    first, second = api.call("bot_info"), api.call("bot_info")

    assert len(first.response.headers["X-Tt-Logid"]) == 32
    assert first.response.headers["X-Tt-Logid"] != second.response.headers["X-Tt-Logid"]


def test_every_answer_tells_the_time_of_the_emulator(api):
    first = api.call("bot_info")
    api.emulator.clock.move(3600)
    second = api.call("bot_info", token="wrong")

    assert first.headers["Date"] == "Thu, 01 Jan 2026 00:00:00 GMT"
    assert second.headers["Date"] == "Thu, 01 Jan 2026 01:00:00 GMT"


def test_error_body_repeats_the_log_id(api):
    answer = api.call("chat_get", "oc_nothing")

    assert answer.body["error"]["log_id"] == answer.response.headers["X-Tt-Logid"]
    assert answer.body["error"]["troubleshooter"].startswith("Troubleshooting suggestions: ")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        pytest.param("", 99991661, id="no header"),
        pytest.param("t-abc", 99991661, id="without the word Bearer"),
        pytest.param("Bearer", 99991661, id="Bearer without a token"),
        pytest.param("Bearer x-abc", 99991671, id="token does not start with t- or u-"),
        pytest.param("Bearer t-abc", 99991663, id="unknown tenant token"),
        pytest.param("Bearer u-abc", 99991668, id="user token"),
        pytest.param("Bearer eyJabc", 99991668, id="user token as JWT"),
    ],
)
@shows_rule("platform", "The token travels as", "The gateway checks the token, then")
@shows_error("platform", 99991661, 99991671, 99991663, 99991668)
def test_token_is_checked_first(api, header, code):
    headers = {"authorization": header} if header else {}

    answer = api.send("POST", CHAT, headers=headers, body=b"no json")

    assert (answer.status, answer.code) == (400, code)


@shows_rule("platform", "The gateway checks the token, then")
@shows_error("platform", 99991672)
def test_missing_scope_names_every_scope_that_would_do(make):
    api = make(app='scopes: ["im:chat:readonly"]')

    answer = api.call("chat_tab_create", "oc_nothing", body=b"no json")

    assert (answer.status, answer.code) == (400, 99991672)
    assert answer.body["error"]["permission_violations"] == [
        {"type": "action_scope_required", "subject": "im:chat"},
        {"type": "action_scope_required", "subject": "im:chat.tabs:write_only"},
    ]
    assert "[im:chat, im:chat.tabs:write_only]" in answer.body["msg"]


@shows_rule("platform", "Any ONE of the named scopes suffices")
def test_any_one_scope_is_enough(make):
    assert make(app='scopes: ["im:chat:readonly"]').call("chat_list").code == 0


@shows_error("platform", 99991672)
def test_user_id_form_needs_its_field_scope(make):
    api = make(app='scopes: ["im:chat"]')

    answer = api.call("chat_list", query={"user_id_type": "user_id"})

    assert answer.code == 99991672
    assert answer.body["error"]["permission_violations"] == [
        {"type": "field_scope_required", "subject": "contact:user.employee_id:readonly"}
    ]


@pytest.mark.parametrize("parameter", ["user_id_type", "member_id_type", "receive_id_type"])
def test_parameter_that_an_operation_does_not_have_asks_for_no_ids(make, parameter):
    api = make(app='scopes: ["im:chat"]')
    chat_id = api.create()

    assert api.call("chat_tab_list", chat_id, query={parameter: "user_id"}).code == 0


class TestQuota:
    """50 calls a second and 1000 a minute; where a tier has two figures, reaching either one limits."""

    @shows_rule("platform", "Where a tier has two figures")
    @shows_error("platform", 99991400)
    def test_call_51_within_a_second_is_429_with_the_wait(self, api):
        for _ in range(50):
            assert api.call("chat_list").status == 200

        answer = api.call("chat_list")

        assert (answer.status, answer.code) == (429, 99991400)
        assert answer.response.headers["x-ogw-ratelimit-limit"] == "50"
        assert answer.response.headers["x-ogw-ratelimit-reset"] == "1"

    def test_calls_are_accepted_again_after_the_wait(self, api):
        for _ in range(51):
            api.call("chat_list")

        api.emulator.move_clock(1)

        assert api.call("chat_list").status == 200

    def test_window_slides(self, api):
        for _ in range(25):
            api.call("chat_list")
        api.emulator.move_clock(0.5)
        for _ in range(25):
            api.call("chat_list")
        api.emulator.move_clock(0.5)

        statuses = [api.call("chat_list").status for _ in range(26)]

        assert statuses == [200] * 25 + [429]

    @shows_rule("platform", "Where a tier has two figures")
    @shows_error("platform", 99991400)
    def test_call_1001_within_a_minute_is_429_with_the_rest_of_the_minute(self, api):
        for _ in range(20):
            for _ in range(50):
                assert api.call("chat_list").status == 200
            api.emulator.move_clock(1)

        answer = api.call("chat_list")

        assert answer.status == 429
        assert answer.response.headers["x-ogw-ratelimit-limit"] == "1000"
        assert answer.response.headers["x-ogw-ratelimit-reset"] == "40"

    def test_operations_and_apps_have_windows_of_their_own(self, api):
        for _ in range(51):
            api.call("chat_list")

        assert api.call("chat_get", "oc_nothing").status == 400
        assert api.of(OTHER).call("chat_list").status == 200

    def test_limited_call_is_not_executed(self, api):
        for number in range(51):
            api.call("chat_create", body={"name": str(number)})

        assert len(api.emulator.acts.chats()) == 50

    def test_limit_comes_before_the_fields(self, api):
        for _ in range(50):
            api.call("chat_create", body=b"no json")

        assert api.call("chat_create", body=b"no json").status == 429

    def test_token_calls_and_bot_info_have_no_limit(self, api):
        assert {api.call("bot_info").status for _ in range(60)} == {200}

    def test_quota_can_be_switched_off(self, make):
        api = make(tenant="quota: false")

        assert {api.call("chat_list").status for _ in range(60)} == {200}


class TestFields:
    """Unparsable JSON and wrong JSON types are 9499, broken declared rules 99992402, both before the operation."""

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param(b"{", id="no JSON"),
            pytest.param(b"", id="no body"),
            pytest.param([], id="no object"),
            pytest.param(b"[" * 100_000, id="nested beyond reason"),
            pytest.param(b'{"name": "\\ud800"}', id="half a surrogate pair"),
            pytest.param(b'{"name": "\xff"}', id="no UTF-8"),
            pytest.param(b'{"name": "\xed\xa0\x80"}', id="half a surrogate pair in its bytes"),
            pytest.param('{"name": "x"}'.encode("utf-16"), id="UTF-16"),
            pytest.param(b'{"name": "x", "unknown": NaN}', id="NaN"),
            pytest.param({"name": 5}, id="number for a string"),
            pytest.param({"user_id_list": "ou_lilei"}, id="string for a list"),
            pytest.param({"i18n_names": []}, id="list for an object"),
            pytest.param({"restricted_mode_setting": {"status": "true"}}, id="string for a boolean"),
            pytest.param({"user_id_list": [1]}, id="number in a list of strings"),
        ],
    )
    @shows_rule("platform", "HTTPS only, UTF-8 only")
    @shows_error("platform", 9499)
    def test_broken_json_and_wrong_types_are_9499(self, api, body):
        answer = api.call("chat_create", body=body)

        assert (answer.status, answer.code) == (400, 9499)

    @shows_error("platform", 99992402)
    def test_every_broken_rule_is_named(self, api):
        body = {
            "chat_type": "secret",
            "chat_mode": "topic",
            "user_id_list": ["ou_x"] * 51,
            "restricted_mode_setting": {"download_has_permission_setting": "nobody"},
        }

        answer = api.call("chat_create", body=body)

        assert (answer.status, answer.code) == (400, 99992402)
        assert sorted(answer.violations) == [
            "chat_mode",
            "chat_type",
            "restricted_mode_setting.download_has_permission_setting",
            "user_id_list",
        ]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            pytest.param({"page_size": 0}, "page_size", id="page_size below 1"),
            pytest.param({"page_size": 101}, "page_size", id="page_size above 100"),
            pytest.param({"page_size": "many"}, "page_size", id="page_size is no number"),
            pytest.param({"sort_type": "ByName"}, "sort_type", id="unknown sort_type"),
            pytest.param({"user_id_type": "email"}, "user_id_type", id="unknown user_id_type"),
        ],
    )
    def test_query_is_checked_too(self, api, query, field):
        answer = api.call("chat_list", query=query)

        assert answer.code == 99992402
        assert answer.violations == [field]

    def test_boolean_query_takes_true_and_false_only(self, api):
        answer = api.call("chat_create", body={}, query={"set_bot_manager": "yes"})

        assert answer.violations == ["set_bot_manager"]

    def test_uuid_has_at_most_50_characters(self, api):
        assert api.call("chat_create", body={}, query={"uuid": "x" * 50}).code == 0
        assert api.call("chat_create", body={}, query={"uuid": "x" * 51}).violations == ["uuid"]

    def test_unknown_fields_and_null_are_ignored(self, api):
        answer = api.call(
            "chat_create", body={"name": "Team", "labels": ["x"], "description": None}, query={"a": 1}
        )

        assert answer.data["name"] == "Team"

    def test_unknown_enum_is_dropped_silently_where_that_reading_is_chosen(self, make):
        answer = make(readings="unknown_enum: dropped").call(
            "chat_create", body={"chat_mode": "topic", "name": "Team"}
        )

        assert answer.data["chat_mode"] == "group"

    def test_fields_are_checked_before_the_chat_is_looked_up(self, api):
        assert api.call("chat_update", "oc_nothing", body={"chat_type": "x"}).code == 99992402


def test_internal_chat_of_another_tenant_is_232010(make):
    api = make(groups="  - {chat_id: oc_theirs, tenant: elsewhere, owner: Stranger}")

    for operation in ("chat_get", "chat_delete", "chat_tab_list", "chat_members_is_in_chat"):
        assert api.call(operation, "oc_theirs").code == 232010


def test_numbers_in_a_body_are_checked_like_those_of_a_query():
    shape = Fields({"count": Number(least=1)})

    for value, code in (("1", 9499), (True, 9499), (0, 99992402)):
        with pytest.raises(Refusal) as caught:
            read_body(shape, {"count": value})
        assert caught.value.code == code


class TestApp:
    """Without the bot ability 232025; not installed or enabled in the tenant 232034."""

    @pytest.mark.parametrize("operation", ["chat_list", "chat_get", "chat_tab_list", "chat_menu_tree_get"])
    def test_bot_ability_off_is_232025(self, make, operation):
        assert make(app="bot: false").call(operation, "oc_nothing").code == 232025

    @pytest.mark.parametrize("operation", ["chat_list", "chat_get", "chat_members_get"])
    def test_app_switched_off_after_it_got_its_token_is_232034(self, make, tmp_path, operation):
        from reconciler.emulator import Emulator, ManualClock
        from tests.support.pretend import Pretend, scenario

        database = tmp_path / "emulator.sqlite"
        before = Pretend(Emulator.from_text(scenario(), database, ManualClock()))
        token = before.sign_in()
        before.close()
        after = Pretend(Emulator.from_text(scenario(app="enabled: false"), database, ManualClock()))

        answer = after.call(operation, "oc_nothing", token=token)

        assert answer.code == 232034
        after.close()


@shows_error("chat_search", 232004)
@shows_error("chat_members_me_join", 232004)
@pytest.mark.parametrize("operation", ["chat_search", "chat_members_me_join"])
def test_app_that_is_gone_after_it_got_its_token_is_232004(api, operation):
    kept = Token("t-kept", TokenKind.TENANT, "cli_gone", TENANT, api.emulator.clock.now() + 7200)
    with api.emulator.store.transaction(write=True):
        api.emulator.store.add_token(kept)

    assert api.call(operation, "oc_x", token=kept.token).code == 232004


class TestEnvelope:
    @shows_rule("platform", "Nearly every answer is {code, msg, data}")
    @pytest.mark.parametrize(("operation", "result"), [("chat_list", "data"), ("bot_info", "bot")])
    def test_result_stands_under_data_or_in_older_calls_beside_code(self, api, operation, result):
        body = api.call(operation).body

        assert body.keys() == {"code", "msg", result}
        assert body["code"] == 0

    @shows_rule("platform", "HTTPS only, UTF-8 only")
    def test_json_goes_as_utf_8_with_its_content_type_both_ways(self, api):
        body = '{"name": "支付"}'.encode()
        json_type = {"Content-Type": "application/json; charset=utf-8"}
        chat_id = api.call("chat_create", body=body, headers=json_type).data["chat_id"]

        answer = api.call("chat_get", chat_id)

        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
        assert "支付".encode() in answer.response.content

    @shows_rule("platform", "Business failures carry a non-zero code")
    def test_failures_have_a_status_of_the_400_family_but_for_the_token_calls(self, api):
        failed, no_token = (
            api.call("chat_get", "oc_nothing"),
            api.call("auth_tenant_access_token_internal", body={}),
        )

        assert (failed.status, failed.code) == (400, 232006)
        assert (no_token.status, no_token.code) == (200, 10003)


class TestUserToken:
    @shows_error("platform", 99991677)
    def test_expired_user_token_is_99991677(self, api):
        lilei = api.as_user("ou_lilei", lifetime=60)
        api.emulator.move_clock(60)

        assert lilei.call("chat_list").code == 99991677

    @shows_error("platform", 99991668)
    def test_operation_that_takes_no_user_token_is_99991668(self, api):
        assert api.as_user("ou_lilei").call("bot_info").code == 99991668

    @shows_error("platform", 99991679)
    def test_scope_that_the_person_did_not_grant_is_99991679(self, api):
        answer = api.as_user("ou_lilei", scopes=[]).call("chat_list")

        assert (answer.status, answer.code) == (400, 99991679)
        assert answer.body["error"]["permission_violations"][0]["type"] == "action_privilege_required"


class TestGateway:
    @shows_rule("platform", "leaves the outcome open")
    @pytest.mark.parametrize(("done", "name"), [(False, "Team"), (True, "New")])
    def test_after_504_on_a_write_the_state_tells_whether_it_was_done(self, api, done, name):
        chat_id = api.create(name="Team")
        api.emulator.faults.add(Fault(FaultKind.ANSWER, "chat_update", status=504, done=done))

        answer = api.call("chat_update", chat_id, body={"name": "New"})

        assert answer.status == 504
        assert api.get(chat_id)["name"] == name

    @shows_rule("platform", "Bodies of 5xx answers may be")
    @pytest.mark.parametrize(
        ("fault", "content_type", "body"),
        [
            pytest.param({"code": 2200}, "application/json; charset=utf-8", '{"code":2200', id="JSON"),
            pytest.param({"status": 502}, "text/html", "<html>", id="HTML"),
            pytest.param(
                {"status": 500, "body": "oops", "headers": {"Content-Type": "text/plain"}},
                "text/plain",
                "oops",
                id="text",
            ),
        ],
    )
    def test_body_of_a_5xx_answer_is_json_text_or_html(self, api, fault, content_type, body):
        api.emulator.faults.add(Fault(FaultKind.ANSWER, "chat_list", **fault))

        answer = api.call("chat_list")

        assert answer.status >= 500
        assert answer.headers["Content-Type"] == content_type
        assert answer.response.text.startswith(body)
