"""Builders of plans and outcomes with defaults, so that a test shows only what matters."""

from __future__ import annotations

from typing import Any

from reconciler.diff.changes import Change, ChangeKind, Direction, Level, Origin, Risk
from reconciler.diff.risk import NEUTRAL
from reconciler.errors import Source
from reconciler.model.address import Facet, address
from reconciler.model.settings import Settings
from reconciler.plan.operations import AddMembers, CreateChat, ForgetGroup, Operation, UpdateChat
from reconciler.plan.outcome import GroupOutcome, Outcome, Status, StepOutcome
from reconciler.plan.plan import GroupPlan, Plan, Step, StepAction

CHAT = "oc_a0553eda9014c201e6969b478895c230"
LILEI = "ou_7d8a6e6df7621556ce0d21922b676706"
HANMEI = "ou_19fe8c21a0b14a2a9d0a5c0f1f8b2c3d"
BOT = "cli_b20fbf7e94b8d02e"


def a_change(path: str = "name", **fields: Any) -> Change:
    """Return a change of a setting from the configuration."""
    defaults: dict[str, Any] = {"kind": ChangeKind.CHANGE, "origin": Origin.CONFIG, "risk": NEUTRAL}
    return Change(path=path, **(defaults | fields))


def added(path: str, after: Any, **fields: Any) -> Change:
    """Return a change that adds a thing to a collection."""
    return a_change(path, kind=ChangeKind.ADD, after=after, **fields)


def removed(path: str, before: Any, **fields: Any) -> Change:
    """Return a change that removes a thing from a collection."""
    return a_change(path, kind=ChangeKind.REMOVE, before=before, **fields)


def loosens(level: Level) -> Risk:
    """Return the risk of a change that opens a group up."""
    return Risk(direction=Direction.LOOSENS, level=level)


def at(line: int, column: int = 5) -> Source:
    """Return a position in a file of groups."""
    return Source("groups/engineering.yaml", line, column)


def a_step(facet: Facet = Facet.SETTINGS, *changes: Change, key: str = "oncall", **fields: Any) -> Step:
    """Return a step that updates a facet with one call."""
    defaults: dict[str, Any] = {
        "address": address(key, facet),
        "action": StepAction.UPDATE,
        "reason": "live differs from the configuration",
        "operations": (UpdateChat(settings=Settings()),),
    }
    return Step(facet=facet, changes=changes, **(defaults | fields))


def a_create(*changes: Change, key: str = "oncall") -> Step:
    """Return the step that creates a group."""
    return a_step(
        Facet.EXISTENCE,
        *changes,
        key=key,
        action=StepAction.CREATE,
        reason="the key has no chat yet",
        operations=(CreateChat(settings=Settings(name="x"), uuid="gr-1"),),
    )


def a_forget(key: str = "oncall") -> Step:
    """Return the step that forgets a group."""
    return a_step(
        Facet.LIFECYCLE,
        key=key,
        action=StepAction.FORGET,
        reason="the key left the configuration; the group stays as it is",
        operations=(ForgetGroup(),),
    )


def calls(number: int) -> tuple[Operation, ...]:
    """Return that many operations of one call each."""
    return (AddMembers(ids=(LILEI,)),) * number


def a_group(key: str = "oncall", *steps: Step, **fields: Any) -> GroupPlan:
    """Return the plan of a bound group."""
    return GroupPlan(key=key, steps=steps, **({"chat_id": CHAT} | fields))


def a_plan(*groups: GroupPlan, **fields: Any) -> Plan:
    """Return a plan of a fleet on the emulator."""
    defaults: dict[str, Any] = {
        "tool_version": "0.1.0",
        "endpoint": "emulator",
        "fleet": "acme-groups-7f3a",
        "lineage": "5b0c6c1e",
        "app_id": "cli_a10fbf7e94b8d01d",
    }
    return Plan(groups=groups, **(defaults | fields))


def a_step_outcome(facet: Facet, status: Status, key: str = "oncall", **fields: Any) -> StepOutcome:
    """Return what became of a step."""
    return StepOutcome(address=address(key, facet), status=status, **fields)


def a_group_outcome(key: str, status: Status, *steps: StepOutcome, **fields: Any) -> GroupOutcome:
    """Return what became of a group."""
    return GroupOutcome(key=key, status=status, steps=steps, **({"chat_id": CHAT} | fields))


def an_outcome(*groups: GroupOutcome, **fields: Any) -> Outcome:
    """Return what became of a plan."""
    return Outcome(groups=groups, **({"tool_version": "0.1.0"} | fields))
