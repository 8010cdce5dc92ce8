from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from reconciler.errors import StateError
from reconciler.state.file import LockHolder, StateFile
from tests.support.builders import recorded_group, state

HOLDER = LockHolder(holder="li.lei@laptop", pid=4711, time="2026-01-01T08:00:00Z", command="groupctl apply")
OTHER = LockHolder(holder="ci@runner", pid=12, time="2026-01-01T08:01:00Z", command="groupctl apply --yes")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "below" / "groupctl.lock.json"


@pytest.fixture
def file(path: Path) -> StateFile:
    return StateFile(path, "groupctl.lock.json")


def again(path: Path) -> StateFile:
    """Return the file as another process sees it."""
    return StateFile(path, "groupctl.lock.json")


def problem_of(caught):
    [diagnostic] = caught.value.diagnostics
    return diagnostic


def refuse(*_args, **_kwargs):
    raise OSError(28, "No space left on device")


class TestReading:
    def test_missing_state_is_an_error_and_no_empty_fleet(self, file):
        assert not file.exists()
        with pytest.raises(StateError) as caught:
            file.load()

        assert problem_of(caught).summary == "State is missing"
        assert "groupctl state init" in problem_of(caught).hint

    def test_unreadable_state_says_why(self, file, path):
        path.mkdir(parents=True)

        with pytest.raises(StateError) as caught:
            file.load()

        assert problem_of(caught).detail == "`groupctl.lock.json` could not be read: Is a directory."

    def test_first_state_is_made_once(self, file):
        file.create(state())

        assert file.exists()
        assert file.load() == state()
        with pytest.raises(StateError) as caught:
            file.create(state())
        assert problem_of(caught).summary == "State exists already"

    def test_state_of_a_pretend_platform_can_be_removed(self, file):
        file.create(state())

        file.remove()
        file.remove()

        assert not file.exists()


class TestWriting:
    def test_every_write_raises_the_serial(self, file, path):
        first = file.save(state())
        second = file.save(first)

        assert (first.serial, second.serial) == (1, 2)
        assert again(path).load() == second

    def test_nothing_lies_around_afterwards(self, file, path):
        file.save(state())

        assert [each.name for each in path.parent.iterdir()] == [path.name]

    def test_write_that_fails_leaves_the_old_state(self, file, path, monkeypatch):
        saved = file.save(state())
        monkeypatch.setattr(os, "fsync", refuse)

        with pytest.raises(StateError) as caught:
            file.save(saved.model_copy(update={"groups": {"oncall": recorded_group()}}))

        assert (
            problem_of(caught).detail == "`groupctl.lock.json` could not be written: No space left on device."
        )
        assert again(path).load() == saved
        assert [each.name for each in path.parent.iterdir()] == [path.name]

    def test_crash_between_write_and_rename_leaves_the_old_state_readable(self, file, path, monkeypatch):
        saved = file.save(state())

        def die(*_args):
            raise KeyboardInterrupt

        monkeypatch.setattr(Path, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            file.save(saved)
        monkeypatch.undo()

        assert again(path).load() == saved
        assert again(path).exists()

    def test_folder_that_cannot_be_synchronised_is_no_failure(self, file, path, monkeypatch):
        fsync = os.fsync
        calls = []

        def only_files(descriptor):
            calls.append(descriptor)
            if len(calls) == 2:
                refuse()
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", only_files)

        saved = file.save(state())

        assert len(calls) == 2
        assert again(path).load() == saved

    def test_somebody_elses_write_is_not_overwritten(self, file, path):
        file.create(state())
        known = file.load()
        theirs = again(path)
        theirs.load()
        written = theirs.save(known.model_copy(update={"groups": {"theirs": recorded_group()}}))

        with pytest.raises(StateError) as caught:
            file.save(known)

        assert problem_of(caught).summary == "State was changed by somebody else"
        assert again(path).load() == written

    def test_somebody_elses_first_write_is_not_overwritten(self, file, path):
        again(path).create(state())

        with pytest.raises(StateError) as caught:
            file.save(state())

        assert problem_of(caught).summary == "State was changed by somebody else"

    def test_state_that_vanished_is_not_written_anew(self, file, path):
        file.create(state())
        path.unlink()

        with pytest.raises(StateError):
            file.save(state())

    def test_state_that_became_unreadable_is_not_overwritten(self, file, path, monkeypatch):
        file.create(state())
        monkeypatch.setattr(Path, "read_bytes", refuse)

        with pytest.raises(StateError) as caught:
            file.save(state())

        assert "could not be read" in problem_of(caught).detail


class TestLock:
    def test_lock_says_who_holds_it_while_it_is_held(self, file, path):
        with file.locked(HOLDER):
            assert again(path).is_locked()
            assert again(path).holder() == HOLDER

        assert not file.is_locked()
        assert file.holder() is None

    def test_second_one_is_refused_and_told_who_is_in(self, file, path):
        with file.locked(HOLDER), pytest.raises(StateError) as caught, again(path).locked(OTHER):
            raise AssertionError

        problem = problem_of(caught)
        assert problem.summary == "State is locked"
        assert problem.detail == (
            "`groupctl.lock.json` is in use: li.lei@laptop (process 4711) has held the lock since "
            "2026-01-01T08:00:00Z for `groupctl apply`."
        )
        assert "groupctl state unlock" in problem.hint

    def test_refused_one_does_not_remove_the_lock_of_the_other(self, file, path):
        with file.locked(HOLDER):
            with pytest.raises(StateError), again(path).locked(OTHER):
                raise AssertionError

            assert file.holder() == HOLDER

    def test_lock_is_waited_for(self, file, path):
        waits = []

        def sleep(seconds):
            waits.append(seconds)
            if sum(waits) > 1:
                file.unlock()

        with file.locked(HOLDER), again(path).locked(OTHER, timeout=5, sleep=sleep):
            assert again(path).holder() == OTHER

        assert 1 < sum(waits) < 2

    def test_waiting_ends_with_the_timeout(self, file, path):
        waits: list[float] = []

        with (
            file.locked(HOLDER),
            pytest.raises(StateError),
            again(path).locked(OTHER, timeout=2, sleep=waits.append),
        ):
            raise AssertionError

        assert sum(waits) == pytest.approx(2, abs=0.3)

    def test_lock_is_released_when_the_run_fails(self, file):
        with pytest.raises(ZeroDivisionError), file.locked(HOLDER):
            raise ZeroDivisionError

        assert not file.is_locked()

    def test_unlocked_run_leaves_the_lock_of_its_successor(self, file, path):
        successor = again(path)
        with file.locked(HOLDER):
            file.unlock()
            taking = successor.locked(OTHER)
            taking.__enter__()

        assert again(path).holder() == OTHER
        taking.__exit__(None, None, None)
        assert not again(path).is_locked()

    def test_unlock_of_nothing_is_fine(self, file):
        file.unlock()

        assert not file.is_locked()

    @pytest.mark.parametrize("content", [b"", b"[]", b'{"holder": "x"}', b"\xff"])
    def test_lock_that_is_just_being_written_is_a_lock_of_somebody(self, file, content):
        file.lock_path.parent.mkdir(parents=True)
        file.lock_path.write_bytes(content)

        with pytest.raises(StateError) as caught, file.locked(HOLDER):
            raise AssertionError

        assert problem_of(caught).detail == "`groupctl.lock.json` is in use: Somebody holds the lock."

    def test_folder_that_cannot_be_written_says_so(self, file, path):
        path.parent.parent.joinpath("below").write_text("a file in the way")

        with pytest.raises(StateError) as caught, file.locked(HOLDER):
            raise AssertionError

        assert "could not be locked" in problem_of(caught).detail

    def test_lock_that_cannot_be_written_is_not_left_behind(self, file, path, monkeypatch):
        class Full(io.BytesIO):
            write = refuse

        opened = Path.open

        def open_full(self, mode):
            opened(self, mode).close()
            return Full()

        monkeypatch.setattr(Path, "open", open_full)

        with pytest.raises(StateError) as caught, file.locked(HOLDER):
            raise AssertionError

        assert (
            problem_of(caught).detail == "`groupctl.lock.json` could not be locked: No space left on device."
        )
        assert not file.is_locked()
