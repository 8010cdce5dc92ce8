"""The members facet: who is in a group.

Managers and moderators are members by implication. The platform lists users only: bots cannot be read back.

Source: members.openapi.yaml, chat_members_get `x-rules`.
"""

from __future__ import annotations

from typing import Final

from pydantic import Field

from reconciler.model.base import Frozen

USERS_PER_ADD: Final = 50
BOTS_PER_ADD: Final = 5
USERS_PER_REMOVE: Final = 50
BOTS_PER_REMOVE: Final = 5


INVITATION_SECONDS: Final = 7 * 24 * 3600
"""How long somebody who waits for approval is not invited again."""


class LiveMembers(Frozen):
    """Who is in a group, as far as the platform shows it."""

    users: frozenset[str]
    bots: frozenset[str] | None = None
    """`None`: no documented call lists them."""
    bots_untold: str = Field(default="", exclude=True)
    """Why the call that lists bots, which was asked for, told nothing."""
    complete: bool = True
    """False when a tenant security setting cut the list, or it is shorter than the announced total.
    Nobody may be removed by an incomplete list."""
