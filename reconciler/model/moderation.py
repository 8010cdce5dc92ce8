"""The moderation facet: who may post.

Source: chats.openapi.yaml, chat_moderation_get and chat_moderation_update.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from reconciler.model.base import Frozen
from reconciler.model.collection import Collection

ModerationMode: TypeAlias = Literal["all_members", "only_owner", "moderator_list"]

IDS_PER_LIST: Final = 50
"""No limit is documented; the contract's reading is 50 ids per list and request."""


class Moderation(Frozen):
    """Who shall be able to post. `moderators` is set exactly with `moderator_list`; users only."""

    mode: ModerationMode
    moderators: Collection[str] | None = None


class LiveModeration(Frozen):
    """Who may post. `moderators` is filled only in `moderator_list` mode, `None` when not read."""

    mode: ModerationMode
    moderators: frozenset[str] | None = None
