"""`groupctl apply`."""

from __future__ import annotations

import io
import json

import jsonschema
import pytest

from reconciler.emulator import Fault, FaultKind
from tests.support.cli import ADOPTED, APP, HANMEI, LILEI, REPOSITORY, SCENARIO, SETTINGS, make_fleet


def test_plan_is_empty_after_apply(fleet):
    applied = fleet.run("apply", "--yes")
    planned = fleet.run("plan", "--detailed-exitcode")

    assert applied.status == 0
    assert applied.stdout.endswith("Outcome: 2 done.\n")
    assert planned.status == 0
    assert planned.stdout == "No changes. The groups are as the configuration wants them.\n"


def test_edited_field_is_applied_and_nothing_else(fleet, emulators):
    fleet.applied().edit("groups.yaml", "支付线上值班", "值班")
    emulators.opened.clear()

    applied = fleet.run("apply", "--yes")

    assert applied.status == 0
    assert emulators.operations.count("chat_update") == 1
    assert not {"chat_create", "chat_members_create", "chat_tab_create"} & set(emulators.operations)
    assert fleet.run("plan", "--detailed-exitcode").status == 0


def test_drift_is_put_right(fleet):
    fleet.applied()
    with fleet.emulator() as emulator:
        emulator.acts.rename(fleet.chat_id("oncall"), "somebody was here")

    applied = fleet.run("apply", "--yes")

    with fleet.emulator() as emulator:
        assert emulator.acts.chat(fleet.chat_id("oncall"))["name"] == "支付值班"
    assert applied.status == 0
    assert fleet.run("plan", "--detailed-exitcode").status == 0


def test_second_apply_writes_nothing(fleet, emulators):
    fleet.applied()
    emulators.opened.clear()

    result = fleet.run("apply", "--yes")

    assert result.status == 0
    assert "No changes." in result.stdout
    assert set(emulators.operations) == {"chat_get", "chat_members_get"}


def test_report_counts_calls_by_operation(fleet):
    result = fleet.run("apply", "--yes")

    assert "Calls to the platform: 7\n  2  chat_create\n" in result.stdout


def test_json_outcome_follows_the_published_schema(fleet):
    schema = json.loads((REPOSITORY / "schemas" / "outcome.schema.json").read_text(encoding="utf-8"))

    result = fleet.run("apply", "--yes", "--format", "json")

    jsonschema.validate(result.json, schema)
    assert result.json["has_changes"] is True
    assert result.json["counts"] == {"done": 2}


def test_quiet_apply_reports_as_well(crowded):
    refused = crowded.run("apply", "--yes", "-q")
    done = crowded.run("apply", "--yes", "-q", "--override", "removals")

    assert refused.status == 4
    assert done.stdout.endswith("Outcome: 1 done.\n")


class Keyboard(io.StringIO):
    """Standard input at which somebody sits."""

    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("typed", "told", "keys"), [("y\n", "Outcome: 2 done.", 2), ("n\n", "Nothing was changed.", 0)]
)
def test_question_is_answered_before_anything_is_written(fleet, monkeypatch, typed, told, keys):
    monkeypatch.setattr("sys.stdin", Keyboard(typed))

    result = fleet.run("apply", "-q")

    assert result.status == 0
    assert told in result.stdout + result.stderr
    assert len(fleet.state["groups"] if fleet.state_file.exists() else {}) == keys


def test_nothing_is_asked_when_nothing_can_be_performed(fleet, monkeypatch):
    fleet.applied()
    with fleet.emulator() as emulator:
        emulator.acts.dissolve(fleet.chat_id("oncall"))
        emulator.acts.dissolve(fleet.chat_id("project"))
    monkeypatch.setattr("sys.stdin", Keyboard(""))

    assert fleet.run("apply", "-q").status == 1


def test_only_chosen_groups_are_applied(fleet):
    assert fleet.run("apply", "--yes", "on*").status == 0

    assert set(fleet.state["groups"]) == {"oncall"}


def test_only_the_keys_of_the_yaml_are_created_once(fleet):
    fleet.applied()
    fleet.applied()

    with fleet.emulator() as emulator:
        assert len(emulator.acts.chats()) == 2


def test_without_a_terminal_yes_is_needed(fleet, emulators):
    result = fleet.run("apply")

    assert result.status == 64
    assert "Run `groupctl apply --yes`" in result.stderr
    assert emulators.opened == []


def test_lock_is_gone_after_apply(fleet):
    fleet.applied()

    assert not fleet.lock_file.exists()


def test_failed_group_leaves_the_others_done(fleet, emulators):
    emulators.faults = [Fault(FaultKind.ANSWER, "chat_update", code=232016)]

    result = fleet.run("apply", "--yes")

    assert result.status == 3
    assert "failed  oncall" in result.stdout
    assert "done  project" in result.stdout
    assert "Platform code 232016" in result.stdout


def test_apply_after_a_failure_finishes_the_work(fleet, emulators):
    emulators.faults = [Fault(FaultKind.ANSWER, "chat_update", code=232016)]
    fleet.run("apply", "--yes")
    emulators.faults = []

    assert fleet.run("apply", "--yes").status == 0
    assert fleet.run("plan", "--detailed-exitcode").status == 0


def test_nothing_done_at_all_is_a_failure(fleet, emulators):
    emulators.faults = [Fault(FaultKind.ANSWER, "chat_create", code=232016, count=None)]

    result = fleet.run("apply", "--yes", "--format", "json")

    assert result.status == 1
    assert result.json["counts"] == {"failed": 2}


ADOPTING = f"""\
groups:
  all-hands:
    chat_id: {ADOPTED}
    name: All hands
    tabs:
      - {{name: One, url: "https://one.example.com"}}
"""
CROWDED = f"""\
{SCENARIO}
groups:
  - chat_id: {ADOPTED}
    name: All hands
    created_by: {APP}
    members: [李雷, 韩梅梅, Kate Green]
    managers: [李雷, 韩梅梅]
    tabs:
      - {{name: One, type: url, link: "https://one.example.com"}}
      - {{name: Two, type: url, link: "https://two.example.com"}}
      - {{name: Three, type: url, link: "https://three.example.com"}}
"""


@pytest.fixture
def crowded(tmp_path):
    """A group from which the configuration would remove two of three tabs, all of which it listed before."""
    others = "".join(
        f'      - {{name: {name}, url: "https://{name.lower()}.example.com"}}\n' for name in ("Two", "Three")
    )
    fleet = make_fleet(tmp_path / "crowded", groups=ADOPTING + others, scenario=CROWDED).applied()
    return fleet.write("groups.yaml", ADOPTING)


class TestGuards:
    def test_plan_that_removes_too_much_is_refused_as_a_whole(self, crowded, emulators):
        result = crowded.run("apply", "--yes")

        assert result.status == 4
        assert "--override removals" in result.stdout
        assert not [each for each in emulators.operations if each.endswith(("_delete", "_create", "_sort"))]

    def test_plan_tells_of_the_refusal_with_the_same_status(self, crowded):
        assert crowded.run("plan").status == 4
        assert crowded.run("plan", "--detailed-exitcode", "--format", "json").status == 4

    def test_named_guard_is_set_aside(self, crowded):
        assert crowded.run("apply", "--yes", "--override", "removals").status == 0

        with crowded.emulator() as emulator:
            tabs = [tab.get("tab_name") for tab in emulator.acts.chat(ADOPTED)["tabs"]]
        assert "One" in tabs
        assert "Two" not in tabs

    def test_other_guard_does_not_set_it_aside(self, crowded):
        assert crowded.run("apply", "--yes", "--override", "twin").status == 4

    def test_no_removals_always_works(self, crowded):
        assert crowded.run("apply", "--yes", "--no-removals").status == 0

    def test_unknown_guard_is_wrong_usage(self, crowded):
        assert crowded.run("apply", "--yes", "--override", "all").status == 64

    def test_configuration_without_groups_does_not_forget_all(self, fleet):
        fleet.applied().write("groups.yaml", "groups: {}\n")

        result = fleet.run("apply", "--yes")

        assert result.status == 4
        assert "--override forgets" in result.stdout
        assert set(fleet.state["groups"]) == {"oncall", "project"}

    def test_groups_are_forgotten_when_the_guard_is_set_aside(self, fleet):
        fleet.applied().write("groups.yaml", "groups: {}\n")

        result = fleet.run("apply", "--yes", "--override", "forgets")

        assert result.status == 0
        assert set(fleet.state["tombstones"]) == {"oncall", "project"}
        with fleet.emulator() as emulator:
            assert len(emulator.acts.chats()) == 2

    def test_group_of_the_same_name_is_not_made_twice(self, fleet):
        fleet.applied()
        fleet.state_file.unlink()

        result = fleet.run("apply", "--yes", "oncall")

        assert result.status == 1
        assert "twin" in result.stdout
        with fleet.emulator() as emulator:
            assert len(emulator.acts.chats()) == 2

    def test_group_that_would_lose_its_managers_is_refused_alone(self, fleet):
        fleet.write("groupctl.yaml", SETTINGS + "guards: {lockout: {min_managers: 1}}\n")
        fleet.edit("groups.yaml", f'members: ["{LILEI}"]', f'managers: ["{LILEI}"]').applied()
        fleet.edit("groups.yaml", f'["{LILEI}"]', "[]").edit("groups.yaml", "支付线上值班", "值班")

        result = fleet.run("apply", "--yes")
        overridden = fleet.run("apply", "--yes", "--override", "lockout")

        assert result.status == 3
        assert "--override lockout" in result.stdout
        assert "refused  project" in result.stdout
        assert "done  oncall" in result.stdout
        assert overridden.status == 0


def test_unmanaged_members_stay(fleet):
    fleet.applied()
    with fleet.emulator() as emulator:
        emulator.acts.add_members(fleet.chat_id("project"), ["韩梅梅"])

    assert fleet.run("plan", "--detailed-exitcode").status == 0
    with fleet.emulator() as emulator:
        assert set(emulator.acts.chat(fleet.chat_id("project"))["members"]) >= {LILEI, HANMEI}


def test_key_that_comes_back_is_bound_to_its_chat_again(fleet):
    fleet.applied()
    chat_id = fleet.chat_id("oncall")
    fleet.run("forget", "oncall")

    result = fleet.run("apply", "--yes")

    assert result.status == 0
    assert fleet.chat_id("oncall") == chat_id
