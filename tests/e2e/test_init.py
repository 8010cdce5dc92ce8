"""`groupctl init`."""

from __future__ import annotations

import json

import pytest

from tests.support.cli import Fleet


@pytest.fixture
def empty(tmp_path):
    (tmp_path / "acme").mkdir()
    return Fleet(tmp_path / "acme")


def test_new_fleet_on_the_emulator_applies_and_converges(empty):
    made = empty.run("init", "--endpoint", "emulator")

    assert made.status == 0
    assert "`groupctl.yaml`" in made.stdout
    assert empty.run("validate").status == 0
    assert empty.run("plan", "--detailed-exitcode").status == 2
    assert empty.run("apply", "--yes").status == 0
    assert empty.run("plan", "--detailed-exitcode").status == 0


@pytest.mark.parametrize("endpoint", ["feishu", "lark", "https://feishu.example.com"])
def test_new_fleet_for_a_platform_is_valid_and_has_a_state(empty, endpoint):
    made = empty.run("init", "--endpoint", endpoint)

    assert made.status == 0
    assert empty.run("validate").status == 0
    assert json.loads((empty.root / "groupctl.lock.json").read_text())["endpoint"] == endpoint
    assert not (empty.root / "tenant.emulator.yaml").exists()


def test_feishu_is_the_endpoint_when_none_is_given(empty):
    empty.run("init")

    assert "endpoint: feishu" in (empty.root / "groupctl.yaml").read_text()


def test_first_plan_of_a_real_fleet_names_the_missing_variable(empty):
    empty.run("init")

    result = empty.run("plan")

    assert result.status == 1
    assert "FEISHU_APP_ID is not set." in result.stderr


def test_fleet_is_named_after_its_folder_and_unique(empty):
    empty.run("init")
    name = json.loads((empty.root / "groupctl.lock.json").read_text())["fleet"]

    assert name.startswith("acme-")
    assert len(name) == len("acme-7f3a")


def test_name_can_be_chosen(empty):
    empty.run("init", "--fleet", "my-groups")

    assert "fleet: my-groups " in (empty.root / "groupctl.yaml").read_text()


@pytest.mark.parametrize(
    "wrong", [("--fleet", "My Groups!"), ("--endpoint", "fieshu"), ("--endpoint", "http://x.example")]
)
def test_wrong_value_is_refused_before_any_file_is_made(empty, wrong):
    result = empty.run("init", *wrong)

    assert result.status == 64
    assert "groupctl.yaml:" not in result.stderr
    assert list(empty.root.iterdir()) == []


@pytest.mark.parametrize("name", ["groupctl.yaml", "groups.yaml"])
def test_existing_file_is_never_overwritten(empty, name):
    empty.write(name, "# mine\n")

    result = empty.run("init", "--endpoint", "emulator")

    assert result.status == 64
    assert f"`{name}` would be overwritten." in result.stderr
    assert [file.name for file in empty.root.iterdir()] == [name]
    assert (empty.root / name).read_text() == "# mine\n"


def test_own_gitignore_is_left_alone(empty):
    empty.write(".gitignore", "mine\n")

    result = empty.run("init", "--endpoint", "emulator")

    assert (empty.root / ".gitignore").read_text() == "mine\n"
    assert ".gitignore" not in result.stdout


def test_editors_find_the_schemas_that_the_first_lines_name(empty):
    empty.run("init", "--endpoint", "emulator")

    for name in ("groupctl.yaml", "groups.yaml"):
        first = (empty.root / name).read_text().splitlines()[0]
        assert (empty.root / first.partition("$schema=")[2]).is_file()


def test_json_lists_the_files(empty):
    result = empty.run("init", "--endpoint", "emulator", "--format", "json")

    assert all((empty.root / name).is_file() for name in result.json["files"])


def test_folder_that_cannot_be_written_is_told(empty):
    empty.write("file", "")

    result = Fleet(empty.root).run("-C", "/proc/self/fdinfo", "init", "--endpoint", "emulator")

    assert result.status == 1
    assert "error: File cannot be used" in result.stderr
