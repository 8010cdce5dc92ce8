"""A plan to be kept and performed later, with all that performing it needs beside the state and the platform.

It holds ids and digests: no secret, no e-mail address and no mobile number.

Source: docs/behaviour.md, "Saved plans".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from reconciler.errors import Diagnostic, text
from reconciler.model.address import Facet
from reconciler.model.base import Frozen
from reconciler.model.group import DesiredGroup
from reconciler.plan.order import RANK
from reconciler.plan.plan import GroupPlan, Plan

SAVED_VERSION: Final = 1

_PEOPLE: Final = frozenset({Facet.MEMBERS, Facet.DEPARTURES, Facet.MODERATION})
"""Who has to stay in a group follows from all of these together."""


class SavedGroup(Frozen):
    """What has to be known of a group to perform its plan."""

    desired: DesiredGroup | None
    """The group as planned, people as open ids; `None` when the key left the configuration."""
    reads: tuple[Facet, ...]
    """What has to be read again: what the steps touch, and what the state does not remember as it is by now."""


class SavedChoices(Frozen):
    """What people chose for the plan."""

    patterns: tuple[str, ...]
    removals: bool
    strict_people: bool
    configured: int
    """Groups in the whole configuration, selected or not."""


class SavedPlan(Frozen):
    """A plan with what it was made of."""

    format_version: Literal[1] = SAVED_VERSION
    plan: Plan
    choices: SavedChoices
    groups: dict[str, SavedGroup]
    """The groups that have to be looked at again, by key."""
    files: dict[str, str]
    """Digests of the files that the steps need, by their places below the folder of the fleet."""


def saved_plan(
    plan: Plan,
    choices: SavedChoices,
    unrecorded: Mapping[str, frozenset[Facet]],
    files: Mapping[str, str],
) -> SavedPlan:
    """Return a plan as it is saved.

    Args:
        plan: The plan, as it was made.
        choices: What people chose for it.
        unrecorded: What the state does not remember as it is live, by key.
        files: Digests of the files that the steps need.
    """
    groups = {
        group.key: SavedGroup(
            desired=group.desired, reads=_reads(group, unrecorded.get(group.key, frozenset()))
        )
        for group in plan.groups
        if group.steps or group.key in unrecorded
    }
    without_names = tuple(_without_names(group) for group in plan.groups)
    return SavedPlan(
        plan=plan.model_copy(update={"groups": without_names, "people": {}}),
        choices=choices,
        groups=groups,
        files=dict(sorted(files.items())),
    )


def _reads(group: GroupPlan, unrecorded: frozenset[Facet]) -> tuple[Facet, ...]:
    if group.desired is None:
        return ()
    managed = group.desired.facets
    needed = {*unrecorded, *(step.facet for step in group.steps), Facet.SETTINGS}
    if group.chat_id is None:
        needed = set(managed)
    elif needed & (_PEOPLE | {Facet.OWNER}):
        needed |= _PEOPLE
    return _in_order(needed & managed)


def _in_order(facets: Iterable[Facet]) -> tuple[Facet, ...]:
    return tuple(sorted(facets, key=RANK.__getitem__))


def _without_names(group: GroupPlan) -> GroupPlan:
    """Return a group without what was told of it: messages name people as the configuration does."""
    bare = group.model_copy(
        update={"warnings": (), "written": {}, "desired": None, "live": None, "recorded": None}
    )
    if group.problem is None:
        return bare
    problem = Diagnostic(
        group.problem.summary,
        text("The group could not be planned, so that the saved plan does nothing to it."),
        text("Run `groupctl plan {key}` to see why.", key=group.key),
        address=group.problem.address,
        source=group.problem.source,
        platform=group.problem.platform,
    )
    return bare.model_copy(update={"problem": problem})
