"""Members: batches of people to add. Unusable ones never fail a batch (`succeed_type=1`)."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.members import BOTS_PER_ADD, INVITATION_SECONDS, USERS_PER_ADD
from reconciler.model.recorded import State
from reconciler.plan.batches import batch_people
from reconciler.plan.operations import AddMembers, Operation


def expire_invitations(state: State, now: float) -> State:
    """Return the state without invitations that are too old to wait for: who is still not in is invited again."""
    groups = {
        key: group.model_copy(
            update={
                "invited": {
                    each: time for each, time in group.invited.items() if now - time < INVITATION_SECONDS
                }
            }
        )
        if group.invited
        else group
        for key, group in state.groups.items()
    }
    return state.model_copy(update={"groups": groups})


def plan_members(missing: Iterable[str]) -> tuple[Operation, ...]:
    """Return the operations that add `missing`."""
    return tuple(AddMembers(ids=ids) for ids in batch_people(missing, users=USERS_PER_ADD, bots=BOTS_PER_ADD))
