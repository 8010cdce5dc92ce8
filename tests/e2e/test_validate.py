"""`groupctl validate`: each wrong fleet gets its message, and nothing is sent.

`UPDATE_GOLDEN=1 pytest tests/e2e/test_validate.py` writes the messages; review them like code.
"""

from __future__ import annotations

import json

import jsonschema
import pytest

from tests.support.cli import LILEI, REPOSITORY, SETTINGS
from tests.support.golden import assert_golden

TABS = "".join(
    f'      - {{name: Tab {number}, url: "https://example.com/{number}"}}\n' for number in range(21)
)
MENUS = "".join(f'      - {{name: M{number}, url: "https://example.com/{number}"}}\n' for number in range(4))

WRONG = {
    "unknown-key": "groups:\n  oncall:\n    name: 支付值班\n    deskription: 值班\n",
    "duplicate-key": "groups:\n  oncall:\n    name: 支付值班\n    name: 值班\n",
    "tab-in-indentation": "groups:\n  oncall:\n\tname: 支付值班\n",
    "wrong-enum": "groups:\n  oncall:\n    name: 支付值班\n    permissions: {at_all: only_owners}\n",
    "missing-alias": f'groups:\n  oncall:\n    name: 支付值班\n    members: ["{LILEI}", "@lilei"]\n',
    "menu-with-link-and-children": (
        "groups:\n  oncall:\n    name: 支付值班\n    menus:\n      - name: 应急\n"
        '        url: "https://example.com"\n        children: [{name: 升级, url: "https://example.com/up"}]\n'
    ),
    "public-name-of-one-character": "groups:\n  oncall:\n    name: 值\n    chat_type: public\n",
    "21-tabs": f"groups:\n  oncall:\n    name: 支付值班\n    tabs:\n{TABS}",
    "4-menus": f"groups:\n  oncall:\n    name: 支付值班\n    menus:\n{MENUS}",
    "restricted-mode-that-restricts-nothing": (
        "groups:\n  oncall:\n    name: 支付值班\n    restricted_mode:\n      status: true\n"
        "      screenshot: all_members\n      download: all_members\n      message: all_members\n"
    ),
}


@pytest.mark.parametrize("mistake", WRONG)
@pytest.mark.parametrize("command", ["validate", "plan", "apply"])
def test_mistake_is_told_and_nothing_is_sent(fleet, mistake, command, emulators):
    fleet.write("groups.yaml", WRONG[mistake])

    result = fleet.run(command, *(["--yes"] if command == "apply" else []))

    assert result.status == 1
    assert result.stdout == ""
    assert emulators.opened == []
    assert not (fleet.root / ".groupctl").exists()
    assert_golden(
        f"cli/validate/{mistake}.txt", f"{WRONG[mistake]}=== told ===\n{result.stderr}".rstrip("\n")
    )


def test_key_in_two_files_is_told_with_both_places(fleet):
    fleet.write("more.yaml", "groups:\n  oncall:\n    name: 值班\n")

    result = fleet.run("validate")

    assert result.status == 1
    assert_golden("cli/validate/key-in-two-files.txt", result.stderr.rstrip("\n"))


def test_problems_of_all_files_are_told_at_once(fleet):
    fleet.write("groups.yaml", WRONG["unknown-key"]).write("more.yaml", "groups: [1]\n")
    fleet.write("groupctl.yaml", SETTINGS + "guard: {}\n")

    result = fleet.run("validate", "--format", "json")

    places = {each["source"]["file"] for each in result.json["diagnostics"]}
    assert result.status == 1
    assert places == {"groups.yaml", "more.yaml", "groupctl.yaml"}


def test_valid_fleet_is_counted(fleet):
    result = fleet.run("validate")

    assert (result.status, result.stdout) == (0, "The configuration is valid: 2 groups.\n")


@pytest.mark.parametrize("groups", ["groups:\n  oncall:\n    name: 支付值班\n", WRONG["unknown-key"]])
def test_json_follows_the_published_schema(fleet, groups):
    schema = json.loads((REPOSITORY / "schemas" / "validate.schema.json").read_text(encoding="utf-8"))
    fleet.write("groups.yaml", groups)

    result = fleet.run("validate", "--format", "json")

    jsonschema.validate(result.json, schema)
    assert result.json["command"] == "validate"


def test_needs_no_credentials(fleet):
    fleet.edit("groupctl.yaml", "endpoint: emulator", "endpoint: feishu")

    assert fleet.run("validate").status == 0


def test_another_folder_is_validated_from_here(fleet, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fleet.write("groups.yaml", WRONG["wrong-enum"])

    result = fleet.run("-C", fleet.root, "validate")

    assert f"{fleet.root}/groups.yaml:4:27" in result.stderr
