from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from reconciler.diff.changes import Origin
from reconciler.errors import Diagnostic, PlatformFacts, Severity, text
from reconciler.model.address import Facet
from reconciler.plan.outcome import Status
from reconciler.plan.plan import Block
from reconciler.render.as_json import diagnostics_json, outcome_json, plan_json
from reconciler.render.schemas import OUTPUT_NAMES, output_schema
from tests.support.golden import REPOSITORY, assert_file, assert_golden
from tests.support.plans import (
    a_change,
    a_create,
    a_forget,
    a_group,
    a_group_outcome,
    a_plan,
    a_step,
    a_step_outcome,
    an_outcome,
    at,
)

PROBLEM = Diagnostic(
    text("Group is dissolved"),
    text("`{chat_id}` was dissolved.", chat_id="oc_1"),
    address="lost",
    source=at(3),
    platform=PlatformFacts("chat_get", 232009, 400, "2026"),
)
PLAN = a_plan(
    a_group("new", a_create(a_change("name", after="支付值班", origin=Origin.NEW), key="new"), user_count=2),
    a_group(
        "old",
        a_step(Facet.SETTINGS, a_change(before=None, after="b", origin=Origin.DRIFT), key="old"),
        user_count=5,
    ),
    a_group("stuck", a_step(block=Block(reason="no", remedy="yes")), user_count=7),
    a_group("guarded", a_step(), refusals=(PROBLEM,), user_count=11),
    a_group("left", a_forget("left")),
    a_group("lost", problem=PROBLEM),
    a_group("idle"),
)
OUTCOME = an_outcome(
    a_group_outcome("a", Status.DONE, a_step_outcome(Facet.TABS, Status.DONE, "a", calls=2)),
    a_group_outcome("b", Status.UNREADABLE, problem=PROBLEM),
    calls={"chat_update": 1, "chat_get": 2},
)


def _valid(name: str, output: str) -> bool:
    return bool(Draft202012Validator(json.loads(output_schema(name))).is_valid(json.loads(output)))


def test_plan_stands_as_in_its_golden_file():
    plan = a_plan(PLAN.groups[1])

    assert_golden("render/plan.json", plan_json(plan))


def test_plan_counts_what_applying_it_would_do():
    data = json.loads(plan_json(PLAN))

    assert data["counts"] == {
        "create": 1,
        "adopt": 0,
        "update": 1,
        "forget": 1,
        "dissolve": 0,
        "unchanged": 1,
        "blocked": 1,
        "refused": 1,
        "not_planned": 1,
        "blocked_steps": 1,
        "calls": 2,
        "memberships": 7,
    }
    assert (data["format_version"], data["has_changes"], data["has_drift"]) == (1, True, True)


def test_equal_plans_give_equal_bytes():
    assert plan_json(PLAN) == plan_json(PLAN.model_copy(deep=True))


def test_plan_keeps_an_absent_value_as_null():
    data = json.loads(plan_json(PLAN))

    assert data["groups"][1]["steps"][0]["changes"][0]["before"] is None


def test_outcome_stands_as_in_its_golden_file():
    assert_golden("render/outcome.json", outcome_json(OUTCOME, has_drift=True))


def test_outcome_of_unchanged_groups_has_no_changes():
    data = json.loads(outcome_json(an_outcome(a_group_outcome("a", Status.UNCHANGED))))

    assert (data["has_changes"], data["has_drift"], data["counts"]) == (False, False, {"unchanged": 1})


def test_diagnostics_stand_as_in_their_golden_file():
    warning = Diagnostic(text("Name is long"), severity=Severity.WARNING)

    output = diagnostics_json("validate", [PROBLEM, warning], groups=8)

    assert_golden("render/validate.json", output)


def test_diagnostics_can_tell_of_changes():
    data = json.loads(diagnostics_json("drift", [], has_changes=True, has_drift=True))

    assert (data["has_changes"], data["has_drift"], data["counts"]) == (
        True,
        True,
        {"errors": 0, "warnings": 0},
    )


@pytest.mark.parametrize("hostile", ["a\x1b]0;t", "\u202e", "\x9b", "a\nb", "\ud800", "\U000e0041"])
def test_hostile_text_is_escaped_and_survives(hostile: str):
    output = diagnostics_json("validate", [Diagnostic("s", hostile)])

    assert output.replace("\n", "").isprintable()
    assert json.loads(output)["diagnostics"][0]["detail"] == hostile


def test_other_scripts_stay_readable():
    assert "支付值班" in plan_json(PLAN)


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("plan", plan_json(PLAN)),
        ("outcome", outcome_json(OUTCOME)),
        ("validate", diagnostics_json("validate", [PROBLEM], groups=8)),
    ],
)
def test_output_fits_its_published_schema(name: str, output: str):
    assert _valid(name, output)


def test_schema_tells_every_key_of_a_plan():
    data = json.loads(plan_json(PLAN))
    del data["counts"]

    assert not _valid("plan", json.dumps(data))


@pytest.mark.parametrize("name", OUTPUT_NAMES)
def test_published_schema_is_not_stale(name: str):
    Draft202012Validator.check_schema(json.loads(output_schema(name)))

    assert_file(REPOSITORY / "schemas" / f"{name}.schema.json", output_schema(name))
