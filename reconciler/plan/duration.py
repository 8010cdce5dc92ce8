"""How long a plan takes at least: the platform lets through only so many calls of an operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Windows:
    """The most calls of one operation in any second and in any minute; `None`: no limit is stated."""

    per_second: int | None = None
    per_minute: int | None = None


def shortest_seconds(calls: Mapping[str, int], quotas: Mapping[str, Windows]) -> int:
    """Return the seconds after which the last call can start at the earliest.

    Operations have quotas of their own and run side by side, so the slowest one decides. Reading back what
    was written is not counted: it goes on at the same time.

    Args:
        calls: Calls per kind of operation.
        quotas: The quota of each kind; a kind without one is not limited.
    """
    return max((_seconds(number, quotas.get(kind, Windows())) for kind, number in calls.items()), default=0)


def _seconds(calls: int, quota: Windows) -> int:
    before = calls - 1
    minutes, rest = divmod(before, quota.per_minute) if quota.per_minute else (0, before)
    return minutes * 60 + (rest // quota.per_second if quota.per_second else 0)
