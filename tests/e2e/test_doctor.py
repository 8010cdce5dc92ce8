"""`groupctl doctor`: on the emulator in this process, and behind a socket from a process of its own."""

from __future__ import annotations

from importlib import metadata

import pytest

from tests.support.cli import APP, APP_SECRET, SCENARIO, run_process

CANARY = "canary-5f0c1d7e-secret"
WRITES = ("create", "update", "delete", "sort", "patch", "put", "add", "batch_update")


def verdicts(result, topic):
    return [check["verdict"] for check in result.json["checks"] if check["topic"] == topic]


def told(result, topic):
    return " ".join(
        f"{check['summary']} {check['detail']} {check['hint']}"
        for check in result.json["checks"]
        if check["topic"] == topic
    )


def doctor(fleet, *arguments):
    return fleet.run("doctor", "--format", "json", *arguments)


def test_fleet_that_is_fine_has_nothing_that_failed(fleet):
    result = doctor(fleet.applied())

    assert result.status == 0
    assert result.json["counts"]["failed"] == 0
    assert [group["place"] for group in result.json["groups"]] == ["owner", "owner"]


def test_text_ends_with_the_counts(fleet):
    result = fleet.run("doctor")

    assert result.status == 0
    assert "0 failed" not in result.stdout
    assert result.stdout.splitlines()[-1].startswith("11 ok, ")


def test_nothing_is_written(fleet, emulators):
    fleet.applied()
    before = fleet.state
    emulators.opened.clear()

    doctor(fleet)

    assert not [each for each in emulators.operations if each.endswith(WRITES)]
    assert fleet.state == before
    assert not fleet.lock_file.exists()


def test_lock_is_told_with_its_holder_and_left_alone(fleet):
    fleet.applied().lock_file.write_text(
        '{"holder": "li@ci-7", "pid": 7, "time": "now", "command": "groupctl apply"}'
    )

    result = doctor(fleet)

    assert result.status == 0
    assert "warning" in verdicts(result, "state")
    assert "li@ci-7" in told(result, "state")
    assert fleet.lock_file.exists()


def test_lock_that_cannot_be_taken_is_a_warning_for_plans_need_none(fleet):
    fleet.applied().lock_file.mkdir()

    result = doctor(fleet)

    assert (result.status, verdicts(result, "state")) == (0, ["ok", "warning"])


def test_wrong_group_file_fails_with_its_place_and_the_platform_is_checked_all_the_same(fleet):
    fleet.applied().write("groups.yaml", "groups: {oncall: {nme: x}}\n")

    result = doctor(fleet, "oncall")

    [problem] = [check for check in result.json["checks"] if check["topic"] == "configuration"]
    assert result.status == 1
    assert problem["source"] == {"file": "groups.yaml", "line": 1, "column": 19}
    assert verdicts(result, "credentials") == ["ok", "ok"]
    assert len(result.json["groups"]) == 2


def test_wrong_settings_skip_everything_that_needs_them(fleet):
    fleet.write("groupctl.yaml", "version: 1\nflet: acme\n")

    result = doctor(fleet)

    assert result.status == 1
    assert verdicts(result, "installation")[0] == "ok"
    assert {check["verdict"] for check in result.json["checks"]} >= {"failed", "skipped"}


def test_warnings_of_the_files_are_warnings(fleet):
    fleet.edit("groups.yaml", "name: Project", f"name: {'长' * 70}")

    result = doctor(fleet)

    assert (result.status, verdicts(result, "configuration")) == (0, ["ok", "warning"])


def test_damaged_state_fails_and_the_platform_is_checked_all_the_same(fleet):
    fleet.applied().state_file.write_text("{")

    result = doctor(fleet)

    assert result.status == 1
    assert verdicts(result, "state") == ["failed"]
    assert verdicts(result, "bot") == ["ok"]


def test_dissolved_group_affects_some_groups_only(fleet):
    fleet.applied()
    with fleet.emulator() as emulator:
        emulator.acts.dissolve(fleet.chat_id("project"))

    result = doctor(fleet)

    assert result.status == 3
    assert {group["key"]: group["place"] for group in result.json["groups"]} == {
        "oncall": "owner",
        "project": "dissolved",
    }


def test_scenario_that_is_wrong_fails_the_endpoint(fleet):
    fleet.write("tenant.emulator.yaml", "version: 2\n")

    result = doctor(fleet)

    assert result.status == 1
    assert verdicts(result, "endpoint") == ["ok", "failed"]
    assert verdicts(result, "roles") == ["skipped"]


def test_missing_scope_is_named_with_what_would_do(fleet):
    fleet.write("tenant.emulator.yaml", SCENARIO.replace("scopes: all", "scopes: [im:chat.members:read]"))

    result = doctor(fleet)

    assert result.status == 1
    assert "im:chat or im:chat:read or im:chat:readonly" in told(result, "scopes")
    assert {need["operation"]: need["known"] for need in result.json["scopes"]}["chat_get"] == "missing"


def test_key_that_nobody_knows_is_wrong_usage(fleet):
    assert doctor(fleet, "nope").status == 64


def test_endpoint_that_is_not_trusted_is_told_once_and_gets_no_credentials(fleet, monkeypatch):
    monkeypatch.setenv("FEISHU_APP_ID", APP)
    monkeypatch.setenv("FEISHU_APP_SECRET", CANARY)

    result = doctor(fleet, "--endpoint", "https://feishu.example.com")

    assert result.status == 1
    assert verdicts(result, "endpoint") == ["failed"]
    assert CANARY not in result.stdout + result.stderr


@pytest.mark.parametrize("missing", [{"stamina": ""}, {"starlette": "emulator"}])
def test_optional_part_that_is_not_installed_is_a_warning(fleet, monkeypatch, missing):
    [(package, extra)] = missing.items()
    original = metadata.version

    def version(name):
        if name == package and extra:
            raise metadata.PackageNotFoundError(name)
        return original(name)

    monkeypatch.setattr(metadata, "version", version)

    warned = told(doctor(fleet), "installation")

    assert (f"[{extra}]" in warned) == bool(extra)


def test_tool_that_was_never_installed_tells_what_it_knows(fleet, monkeypatch):
    def requires(_name):
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "requires", requires)

    assert verdicts(doctor(fleet), "installation") == ["ok"]


class TestBehindASocket:
    @pytest.fixture
    def variables(self, served):
        return served.variables

    def run(self, served, variables, *arguments):
        return run_process(
            "doctor", "--format", "json", *arguments, cwd=served.fleet.root, variables=variables
        )

    def test_variables_that_count_are_named_and_their_values_are_not(self, served, variables):
        result = self.run(served, variables, "-vv")

        assert result.status == 0
        assert "FEISHU_APP_ID, FEISHU_APP_SECRET;" in told(result, "credentials")
        assert APP_SECRET not in result.stdout + result.stderr
        assert "Bearer" not in result.stdout + result.stderr

    def test_revoked_secret_fails_without_showing_it(self, served, variables):
        result = self.run(served, {**variables, "FEISHU_APP_SECRET": CANARY}, "-vv")

        assert result.status == 1
        assert verdicts(result, "credentials") == ["ok", "failed"]
        assert verdicts(result, "roles") == ["skipped"]
        assert CANARY not in result.stdout + result.stderr

    def test_ready_token_that_is_wrong_fails_at_the_bot(self, served, variables):
        result = self.run(served, {**variables, "FEISHU_TENANT_ACCESS_TOKEN": f"t-{CANARY}"})

        assert result.status == 1
        assert "FEISHU_TENANT_ACCESS_TOKEN" in told(result, "credentials")
        assert verdicts(result, "credentials") == ["ok", "unknown"]
        assert verdicts(result, "bot") == ["failed"]
        assert CANARY not in result.stdout + result.stderr

    def test_missing_credentials_are_named(self, served, variables):
        result = self.run(served, {"GROUPCTL_ENDPOINT": served.url})

        assert result.status == 1
        assert "FEISHU_APP_ID is not set." in told(result, "credentials")

    def test_clock_of_the_platform_is_compared_with_ours(self, served, variables):
        served.admin("POST", "clock", {"move_seconds": 3600})

        result = self.run(served, variables)

        assert verdicts(result, "clock") == ["warning"]
        assert "s behind" in told(result, "clock")
