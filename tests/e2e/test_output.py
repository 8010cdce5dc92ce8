"""What goes where: the answer to stdout, the rest to stderr; nothing breaks a terminal, a pipe or a program."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from reconciler.emulator import Fault, FaultKind
from tests.support.cli import command, environment, make_fleet, run_process

HOSTILE = "evil\x1b]0;owned\x07 \u202egnp.exe\u2066 \x9b31m"
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def test_plan_goes_to_stdout_alone(fleet):
    result = fleet.run("plan")

    assert result.stdout.startswith("Plan for the fleet acme-7f3a")
    assert result.stderr == ""


def test_warnings_go_to_stderr(fleet):
    fleet.edit("groups.yaml", "支付线上值班", "值" * 101)

    result = fleet.run("validate")

    assert result.status == 0
    assert "warning:" in result.stderr
    assert "warning:" not in result.stdout


def test_errors_go_to_stderr(fleet):
    result = fleet.run("plan", "nope")

    assert result.stdout == ""
    assert result.stderr.startswith("error: No such group\n")


@pytest.mark.parametrize("arguments", ["plan", "apply --yes", "show oncall", "state list", "plan nope"])
def test_no_escape_is_written_where_there_is_no_terminal(fleet, arguments):
    result = fleet.run(*arguments.split())

    assert "\x1b" not in result.stdout + result.stderr


def test_colour_can_be_asked_for(fleet):
    assert "\x1b[32m" in fleet.run("plan", "--color", "always").stdout


def test_text_means_the_same_without_colour(fleet):
    coloured = fleet.run("plan", "--color", "always").stdout

    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == fleet.run("plan").stdout


@pytest.mark.parametrize("arguments", ["plan", "apply --yes", "show oncall"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_hostile_names_of_the_platform_are_neutralised(fleet, arguments, form):
    fleet.applied()
    with fleet.emulator() as emulator:
        emulator.acts.rename(fleet.chat_id("oncall"), HOSTILE)
        emulator.acts.change(fleet.chat_id("oncall"), description=HOSTILE)

    result = fleet.run(*arguments.split(), "--format", form, "-vv")

    assert not UNSAFE.search(result.stdout + result.stderr)
    if "apply" not in arguments:
        assert "\\u202e" in result.stdout


def test_hostile_answer_of_the_platform_is_neutralised(fleet, emulators, one_attempt):
    fleet.applied()
    emulators.faults = [Fault(FaultKind.ANSWER, "chat_get", status=502, body=HOSTILE, count=None)]

    result = fleet.run("plan", "-vv")

    assert not UNSAFE.search(result.stdout + result.stderr)


def test_hostile_argument_is_neutralised(fleet):
    result = fleet.run("plan", "x\x1b[2J", f"--color={HOSTILE}")
    other = fleet.run("plan", "x\x1b[2J")

    assert not UNSAFE.search(result.stderr + other.stderr)


def test_wide_characters_are_aligned_by_cells(fleet):
    lines = fleet.run("plan", "oncall").stdout.splitlines()

    name, description = (line for line in lines if "groups.yaml:3:5" in line or "groups.yaml:4:5" in line)
    assert name.index("groups.yaml") + 4 == description.index("groups.yaml") + 6


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "utf-16"])
def test_encoding_of_a_pipe_does_not_matter(tmp_path, encoding):
    fleet = make_fleet(tmp_path / "fleet", groups="groups: {oncall: {name: 支付 🚨 值班}}\n")

    result = run_process("plan", cwd=fleet.root, variables={"PYTHONIOENCODING": encoding})

    assert result.status == 0
    assert '"支付 🚨 值班"' in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize("arguments", ["plan", "apply --yes", "schema plan"])
def test_reader_that_leaves_is_no_error(fleet, arguments):
    line = " ".join(command(*arguments.split()))

    process = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line} | head -1; echo ${{PIPESTATUS[0]}}"],
        cwd=fleet.root,
        env=environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )

    assert process.stderr == ""
    assert process.stdout.splitlines()[-1] == "0"


def test_apply_is_finished_when_its_reader_leaves(fleet):
    reader, writer = subprocess.Popen(["true"], stdin=subprocess.PIPE), None
    writer = subprocess.Popen(
        command("apply", "--yes"),
        cwd=fleet.root,
        env=environment(),
        stdout=reader.stdin,
        stderr=subprocess.PIPE,
    )
    assert reader.stdin is not None
    reader.stdin.close()
    reader.wait(timeout=30)

    _, stderr = writer.communicate(timeout=60)

    assert (writer.returncode, stderr) == (0, b"")
    assert set(fleet.state["groups"]) == {"oncall", "project"}


def test_full_disk_is_told(fleet):
    with Path("/dev/full").open("w") as full:
        process = subprocess.run(
            command("plan"),
            cwd=fleet.root,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert process.returncode == 1
    assert b"No space left on device" in process.stderr
    assert b"Traceback" not in process.stderr


ERRORS = [
    "plan nope",
    "apply",
    "apply --yes nope",
    "show nope",
    "forget nope",
    "state show nope",
    "state mv nope other",
    "init",
    "plan --nope",
]


@pytest.mark.parametrize("arguments", ERRORS)
def test_errors_are_json_when_json_was_asked_for(fleet, arguments):
    result = fleet.run(*arguments.split(), "--format", "json")

    told = json.loads(result.stdout)
    assert told["command"] == ("state " if "state" in arguments else "") + arguments.removeprefix(
        "state "
    ).split()[0] or ("--nope" in arguments)
    assert told["counts"]["errors"] == 1
    assert {"has_changes", "has_drift"} <= told.keys()
    assert told["diagnostics"][0]["hint"]


@pytest.mark.parametrize("variable", ["GROUPCTL_ENDPOINT", "GROUPCTL_STATE"])
def test_variables_choose_endpoint_and_state(fleet, monkeypatch, variable):
    fleet.edit("groupctl.yaml", "endpoint: emulator", "endpoint: lark")
    monkeypatch.setenv("GROUPCTL_ENDPOINT", "emulator")
    monkeypatch.setenv("GROUPCTL_STATE", "chosen.json")

    assert fleet.run("apply", "--yes").status == 0
    assert (fleet.root / "chosen.json").is_file()


def test_options_are_nearer_than_variables(fleet, monkeypatch):
    monkeypatch.setenv("GROUPCTL_ENDPOINT", "lark")
    monkeypatch.setenv("GROUPCTL_STATE", "variable.json")

    assert fleet.run("apply", "--yes", "--endpoint", "emulator", "--state", "option.json").status == 0
    assert (fleet.root / "option.json").is_file()
    assert not (fleet.root / "variable.json").exists()
