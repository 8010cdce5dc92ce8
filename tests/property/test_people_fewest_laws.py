"""Fewest calls for lists of people: as many as a search over all sequences of calls finds, in every small case.

The limits of a call are made small, so that all cases around them can be searched: 3 users, 2 bots, a cap of 4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from typing import TypeAlias

import pytest

from reconciler.plan import departures, managers, members, moderation
from reconciler.plan.operations import AddManagers, Operation, RemoveManagers, SetModeration

USERS, BOTS, CAP = 3, 2, 4

State: TypeAlias = tuple[int, ...]
"""How much is left to be done, by kind; then whatever else decides what is allowed."""


@pytest.fixture(autouse=True)
def small_limits(monkeypatch):
    monkeypatch.setattr(members, "USERS_PER_ADD", USERS)
    monkeypatch.setattr(members, "BOTS_PER_ADD", BOTS)
    monkeypatch.setattr(departures, "USERS_PER_REMOVE", USERS)
    monkeypatch.setattr(departures, "BOTS_PER_REMOVE", BOTS)
    monkeypatch.setattr(managers, "USERS_PER_CALL", USERS)
    monkeypatch.setattr(managers, "BOTS_PER_CALL", BOTS)
    monkeypatch.setattr(managers, "ORDINARY_CAP", CAP)
    monkeypatch.setattr(moderation, "IDS_PER_LIST", USERS)


def fewest(start: State, is_done: Callable[[State], bool], calls: Callable[[State], Iterator[State]]) -> int:
    """Return the length of the shortest way to the end: a search in breadth over all sequences of calls."""
    reached, border, length = {start}, {start}, 0
    while not any(map(is_done, border)):
        border = {after for before in border for after in calls(before)} - reached
        reached |= border
        length += 1
        assert border, "there is a way"
    return length


@cache
def fewest_for_members(users: int, bots: int) -> int:
    def calls(state: State) -> Iterator[State]:
        left, right = state
        yield from ((left - count, right) for count in range(1, min(USERS, left) + 1))
        yield from ((left, right - count) for count in range(1, min(BOTS, right) + 1))

    return fewest((users, bots), lambda state: not any(state), calls)


def people(users: int, bots: int, name: str = "") -> list[str]:
    """Return ids, users and bots mixed."""
    return [
        *(f"cli_{name}{number}" for number in range(bots // 2)),
        *(f"ou_{name}{number}" for number in range(users)),
        *(f"cli_{name}{number}" for number in range(bots // 2, bots)),
    ]


@pytest.mark.parametrize("plan", [members.plan_members, departures.plan_departures])
def test_members_come_and_go_with_the_fewest_calls(plan):
    for users, bots in product(range(3 * USERS + 2), range(3 * BOTS + 2)):
        assert len(plan(people(users, bots))) == fewest_for_members(users, bots), (users, bots)


@cache
def fewest_for_managers(come: State, go: State, present: int) -> int:
    cap = max(CAP, present)

    def calls(state: State) -> Iterator[State]:
        left, number = list(state[:4]), state[4]
        for place, (limit, sign) in enumerate(((USERS, 1), (BOTS, 1), (USERS, -1), (BOTS, -1))):
            for count in range(1, min(limit, left[place]) + 1):
                if number + sign * count <= cap:
                    rest = (*left[:place], left[place] - count, *left[place + 1 :])
                    yield (*rest, number + sign * count)

    return fewest((*come, *go, present), lambda state: not any(state[:4]), calls)


def _moves_of_managers() -> Iterator[tuple[State, State, int]]:
    """Yield who comes, who goes and how many there are, in groups that end within their cap."""
    for come, go in product(product(range(CAP + 1), range(CAP + 1)), repeat=2):
        for present in range(sum(go), CAP + 3):
            if present - sum(go) + sum(come) <= max(CAP, present):
                yield come, go, present


def test_managers_change_with_the_fewest_calls_that_keep_the_cap():
    for come, go, present in _moves_of_managers():
        operations = managers.plan_managers(people(come[0], come[1], "a"), people(go[0], go[1], "b"), present)

        assert len(operations) == fewest_for_managers(come, go, present), (come, go, present)
        assert _peak(operations, present) <= max(CAP, present), (come, go, present)


def _peak(operations: tuple[Operation, ...], present: int) -> int:
    numbers = [present]
    for operation in operations:
        assert isinstance(operation, AddManagers | RemoveManagers)
        sign = 1 if isinstance(operation, AddManagers) else -1
        numbers.append(numbers[-1] + sign * len(operation.ids))
    return max(numbers)


@cache
def fewest_for_moderators(come: int, go: int, *, mode_changes: bool) -> int:
    def calls(state: State) -> Iterator[State]:
        left, right, _ = state
        portions = product(range(min(USERS, left) + 1), range(min(USERS, right) + 1))
        yield from ((left - first, right - second, 0) for first, second in portions)

    return fewest((come, go, int(mode_changes)), lambda state: not any(state), calls)


@pytest.mark.parametrize("mode_changes", [False, True])
def test_moderation_changes_with_the_fewest_calls(mode_changes):
    for come, go in product(range(3 * USERS + 2), repeat=2):
        if not (come or go or mode_changes):
            continue  # nothing differs, so that no step is planned
        operations = moderation.plan_moderation("moderator_list", people(come, 0, "a"), people(go, 0, "b"))

        assert len(operations) == fewest_for_moderators(come, go, mode_changes=mode_changes), (come, go)
        assert all(isinstance(each, SetModeration) and len(each.add) <= USERS for each in operations)
