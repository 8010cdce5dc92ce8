"""What people see on a terminal: questions, colour, progress."""

from __future__ import annotations

import signal

import pytest

from tests.support.cli import command, environment
from tests.support.terminal import Terminal

ESCAPE = "\x1b["


def start(fleet, *arguments, variables=None):
    given = environment({"TERM": "xterm-256color"} | dict(variables or {}))
    return Terminal(command(*arguments), fleet.root, given)


def test_yes_applies(fleet):
    terminal = start(fleet, "apply", "oncall")

    terminal.wait_for("Apply this to 1 group? [y/N]: ")
    terminal.type("y\n")

    assert terminal.end() == 0
    assert "Outcome: 1 done." in terminal.shown
    assert set(fleet.state["groups"]) == {"oncall"}


def test_no_changes_nothing(fleet):
    terminal = start(fleet, "apply")

    terminal.wait_for("Apply this to 2 groups? [y/N]: ")
    terminal.type("\n")

    assert terminal.end() == 0
    assert "Nothing was changed." in terminal.shown
    assert not fleet.state_file.exists()
    assert not fleet.lock_file.exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_question_can_be_interrupted(fleet, how):
    terminal = start(fleet, "apply")
    terminal.wait_for("[y/N]: ")

    terminal.interrupt(how)

    assert terminal.end() == 130
    assert not fleet.state_file.exists()
    assert not fleet.lock_file.exists()
    assert "Traceback" not in terminal.shown


def test_nothing_is_asked_when_there_is_nothing_to_do(fleet):
    terminal = start(fleet.applied(), "apply")

    assert terminal.end() == 0
    assert "[y/N]" not in terminal.shown


def test_json_cannot_be_confirmed(fleet):
    terminal = start(fleet, "apply", "--format", "json")

    assert terminal.end() == 64
    assert "groupctl apply --yes" in terminal.shown


def test_unlocking_asks_who_may_hold_the_lock(fleet):
    fleet.applied().lock_file.write_text("{}")
    terminal = start(fleet, "state", "unlock")

    terminal.wait_for("The lock is held by somebody unknown. Remove it? [y/N]: ")
    terminal.type("y\n")

    assert terminal.end() == 0
    assert not fleet.lock_file.exists()


def test_plan_is_coloured(fleet):
    terminal = start(fleet, "plan")

    assert terminal.end() == 0
    assert ESCAPE in terminal.shown


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [((), {"NO_COLOR": "1"}), (("--color", "never"), {}), ((), {"TERM": "dumb"})],
    ids=["NO_COLOR", "never", "dumb"],
)
def test_colour_can_be_switched_off(fleet, arguments, variables):
    terminal = start(fleet, "plan", *arguments, variables=variables)

    assert terminal.end() == 0
    assert ESCAPE not in terminal.shown


def test_progress_is_shown_after_a_second_and_goes_away(served):
    served.fleet.run("plan")
    served.admin("POST", "faults", {"kind": "latency", "operation": "chat_list", "seconds": 1.6})
    terminal = start(served.fleet, "plan", variables=served.variables)

    assert terminal.end() == 0
    assert f"\r{ESCAPE}K2/2 groups" in terminal.shown
    assert (
        terminal.shown.rpartition("2/2 groups")[2]
        .lstrip("\r 0123456789:cals")
        .startswith((f"{ESCAPE}K", "\r"))
    )


def test_quiet_shows_no_progress(served):
    served.admin("POST", "faults", {"kind": "latency", "operation": "chat_list", "seconds": 1.6})
    terminal = start(served.fleet, "plan", "-q", variables=served.variables)

    assert terminal.end() == 0
    assert "2/2 groups" not in terminal.shown
