"""What people do by accident: wrong folders, missing and damaged files, the state of somebody else."""

from __future__ import annotations

import json

import pytest

from tests.support.cli import APP, Fleet, make_fleet

COMMANDS = [
    "validate",
    "plan",
    "apply --yes",
    "show oncall",
    "explain oncall",
    "fmt",
    "state list",
    "emulator reset",
    "emulator serve",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_empty_folder_leads_to_init(tmp_path, command):
    result = Fleet(tmp_path).run(*command.split())

    assert result.status == 1
    assert "error: No fleet here" in result.stderr
    assert "groupctl init" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["groups.yaml", "nowhere"])
def test_file_or_nothing_instead_of_a_folder_is_wrong_usage(fleet, folder):
    result = fleet.run("-C", folder, "plan")

    assert result.status == 64
    assert f"'{folder}'" in result.stderr


def test_folder_below_the_fleet_is_no_fleet_and_the_fleet_is_named(fleet):
    (fleet.root / "groups").mkdir()

    result = Fleet(fleet.root / "groups").run("plan")

    assert result.status == 1
    assert "No fleet here" in result.stderr
    assert "`-C FOLDER`" in result.stderr


@pytest.mark.parametrize("content", ["", "groups: {}\n", "# nothing yet\n"])
def test_fleet_without_groups_has_nothing_to_do(fleet, content):
    fleet.write("groups.yaml", content)

    assert fleet.run("validate").status == 0
    result = fleet.run("plan", "--detailed-exitcode")

    assert result.status == 0
    assert result.stdout.startswith("No changes.")


def test_fleet_without_group_files_is_told_what_is_looked_for(fleet):
    (fleet.root / "groups.yaml").unlink()

    result = fleet.run("apply", "--yes")

    assert result.status == 1
    assert "`**/*.yaml` matches no file of the fleet." in result.stderr


class TestState:
    @pytest.fixture
    def real(self, fleet, monkeypatch):
        """A fleet on a real platform, which is never reached."""
        monkeypatch.setenv("FEISHU_APP_ID", APP)
        monkeypatch.setenv("FEISHU_APP_SECRET", "secret-of-ours")
        return fleet.edit("groupctl.yaml", "endpoint: emulator", "endpoint: feishu")

    @pytest.mark.parametrize(
        "command",
        ["plan", "apply --yes", "show oncall", "state list", "forget oncall", "state mv oncall other"],
    )
    def test_missing_state_of_a_real_platform_leads_to_state_init(self, real, command):
        result = real.run(*command.split())

        assert result.status == 1
        assert "error: State is missing" in result.stderr
        assert "`groupctl state init`" in result.stderr
        assert not (real.root / "groupctl.lock.json").exists()
        assert not (real.root / "groupctl.lock.json.lock").exists()

    @pytest.mark.parametrize(
        ("field", "value", "told"),
        [
            ("fleet", "other-1a2b", "fleet `other-1a2b`"),
            ("endpoint", "lark", "endpoint `lark`"),
            ("app_id", "cli_other", "app `cli_other`"),
        ],
    )
    @pytest.mark.parametrize("command", ["plan", "apply --yes"])
    def test_state_of_another_is_refused(self, fleet, emulators, field, value, told, command):
        fleet.applied()
        fleet.state_file.write_text(json.dumps(fleet.state | {field: value}))
        emulators.opened.clear()

        result = fleet.run(*command.split())

        assert result.status == 1
        assert "error: State belongs elsewhere" in result.stderr
        assert told in result.stderr
        assert emulators.operations == []

    def test_state_of_another_tenant_is_refused_before_anything_is_written(self, fleet, emulators):
        fleet.applied().edit("groups.yaml", "支付线上值班", "值班")
        fleet.state_file.write_text(json.dumps(fleet.state | {"tenant_key": "tk_other"}))
        emulators.opened.clear()

        result = fleet.run("apply", "--yes")

        assert result.status == 1
        assert "error: State belongs to another tenant" in result.stderr
        assert "chat_update" not in emulators.operations

    @pytest.mark.parametrize("damage", ["", "{", "[]", '{"version": 99}', "\xff\xfe"])
    @pytest.mark.parametrize(
        "command", ["plan", "apply --yes", "state list", "state show oncall", "forget oncall"]
    )
    def test_damaged_state_is_told_and_kept(self, fleet, damage, command):
        fleet.applied()
        fleet.state_file.write_bytes(damage.encode("latin-1"))

        result = fleet.run(*command.split())

        assert result.status == 1
        assert "`.groupctl/emulator.lock.json`" in result.stderr
        assert "bug" not in result.stderr
        assert fleet.state_file.read_bytes() == damage.encode("latin-1")

    def test_folder_instead_of_a_state_is_told(self, fleet):
        result = fleet.run("plan", "--state", ".")

        assert result.status == 1
        assert "error: State cannot be used" in result.stderr

    def test_state_that_cannot_be_locked_is_told(self, fleet):
        result = fleet.run("apply", "--yes", "--state", "groups.yaml/state.json")

        assert result.status == 1
        assert "error: State cannot be used" in result.stderr


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("version: 1", "version: 2", "groupctl.yaml:1:10"),
        ("fleet: acme-7f3a\n", "", "fleet"),
        ("scenario: tenant.emulator.yaml", "scenario: ../tenant.yaml", "groupctl.yaml:4:"),
        ("endpoint: emulator", "endpoint: emulatr", "Did you mean `emulator`?"),
    ],
)
def test_wrong_settings_are_told_with_their_place(fleet, old, new, told):
    fleet.edit("groupctl.yaml", old, new)

    result = fleet.run("plan")

    assert result.status == 1
    assert told in result.stderr


@pytest.mark.parametrize(
    "content", [b"\xff\xfeg\x00", b"groups: \x00", b"\xef\xbb\xbfgroups: {}\n", b"groups: {}\r\n"]
)
def test_bytes_that_editors_leave_behind_never_crash(fleet, content):
    (fleet.root / "groups.yaml").write_bytes(content)

    result = fleet.run("validate")

    assert result.status in {0, 1}
    assert "bug" not in result.stderr


def test_folder_with_blanks_and_chinese_works(tmp_path):
    fleet = make_fleet(tmp_path / "我的 群组")

    assert fleet.run("apply", "--yes").status == 0


def test_user_without_a_name_can_apply(fleet, monkeypatch):
    def nameless():
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nameless)

    assert fleet.run("apply", "--yes").status == 0


def test_same_key_chosen_twice_is_planned_once(fleet):
    assert len(fleet.run("plan", "oncall", "onc*", "--format", "json").json["groups"]) == 1


@pytest.mark.parametrize("parallelism", ["1", "256"])
def test_any_parallelism_applies(fleet, parallelism):
    assert fleet.run("apply", "--yes", "--parallelism", parallelism).status == 0


@pytest.mark.parametrize("parallelism", ["0", "257", "many"])
def test_impossible_parallelism_is_wrong_usage(fleet, parallelism):
    assert fleet.run("plan", "--parallelism", parallelism).status == 64
