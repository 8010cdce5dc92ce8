"""How long small commands take, beside an interpreter that does nothing."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 15
GROUPCTL = [sys.executable, "-m", "reconciler"]


def main() -> None:
    """Print one line per command."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [*GROUPCTL, "-C", folder, "init", "--endpoint", "emulator"], check=True, stdout=subprocess.DEVNULL
        )
        subprocess.run([*GROUPCTL, "-C", folder, "apply", "--yes"], check=True, stdout=subprocess.DEVNULL)
        nothing = measure([sys.executable, "-c", "pass"])
        print(f"{'command':<24} {'ms':>6} {'more than an empty interpreter':>32}")
        for name, command in {
            "python -c pass": [sys.executable, "-c", "pass"],
            "groupctl --help": [*GROUPCTL, "--help"],
            "groupctl validate": [*GROUPCTL, "-C", folder, "validate"],
            "groupctl plan, 1 group": [*GROUPCTL, "-C", folder, "plan"],
        }.items():
            took = measure(command)
            print(f"{name:<24} {took:>6.0f} {took - nothing:>32.0f}")


def measure(command: list[str]) -> float:
    """Return the median time of a command in milliseconds."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


if __name__ == "__main__":
    assert Path("reconciler").is_dir(), "run from the top of the checkout"
    main()
