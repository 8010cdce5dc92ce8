"""`groupctl link`."""

from __future__ import annotations

import datetime as dt

from reconciler.emulator import Fault, FaultKind
from tests.support.cli import KATE


def test_link_stands_alone_on_stdout(fleet):
    result = fleet.applied().run("link", "oncall")

    assert result.status == 0
    assert result.stdout.startswith("https://")
    assert len(result.stdout.split()) == 1
    assert result.stderr.startswith("Good until 20")


def test_people_can_join_by_it(fleet):
    fleet.applied()

    link = fleet.run("link", "project", "--quiet").stdout.strip()

    with fleet.emulator() as emulator:
        emulator.acts.join_by_link("Kate Green", link)
        assert KATE in emulator.acts.chat(fleet.chat_id("project"))["members"]


def test_programs_get_the_end_of_the_link(fleet):
    fleet.applied()

    week = fleet.run("link", "oncall", "--format", "json").json
    year = fleet.run("link", "oncall", "--valid", "year", "--format", "json").json

    assert (week["command"], week["key"]) == ("link", "oncall")
    assert week["link"].startswith("https://")
    longer = dt.datetime.fromisoformat(year["expires"]) - dt.datetime.fromisoformat(week["expires"])
    assert abs(longer.days - (365 - 7)) <= 1


def test_permanent_link_has_no_end(fleet):
    fleet.applied()

    text = fleet.run("link", "oncall", "--valid", "permanently")
    answer = fleet.run("link", "oncall", "--valid", "permanently", "--format", "json").json

    assert text.stderr == "Good for as long as our app is in the group.\n"
    assert answer["expires"] is None


def test_group_that_was_never_created_has_none(fleet):
    result = fleet.run("link", "oncall")

    assert result.status == 64
    assert result.stderr.startswith("error: Group has no chat yet\n")


def test_unknown_key_is_wrong_usage(fleet):
    result = fleet.run("link", "nope")

    assert result.status == 64
    assert "Nothing matches `nope`." in result.stderr


def test_adopted_chat_of_the_configuration_has_one_before_the_first_apply(fleet):
    fleet.applied()
    chat = fleet.chat_id("oncall")
    fleet.write("groups.yaml", f"groups:\n  moved: {{chat_id: {chat}}}\n")

    assert fleet.run("link", "moved").status == 0


def test_group_without_share_links_is_told(fleet, emulators, one_attempt):
    fleet.applied()
    emulators.faults = [Fault(FaultKind.ANSWER, "chat_link", code=232063, count=None)]

    result = fleet.run("link", "oncall", "--format", "json")

    assert result.status == 1
    assert result.summaries == ["Group has no share link"]
