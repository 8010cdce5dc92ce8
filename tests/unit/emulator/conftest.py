from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.pretend import Pretend, pretend


@pytest.fixture
def make() -> Iterator[Callable[..., Pretend]]:
    """Make emulators with switches: `make(tenant="public_groups: false")`."""
    made: list[Pretend] = []

    def build(**switches: Any) -> Pretend:
        made.append(pretend(**switches))
        return made[-1]

    yield build
    for each in made:
        each.close()


@pytest.fixture
def api(make: Callable[..., Pretend]) -> Pretend:
    """Our app on an emulator with the usual scenario."""
    return make()
