"""SIGINT and SIGTERM: the call in flight finishes, the state is written, the lock goes, the report is printed."""

from __future__ import annotations

import json
import signal
import time

import pytest

from tests.support.cli import spawn

PATIENCE = 30.0


def wait_until_asked(served, operation, times=1):
    """Return when the emulator got `times` calls of `operation`."""
    until = time.monotonic() + PATIENCE
    while True:
        asked = [each["operation"] for each in served.admin("GET", "requests")["requests"]]
        if asked.count(operation) >= times:
            return
        assert time.monotonic() < until, asked


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_apply_ends_in_order(served, how, form):
    served.admin(
        "POST", "faults", {"kind": "latency", "operation": "chat_create", "seconds": 1.5, "count": 2}
    )
    process = spawn("apply", "--yes", "--format", form, cwd=served.fleet.root, variables=served.variables)
    wait_until_asked(served, "chat_list")
    time.sleep(0.5)  # until both creates are on their way; they take three times as long

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
    served.admin(
        "POST", "faults", {"kind": "latency", "operation": "chat_create", "seconds": 1.0, "count": 2}
    )
    process = spawn("apply", "--yes", cwd=served.fleet.root, variables=served.variables)
    wait_until_asked(served, "chat_list")
    time.sleep(0.4)  # until both creates are on their way
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)

    again = served.fleet.run("apply", "--yes")

    assert again.status == 0
    assert served.fleet.run("plan", "--detailed-exitcode").status == 0
    assert len(served.admin("GET", "chats")["chats"]) == 2


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_plan_ends_at_once(served, how, form):
    served.fleet.run("apply", "--yes")
    served.admin("DELETE", "requests")
    served.admin("POST", "faults", {"kind": "latency", "operation": "chat_get", "seconds": 3, "count": None})
    process = spawn("plan", "--format", form, cwd=served.fleet.root, variables=served.variables)
    wait_until_asked(served, "auth_tenant_access_token_internal")

    process.send_signal(how)
    stdout, stderr = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130
    assert "error: Interrupted" in stderr
    assert "Traceback" not in stderr
    if form == "json":
        assert json.loads(stdout)["diagnostics"][0]["summary"] == "Interrupted"
    else:
        assert stdout == ""
