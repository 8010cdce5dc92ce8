"""Whether a planned group is still as it was planned: performed exactly so, done already, or stale.

Source: docs/behaviour.md, "Saved plans".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from reconciler.errors import Diagnostic, text
from reconciler.model.address import Facet
from reconciler.model.recorded import RecordedGroup, State
from reconciler.plan.binding import create_uuid
from reconciler.plan.fingerprint import fingerprint
from reconciler.plan.operations import CreateChat, Operation, UploadImage
from reconciler.plan.plan import GroupPlan, Step, StepAction

_WHOLE: Final = frozenset({Facet.EXISTENCE, Facet.LIFECYCLE})


def recheck_group(planned: GroupPlan, fresh: GroupPlan, state: State) -> GroupPlan:
    """Return what is to be done of a planned group, now that it was looked at again.

    Args:
        planned: The group as it was planned.
        fresh: The same group planned anew, from what is live and recorded now.
        state: The state as it is now.

    Returns:
        The fresh group with the planned steps; `already_done` or `stale` tell when they are not to be performed.
    """
    known = fresh.model_copy(
        update={
            "name": planned.name,
            "steps": planned.steps,
            "fingerprint": planned.fingerprint,
            "problem": None,
        }
    )
    if not planned.steps:
        return planned if fresh.problem or fresh.chat_id != planned.chat_id else known
    if _is_done(planned, fresh, state):
        return known.model_copy(update={"already_done": True, "chat_id": fresh.chat_id or planned.chat_id})
    if fresh.problem:
        return planned.model_copy(update={"stale": _cannot_be_managed(planned, fresh.problem)})
    if planned.chat_id != fresh.chat_id or _whole(planned) != _whole(fresh):
        return planned.model_copy(update={"stale": _bound_otherwise(planned)})
    if _moved(planned, fresh) or _newly_blocked(planned, fresh):
        return planned.model_copy(update={"stale": _changed(planned)})
    return known


# ------------------------------------------------------------------ done already


def _is_done(planned: GroupPlan, fresh: GroupPlan, state: State) -> bool:
    tried = _tried(planned)
    if not tried or fresh.problem:
        return False
    if _leaves(planned) and planned.key not in state.groups:
        buried = state.tombstones.get(planned.key)
        return buried is not None and buried.group.chat_id == planned.chat_id
    create = next((each for step in tried for each in step.operations if isinstance(each, CreateChat)), None)
    if create:
        return not _tried(fresh) and _came_of(create, planned.key, fresh.recorded, state.fleet)
    left = {step.address for step in fresh.steps}
    return planned.chat_id == fresh.chat_id and all(step.address not in left for step in tried)


def _tried(group: GroupPlan) -> list[Step]:
    return [step for step in group.steps if step.block is None]


def _leaves(group: GroupPlan) -> bool:
    return any(step.facet is Facet.LIFECYCLE for step in group.steps)


def _came_of(create: CreateChat, key: str, recorded: RecordedGroup | None, fleet: str) -> bool:
    """Tell whether the chat that is bound is the one that a create was to make."""
    return (
        recorded is not None
        and recorded.created_by_us
        and bool(recorded.chat_id)
        and create.uuid == create_uuid(fleet, key, recorded.incarnation)
    )


# ------------------------------------------------------------------ moved


def _whole(group: GroupPlan) -> list[tuple[StepAction, Sequence[object]]]:
    """Return what is done to the group as a whole, as far as it follows from the state."""
    return [
        (step.action, tuple(_identities(step.operations))) for step in group.steps if step.facet in _WHOLE
    ]


def _identities(operations: Sequence[Operation]) -> Iterator[object]:
    for operation in operations:
        match operation:
            case UploadImage():
                # A file that was uploaded since then has its image key in the state.
                pass
            case CreateChat():
                yield operation.uuid
            case _:
                yield operation


def _moved(planned: GroupPlan, fresh: GroupPlan) -> bool:
    if not planned.fingerprint:
        return False
    return fresh.live is None or planned.fingerprint != fingerprint(planned.steps, fresh.live, fresh.recorded)


def _newly_blocked(planned: GroupPlan, fresh: GroupPlan) -> bool:
    blocked = {step.address for step in fresh.steps if step.block}
    return any(step.address in blocked for step in _tried(planned))


# ------------------------------------------------------------------ why


def _cannot_be_managed(planned: GroupPlan, problem: Diagnostic) -> Diagnostic:
    detail = text("{summary}: {detail}", summary=problem.summary, detail=problem.detail)
    return _stale(planned, detail)


def _bound_otherwise(planned: GroupPlan) -> Diagnostic:
    return _stale(
        planned,
        text(
            "The state knows this key otherwise than when the plan was made: it was bound, begun or forgotten "
            "meanwhile."
        ),
    )


def _changed(planned: GroupPlan) -> Diagnostic:
    facets = ", ".join(dict.fromkeys(step.facet.value for step in _tried(planned)))
    return _stale(
        planned,
        text(
            "What the plan writes ({facets}), or the role of our app, is not as it was when the plan was made.",
            facets=facets,
        )
        if facets
        else text("The role of our app is not as it was when the plan was made."),
    )


def _stale(planned: GroupPlan, detail: str) -> Diagnostic:
    return Diagnostic(
        text("Group changed since it was planned"),
        detail,
        text("Nothing was changed in this group. Run `groupctl plan` again."),
        address=planned.key,
    )
