"""The owner: our app, or a person. That it is *our* app which owns a group follows from the state only."""

from __future__ import annotations

from reconciler.diff.changes import Change, ChangeKind, origin_of_value
from reconciler.diff.risk import risk_of_value
from reconciler.model.ids import SELF
from reconciler.model.recorded import RecordedGroup


def diff_owner(desired: str, live: str | None, recorded: RecordedGroup | None) -> tuple[Change, ...]:
    """Return the change of ownership; a bot as live owner (`None`) is taken for our app.

    Source: chats.openapi.yaml, `info.x-rules` ("No read operation says which bot it is").
    """
    before = live or SELF
    if before == desired:
        return ()
    return (
        Change(
            path="owner",
            kind=ChangeKind.CHANGE,
            before=before,
            after=desired,
            origin=origin_of_value("owner", before, desired, recorded),
            risk=risk_of_value("owner", before, desired),
        ),
    )
