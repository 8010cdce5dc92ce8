"""`groupctl forget`."""

from __future__ import annotations


def test_group_is_no_longer_managed_and_stays_as_it_is(fleet, emulators):
    fleet.applied()
    chat_id = fleet.chat_id("oncall")
    emulators.opened.clear()

    result = fleet.run("forget", "oncall")

    assert result.status == 0
    assert "remove it there, or the next apply manages it again" in result.stdout
    assert "oncall" not in fleet.state["groups"]
    assert fleet.state["tombstones"]["oncall"]["group"]["chat_id"] == chat_id
    assert emulators.opened == []


def test_key_that_left_the_files_is_simply_forgotten(fleet):
    fleet.applied()
    fleet.write("groups.yaml", "groups: {other: {name: Other}}")

    result = fleet.run("forget", "oncall")

    assert result.stdout == "`oncall` is no longer managed; the group itself was not changed.\n"


def test_unknown_key_is_wrong_usage(fleet):
    fleet.applied()

    result = fleet.run("forget", "nope")

    assert result.status == 64
    assert fleet.state["tombstones"] == {}


def test_key_that_was_never_applied_is_unknown(fleet):
    assert fleet.run("forget", "oncall").status == 64


def test_json_names_the_key(fleet):
    fleet.applied()

    result = fleet.run("forget", "oncall", "--format", "json")

    assert result.json["command"] == "forget"
    assert result.json["key"] == "oncall"


def test_nothing_is_forgotten_while_somebody_holds_the_lock(fleet):
    fleet.applied()
    fleet.lock_file.write_text("{}")

    result = fleet.run("forget", "oncall")

    assert result.status == 1
    assert "oncall" in fleet.state["groups"]


def test_group_that_is_given_up_is_made_anew(fleet):
    fleet.applied()
    first = fleet.chat_id("oncall")

    forgotten = fleet.run("forget", "oncall", "--abandon")
    assert forgotten.status == 0
    assert "the next apply creates a new group" in forgotten.stdout
    assert "given up" in fleet.run("state", "show", "oncall").stdout
    result = fleet.run("apply", "--yes", "oncall")

    assert result.status == 0
    assert fleet.chat_id("oncall") != first
    assert fleet.state["groups"]["oncall"]["incarnation"] == 1
