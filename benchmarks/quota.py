"""Reading groups at the platform's quota: how near the bound of the quota itself we come, and whether we hit it."""

from __future__ import annotations

import asyncio
import sys
import time

from pydantic import SecretStr

from reconciler.emulator import Emulator
from reconciler.emulator.transport import EmulatorTransport
from reconciler.feishu.connect import connect
from reconciler.feishu.credentials import Credentials
from reconciler.feishu.quota import WINDOWS
from reconciler.model.address import Facet

SIZES = (100, 1_000)
SCENARIO = """\
version: 1
tenant: {key: bench}
apps: [{app_id: cli_a10fbf7e94b8d01d, app_secret: emulator-secret}]
users: [{name: 李雷}]
groups:
"""
FACETS = frozenset({Facet.SETTINGS, Facet.TABS})


def main() -> None:
    """Print one row per size."""
    print(f"{'groups':>7} {'seconds':>8} {'bound':>7} {'ratio':>6} {'429':>4} {'CPU ms/group':>13}")
    for size in (int(word) for word in sys.argv[1:]) if len(sys.argv) > 1 else SIZES:
        asyncio.run(measure(size))


async def measure(size: int) -> None:
    """Read `size` groups with settings and tabs: two calls each, of two operations."""
    groups = "".join(f"  - {{chat_id: oc_{n:032x}, name: 群 {n}, owner: self}}\n" for n in range(size))
    emulator = Emulator.from_text(SCENARIO + groups.replace("self", "cli_a10fbf7e94b8d01d"))
    app_id, secret = emulator.first_app()
    gateway = connect(
        Credentials(app_id=app_id, app_secret=SecretStr(secret)),
        "http://emulator.invalid",
        http_transport=EmulatorTransport(emulator),
    )
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(gateway.read_group(f"oc_{n:032x}", FACETS) for n in range(size)))
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    throttled = gateway.counts.throttled.total()
    await gateway.aclose()
    emulator.close()
    print(
        f"{size:>7} {took:>8.1f} {bound(size):>7.1f} {took / max(bound(size), 0.001):>6.2f} {throttled:>4} {cpu / size * 1e3:>13.2f}"
    )


def bound(calls: int) -> float:
    """Return the seconds after which the last of `calls` may start under the quota of one operation."""
    windows = WINDOWS["chat_get"]
    per_second, per_minute = windows.per_second or calls, windows.per_minute or calls
    minutes, rest = divmod(calls - 1, per_minute)
    return minutes * 60 + rest // per_second


if __name__ == "__main__":
    main()
