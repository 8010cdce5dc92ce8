"""Names of people in messages."""

from __future__ import annotations

from reconciler.errors import Diagnostic, Text, text
from reconciler.model.address import Facet
from reconciler.model.settings import Settings
from reconciler.plan.outcome import Status
from reconciler.render.as_json import outcome_json, plan_json
from reconciler.render.outcome_text import render_outcome
from reconciler.render.people import named
from reconciler.render.plan_text import render_plan
from tests.support.builders import additive, desired_group
from tests.support.house import open_house
from tests.support.plans import a_group_outcome, a_step_outcome, an_outcome

PEOPLE = {"ou_1": "李雷 <li.lei@example.com>", "cli_2": "Bot"}


def test_ids_are_shown_with_names_and_unknown_ones_stay():
    told = Diagnostic(
        "s", text("Not in: {ids}. They {why}.", ids="`ou_1`, `ou_12`", why=text("wait for cli_2"))
    )

    assert named(told, PEOPLE).detail == "Not in: `李雷 <li.lei@example.com>`, `ou_12`. They wait for Bot."


def test_message_stays_translatable():
    told = Diagnostic("s", text("{n} of {ids}", n=2, ids="ou_1"))

    detail = named(told, PEOPLE).detail
    assert isinstance(detail, Text)
    assert (detail.template, detail.values["n"]) == ("{n} of {ids}", 2)


def test_words_without_a_template_are_read_as_well():
    assert named(Diagnostic("s", "ou_1 left"), PEOPLE).detail == "李雷 <li.lei@example.com> left"


def test_without_names_nothing_changes():
    told = Diagnostic("s", text("ou_1"))

    assert named(told, {}) is told
    assert named(told, {"ou_2": "x"}).detail is told.detail


def _outcome():
    warning = Diagnostic("Members not added", text("Not in the group: {ids}.", ids="`ou_1`"))
    step = a_step_outcome(Facet.MEMBERS, Status.DONE, "a", warnings=(warning,))
    return an_outcome(a_group_outcome("a", Status.DONE, step))


def test_outcome_shows_names_beside_addresses():
    assert "Not in the group: `李雷 <li.lei@example.com>`." in render_outcome(
        _outcome(), color=False, people=PEOPLE
    )


def test_json_of_an_outcome_has_ids_only():
    assert "`ou_1`" in outcome_json(_outcome())
    assert "example.com" not in outcome_json(_outcome())


THEIRS = """
  - chat_id: oc_theirs
    name: Theirs
    owner: Kate
    bots: [cli_a10fbf7e94b8d01d]
    settings: {membership_approval: approval_required}
"""


async def test_plan_names_people_who_wait_for_approval():
    wanted = desired_group(
        "theirs", chat_id="oc_theirs", settings=Settings(), members=additive("li.lei@example.com")
    )
    async with open_house(groups=THEIRS) as house:
        await house.apply(wanted)

        plan = await house.plan(wanted)

    assert "<li.lei@example.com> were invited" in render_plan(plan, color=False)
    assert "example.com" not in plan_json(plan)


async def test_plan_keeps_no_address_of_people_who_are_left_out():
    async with open_house() as house:
        unknown = desired_group(
            "a", settings=Settings(name="A"), members=additive("no.body@example.com", "+8613899999999")
        )

        plan = await house.plan(unknown)

    assert "no.body@" not in plan_json(plan)
    assert "`+86…9999`, `n…@example.com`" in render_plan(plan, color=False)
