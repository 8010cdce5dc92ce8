"""The members facet: who is in a group.

The configuration lists people additively in this version; managers and moderators are members by
implication. The platform lists users only: bots cannot be read back.

Source: members.openapi.yaml, chat_members_get `x-rules`.
"""

from __future__ import annotations

from typing import Final

from reconciler.model.base import Frozen

USERS_PER_ADD: Final = 50
BOTS_PER_ADD: Final = 5


class LiveMembers(Frozen):
    """Who is in a group, as far as the platform shows it."""

    users: frozenset[str]
    bots: frozenset[str] | None = None
    """`None`: no documented call lists them."""
    complete: bool = True
    """False when a tenant security setting cut the list, or it is shorter than the announced total.
    Nobody may be removed by an incomplete list."""
