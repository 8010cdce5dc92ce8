"""`--report KIND=FILE`: further forms of an answer, written in the same run."""

from __future__ import annotations

import json

import pytest

from tests.support.cli import Fleet, make_fleet

BROKEN = "groups: {oncall: {nam: x}}\n"


def _report(fleet, kind, *command):
    file = fleet.root / "report"
    result = fleet.run(*command, "--report", f"{kind}={file}")
    return result, file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("kind", "begins"),
    [
        ("json", '{\n  "format_version": 1'),
        ("markdown", "### Plan for the fleet acme-7f3a"),
        ("html", "<!doctype html>"),
        ("gitlab", '{"create": 2, "update": 0, "delete": 0}'),
        ("codequality", "[]"),
        ("github", ""),
    ],
)
def test_plan_writes_every_form_beside_its_text(fleet, kind, begins):
    result, report = _report(fleet, kind, "plan")

    assert result.stdout.startswith("Plan for the fleet")
    assert report.startswith(begins)


def test_one_run_writes_several_forms(fleet):
    fleet.run("plan", "--report", "markdown=plan.md", "--report", "json=plan.json")

    assert (fleet.root / "plan.md").exists()
    assert json.loads((fleet.root / "plan.json").read_text(encoding="utf-8"))["has_changes"] is True


@pytest.mark.parametrize(
    ("kind", "begins"), [("markdown", "### What became of the plan"), ("json", '{\n  "fo')]
)
def test_apply_writes_its_outcome(fleet, kind, begins):
    result, report = _report(fleet, kind, "apply", "--yes")

    assert result.status == 0
    assert report.startswith(begins)
    assert "done" in report


def test_apply_that_a_guard_refuses_writes_the_plan(fleet):
    fleet.applied().write("groups.yaml", "groups: {}\n")

    result, report = _report(fleet, "markdown", "apply", "--yes")

    assert result.status == 4
    assert "Configuration has no groups" in report


def test_answers_in_markdown_and_html_hold_the_outcome_alone(fleet):
    result = fleet.run("apply", "--yes", "--format", "markdown")

    assert result.stdout.startswith("### What became of the plan\n\n**Outcome: 2 done.**")


@pytest.mark.parametrize("kind", ["markdown", "html"])
def test_files_without_problems_are_reported(fleet, kind):
    _, report = _report(fleet, kind, "validate")

    assert "The configuration is valid: 2 groups." in report


def test_problems_of_files_are_reported_at_their_lines_in_the_repository(tmp_path):
    whole = Fleet(tmp_path)
    fleet = make_fleet(tmp_path / "fleets" / "acme", groups=BROKEN)
    whole.commit()

    validated, annotations = _report(fleet, "github", "validate")
    planned, quality = _report(fleet, "codequality", "plan")

    assert (validated.status, planned.status) == (1, 1)
    assert annotations.startswith("::error file=fleets/acme/groups.yaml,line=1,col=19,title=")
    assert json.loads(quality)[0]["location"]["path"] == "fleets/acme/groups.yaml"


@pytest.mark.parametrize("kind", ["markdown", "html", "json"])
def test_what_ends_a_command_is_reported(tmp_path, kind):
    fleet = make_fleet(tmp_path / "fleet", groups=BROKEN)

    _, report = _report(fleet, kind, "plan")

    assert "Unknown key" in report


def test_command_that_failed_answers_in_the_form_that_was_asked_for(tmp_path):
    fleet = make_fleet(tmp_path / "fleet", groups=BROKEN)

    result = fleet.run("plan", "--format", "markdown")

    assert result.status == 1
    assert result.stdout.startswith("### groupctl plan failed")


def test_place_that_is_no_repository_is_told_from_here(tmp_path):
    fleet = make_fleet(tmp_path / "fleet", groups=BROKEN)

    _, annotations = _report(fleet, "github", "validate")

    assert annotations.startswith("::error file=groups.yaml,")


def test_file_that_cannot_be_written_is_a_warning_and_keeps_the_status(fleet):
    result = fleet.run("plan", "--detailed-exitcode", "--report", "markdown=nowhere/plan.md")

    assert result.status == 2
    assert "warning: Report cannot be written" in result.stderr
    assert result.stdout.startswith("Plan for the fleet")


@pytest.mark.parametrize("words", ["markdown", "pdf=x", "markdown="])
def test_other_words_are_wrong_usage(fleet, words):
    result = fleet.run("plan", "--report", words)

    assert result.status == 64
    assert "KIND=FILE" in result.stderr


@pytest.mark.parametrize("command", ["validate", "apply", "drift"])
def test_numbers_of_a_plan_are_for_plans_alone(fleet, command):
    assert fleet.run(command, "--report", "gitlab=report").status == 64
