"""Runs commands on a terminal of their own, as people do."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE = 30.0
"""Seconds until a terminal that says nothing more is given up."""

QUESTION = "[y/N]: "
"""How a question ends."""


class Terminal:
    """A command on a pseudo-terminal; everything it prints, to either stream, is kept in `shown`."""

    def __init__(self, command: Sequence[str], cwd: Path, variables: Mapping[str, str]) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(variables),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.shown = ""

    def wait_for(self, text: str) -> None:
        """Read until `text` was shown."""
        until = time.monotonic() + PATIENCE
        while text not in self.shown:
            assert time.monotonic() < until, f"{text!r} was never shown: {self.shown}"
            assert self._read(), f"it ended without {text!r}: {self.shown}"

    def type(self, text: str) -> None:
        """Type text."""
        os.write(self._master, text.encode())

    def interrupt(self, number: signal.Signals) -> None:
        """Send a signal, and again when it came in the moment between the question and the waiting for an answer."""
        while self.process.poll() is None:
            self.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=3)

    def end(self, *, answer: str = "") -> int:
        """Read to the end and return the exit status; `answer` is typed whenever a question is asked."""
        while self._read():
            if answer and self.shown.endswith(QUESTION):
                self.type(answer)
        os.close(self._master)
        return self.process.wait(timeout=PATIENCE)

    def _read(self) -> bool:
        """Read what is there; tell whether there may be more."""
        ready, _, _ = select.select([self._master], [], [], PATIENCE)
        if not ready:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux says so when the other side is closed
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)
