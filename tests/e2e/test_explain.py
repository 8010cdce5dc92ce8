"""`groupctl explain`."""

from __future__ import annotations

import json

import jsonschema

from tests.support.cli import REPOSITORY

GROUPS = """\
defaults:
  permissions: {share_card: not_allowed}
groups:
  oncall:
    name: 支付值班
    permissions: {add_member: all_members}
    managers: [ou_1]
    unmanaged: [permissions.urgent]
"""


def test_every_value_has_its_place_its_layer_and_what_it_overrides(fleet):
    fleet.write("groups.yaml", GROUPS)

    result = fleet.run("explain", "oncall")

    assert result.status == 0
    assert (
        result.stdout
        == """\
oncall  "支付值班"
  path                    value          source            from
  name                    "支付值班"     groups.yaml:5:5   group
  permissions.add_member  "all_members"  groups.yaml:6:19  group
                          "only_owner"   groups.yaml:2:17  overridden: file defaults, as permissions.share_card
  permissions.urgent      (unmanaged)    groups.yaml:8:17  group
  managers                1 listed       groups.yaml:7:5   group
  managers.mode           "exact"                          default
  managers/ou_1           listed         groups.yaml:7:16  group
  members/ou_1            implied        groups.yaml:7:16  is a manager
  on_remove               "forget"                         default
"""
    )


def test_path_narrows_the_answer(fleet):
    fleet.write("groups.yaml", GROUPS)

    result = fleet.run("explain", "oncall", "managers/ou_1")

    assert [line.split()[0] for line in result.stdout.splitlines()[2:]] == ["managers/ou_1"]


def test_what_nothing_writes_is_told(fleet):
    result = fleet.run("explain", "oncall", "avatar")

    assert result.stdout.splitlines()[-1].split() == ["avatar", "(unmanaged)", "nothing", "writes", "it"]


def test_member_who_is_listed_and_has_a_role_shows_both(fleet):
    fleet.write("groups.yaml", "groups: {a: {name: A, members: [ou_1], managers: [ou_1]}}\n")

    listed, duty = fleet.run("explain", "a", "members/ou_1").stdout.splitlines()[2:]

    assert listed.endswith("group")
    assert duty.split()[1:] == ["is", "a", "manager"]


def test_json_fits_its_published_schema(fleet):
    fleet.write("groups.yaml", GROUPS)

    result = fleet.run("explain", "oncall", "--format", "json")

    schema = json.loads((REPOSITORY / "schemas" / "explain.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(result.json, schema)
    assert [each["path"] for each in result.json["values"]][:2] == ["name", "permissions.add_member"]


def test_unknown_path_is_wrong_usage_with_a_suggestion(fleet):
    result = fleet.run("explain", "oncall", "permissions.atall")

    assert result.status == 64
    assert "Did you mean `permissions.at_all`?" in result.stderr


def test_unknown_key_is_wrong_usage(fleet):
    result = fleet.run("explain", "nope", "--format", "json")

    assert result.status == 64
    assert result.summaries == ["No such group"]


def test_text_of_the_files_cannot_move_the_cursor(fleet):
    fleet.write("groups.yaml", 'groups: {a: {name: A, tabs: [{name: "\\e[2J", url: "https://x"}]}}\n')

    assert "\x1b" not in fleet.run("explain", "a").stdout
