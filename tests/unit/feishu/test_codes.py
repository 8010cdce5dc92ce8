"""Every code of the contract, one row each."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.errors import (
    GroupGone,
    OperationRefused,
    OutcomeUnknown,
    OutsideGroup,
    PlatformError,
    PlatformFacts,
    Refused,
    RunRefused,
    Throttled,
)
from reconciler.feishu.codes import (
    DONE_WITHOUT_LIST,
    MEANINGS,
    TOKEN_REFUSED,
    excerpt,
    meaning_of,
    platform_error,
)
from reconciler.feishu.quota import WINDOWS
from reconciler.feishu.wire import ErrorBlock
from reconciler.redaction import hide
from tests.support.contract import load_contract, operations

AREAS = ("chats", "members", "announcements", "tabs", "menus")
COMMON = load_contract("platform")["info"]["x-common-errors"]["codes"]
RUN, OPERATION, LATER, UNKNOWN = RunRefused, OperationRefused, Throttled, OutcomeUnknown

CLASSES = {
    1500: UNKNOWN,
    1503: UNKNOWN,
    1551: UNKNOWN,
    1557: UNKNOWN,
    1642: UNKNOWN,
    1663: UNKNOWN,
    1665: UNKNOWN,
    1668: UNKNOWN,
    2200: UNKNOWN,
    4001: RUN,
    5000: UNKNOWN,
    9499: Refused,
    10003: RUN,
    10005: RUN,
    10012: RUN,
    10013: RUN,
    10014: RUN,
    10015: RUN,
    10016: RUN,
    10101: UNKNOWN,
    10105: UNKNOWN,
    10500: UNKNOWN,
    11205: RUN,
    11232: LATER,
    11233: LATER,
    11240: RUN,
    20002: RUN,
    20005: RUN,
    20006: RUN,
    20009: RUN,
    20013: RUN,
    20014: RUN,
    30005: OPERATION,
    40003: UNKNOWN,
    40006: UNKNOWN,
    45500: UNKNOWN,
    50003: RUN,
    55001: UNKNOWN,
    **dict.fromkeys((230001, 230013, 230015, 230017, 230018, 230019, 230022, 230025, 230028), Refused),
    230002: OutsideGroup,
    230006: RUN,
    230020: LATER,
    230027: OPERATION,
    **dict.fromkeys(
        (230029, 230034, 230035, 230038, 230049, 230053, 230054, 230055, 230075, 230099), Refused
    ),
    230036: OPERATION,
    230111: Refused,
    232001: Refused,
    232002: Refused,
    232003: Refused,
    232004: RUN,
    232006: Refused,
    232007: Refused,
    232008: Refused,
    232009: GroupGone,
    232010: Refused,
    232011: OutsideGroup,
    232012: Refused,
    232013: Refused,
    232014: Refused,
    232015: Refused,
    232016: Refused,
    232017: Refused,
    232019: LATER,
    232020: Refused,
    232021: Refused,
    232022: Refused,
    232023: Refused,
    232024: Refused,
    232025: RUN,
    232026: Refused,
    232027: Refused,
    232028: Refused,
    232029: Refused,
    232030: Refused,
    232031: Refused,
    232032: Refused,
    232033: Refused,
    232034: RUN,
    232035: Refused,
    232037: Refused,
    232038: Refused,
    232040: Refused,
    232041: Refused,
    232042: Refused,
    232043: Refused,
    232044: Refused,
    232046: Refused,
    232047: Refused,
    232048: Refused,
    232049: Refused,
    232050: Refused,
    232051: Refused,
    232055: Refused,
    232056: Refused,
    232057: Refused,
    232060: Refused,
    232066: Refused,
    232061: Refused,
    232062: Refused,
    232063: Refused,
    232064: Refused,
    232065: Refused,
    232068: LATER,
    232069: Refused,
    232070: Refused,
    232071: Refused,
    232072: Refused,
    232073: LATER,
    232076: Refused,
    232078: Refused,
    232079: Refused,
    232090: Refused,
    232091: Refused,
    232092: Refused,
    232093: Refused,
    232095: Refused,
    232097: Refused,
    232096: Refused,
    234001: Refused,
    234002: RUN,
    234006: Refused,
    234007: RUN,
    234010: Refused,
    234011: Refused,
    234039: Refused,
    234041: OPERATION,
    234042: OPERATION,
    1770001: Refused,
    1770002: Refused,
    1770003: Refused,
    1770004: Refused,
    1770005: Refused,
    1770006: Refused,
    1770007: Refused,
    1770008: Refused,
    1770010: Refused,
    1770011: Refused,
    1770012: Refused,
    1770013: Refused,
    1770014: Refused,
    1770015: Refused,
    1770019: Refused,
    1770020: LATER,
    1770021: Refused,
    1770024: Refused,
    1770025: Refused,
    1770026: Refused,
    1770027: Refused,
    1770028: Refused,
    1770029: Refused,
    1770030: Refused,
    1770031: Refused,
    1770032: Refused,
    1770033: Refused,
    1770034: Refused,
    1770035: Refused,
    1770038: Refused,
    1770041: Refused,
    1771001: UNKNOWN,
    1771002: UNKNOWN,
    1771003: UNKNOWN,
    1771004: UNKNOWN,
    1771005: UNKNOWN,
    1771006: UNKNOWN,
    1772001: LATER,
    1772002: Refused,
    1772003: OutsideGroup,
    1772004: Refused,
    1772005: Refused,
    1772006: Refused,
    1772025: RUN,
    1772034: RUN,
    90003088: RUN,
    99991201: OPERATION,
    99991301: OPERATION,
    99991400: LATER,
    99991401: RUN,
    99991403: RUN,
    99991543: RUN,
    99991661: RUN,
    99991662: RUN,
    99991663: RUN,
    99991664: RUN,
    99991665: RUN,
    99991668: RUN,
    99991669: RUN,
    99991671: RUN,
    99991672: OPERATION,
    99991673: RUN,
    99991674: OPERATION,
    99991675: Refused,
    99991676: OPERATION,
    99991677: RUN,
    99991679: OPERATION,
    99992351: Refused,
    99992352: Refused,
    99992353: Refused,
    99992354: Refused,
    99992355: Refused,
    99992356: Refused,
    40001: Refused,
    40004: Refused,
    41012: Refused,
    41050: Refused,
    99992359: Refused,
    99992360: Refused,
    99992361: Refused,
    99992363: Refused,
    99992364: Refused,
    99992381: Refused,
    99992402: Refused,
    99992500: Refused,
    99992501: Refused,
}


def error_of(
    code: int,
    operation: str = "chat_update",
    http: int = 400,
    message: str = "",
    advice: str = "",
    **block: Any,
) -> PlatformError:
    facts = PlatformFacts(operation, code, http, "log-1")
    return platform_error(facts, message, ErrorBlock.model_validate(block), advice)


@pytest.mark.parametrize("code", sorted(MEANINGS))
def test_code_becomes_its_error(code):
    error = error_of(code, message="no", advice="advice")

    assert type(error) is CLASSES[code]
    assert error.facts == PlatformFacts("chat_update", code, 400, "log-1")
    assert error.diagnostic.summary
    assert error.diagnostic.hint


@pytest.mark.parametrize("operation", sorted(WINDOWS))
def test_every_code_of_our_operations_is_in_the_table(operation):
    listed = {error["code"] for error in operations()[operation].document["x-errors"]}

    assert listed <= MEANINGS.keys() | {DONE_WITHOUT_LIST}


@pytest.mark.parametrize("area", AREAS)
def test_every_common_code_of_an_area_is_in_the_table(area):
    listed = {error["code"] for error in load_contract(area)["info"].get("x-common-errors", [])}

    assert listed <= MEANINGS.keys()


def test_every_common_code_of_the_platform_is_in_the_table():
    assert {error["code"] for error in COMMON} <= MEANINGS.keys()


def test_codes_for_which_the_contract_asks_for_a_new_token_get_one():
    # 99991671 is not among them; the vendor's Go SDK repeats it all the same.
    assert {error["code"] for error in COMMON if error["retry"] == "new_token"} | {99991671} == TOKEN_REFUSED


@pytest.mark.parametrize("error", COMMON, ids=lambda error: str(error["code"]))
def test_transient_codes_of_the_contract_are_no_refusals(error):
    is_transient = error["retry"] in {"wait", "backoff"}

    assert issubclass(MEANINGS[error["code"]].error, Throttled | OutcomeUnknown) is is_transient


@pytest.mark.parametrize(
    ("code", "field"),
    [
        (232026, "name"),
        (232041, "avatar"),
        (232057, "restricted_mode"),
        (232069, "chat_type"),
        (232078, "permissions.hide_member_count"),
        (232079, "permissions.hide_member_count"),
        (232091, "chat_type"),
        (232093, "permissions.membership_approval"),
    ],
)
def test_code_blames_its_field(code, field):
    assert error_of(code).field == field


def test_no_other_code_blames_a_field():
    assert {code for code, meaning in MEANINGS.items() if meaning.field} == {
        232026,
        232041,
        232057,
        232069,
        232078,
        232079,
        232091,
        232093,
    }


@pytest.mark.parametrize("code", [232021, 232022, 232024, 232030, 232043, 99992351, 99992361])
def test_code_blames_people(code):
    assert error_of(code).blames_people


def test_232017_is_open_to_managers_where_members_are_added():
    summaries = [error_of(232017, each).diagnostic.summary for each in ("chat_members_create", "chat_delete")]

    assert summaries == ["Only owner and managers may do this", "Only the owner may do this"]


def test_232078_is_the_menus_content_on_menu_calls():
    error = error_of(232078, "chat_menu_tree_create")

    assert error.field == ""
    assert error.diagnostic.summary == "Menu refused"


def test_232014_is_a_missing_scope_on_menu_calls_and_a_missing_role_elsewhere():
    assert isinstance(error_of(232014, "chat_menu_tree_get"), OperationRefused)
    assert isinstance(error_of(232014, "chat_members_delete"), Refused)


@pytest.mark.parametrize(("http", "error"), [(200, Refused), (400, Refused), (403, Refused), (500, UNKNOWN)])
def test_unknown_code_is_a_refusal_unless_the_server_failed(http, error):
    assert meaning_of("chat_update", 7, http).error is error


@pytest.mark.parametrize("code", [99991403, 99991401, 232034, 10014])
def test_429_does_not_make_a_rate_limit_of_what_no_waiting_mends(code):
    assert isinstance(error_of(code, http=429), RunRefused)


def test_429_is_a_rate_limit_whatever_the_code():
    assert isinstance(error_of(7, http=429), Throttled)


class TestMissingScope:
    """Both shapes of `permission_violations`. Source: platform.openapi.yaml, `x-missing-scope-error`."""

    @pytest.mark.parametrize("key", ["subject", "scope"])
    def test_scopes_are_named(self, key):
        violations = [{key: "im:chat"}, {key: "im:chat:update"}, {key: "im:chat"}]

        error = error_of(99991672, permission_violations=violations)

        assert error.diagnostic.hint.startswith(
            "Any one of these suffices: im:chat, im:chat:update. Add the scope"
        )

    def test_link_to_the_console_is_shown(self):
        error = error_of(
            99991672,
            permission_violations=[{"subject": "im:chat"}],
            helps=[{"url": "javascript:x"}, {"url": "https://open.feishu.cn/app/cli_x/auth?q=im:chat"}],
        )

        assert error.diagnostic.hint == (
            "Any one of these suffices: im:chat. Add it and publish a version of the app: "
            "https://open.feishu.cn/app/cli_x/auth?q=im:chat"
        )

    def test_without_violations_the_console_is_named(self):
        assert "Permissions & Scopes" in error_of(99991672).diagnostic.hint


class TestDetail:
    def test_it_tells_the_platforms_reason(self):
        error = error_of(232043, message="ext=bot is invisible to user ids: [ou_1]")

        assert error.diagnostic.detail == "The platform said: ext=bot is invisible to user ids: [ou_1]"

    def test_it_says_when_there_was_no_reason(self):
        assert error_of(232043).diagnostic.detail == "The platform gave no reason."

    def test_fields_that_broke_a_rule_are_named(self):
        violations = [{"field": "uuid", "value": "x", "description": "max length is 50"}, {"field": "name"}]

        error = error_of(99992402, message="field validation failed", field_violations=violations)

        assert error.diagnostic.detail == (
            "The platform said: field validation failed; uuid (max length is 50), name"
        )


class TestExcerpt:
    def test_control_characters_and_line_breaks_become_blanks(self):
        assert excerpt("a\x1b[31mb\r\n\tc\u202ed") == "a [31mb c d"

    def test_long_text_is_cut(self):
        assert excerpt("x" * 301) == "x" * 299 + "…"

    def test_secrets_are_redacted(self):
        hide("canary-in-answer")

        assert excerpt("token canary-in-answer is bad") == "token [redacted] is bad"
