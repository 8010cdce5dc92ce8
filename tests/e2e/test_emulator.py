"""`groupctl emulator`, and the same commands against a socket."""

from __future__ import annotations

import builtins
import json
import signal
import socket

import pytest

from tests.support.cli import APP, APP_SECRET, HANMEI, run_process, spawn


class TestReset:
    def test_groups_and_state_are_gone(self, fleet):
        fleet.applied()

        result = fleet.run("emulator", "reset")

        assert (result.status, result.stdout) == (0, "The emulator is as the scenario describes it.\n")
        assert not fleet.state_file.exists()
        with fleet.emulator() as emulator:
            assert emulator.acts.chats() == []

    def test_group_files_may_be_wrong(self, fleet):
        fleet.applied().write("groups.yaml", "groups: [\n")

        assert fleet.run("emulator", "reset").status == 0

    def test_settings_have_to_be_right(self, fleet):
        fleet.write("groupctl.yaml", "version: 1\nfleet: acme\nemulator: {scenario: ../elsewhere.yaml}\n")

        result = fleet.run("emulator", "reset")

        assert result.status == 1
        assert "Path outside the fleet" in result.stderr

    def test_everything_can_be_applied_again(self, fleet):
        fleet.applied().run("emulator", "reset")

        assert fleet.run("apply", "--yes").status == 0


class TestAct:
    def test_what_somebody_does_is_seen_by_the_next_command(self, fleet):
        chat = fleet.applied().chat_id("oncall")

        result = fleet.run("emulator", "act", "rename", f"chat_id={chat}", "name=新值班")

        assert (result.status, result.stdout) == (0, "Done.\n")
        assert '"支付值班" → "新值班"' in fleet.run("drift").stdout

    def test_values_are_json_where_they_can_be(self, fleet):
        chat = fleet.applied().chat_id("oncall")

        result = fleet.run(
            "emulator", "act", "add_members", f"chat_id={chat}", 'members=["韩梅梅"]', "--format", "json"
        )

        assert result.status == 0, result
        assert result.json["result"] is None
        with fleet.emulator() as emulator:
            assert HANMEI in json.dumps(emulator.acts.chat(chat))

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (("fly",), "there is no act fly; known are"),
            (("rename", "name=x"), "there are: chat_id, name, by"),
            (("rename", "chat_id=1", "name=x"), "chat_id: must be text"),
            (("rename", "x"), "`x` is not NAME=VALUE."),
        ],
    )
    def test_what_makes_no_sense_is_wrong_usage(self, fleet, arguments, told):
        result = fleet.run("emulator", "act", *arguments)

        assert result.status == 64
        assert told in result.stderr


class TestServe:
    def test_environment_lines_are_printed(self, served):
        assert served.variables == {
            "GROUPCTL_ENDPOINT": served.url,
            "FEISHU_APP_ID": APP,
            "FEISHU_APP_SECRET": APP_SECRET,
        }
        assert served.url.startswith("http://127.0.0.1:")

    def test_plan_and_apply_work_over_http_and_in_process_nothing_is_left_to_do(self, served):
        variables = {name: value for name, value in served.variables.items() if name.startswith("FEISHU")}
        fleet = served.fleet

        planned = run_process(
            "plan", "--detailed-exitcode", "--endpoint", served.url, cwd=fleet.root, variables=variables
        )
        applied = run_process("apply", "--yes", "--endpoint", served.url, cwd=fleet.root, variables=variables)
        again = run_process("plan", "--detailed-exitcode", cwd=fleet.root, variables=served.variables)

        assert planned.status == 2
        assert applied.status == 0, applied
        assert again.status == 0
        assert fleet.run("plan", "--detailed-exitcode").status == 0

    def test_group_files_may_be_wrong(self, fleet):
        fleet.write("groups.yaml", "groups: [\n")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            result = fleet.run("emulator", "serve", "--port", str(taken.getsockname()[1]))

        # It came as far as the port.
        assert "Port cannot be used" in result.stderr

    def test_reset_beside_it_is_noticed(self, served):
        served.admin("POST", "clock", {"move_seconds": 86_400})
        served.admin("POST", "faults", {"kind": "drop"})

        assert served.fleet.run("emulator", "reset").status == 0

        assert served.admin("GET", "faults")["faults"] == []

    def test_wrong_secret_is_told_with_its_code(self, served, monkeypatch):
        monkeypatch.setenv("FEISHU_APP_ID", APP)
        monkeypatch.setenv("FEISHU_APP_SECRET", "wrong-canary-secret")

        result = served.fleet.run("plan", "--endpoint", served.url, "--format", "json")

        (problem,) = result.json["diagnostics"]
        assert result.status == 1
        assert problem["platform"]["code"] == 10014
        assert problem["platform"]["log_id"]
        assert "wrong-canary-secret" not in result.stdout + result.stderr

    def test_missing_credentials_are_named(self, served, monkeypatch):
        monkeypatch.setenv("FEISHU_APP_ID", APP)

        result = served.fleet.run("plan", "--endpoint", served.url)

        assert result.status == 1
        assert "FEISHU_APP_SECRET" in result.stderr
        assert served.admin("GET", "requests")["requests"] == []

    def test_signal_ends_it_in_order(self, fleet):
        process = spawn("emulator", "serve", "--format", "json", cwd=fleet.root)
        assert process.stdout is not None
        announced = ""
        while not announced.endswith("}\n}\n"):
            announced += process.stdout.readline().replace("  }\n", "}\n")

        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)

        assert process.returncode == 0
        assert json.loads(announced)["environment"]["FEISHU_APP_ID"] == APP

    def test_port_that_is_taken_is_told(self, fleet):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            result = fleet.run("emulator", "serve", "--port", str(taken.getsockname()[1]))

        assert result.status == 1
        assert "Port cannot be used" in result.stderr
        assert "--port" in result.stderr

    def test_missing_extra_is_told(self, fleet, monkeypatch):
        original = builtins.__import__

        def without_uvicorn(name, *arguments, **more):
            if name == "reconciler.emulator.server":
                raise ModuleNotFoundError("No module named 'uvicorn'", name="uvicorn")
            return original(name, *arguments, **more)

        monkeypatch.setattr(builtins, "__import__", without_uvicorn)

        result = fleet.run("emulator", "serve")

        assert result.status == 1
        assert "pip install 'feishu-group-reconciler[emulator]'" in result.stderr


SCENARIO_FAULTS = {
    "missing": (None, "tenant.emulator.yaml"),
    "broken": ("version: 1\ntenant: [\n", "tenant.emulator.yaml:"),
    "wrong": ("version: 1\ntenant: {key: t}\napps: []\n", "tenant.emulator.yaml:"),
}


@pytest.mark.parametrize("fault", SCENARIO_FAULTS)
@pytest.mark.parametrize("command", ["plan", "apply --yes", "emulator reset", "emulator serve"])
def test_unusable_scenario_is_told(fleet, fault, command):
    content, told = SCENARIO_FAULTS[fault]
    if content is None:
        (fleet.root / "tenant.emulator.yaml").unlink()
    else:
        fleet.write("tenant.emulator.yaml", content)

    result = fleet.run(*command.split())

    assert result.status == 1
    assert "error: Emulator scenario is wrong" in result.stderr
    assert told in result.stderr


def test_damaged_database_is_told_and_reset_is_offered(fleet):
    (fleet.root / ".groupctl").mkdir()
    (fleet.root / ".groupctl" / "emulator.sqlite").write_text("not a database, for sure. " * 100)

    result = fleet.run("plan")

    assert result.status == 1
    assert "error: Emulator database cannot be used" in result.stderr
    assert "`.groupctl/emulator.sqlite`" in result.stderr
