from __future__ import annotations

import json

from reconciler.diff.changes import ChangeKind
from reconciler.errors import Diagnostic, PlatformFacts, text
from reconciler.plan.journal import Record, RunBegan, RunEnded, StepBegan, StepEnded, StepWentOn
from reconciler.plan.outcome import Status
from reconciler.plan.plan import StepAction, Totals
from reconciler.render.journal_text import journal_json, journals_json, render_journal, render_journals
from tests.support.builders import change
from tests.support.golden import assert_golden

NOON = 1_767_268_800.0
RUN = "20260101T120000.000Z-1f3a9c"
TOTALS = Totals(groups=2, unchanged=0, actions={}, memberships=0, calls={}, blocked=0, refused=0, problems=0)
BEGAN = RunBegan(
    time=NOON,
    tool_version="0.1.0",
    fleet="acme-groups-7f3a",
    endpoint="feishu",
    app_id="cli_a10fbf7e94b8d01d",
    lineage="5b0c6c1e",
    serial=12,
    command="groupctl apply --yes",
    totals=TOTALS,
)
TABS = StepBegan(
    time=NOON,
    address="oncall/tabs",
    chat_id="oc_1",
    action=StepAction.UPDATE,
    operations=("delete_tabs", "create_tabs"),
    changes=(
        change("tabs/旧", ChangeKind.REMOVE, before={"name": "旧", "link": "https://example.com/old"}),
        change("tabs/Runbook", ChangeKind.ADD, after={"name": "Runbook"}),
        change("tabs", ChangeKind.MOVE, before=["A", "B"], after=["B", "A"]),
    ),
)
ANNOUNCEMENT = StepBegan(
    time=NOON,
    address="oncall/announcement",
    chat_id="oc_1",
    action=StepAction.UPDATE,
    operations=("update_blocks",),
    changes=(change("announcement", before="# 旧\n\n\x1b[31mred\n", after="新\n"),),
)
FAILED = StepEnded(
    time=NOON,
    address="oncall/announcement",
    chat_id="oc_1",
    status=Status.FAILED,
    calls=1,
    answered=(),
    problem=Diagnostic(
        text("Announcement too large"), platform=PlatformFacts("docx_update", 1770005, 400, "2026061215")
    ),
)
WHOLE = Record(
    run=RUN,
    events=(
        BEGAN,
        TABS,
        StepWentOn(
            time=NOON,
            address="oncall/tabs",
            operations=("create_tabs",),
            changes=(change("tabs/Runbook", ChangeKind.ADD, after={"name": "Runbook"}),),
        ),
        StepEnded(
            time=NOON,
            address="oncall/tabs",
            chat_id="oc_1",
            status=Status.DONE,
            calls=3,
            answered=("delete_tabs", "create_tabs"),
        ),
        ANNOUNCEMENT,
        FAILED,
        RunEnded(
            time=NOON + 7,
            counts={"done": 1, "failed": 1},
            stopped=Diagnostic(text("Journal cannot be written"), "The disk is full."),
            interrupted=True,
        ),
    ),
)
CUT = Record(run=RUN, events=(BEGAN, TABS), torn=True)


def test_whole_run_reads_as_in_its_golden_file():
    assert_golden("render/journal.txt", render_journal(WHOLE))


def test_killed_run_reads_as_in_its_golden_file():
    assert_golden("render/journal-killed.txt", render_journal(CUT))


def test_key_selects_its_steps():
    assert "oncall/tabs" not in render_journal(WHOLE, "other")
    assert [event["event"] for event in json.loads(journal_json(WHOLE, "other"))["events"]] == [
        "run_began",
        "run_ended",
    ]


def test_json_has_the_events_as_they_were_written():
    answer = json.loads(journal_json(CUT))

    assert (answer["run"], answer["ended"], answer["torn"]) == (RUN, False, True)
    assert answer["events"][1]["changes"][0]["before"]["link"] == "https://example.com/old"


def test_journals_are_listed_by_name():
    assert render_journals(["a", "b"]) == "a\nb"
    assert render_journals([]) == "No journals."
    assert json.loads(journals_json(["a"]))["journals"] == ["a"]
