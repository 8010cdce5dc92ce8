"""A check-up as text and as JSON."""

from __future__ import annotations

import json

import jsonschema
import pytest

from reconciler.errors import Diagnostic, PlatformFacts, Source, text
from reconciler.model.address import Facet
from reconciler.plan.report import Check, GroupCheck, Place, Report, Topic, Verdict
from reconciler.plan.scopes import Known, ScopeNeed
from reconciler.render.doctor_text import render_report, report_json
from reconciler.render.schemas import output_schema
from tests.support.golden import assert_golden
from tests.support.plans import CHAT


def check(topic, verdict, summary, **fields):
    return Check(topic=topic, verdict=verdict, summary=summary, **fields)


REPORT = Report(
    tool_version="0.1.0",
    fleet="acme-groups-7f3a",
    endpoint="feishu",
    app_id="cli_a10fbf7e94b8d01d",
    tenant_key="736588c9260f175d",
    checks=(
        check(
            Topic.CONFIGURATION,
            Verdict.FAILED,
            "Unknown key",
            detail="`nme` is not known here.",
            source=Source("值班.yaml", 3, 5),
        ),
        check(Topic.CLOCK, Verdict.OK, "Clock agrees with the platform's", detail="They differ by 1 s."),
        check(
            Topic.SCOPES,
            Verdict.FAILED,
            "App lacks a scope",
            detail="chat_tab_list needs im:chat or im:chat:readonly, for: tabs.",
            hint="Add one of these.",
            platform=PlatformFacts("chat_tab_list", 99991672, 400, "log-1"),
        ),
        check(
            Topic.ROLES,
            Verdict.WARNING,
            "Our role does not allow to write all that is managed",
            keys=tuple(f"key-{number}" for number in range(10)),
        ),
        check(Topic.QUOTA, Verdict.SKIPPED, "Not checked"),
    ),
    scopes=(
        ScopeNeed(
            operation="chat_tab_list",
            uses=("tabs",),
            scopes=("im:chat", "im:chat:readonly"),
            writes=False,
            known=Known.MISSING,
        ),
    ),
    groups=(
        GroupCheck(
            key="key-0", chat_id=CHAT, place=Place.MANAGER, refused=(Facet.MANAGERS, Facet.MODERATION)
        ),
        GroupCheck(key="new", place=Place.NO_CHAT),
        GroupCheck(
            key="lost", chat_id=CHAT, place=Place.OUTSIDE, problem=Diagnostic("Our app is not in the group")
        ),
    ),
    calls={"chat_get": 2},
)


@pytest.mark.parametrize(("name", "verbose"), [("doctor", False), ("doctor-verbose", True)])
def test_report_reads_as_in_its_golden_file(name, verbose):
    assert_golden(f"render/{name}.txt", render_report(REPORT, color=False, verbose=verbose))


def test_report_without_a_fleet_tells_none():
    report = Report(tool_version="0.1.0", checks=())

    assert render_report(report, color=False, verbose=True).splitlines()[0] == "Check-up"


def test_text_of_the_platform_is_neutralised():
    hostile = check(Topic.BOT, Verdict.OK, "Bot", detail=text("It is called {name}.", name="a\x1b[31m"))

    told = render_report(REPORT.model_copy(update={"checks": (hostile,)}), color=False, verbose=False)

    assert "\x1b" not in told
    assert r"a\u001b[31m" in told


def test_colour_is_written_when_asked_for():
    assert "\x1b[1;31mfailed" in render_report(REPORT, color=True, verbose=False)


def test_json_is_what_its_schema_says():
    document = json.loads(report_json(REPORT))

    jsonschema.validate(document, json.loads(output_schema("doctor")))
    assert document["counts"] == {"ok": 1, "warning": 1, "failed": 2, "unknown": 0, "skipped": 1}
    assert (document["has_changes"], document["has_drift"]) == (False, False)
