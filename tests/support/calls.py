"""One successful call of every operation."""

from __future__ import annotations

from typing import Any

from tests.support.contract import operations
from tests.support.pictures import png
from tests.support.pretend import OURS, SECRET, STORE, TENANT, TICKET, Pretend

URL_TAB = {"tab_name": "Site", "tab_type": "url", "tab_content": {"url": "https://site.example"}}
MENU_ITEM = {
    "action_type": "REDIRECT_LINK",
    "name": "Help",
    "redirect_link": {"common_url": "https://help.example"},
}
MENU = {"menu_tree": {"chat_menu_top_levels": [{"chat_menu_item": MENU_ITEM}]}}
CREDENTIALS = {"app_id": OURS, "app_secret": SECRET}
STORE_CREDENTIALS = {"app_id": STORE, "app_secret": SECRET, "app_ticket": TICKET}


def calls(api: Pretend) -> dict[str, dict[str, Any]]:
    """Return for every operation a call that succeeds, in an order in which they all do."""
    made = api.call("chat_create", body={"name": "Team", "user_id_list": ["ou_lilei", "ou_kate"]}).data[
        "chat_id"
    ]
    tab = api.call("chat_tab_create", made, body={"chat_tabs": [URL_TAB]}).data["chat_tabs"]
    menu = api.call("chat_menu_tree_create", made, body=MENU).data["menu_tree"]["chat_menu_top_levels"]
    public = api.create(name="Public", chat_type="public", owner_id="ou_kate")
    api.emulator.acts.remove_members(public, [OURS])
    tab_ids, menu_id = [each["tab_id"] for each in tab], menu[0]["chat_menu_top_level_id"]
    return {
        "auth_tenant_access_token_internal": {"body": CREDENTIALS},
        "auth_app_access_token_internal": {"body": CREDENTIALS},
        "auth_app_access_token": {"body": STORE_CREDENTIALS},
        "auth_tenant_access_token": {
            "body": {
                "app_access_token": api.call("auth_app_access_token", body=STORE_CREDENTIALS).body[
                    "app_access_token"
                ],
                "tenant_key": TENANT,
            }
        },
        "auth_app_ticket_resend": {"body": {"app_id": STORE, "app_secret": SECRET}},
        "contact_user_batch_get_id": {
            "body": {"emails": ["li.lei@example.com", "nobody@example.com"], "mobiles": ["+8613800000002"]}
        },
        "contact_user_batch": {"query": {"user_ids": ["ou_lilei", "ou_hidden", "ou_gone"]}},
        "contact_user_basic_batch": {"body": {"user_ids": ["ou_lilei", "ou_stranger"]}},
        "contact_user_get": {"user_id": "ou_lilei"},
        "im_image_create": {"form": {"image_type": "avatar"}, "files": {"image": ("a.png", png(1, 1))}},
        "im_message_create": {
            "query": {"receive_id_type": "chat_id"},
            "body": {
                "receive_id": made,
                "msg_type": "text",
                "content": '{"text": "<at user_id=\\"ou_kate\\"></at>"}',
            },
        },
        "bot_info": {},
        "chat_create": {"body": {"owner_id": "ou_kate"}, "query": {"uuid": "once"}},
        "chat_list": {"query": {"page_size": 1}},
        "chat_get": {"chat_id": made},
        "chat_update": {"chat_id": made, "body": {"name": "New"}},
        "chat_search": {"query": {"query": "team"}},
        "chat_link": {"chat_id": made, "body": {"validity_period": "permanently"}},
        "chat_top_notice_put": {"chat_id": made, "body": {"chat_top_notice": [{"action_type": "2"}]}},
        "chat_top_notice_delete": {"chat_id": made},
        "docx_chat_announcement_get": {"chat_id": made},
        "docx_chat_announcement_block_children_create": {
            "chat_id": made,
            "block_id": made,
            "body": {"children": [{"block_type": 2, "text": {"elements": [{"text_run": {"content": "A"}}]}}]},
        },
        "docx_chat_announcement_block_list": {"chat_id": made},
        "docx_chat_announcement_block_get": {"chat_id": made, "block_id": made},
        "docx_chat_announcement_block_children_get": {"chat_id": made, "block_id": made},
        "docx_chat_announcement_block_batch_update": {
            "chat_id": made,
            "body": {
                "requests": [
                    {
                        "block_id": made,
                        "update_text_elements": {"elements": [{"text_run": {"content": "B"}}]},
                    }
                ]
            },
        },
        "docx_chat_announcement_block_children_batch_delete": {
            "chat_id": made,
            "block_id": made,
            "body": {"start_index": 0, "end_index": 1},
        },
        "chat_announcement_get": {"chat_id": "oc_old"},
        "chat_announcement_patch": {
            "chat_id": "oc_old",
            "body": operations()["chat_announcement_patch"].document["requestBody"]["content"][
                "application/json"
            ]["example"]
            | {"revision": "1"},
        },
        "chat_members_me_join": {"chat_id": public},
        "chat_moderation_update": {
            "chat_id": made,
            "body": {"moderation_setting": "moderator_list", "moderator_added_list": ["ou_lilei", "ou_kate"]},
        },
        "chat_moderation_get": {"chat_id": made, "query": {"page_size": 1}},
        "chat_members_create": {
            "chat_id": made,
            "body": {"id_list": ["ou_jim", "ou_gone", "ou_nobody"]},
            "query": {"succeed_type": 1},
        },
        "chat_members_get": {"chat_id": made, "query": {"page_size": 2}},
        "chat_members_is_in_chat": {"chat_id": made},
        "chat_managers_add_managers": {"chat_id": made, "body": {"manager_ids": ["ou_lilei", "ou_kate"]}},
        "chat_managers_delete_managers": {"chat_id": made, "body": {"manager_ids": ["ou_lilei"]}},
        "chat_members_delete": {"chat_id": made, "body": {"id_list": ["ou_jim", "ou_nobody"]}},
        "chat_tab_list": {"chat_id": made},
        "chat_tab_create": {"chat_id": made, "body": {"chat_tabs": [URL_TAB]}},
        "chat_tab_update": {"chat_id": made, "body": {"chat_tabs": [{**URL_TAB, "tab_id": tab_ids[-1]}]}},
        "chat_tab_delete": {"chat_id": made, "body": {"tab_ids": tab_ids[-1:]}},
        "chat_menu_tree_get": {"chat_id": made},
        "chat_menu_tree_create": {"chat_id": made, "body": MENU},
        "chat_menu_item_patch": {
            "chat_id": made,
            "menu_item_id": menu_id,
            "body": {"update_fields": ["NAME"], "chat_menu_item": {"name": "New"}},
        },
        "chat_menu_tree_delete": {"chat_id": made, "body": {"chat_menu_top_level_ids": [menu_id]}},
        "chat_delete": {"chat_id": made},
    }
