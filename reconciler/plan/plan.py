"""A plan as data: groups with their steps in order.

Equal inputs give equal plans: groups are sorted by key, steps stand in `plan.order`, changes in the order
of the configuration.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, SkipValidation, computed_field

from reconciler.diff.changes import Change, Direction, Origin, Risk, is_drift
from reconciler.diff.risk import NEUTRAL, gravity
from reconciler.errors import Diagnostic
from reconciler.model.address import Facet
from reconciler.model.base import Frozen
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.recorded import RecordedGroup
from reconciler.plan.operations import OFFLINE_KINDS, Operation
from reconciler.plan.pictures import count_calls

FORMAT_VERSION: Final = 1

HumanText: TypeAlias = Annotated[str, SkipValidation]
"""A text for people; validation would turn a `Text` into a plain string and lose its translation."""


class StepAction(StrEnum):
    """What a step does, in one word."""

    CREATE = "create"
    RESUME = "create (resume)"
    """A create was begun and its answer never came: the same call again makes at most one group."""
    ADOPT = "adopt"
    UPDATE = "update"
    RENAME = "rename"
    FORGET = "forget"
    DISSOLVE = "dissolve"


class Authority(StrEnum):
    """Whether our role in the group lets us perform a step, as far as can be known before trying."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Gone(StrEnum):
    """How a bound group was lost."""

    DISSOLVED = "dissolved"
    OUTSIDE = "outside"
    """Our app was removed from it."""


class Block(Frozen):
    """Why a step cannot be performed, and what would change that."""

    reason: HumanText
    remedy: HumanText


class Step(Frozen):
    """The write phase of one facet in one group: operations, performed one after another.

    At least one, except in a step that no call of the platform could perform; that one is blocked.
    """

    address: str
    """`oncall-payments/tabs`"""
    facet: Facet
    action: StepAction
    reason: HumanText
    """Why the action was chosen; for people, never for decisions."""
    changes: tuple[Change, ...] = ()
    operations: tuple[Operation, ...]
    authority: Authority = Authority.ALLOWED
    block: Block | None = None
    """Set exactly when the step is shown but will not be performed."""

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated properties (mypy 1362)
    @property
    def calls(self) -> int:
        """Calls to the platform that the step makes when all goes well."""
        return sum(operation.kind not in OFFLINE_KINDS for operation in self.operations)

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def origin(self) -> Origin:
        """Where the step comes from: `both` as soon as its changes disagree."""
        origins = {change.origin for change in self.changes}
        return origins.pop() if len(origins) == 1 else Origin.BOTH if origins else Origin.CONFIG

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def risk(self) -> Risk:
        """The gravest risk of the changes; loosening outweighs tightening, then the level counts."""
        return max((change.risk for change in self.changes), key=gravity, default=NEUTRAL)


class GroupPlan(Frozen):
    """What is to be done in one group."""

    key: str
    name: str = ""
    """Display name: the desired one, else the live one; for people only."""
    chat_id: str | None = None
    user_count: int | None = 0
    """`None`: the platform did not tell."""
    steps: tuple[Step, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    problem: Diagnostic | None = None
    """Why the group could not be planned at all: unreadable, gone, bound elsewhere. It has no steps then."""
    gone: Gone | None = None
    """Set when the `problem` is that the group of a bound key is there no longer, at least for us."""
    refusals: tuple[Diagnostic, ...] = ()
    """Guards that refuse this group; its steps are shown but not performed."""
    fingerprint: str = ""
    """Digest of what the steps touch in the live group; it changes with that and with nothing else. Empty when there
    is no step, or nothing live that one touches."""
    written: dict[str, str] = Field(default={}, exclude=True)
    """How the configuration names people, by open id; e-mail addresses and numbers are kept nowhere."""
    stale: Diagnostic | None = Field(default=None, exclude=True)
    """Why the group is not as it was when it was planned; nothing is performed."""
    already_done: bool = Field(default=False, exclude=True)
    """Whether the steps to be performed turned out to be done since they were planned."""
    desired: DesiredGroup | None = Field(default=None, exclude=True)
    live: LiveGroup | None = Field(default=None, exclude=True)
    recorded: RecordedGroup | None = Field(default=None, exclude=True)

    @property
    def performable(self) -> tuple[Step, ...]:
        """The steps that apply performs."""
        if self.refusals or self.stale or self.already_done:
            return ()
        return tuple(step for step in self.steps if step.block is None)

    @property
    def loosening(self) -> tuple[Change, ...]:
        """The changes to be performed that open the group up; a new group has nothing to open up yet."""
        if not self._actions.isdisjoint({StepAction.CREATE, StepAction.RESUME}):
            return ()
        changes = (change for step in self.performable for change in step.changes)
        return tuple(change for change in changes if change.risk.direction is Direction.LOOSENS)

    @property
    def is_awaited(self) -> bool:
        """Whether the key waits for its chat, so that everything in it is still to be configured."""
        return not self._actions.isdisjoint({StepAction.CREATE, StepAction.RESUME, StepAction.ADOPT})

    @property
    def drift(self) -> tuple[Change, ...]:
        """The changes that the configuration alone does not explain."""
        changes = (change for step in self.steps for change in step.changes)
        return () if self.is_awaited else tuple(change for change in changes if is_drift(change))

    @property
    def _actions(self) -> frozenset[StepAction]:
        return frozenset(step.action for step in self.steps)


class Totals(Frozen):
    """A plan in numbers."""

    groups: int
    unchanged: int
    actions: dict[str, int]
    """Steps per action."""
    memberships: int
    """Sum of the users in groups with steps: how many people's groups change."""
    calls: dict[str, int]
    """Calls per kind of operation."""
    blocked: int
    """Steps that our role does not allow."""
    refused: int
    """Groups refused by a guard."""
    problems: int
    """Groups that could not be planned."""


class Plan(Frozen):
    """Everything that is to be done, and everything that stands in the way."""

    format_version: Literal[1] = FORMAT_VERSION
    tool_version: str
    endpoint: str
    fleet: str
    lineage: str
    app_id: str
    tenant_key: str = ""
    groups: tuple[GroupPlan, ...]
    refusals: tuple[Diagnostic, ...] = ()
    """Guards that refuse the whole plan: nothing is performed."""
    people: dict[str, str] = Field(default={}, exclude=True)
    """How people are shown, by open id: `李雷 <li.lei@example.com>`, and pictures, by digest and image key:
    `./avatars/oncall.png`; for people only, and kept nowhere."""
    offline: bool = False
    """Whether it was made without the platform, from what the last apply left; such a plan cannot be performed."""
    shortest_seconds: int = 0
    """How long performing it takes at least, at the platform's quota."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All that is to be told of the plan and its groups: refusals, problems, warnings."""
        of_groups = (
            each
            for group in self.groups
            for each in (*group.refusals, *((group.problem,) if group.problem else ()), *group.warnings)
        )
        return (*self.refusals, *of_groups)

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps of all groups, in order."""
        return tuple(step for group in self.groups for step in group.steps)

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def has_changes(self) -> bool:
        """Whether there is anything to apply, blocked or not."""
        return bool(self.steps)

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def has_drift(self) -> bool:
        """Whether live differs from what was last applied, or from what never was; or a group is gone."""
        return any(group.drift or group.gone for group in self.groups)

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def totals(self) -> Totals:
        """The plan in numbers."""
        calls = count_calls(
            each for step in self.steps for each in step.operations if each.kind not in OFFLINE_KINDS
        )
        return Totals(
            groups=len(self.groups),
            unchanged=sum(not group.steps and group.problem is None for group in self.groups),
            actions=dict(sorted(Counter(step.action.value for step in self.steps).items())),
            memberships=sum(group.user_count or 0 for group in self.groups if group.steps),
            calls=dict(sorted(calls.items())),
            blocked=sum(step.block is not None for step in self.steps),
            refused=sum(bool(group.refusals) for group in self.groups),
            problems=sum(group.problem is not None for group in self.groups),
        )
