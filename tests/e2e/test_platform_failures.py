"""What the platform refuses, and what happens when it cannot be reached: one diagnostic each."""

from __future__ import annotations

import pytest

from reconciler.emulator import Fault, FaultKind
from tests.support.cli import ADOPTED, APP, SCENARIO, make_fleet

GONE = "oc_343d586a0c8f976fbc44a33459c4479f"


def problem_of(result, key):
    """The one problem of a group in a JSON plan."""
    (problem,) = [group["problem"] for group in result.json["groups"] if group["key"] == key]
    return problem


@pytest.fixture
def changed(fleet):
    """Applied once; both groups were edited since."""
    return (
        fleet.applied()
        .edit("groups.yaml", "支付线上值班", "值班")
        .edit("groups.yaml", "name: Project", "name: Projects")
    )


class TestDissolvedChat:
    @pytest.fixture
    def dissolved(self, changed):
        with changed.emulator() as emulator:
            emulator.acts.dissolve(changed.chat_id("oncall"))
        return changed

    def test_plan_tells_it_once_and_plans_the_others(self, dissolved):
        result = dissolved.run("plan")

        assert result.status == 3
        assert result.stdout.count("error:") == 1
        assert "dissolved" in result.stdout
        assert "log id" in result.stdout
        assert '"Project" → "Projects"' in result.stdout

    def test_apply_changes_the_others(self, dissolved):
        result = dissolved.run("apply", "--yes")

        assert result.status == 3
        assert "done  project" in result.stdout


class TestAppOutsideTheChat:
    @pytest.fixture
    def outside(self, tmp_path):
        scenario = f"{SCENARIO}\ngroups:\n  - {{chat_id: {ADOPTED}, name: Elsewhere, owner: Kate Green}}\n"
        groups = f"groups:\n  other:\n    chat_id: {ADOPTED}\n    name: Ours\n  oncall:\n    name: 支付值班\n"
        return make_fleet(tmp_path / "outside", groups=groups, scenario=scenario)

    def test_plan_says_so_and_plans_the_others(self, outside):
        result = outside.run("plan")

        assert result.status == 3
        assert ADOPTED in result.stdout
        assert "log id" in result.stdout
        assert "+ create  oncall" in result.stdout

    def test_apply_changes_the_others(self, outside):
        result = outside.run("apply", "--yes")

        assert result.status == 3
        assert "done  oncall" in result.stdout
        with outside.emulator() as emulator:
            assert emulator.acts.chat(ADOPTED)["name"] == "Elsewhere"


@pytest.mark.parametrize("code", [232009, 232011, 232019])
def test_refused_read_is_told_with_code_status_and_log_id(changed, emulators, one_attempt, code):
    emulators.faults = [
        Fault(FaultKind.ANSWER, "chat_get", chat_id=changed.chat_id("oncall"), code=code, count=None)
    ]

    result = changed.run("plan", "--format", "json")

    problem = problem_of(result, "oncall")
    assert result.status == 3
    assert (problem["platform"]["code"], problem["platform"]["operation"]) == (code, "chat_get")
    assert problem["platform"]["http_status"] == 400
    assert len(problem["platform"]["log_id"]) == 32
    assert problem["hint"]


def test_refused_write_is_told_once_with_code_and_log_id(changed, emulators):
    emulators.faults = [
        Fault(FaultKind.ANSWER, "chat_update", chat_id=changed.chat_id("oncall"), code=232016)
    ]

    result = changed.run("apply", "--yes")

    outcome = result.stdout.partition("Plan:")[2]
    assert result.status == 3
    assert outcome.count("code 232016") == 1
    assert "log id " in outcome
    assert "operation chat_update" in outcome
    assert "done  project" in outcome


@pytest.mark.parametrize("command", ["plan", "apply --yes"])
def test_missing_bot_ability_stops_the_run_with_one_diagnostic(changed, emulators, command):
    emulators.faults = [Fault(FaultKind.ANSWER, "chat_get", code=232025, count=None)]

    result = changed.run(*command.split())

    assert result.status == 1
    assert result.stderr.count("error:") == 1
    assert "code 232025" in result.stderr


@pytest.mark.parametrize("command", ["plan", "apply --yes", "show oncall"])
def test_unreachable_platform_is_told_once(changed, monkeypatch, closed_port, one_attempt, command):
    monkeypatch.setenv("FEISHU_APP_ID", APP)
    monkeypatch.setenv("FEISHU_APP_SECRET", "secret-of-ours")

    result = changed.run(*command.split(), "--endpoint", f"http://127.0.0.1:{closed_port}")

    told = result.stdout + result.stderr
    assert result.status == 1
    assert told.count("error:") == 1
    assert "reach" in told or "connect" in told
    assert not changed.lock_file.exists()


@pytest.mark.parametrize("kind", [FaultKind.MALFORMED, FaultKind.TRUNCATED, FaultKind.DROP])
def test_unreadable_answer_is_survived(changed, emulators, one_attempt, kind):
    emulators.faults = [Fault(kind, "chat_get", chat_id=changed.chat_id("oncall"), count=None)]

    result = changed.run("plan")

    assert result.status == 3
    assert "! not planned  oncall" in result.stdout
    assert '"Project" → "Projects"' in result.stdout


def test_html_error_page_is_survived(changed, emulators, one_attempt):
    emulators.faults = [
        Fault(FaultKind.ANSWER, "chat_get", chat_id=changed.chat_id("oncall"), status=502, count=None)
    ]

    result = changed.run("plan")

    assert result.status == 3
    assert "HTTP 502" in result.stdout


@pytest.mark.parametrize("missing", ["FEISHU_APP_ID", "FEISHU_APP_SECRET"])
@pytest.mark.parametrize("command", ["plan", "apply --yes", "show oncall"])
def test_missing_credentials_are_named_by_their_variable(fleet, monkeypatch, missing, command):
    fleet.edit("groupctl.yaml", "endpoint: emulator", "endpoint: feishu").run("state", "init")
    monkeypatch.setenv("FEISHU_APP_ID", APP)
    monkeypatch.setenv("FEISHU_APP_SECRET", "secret-of-ours")
    monkeypatch.delenv(missing)

    result = fleet.run(*command.split())

    assert result.status == 1
    assert "error: Missing credentials" in result.stderr
    assert missing in result.stderr
    assert not (fleet.root / "groupctl.lock.json.lock").exists()
