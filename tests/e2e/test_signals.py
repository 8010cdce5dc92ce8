"""SIGINT and SIGTERM: the call in flight finishes, the state is written, the lock goes, the report is printed."""

from __future__ import annotations

import json
import signal
import time

import pytest

from tests.support.cli import spawn

PATIENCE = 30.0


def hold_up(served, operation):
    """Let the next call of `operation` for each of the two groups take a second."""
    fault = {"kind": "latency", "operation": operation, "seconds": 1.0, "count": 2}
    served.admin("POST", "faults", fault)


def wait_until_both_are_held_up(served):
    """Return when both calls are with the platform: a fault that was used up is listed no longer."""
    until = time.monotonic() + PATIENCE
    while served.admin("GET", "faults")["faults"]:
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize(("how", "form"), [(signal.SIGINT, "text"), (signal.SIGTERM, "json")])
def test_apply_ends_in_order(served, how, form):
    hold_up(served, "chat_create")
    process = spawn("apply", "--yes", "--format", form, cwd=served.fleet.root, variables=served.variables)
    wait_until_both_are_held_up(served)

    process.send_signal(how)
    stdout, stderr = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130, stderr
    assert not served.fleet.lock_file.exists()
    assert set(served.fleet.state["groups"]) == {"oncall", "project"}
    if form == "json":
        assert json.loads(stdout)["interrupted"] is True
    else:
        assert "Interrupted. What was done until then is recorded." in stdout
        assert "not started" in stdout


def test_next_apply_finishes_what_was_interrupted(served):
    hold_up(served, "chat_create")
    process = spawn("apply", "--yes", cwd=served.fleet.root, variables=served.variables)
    wait_until_both_are_held_up(served)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)

    again = served.fleet.run("apply", "--yes")

    assert again.status == 0
    assert served.fleet.run("plan", "--detailed-exitcode").status == 0
    assert len(served.admin("GET", "chats")["chats"]) == 2


@pytest.mark.parametrize(("how", "form"), [(signal.SIGINT, "text"), (signal.SIGTERM, "json")])
def test_plan_ends_at_once(served, how, form):
    served.fleet.run("apply", "--yes")
    hold_up(served, "chat_get")
    process = spawn("plan", "--format", form, cwd=served.fleet.root, variables=served.variables)
    wait_until_both_are_held_up(served)

    process.send_signal(how)
    stdout, stderr = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130
    assert "error: Interrupted" in stderr
    assert "Traceback" not in stderr
    if form == "json":
        assert json.loads(stdout)["diagnostics"][0]["summary"] == "Interrupted"
    else:
        assert stdout == ""
