"""What guards look at, and how they speak of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from reconciler.diff.changes import Level
from reconciler.errors import Diagnostic, text
from reconciler.model.fleet import GuardLimits
from reconciler.plan.answers import ListedChat
from reconciler.plan.plan import GroupPlan


@dataclass(frozen=True, slots=True)
class PlanScope:
    """A whole plan with what decides whether it is safe."""

    groups: Sequence[GroupPlan]
    limits: GuardLimits
    configured: int
    """Groups in the configuration."""
    managed: int
    """Groups in the state before this plan."""
    fail_on: Level | None = None
    """The level from which on opening a group up is refused; `None`: people did not ask for that."""


@dataclass(frozen=True, slots=True)
class GroupScope:
    """One planned group with what decides whether it is safe."""

    group: GroupPlan
    limits: GuardLimits
    namesakes: Mapping[str, Sequence[ListedChat]] = field(default_factory=dict)
    """Chats our app is in that no key is bound to, by name."""
    operate_as_owner: bool = False
    """Whether our app keeps its power over groups that it created and gave away."""


PlanGuard: TypeAlias = Callable[[PlanScope], Iterator[Diagnostic]]
GroupGuard: TypeAlias = Callable[[GroupScope], Iterator[Diagnostic]]


def listing(things: Sequence[str], shown: int = 5) -> str:
    """Return the first of `things`, and how many more there are."""
    names = ", ".join(things[:shown])
    rest = len(things) - shown
    return text("{names} and {rest} more", names=names, rest=rest) if rest > 0 else names


def override(guard: str) -> str:
    """Return the flag that sets a guard aside."""
    return text("If this is what you want, run `groupctl apply --override {guard}`.", guard=guard)
