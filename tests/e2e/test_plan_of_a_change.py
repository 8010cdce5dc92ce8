"""`groupctl plan --base` and `--offline`: what a pull request asks for."""

from __future__ import annotations

import json
import shutil

import jsonschema
import pytest

from tests.support.cli import LILEI, REPOSITORY, Fleet, make_fleet


@pytest.fixture
def changed(fleet):
    """A fleet with drift, whose change, not yet committed, is another description."""
    fleet.applied().commit()
    with fleet.emulator() as emulator:
        emulator.acts.change(fleet.chat_id("project"), name="somebody was here")
    return fleet.edit("groups.yaml", "支付线上值班", "值班")


def _asked(result, part="asked"):
    return [
        (group["key"], change["path"])
        for group in result.json["comparison"][part]
        for step in group["steps"]
        for change in step["changes"]
    ]


def test_what_a_change_asks_for_stands_apart_from_drift(changed):
    result = changed.run("plan", "--base", "main", "--format", "json")

    assert _asked(result) == [("oncall", "description")]
    assert _asked(result, "pending") == [("project", "name")]
    schema = json.loads((REPOSITORY / "schemas" / "plan.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(result.json, schema)


def test_text_and_markdown_tell_both_parts(changed):
    text, markdown = (
        changed.run("plan", "--base", "main", "--format", each).stdout for each in ("text", "markdown")
    )

    assert (
        text.index("This change asks for:") < text.index("oncall") < text.index("Pending without this change")
    )
    assert "#### This change asks for" in markdown
    assert "#### Pending without this change, as in main" in markdown


def test_base_can_be_a_folder(changed, tmp_path):
    base = tmp_path / "base"
    shutil.copytree(changed.root, base, ignore=shutil.ignore_patterns(".git", ".groupctl"))

    result = changed.run("plan", "--base", base, "--format", "json")

    assert _asked(result) == []
    assert _asked(result, "pending") == [("oncall", "description"), ("project", "name")]


def test_fleet_may_be_a_folder_of_a_repository(tmp_path):
    whole = Fleet(tmp_path / "repository")
    fleet = make_fleet(whole.root / "fleets" / "acme").applied()
    whole.commit()
    fleet.edit("groups.yaml", "支付线上值班", "值班")

    assert _asked(fleet.run("plan", "--base", "main", "--format", "json")) == [("oncall", "description")]


def test_only_selected_keys_are_compared(changed):
    result = changed.run("plan", "project", "--base", "main", "--format", "json")

    assert (_asked(result), _asked(result, "pending")) == ([], [("project", "name")])


def test_selecting_a_key_that_only_the_change_has_compares_with_nothing(changed):
    changed.write("new.yaml", "groups: {new: {name: 新}}\n")

    result = changed.run("plan", "new", "--base", "main", "--format", "json")

    assert {key for key, _ in _asked(result)} == {"new"}
    assert result.json["comparison"]["pending"] == []


def test_the_platform_is_read_once_for_both(changed, emulators):
    changed.run("plan", "--base", "main")

    assert emulators.operations.count("chat_get") == 2


def test_change_of_guards_endpoint_or_state_stands_first(changed):
    changed.edit(
        "groupctl.yaml", "version: 1", "version: 1\nstate: other.json\nguards: {removals: {count: 99}}"
    )

    result = changed.run("plan", "--base", "main")

    first = result.stdout.index("warning: This change is about the run itself")
    assert first < result.stdout.index("This change asks for")
    assert "the place of the state (`state`): `groupctl.lock.json` → `other.json`." in result.stdout
    assert "the guard `removals`: count 10, fraction 0.25 → count 99, fraction 0.25." in result.stdout


def test_binding_that_differs_from_the_lock_file_of_the_base_stands_first(changed):
    state = json.dumps(changed.state)
    changed.git("stash", "--quiet").write("groupctl.lock.json", state).commit().git("stash", "pop", "--quiet")
    other = "oc_ffffffffffffffffffffffffffffffff"
    changed.write("groupctl.lock.json", state.replace(changed.chat_id("oncall"), other))

    result = changed.run("plan", "--base", "main")

    assert f"oncall: {changed.chat_id('oncall')} → {other}" in result.stdout


@pytest.mark.parametrize("name", ["", "nowhere", "--output=x", "main:groups.yaml"])
def test_base_that_is_nothing_is_wrong_usage(changed, name):
    result = changed.run("plan", f"--base={name}")

    assert result.status == 64
    assert "No such base" in result.stderr


def test_base_that_git_cannot_look_up_is_told_with_the_reason(fleet):
    result = fleet.run("plan", "--base", "main")

    assert result.status == 64
    assert "git cannot look it up: fatal: not a git repository" in result.stderr


def test_base_that_cannot_be_read_leaves_everything_to_the_change(changed):
    broken = make_fleet(changed.root.parent / "broken", groups="groups: [")

    result = changed.run("plan", "--base", broken.root, "--format", "json")

    assert _asked(result) == [("oncall", "description"), ("project", "name")]
    assert [each["summary"] for each in result.json["comparison"]["notices"]] == ["Base cannot be planned"]


def test_base_without_a_fleet_leaves_everything_to_the_change(changed, tmp_path):
    (tmp_path / "empty").mkdir()

    result = changed.run("plan", "--base", tmp_path / "empty", "--format", "json")

    assert len(_asked(result)) == 2
    [notice] = result.json["comparison"]["notices"]
    assert notice["detail"] == f"`{tmp_path / 'empty'}`: no fleet."


def test_base_whose_groups_cannot_be_planned_leaves_everything_to_the_change(changed):
    nameless = make_fleet(changed.root.parent / "nameless", groups="groups: {new: {description: x}}\n")

    result = changed.run("plan", "--base", nameless.root, "--format", "json")

    assert ("oncall", "description") in _asked(result)
    assert "Base cannot be planned" in result.stdout


# ------------------------------------------------------------------ offline


def test_offline_tells_what_changed_since_the_last_apply_and_no_drift(changed, emulators):
    result = changed.run("plan", "--offline", "--format", "json")

    steps = [(group["key"], step["facet"]) for group in result.json["groups"] for step in group["steps"]]
    assert steps == [("oncall", "settings")]
    assert result.json["offline"] is True
    assert emulators.opened == []


def test_offline_needs_no_credentials(changed, monkeypatch):
    state = changed.state | {"endpoint": "feishu"}
    changed.write("groupctl.lock.json", json.dumps(state)).edit(
        "groupctl.yaml", "endpoint: emulator", "endpoint: feishu"
    )

    result = changed.run("plan", "--offline")

    assert result.status == 0
    assert "compared with the last apply only" in result.stdout
    assert "Plan: 1 to update, 1 unchanged; 1 call." in result.stdout


def test_people_whom_only_the_directory_knows_are_not_compared_offline(changed):
    changed.edit("groups.yaml", f'"{LILEI}"', '"li.lei@example.com"')

    result = changed.run("plan", "--offline", "project")

    assert result.status == 0
    assert "People cannot be compared offline" in result.stdout
    assert "Not compared: members." in result.stdout


def test_plan_that_was_made_offline_cannot_be_saved(changed):
    result = changed.run("plan", "--offline", "--out", "plan.json")

    assert result.status == 64
    assert not (changed.root / "plan.json").exists()


def test_offline_compares_with_a_base_as_well(changed):
    result = changed.run("plan", "--offline", "--base", "main", "--format", "json")

    assert _asked(result) == [("oncall", "description")]


# ------------------------------------------------------------------ forms


def test_page_and_comment_are_the_answer(changed):
    page, comment = (changed.run("plan", "--format", each) for each in ("html", "markdown"))

    assert page.stdout.startswith("<!doctype html>")
    assert comment.stdout.startswith("### Plan for the fleet acme-7f3a")
    assert (page.status, comment.status) == (0, 0)


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_form_that_a_command_does_not_have_is_wrong_usage(fleet, form):
    before, after = fleet.run("--format", form, "validate"), fleet.run("validate", "--format", form)

    assert (before.status, after.status) == (64, 64)
    assert "`validate` has no form" in before.stderr
