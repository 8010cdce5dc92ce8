"""Exit statuses of plans and outcomes; the whole table stands in `tests/e2e/test_exit_status.py`.

Source: DESIGN section 8.
"""

from __future__ import annotations

import pytest

from reconciler.cli.exits import Exit, exit_of_outcome, exit_of_plan
from reconciler.diff.changes import Origin
from reconciler.errors import Diagnostic
from reconciler.model.address import Facet
from reconciler.plan.outcome import Status
from tests.support.plans import (
    a_change,
    a_group,
    a_group_outcome,
    a_plan,
    a_step,
    a_step_outcome,
    an_outcome,
)

PROBLEM = Diagnostic("Something is wrong")


def changed(key="changed", **more):
    return a_group(
        key, a_step(Facet.SETTINGS, a_change("name", before="a", after="b", origin=Origin.CONFIG)), **more
    )


UNCHANGED = a_group("unchanged")
UNREADABLE = a_group("unreadable", problem=PROBLEM)
REFUSED = changed("refused", refusals=(PROBLEM,))


@pytest.mark.parametrize(
    ("groups", "asked", "plain"),
    [
        ([], Exit.OK, Exit.OK),
        ([UNCHANGED], Exit.OK, Exit.OK),
        ([changed()], Exit.CHANGES, Exit.OK),
        ([changed(), UNREADABLE], Exit.PARTIAL, Exit.PARTIAL),
        ([UNCHANGED, UNREADABLE], Exit.PARTIAL, Exit.PARTIAL),
        ([UNREADABLE], Exit.FAILED, Exit.FAILED),
        ([REFUSED], Exit.FAILED, Exit.FAILED),
        ([REFUSED, UNREADABLE], Exit.FAILED, Exit.FAILED),
        ([REFUSED, changed()], Exit.PARTIAL, Exit.PARTIAL),
    ],
)
def test_status_of_a_plan(groups, asked, plain):
    plan = a_plan(*groups)

    assert exit_of_plan(plan, detailed=True) == asked
    assert exit_of_plan(plan, detailed=False) == plain


def test_refused_plan_comes_before_unreadable_groups():
    assert exit_of_plan(a_plan(UNREADABLE, refusals=(PROBLEM,)), detailed=True) == Exit.REFUSED


def outcome(*statuses, **more):
    groups = [
        a_group_outcome(f"group-{number}", status, a_step_outcome(Facet.SETTINGS, status))
        for number, status in enumerate(statuses)
    ]
    return an_outcome(*groups, **more)


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        ((), Exit.OK),
        ((Status.DONE, Status.UNCHANGED), Exit.OK),
        ((Status.DONE, Status.FAILED), Exit.PARTIAL),
        ((Status.UNCHANGED, Status.BLOCKED), Exit.PARTIAL),
        ((Status.FAILED, Status.UNREADABLE), Exit.FAILED),
    ],
)
def test_status_of_an_outcome(statuses, status):
    assert exit_of_outcome(outcome(*statuses)) == status


def test_interruption_comes_before_failure():
    assert exit_of_outcome(outcome(Status.FAILED, interrupted=True)) == Exit.INTERRUPTED
