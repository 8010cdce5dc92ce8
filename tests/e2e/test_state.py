"""`groupctl state`, and the lock."""

from __future__ import annotations

import json
import threading

import pytest

import reconciler.cli.session as cli_session

HOLDER = {
    "holder": "ci@runner-7",
    "pid": 4711,
    "time": "2026-06-12T15:04:48Z",
    "command": "groupctl apply --yes",
}


@pytest.fixture
def locked(fleet):
    """A fleet whose state somebody holds the lock of."""
    fleet.applied()
    fleet.lock_file.write_text(json.dumps(HOLDER))
    return fleet


class TestInit:
    def test_state_is_begun(self, fleet):
        result = fleet.run("state", "init")

        assert (result.status, result.stdout) == (0, "Made the state of fleet `acme-7f3a`.\n")
        assert fleet.state["groups"] == {}

    def test_existing_state_is_kept(self, fleet):
        fleet.applied()

        result = fleet.run("state", "init")

        assert result.status == 1
        assert "State exists already" in result.stderr
        assert set(fleet.state["groups"]) == {"oncall", "project"}

    def test_chosen_state_file_is_begun(self, fleet):
        result = fleet.run("state", "init", "--state", "elsewhere.json")

        assert result.status == 0
        assert (fleet.root / "elsewhere.json").is_file()

    def test_state_of_the_environment_is_begun(self, fleet, monkeypatch):
        monkeypatch.setenv("GROUPCTL_STATE", "elsewhere.json")

        fleet.run("state", "init")

        assert (fleet.root / "elsewhere.json").is_file()


class TestList:
    def test_keys_stand_with_their_chats(self, fleet):
        fleet.applied()

        result = fleet.run("state", "list")

        assert f"oncall   {fleet.chat_id('oncall')}  created by us" in result.stdout

    def test_json_is_the_state(self, fleet):
        fleet.applied()

        assert set(fleet.run("state", "list", "--format", "json").json["groups"]) == {"oncall", "project"}

    def test_fleet_that_was_never_applied_has_an_empty_state_on_an_emulator(self, fleet):
        result = fleet.run("state", "list")

        assert result.status == 0
        assert "0 bound groups" in result.stdout


class TestShow:
    def test_all_that_is_remembered_is_shown(self, fleet):
        fleet.applied()

        result = fleet.run("state", "show", "oncall")

        assert fleet.chat_id("oncall") in result.stdout
        assert "permissions.at_all" in result.stdout

    def test_json_holds_one_key(self, fleet):
        fleet.applied()

        assert "project" not in fleet.run("state", "show", "oncall", "--format", "json").stdout

    def test_unknown_key_is_wrong_usage(self, fleet):
        assert fleet.run("state", "show", "nope").status == 64


class TestJournal:
    def test_latest_apply_is_shown_with_the_values_to_go_back_to(self, fleet):
        fleet.applied().edit("groups.yaml", "at_all: only_owner", "at_all: all_members")
        fleet.applied()

        result = fleet.run("state", "show", "--journal")

        assert result.status == 0
        assert "update  oncall/settings" in result.stdout
        assert '~ change  permissions.at_all  "only_owner" → "all_members"' in result.stdout
        assert "done: update_chat" in result.stdout

    def test_json_has_all_events(self, fleet):
        fleet.applied()

        answer = fleet.run("state", "show", "--journal", "latest", "--format", "json").json

        assert (answer["format_version"], answer["ended"], answer["torn"]) == (1, True, False)
        assert answer["events"][0]["event"] == "run_began"
        assert {event["address"] for event in answer["events"][1:-1]} >= {"oncall/existence"}

    def test_runs_are_listed_and_shown_by_name(self, fleet):
        fleet.applied()
        [name] = fleet.run("state", "show", "--journal", "list").stdout.split()

        assert fleet.run("state", "show", "--journal", "list", "--format", "json").json["journals"] == [name]
        assert f"Journal {name}\n" in fleet.run("state", "show", "--journal", name).stdout

    def test_key_narrows_the_journal_to_its_group(self, fleet):
        fleet.applied()

        result = fleet.run("state", "show", "project", "--journal")

        assert "project/existence" in result.stdout
        assert "oncall/existence" not in result.stdout

    def test_fleet_without_a_journal_says_so(self, fleet):
        result = fleet.run("state", "show", "--journal")

        assert result.status == 64
        assert "nothing was applied here" in result.stderr

    def test_chosen_folder_gets_the_journal(self, fleet, monkeypatch):
        monkeypatch.setenv("GROUPCTL_JOURNAL", str(fleet.root / "elsewhere"))

        fleet.applied()

        assert len(list((fleet.root / "elsewhere").glob("*.jsonl"))) == 1
        assert not (fleet.root / ".groupctl" / "journal").exists()

    def test_apply_that_cannot_write_its_journal_does_nothing(self, fleet, monkeypatch, emulators):
        fleet.write("in-the-way", "")
        monkeypatch.setenv("GROUPCTL_JOURNAL", "in-the-way")

        result = fleet.run("apply", "--yes")

        assert result.status == 1
        assert "error: Journal cannot be written" in result.stderr
        assert "chat_create" not in emulators.operations
        assert not fleet.lock_file.exists()

    def test_neither_key_nor_journal_is_wrong_usage(self, fleet):
        result = fleet.run("state", "show")

        assert result.status == 64
        assert "Neither a key nor a journal was named." in result.stderr


class TestMove:
    def test_renamed_key_keeps_its_chat(self, fleet):
        fleet.applied().edit("groups.yaml", "  oncall:", "  oncall-payments:")
        chat_id = fleet.chat_id("oncall")

        result = fleet.run("state", "mv", "oncall", "oncall-payments")

        assert (result.status, result.stdout) == (0, "`oncall` is `oncall-payments` now.\n")
        assert fleet.chat_id("oncall-payments") == chat_id
        assert fleet.run("plan", "--detailed-exitcode").status == 0

    def test_unknown_key_is_wrong_usage(self, fleet):
        fleet.applied()

        assert fleet.run("state", "mv", "nope", "other").status == 64

    def test_key_that_is_taken_is_refused(self, fleet):
        fleet.applied()

        result = fleet.run("state", "mv", "oncall", "project")

        assert result.status == 64
        assert "The state knows `project` already." in result.stderr


class TestLock:
    @pytest.mark.parametrize(
        "command", [("apply", "--yes"), ("forget", "oncall"), ("state", "mv", "oncall", "other")]
    )
    def test_message_names_holder_time_and_command(self, locked, command, emulators):
        result = locked.run(*command)

        assert result.status == 1
        assert "the lock is held by ci@runner-7 (process 4711) since 2026-06-12T15:04:48Z" in result.stderr
        assert "`groupctl apply --yes`" in result.stderr
        assert emulators.opened == []
        assert json.loads(locked.lock_file.read_text()) == HOLDER

    @pytest.mark.parametrize("command", [("plan",), ("show", "oncall"), ("state", "list"), ("validate",)])
    def test_looking_needs_no_lock(self, locked, command):
        assert locked.run(*command).status == 0

    def test_lock_timeout_waits_until_the_lock_is_free(self, locked):
        other = threading.Timer(0.1, locked.lock_file.unlink)
        other.start()

        result = locked.run("apply", "--yes", "--lock-timeout", "30")

        other.join()
        assert result.status == 0

    def test_dead_lock_is_removed(self, locked):
        result = locked.run("state", "unlock", "--yes")

        assert result.status == 0
        assert (
            "Removed the lock of ci@runner-7 (process 4711) since 2026-06-12T15:04:48Z for `groupctl apply --yes`."
            in result.stdout
        )
        assert not locked.lock_file.exists()

    def test_damaged_lock_is_removed_as_well(self, locked):
        locked.lock_file.write_text("")

        assert "Removed the lock of somebody unknown." in locked.run("state", "unlock", "--yes").stdout

    def test_nobody_is_asked_without_a_terminal(self, locked):
        result = locked.run("state", "unlock")

        assert result.status == 64
        assert "Run `groupctl state unlock --yes`" in result.stderr
        assert locked.lock_file.exists()

    def test_free_state_needs_no_unlocking(self, fleet):
        result = fleet.run("state", "unlock")

        assert (result.status, result.stdout) == (0, "The state is not locked.\n")

    def test_json_tells_whether_there_was_a_lock(self, locked):
        assert locked.run("state", "unlock", "--yes", "--format", "json").json["unlocked"] is True
        assert locked.run("state", "unlock", "--yes", "--format", "json").json["unlocked"] is False

    def test_lock_names_this_run_while_it_applies(self, fleet, monkeypatch):
        monkeypatch.setattr("sys.argv", ["groupctl", "apply", "--yes"])
        seen = []

        def look(path):
            seen.append(json.loads(fleet.lock_file.read_text()))
            return original(path)

        original = cli_session.open_emulator
        monkeypatch.setattr(cli_session, "open_emulator", look)

        fleet.run("apply", "--yes")

        assert seen[0]["command"] == "groupctl apply --yes"
        assert "@" in seen[0]["holder"]


@pytest.mark.parametrize("command", ["state init", "plan"])
def test_mistyped_endpoint_is_wrong_usage_and_reaches_no_state(fleet, command):
    result = fleet.run(*command.split(), "--endpoint", "fieshu")

    assert result.status == 64
    assert "error: Invalid endpoint" in result.stderr
    assert "Did you mean `feishu`?" in result.stderr
    assert not (fleet.root / "groupctl.lock.json").exists()


class TestMerge:
    def test_both_sides_are_put_together_in_ours(self, fleet):
        before = fleet.applied().state
        chat = {**before["groups"]["oncall"], "chat_id": "oc_theirs"}
        fleet.write("base.json", "").write("ours.json", json.dumps(before))
        fleet.write("theirs.json", json.dumps(before | {"groups": {"added": chat}, "serial": 40}))

        result = fleet.run("state", "merge", "base.json", "ours.json", "theirs.json")

        merged = json.loads((fleet.root / "ours.json").read_text())
        assert (result.status, result.stdout) == (0, "Merged into `ours.json`: 3 groups.\n")
        assert set(merged["groups"]) == {"added", "oncall", "project"}
        assert merged["serial"] == 41

    def test_what_cannot_be_merged_leaves_ours_as_it_is(self, fleet):
        before = fleet.applied().state
        moved = {key: {**group, "chat_id": f"oc_{key}"} for key, group in before["groups"].items()}
        fleet.write("base.json", "").write("ours.json", json.dumps(before))
        fleet.write("theirs.json", json.dumps(before | {"groups": moved}))

        result = fleet.run("state", "merge", "base.json", "ours.json", "theirs.json", "--format", "json")

        assert result.status == 1
        assert result.summaries == ["States cannot be merged"] * 2
        assert json.loads((fleet.root / "ours.json").read_text()) == before
