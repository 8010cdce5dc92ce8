"""What people read of drift; whole reports stand in `tests/golden/render`."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from reconciler.diff.changes import ChangeKind, Level, Origin
from reconciler.errors import Diagnostic, text
from reconciler.model.address import Facet
from reconciler.model.recorded import RecordedGroup, RecordedValue, recorded_form
from reconciler.plan.drift import DriftReport, find_drift
from reconciler.plan.plan import Block, Gone
from reconciler.render.as_json import drift_json
from reconciler.render.drift_text import render_drift
from reconciler.render.schemas import output_schema
from tests.support.golden import assert_golden
from tests.support.plans import (
    CHAT,
    HANMEI,
    LILEI,
    a_change,
    a_create,
    a_group,
    a_plan,
    a_step,
    added,
    at,
    loosens,
    removed,
)

RUNBOOK = {"name": "Runbook", "type": "url", "link": "https://example.com/a"}
MOVED = {**RUNBOOK, "link": "https://example.com/b", "open_in_app": True}
WIKI = {"name": "维基", "type": "url", "link": "https://example.com/wiki"}
LONG = "支付线上值班。" * 30
DISSOLVED = Diagnostic(
    text("Group is dissolved"),
    text("`{chat_id}` was dissolved.", chat_id=CHAT),
    text("Remove the key."),
    "lost",
    at(3),
)


def recorded(**values):
    return RecordedGroup(
        chat_id=CHAT,
        values={
            path.replace("__", "."): RecordedValue(sent=recorded_form(path, each))
            for path, each in values.items()
        },
    )


def drifted(path, before, after, **fields):
    return a_change(path, before=before, after=after, **({"origin": Origin.DRIFT} | fields))


ONCALL = a_group(
    "oncall-payments",
    a_step(
        Facet.SETTINGS,
        drifted("permissions.at_all", "all_members", "only_owner", source=at(20)),
        drifted("name", "别的", "新的", origin=Origin.BOTH, source=at(14)),
        drifted("description", "", LONG, origin=Origin.NEW, source=at(15)),
        a_change("chat_type", before="public", after="private"),
        key="oncall-payments",
    ),
    a_step(
        Facet.MEMBERS,
        added(f"members/{LILEI}", LILEI, origin=Origin.DRIFT),
        added(f"members/{HANMEI}", HANMEI, origin=Origin.NEW),
        key="oncall-payments",
    ),
    a_step(
        Facet.ANNOUNCEMENT,
        drifted("announcement", "# Hello\n\nnobody", "# Hello\n\n李雷", source=at(30)),
        key="oncall-payments",
    ),
    a_step(
        Facet.TABS,
        removed("tabs/维基", WIKI, origin=Origin.DRIFT),
        drifted("tabs/Runbook", MOVED, RUNBOOK),
        a_change(
            "tabs", kind=ChangeKind.MOVE, before=["B", "Runbook"], after=["Runbook", "B"], origin=Origin.DRIFT
        ),
        key="oncall-payments",
    ),
    a_step(
        Facet.OWNER,
        drifted("owner", HANMEI, "self", risk=loosens(Level.HIGH)),
        key="oncall-payments",
        block=Block(reason=text("A person owns the group."), remedy=text("Accept it with `groupctl pull`.")),
    ),
    name="支付值班",
    user_count=4,
    recorded=recorded(
        permissions__at_all="only_owner",
        name="支付值班",
        members=[LILEI],
        announcement="# Hello\n\n李雷",
        tabs=[RUNBOOK, RUNBOOK | {"name": "B"}],
        owner="self",
    ),
)
WHOLE = find_drift(
    a_plan(
        ONCALL,
        a_group("lost", problem=DISSOLVED, gone=Gone.DISSOLVED),
        a_group("unread", problem=Diagnostic(text("No answer"), text("Nothing came."))),
        a_group("new", a_create(a_change("name", after="x", origin=Origin.NEW), key="new"), chat_id=None),
        a_group("idle"),
        people={LILEI: "李雷 <li.lei@example.com>", HANMEI: "韩梅梅"},
    )
)
NOTHING = find_drift(a_plan(a_group("idle")))
PENDING = find_drift(
    a_plan(*(a_group(f"g-{number:02}", a_step(Facet.SETTINGS, a_change("name"))) for number in range(12)))
)


@pytest.mark.parametrize(("name", "report"), [("whole", WHOLE), ("nothing", NOTHING), ("pending", PENDING)])
def test_report_reads_as_in_its_golden_file(name: str, report: DriftReport):
    assert_golden(f"render/drift-{name}.txt", render_drift(report, color=False))


def test_verbose_report_reads_as_in_its_golden_file():
    assert_golden("render/drift-verbose.txt", render_drift(WHOLE, color=False, verbose=True))


def test_report_stands_as_json_as_in_its_golden_file():
    assert_golden("render/drift.json", drift_json(WHOLE))


def test_colour_is_nothing_but_colour():
    import re

    colored = render_drift(WHOLE, color=True)

    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render_drift(WHOLE, color=False)


@pytest.mark.parametrize("report", [WHOLE, NOTHING, PENDING])
def test_json_is_as_its_published_schema_says(report: DriftReport):
    schema = json.loads(output_schema("drift"))

    assert Draft202012Validator(schema).is_valid(json.loads(drift_json(report)))


def test_names_of_people_stand_in_the_text_and_not_in_json():
    assert "李雷 <li.lei@example.com>" in render_drift(WHOLE, color=False)
    assert "example.com>" not in drift_json(WHOLE)


@pytest.mark.parametrize("hostile", ["a\x1b]0;t", "\u202e", "a\nb"])
def test_hostile_text_is_neutralised(hostile: str):
    group = a_group(
        "a",
        a_step(Facet.SETTINGS, drifted("name", hostile, "b", origin=Origin.BOTH)),
        name=hostile,
        recorded=recorded(name=hostile),
    )

    shown = render_drift(find_drift(a_plan(group)), color=False)

    assert shown.replace("\n", "").isprintable()
    assert hostile not in shown


def test_value_of_a_thing_that_both_sides_changed_shows_what_is_wanted():
    both = drifted("tabs/Runbook", MOVED, RUNBOOK | {"link": "https://example.com/c"}, origin=Origin.BOTH)
    group = a_group("a", a_step(Facet.TABS, both), recorded=recorded(tabs=[RUNBOOK]))

    shown = render_drift(find_drift(a_plan(group)), color=False)

    assert 'link: "https://example.com/b"; wanted: "https://example.com/c"' in shown


def test_announcement_that_was_never_applied_shows_both_texts():
    new = drifted("announcement", "live", "desired", origin=Origin.NEW)

    shown = render_drift(find_drift(a_plan(a_group("a", a_step(Facet.ANNOUNCEMENT, new)))), color=False)

    assert "as it is now, and as it is wanted:" in shown
    assert "- live" in shown
    assert "+ desired" in shown


def test_owner_of_whom_nothing_is_known_is_told_as_none():
    new = drifted("owner", HANMEI, LILEI, origin=Origin.BOTH)

    shown = render_drift(find_drift(a_plan(a_group("a", a_step(Facet.OWNER, new)))), color=False)

    assert f"(none) → {HANMEI}; wanted: {LILEI}" in shown
