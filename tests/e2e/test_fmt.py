"""`groupctl fmt`."""

from __future__ import annotations

import shutil

import pytest

from tests.support.cli import EXAMPLES, SETTINGS, Fleet

UNTIDY = "groups:\n    oncall:\n        description: 'x' # why\n        name: 值班\n"
TIDY = "groups:\n  oncall:\n    name: 值班\n    description: x  # why\n"


@pytest.fixture
def untidy(fleet):
    fleet.write("groups.yaml", UNTIDY)
    return fleet


def _text(fleet: Fleet, file: str = "groups.yaml") -> str:
    return (fleet.root / file).read_bytes().decode()


def test_files_get_their_one_form_and_are_named(untidy):
    result = untidy.run("fmt")

    assert (result.status, result.stdout) == (0, "Changed groups.yaml.\n")
    assert _text(untidy) == TIDY


def test_tidy_files_stay_as_they_are(fleet):
    fleet.write("groups.yaml", TIDY)

    result = fleet.run("fmt")

    assert (result.status, result.stdout) == (0, "All files are in their one form.\n")
    assert (_text(fleet), _text(fleet, "groupctl.yaml")) == (TIDY, SETTINGS)


def test_check_names_what_would_change_and_writes_nothing(untidy):
    result = untidy.run("fmt", "--check")

    assert (result.status, result.stdout) == (1, "Would change groups.yaml.\n")
    assert _text(untidy) == UNTIDY


def test_check_of_tidy_files_is_done(fleet):
    fleet.write("groups.yaml", TIDY)

    assert fleet.run("fmt", "--check").status == 0


def test_diff_shows_the_lines_and_writes_nothing(untidy):
    result = untidy.run("fmt", "--diff")

    assert result.status == 0
    assert "-        description: 'x' # why" in result.stdout.splitlines()
    assert "+    description: x  # why" in result.stdout.splitlines()
    assert _text(untidy) == UNTIDY


def test_diff_can_be_checked(untidy):
    assert untidy.run("fmt", "--check", "--diff").status == 1


def test_only_named_files_change(untidy):
    untidy.write("more.yaml", "groups:\n    b: {}\n")

    result = untidy.run("fmt", "more.yaml")

    assert result.stdout == "Changed more.yaml.\n"
    assert _text(untidy) == UNTIDY


def test_file_with_errors_is_left_alone_and_the_others_go_on(untidy):
    wrong = "groups:\n    b: {nam: x}\n"
    untidy.write("more.yaml", wrong)

    result = untidy.run("fmt")

    assert result.status == 3
    assert "more.yaml:2:9" in result.stderr
    assert (_text(untidy), _text(untidy, "more.yaml")) == (TIDY, wrong)


def test_mistake_in_the_settings_keeps_no_group_file_from_its_form(untidy):
    untidy.write("groupctl.yaml", "version: 2\n")

    result = untidy.run("fmt")

    assert result.status == 3
    assert "groupctl.yaml:1:10" in result.stderr
    assert _text(untidy) == TIDY


def test_alias_that_another_mistake_hides_is_nothing_to_fmt(untidy):
    untidy.write("groups.yaml", "groups:\n    a: {owner: '@nobody'}\n")

    assert untidy.run("fmt").status == 0


@pytest.mark.parametrize(
    ("content", "summary"),
    [
        ("groups: {a: {announcement: |2\n   x\n}}\n", "Invalid YAML"),
        ("groups:\n  a:\n    announcement: |2\n       x\n", "File cannot be put in order"),
        ("tenant: {}\n", "Unknown key"),
        (b"\xff\n".decode("latin-1"), "Wrong type"),
    ],
)
def test_what_cannot_be_put_in_order_is_told(fleet, content, summary):
    fleet.write("groups.yaml", content)

    result = fleet.run("fmt", "groups.yaml", "--format", "json")

    assert result.status == 1
    assert result.summaries == [summary]
    assert _text(fleet) == content


@pytest.mark.parametrize(
    ("file", "summary"), [("gone.yaml", "File cannot be read"), ("../x.yaml", "Path outside the fleet")]
)
def test_file_that_is_none_of_the_fleet_is_told(fleet, file, summary):
    result = fleet.run("fmt", file)

    assert result.status == 1
    assert summary in result.stderr


def test_json_has_the_difference_of_each_file(untidy):
    (file,) = untidy.run("fmt", "--check", "--format", "json").json["files"]

    assert file["file"] == "groups.yaml"
    assert "+    name: 值班" in file["diff"]


def test_byte_order_mark_and_line_breaks_stay(fleet):
    fleet.write("groups.yaml", "\ufeffgroups:\r\n    a: {}\r\n")

    fleet.run("fmt")

    assert _text(fleet) == "\ufeffgroups:\r\n  a: {}\r\n"


def test_file_that_somebody_changes_meanwhile_is_not_overwritten(untidy, monkeypatch):
    from reconciler.config import format as formatting

    original = formatting.tidied

    def slow(root, path):
        change = original(root, path)
        untidy.write("groups.yaml", "groups: {}\n")
        return change

    monkeypatch.setattr(formatting, "tidied", slow)

    result = untidy.run("fmt", "groups.yaml")

    assert "File was changed by somebody else" in result.stderr
    assert _text(untidy) == "groups: {}\n"


def test_examples_are_in_their_form(tmp_path):
    fleet = Fleet(shutil.copytree(EXAMPLES, tmp_path / "examples"))

    assert fleet.run("fmt", "--check").status == 0


def test_new_fleet_is_in_its_form(tmp_path):
    fleet = Fleet(tmp_path)
    fleet.run("init", "--endpoint", "emulator")

    assert fleet.run("fmt", "--check").status == 0
