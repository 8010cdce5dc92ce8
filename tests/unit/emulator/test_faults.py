"""Scripted faults, overlapping writes and the request log."""

from __future__ import annotations

import contextlib
import math

import httpx
import pytest

from reconciler.emulator import (
    AnswerTooLateError,
    Emulator,
    Fault,
    FaultKind,
    ManualClock,
    Request,
    ScenarioError,
)
from reconciler.emulator.faults import html_page
from tests.support.pretend import OTHER, OURS, SECRET, scenario


def script(api, kind, operation=None, **more):
    return api.emulator.faults.add(Fault(kind, operation, **more))


def handle(api, operation, chat_id="", body=None):
    """Call without the check against the API description, which faults break on purpose."""
    from reconciler.emulator.routes import BY_ID

    row = BY_ID[operation]
    headers = {"Authorization": f"Bearer {api.token}"}
    return api.send(row.method, row.path.format(chat_id=chat_id), headers=headers, body=body or {})


@pytest.fixture
def chat_id(api):
    return api.create(name="Team")


class TestWhen:
    def test_fault_strikes_its_operation_once(self, api, chat_id):
        script(api, FaultKind.ANSWER, "chat_get", code=232019)

        assert api.call("chat_members_get", chat_id).code == 0
        assert api.call("chat_get", chat_id).code == 232019
        assert api.call("chat_get", chat_id).code == 0

    def test_after_lets_calls_pass_and_count_limits_the_struck(self, api, chat_id):
        script(api, FaultKind.ANSWER, "chat_get", code=232019, after=2, count=2)

        assert [api.call("chat_get", chat_id).code for _ in range(5)] == [0, 0, 232019, 232019, 0]

    def test_without_count_it_strikes_until_cleared(self, api, chat_id):
        script(api, FaultKind.ANSWER, "chat_get", code=232019, count=None)
        assert {api.call("chat_get", chat_id).code for _ in range(5)} == {232019}

        api.emulator.faults.clear()

        assert api.call("chat_get", chat_id).code == 0

    def test_chat_narrows_it_down(self, api, chat_id):
        other = api.create()
        script(api, FaultKind.ANSWER, chat_id=other, code=232019)

        assert api.call("chat_get", chat_id).code == 0
        assert api.call("chat_get", other).code == 232019

    def test_probability_is_seeded_and_so_repeatable(self, make):
        def draw(api):
            script(api, FaultKind.ANSWER, "bot_info", code=2200, status=500, probability=0.5, count=None)
            return [api.call("bot_info").code for _ in range(30)]

        first, second = draw(make()), draw(make())

        assert first == second
        assert set(first) == {0, 2200}

    def test_clear_begins_the_draws_anew(self, api):
        def draw():
            script(api, FaultKind.ANSWER, "bot_info", code=2200, status=500, probability=0.5, count=None)
            codes = [api.call("bot_info").code for _ in range(30)]
            api.emulator.faults.clear()
            return codes

        assert draw() == draw()

    def test_unknown_operation_is_refused(self, api):
        with pytest.raises(ValueError, match="chat_gett"):
            script(api, FaultKind.DROP, "chat_gett")

    def test_script_can_be_read_with_what_is_left(self, api):
        number = script(api, FaultKind.ANSWER, "bot_info", code=2200, after=1, count=3)
        for _ in range(2):
            api.call("bot_info")

        (listed,) = api.emulator.faults.listed()

        assert (listed["number"], listed["after"], listed["count"]) == (number, 0, 2)
        assert (listed["kind"], listed["operation"]) == ("answer", "bot_info")


class TestAnswers:
    @pytest.mark.parametrize(
        ("status", "title"),
        [(None, "502 Bad Gateway"), (504, "504 Gateway Timeout"), (599, "599")],
    )
    def test_server_error_with_html_that_names_it(self, api, chat_id, status, title):
        script(api, FaultKind.ANSWER, "chat_get", status=status)

        answer = handle(api, "chat_get", chat_id)

        assert (answer.status, answer.headers["Content-Type"]) == (status or 502, "text/html")
        assert answer.response.text == html_page(status or 502)
        assert f"<h1>{title}</h1>" in answer.response.text

    @pytest.mark.parametrize("status", [204, 304])
    @pytest.mark.parametrize("more", [{}, {"body": "x"}, {"code": 2200}])
    def test_status_that_has_no_body_comes_without_one(self, api, chat_id, status, more):
        script(api, FaultKind.ANSWER, "chat_get", status=status, **more)
        script(api, FaultKind.MALFORMED, "chat_get")

        answer = handle(api, "chat_get", chat_id)

        assert (answer.status, answer.response.content) == (status, b"")
        assert api.call("chat_get", chat_id).code == 0  # on the same connection

    @pytest.mark.parametrize("status", [200, 400])
    def test_code_with_either_status(self, api, chat_id, status):
        script(api, FaultKind.ANSWER, "chat_get", status=status, code=232011)

        answer = handle(api, "chat_get", chat_id)

        assert (answer.status, answer.code) == (status, 232011)

    def test_rate_limit_with_its_header(self, api, chat_id):
        headers = {"x-ogw-ratelimit-limit": "50", "x-ogw-ratelimit-reset": "7"}
        script(api, FaultKind.ANSWER, "chat_get", status=429, code=99991400, headers=headers)

        answer = api.call("chat_get", chat_id)

        assert (answer.status, answer.response.headers["x-ogw-ratelimit-reset"]) == (429, "7")

    def test_answer_before_the_effect_prevents_it(self, api, chat_id):
        script(api, FaultKind.ANSWER, "chat_update", status=500)

        handle(api, "chat_update", chat_id, {"name": "New"})

        assert api.get(chat_id)["name"] == "Team"

    def test_504_although_done(self, api, chat_id):
        script(api, FaultKind.ANSWER, "chat_update", status=504, done=True)

        assert handle(api, "chat_update", chat_id, {"name": "New"}).status == 504
        assert api.get(chat_id)["name"] == "New"

    def test_232039_managers_changed_but_lists_missing(self, api):
        chat_id = api.create(user_id_list=["ou_lilei"])
        script(api, FaultKind.ANSWER, "chat_managers_add_managers", code=232039, done=True)

        answer = api.call("chat_managers_add_managers", chat_id, body={"manager_ids": ["ou_lilei"]})

        assert (answer.status, answer.code) == (400, 232039)
        assert api.get(chat_id)["user_manager_id_list"] == ["ou_lilei"]

    def test_done_keeps_the_answer_of_a_refused_operation(self, api, chat_id):
        script(api, FaultKind.ANSWER, "chat_update", status=504, done=True)

        assert handle(api, "chat_update", chat_id, {"name": 5}).code == 9499

    def test_malformed_body(self, api, chat_id):
        script(api, FaultKind.MALFORMED, "chat_update")

        answer = handle(api, "chat_update", chat_id, {"name": "New"})

        assert answer.status == 200
        with pytest.raises(ValueError, match="Expecting"):
            _ = answer.body
        assert api.get(chat_id)["name"] == "New"

    def test_truncated_body(self, api, chat_id):
        script(api, FaultKind.TRUNCATED, "chat_get")

        with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
            handle(api, "chat_get", chat_id)


class TestConnection:
    @pytest.mark.parametrize(("done", "name"), [(False, "Team"), (True, "New")])
    def test_drop_before_and_after_the_effect(self, api, chat_id, done, name):
        script(api, FaultKind.DROP, "chat_update", done=done)

        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            handle(api, "chat_update", chat_id, {"name": "New"})

        assert api.get(chat_id)["name"] == name

    def test_latency_passes_on_the_clock(self, api):
        before = api.emulator.clock.now()
        script(api, FaultKind.LATENCY, "bot_info", seconds=3)
        api.call("bot_info")

        assert api.emulator.clock.now() == before + 3

    @pytest.mark.parametrize("way", ["in-process"])  # over a socket the wait would be real
    def test_answer_that_comes_too_late_took_effect(self, api, chat_id):
        script(api, FaultKind.LATENCY, "chat_update", seconds=30)
        headers = {"authorization": f"Bearer {api.token}"}
        request = Request("PUT", f"/open-apis/im/v1/chats/{chat_id}", (), headers, b'{"name": "New"}')

        with pytest.raises(AnswerTooLateError):
            api.run(api.emulator.handle(request, patience=5))

        assert api.get(chat_id)["name"] == "New"
        assert api.emulator.clock.now() == ManualClock().start + 5

    def test_faults_combine(self, api, chat_id):
        script(api, FaultKind.LATENCY, "chat_get", seconds=1)
        script(api, FaultKind.LATENCY, "chat_get", seconds=2)
        script(api, FaultKind.ANSWER, "chat_get", code=232019)
        before = api.emulator.clock.now()

        assert api.call("chat_get", chat_id).code == 232019
        assert api.emulator.clock.now() == before + 3


class TestSideEffects:
    def test_revoked_token_is_refused_and_a_fresh_one_works(self, api, chat_id):
        old = api.token
        script(api, FaultKind.REVOKE_TOKEN, "chat_get")

        assert api.call("chat_get", chat_id).code == 99991663
        assert api.call("chat_get", chat_id).code == 99991663
        assert api.sign_in() != old
        assert api.call("chat_get", chat_id).code == 0

    def test_token_revoked_after_the_effect_is_good_for_this_call_only(self, api, chat_id):
        script(api, FaultKind.REVOKE_TOKEN, "chat_update", done=True)

        assert api.call("chat_update", chat_id, body={"name": "New"}).code == 0
        assert api.call("chat_get", chat_id).code == 99991663
        api.sign_in()
        assert api.get(chat_id)["name"] == "New"

    def test_revoking_for_a_caller_without_a_token_revokes_nothing(self, api, chat_id):
        script(api, FaultKind.REVOKE_TOKEN, "chat_get")

        assert api.call("chat_get", chat_id, token="t-unknown").code == 99991663
        assert api.call("chat_get", chat_id).code == 0

    @pytest.mark.parametrize(
        ("field", "kept"),
        [
            pytest.param("group_message_type", {"name": "New", "group_message_type": "chat"}, id="field"),
            pytest.param("i18n_names.zh_cn", {"i18n_names": {"en_us": "New"}}, id="field inside a field"),
            pytest.param("nothing.at.all", {"group_message_type": "thread"}, id="field that was not sent"),
        ],
    )
    def test_field_is_dropped_silently(self, api, chat_id, field, kept):
        script(api, FaultKind.DROP_FIELD, "chat_update", field=field)
        body = {"name": "New", "group_message_type": "thread", "i18n_names": {"en_us": "New", "zh_cn": "新"}}

        assert api.call("chat_update", chat_id, body=body).code == 0

        detail = api.get(chat_id)
        assert {name: detail[name] for name in kept} == kept


class TestFromJson:
    def test_names_are_the_arguments(self):
        fault = Fault.from_json({"kind": "latency", "operation": "chat_get", "seconds": 1, "count": None})

        assert fault == Fault(FaultKind.LATENCY, "chat_get", seconds=1, count=None)

    @pytest.mark.parametrize(
        "value",
        [
            pytest.param({}, id="kind missing"),
            pytest.param({"kind": "earthquake"}, id="unknown kind"),
            pytest.param({"kind": "drop", "count": "1"}, id="text for a number"),
            pytest.param({"kind": "drop", "count": True}, id="boolean for a number"),
            pytest.param({"kind": "drop", "done": 1}, id="number for a boolean"),
            pytest.param({"kind": "drop", "headers": []}, id="list for an object"),
            pytest.param({"kind": "drop", "headers": {"x": 1}}, id="number for a header"),
            pytest.param({"kind": "drop", "status": 99}, id="status that HTTP does not have"),
            pytest.param({"kind": "drop", "probability": 1.5}, id="more than certain"),
            pytest.param({"kind": "drop", "probability": -0.1}, id="less than impossible"),
            pytest.param({"kind": "drop", "probability": math.nan}, id="no chance at all"),
            pytest.param({"kind": "drop", "count": 0}, id="struck never"),
            pytest.param({"kind": "drop", "count": 10**30}, id="struck too often to be counted"),
            pytest.param({"kind": "drop", "after": -1}, id="before the first"),
            pytest.param({"kind": "latency", "seconds": -1}, id="back in time"),
            pytest.param({"kind": "latency", "seconds": math.nan}, id="no time"),
            pytest.param({"kind": "delay_event", "seconds": math.inf}, id="for ever"),
            pytest.param({"kind": "answer", "code": 10**30}, id="code too large"),
            pytest.param({"kind": "drop_field"}, id="which field"),
            pytest.param({"kind": "answer", "body": "\ud800"}, id="half a surrogate pair"),
            pytest.param({"kind": "answer", "headers": {"X": "a\nb"}}, id="line break in a header"),
            pytest.param({"kind": "answer", "headers": {"X": " a"}}, id="blank before a header's value"),
            pytest.param({"kind": "answer", "headers": {"X Y": "a"}}, id="blank in a header's name"),
            pytest.param({"kind": "answer", "headers": {"X": "支付"}}, id="header beyond ASCII"),
            pytest.param({"kind": "answer", "headers": {"content-length": "5"}}, id="length of the body"),
        ],
    )
    def test_wrong_values_are_refused(self, value):
        with pytest.raises(ValueError, match=r"."):
            Fault.from_json(value)

    @pytest.mark.parametrize("number", [".inf", "-.INF", ".nan", "1e999"])
    def test_number_of_a_scenario_is_finite(self, number):
        with pytest.raises(ScenarioError, match="must be a finite number") as caught:
            Emulator.from_text(scenario(more=f"faults:\n  - kind: latency\n    seconds: {number}"))

        assert caught.value.column == len("    seconds: ") + 1

    def test_number_of_a_scenario_may_have_a_fraction(self):
        emulator = Emulator.from_text(scenario(more="faults: [{kind: latency, seconds: 0.5}]"))

        assert emulator.faults.listed()[0]["seconds"] == 0.5
        emulator.close()

    def test_unknown_names_are_refused(self):
        with pytest.raises(ValueError, match="`colour` is no part of a fault"):
            Fault.from_json({"kind": "drop", "colour": "red"})


class TestOverlap:
    """Two writes to one chat at a time: the later one is answered 232019 (wire-behaviour.md, section 14)."""

    def codes(self, api, *requests):
        calls = [(operation, {"chat_id": chat_id, "body": body}) for operation, chat_id, body in requests]
        return sorted(answer.code for answer in api.together(*calls))

    def test_overlapping_writes_on_one_chat(self, api, chat_id):
        write = ("chat_update", chat_id, {"name": "New"})

        assert self.codes(api, write, write, write) == [0, 232019, 232019]

    def test_different_kinds_of_writes_overlap_too(self, api, chat_id):
        codes = self.codes(
            api,
            ("chat_update", chat_id, {"name": "New"}),
            ("chat_members_create", chat_id, {"id_list": ["ou_lilei"]}),
        )

        assert codes == [0, 232019]

    def test_menu_writes_answer_232073(self, api, chat_id):
        item = {"action_type": "NONE", "name": "A"}
        write = (
            "chat_menu_tree_create",
            chat_id,
            {"menu_tree": {"chat_menu_top_levels": [{"chat_menu_item": item}]}},
        )

        assert self.codes(api, write, write) == [0, 232073]

    @pytest.mark.parametrize(
        ("refused", "code"),
        [
            pytest.param({"token": "t-unknown"}, 99991663, id="token"),
            pytest.param({"body": {"name": 5}}, 9499, id="fields"),
        ],
    )
    def test_write_that_the_gateway_refuses_makes_nothing_busy(self, api, chat_id, refused, code):
        write = {"chat_id": chat_id, "body": {"name": "New"}}

        answers = api.together(("chat_update", {**write, **refused}), ("chat_update", write))

        assert [answer.code for answer in answers] == [code, 0]

    def test_write_beyond_the_quota_makes_nothing_busy(self, api, chat_id):
        for _ in range(50):
            api.call("chat_update", chat_id, body={"name": 5})

        codes = self.codes(
            api,
            ("chat_update", chat_id, {"name": "New"}),
            ("chat_members_create", chat_id, {"id_list": ["ou_lilei"]}),
        )

        assert codes == [0, 99991400]

    def test_write_that_never_arrives_makes_nothing_busy(self, api, chat_id):
        script(api, FaultKind.ANSWER, "chat_update", code=2200)
        write = ("chat_update", chat_id, {"name": "New"})

        assert self.codes(api, write, write) == [0, 2200]

    def test_write_beside_a_slow_one_is_refused_by_the_operation(self, api, chat_id):
        write = ("chat_update", chat_id, {"name": "New"})
        script(api, FaultKind.LATENCY, "chat_update", seconds=5)

        assert self.codes(api, write, ("chat_delete", chat_id, None)) == [0, 232019]

    def test_reads_and_other_chats_overlap_freely(self, api, chat_id):
        other = api.create()

        codes = self.codes(
            api,
            ("chat_update", chat_id, {"name": "New"}),
            ("chat_update", other, {"name": "New"}),
            ("chat_get", chat_id, None),
            ("chat_get", chat_id, None),
        )

        assert codes == [0, 0, 0, 0]

    def test_writes_one_after_another_are_fine(self, api, chat_id):
        assert [api.call("chat_update", chat_id, body={"name": str(number)}).code for number in range(3)] == [
            0
        ] * 3


class TestLog:
    def test_remembers_who_asked_what_and_the_code(self, api, chat_id):
        api.emulator.log.clear()

        api.call("chat_update", chat_id, body={"name": "New"}, query={"user_id_type": "union_id"})

        (entry,) = api.emulator.log
        assert (entry.method, entry.path) == ("PUT", f"/open-apis/im/v1/chats/{chat_id}")
        assert (entry.query, entry.body) == ((("user_id_type", "union_id"),), {"name": "New"})
        assert (entry.app_id, entry.operation, entry.chat_id) == (OURS, "chat_update", chat_id)
        assert (entry.status, entry.code) == (200, 0)

    def test_secrets_and_tokens_are_never_kept(self, api, chat_id):
        api.of(OTHER).sign_in()

        kept = repr(list(api.emulator.log))

        assert SECRET not in kept
        assert api.token not in kept

    @pytest.mark.parametrize(
        ("fault", "status"),
        [
            pytest.param(Fault(FaultKind.DROP), 0, id="dropped"),
            pytest.param(Fault(FaultKind.TRUNCATED), 200, id="truncated"),
            pytest.param(Fault(FaultKind.MALFORMED), 200, id="malformed"),
            pytest.param(Fault(FaultKind.ANSWER, status=502), 502, id="html"),
        ],
    )
    def test_unreadable_answers_have_no_code(self, api, chat_id, fault, status):
        api.emulator.faults.add(fault)

        with contextlib.suppress(httpx.TransportError):
            handle(api, "chat_get", chat_id)

        assert (api.emulator.log[-1].status, api.emulator.log[-1].code) == (status, None)

    def test_body_is_as_it_was_sent(self, api, chat_id):
        script(api, FaultKind.DROP_FIELD, "chat_update", field="name")

        api.call("chat_update", chat_id, body={"name": "New"})

        assert api.emulator.log[-1].body == {"name": "New"}

    @pytest.mark.parametrize(("body", "kept"), [(b'{"name": "New"}', {"name": "New"}), (b"{", None)])
    def test_body_is_kept_even_if_the_operation_never_read_it(self, api, chat_id, body, kept):
        script(api, FaultKind.ANSWER, "chat_update", code=232019)

        api.call("chat_update", chat_id, body=body)

        assert api.emulator.log[-1].body == kept

    def test_very_long_texts_and_deep_nesting_are_not_kept(self, api, chat_id):
        api.call("chat_update", chat_id, body={"name": "x" * 10_001, "description": "x" * 10_000})
        kept = api.emulator.log[-1].body
        assert kept == {"name": "<10001 characters>", "description": "x" * 10_000}

        api.call("chat_update", chat_id, body=b'{"a": ' + b"[" * 900 + b"]" * 900 + b"}")

        assert "<nested deeper>" in str(api.emulator.log[-1].body)
        assert api.send("GET", "/_emulator/requests").status == 200

    def test_unknown_paths_are_logged_without_an_operation(self, api):
        api.send("GET", "/nothing")

        assert (api.emulator.log[-1].operation, api.emulator.log[-1].status) == ("", 404)
