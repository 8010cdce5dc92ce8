"""Plans of a change: what it asks for beyond the configuration that it changes.

Both plans are made of the same state and of the same reading of the platform, so that only the files differ.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconciler.apply.ports import Reader
from reconciler.config import Configuration
from reconciler.errors import Diagnostic, ReconcilerError, RunRefused, Severity, Text, text
from reconciler.model.address import Facet
from reconciler.model.group import LiveGroup
from reconciler.model.persons import Person
from reconciler.model.recorded import State
from reconciler.plan.answers import ListedChat
from reconciler.plan.comparison import Comparison, compare_plans
from reconciler.plan.plan import Plan
from reconciler.workflow import Scope

Planner = Callable[[Scope], Awaitable[Plan]]

_NAMED_KEYS = 5
"""Keys of changed bindings that are named."""


@dataclass(frozen=True, slots=True)
class Base:
    """What a change is compared with."""

    name: str
    """As people named it: a folder or a revision."""
    configuration: Configuration | None
    """`None` where there was no fleet, or none that can be read."""
    state: State | None = None
    """The lock file beside it; `None` where there is none, or the state is elsewhere."""
    problems: tuple[Diagnostic, ...] = ()
    """Why it cannot be read."""


async def compare_with_base(
    head: Plan, scope: Scope, base: Base, lock_file: State | None, plan: Planner
) -> Comparison:
    """Return the plan of a change taken apart; where the base cannot be planned, all is asked for by the change.

    Args:
        head: The plan of the change.
        scope: What it was made of.
        base: What it is compared with.
        lock_file: The lock file beside the change, to be compared with that of the base.
        plan: Plans another scope in the same way.

    Raises:
        RunRefused: The platform refuses everything.
    """
    nothing = head.model_copy(update={"groups": ()})
    if base.configuration is None:
        return compare_plans(head, nothing, base.name, (_unreadable(base),))
    notices = list(_notices(scope.configuration, base.configuration, lock_file, base.state))
    known = {*base.configuration.fleet.groups, *scope.state.groups}
    keys = tuple(key for key in sorted(known) if _is_selected(key, scope.patterns))
    if not keys:
        return compare_plans(head, nothing, base.name, notices)
    patterns = keys if scope.patterns else ()
    try:
        before = await plan(replace(scope, configuration=base.configuration, patterns=patterns))
    except RunRefused:
        raise
    except ReconcilerError as error:
        before = nothing
        notices.append(_unreadable(replace(base, problems=error.diagnostics)))
    return compare_plans(head, before, base.name, notices)


def _is_selected(key: str, patterns: Iterable[str]) -> bool:
    listed = tuple(patterns)
    return not listed or any(fnmatch.fnmatchcase(key, pattern) for pattern in listed)


def _unreadable(base: Base) -> Diagnostic:
    why = base.problems[0] if base.problems else None
    return Diagnostic(
        text("Base cannot be planned"),
        text(
            "`{base}`: {why}",
            base=base.name,
            why=f"{why.summary}. {why.detail}" if why else text("no fleet."),
        ),
        text("Everything counts as asked for by this change."),
        severity=Severity.WARNING,
    )


# ------------------------------------------------------------------ what a run is


def _notices(
    head: Configuration, base: Configuration, head_lock: State | None, base_lock: State | None
) -> Iterator[Diagnostic]:
    """Yield what a change does to the run itself: nobody should have to find that among groups."""
    for what, new, old in (
        (text("the fleet"), head.fleet.name, base.fleet.name),
        (text("the platform (`tenant.endpoint`)"), head.endpoint, base.endpoint),
        (text("the place of the state (`state`)"), head.state, base.state),
        (
            text("`tenant.operate_as_owner`"),
            str(head.fleet.operate_as_owner).lower(),
            str(base.fleet.operate_as_owner).lower(),
        ),
    ):
        if new != old:
            yield _changed(text("{what}: `{old}` → `{new}`.", what=what, old=old, new=new))
    limits, before = head.fleet.guards.model_dump(), base.fleet.guards.model_dump()
    for guard in limits:
        if limits[guard] != before[guard]:
            yield _changed(
                text(
                    "the guard `{guard}`: {old} → {new}.",
                    guard=guard,
                    old=_limits(before[guard]),
                    new=_limits(limits[guard]),
                )
            )
    if head_lock and base_lock:
        yield from _rebound(head_lock, base_lock)


def _limits(limit: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in limit.items())


def _rebound(head: State, base: State) -> Iterator[Diagnostic]:
    """Yield which keys are bound to another chat than in the lock file of the base."""
    new = {key: group.chat_id for key, group in head.groups.items()}
    old = {key: group.chat_id for key, group in base.groups.items()}
    moved = sorted(key for key in {*new, *old} if new.get(key) != old.get(key))
    if moved:
        told = [f"{key}: {old.get(key, '–')} → {new.get(key, '–')}" for key in moved[:_NAMED_KEYS]]
        rest = len(moved) - len(told)
        yield _changed(
            text(
                "which chats {count} keys are bound to: {keys}{rest}.",
                count=len(moved),
                keys=", ".join(told),
                rest=" …" if rest else "",
            )
        )


def _changed(what: Text) -> Diagnostic:
    return Diagnostic(
        text("This change is about the run itself"),
        text("It changes {what}", what=what),
        text("Make sure that it is meant: it decides which groups are written, and what keeps them safe."),
        severity=Severity.WARNING,
    )


# ------------------------------------------------------------------ one reading for two plans


@dataclass(frozen=True, slots=True)
class ReadOnce:
    """A platform that is asked for everything at most once."""

    platform: Reader
    _groups: dict[str, tuple[frozenset[Facet], LiveGroup]] = field(default_factory=dict)
    _chats: list[tuple[ListedChat, ...]] = field(default_factory=list)
    _people: dict[str, Person] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    async def read_group(self, chat_id: str, facets: Iterable[Facet]) -> LiveGroup:
        """Return a live group; one that was read with these facets or more is not read again."""
        wanted = frozenset(facets)
        told, group = self._groups.get(chat_id, (frozenset(), None))
        if group is None or not wanted <= told:
            told = wanted | told
            group = await self.platform.read_group(chat_id, told)
            self._groups[chat_id] = told, group
        return group

    async def list_chats(self) -> tuple[ListedChat, ...]:
        """Return every chat that our app is in."""
        if not self._chats:
            self._chats.append(await self.platform.list_chats())
        return self._chats[0]

    async def find_people(self, names: Iterable[str]) -> Mapping[str, Person]:
        """Return what the directory says of names."""
        wanted = frozenset(names)
        unknown = wanted - self._people.keys()
        if unknown:
            self._people.update(await self.platform.find_people(unknown))
        return {name: self._people[name] for name in wanted}

    async def display_names(self, open_ids: Iterable[str]) -> Mapping[str, str]:
        """Return the names of people, as far as they can be read."""
        wanted = frozenset(open_ids)
        unknown = wanted - self._names.keys()
        if unknown:
            self._names.update(await self.platform.display_names(unknown))
        return {each: self._names[each] for each in wanted if each in self._names}
