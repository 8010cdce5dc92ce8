from __future__ import annotations

import json
import os
import stat
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.diff.changes import ChangeKind
from reconciler.errors import Diagnostic, JournalError, PlatformFacts, UsageError
from reconciler.plan.journal import RunBegan, RunEnded, StepBegan, StepEnded, StepWentOn
from reconciler.plan.outcome import Status
from reconciler.plan.plan import StepAction
from reconciler.state.journal import KEPT, JournalFile, list_journals, read_journal
from tests.support.builders import change, plan_data

NOON = 1_767_268_800.0


def began(time=NOON):
    return RunBegan(
        time=time,
        tool_version="0.1.0",
        fleet="acme",
        endpoint="feishu",
        app_id="cli_a",
        lineage="lineage-1",
        serial=3,
        command="groupctl apply --yes",
        totals=plan_data().totals,
    )


def step_began(**changes):
    return StepBegan(
        time=NOON,
        address="oncall/settings",
        chat_id="oc_1",
        action=StepAction.UPDATE,
        operations=("update_chat",),
        changes=(change("name", before="旧", after="新", **changes),),
    )


EVENTS = (
    began(),
    step_began(),
    StepWentOn(
        time=NOON,
        address="oncall/tabs",
        operations=("delete_tabs",),
        changes=(change("tabs/A", ChangeKind.REMOVE, before={"name": "A", "link": "https://a.example.com"}),),
    ),
    StepEnded(
        time=NOON,
        address="oncall/settings",
        chat_id="oc_1",
        status=Status.FAILED,
        calls=1,
        answered=(),
        problem=Diagnostic("Refused", "No.", platform=PlatformFacts("chat_update", 232017, 400, "2026")),
    ),
    RunEnded(time=NOON, counts={"failed": 1}),
)


def write(folder, *events):
    journal = JournalFile(folder)
    for event in events:
        journal.write(event)
    [*_, name] = list_journals(folder)
    return folder / f"{name}.jsonl"


def test_journal_survives_a_round_trip(tmp_path):
    path = write(tmp_path, *EVENTS)

    record = read_journal(tmp_path, "latest")

    assert record.run == path.stem
    assert record.events == EVENTS
    assert record.ended
    assert not record.torn


def test_event_is_one_line_of_json_that_can_be_read_at_once(tmp_path):
    journal = JournalFile(tmp_path)

    for number, event in enumerate(EVENTS, 1):
        journal.write(event)
        [path] = tmp_path.glob("*.jsonl")
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) == number
        assert json.loads(lines[-1])["event"] == event.event

    assert "旧" in lines[1]


def test_name_tells_the_time_and_the_file_is_for_nobody_else(tmp_path):
    path = write(tmp_path / "journal", began())

    assert path.name.startswith("20260101T120000.000Z-")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_folder_is_ignored_by_git(tmp_path):
    path = write(tmp_path / "journal", began())

    assert (path.parent / ".gitignore").read_text() == "*\n"


def test_what_a_step_is_about_to_do_is_on_disk_before_it_begins(tmp_path, monkeypatch):
    journal = JournalFile(tmp_path)
    journal.write(began())
    [path] = tmp_path.glob("*.jsonl")
    synced = []
    monkeypatch.setattr(os, "fsync", lambda _descriptor: synced.append(len(path.read_bytes().splitlines())))

    for event in EVENTS[1:]:
        journal.write(event)

    assert synced == [2, 3, 5]


def test_old_journals_go_and_other_files_stay(tmp_path):
    other = tmp_path / "20200101T000000.000Z-notes.jsonl"
    other.write_text("mine")

    for number in range(KEPT + 3):
        JournalFile(tmp_path).write(began(NOON + number))

    names = list_journals(tmp_path)
    assert len(names) == KEPT
    assert names[0].startswith("20260101T120003.000Z")
    assert other.exists()


def test_half_a_surrogate_pair_does_not_break_the_journal(tmp_path):
    write(tmp_path, began(), StepWentOn(time=NOON, address="a/\ud800", operations=(), changes=()))

    [_, event] = read_journal(tmp_path, "latest").events
    assert isinstance(event, StepWentOn)
    assert event.address == "a/?"


@pytest.mark.parametrize("cut", [1, 5, 100])
def test_line_that_broke_off_is_told_and_the_others_are_read(tmp_path, cut):
    path = write(tmp_path, *EVENTS)
    path.write_bytes(path.read_bytes()[:-cut])

    record = read_journal(tmp_path, "latest")

    assert record.events == EVENTS[: len(record.events)]
    assert record.torn
    assert not record.ended


def test_journal_of_which_not_even_the_first_line_was_written_is_readable(tmp_path):
    path = write(tmp_path, began())
    path.write_bytes(b"")

    record = read_journal(tmp_path, "latest")

    assert record.events == ()
    assert not record.ended


def test_journal_is_known_by_the_beginning_of_its_name(tmp_path):
    path = write(tmp_path, began())

    assert read_journal(tmp_path, path.stem[:-4]).run == path.stem


@pytest.mark.parametrize("run", ["latest", "20260101", "../../etc/passwd"])
def test_journal_that_is_not_there_is_wrong_usage(tmp_path, run):
    with pytest.raises(UsageError) as raised:
        read_journal(tmp_path / "nowhere", run)

    assert raised.value.diagnostics[0].summary == "No such journal"


def test_beginning_that_fits_two_journals_is_wrong_usage(tmp_path):
    write(tmp_path, began())
    write(tmp_path, began())

    with pytest.raises(UsageError) as raised:
        read_journal(tmp_path, "2026")

    assert "the name of 2 journals" in raised.value.diagnostics[0].detail


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no json\n", "line 1 is no event"),
        (b'{"event": "run_began"}\n', "line 1 is no event"),
        (b"[" * 100_000 + b"\n", "line 1 is no event"),
        (b'{"event": "run_ended", "time": 1, "counts": {}}\n', "its beginning is missing"),
    ],
)
def test_file_that_is_no_journal_is_refused(tmp_path, content, why):
    write(tmp_path, began()).write_bytes(content)

    with pytest.raises(JournalError) as raised:
        read_journal(tmp_path, "latest")

    assert why in raised.value.diagnostics[0].detail


def test_file_too_large_to_be_shown_is_refused(tmp_path):
    path = write(tmp_path, began())
    os.truncate(path, 200_000_001)

    with pytest.raises(JournalError) as raised:
        read_journal(tmp_path, "latest")

    assert "larger than 200 MB" in raised.value.diagnostics[0].detail


def test_folder_that_is_a_journal_by_its_name_is_refused(tmp_path):
    (tmp_path / "20260101T120000.000Z-abcdef.jsonl").mkdir()

    with pytest.raises(JournalError):
        read_journal(tmp_path, "latest")


def test_file_in_the_way_of_the_folder_is_told_with_what_to_do(tmp_path):
    (tmp_path / "journal").write_text("")

    with pytest.raises(JournalError) as raised:
        JournalFile(tmp_path / "journal").write(began())

    [problem] = raised.value.diagnostics
    assert problem.summary == "Journal cannot be written"
    assert "GROUPCTL_JOURNAL" in problem.hint


def test_journal_that_was_removed_in_the_middle_of_its_run_is_broken(tmp_path):
    journal = JournalFile(tmp_path)
    journal.write(began())
    [path] = tmp_path.glob("*.jsonl")
    path.unlink()

    with pytest.raises(JournalError):
        journal.write(step_began())


@given(st.binary(max_size=300), st.integers(0, 3000))
def test_whatever_a_file_holds_it_is_read_or_refused(tmp_path_factory, garbage, place):
    folder = tmp_path_factory.mktemp("garbage")
    path = write(folder, *EVENTS)
    content = path.read_bytes()
    path.write_bytes(content[:place] + garbage + content[place:])

    with suppress(JournalError):
        read_journal(folder, "latest")
