"""The store over a backend in memory whose answers get lost when a test says so."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
import stamina

from reconciler.errors import Diagnostic, StateError
from reconciler.state.backend import (
    SOMEBODY,
    Conflict,
    LockHolder,
    LockLost,
    Stored,
    Unavailable,
    token_of,
)
from reconciler.state.store import LONGEST_PAUSE, Store, told_holder
from tests.support.builders import recorded_group, state

HOLDER = LockHolder(
    holder="li.lei@laptop", pid=4711, time="2026-01-01T08:00:00Z", command="groupctl apply", id="a1"
)
OTHER = replace(HOLDER, holder="ci@runner", id="b2")


class MemoryBackend:
    """A state in memory. `lost` names the calls whose next answer is lost, `refused` those that do nothing."""

    def __init__(self) -> None:
        self.content: bytes | None = None
        self.held: LockHolder | None = None
        self.lost: list[str] = []
        self.refused: list[str] = []
        self.calls: list[str] = []

    def _called(self, name):
        self.calls.append(name)
        if name in self.refused:
            self.refused.remove(name)
            raise Unavailable(Diagnostic("State cannot be used", "`state` is away."))

    def _answered(self, name):
        if name in self.lost:
            self.lost.remove(name)
            raise Unavailable(Diagnostic("State cannot be used", "The answer was lost."))

    def read(self):
        self._called("read")
        return None if self.content is None else Stored(self.content, token_of(self.content))

    def write(self, content, expected, lock):
        self._called("write")
        if self.held != lock:
            raise LockLost(self.held)
        if (None if self.content is None else token_of(self.content)) != expected:
            raise Conflict
        self.content = content
        self._answered("write")
        return token_of(content)

    def lock(self, wanted):
        self._called("lock")
        self.held = self.held or wanted
        self._answered("lock")
        return self.held

    def unlock(self, holder):
        self._called("unlock")
        if self.held == holder:
            self.held = None
        self._answered("unlock")


@pytest.fixture(autouse=True)
def no_waiting():
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


@pytest.fixture
def backend():
    return MemoryBackend()


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def store(backend, pauses):
    return Store(backend, "state", sleep=pauses.append)


@pytest.fixture
def begun(store):
    """A store with a state, loaded."""
    with store.locked(HOLDER):
        store.create(state())
    store.load()
    return store


def problem_of(caught):
    [diagnostic] = caught.value.diagnostics
    return diagnostic


class TestReading:
    def test_missing_state_is_an_error_and_no_empty_fleet(self, store):
        assert not store.exists()
        with pytest.raises(StateError) as caught:
            store.load()

        assert problem_of(caught).summary == "State is missing"
        assert "groupctl state init" in problem_of(caught).hint

    def test_place_that_is_away_for_a_moment_is_asked_again(self, begun, backend):
        backend.refused = ["read", "read"]

        assert begun.load() == state()

    def test_place_that_stays_away_is_told(self, begun, backend):
        backend.refused = ["read"] * 3

        with pytest.raises(StateError) as caught:
            begun.load()

        assert problem_of(caught).summary == "State cannot be used"


class TestWriting:
    def test_every_write_raises_the_serial(self, begun):
        with begun.locked(HOLDER):
            first = begun.save(state())
            second = begun.save(first)

        assert (first.serial, second.serial) == (1, 2)
        assert begun.load() == second

    def test_first_state_is_made_once(self, begun):
        with pytest.raises(StateError) as caught, begun.locked(HOLDER):
            begun.create(state(groups={"oncall": recorded_group()}))

        assert problem_of(caught).summary == "State exists already"
        assert begun.load() == state()

    def test_somebody_elses_write_is_not_overwritten(self, begun, backend):
        theirs = Store(backend, "state")
        theirs.load()
        with theirs.locked(OTHER):
            written = theirs.save(state(groups={"theirs": recorded_group()}))

        with pytest.raises(StateError) as caught, begun.locked(HOLDER):
            begun.save(state())

        assert problem_of(caught).summary == "State was changed by somebody else"
        assert begun.load() == written

    def test_state_that_was_never_read_is_not_overwritten(self, begun, backend):
        unread = Store(backend, "state")

        with pytest.raises(StateError) as caught, unread.locked(HOLDER):
            unread.save(state())

        assert problem_of(caught).summary == "State was changed by somebody else"

    def test_state_that_vanished_is_not_written_anew(self, begun, backend):
        backend.content = None

        with pytest.raises(StateError), begun.locked(HOLDER):
            begun.save(state())

        assert backend.content is None

    def test_write_whose_answer_was_lost_is_found_done(self, begun, backend):
        with begun.locked(HOLDER):
            backend.lost = ["write"]
            saved = begun.save(state())
            again = begun.save(saved)

        assert again.serial == 2
        assert begun.load() == again

    def test_write_that_was_not_done_is_repeated(self, begun, backend):
        with begun.locked(HOLDER):
            backend.refused = ["write"]
            saved = begun.save(state())

        assert begun.load() == saved

    def test_write_of_somebody_else_after_a_lost_answer_is_not_overwritten(self, begun, backend):
        def interfere(content, expected, lock):
            backend.content = b"theirs"
            raise Unavailable(Diagnostic("State cannot be used"))

        original, backend.write = backend.write, interfere
        with pytest.raises(StateError), begun.locked(HOLDER):
            begun.save(state())
        backend.write = original

        assert backend.content == b"theirs"


class TestLock:
    def test_lock_is_held_while_the_block_runs(self, store, backend):
        with store.locked(HOLDER):
            assert backend.held == HOLDER

        assert backend.held is None

    def test_second_one_is_refused_and_told_who_is_in(self, store, backend):
        backend.held = OTHER

        with pytest.raises(StateError) as caught, store.locked(HOLDER):
            raise AssertionError

        problem = problem_of(caught)
        assert problem.summary == "State is locked"
        assert problem.detail == (
            "`state` is in use: the lock is held by ci@runner (process 4711) since 2026-01-01T08:00:00Z for "
            "`groupctl apply`."
        )
        assert "groupctl state unlock" in problem.hint
        assert backend.held == OTHER

    def test_lock_is_waited_for_longer_and_longer(self, store, backend, pauses):
        backend.held = OTHER

        def sleep(seconds):
            pauses.append(seconds)
            if sum(pauses) > 20:
                backend.unlock(OTHER)

        with Store(backend, "state", sleep=sleep).locked(HOLDER, timeout=60):
            assert backend.held == HOLDER

        assert pauses[:3] == [0.2, 0.4, 0.8]
        assert max(pauses) == LONGEST_PAUSE

    def test_waiting_ends_with_the_timeout(self, store, backend, pauses):
        backend.held = OTHER

        with pytest.raises(StateError), store.locked(HOLDER, timeout=30):
            raise AssertionError

        assert sum(pauses) == pytest.approx(30)

    def test_lock_whose_answer_was_lost_is_ours(self, store, backend):
        backend.lost = ["lock"]

        with store.locked(HOLDER):
            assert backend.held == HOLDER

    def test_lock_is_released_when_the_run_fails(self, store, backend):
        with pytest.raises(ZeroDivisionError), store.locked(HOLDER):
            raise ZeroDivisionError

        assert backend.held is None

    @pytest.mark.parametrize(
        ("successor", "told"),
        [(None, "Somebody removed it."), (OTHER, "The lock is held by ci@runner (process 4711) since")],
    )
    def test_run_whose_lock_was_removed_writes_no_more(self, begun, backend, successor, told):
        before = backend.content
        running = begun.locked(HOLDER)
        running.__enter__()
        backend.held = successor

        with pytest.raises(StateError) as caught:
            begun.save(state())

        running.__exit__(None, None, None)
        assert problem_of(caught).summary == "Lock of the state was lost"
        assert told in problem_of(caught).detail
        assert backend.content == before
        assert backend.held == successor

    def test_lock_that_cannot_be_released_is_no_failure_of_the_run(self, store, backend, caplog):
        with caplog.at_level(logging.WARNING), store.locked(HOLDER):
            backend.refused = ["unlock"] * 3

        assert "`groupctl state unlock` removes it" in caplog.text

    def test_asking_who_holds_the_lock_leaves_it_as_it_is(self, store, backend):
        assert store.holder(HOLDER) is None
        assert backend.held is None

        backend.held = OTHER
        assert store.holder(HOLDER) == OTHER
        assert backend.held == OTHER


@pytest.mark.parametrize(
    ("holder", "told"),
    [
        (HOLDER, "li.lei@laptop (process 4711) since 2026-01-01T08:00:00Z for `groupctl apply`"),
        (replace(HOLDER, pid=0), "li.lei@laptop since 2026-01-01T08:00:00Z for `groupctl apply`"),
        (replace(HOLDER, pid=0, command=""), "li.lei@laptop since 2026-01-01T08:00:00Z"),
        (SOMEBODY, "somebody unknown"),
    ],
    ids=["file", "HTTP", "GitLab", "damaged"],
)
def test_holder_is_told_as_far_as_it_is_known(holder, told):
    assert told_holder(holder) == told
