"""Lists of people in the portions that calls accept."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.ids import is_user


def batch_people(people: Iterable[str], *, users: int, bots: int) -> tuple[tuple[str, ...], ...]:
    """Split people into the id lists of calls: users first, then bots, for a call carries one kind of id.

    Args:
        people: Ids without duplicates; their order is kept within each kind.
        users: Users that one call takes.
        bots: Bots that one call takes.

    Source: members.openapi.yaml, `x-limits`.
    """
    named = list(people)
    kinds = ([each for each in named if is_user(each)], [each for each in named if not is_user(each)])
    return tuple(
        tuple(ids[start : start + size])
        for ids, size in zip(kinds, (users, bots), strict=True)
        for start in range(0, len(ids), size)
    )
