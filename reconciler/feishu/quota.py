"""How often each operation may be called, as data.

Source: `x-rate-limit` of each operation in schemas/api/*.openapi.yaml; a test compares the two. The limits
count calls per app and tenant, and every operation has its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Windows:
    """The most calls of one operation in any second and in any minute; `None`: no limit is stated."""

    per_second: int | None = None
    per_minute: int | None = None


UNSTATED: Final = Windows()
"""Operations whose page names no limit."""
TIER_4: Final = Windows(per_second=50, per_minute=1000)
"""Source: platform.openapi.yaml, `info.x-rate-limit-tiers`."""

WINDOWS: Final[dict[str, Windows]] = {
    "auth_tenant_access_token_internal": UNSTATED,
    "bot_info": UNSTATED,
    "chat_create": TIER_4,
    "chat_get": TIER_4,
    "chat_list": TIER_4,
    "chat_update": TIER_4,
    "chat_moderation_get": TIER_4,
    "chat_moderation_update": TIER_4,
    "chat_members_create": TIER_4,
    "chat_members_get": TIER_4,
    "chat_managers_add_managers": TIER_4,
    "chat_managers_delete_managers": TIER_4,
    "chat_tab_create": TIER_4,
    "chat_tab_delete": TIER_4,
    "chat_tab_list": TIER_4,
    "chat_tab_sort": TIER_4,
    "chat_tab_update": TIER_4,
    "chat_menu_item_patch": TIER_4,
    "chat_menu_tree_create": TIER_4,
    "chat_menu_tree_delete": TIER_4,
    "chat_menu_tree_get": TIER_4,
    "chat_menu_tree_sort": TIER_4,
}
