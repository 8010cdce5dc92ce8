"""Moderation: the mode and the difference of the list in one call, more only beyond 50 people."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from reconciler.model.moderation import IDS_PER_LIST, ModerationMode
from reconciler.plan.operations import Operation, SetModeration


def plan_moderation(mode: ModerationMode, add: Sequence[str], remove: Sequence[str]) -> tuple[Operation, ...]:
    """Return the operations of the moderation step; the first one sets the mode.

    Source: chats.openapi.yaml, chat_moderation_update `x-open-questions` ("How many ids per list?").
    """
    portions = zip_longest(_portions(add), _portions(remove), fillvalue=())
    calls = tuple(SetModeration(mode=mode, add=added, remove=removed) for added, removed in portions)
    return calls or (SetModeration(mode=mode),)


def _portions(ids: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(ids[start : start + IDS_PER_LIST]) for start in range(0, len(ids), IDS_PER_LIST)]
