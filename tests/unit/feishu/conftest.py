"""Everything here runs in virtual time and without sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from reconciler.feishu.connect import connect
from reconciler.feishu.credentials import Credentials
from reconciler.feishu.gateway import FeishuGateway
from tests.support.scripted_platform import ScriptedPlatform
from tests.support.virtual_time import VirtualTimeLoop

OUR_APP = "cli_a10fbf7e94b8d01d"


@pytest.fixture
def anyio_backend():
    return "asyncio", {"loop_factory": VirtualTimeLoop}


@pytest.fixture
def platform() -> ScriptedPlatform:
    return ScriptedPlatform()


@pytest.fixture
async def gateway(platform: ScriptedPlatform) -> AsyncIterator[FeishuGateway]:
    credentials = Credentials(app_id=OUR_APP, app_secret=SecretStr("canary-secret"))
    connected = connect(credentials, "http://platform.example", http_transport=platform)
    yield connected
    await connected.aclose()
