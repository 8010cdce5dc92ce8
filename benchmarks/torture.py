"""Tries every point at which an apply can be killed, struck by a fault or disturbed, and says what became of it.

python benchmarks/torture.py                        everything; takes an hour of CPU
python benchmarks/torture.py kill force             two scenarios
python benchmarks/torture.py --every 7              every seventh point
python benchmarks/torture.py --laws                 and the laws with 1,000 examples each
nice python benchmarks/torture.py --jobs 1          with one process
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import hypothesis
from hypothesis.stateful import run_state_machine_as_test

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # the helpers of the tests are not installed

from tests.support import torture  # noqa: E402
from tests.support.people_at_work import PeopleAtWork  # noqa: E402
from tests.support.torture import Verdict  # noqa: E402

LAWS = ("tests/property", "tests/unit/state/test_codec.py")

Point = Callable[[], Verdict]


def kill(start: Path) -> Iterator[Point]:
    """Killed with SIGKILL: before and after every call, in the middle of writing state and journal."""
    for number in range(len(torture.moments(start))):
        yield partial(torture.kill, start, number)


def fault(start: Path) -> Iterator[Point]:
    """Every fault of the emulator at every call, once."""
    yield from _faults(start, 1)


def lasting(start: Path) -> Iterator[Point]:
    """Every fault of the emulator from every call on, so often that the client gives up."""
    yield from _faults(start, torture.LASTING)


def _faults(start: Path, count: int) -> Iterator[Point]:
    for after in range(torture.calls_of_an_apply(start)):
        for name in torture.FAULTS:
            yield partial(torture.strike, start, name, after, count)


def lock(start: Path) -> Iterator[Point]:
    """A second apply at every boundary of a call: refused by the lock."""
    for number in range(2 * torture.calls_of_an_apply(start)):
        yield partial(torture.meet, start, number, by_force=False)


def force(start: Path) -> Iterator[Point]:
    """A second apply that removes the lock, at every boundary of a call of the first."""
    for number in range(2 * torture.calls_of_an_apply(start)):
        yield partial(torture.meet, start, number, by_force=True)


def state(start: Path) -> Iterator[Point]:
    """The state cannot be written from a write on, at every write."""
    for number in range(1, torture.writes_of_an_apply(start) + 1):
        for done in (False, True):
            yield partial(torture.break_state, start, number, done=done)


def people(_start: Path) -> Iterator[Point]:
    """People change groups while plans are made and applied, and calls fail: random stories, ten a point."""
    for seed in range(100):
        yield partial(_people, seed)


def _people(seed: int) -> Verdict:
    machine = hypothesis.seed(seed)(PeopleAtWork)
    once = hypothesis.settings(
        max_examples=10,
        stateful_step_count=20,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    try:
        run_state_machine_as_test(machine, settings=once)
    except Exception as error:  # noqa: BLE001 (whatever it is, it is the verdict)
        return Verdict(
            f"stories {seed}", converged=False, duplicates=0, lost=0, note=f"{type(error).__name__}: {error}"
        )
    return Verdict(f"stories {seed}", converged=True, duplicates=0, lost=0)


def check_laws(jobs: int) -> bool:
    """Check the laws of the test suite with at least a thousand examples each, and tell whether all hold."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(jobs), "-o", "timeout=0", *LAWS]
    run = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"LAW_EXAMPLES": "1000"},
        capture_output=True,
        text=True,
        check=False,
    )
    print(f"laws, each with 1,000 examples or more: {run.stdout.strip().splitlines()[-1]}", flush=True)
    return run.returncode == 0


ALL = "all"
SCENARIOS = {each.__name__: each for each in (kill, fault, lasting, lock, force, state, people)}


def main() -> int:
    """Print a row per scenario and every point that is not good; return 1 if there is one."""
    options = _options()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.torture"])
    print(
        f"{'scenario':<10} {'points':>7} {'converged':>10} {'duplicates':>11} {'lost bindings':>14} {'seconds':>8}"
    )
    total: list[Verdict] = []
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(dir=options.folder) as folder,
        ProcessPoolExecutor(options.jobs, mp_context=context) as pool,
    ):
        start = torture.prepare(Path(folder, "start"))
        for name in SCENARIOS if ALL in options.scenarios else options.scenarios:
            since = time.monotonic()
            points = list(SCENARIOS[name](start))[options.offset :: options.every]
            verdicts = list(pool.map(_try, points))
            _print_row(name, verdicts, time.monotonic() - since)
            for verdict in torture.bad(verdicts):
                print(f"  {verdict.point}: {verdict.note}")
            total += verdicts
    _print_row(ALL, total, time.monotonic() - began)
    holds = check_laws(options.jobs) if options.laws else True
    return 0 if holds and not torture.bad(total) else 1


def _try(point: Point) -> Verdict:
    return point()


def _print_row(name: str, verdicts: list[Verdict], seconds: float) -> None:
    print(
        f"{name:<10} {len(verdicts):>7} {sum(each.converged for each in verdicts):>10}"
        f" {sum(each.duplicates for each in verdicts):>11} {sum(each.lost for each in verdicts):>14} {seconds:>8.0f}",
        flush=True,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Tries every point at which an apply can go wrong.")
    parser.add_argument(
        "scenarios", nargs="*", choices=[*SCENARIOS, ALL], default=ALL, help="which to try (all)"
    )
    parser.add_argument(
        "--laws", action="store_true", help="check the laws of the test suite thoroughly as well"
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="try every Nth point (1)")
    parser.add_argument("--offset", type=int, default=0, metavar="N", help="begin with point N (0)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="processes at once")
    parser.add_argument(
        "--folder", type=Path, help="where the files of the runs are, for example a disk in memory"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
