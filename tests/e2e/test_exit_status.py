"""The exit status of every command, in text and in JSON.

64 wrong usage · 130 interrupted · 4 a guard refused · 1 failed · 3 some groups · 2 changes, when asked · 0.
130 stands in `test_signals.py`.

Source: docs/behaviour.md, "Exit statuses".
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.emulator import Fault, FaultKind
from tests.support.cli import Fleet

Prepare = Callable[[Fleet], object]


def fresh(fleet):
    """Nothing was applied."""


def applied(fleet):
    fleet.applied()


def edited(fleet):
    fleet.applied().edit("groups.yaml", "支付线上值班", "值班")


def drifted(fleet):
    fleet.applied()
    with fleet.emulator() as emulator:
        emulator.acts.rename(fleet.chat_id("oncall"), "somebody was here")


def opened(fleet):
    fleet.applied().edit("groups.yaml", "at_all: only_owner", "at_all: all_members")


def locked(fleet):
    fleet.applied()
    fleet.lock_file.write_text("{}")


def emptied(fleet):
    fleet.applied().write("groups.yaml", "groups: {}\n")


def wrong(fleet):
    fleet.write("groups.yaml", "groups: {oncall: {nme: x}}\n")


def wrong_settings(fleet):
    fleet.write("groupctl.yaml", "version: 1\nflet: acme\n")


def damaged_state(fleet):
    fleet.applied()
    fleet.state_file.write_text("{")


def one_dissolved(fleet):
    edited(fleet)
    with fleet.emulator() as emulator:
        emulator.acts.dissolve(fleet.chat_id("project"))


def all_dissolved(fleet):
    one_dissolved(fleet)
    with fleet.emulator() as emulator:
        emulator.acts.dissolve(fleet.chat_id("oncall"))


def unauthorized(fleet):
    fleet.edit("groupctl.yaml", "endpoint: emulator", "endpoint: feishu").run("state", "init")


TABLE: list[tuple[str, Prepare, int]] = [
    ("validate", fresh, 0),
    ("validate", wrong, 1),
    ("validate --nope", fresh, 64),
    ("plan", fresh, 0),
    ("plan", edited, 0),
    ("plan --detailed-exitcode", applied, 0),
    ("plan --detailed-exitcode", fresh, 2),
    ("plan --detailed-exitcode", edited, 2),
    ("plan", wrong, 1),
    ("plan", damaged_state, 1),
    ("plan", unauthorized, 1),
    ("plan", all_dissolved, 1),
    ("plan", one_dissolved, 3),
    ("plan --detailed-exitcode", one_dissolved, 3),
    ("plan", emptied, 4),
    ("plan --detailed-exitcode", emptied, 4),
    ("plan nope", fresh, 64),
    ("plan --color pink", fresh, 64),
    ("apply --yes", fresh, 0),
    ("apply --yes", applied, 0),
    ("apply --yes", edited, 0),
    ("apply --yes", wrong, 1),
    ("apply --yes", locked, 1),
    ("apply --yes", damaged_state, 1),
    ("apply --yes", unauthorized, 1),
    ("apply --yes", all_dissolved, 1),
    ("apply --yes", one_dissolved, 3),
    ("apply --yes", emptied, 4),
    ("apply", fresh, 64),
    ("apply --yes nope", fresh, 64),
    ("apply --yes --override nope", fresh, 64),
    ("plan --fail-on loosens", opened, 4),
    ("plan --fail-on loosens:medium", opened, 0),
    ("plan --fail-on tightens", opened, 64),
    ("apply --yes --fail-on loosens:low", opened, 4),
    ("apply --yes --fail-on loosens --override loosening", opened, 0),
    ("drift", fresh, 0),
    ("drift", applied, 0),
    ("drift", edited, 0),
    ("drift", drifted, 2),
    ("drift project", drifted, 0),
    ("drift", one_dissolved, 2),
    ("drift", all_dissolved, 2),
    ("drift", emptied, 0),
    ("drift", wrong, 1),
    ("drift", damaged_state, 1),
    ("drift", unauthorized, 1),
    ("drift nope", fresh, 64),
    ("drift --yes", fresh, 64),
    ("show oncall", applied, 0),
    ("show project", one_dissolved, 0),
    ("show oncall", wrong, 1),
    ("show", fresh, 64),
    ("show nope", fresh, 64),
    ("import --all --yes", applied, 0),
    ("import oc_nowhere --yes", applied, 1),
    ("import --all --yes", wrong, 1),
    ("import --all --yes", locked, 1),
    ("import --all", applied, 64),
    ("import", applied, 64),
    ("adopt oncall=oc_nowhere", fresh, 1),
    ("adopt oncall=oc_x", locked, 1),
    ("adopt oncall", fresh, 64),
    ("adopt", fresh, 64),
    ("pull --yes", fresh, 0),
    ("pull --yes", applied, 0),
    ("pull --yes", all_dissolved, 1),
    ("pull --yes", one_dissolved, 3),
    ("pull --yes", wrong, 1),
    ("pull", applied, 64),
    ("pull --yes nope", applied, 64),
    ("doctor", fresh, 0),
    ("doctor", applied, 0),
    ("doctor", locked, 0),
    ("doctor", one_dissolved, 3),
    ("doctor", all_dissolved, 1),
    ("doctor", wrong, 1),
    ("doctor", wrong_settings, 1),
    ("doctor", damaged_state, 1),
    ("doctor", unauthorized, 1),
    ("doctor nope", applied, 64),
    ("forget oncall", applied, 0),
    ("forget oncall", locked, 1),
    ("forget nope", applied, 64),
    ("state init", fresh, 0),
    ("state init", applied, 1),
    ("state list", applied, 0),
    ("state list", damaged_state, 1),
    ("state show oncall", applied, 0),
    ("state show nope", applied, 64),
    ("state mv oncall other", applied, 0),
    ("state mv oncall other", locked, 1),
    ("state mv nope other", applied, 64),
    ("state merge groups.yaml groups.yaml groups.yaml", applied, 1),
    ("state merge nope.json nope.json nope.json", applied, 64),
    ("state unlock --yes", locked, 0),
    ("state unlock", locked, 64),
    ("state nope", fresh, 64),
    ("schema plan", fresh, 0),
    ("schema --out groups.yaml", fresh, 64),
    ("schema", fresh, 64),
    ("completion bash", fresh, 0),
    ("completion", fresh, 64),
    ("emulator reset", applied, 0),
    ("emulator reset", wrong, 0),
    ("emulator reset", wrong_settings, 1),
    ("emulator serve --port x", fresh, 64),
    ("init", fresh, 64),
    ("nope", fresh, 64),
]


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    ("command", "prepare", "status"), TABLE, ids=[f"{row[0]}-{row[1].__name__}-{row[2]}" for row in TABLE]
)
def test_status_is_as_documented(fleet, command, prepare, status, form):
    prepare(fleet)

    result = fleet.run(*command.split(), "--format", form)

    assert result.status == status, result
    assert "This is a bug" not in result.stderr
    if form == "json":
        assert isinstance(result.json, dict)


@pytest.mark.parametrize(
    "command", ["plan", "apply --yes", "show oncall", "state init", "validate", "schema plan"]
)
def test_misspelt_variable_is_wrong_usage(fleet, command, monkeypatch, emulators):
    monkeypatch.setenv("GROUPCTL_ENDPONT", "feishu")

    result = fleet.run(*command.split())

    assert result.status == 64
    assert "`GROUPCTL_ENDPONT` is not a variable of groupctl." in result.stderr
    assert "Did you mean `GROUPCTL_ENDPOINT`?" in result.stderr
    assert emulators.opened == []


def test_help_is_shown_all_the_same_with_a_misspelt_variable(fleet, monkeypatch):
    monkeypatch.setenv("GROUPCTL_ENDPONT", "feishu")

    assert fleet.run("plan", "--help").status == 0


def test_wrong_usage_comes_before_everything_else(fleet):
    emptied(fleet)

    assert fleet.run("plan", "nope").status == 64


def test_guard_comes_before_groups_that_cannot_be_read(fleet, emulators):
    emptied(fleet)
    emulators.faults = [Fault(FaultKind.ANSWER, "chat_get", code=232009, count=None)]

    assert fleet.run("plan").status == 4


@pytest.mark.parametrize(
    "arguments", ["--nope plan", "plan --format=json --nope", "--format json nope", "schema --format json"]
)
def test_wrong_usage_answers_json_when_json_was_asked_for(fleet, arguments):
    result = fleet.run(*arguments.split())

    assert result.status == 64
    assert bool(result.stdout) == ("json" in arguments)
    if result.stdout:
        assert result.summaries == ["Wrong usage"]
