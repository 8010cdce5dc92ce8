"""People who wait for the approval of the owner or a manager."""

from __future__ import annotations

import pytest

from reconciler.model.members import INVITATION_SECONDS
from reconciler.model.settings import Settings
from reconciler.plan.outcome import Status
from tests.support.builders import additive, desired_group
from tests.support.house import changed_paths, group_of, open_house

THEIRS = """
  - chat_id: oc_theirs
    name: Theirs
    owner: Kate
    bots: [cli_a10fbf7e94b8d01d]
    settings: {membership_approval: approval_required}
"""


def wanted(*people):
    return desired_group("theirs", chat_id="oc_theirs", settings=Settings(), members=additive(*people))


@pytest.fixture
async def house():
    async with open_house(groups=THEIRS) as opened:
        yield opened


async def test_invited_person_is_reported_and_is_no_failure(house):
    outcome = await house.apply(wanted("ou_jim"))

    assert group_of(outcome, "theirs").status is Status.DONE
    assert "wait for the approval" in str(group_of(outcome, "theirs").steps[-1].warnings)


async def test_person_who_waits_is_no_drift_and_is_not_invited_again(house):
    await house.apply(wanted("ou_jim"))

    plan = await house.plan(wanted("ou_jim"))

    assert changed_paths(plan) == []
    assert [warning.summary for warning in plan.groups[0].warnings] == ["People wait for approval"]


async def test_person_is_invited_again_after_a_week(house):
    await house.apply(wanted("ou_jim"))
    house.clock.move(INVITATION_SECONDS)

    assert changed_paths(await house.plan(wanted("ou_jim"))) == ["members/ou_jim"]


async def test_approved_person_is_ours(house):
    await house.apply(wanted("ou_jim"))
    house.emulator.acts.add_members("oc_theirs", ["ou_jim"])

    plan = await house.plan(wanted("ou_jim"))
    await house.perform(plan, wanted("ou_jim"))

    assert plan.groups[0].warnings == ()
    assert house.state.groups["theirs"].invited == {}
    assert house.state.groups["theirs"].items("members") == ["ou_jim"]


async def test_person_who_is_wanted_no_longer_is_waited_for_no_longer(house):
    await house.apply(wanted("ou_jim", "ou_lilei"))

    await house.apply(wanted("ou_lilei"))

    assert list(house.state.groups["theirs"].invited) == ["ou_lilei"]
