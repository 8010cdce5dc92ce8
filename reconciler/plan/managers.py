"""Managers: appoint, then dismiss, so that a group is never without managers between two calls.

A group takes at most 10 managers at any moment, so a full group has to dismiss some first.

Source: members.openapi.yaml, chat_managers_add_managers and chat_managers_delete_managers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import TypeAlias

from reconciler.model.managers import BOTS_PER_CALL, ORDINARY_CAP, USERS_PER_CALL
from reconciler.plan.batches import batch_people
from reconciler.plan.operations import AddManagers, Operation, RemoveManagers

Appointment: TypeAlias = AddManagers | RemoveManagers


def plan_managers(add: Sequence[str], remove: Sequence[str], present: int) -> tuple[Operation, ...]:
    """Return the operations of the managers step: every appointment as early as the cap allows.

    Args:
        add: Ids to appoint.
        remove: Ids to dismiss.
        present: How many managers the group has now, users and bots together.
    """
    appoint: list[Appointment] = [
        AddManagers(ids=ids) for ids in batch_people(add, users=USERS_PER_CALL, bots=BOTS_PER_CALL)
    ]
    dismiss: list[Appointment] = [
        RemoveManagers(ids=ids) for ids in batch_people(remove, users=USERS_PER_CALL, bots=BOTS_PER_CALL)
    ]
    # A super-large group may already hold more than the ordinary cap; its own number is then the safe cap.
    cap = max(ORDINARY_CAP, present)
    if present + len(add) <= cap:
        return (*appoint, *dismiss)
    # The calls are few: at most 50 users or 5 bots each, of 20 managers and 15 bots in a group.
    orders = (order for order in permutations((*dismiss, *appoint)) if _peak(order, present) <= cap)
    return min(orders, key=_places_of_appointments, default=(*dismiss, *appoint))


def _places_of_appointments(operations: Sequence[Appointment]) -> list[int]:
    return [place for place, operation in enumerate(operations) if isinstance(operation, AddManagers)]


def _peak(operations: Sequence[Appointment], present: int) -> int:
    """Return the largest number of managers on the way."""
    peak = count = present
    for operation in operations:
        step = len(operation.ids)
        count += step if isinstance(operation, AddManagers) else -step
        peak = max(peak, count)
    return peak
