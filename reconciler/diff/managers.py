"""Managers: a set of users and bots."""

from __future__ import annotations

from collections.abc import Container

from reconciler.diff.changes import Change
from reconciler.diff.people import change_people, unwanted_people
from reconciler.model.collection import Collection
from reconciler.model.recorded import RecordedGroup, recorded_value


def diff_managers(
    desired: Collection[str],
    live: frozenset[str],
    recorded: RecordedGroup | None,
    *,
    owners: Container[str | None],
) -> tuple[Change, ...]:
    """Return the managers to appoint, then those to dismiss.

    Args:
        desired: The managed list.
        live: Managers as read, our own app as `self`.
        recorded: What the last apply left.
        owners: Who owns the group and who is to own it, `self` for a bot: owners are never managers.
    """
    value = recorded_value(recorded, "managers")
    missing = [each for each in desired.items if each not in live and each not in owners]
    present = [each for each in live if each not in owners]
    return change_people("managers", missing, unwanted_people(desired, present, value), value)


def staying_managers(
    desired: Collection[str] | None, live: frozenset[str] | None, recorded: RecordedGroup | None
) -> frozenset[str]:
    """Return the live managers who keep the role; all of them where managers are unmanaged."""
    present = live or frozenset()
    if desired is None:
        return present
    return present.difference(unwanted_people(desired, present, recorded_value(recorded, "managers")))
