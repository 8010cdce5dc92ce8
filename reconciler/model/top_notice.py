"""The top notice facet: what is pinned at the top of a group. No operation reads it.

Source: chats.openapi.yaml, chat_top_notice_put `x-rules`.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

TopNotice: TypeAlias = Literal["announcement", "none"]
"""`none`: nothing is pinned, whoever pinned it."""
