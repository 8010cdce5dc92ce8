"""Members: batches of people to add. Unusable ones never fail a batch (`succeed_type=1`)."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.members import BOTS_PER_ADD, USERS_PER_ADD
from reconciler.plan.batches import batch_people
from reconciler.plan.operations import AddMembers, Operation


def plan_members(missing: Iterable[str]) -> tuple[Operation, ...]:
    """Return the operations that add `missing`."""
    return tuple(AddMembers(ids=ids) for ids in batch_people(missing, users=USERS_PER_ADD, bots=BOTS_PER_ADD))
