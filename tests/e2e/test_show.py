"""`groupctl show`."""

from __future__ import annotations

from reconciler.emulator import Fault, FaultKind


def test_desired_and_live_stand_side_by_side_with_the_place(fleet):
    fleet.applied()
    with fleet.emulator() as emulator:
        emulator.acts.rename(fleet.chat_id("oncall"), "改名")

    result = fleet.run("show", "oncall")

    (line,) = [line for line in result.stdout.splitlines() if line.strip().startswith("name ")]
    assert result.status == 0
    assert line.split() == ["name", '"支付值班"', '"改名"', "groups.yaml:3:5"]


def test_group_that_was_never_created_is_shown_as_desired(fleet):
    result = fleet.run("show", "oncall")

    assert result.status == 0
    assert '"支付值班"' in result.stdout


def test_forgotten_key_without_yaml_is_unknown(fleet):
    result = fleet.run("show", "nope")

    assert result.status == 64
    assert "Nothing matches `nope`." in result.stderr


def test_key_that_left_the_yaml_is_shown_from_the_state(fleet):
    fleet.applied().write("groups.yaml", "groups: {}\n")

    result = fleet.run("show", "oncall")

    assert result.status == 0
    assert "支付值班" in result.stdout


def test_json_has_desired_live_and_sources(fleet):
    fleet.applied()

    shown = fleet.run("show", "oncall", "--format", "json").json

    assert shown["chat_id"] == fleet.chat_id("oncall")
    assert shown["desired"]["settings"]["name"] == shown["live"]["settings"]["name"] == "支付值班"
    assert shown["sources"]["name"] == {"file": "groups.yaml", "line": 3, "column": 5}


def test_group_that_cannot_be_read_is_told_with_code_and_log_id(fleet, emulators):
    fleet.applied()
    emulators.faults = [Fault(FaultKind.ANSWER, "chat_get", code=232009)]

    result = fleet.run("show", "oncall", "--format", "json")

    (problem,) = result.json["diagnostics"]
    assert result.status == 1
    assert problem["platform"]["code"] == 232009
    assert problem["platform"]["log_id"]
