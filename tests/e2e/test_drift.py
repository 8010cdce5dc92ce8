"""`groupctl drift`: what somebody changed, told without touching anything."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from reconciler.emulator import Fault, FaultKind
from tests.support.cli import ADOPTED, APP, LILEI, REPOSITORY, SCENARIO, make_fleet


@pytest.fixture
def renamed(fleet):
    """Applied, and one group got another name in the client."""
    fleet.applied()
    with fleet.emulator() as emulator:
        emulator.acts.rename(fleet.chat_id("oncall"), "有人改了")
    return fleet


def test_difference_is_told_with_what_was_left_and_what_is_there_now(renamed):
    result = renamed.run("drift")

    assert result.status == 2
    assert '~ changed  name  "支付值班" → "有人改了"  groups.yaml:3:5' in result.stdout
    assert "Drift: 1 group with 1 difference." in result.stdout
    assert "project" not in result.stdout


def test_json_has_the_three_values_and_fits_its_schema(renamed):
    result = renamed.run("drift", "--format", "json")

    schema = json.loads((REPOSITORY / "schemas" / "drift.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(result.json)
    (group,) = result.json["groups"]
    (change,) = group["drifted"]
    assert (change["left"], change["live"], change["wanted"]) == ("支付值班", "有人改了", "支付值班")
    assert (change["origin"], change["event"]) == ("drift", "changed")
    assert (result.json["has_drift"], result.json["has_changes"]) == (True, True)


def test_nothing_is_written(renamed, emulators):
    before = {
        file: file.read_bytes() for file in renamed.root.rglob("*") if file.suffix in {".json", ".yaml"}
    }

    renamed.run("drift")

    after = {file: file.read_bytes() for file in renamed.root.rglob("*") if file.suffix in {".json", ".yaml"}}
    assert after == before
    assert set(emulators.operations) <= {"chat_get", "chat_members_get", "chat_list"}


def test_lock_of_somebody_who_applies_does_not_matter(renamed):
    renamed.lock_file.write_text("{}")

    assert renamed.run("drift").status == 2


def test_pending_configuration_is_counted_apart(renamed):
    renamed.edit("groups.yaml", "支付线上值班", "值班")

    result = renamed.run("drift", "-v")

    assert (
        "Not drift, but waiting for `groupctl apply`: 1 change of the configuration in oncall."
        in result.stdout
    )
    assert "  oncall  description" in result.stdout
    assert "Drift: 1 group with 1 difference." in result.stdout


def test_drift_is_gone_once_it_was_set_back(renamed):
    renamed.applied()

    result = renamed.run("drift")

    assert (result.status, result.stdout) == (0, "No drift. The groups are as the last apply left them.\n")


def test_drift_is_gone_once_it_was_accepted(renamed):
    renamed.run("pull", "--yes")

    assert renamed.run("drift").status == 0


def test_field_that_is_managed_from_now_on_has_no_known_origin(fleet):
    fleet.applied().edit("groups.yaml", "name: Project", "name: Project\n    description: new")

    result = fleet.run("drift")

    assert result.status == 2
    assert '? differs  description  ""; wanted: "new"  (never applied)' in result.stdout


def test_dissolved_group_stands_before_all_others(renamed):
    with renamed.emulator() as emulator:
        emulator.acts.dissolve(renamed.chat_id("project"))

    result = renamed.run("drift")

    assert result.status == 2
    assert result.stdout.index("! gone  project") < result.stdout.index("~ drifted  oncall")


def test_group_that_our_app_was_removed_from_is_gone(tmp_path):
    scenario = f"{SCENARIO}groups:\n  - {{chat_id: {ADOPTED}, name: Ours, owner: 李雷, bots: [{APP}], managers: [{APP}]}}\n"
    fleet = make_fleet(
        tmp_path / "fleet", f"groups:\n  ours:\n    chat_id: {ADOPTED}\n    name: Ours\n", scenario=scenario
    ).applied()
    with fleet.emulator() as emulator:
        emulator.acts.remove_members(ADOPTED, [APP])

    result = fleet.run("drift", "--format", "json")

    assert result.status == 2
    assert [(group["status"], group["gone"]) for group in result.json["groups"]] == [("gone", "outside")]


@pytest.mark.parametrize(("keys", "status"), [((), 3), (("oncall",), 1)])
def test_group_that_cannot_be_read_is_no_drift(fleet, emulators, one_attempt, keys, status):
    fleet.applied()
    emulators.faults = [Fault(FaultKind.ANSWER, "chat_get", code=232001, count=1)]

    result = fleet.run("drift", *keys)

    assert result.status == status
    assert "! unreadable" in result.stdout


def test_guards_have_no_say(tmp_path):
    groups = f'groups:\n  team:\n    name: Team\n    managers: {{mode: exact, list: ["{LILEI}"]}}\n'
    fleet = make_fleet(tmp_path / "fleet", groups).applied().write("groups.yaml", "groups: {}\n")

    assert fleet.run("plan").status == 4
    assert fleet.run("drift").status == 0
