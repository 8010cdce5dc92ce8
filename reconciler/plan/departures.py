"""Departures: batches of people to remove."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.members import BOTS_PER_REMOVE, USERS_PER_REMOVE
from reconciler.plan.batches import batch_people
from reconciler.plan.operations import Operation, RemoveMembers


def plan_departures(going: Iterable[str]) -> tuple[Operation, ...]:
    """Return the operations that remove `going`."""
    batches = batch_people(going, users=USERS_PER_REMOVE, bots=BOTS_PER_REMOVE)
    return tuple(RemoveMembers(ids=ids) for ids in batches)
