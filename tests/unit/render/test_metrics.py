"""Numbers for Prometheus: they can be read, are named as is the custom, and add up."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from reconciler.diff.changes import Direction, Level, Origin, Risk
from reconciler.errors import Diagnostic
from reconciler.model.address import Facet
from reconciler.plan.drift import find_drift
from reconciler.plan.plan import Block, Gone
from reconciler.render.metrics import Look, drift_metrics
from tests.support.plans import a_change, a_group, a_plan, a_step

RISK = Risk(direction=Direction.TIGHTENS, level=Level.HIGH)
CHANGE = a_change(before="a", after="b", origin=Origin.DRIFT, risk=RISK)
REPORT = find_drift(
    a_plan(
        a_group("a", a_step(Facet.SETTINGS, CHANGE, a_change("description"))),
        a_group("b", a_step(Facet.OWNER, CHANGE, block=Block(reason="No.", remedy="Ask."))),
        a_group("gone", gone=Gone.DISSOLVED, problem=Diagnostic("Gone")),
        a_group("pending", a_step(Facet.SETTINGS, a_change())),
        a_group("idle"),
    )
)
LOOK = Look(
    version="0.1.0",
    began=1_700_000_000.25,
    seconds=2.5,
    fleet="acme",
    calls=Counter({"chat_get": 4}),
    throttled=Counter({"chat_get": 1}),
    report=REPORT,
)
FAILED = Look(version="0.1.0", began=1_700_003_600.0, fleet="acme")


def families(text):
    return list(text_string_to_metric_families(text))


def values(text):
    return {
        (sample.name, *(value for label, value in sample.labels.items() if label != "fleet")): sample.value
        for family in families(text)
        for sample in family.samples
    }


def test_groups_are_counted_once_by_how_they_stand():
    found = values(drift_metrics(LOOK))

    by_status = {labels[1]: value for labels, value in found.items() if labels[0] == "groupctl_drift_groups"}
    assert by_status == {"gone": 1, "drifted": 2, "unreadable": 0, "pending": 1, "unchanged": 1}
    assert found["groupctl_drift_managed_groups",] == sum(by_status.values())
    assert found["groupctl_drift_blocked_groups",] == 1


def test_changes_are_told_by_risk_and_level_also_where_there_are_none():
    found = values(drift_metrics(LOOK))

    changes = {labels[1:]: value for labels, value in found.items() if labels[0] == "groupctl_drift_changes"}
    assert changes["tightens", "high"] == 2
    assert sum(changes.values()) == 2
    assert len(changes) == len(Direction) * len(Level)
    assert found["groupctl_drift_pending_changes",] == 2


def test_calls_durations_and_times_are_told():
    found = values(drift_metrics(LOOK))

    assert found["groupctl_drift_api_calls", "chat_get"] == 4
    assert found["groupctl_drift_throttled_api_calls", "chat_get"] == 1
    assert found["groupctl_drift_duration_seconds",] == 2.5
    assert found["groupctl_drift_last_run_timestamp_seconds",] == 1_700_000_000.25
    assert found["groupctl_build_info", "0.1.0"] == 1


def test_look_that_failed_keeps_the_last_success_and_tells_no_groups():
    found = values(drift_metrics(FAILED, before=drift_metrics(LOOK)))

    assert found["groupctl_drift_success",] == 0
    assert found["groupctl_drift_last_success_timestamp_seconds",] == 1_700_000_000.25
    assert ("groupctl_drift_managed_groups",) not in found


def test_look_that_never_succeeded_has_no_last_success():
    assert "last_success" not in drift_metrics(FAILED, before="something else\n")


def test_group_that_could_not_be_read_is_no_success():
    report = find_drift(a_plan(a_group("a", problem=Diagnostic("No answer"))))

    assert values(drift_metrics(Look("0.1.0", 1.0, report=report)))["groupctl_drift_success",] == 0


@pytest.mark.parametrize("look", [LOOK, FAILED, Look("0.1.0", 1.0)])
def test_names_follow_the_rules_of_promtool(look):
    text = drift_metrics(look)

    assert text.endswith("\n")
    for family in families(text):
        assert family.documentation
        assert family.type == "gauge"
        assert re.fullmatch(r"groupctl_[a-z_]+", family.name)
        # Those of counters and histograms; abbreviated and other units than the base ones.
        assert not re.search(r"_(total|count|sum|bucket|ms|milliseconds|minutes|gauge)$", family.name)


@given(st.text(max_size=20))
def test_labels_hold_any_text(fleet):
    # Line ends as the parser of the library sees them; of a fleet the name is ASCII anyway.
    look = Look("0.1.0", 1.0, fleet=f'acme"\\\n{fleet.encode("ascii", "replace").decode()}'.replace("\r", ""))

    labels = families(drift_metrics(look))[0].samples[0].labels

    assert labels["fleet"] == look.fleet
