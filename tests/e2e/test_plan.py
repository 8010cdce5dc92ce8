"""`groupctl plan`."""

from __future__ import annotations

import json

import jsonschema
import pytest

from reconciler.emulator import Fault, FaultKind
from tests.support.cli import HANMEI, REPOSITORY


def test_new_groups_are_planned_as_creates(fleet):
    result = fleet.run("plan")

    assert result.status == 0
    assert "+ create  oncall" in result.stdout
    assert result.stdout.endswith("Plan: 2 to create; 3 calls; 1 membership affected.\n")
    assert result.stderr == ""


def test_plan_changes_nothing(fleet):
    fleet.run("plan")

    assert not fleet.state_file.exists()
    with fleet.emulator() as emulator:
        assert emulator.acts.chats() == []


def test_changes_give_status_two_only_when_asked(fleet):
    assert fleet.run("plan").status == 0
    assert fleet.run("plan", "--detailed-exitcode").status == 2


def test_one_edited_field_is_all_that_is_planned(fleet):
    fleet.applied().edit("groups.yaml", "支付线上值班", "值班")

    result = fleet.run("plan", "--detailed-exitcode", "--format", "json")

    (group,) = [each for each in result.json["groups"] if each["steps"]]
    (step,) = group["steps"]
    (change,) = step["changes"]
    assert result.status == 2
    assert (group["key"], change["path"], change["after"]) == ("oncall", "description", "值班")
    assert change["origin"] == "config"


def test_change_on_the_platform_is_drift(fleet):
    fleet.applied()
    with fleet.emulator() as emulator:
        emulator.acts.change(fleet.chat_id("oncall"), description="somebody was here")

    machine = fleet.run("plan", "--detailed-exitcode", "--format", "json")
    text = fleet.run("plan")

    assert machine.status == 2
    assert machine.json["has_drift"] is True
    assert machine.json["groups"][0]["steps"][0]["changes"][0]["origin"] == "drift"
    assert "(changed on the platform)" in text.stdout
    assert "Changed on the platform since the last apply: oncall." in text.stdout


def test_drift_in_something_unmanaged_is_no_change(fleet):
    fleet.applied()
    with fleet.emulator() as emulator:
        emulator.acts.change(fleet.chat_id("project"), edit_permission="only_owner")

    assert fleet.run("plan", "--detailed-exitcode").status == 0


@pytest.mark.parametrize("chosen", ["oncall", "on*", "*call"])
def test_keys_and_globs_narrow_the_plan(fleet, chosen):
    result = fleet.run("plan", chosen, "--format", "json")

    assert [group["key"] for group in result.json["groups"]] == ["oncall"]


def test_groups_that_were_not_chosen_are_not_read(fleet, emulators):
    fleet.applied()
    emulators.opened.clear()

    fleet.run("plan", "oncall")

    assert emulators.operations == ["chat_get"]


def test_glob_that_matches_nothing_is_wrong_usage(fleet, emulators):
    result = fleet.run("plan", "oncall", "nope-*")

    assert result.status == 64
    assert "Nothing matches `nope-*`." in result.stderr
    assert emulators.operations == []


def test_no_removals_leaves_out_what_would_be_removed(fleet):
    fleet.edit("groups.yaml", "members:", "managers:").applied()
    with fleet.emulator() as emulator:
        emulator.acts.add_members(fleet.chat_id("project"), [HANMEI])
        emulator.acts.add_managers(fleet.chat_id("project"), [HANMEI])

    assert fleet.run("plan", "--detailed-exitcode").status == 2
    assert fleet.run("plan", "--detailed-exitcode", "--no-removals").status == 0


def test_json_follows_the_published_schema(fleet):
    schema = json.loads((REPOSITORY / "schemas" / "plan.schema.json").read_text(encoding="utf-8"))

    jsonschema.validate(fleet.run("plan", "--format", "json").json, schema)


@pytest.mark.parametrize("form", ["text", "json"])
def test_equal_inputs_give_byte_equal_plans(fleet, form):
    fleet.applied().edit("groups.yaml", "支付线上值班", "值班")

    assert fleet.run("plan", "--format", form) == fleet.run("plan", "--format", form)


def test_verbose_plan_tells_calls_and_reasons(fleet):
    result = fleet.run("plan", "-v")

    assert "Calls, blocked steps included:" in result.stdout
    assert "the group has to be changed" in result.stdout or "differs" in result.stdout, result.stdout


def test_every_call_is_logged_at_double_verbosity(fleet):
    fleet.applied()

    result = fleet.run("plan", "-vv")

    assert "chat_get" in result.stderr
    assert "chat_get" not in result.stdout


def test_json_log_is_one_object_a_line(fleet):
    fleet.applied()

    result = fleet.run("plan", "-vv", "--log-format", "json")

    entries = [json.loads(line) for line in result.stderr.splitlines()]
    assert {"time", "level", "logger", "message"} == set().union(*entries)


def test_quiet_plan_is_the_same(fleet):
    assert fleet.run("plan", "-q") == fleet.run("plan")


def test_options_may_stand_before_the_command(fleet):
    result = fleet.run("--format", "json", "plan", "oncall")

    assert result.json["fleet"] == "acme-7f3a"


def test_unreadable_group_leaves_the_others_planned(fleet, emulators):
    fleet.applied().edit("groups.yaml", "Project", "Projects")
    emulators.faults = [Fault(FaultKind.ANSWER, "chat_get", chat_id=fleet.chat_id("oncall"), code=232010)]

    result = fleet.run("plan")

    assert result.status == 3
    assert "! not planned  oncall" in result.stdout
    assert '"Project" → "Projects"' in result.stdout
