"""Signals, and the progress of a run."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from types import SimpleNamespace

import pytest

from reconciler.cli import running
from reconciler.cli.running import ProgressDisplay, asking, run_async


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_cancels_what_runs(number):
    ended = []

    async def main(_signals):
        os.kill(os.getpid(), number)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    with pytest.raises(KeyboardInterrupt):
        run_async(main)
    assert ended


def test_signal_goes_to_whoever_asked_last():
    async def main(signals):
        told = asyncio.Event()
        with signals.told_to(told.set):
            os.kill(os.getpid(), signal.SIGTERM)
            await told.wait()
        return "finished"

    assert run_async(main) == "finished"


def _ask_and_be_interrupted(number):
    os.kill(os.getpid(), number)
    signal.pause()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_question_ends_at_once(number):
    async def main(_signals):
        with pytest.raises(KeyboardInterrupt), asking():
            _ask_and_be_interrupted(number)
        return "ended"

    assert run_async(main) == "ended"


def test_handlers_are_as_before_after_a_question():
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]

    with asking():
        pass

    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.fixture
def gateway():
    return SimpleNamespace(counts=SimpleNamespace(calls=Counter(chat_get=3)))


async def _shown_for(display, ticks):
    display.update(1, 2)
    ticker = asyncio.create_task(display.tick())
    for _ in range(ticks):
        await asyncio.sleep(0)
    ticker.cancel()
    display.clear()


@pytest.fixture
def hurried(monkeypatch):
    for name in ("QUIET_SECONDS", "_TERMINAL_SECONDS", "_PLAIN_SECONDS"):
        monkeypatch.setattr(running, name, 0)


def test_progress_overwrites_itself_on_a_terminal(gateway, hurried, capsys):
    asyncio.run(_shown_for(ProgressDisplay(gateway, in_place=True), 4))

    shown = capsys.readouterr().err
    assert shown.startswith("\r\x1b[K1/2 groups  3 calls")
    assert "\n" not in shown
    assert shown.endswith("\r\x1b[K")


def test_progress_is_a_line_elsewhere(gateway, hurried, capsys):
    asyncio.run(_shown_for(ProgressDisplay(gateway, in_place=False), 3))

    shown = capsys.readouterr().err
    assert "\x1b" not in shown
    assert shown.startswith("1/2 groups  3 calls")
    assert shown.endswith("\n")


def test_short_run_shows_nothing(gateway, capsys):
    asyncio.run(_shown_for(ProgressDisplay(gateway, in_place=True), 3))

    assert capsys.readouterr().err == ""
