"""`groupctl plan --out` and `groupctl apply --plan`."""

from __future__ import annotations

import json
import stat

import pytest

from tests.support.cli import run_process

EDITS = (("支付线上值班", "值班"), ("name: Project", "name: Projects"))


@pytest.fixture
def planned(fleet):
    """A fleet with a saved plan that changes both groups."""
    fleet.applied()
    for old, new in EDITS:
        fleet.edit("groups.yaml", old, new)
    assert fleet.run("plan", "--out", "plan.json").status == 0
    return fleet


def test_plan_of_a_new_fleet_is_performed_without_asking(fleet):
    planned = run_process("plan", "--out", "plan.json", cwd=fleet.root)
    applied = run_process("apply", "--plan", "plan.json", cwd=fleet.root)
    again = run_process("apply", "--plan", "plan.json", cwd=fleet.root)

    assert planned.status == 0
    assert "groupctl apply --plan plan.json" in planned.stderr
    assert stat.S_IMODE((fleet.root / "plan.json").stat().st_mode) == 0o600
    assert (applied.status, again.status) == (0, 0)
    assert "Outcome: 2 done." in applied.stdout
    assert "Outcome: 2 already done." in again.stdout
    assert fleet.run("plan", "--detailed-exitcode").status == 0


def test_second_time_everything_is_already_done_and_nothing_is_written(planned, emulators):
    planned.run("apply", "--plan", "plan.json")
    emulators.opened.clear()

    result = planned.run("apply", "--plan", "plan.json", "--format", "json")

    assert result.status == 0
    assert result.json["counts"] == {"already_done": 2}
    assert result.json["has_changes"] is False
    assert set(emulators.operations) == {"chat_get"}


def test_group_that_somebody_renamed_is_stale(planned):
    with planned.emulator() as emulator:
        emulator.acts.rename(planned.chat_id("project"), "By hand")

    machine = planned.run("apply", "--plan", "plan.json", "--format", "json")

    by_key = {group["key"]: group for group in machine.json["groups"]}
    assert machine.status == 3
    assert by_key["project"]["status"] == "stale"
    assert by_key["project"]["problem"]["summary"] == "Group changed since it was planned"
    assert by_key["oncall"]["status"] == "done"
    with planned.emulator() as emulator:
        assert emulator.acts.chat(planned.chat_id("project"))["name"] == "By hand"


def test_plan_of_which_everything_is_stale_failed(planned):
    with planned.emulator() as emulator:
        emulator.acts.rename(planned.chat_id("project"), "By hand")
        emulator.acts.change(planned.chat_id("oncall"), description="By hand")

    result = planned.run("apply", "--plan", "plan.json")

    assert result.status == 1
    assert "Outcome: 2 stale." in result.stdout


def test_only_the_plan_is_performed_when_the_files_changed_meanwhile(planned):
    planned.edit("groups.yaml", "值班\n    permissions", "另一个\n    permissions")

    assert planned.run("apply", "--plan", "plan.json").status == 0
    with planned.emulator() as emulator:
        assert emulator.acts.chat(planned.chat_id("oncall"))["description"] == "值班"


@pytest.mark.parametrize("form", ["text", "json"])
def test_file_that_was_changed_is_refused(planned, emulators, form):
    content = (planned.root / "plan.json").read_text(encoding="utf-8")
    planned.write("plan.json", content.replace("Projects", "Project X"))

    result = planned.run("apply", "--plan", "plan.json", "--format", form)

    assert result.status == 1
    assert "it was changed after it was written" in result.stderr
    assert emulators.operations == []
    if form == "json":
        assert result.summaries == ["Saved plan cannot be used"]


@pytest.mark.parametrize("beside", ["oncall", "--no-removals", "--strict-people"])
def test_what_the_plan_decided_cannot_be_given_beside_it(planned, beside):
    result = planned.run("apply", "--plan", "plan.json", beside)

    assert result.status == 64
    assert f"`{beside}` cannot be given beside `--plan`" in result.stderr


def test_plan_that_a_guard_refuses_is_saved_and_asked_about_again(fleet):
    fleet.edit("groups.yaml", "    description", "    on_remove: dissolve\n    description").applied()
    fleet.write("groups.yaml", "groups:\n  project: {name: Project}\n")

    planned = fleet.run("plan", "--out", "plan.json")
    refused = fleet.run("apply", "--plan", "plan.json", "--format", "json")
    performed = fleet.run("apply", "--plan", "plan.json", "--override", "dissolve")

    assert planned.status == refused.status == 4
    assert [each["summary"] for each in refused.json["refusals"]] == ["Plan dissolves groups"]
    assert performed.status == 0


def test_plan_of_another_fleet_is_refused(planned):
    planned.edit("groupctl.yaml", "acme-7f3a", "other-1").state_file.unlink()

    result = planned.run("apply", "--plan", "plan.json")

    assert result.status == 1
    assert "The plan was made for fleet `acme-7f3a`" in result.stderr


def test_plan_that_cannot_be_written_is_not_shown(fleet):
    result = fleet.run("plan", "--out", "missing/plan.json", "--format", "json")

    assert result.status == 1
    assert result.summaries == ["File of the plan cannot be used"]


def test_equal_plans_are_equal_files(fleet):
    for name in ("a.json", "b.json"):
        run_process("plan", "--out", name, cwd=fleet.root)

    assert (fleet.root / "a.json").read_bytes() == (fleet.root / "b.json").read_bytes()


def test_fingerprint_stands_in_the_plan(planned):
    groups = json.loads(planned.run("plan", "--format", "json").stdout)["groups"]

    assert all(group["fingerprint"].startswith("sha256:") for group in groups)
