"""What a change asks for, apart from what was pending before it."""

from __future__ import annotations

from reconciler.errors import Diagnostic
from reconciler.model.address import Facet
from reconciler.plan.comparison import compare_plans
from tests.support.plans import a_change, a_forget, a_group, a_plan, a_step, at

DRIFT = a_change("description", before="a", after="b", source=at(5))
WISH = a_change("name", before="值班", after="支付值班", source=at(6))


def _settings(*changes):
    return a_step(Facet.SETTINGS, *changes)


def _paths(groups):
    return {group.key: [change.path for step in group.steps for change in step.changes] for group in groups}


def test_what_both_plans_want_is_pending_and_the_rest_is_asked():
    head = a_plan(a_group("oncall", _settings(DRIFT, WISH)))
    base = a_plan(a_group("oncall", _settings(DRIFT)))

    found = compare_plans(head, base, "main")

    assert _paths(found.asked) == {"oncall": ["name"]}
    assert _paths(found.pending) == {"oncall": ["description"]}
    assert found.settled == ()


def test_what_only_the_base_wants_is_settled():
    head = a_plan(a_group("oncall"))
    base = a_plan(a_group("oncall", _settings(DRIFT)))

    found = compare_plans(head, base, "main")

    assert (found.asked, found.pending) == ((), ())
    assert _paths(found.settled) == {"oncall": ["description"]}


def test_where_a_wish_stands_in_the_files_does_not_count():
    moved = DRIFT.model_copy(update={"source": at(50)})

    found = compare_plans(
        a_plan(a_group("oncall", _settings(moved))), a_plan(a_group("oncall", _settings(DRIFT))), "main"
    )

    assert found.asked == ()


def test_another_value_of_the_same_field_is_asked_and_its_old_wish_settled():
    other = DRIFT.model_copy(update={"after": "c"})

    found = compare_plans(
        a_plan(a_group("oncall", _settings(other))), a_plan(a_group("oncall", _settings(DRIFT))), "main"
    )

    assert [change.after for group in found.asked for step in group.steps for change in step.changes] == ["c"]
    assert [change.after for group in found.settled for step in group.steps for change in step.changes] == [
        "b"
    ]


def test_steps_without_changes_are_compared_by_what_they_do():
    head = a_plan(a_group("oncall", a_forget()), a_group("sales", a_forget("sales")))
    base = a_plan(a_group("sales", a_forget("sales")))

    found = compare_plans(head, base, "main")

    assert [group.key for group in found.asked] == ["oncall"]
    assert [group.key for group in found.pending] == ["sales"]


def test_problems_refusals_and_warnings_are_taken_apart_like_changes():
    old, new = Diagnostic("Old", address="oncall"), Diagnostic("New", address="oncall")
    head = a_plan(a_group("oncall", warnings=(old, new), refusals=(new,)), a_group("lost", problem=old))
    base = a_plan(a_group("oncall", warnings=(old,)), a_group("lost", problem=old))

    found = compare_plans(head, base, "main")

    assert [(group.key, group.warnings, group.refusals, group.problem) for group in found.asked] == [
        ("oncall", (new,), (new,), None)
    ]
    assert [(group.key, group.warnings, group.problem) for group in found.pending] == [
        ("oncall", (old,), None),
        ("lost", (), old),
    ]


def test_notices_and_the_name_of_the_base_are_kept():
    notice = Diagnostic("State was moved")

    found = compare_plans(a_plan(), a_plan(), "origin/main", [notice])

    assert (found.base, found.notices) == ("origin/main", (notice,))


def test_people_of_both_plans_have_names():
    head = a_plan(a_group("oncall")).model_copy(update={"people": {"ou_lilei": "李雷 <li.lei@example.com>"}})
    base = a_plan(a_group("oncall")).model_copy(update={"people": {"ou_han": "韩梅梅 <ou_han>"}})

    found = compare_plans(head, base, "main")

    assert found.people == {"ou_lilei": "李雷 <li.lei@example.com>", "ou_han": "韩梅梅 <ou_han>"}
    assert "people" not in found.model_dump()
