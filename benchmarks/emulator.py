"""How fast the emulator is there: in process, behind a socket, and with many groups."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 9
GROUPS = 5000
SCENARIO = Path("examples/groups/tenant.emulator.yaml")
GROUPCTL = [sys.executable, "-m", "reconciler"]

OPEN = """
from pathlib import Path
from reconciler.emulator import open_emulator
open_emulator(Path({scenario!r})).close()
"""


def main() -> None:
    """Print one line per measurement."""
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder, "large.emulator")
        large.write_text(many_groups(), encoding="utf-8")
        subprocess.run(
            [*GROUPCTL, "-C", folder, "init", "--endpoint", "emulator"], check=True, stdout=subprocess.DEVNULL
        )
        nothing = measure([sys.executable, "-c", "pass"])
        print(f"{'median of ' + str(RUNS):<44} {'ms':>6} {'more than an empty interpreter':>32}")
        for name, took in {
            "python -c pass": nothing,
            "open the example scenario": measure(opening(SCENARIO)),
            f"open a scenario of {GROUPS:,} groups": measure(opening(large)),
            "groupctl emulator serve, until it listens": statistics.median(
                serving(folder) for _ in range(RUNS)
            ),
        }.items():
            print(f"{name:<44} {took:>6.0f} {took - nothing:>32.0f}")


def many_groups() -> str:
    """Return a scenario with many groups and 2,000 people."""
    people = "".join(f"  - {{name: 用户{n}, email: u{n}@example.com}}\n" for n in range(2000))
    groups = "".join(
        f"  - {{name: 组{n}, members: [u{n % 2000}@example.com, u{n * 7 % 2000}@example.com]}}\n"
        for n in range(GROUPS)
    )
    head = "version: 1\ntenant: {key: 736588c9260f175d}\napps:\n  - {app_id: cli_a10fbf7e94b8d01d, app_secret: s}\n"
    return f"{head}users:\n{people}groups:\n{groups}"


def opening(scenario: Path) -> list[str]:
    """Return the command that opens a scenario in memory."""
    return [sys.executable, "-c", OPEN.format(scenario=str(scenario))]


def measure(command: list[str]) -> float:
    """Return the median time of a command in milliseconds."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def serving(folder: str) -> float:
    """Return the milliseconds until `emulator serve` tells its URL."""
    began = time.perf_counter()
    with subprocess.Popen(
        [*GROUPCTL, "-C", folder, "emulator", "serve"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout
        server.stdout.readline()
        took = time.perf_counter() - began
        server.terminate()
    return took * 1000


if __name__ == "__main__":
    assert SCENARIO.is_file(), "run from the top of the checkout"
    main()
