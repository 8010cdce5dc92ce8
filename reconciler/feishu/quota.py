"""How often each operation may be called, as data.

Source: `x-rate-limit` of each operation in schemas/api/*.openapi.yaml; a test compares the two. The limits
count calls per app and tenant, and every operation has its own.
"""

from __future__ import annotations

from typing import Final

from reconciler.plan.duration import Windows

PARALLELISM: Final = 64
"""Calls in flight at once, and groups under way at one time, unless somebody chooses another number."""

UNSTATED: Final = Windows()
"""Operations whose page names no limit."""
TIER_4: Final = Windows(per_second=50, per_minute=1000)
"""Source: platform.openapi.yaml, `info.x-rate-limit-tiers`."""

WINDOWS: Final[dict[str, Windows]] = {
    "auth_tenant_access_token_internal": UNSTATED,
    "bot_info": UNSTATED,
    "contact_user_batch_get_id": TIER_4,
    "contact_user_batch": TIER_4,
    "chat_create": TIER_4,
    "chat_delete": TIER_4,
    "chat_get": TIER_4,
    "chat_list": TIER_4,
    "chat_update": TIER_4,
    "chat_link": TIER_4,
    "chat_search": TIER_4,
    "chat_top_notice_delete": TIER_4,
    "chat_top_notice_put": TIER_4,
    "im_image_create": TIER_4,
    "im_message_create": TIER_4,
    "chat_moderation_get": TIER_4,
    "chat_moderation_update": TIER_4,
    "chat_members_create": TIER_4,
    "chat_members_delete": TIER_4,
    "chat_members_get": TIER_4,
    "chat_managers_add_managers": TIER_4,
    "chat_managers_delete_managers": TIER_4,
    "chat_announcement_get": TIER_4,
    "docx_chat_announcement_get": Windows(per_second=20),
    "docx_chat_announcement_block_list": Windows(per_second=10),
    "docx_chat_announcement_block_batch_update": Windows(per_second=5),
    "docx_chat_announcement_block_children_create": Windows(per_second=5),
    "docx_chat_announcement_block_children_batch_delete": Windows(per_second=5),
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

WEBHOOK: Final = "custom_bot_webhook"
"""What a message to a custom bot is called here; it is no operation of the platform's API."""

UNDOCUMENTED: Final[dict[str, Windows]] = {
    "chat_members_list": TIER_4,
    WEBHOOK: Windows(per_second=5, per_minute=100),
}
"""Operations without a page. The limit of a list is taken to be that of its documented sister.
Source: members.openapi.yaml, `info.x-related-undocumented`; platform.openapi.yaml, `info.x-rate-limit-tiers.rules`."""

EDITS_PER_SECOND: Final = 3
"""Of one announcement, all kinds of edits together, beside the window of each operation.
Source: announcements.openapi.yaml, `per_announcement_edits_per_second`."""

OPERATIONS: Final[dict[str, str]] = {
    "create_chat": "chat_create",
    "update_chat": "chat_update",
    "upload_image": "im_image_create",
    "transfer_owner": "chat_update",
    "dissolve_chat": "chat_delete",
    "add_members": "chat_members_create",
    "remove_members": "chat_members_delete",
    "add_managers": "chat_managers_add_managers",
    "remove_managers": "chat_managers_delete_managers",
    "set_moderation": "chat_moderation_update",
    "update_blocks": "docx_chat_announcement_block_batch_update",
    "create_blocks": "docx_chat_announcement_block_children_create",
    "delete_blocks": "docx_chat_announcement_block_children_batch_delete",
    "delete_tabs": "chat_tab_delete",
    "update_tabs": "chat_tab_update",
    "create_tabs": "chat_tab_create",
    "sort_tabs": "chat_tab_sort",
    "delete_menus": "chat_menu_tree_delete",
    "create_menus": "chat_menu_tree_create",
    "patch_menu_item": "chat_menu_item_patch",
    "sort_menus": "chat_menu_tree_sort",
    "put_top_notice": "chat_top_notice_put",
    "delete_top_notice": "chat_top_notice_delete",
}
"""What a plan's kinds of operations call."""

WINDOWS_BY_KIND: Final = {kind: WINDOWS[operation] for kind, operation in OPERATIONS.items()}
"""The quota as a plan counts it."""
