"""No answer, or none that can be read: every kind of write converges, and nothing is done twice."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.emulator import FaultKind
from reconciler.model.moderation import Moderation
from reconciler.model.settings import Settings
from reconciler.plan.outcome import Status
from tests.support.builders import additive, desired_group, exact, menu, tab
from tests.support.house import codes, problem_at, statuses
from tests.support.pretend import OTHER

UNKNOWN: dict[str, tuple[FaultKind, dict[str, Any]]] = {
    "dropped before": (FaultKind.DROP, {}),
    "dropped after": (FaultKind.DROP, {"done": True}),
    "504 although done": (FaultKind.ANSWER, {"status": 504, "done": True}),
    "502": (FaultKind.ANSWER, {"status": 502}),
    "500 with a code": (FaultKind.ANSWER, {"status": 500, "code": 5000}),
    "malformed": (FaultKind.MALFORMED, {}),
    "truncated": (FaultKind.TRUNCATED, {}),
}

BEFORE = desired_group(
    "oncall",
    settings=Settings(name="Old"),
    managers=exact("ou_han"),
    members=additive("ou_lilei", "ou_kate"),
    tabs=exact(tab("X"), tab("Y"), tab("Z")),
    menus=exact(menu("Old"), menu("Two"), menu("Gone", url=None)),
)
AFTER = desired_group(
    "oncall",
    settings=Settings(name="New"),
    managers=exact("ou_lilei"),
    members=additive("ou_lilei", "ou_kate", "ou_jim", OTHER),
    moderation=Moderation(mode="moderator_list", moderators=exact("ou_kate")),
    tabs=exact(tab("Z"), tab("X", "https://example.com/other"), tab("N", "https://example.com/n", icon=None)),
    menus=exact(menu("Two", url="https://example.com/2"), menu("Old"), menu("Sub", menu("C"))),
)
OPERATIONS = [
    "chat_update",
    "chat_members_create",
    "chat_managers_add_managers",
    "chat_managers_delete_managers",
    "chat_moderation_update",
    "chat_tab_update",
    "chat_tab_sort",
    "chat_menu_tree_create",
    "chat_menu_tree_delete",
    "chat_menu_tree_sort",
    "chat_menu_item_patch",
]


@pytest.mark.parametrize("fault", UNKNOWN)
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("count", [1, 6, None])
async def test_write_converges_without_duplicates(house, operation, fault, count):
    kind, fields = UNKNOWN[fault]
    await house.apply(BEFORE)
    house.fault(kind, operation, count=count, **fields)

    outcome = await house.apply(AFTER)
    house.emulator.faults.clear()
    again = await house.apply(AFTER)

    assert operation in house.writes()
    if count == 1:
        assert outcome.complete
    assert again.complete
    assert not (await house.plan(AFTER)).has_changes
    chat = house.chat("oncall")
    assert [each["tab_name"] for each in chat["tabs"] if each.get("tab_name")] == ["Z", "X", "N"]
    assert len(chat["menus"]) == 3


@pytest.mark.parametrize("fault", UNKNOWN)
@pytest.mark.parametrize("operation", ["chat_tab_create", "chat_tab_delete"])
@pytest.mark.parametrize("count", [1, 2])
async def test_tab_call_goes_back_to_reading(house, operation, fault, count):
    kind, fields = UNKNOWN[fault]
    await house.apply(desired_group("oncall", settings=Settings(name="G1"), tabs=exact(tab("A"), tab("B"))))
    house.fault(kind, operation, count=count, **fields)
    wanted = exact(tab("A"), *([tab("C"), tab("D"), tab("E")] if "create" in operation else []))

    outcome = await house.apply(desired_group("oncall", settings=Settings(name="G1"), tabs=wanted))

    assert outcome.complete
    calls = house.calls()
    place = calls.index(operation, calls.index("chat_tab_create") + 1 if "create" in operation else 0)
    assert "chat_tab_list" in calls[place : place + 3]
    names = [each["tab_name"] for each in house.chat("oncall")["tabs"] if each.get("tab_name")]
    assert names == [each.name for each in wanted.items]


async def test_tab_call_that_never_gets_an_answer_fails_after_a_few_attempts(house):
    await house.apply(desired_group("oncall", settings=Settings(name="G1")))
    house.fault(FaultKind.DROP, "chat_tab_create", count=None)
    wanted = desired_group("oncall", settings=Settings(name="G1"), tabs=exact(tab("A")))

    outcome = await house.apply(wanted)

    assert statuses(outcome, "oncall") == {"tabs": Status.FAILED}
    assert house.written()["chat_tab_create"] == 4


async def test_reading_back_that_fails_fails_the_step(house):
    await house.apply(desired_group("oncall", settings=Settings(name="G1")))
    wanted = desired_group("oncall", settings=Settings(name="G1"), tabs=exact(tab("A")))
    plan = await house.plan(wanted)
    house.fault(FaultKind.DROP, "chat_tab_create", done=True)
    house.refuse("chat_tab_list", 232060)

    outcome = await house.perform(plan, wanted)

    assert codes(outcome) == [232060]
    assert house.written()["chat_tab_create"] == 1


async def test_chat_dissolved_between_write_and_reading_back_fails_the_step(house):
    await house.apply(desired_group("oncall", settings=Settings(name="G1")))
    wanted = desired_group("oncall", settings=Settings(name="G2"))
    plan = await house.plan(wanted)
    gateway = house.gateway

    class Dissolving:
        def __getattr__(self, name):
            return getattr(gateway, name)

        async def perform(self, operation, chat_id):
            answer = await gateway.perform(operation, chat_id)
            house.emulator.acts.dissolve(chat_id)
            return answer

    house.gateway = Dissolving()

    outcome = await house.perform(plan, wanted)

    assert problem_at(outcome, "oncall/settings").summary == "Group is dissolved"


class TestOvertaken:
    """Somebody changes tabs or menus between our reading and our call."""

    @pytest.mark.parametrize(
        ("operation", "wanted"),
        [
            ("chat_tab_sort", {"tabs": exact(tab("B"), tab("A"), tab("C"))}),
            ("chat_tab_delete", {"tabs": exact(tab("A"))}),
            ("chat_tab_update", {"tabs": exact(tab("A", "https://example.com/2"), tab("B"), tab("C"))}),
            ("chat_menu_tree_sort", {"menus": exact(menu("B"), menu("A"))}),
            ("chat_menu_tree_delete", {"menus": exact(menu("A"))}),
            ("chat_menu_item_patch", {"menus": exact(menu("A", url="https://example.com/2"), menu("B"))}),
        ],
    )
    async def test_step_reads_again_and_goes_on(self, house, operation, wanted):
        common = {
            "settings": Settings(name="G1"),
            "tabs": exact(tab("A"), tab("B"), tab("C")),
            "menus": exact(menu("A"), menu("B")),
        }
        await house.apply(desired_group("oncall", **common))
        group = desired_group("oncall", **{**common, **wanted})
        plan = await house.plan(group)
        chat = house.chat("oncall")
        last_tab = next(each["tab_id"] for each in chat["tabs"] if each.get("tab_name") == "C")
        last_menu = chat["menus"][-1]["chat_menu_top_level_id"]
        first_menu = chat["menus"][0]["chat_menu_top_level_id"]
        acts = house.emulator.acts
        if "tab" in operation:
            first_tab = next(each["tab_id"] for each in chat["tabs"] if each.get("tab_name") == "A")
            acts.remove_tab(chat["chat_id"], first_tab if operation == "chat_tab_update" else last_tab)
        else:
            acts.remove_menu(
                chat["chat_id"], first_menu if operation == "chat_menu_item_patch" else last_menu
            )

        outcome = await house.perform(plan, group)

        assert outcome.complete, outcome
        assert not (await house.plan(group)).has_changes

    async def test_refusal_that_reading_does_not_explain_is_a_failure_at_once(self, house):
        await house.apply(
            desired_group("oncall", settings=Settings(name="G1"), tabs=exact(tab("A"), tab("B")))
        )
        house.refuse("chat_tab_delete", 232001, count=None)
        wanted = desired_group("oncall", settings=Settings(name="G1"), tabs=exact(tab("A")))

        outcome = await house.apply(wanted)

        assert codes(outcome) == [232001]
        assert house.written()["chat_tab_delete"] == 1
