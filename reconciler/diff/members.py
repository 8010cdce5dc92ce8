"""Members: everybody who has to be in the group and is not."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.diff.changes import Change
from reconciler.diff.people import change_people
from reconciler.model.ids import is_user
from reconciler.model.members import LiveMembers
from reconciler.model.recorded import RecordedGroup, recorded_value


def diff_members(
    implied: Iterable[str],
    live: LiveMembers,
    live_managers: frozenset[str] | None,
    recorded: RecordedGroup | None,
) -> tuple[Change, ...]:
    """Return one `add` for each implied member that is missing.

    What the platform does not list is believed to be as recorded: bots, and people in a list that is known
    to be cut. Adding somebody who is in already would be harmless, but it would be planned for ever. Whoever waits
    for approval is no difference.
    """
    value = recorded_value(recorded, "members")
    by_role = recorded_value(recorded, "implied")
    believed = frozenset((*(value.sent if value else ()), *(by_role.sent if by_role else ())))
    waiting = recorded.invited.keys() if recorded else frozenset()
    present = live.users | (live.bots or frozenset()) | (live_managers or frozenset()) | waiting
    missing = [
        each
        for each in implied
        if each not in present and not (each in believed and not _is_listed(each, live))
    ]
    return change_people("members", missing, (), value or by_role)


def _is_listed(identity: str, live: LiveMembers) -> bool:
    """Tell whether absence of `identity` from the live list proves that it is not in the group."""
    return live.complete if is_user(identity) else live.bots is not None
