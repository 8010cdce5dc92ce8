"""Announcements in YAML files: Markdown or a file, alone or with `replace_all`."""

from __future__ import annotations

import subprocess
import sys

import pytest

from reconciler.config.announcement import MAX_BYTES
from tests.support.config import load, load_groups, problems_in, problems_of, write_fleet


def _announcement(folder, body, **files):
    for name, content in files.items():
        (folder / f"{name}.md").write_text(content)
    return load_groups(folder, f"groups:\n  ops:\n    announcement: {body}\n")["ops"].announcement


def _texts(announcement):
    return [block.text for block in announcement.blocks]


def test_absent_announcement_is_unmanaged(tmp_path):
    assert load_groups(tmp_path, "groups: {ops: {}}")["ops"].announcement is None


def test_markdown_in_the_file(tmp_path):
    announcement = _announcement(tmp_path, "|\n      # a\n\n      b")

    assert _texts(announcement) == ["a", "b"]
    assert not announcement.replace_all


def test_empty_text_is_managed_and_empty(tmp_path):
    assert _announcement(tmp_path, '""').blocks == ()


@pytest.mark.parametrize("body", ["./a.md", "{markdown: ./a.md, replace_all: true}"])
def test_file_as_seen_from_the_yaml_file(tmp_path, body):
    announcement = _announcement(tmp_path, body, a="# a\n")

    assert _texts(announcement) == ["a"]
    assert announcement.replace_all is body.startswith("{")


def test_file_in_another_folder(tmp_path):
    files = {
        "teams/a.yaml": "groups: {ops: {announcement: ../texts/a.md}}",
        "texts/a.md": "hello",
    }

    assert _texts(load(tmp_path, files).fleet.groups["ops"].announcement) == ["hello"]


def test_template_can_allow_replacing_everything(tmp_path):
    groups = load_groups(
        tmp_path,
        "templates: {t: {announcement: {replace_all: true}}}\n"
        "groups: {ops: {template: t, announcement: hello}, other: {template: t}}",
    )

    assert groups["ops"].announcement
    assert groups["ops"].announcement.replace_all
    assert groups["other"].announcement is None


def test_announcement_of_a_template_can_be_unmanaged(tmp_path):
    groups = load_groups(
        tmp_path,
        "templates: {t: {announcement: hello}}\ngroups: {ops: {template: t, unmanaged: [announcement]}}",
    )

    assert groups["ops"].announcement is None


def test_position_is_that_of_the_key(tmp_path):
    configuration = load(tmp_path, {"a.yaml": "groups:\n  ops:\n    announcement: hello\n"})

    assert str(configuration.positions.find("ops", "announcement")).endswith("a.yaml:3:5")


def test_fault_in_the_yaml_file_is_told_at_the_value_with_the_line_of_the_text(tmp_path):
    [told] = problems_of(tmp_path, {"a.yaml": "groups:\n  ops:\n    announcement: |\n      a\n\n      <b>\n"})

    assert str(told.source).endswith("a.yaml:3:19")
    assert told.address == "ops/announcement"
    assert told.detail.startswith("Line 3 of the text: ")


def test_fault_in_a_file_is_told_there(tmp_path):
    files = {"a.yaml": "groups: {ops: {announcement: ./a.md}}", "a.md": "a\n\n| b |\n|---|\n"}

    [told] = problems_of(tmp_path, files)

    assert str(told.source).endswith("/a.md:3:1")


def test_file_of_two_groups_is_told_once(tmp_path):
    files = {
        "a.yaml": "groups: {one: {announcement: ./a.md}, two: {announcement: ./a.md}}",
        "a.md": "<b>\n",
    }

    assert len(problems_of(tmp_path, files)) == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("./missing.md", "File missing"),
        ("../outside.md", "Path outside the fleet"),
        ("./folder", "File missing"),
        ("./link.md", "Path outside the fleet"),
        ("[a]", "Wrong type"),
        ("5", "Wrong type"),
        ("{text: a}", "Unknown key"),
    ],
)
def test_what_is_no_announcement(tmp_path, body, told):
    fleet = tmp_path / "fleet"
    (fleet / "folder").mkdir(parents=True)
    (tmp_path / "outside.md").write_text("a")
    (fleet / "link.md").symlink_to(tmp_path / "outside.md")

    [problem] = problems_in(fleet, f"groups:\n  ops:\n    announcement: {body}\n")

    assert problem.partition(" ")[2] == told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff", "Not UTF-8"),
        ("a\u202eb".encode(), "Forbidden character"),
        (b"a" * (MAX_BYTES + 1), "File too large"),
    ],
)
def test_file_is_read_as_strictly_as_yaml(tmp_path, content, told):
    (tmp_path / "a.md").write_bytes(content)

    [problem] = problems_of(tmp_path, {"a.yaml": "groups: {ops: {announcement: ./a.md}}"})

    assert problem.summary == told


def test_text_in_the_yaml_file_is_bounded_too(tmp_path):
    text = "a\\n\\n" * (MAX_BYTES // 3 + 1)

    assert problems_in(tmp_path, f'groups:\n  ops:\n    announcement: "{text}"\n') == [
        "3:19 Announcement too long"
    ]


@pytest.mark.parametrize(("body", "imported"), [("name: x", "False"), ("announcement: x", "True")])
def test_only_fleets_with_announcements_load_the_markdown_library(tmp_path, body, imported):
    write_fleet(tmp_path, {"a.yaml": f"groups: {{ops: {{{body}}}}}"})
    script = (
        "import sys; from pathlib import Path; from reconciler.config import load_configuration;"
        " load_configuration(Path(sys.argv[1])); print('markdown_it' in sys.modules)"
    )

    told = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, check=True, text=True
    )

    assert told.stdout.strip() == imported
