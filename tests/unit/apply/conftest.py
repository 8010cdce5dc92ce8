"""Everything here runs on the emulator, in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.house import House, open_house
from tests.support.virtual_time import VirtualTimeLoop


@pytest.fixture
def anyio_backend():
    return "asyncio", {"loop_factory": VirtualTimeLoop}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened
