"""The whole machine without a command line: emulator, client and workflow in virtual time.

A house begins with the usual scenario of `tests.support.pretend`; its state is kept in memory.
"""

from __future__ import annotations

import asyncio
import functools
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from reconciler.apply.apply import Progress
from reconciler.apply.ports import Gateway, Journal, StateStore
from reconciler.apply.run import Run
from reconciler.config import Configuration
from reconciler.config.loader import EmulatorSettings
from reconciler.config.positions import Positions
from reconciler.emulator import Emulator, Fault, FaultKind
from reconciler.emulator.scenario import Scenario, parse_scenario
from reconciler.emulator.transport import EmulatorTransport
from reconciler.errors import Diagnostic, JournalError, StateError
from reconciler.feishu.connect import connect
from reconciler.feishu.credentials import Credentials
from reconciler.feishu.gateway import FeishuGateway
from reconciler.model.fleet import Fleet, GuardLimits
from reconciler.model.group import DesiredGroup
from reconciler.model.pictures import digest_of
from reconciler.model.recorded import State
from reconciler.plan.journal import Event
from reconciler.plan.outcome import GroupOutcome, Outcome, Status, StepOutcome
from reconciler.plan.plan import Plan
from reconciler.plan.saved import SavedPlan
from reconciler.saved_plans import recheck_plan, save_plan
from reconciler.state.saved_plan import dump_saved_plan, parse_saved_plan
from reconciler.workflow import Choices, Scope, apply, plan_groups
from tests.support.pretend import OURS, SECRET, scenario

WRITES = frozenset({
    "chat_create", "chat_update", "chat_delete", "chat_moderation_update", "chat_members_create",
    "chat_members_delete", "chat_managers_add_managers", "chat_managers_delete_managers",
    "docx_chat_announcement_block_batch_update", "docx_chat_announcement_block_children_create",
    "docx_chat_announcement_block_children_batch_delete",
    "chat_tab_create", "chat_tab_update", "chat_tab_delete", "chat_tab_sort",
    "chat_menu_tree_create", "chat_menu_tree_delete", "chat_menu_tree_sort", "chat_menu_item_patch",
    "chat_top_notice_put", "chat_top_notice_delete", "im_image_create",
})  # fmt: skip

NO_LIMITS = GuardLimits.model_validate({"removals": {"count": 1000, "fraction": 1.0}})


class LoopClock:
    """One time for emulator and workflow, driven by the event loop."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        return 1_767_225_600.0 + asyncio.get_running_loop().time() + self.offset

    def move(self, seconds: float) -> None:
        self.offset += seconds

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class MemoryStore(StateStore):
    """Keeps every state that was saved; fails from the save with number `broken_from` on."""

    def __init__(self, broken_from: int | None = None) -> None:
        self.broken_from = broken_from
        self.saved: list[State] = []

    def save(self, state: State) -> State:
        if self.broken_from is not None and len(self.saved) >= self.broken_from:
            raise StateError(Diagnostic("State cannot be used", "The disk is full."))
        saved = state.model_copy(update={"serial": state.serial + 1})
        self.saved.append(saved)
        return saved


class MemoryJournal(Journal):
    """Keeps every event; fails from the event with number `broken_from` on."""

    def __init__(self, broken_from: int | None = None) -> None:
        self.broken_from = broken_from
        self.events: list[Event] = []

    def write(self, event: Event) -> None:
        if self.broken_from is not None and len(self.events) >= self.broken_from:
            raise JournalError(Diagnostic("Journal cannot be written", "The disk is full."))
        self.events.append(event)


class House:
    """A tenant, our app in it, and a fleet."""

    def __init__(
        self, emulator: Emulator, gateway: FeishuGateway, clock: LoopClock, pictures: dict[str, bytes]
    ) -> None:
        self.pictures = pictures
        self.emulator = emulator
        self.gateway: Gateway = gateway
        self.clock = clock
        self.state = State(lineage="lineage-1", fleet="acme-groups", endpoint="emulator")
        self.store = MemoryStore()
        self.journal = MemoryJournal()
        self.app_id = OURS
        self.operate_as_owner = False

    # ---- running

    def scope(self, *groups: DesiredGroup, patterns: Iterable[str] = ()) -> Scope:
        fleet = Fleet(
            name="acme-groups",
            groups={group.key: group for group in sorted(groups, key=lambda group: group.key)},
            guards=NO_LIMITS,
            operate_as_owner=self.operate_as_owner,
        )
        configuration = Configuration(
            fleet=fleet,
            endpoint="emulator",
            state="",
            emulator=EmulatorSettings(scenario=Path("unused"), database=Path("unused")),
            root=Path(),
            positions=Positions({}),
            warnings=(),
            pictures=dict.fromkeys(self.pictures, Path("unused")),
        )
        return Scope(configuration, "emulator", self.app_id, self.state, tuple(patterns))

    async def plan(
        self,
        *groups: DesiredGroup,
        overrides: Iterable[str] = ("forgets", "removals", "first-contact"),
        removals: bool = True,
    ) -> Plan:
        """Plan for a fleet of `groups`."""
        choices = Choices(overrides=frozenset(overrides), removals=removals)
        return await plan_groups(self.scope(*groups), choices, self.gateway, self.clock)

    def saved(self, plan: Plan, *groups: DesiredGroup, removals: bool = True) -> SavedPlan:
        """Return a plan that was just made for a fleet of `groups`, out of a file."""
        saved = save_plan(plan, self.scope(*groups), Choices(removals=removals))
        return parse_saved_plan(dump_saved_plan(saved), "plan.json")

    async def take_up(
        self,
        saved: SavedPlan,
        *groups: DesiredGroup,
        overrides: Iterable[str] = ("forgets", "removals", "first-contact"),
    ) -> Plan:
        """Look again at what a saved plan was made of, with the configuration of a fleet of `groups`."""
        choices = Choices(overrides=frozenset(overrides))
        return await recheck_plan(saved, self.scope(*groups), choices, self.gateway, self.clock)

    async def perform(
        self,
        plan: Plan,
        *groups: DesiredGroup,
        run: Run | None = None,
        parallelism: int = 64,
        progress: Progress = lambda _done, _total: None,
    ) -> Outcome:
        """Perform a plan and take over the state as it was saved last."""
        store = self.store
        outcome = await apply(
            plan,
            self.scope(*groups),
            self.gateway,
            store,
            self.clock,
            run or Run(),
            parallelism,
            progress,
            journal=self.journal,
            command="groupctl apply",
        )
        if store.saved:
            self.state = store.saved[-1]
        return outcome

    async def apply(
        self,
        *groups: DesiredGroup,
        run: Run | None = None,
        parallelism: int = 64,
        removals: bool = True,
        overrides: Iterable[str] = ("forgets", "removals", "first-contact"),
    ) -> Outcome:
        """Plan and perform."""
        plan = await self.plan(*groups, removals=removals, overrides=overrides)
        assert not plan.refusals, plan.refusals
        return await self.perform(plan, *groups, run=run, parallelism=parallelism)

    def picture(self, content: bytes) -> str:
        """Put a file with this content into the folder of the fleet, and return its digest."""
        self.pictures[digest_of(content)] = content
        return digest_of(content)

    # ---- looking

    def chats(self) -> list[dict[str, Any]]:
        return [chat for chat in self.emulator.acts.chats() if chat["status"] == "normal"]

    def chat_id(self, key: str) -> str:
        return self.state.groups[key].chat_id

    def chat(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.emulator.acts.chat(self.chat_id(key))
        return found

    def calls(self) -> list[str]:
        """Return the operations that were called, in order."""
        return [str(entry.operation) for entry in self.emulator.log]

    def writes(self) -> list[str]:
        return [each for each in self.calls() if each in WRITES]

    def written(self) -> Counter[str]:
        return Counter(self.writes())

    def fault(self, kind: FaultKind, operation: str | None = None, **fields: Any) -> None:
        self.emulator.faults.add(Fault(kind, operation, **fields))

    def refuse(self, operation: str, code: int, status: int = 400, **fields: Any) -> None:
        self.fault(FaultKind.ANSWER, operation, code=code, status=status, **fields)


@asynccontextmanager
async def open_house(*, experimental: Iterable[str] = (), **switches: str) -> AsyncIterator[House]:
    """Open a house on the usual scenario with more switches, e.g. `tenant="public_groups: false"`."""
    clock = LoopClock()
    emulator = Emulator(parsed(scenario(**switches)), clock=clock)
    credentials = Credentials(app_id=OURS, app_secret=SecretStr(SECRET))
    pictures: dict[str, bytes] = {}
    gateway = connect(
        credentials,
        "http://emulator.invalid",
        http_transport=EmulatorTransport(emulator),
        pictures=pictures.get,
        experimental=frozenset(experimental),
    )
    try:
        yield House(emulator, gateway, clock, pictures)
    finally:
        await gateway.aclose()
        emulator.close()


@functools.cache
def parsed(text: str) -> Scenario:
    return parse_scenario(text, "scenario.yaml")


# ---- reading outcomes


def group_of(outcome: Outcome, key: str) -> GroupOutcome:
    [found] = [group for group in outcome.groups if group.key == key]
    return found


def step_of(outcome: Outcome, address: str) -> StepOutcome:
    [found] = [step for group in outcome.groups for step in group.steps if step.address == address]
    return found


def problem_at(outcome: Outcome, address: str) -> Any:
    """Return why a step did not come to its end; the tests read deep into it."""
    problem = step_of(outcome, address).problem
    assert problem
    return problem


def problem_in(outcome: Outcome, key: str) -> Any:
    """Return why a group was not tried."""
    problem = group_of(outcome, key).problem
    assert problem
    return problem


def statuses(outcome: Outcome, key: str) -> dict[str, Status]:
    """Return the status of every step of a group by facet."""
    return {step.address.rpartition("/")[2]: step.status for step in group_of(outcome, key).steps}


def codes(outcome: Outcome) -> list[int]:
    """Return the platform codes of the failures."""
    problems = [step.problem for group in outcome.groups for step in group.steps]
    return [each.platform.code for each in problems if each and each.platform]


def changed_paths(plan: Plan) -> list[str]:
    return [change.path for step in plan.steps for change in step.changes]
