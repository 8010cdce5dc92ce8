from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from reconciler.errors import StateError
from reconciler.state.backend import SOMEBODY, LockHolder
from reconciler.state.file import FileBackend

HOLDER = LockHolder(holder="li.lei@laptop", pid=4711, time="2026-01-01T08:00:00Z", command="groupctl apply")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "below" / "groupctl.lock.json"


@pytest.fixture
def lock(path: Path) -> Path:
    return path.with_name("groupctl.lock.json.lock")


@pytest.fixture
def free(path: Path) -> FileBackend:
    return FileBackend(path, "groupctl.lock.json")


@pytest.fixture
def backend(free: FileBackend) -> FileBackend:
    """A backend whose lock is held."""
    free.lock(HOLDER)
    return free


def detail_of(caught):
    [diagnostic] = caught.value.diagnostics
    assert diagnostic.summary == "State cannot be used"
    return diagnostic.detail


def refuse(*_args, **_kwargs):
    raise OSError(28, "No space left on device")


class TestReading:
    def test_unreadable_state_says_why(self, free, path):
        path.mkdir(parents=True)

        with pytest.raises(StateError) as caught:
            free.read()

        assert detail_of(caught) == "`groupctl.lock.json` could not be read: Is a directory."

    def test_state_of_a_pretend_platform_can_be_removed(self, backend, path):
        backend.write(b"1", None, HOLDER)

        backend.remove()
        backend.remove()

        assert not path.exists()


class TestWriting:
    def test_nothing_lies_around_afterwards(self, backend, path, lock):
        backend.write(b"1", None, HOLDER)

        assert {each.name for each in path.parent.iterdir()} == {path.name, lock.name}

    def test_write_that_fails_leaves_the_old_state(self, backend, path, lock, monkeypatch):
        token = backend.write(b"1", None, HOLDER)
        monkeypatch.setattr(os, "fsync", refuse)

        with pytest.raises(StateError) as caught:
            backend.write(b"2", token, HOLDER)

        assert detail_of(caught) == "`groupctl.lock.json` could not be written: No space left on device."
        assert path.read_bytes() == b"1"
        assert {each.name for each in path.parent.iterdir()} == {path.name, lock.name}

    def test_crash_between_write_and_rename_leaves_the_old_state(self, backend, path, monkeypatch):
        token = backend.write(b"1", None, HOLDER)

        def die(*_args):
            raise KeyboardInterrupt

        monkeypatch.setattr(Path, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            backend.write(b"2", token, HOLDER)

        assert path.read_bytes() == b"1"

    def test_folder_that_cannot_be_synchronised_is_no_failure(self, backend, path, monkeypatch):
        fsync = os.fsync
        calls = []

        def only_files(descriptor):
            calls.append(descriptor)
            if len(calls) == 2:
                refuse()
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", only_files)

        backend.write(b"1", None, HOLDER)

        assert len(calls) == 2
        assert path.read_bytes() == b"1"

    def test_state_that_became_unreadable_is_not_overwritten(self, backend, path):
        token = backend.write(b"1", None, HOLDER)
        path.unlink()
        path.mkdir()

        with pytest.raises(StateError) as caught:
            backend.write(b"2", token, HOLDER)

        assert "could not be read" in detail_of(caught)


class TestLock:
    def test_lock_tells_people_who_holds_it(self, backend, lock):
        assert json.loads(lock.read_bytes()) == {
            "holder": "li.lei@laptop",
            "pid": 4711,
            "time": "2026-01-01T08:00:00Z",
            "command": "groupctl apply",
            "id": "",
        }

    @pytest.mark.parametrize("content", [b"", b"[]", b'{"holder": "x"}', b"\xff", b"[" * 100_000])
    def test_lock_that_is_just_being_written_is_a_lock_of_somebody(self, free, lock, content):
        lock.parent.mkdir(parents=True)
        lock.write_bytes(content)

        assert free.lock(HOLDER) == SOMEBODY

        free.unlock(SOMEBODY)
        assert not lock.exists()

    def test_lock_that_goes_while_it_is_looked_at_was_somebodys(self, backend, lock, monkeypatch):
        def gone(path):
            lock.unlink()
            raise FileNotFoundError

        monkeypatch.setattr(Path, "read_bytes", gone)

        assert backend.lock(HOLDER) == SOMEBODY

    def test_folder_that_cannot_be_written_says_so(self, free, path):
        path.parent.parent.joinpath("below").write_text("a file in the way")

        with pytest.raises(StateError) as caught:
            free.lock(HOLDER)

        assert "could not be locked" in detail_of(caught)

    def test_lock_that_cannot_be_read_says_so(self, free, lock):
        lock.mkdir(parents=True)

        with pytest.raises(StateError) as caught:
            free.lock(HOLDER)

        assert "could not be locked: Is a directory" in detail_of(caught)

    def test_lock_that_cannot_be_removed_says_so(self, backend, lock, monkeypatch):
        monkeypatch.setattr(Path, "unlink", refuse)

        with pytest.raises(StateError) as caught:
            backend.unlock(HOLDER)

        assert "could not be unlocked" in detail_of(caught)

    def test_lock_that_cannot_be_written_is_not_left_behind(self, free, lock, monkeypatch):
        class Full(io.BytesIO):
            write = refuse

        opened = Path.open

        def open_full(self, mode):
            opened(self, mode).close()
            return Full()

        monkeypatch.setattr(Path, "open", open_full)

        with pytest.raises(StateError) as caught:
            free.lock(HOLDER)

        assert detail_of(caught) == "`groupctl.lock.json` could not be locked: No space left on device."
        assert not lock.exists()
