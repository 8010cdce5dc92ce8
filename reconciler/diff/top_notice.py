"""The top notice: compared with what was put there last, because nothing tells what is there now."""

from __future__ import annotations

from reconciler.diff.changes import Change, ChangeKind, origin_of_value
from reconciler.diff.risk import risk_of_value
from reconciler.model.recorded import RecordedGroup, recorded_value
from reconciler.model.top_notice import TopNotice


def diff_top_notice(
    desired: TopNotice, live: TopNotice | None, recorded: RecordedGroup | None
) -> tuple[Change, ...]:
    """Return the change of the top notice.

    Args:
        desired: What is to be pinned.
        live: What is pinned, where that is certain: in a new group, or because we just wrote it.
        recorded: What the last apply left; it counts where live is not told.
    """
    known = recorded_value(recorded, "top_notice")
    before = live or (known.seen if known else None)
    if before == desired:
        return ()
    origin = origin_of_value("top_notice", before, desired, recorded)
    return (
        Change(
            path="top_notice",
            kind=ChangeKind.CHANGE,
            before=before,
            after=desired,
            origin=origin,
            risk=risk_of_value("top_notice", before, desired),
        ),
    )
