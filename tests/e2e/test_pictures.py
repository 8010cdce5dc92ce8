"""Pictures of a fleet, from the file to the group."""

from __future__ import annotations

import re

import pytest

from reconciler.model.pictures import digest_of
from tests.support.pictures import png

PICTURE, OTHER = png(64, 64), png(32, 32)


@pytest.fixture
def pictured(fleet):
    fleet.edit("groups.yaml", "    description: 支付线上值班", "    avatar: ./avatars/oncall.png")
    (fleet.root / "avatars").mkdir()
    (fleet.root / "avatars" / "oncall.png").write_bytes(PICTURE)
    return fleet


def test_avatar_of_a_new_group_comes_from_the_file(pictured):
    pictured.applied()

    assert pictured.run("plan", "--detailed-exitcode").status == 0
    with pictured.emulator() as emulator:
        assert emulator.acts.chat(pictured.chat_id("oncall"))["avatar"].startswith("img_")


def test_plan_shows_the_file_as_it_is_written_and_its_place(pictured):
    result = pictured.run("plan")

    [line] = [line for line in result.stdout.splitlines() if " avatar " in line]
    assert line.split()[-2:] == ['"./avatars/oncall.png"', "groups.yaml:4:5"]
    assert digest_of(PICTURE) in pictured.run("plan", "--format", "json").stdout


def test_changed_file_is_a_change(pictured):
    pictured.applied()
    (pictured.root / "avatars" / "oncall.png").write_bytes(OTHER)

    plan = pictured.run("plan", "--format", "json").json
    shown = pictured.run("plan").stdout

    assert plan["totals"]["calls"] == {"update_chat": 1, "upload_image": 1}
    assert re.search(r'avatar  "img_\S{1,20}" → "./avatars/oncall.png"', shown), shown
    assert pictured.run("apply", "--yes").status == 0
    assert pictured.run("plan", "--detailed-exitcode").status == 0


def test_picture_of_20_megabytes_is_told_without_a_platform(pictured):
    (pictured.root / "avatars" / "oncall.png").write_bytes(PICTURE + bytes(20 * 1024**2))

    result = pictured.run("validate")

    assert result.status == 1
    assert result.stderr.startswith("error: Picture too large\n  groups.yaml:4:13  oncall/settings\n")


def test_desired_avatar_is_shown_beside_one_that_nobody_can_read(pictured):
    pictured.applied()

    [line] = [line for line in pictured.run("show", "oncall").stdout.splitlines() if " avatar " in f" {line}"]

    assert "img_" in line
    assert "(not told)" in line
