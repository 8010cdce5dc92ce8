from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def lark() -> Iterator[Any]:
    """The vendor's SDK; it takes seconds to import, so only the tests that drive it do it.

    Its part for events takes the event loop that it finds when it is imported, and closes none.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    import lark_oapi

    yield lark_oapi
    asyncio.set_event_loop(None)
    loop.close()
