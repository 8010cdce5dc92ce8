from __future__ import annotations

import re

from reconciler.errors import Diagnostic, PlatformFacts, Severity, text
from reconciler.model.address import Facet
from reconciler.plan.outcome import Outcome, Status
from reconciler.render.outcome_text import render_outcome
from tests.support.golden import assert_golden
from tests.support.plans import a_group_outcome, a_step_outcome, an_outcome, at

LIMIT = Diagnostic(
    text("Manager limit reached"),
    text("An ordinary group has at most 10 managers."),
    text("Remove a manager from the file."),
    address="oncall/managers",
    source=at(21, 16),
    platform=PlatformFacts("chat_managers_add_managers", 232040, 400, "2026061215044801"),
)
REFUSED_PEOPLE = Diagnostic(
    text("Members not added"),
    text("2 of 50 users were refused as unavailable: ou_19fe, ou_5c02. The other 48 were added."),
    address="oncall/members",
    severity=Severity.WARNING,
)
QUOTA = Diagnostic(
    text("Monthly quota used up"),
    hint=text("Wait for the next month."),
    platform=PlatformFacts("chat_update", 99991403, 429, "2026061215044999"),
)
BLOCKED = Diagnostic(text("Step is blocked"), text("Only the owner may do this."), address="legal/managers")


def _mixed() -> Outcome:
    return an_outcome(
        a_group_outcome(
            "all-hands",
            Status.DONE,
            a_step_outcome(Facet.SETTINGS, Status.DONE, "all-hands", calls=1),
            a_step_outcome(Facet.TABS, Status.DONE, "all-hands", calls=3),
            name="全员公告",
        ),
        a_group_outcome("idle", Status.UNCHANGED),
        a_group_outcome(
            "legal", Status.BLOCKED, a_step_outcome(Facet.MANAGERS, Status.BLOCKED, "legal", problem=BLOCKED)
        ),
        a_group_outcome(
            "lost", Status.UNREADABLE, name="🚨 失联", problem=Diagnostic(text("Group is dissolved"))
        ),
        a_group_outcome(
            "oncall",
            Status.FAILED,
            a_step_outcome(Facet.SETTINGS, Status.DONE, calls=1),
            a_step_outcome(Facet.MEMBERS, Status.DONE, calls=12, warnings=(REFUSED_PEOPLE,)),
            a_step_outcome(Facet.MANAGERS, Status.FAILED, calls=1, problem=LIMIT),
            a_step_outcome(Facet.TABS, Status.NOT_STARTED),
            a_step_outcome(Facet.MENUS, Status.NOT_STARTED),
            name="支付值班",
        ),
        a_group_outcome("ops", Status.REFUSED, problem=Diagnostic(text("Our app would lose its role"))),
        a_group_outcome("sales", Status.NOT_STARTED, chat_id=None),
        calls={"chat_update": 2, "chat_get": 190, "chat_members_create": 12},
    )


def test_mixed_outcome_reads_as_in_its_golden_file():
    assert_golden("render/outcome-mixed.txt", render_outcome(_mixed(), color=False))


def test_stopped_outcome_reads_as_in_its_golden_file():
    outcome = an_outcome(
        a_group_outcome(
            "a", Status.FAILED, a_step_outcome(Facet.SETTINGS, Status.FAILED, "a", problem=QUOTA)
        ),
        a_group_outcome("b", Status.NOT_STARTED, problem=QUOTA),
        stopped=QUOTA,
        interrupted=True,
        calls={"chat_get": 2},
    )

    assert_golden("render/outcome-stopped.txt", render_outcome(outcome, color=False))


def test_colour_adds_nothing_but_escape_sequences():
    coloured = render_outcome(_mixed(), color=True)

    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == render_outcome(_mixed(), color=False)


def test_unchanged_groups_are_only_counted():
    outcome = an_outcome(a_group_outcome("a", Status.UNCHANGED), a_group_outcome("b", Status.UNCHANGED))

    assert render_outcome(outcome, color=False) == "Outcome: 2 unchanged."


def test_outcome_of_no_groups_says_so():
    assert render_outcome(an_outcome(), color=False) == "Outcome: no groups."


def test_group_that_failed_at_its_first_step_says_that_nothing_was_applied():
    step = a_step_outcome(Facet.SETTINGS, Status.FAILED, problem=LIMIT)

    rendered = render_outcome(an_outcome(a_group_outcome("oncall", Status.FAILED, step)), color=False)

    assert "  Applied and recorded: nothing." in rendered.splitlines()
