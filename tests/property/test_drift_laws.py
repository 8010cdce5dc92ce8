"""docs/behaviour.md, "Desired, live, recorded": where a difference comes from, over all facets; and what drift is."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given

from reconciler.diff.changes import Change, Origin
from reconciler.model.base import JsonValue
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.recorded import RecordedGroup
from reconciler.plan.build import facet_steps
from reconciler.plan.drift import find_drift
from tests.support.builders import bound, plan_for
from tests.support.strategies import LAW, desired_groups, live_groups, recorded_groups


def changes_of(desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None) -> list[Change]:
    steps = facet_steps(desired, live, recorded, operate_as_owner=False)
    return [change for step in steps for change in step.changes]


def origins(changes: Iterable[Change]) -> set[Origin]:
    return {change.origin for change in changes}


@LAW
@given(desired_groups, live_groups())
def test_what_was_never_applied_is_new(desired: DesiredGroup, live: LiveGroup) -> None:
    assert origins(changes_of(desired, live, None)) <= {Origin.NEW}


@LAW
@given(desired_groups, live_groups(), recorded_groups())
def test_every_change_of_a_bound_group_is_either_drift_or_pending(
    desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None
) -> None:
    plan = plan_for(bound(desired, live, recorded))

    report = find_drift(plan)

    told: list[JsonValue] = [each.path for group in report.groups for each in group.drifted]
    waiting = [path for group in report.groups for path in group.pending]
    paths = {change.path for step in plan.steps for change in step.changes}
    assert {*told, *waiting} >= paths
    assert report.has_drift == plan.has_drift == bool(told)
    assert report.has_changes == plan.has_changes
