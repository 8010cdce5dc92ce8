"""Where an effective value was written."""

from __future__ import annotations

import pytest

from tests.support.config import load

FILES = {
    "groupctl.yaml": """\
version: 1
fleet: acme
defaults:
  permissions: {at_all: only_owner}
""",
    "people.yaml": "people: {lilei: ou_1, bot: cli_1}\n",
    "groups.yaml": """\
defaults:
  managers: ["@lilei", cli_1]
templates:
  incident:
    restricted_mode: {message: not_anyone}
groups:
  ops:
    template: incident
    name: 值班
    i18n_names:
      en_us: On-call
    permissions: {share_card: allowed, edit: only_owner}
    moderation: {mode: moderator_list, moderators: [ou_2]}
    members: [ou_3]
    tabs:
      - {name: Runbook, url: https://x}
      - name: a/b
        url: https://y
    menus:
      - name: 应急
        children: [{name: 升级}]
      - {name: 应急/排班}
  bare: {}
""",
}

PLACES = {
    "": "groups.yaml:7:3",
    "name": "groups.yaml:9:5",
    "i18n_names.en_us": "groups.yaml:11:7",
    "i18n_names.ja_jp": "groups.yaml:10:5",
    "description": "groups.yaml:7:3",
    "permissions": "groups.yaml:12:5",
    "permissions.at_all": "groupctl.yaml:4:17",
    "permissions.add_member": "groups.yaml:12:19",
    "permissions.urgent": "groups.yaml:12:5",
    "restricted_mode": "groups.yaml:5:5",
    "managers": "groups.yaml:2:3",
    "managers/ou_1": "groups.yaml:2:14",
    "managers/cli_1": "groups.yaml:2:24",
    "managers/ou_9": "groups.yaml:2:3",
    "moderation": "groups.yaml:13:5",
    "moderation/ou_2": "groups.yaml:13:53",
    "members": "groups.yaml:14:5",
    "members/ou_3": "groups.yaml:14:15",
    "members/ou_1": "groups.yaml:2:14",
    "members/ou_2": "groups.yaml:13:53",
    "members/ou_9": "groups.yaml:14:5",
    "tabs": "groups.yaml:15:5",
    "tabs/Runbook": "groups.yaml:16:9",
    "tabs/a/b": "groups.yaml:17:9",
    "tabs/gone": "groups.yaml:15:5",
    "menus/应急": "groups.yaml:20:9",
    "menus/应急/升级": "groups.yaml:21:20",
    "menus/应急/gone": "groups.yaml:20:9",
    "menus/应急/排班": "groups.yaml:22:9",
    "lifecycle/x": "groups.yaml:7:3",
}


@pytest.mark.parametrize(("path", "place"), PLACES.items())
def test_place_of_a_value(tmp_path, path, place):
    positions = load(tmp_path, FILES).positions

    source = positions.find("ops", path)

    assert source is not None
    assert str(source) == f"{tmp_path.as_posix()}/{place}"


def test_facet_that_is_not_written_is_its_group(tmp_path):
    positions = load(tmp_path, FILES).positions

    source = positions.find("bare", "tabs/Runbook")

    assert source is not None
    assert source.line == 23


def test_unknown_group_has_no_place(tmp_path):
    assert load(tmp_path, FILES).positions.find("gone") is None


def test_asking_for_another_group_is_answered_for_that_group(tmp_path):
    positions = load(tmp_path, FILES).positions

    lines = [source.line for key in ("ops", "ops", "bare", "ops") if (source := positions.find(key, "tabs"))]

    assert lines == [15, 15, 23, 15]
