from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest

from reconciler.emulator import Emulator
from tests.support.pretend import Pretend, pretend
from tests.support.rows import SHOWN_ERRORS, check_shown
from tests.support.ways import InProcess, Socket, Way


@pytest.fixture(scope="session")
def socket_way() -> Iterator[Socket]:
    """One server for all tests of this process."""
    way = Socket()
    yield way
    way.shut_down()


@pytest.fixture(params=["in-process", "socket"])
def way(request: pytest.FixtureRequest) -> str:
    """How requests reach the emulator. A test that makes sense in one of them names it as a parameter."""
    chosen: str = request.param
    return chosen


@pytest.fixture
def make(way: str, request: pytest.FixtureRequest) -> Iterator[Callable[..., Pretend]]:
    """Make emulators with switches: `make(tenant="public_groups: false")`."""
    made: list[Pretend] = []

    def build(**switches: Any) -> Pretend:
        reached: Way = request.getfixturevalue("socket_way") if way == "socket" else InProcess()
        made.append(pretend(reached, **switches))
        return made[-1]

    yield build
    for each in made:
        each.close()


@pytest.fixture
def api(make: Callable[..., Pretend]) -> Pretend:
    """Our app on an emulator with the usual scenario."""
    return make()


@pytest.fixture(autouse=True)
def shown_errors(request: pytest.FixtureRequest) -> Iterator[None]:
    """Check, whichever emulators a test makes, that it was answered the errors that it says it shows."""
    test = getattr(request.function, "__func__", request.function)  # a test in a class is a bound method
    if test not in SHOWN_ERRORS:
        yield
        return
    called: list[Emulator] = []
    with patch.object(Pretend, "called", called):
        yield
    callspec = getattr(request.node, "callspec", None)
    check_shown(
        test,
        list(callspec.params.values()) if callspec else [],
        list(_parameters(request.node)),
        [(entry.operation, entry.code) for emulator in called for entry in emulator.log],
    )


def _parameters(test: pytest.Item) -> Iterator[object]:
    """Yield the values of the parameters of a test in all its cases."""
    for mark in test.iter_markers("parametrize"):
        names, cases = mark.args
        alone = isinstance(names, str) and "," not in names
        for case in cases:
            values = getattr(case, "values", None)
            yield from values if isinstance(values, tuple) else [case] if alone else case
