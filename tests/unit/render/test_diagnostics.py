from __future__ import annotations

from reconciler.errors import Diagnostic, PlatformFacts, Severity, Source, text
from reconciler.render.diagnostics import diagnostic_data, render_diagnostics
from tests.support.golden import assert_golden

FULL = Diagnostic(
    text("Manager limit reached"),
    text("An ordinary group has at most {limit} managers.", limit=10),
    text("Remove a manager from the file, then run:\n    groupctl plan {key}", key="eng-oncall"),
    address="eng-oncall/managers",
    source=Source("examples/groups/eng-oncall.yaml", 22, 5),
    platform=PlatformFacts("chat_managers_add_managers", 232040, 400, "2026061215044801"),
)
WARNING = Diagnostic(
    text("Members not added"),
    text("{n} of {all} users were refused as unavailable: {ids}.", n=2, all=50, ids="ou_19fe, ou_5c02"),
    address="eng-oncall/members",
    severity=Severity.WARNING,
)


def test_diagnostics_read_as_in_their_golden_file():
    assert_golden(
        "render/diagnostics.txt", render_diagnostics([FULL, WARNING, Diagnostic("Alone")], color=False)
    )


def test_coloured_diagnostics_read_as_in_their_golden_file():
    assert_golden("render/diagnostics-colour.txt", render_diagnostics([FULL, WARNING], color=True))


def test_no_diagnostics_are_an_empty_text():
    assert render_diagnostics([], color=True) == ""


def test_call_without_a_readable_answer_has_only_its_operation_to_tell():
    lost = Diagnostic("Lost", platform=PlatformFacts("chat_update"))

    assert render_diagnostics([lost], color=False) == "error: Lost\n  Platform operation chat_update."


def test_platform_facts_that_tell_nothing_are_left_out():
    assert render_diagnostics([Diagnostic("Lost", platform=PlatformFacts(""))], color=False) == "error: Lost"


def test_forged_lines_stay_inside_of_their_sentence():
    hostile = "x\nerror: Forged\x1b[2J"
    diagnostic = Diagnostic(
        "Bad", text("Name {name}.", name=hostile), hostile, hostile, Source(hostile, 1, 1)
    )

    rendered = render_diagnostics([diagnostic], color=False)

    assert len(rendered.splitlines()) == 4
    assert "\x1b" not in rendered


def test_data_holds_every_field():
    assert diagnostic_data(FULL) == {
        "summary": "Manager limit reached",
        "detail": "An ordinary group has at most 10 managers.",
        "hint": "Remove a manager from the file, then run:\n    groupctl plan eng-oncall",
        "address": "eng-oncall/managers",
        "source": {"file": "examples/groups/eng-oncall.yaml", "line": 22, "column": 5},
        "severity": "error",
        "platform": {
            "operation": "chat_managers_add_managers",
            "code": 232040,
            "http_status": 400,
            "log_id": "2026061215044801",
        },
    }


def test_data_without_source_and_platform_says_none():
    data = diagnostic_data(WARNING)

    assert (data["source"], data["platform"], data["severity"]) == (None, None, "warning")
