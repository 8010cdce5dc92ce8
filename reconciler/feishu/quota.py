"""How often each operation may be called, as data.

Source: `x-rate-limit` of each operation in schemas/api/*.openapi.yaml; a test compares the two. The limits
count calls per app and tenant, and every operation has its own.
"""

from __future__ import annotations

from typing import Final

from reconciler.plan.duration import Windows

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

OPERATIONS: Final[dict[str, str]] = {
    "create_chat": "chat_create",
    "update_chat": "chat_update",
    "add_members": "chat_members_create",
    "add_managers": "chat_managers_add_managers",
    "remove_managers": "chat_managers_delete_managers",
    "set_moderation": "chat_moderation_update",
    "delete_tabs": "chat_tab_delete",
    "update_tabs": "chat_tab_update",
    "create_tabs": "chat_tab_create",
    "sort_tabs": "chat_tab_sort",
    "delete_menus": "chat_menu_tree_delete",
    "create_menus": "chat_menu_tree_create",
    "patch_menu_item": "chat_menu_item_patch",
    "sort_menus": "chat_menu_tree_sort",
}
"""What a plan's kinds of operations call."""

WINDOWS_BY_KIND: Final = {kind: WINDOWS[operation] for kind, operation in OPERATIONS.items()}
"""The quota as a plan counts it."""
