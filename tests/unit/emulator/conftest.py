from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.pretend import Pretend, pretend
from tests.support.rows import check_shown
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
    answered = [(entry.operation, entry.code) for each in made for entry in each.emulator.log]
    for each in made:
        each.close()
    check_shown(request.function, answered)


@pytest.fixture
def api(make: Callable[..., Pretend]) -> Pretend:
    """Our app on an emulator with the usual scenario."""
    return make()
