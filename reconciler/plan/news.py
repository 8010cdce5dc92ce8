"""What is new in drift since it was last told, as data: a digest per group is all that has to be remembered.

Drift that is told already is silent until it changes; drift that ended is forgotten, so that it is new when it comes
back. A group that could not be read, or was not looked at, stays as it was told.

Source: docs/drift.md, "When a card comes".
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Final

from reconciler.diff.changes import Direction
from reconciler.diff.risk import LEVELS
from reconciler.model.base import Frozen
from reconciler.plan.canonical import canonical_digest
from reconciler.plan.drift import DriftReport, DriftStatus, GroupDrift

_DRIFT: Final = frozenset({DriftStatus.GONE, DriftStatus.DRIFTED})
_DIRECTIONS: Final = (Direction.NEUTRAL, Direction.LOOSENS, Direction.TIGHTENS)
"""Of setting drift back, from harmless to grave: what is tightened by it was opened up."""


class News(Frozen):
    """Drift that was not told yet."""

    fresh: tuple[GroupDrift, ...]
    """Groups to tell of; gone ones first, then by gravity."""
    known: int
    """Groups that drifted as was told before."""
    ended: int
    """Groups of which drift was told that is no more."""
    digests: dict[str, str]
    """What is told, by key, once this is."""

    @property
    def is_all_clear(self) -> bool:
        """Whether the last drift that was told ended."""
        return bool(self.ended) and not self.digests

    @property
    def is_worth_telling(self) -> bool:
        """Whether people should hear of it."""
        return bool(self.fresh) or self.is_all_clear


def find_news(report: DriftReport, told: Mapping[str, str], looked_at: Container[str] | None = None) -> News:
    """Return what is new in a report.

    Args:
        report: The drift.
        told: Digests of what was told before, by key.
        looked_at: Keys that the report is about; `None`: all there are.
    """
    drifting = [group for group in report.groups if group.status in _DRIFT]
    unreadable = {group.key for group in report.groups if group.status is DriftStatus.UNREADABLE}
    digests = {group.key: digest_of(group) for group in drifting}
    kept = {
        key: digest
        for key, digest in told.items()
        if key in unreadable or (looked_at is not None and key not in looked_at)
    }
    fresh = [group for group in drifting if told.get(group.key) != digests[group.key]]
    return News(
        fresh=tuple(sorted(fresh, key=_gravest_first)),
        known=len(drifting) - len(fresh),
        ended=len(told.keys() - digests.keys() - kept.keys()),
        digests=kept | digests,
    )


def digest_of(group: GroupDrift) -> str:
    """Return what tells the drift of a group from any other: what happened, and what is there now."""
    # Not what is wanted, nor where it stands: that the configuration moves makes no news of the platform.
    drifted = [[each.path, each.event.value, each.live] for each in group.drifted]
    return canonical_digest([group.chat_id, group.gone and group.gone.value, drifted])


def _gravest_first(group: GroupDrift) -> tuple[bool, int, int, str]:
    ranks = (
        (_DIRECTIONS.index(each.risk.direction), LEVELS.index(each.risk.level)) for each in group.drifted
    )
    direction, level = max(ranks, default=(0, 0))
    return group.status is not DriftStatus.GONE, -direction, -level, group.key
