"""The table of operations, and the way from method and path to its row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote

from reconciler.emulator.handlers import (
    announcements,
    auth,
    bot,
    chats,
    contacts,
    images,
    joining,
    legacy_announcements,
    links,
    managers,
    members,
    menus,
    messages,
    moderation,
    search,
    tabs,
    top_notices,
)
from reconciler.emulator.operation import Operation
from reconciler.emulator.quota import UNLIMITED, Window
from reconciler.emulator.store import TokenKind

_CHATS = "/open-apis/im/v1/chats"
_CHAT = f"{_CHATS}/{{chat_id}}"
_TABS = f"{_CHAT}/chat_tabs"
_MENU = f"{_CHAT}/menu_tree"
_ANNOUNCEMENT = "/open-apis/docx/v1/chats/{chat_id}/announcement"
_BLOCKS = f"{_ANNOUNCEMENT}/blocks"
_BLOCK = f"{_BLOCKS}/{{block_id}}"
_AUTH = "/open-apis/auth/v3"
_USERS = "/open-apis/contact/v3/users"

_LIST_SCOPES = ("im:chat", "im:chat:readonly", "im:chat:read", "im:chat.group_info:readonly")
_MEMBER_READ = ("im:chat", "im:chat:readonly", "im:chat.members:read", "im:chat.group_info:readonly")
_UNDOCUMENTED_READ = ("im:chat.members:read",)
_MEMBER_WRITE = ("im:chat", "im:chat.members:write_only")
_MANAGER_WRITE = ("im:chat", "im:chat.managers:write_only")
_TOP_NOTICE_WRITE = ("im:chat", "im:chat.top_notice:write_only")
_TAB_WRITE = ("im:chat", "im:chat.tabs:write_only")
_MENU_WRITE = ("im:chat", "im:chat.menu_tree:write_only")
_MENU_BUSY = 232073
_ANNOUNCEMENT_READ = ("im:chat.announcement:read",)
_ANNOUNCEMENT_WRITE = ("im:chat.announcement:write_only",)
_BLOCK_READS = (Window(10, 1.0),)
_BLOCK_WRITES = (Window(5, 1.0),)

_BOT_ONLY = (TokenKind.TENANT,)

OPERATIONS: tuple[Operation, ...] = (
    # ---- tokens
    Operation(
        "auth_tenant_access_token_internal",
        "POST",
        f"{_AUTH}/tenant_access_token/internal",
        auth.tenant_access_token_internal,
        body=auth.CREDENTIALS,
        refusals=auth.MALFORMED,
        windows=UNLIMITED,
        writes=True,
        tokens=(),
        flat=True,
        aliases=(f"{_AUTH}/tenant_access_token/internal/",),
    ),
    Operation(
        "auth_app_access_token_internal",
        "POST",
        f"{_AUTH}/app_access_token/internal",
        auth.app_access_token_internal,
        body=auth.CREDENTIALS,
        refusals=auth.MALFORMED,
        windows=UNLIMITED,
        writes=True,
        tokens=(),
        flat=True,
    ),
    Operation(
        "auth_tenant_access_token",
        "POST",
        f"{_AUTH}/tenant_access_token",
        auth.tenant_access_token,
        body=auth.STORE_TENANT,
        refusals=auth.MALFORMED,
        windows=UNLIMITED,
        writes=True,
        tokens=(),
        flat=True,
    ),
    Operation(
        "auth_app_access_token",
        "POST",
        f"{_AUTH}/app_access_token",
        auth.app_access_token,
        body=auth.STORE_CREDENTIALS,
        refusals=auth.MALFORMED,
        windows=UNLIMITED,
        writes=True,
        tokens=(),
        flat=True,
    ),
    Operation(
        "auth_app_ticket_resend",
        "POST",
        f"{_AUTH}/app_ticket/resend",
        auth.app_ticket_resend,
        body=auth.CREDENTIALS,
        refusals=auth.MALFORMED,
        windows=UNLIMITED,
        writes=True,
        tokens=(),
        flat=True,
    ),
    # ---- people
    Operation(
        "contact_user_batch_get_id",
        "POST",
        f"{_USERS}/batch_get_id",
        contacts.contact_user_batch_get_id,
        scopes=("contact:user.id:readonly",),
        query=contacts.ID_TYPE_QUERY,
        body=contacts.BATCH_GET_ID_BODY,
        refusals=contacts.WRONG_PARAMETER,
        tokens=_BOT_ONLY,
        hides_ids=True,
    ),
    Operation(
        "contact_user_batch",
        "GET",
        f"{_USERS}/batch",
        contacts.contact_user_batch,
        scopes=("contact:contact.base:readonly",),
        query=contacts.BATCH_QUERY,
        refusals=contacts.WRONG_PARAMETER,
    ),
    Operation(
        "contact_user_basic_batch",
        "POST",
        f"{_USERS}/basic_batch",
        contacts.contact_user_basic_batch,
        scopes=("contact:user.basic_profile:readonly",),
        query=contacts.ID_TYPE_QUERY,
        body=contacts.BASIC_BATCH_BODY,
        refusals=contacts.WRONG_PARAMETER,
        windows=(Window(5, 1.0),),
    ),
    Operation(
        "contact_user_get",
        "GET",
        f"{_USERS}/{{user_id}}",
        contacts.contact_user_get,
        scopes=contacts.GET_SCOPES,
        query=contacts.USER_QUERY,
        refusals=contacts.WRONG_PARAMETER,
    ),
    # ---- images and messages
    Operation(
        "im_image_create",
        "POST",
        "/open-apis/im/v1/images",
        images.im_image_create,
        scopes=("im:resource", "im:resource:upload"),
        body=images.FORM,
        form=True,
        writes=True,
        tokens=_BOT_ONLY,
    ),
    Operation(
        "im_message_create",
        "POST",
        "/open-apis/im/v1/messages",
        messages.im_message_create,
        scopes=("im:message", "im:message:send_as_bot", "im:message:send"),
        user_scopes=("im:message", "im:message.send_as_user"),
        query=messages.QUERY,
        body=messages.BODY,
        writes=True,
        busy=230049,
    ),
    # ---- the own bot
    Operation(
        "bot_info",
        "GET",
        "/open-apis/bot/v3/info",
        bot.bot_info,
        windows=UNLIMITED,
        tokens=_BOT_ONLY,
        flat=True,
    ),
    # ---- groups
    Operation(
        "chat_create",
        "POST",
        _CHATS,
        chats.chat_create,
        scopes=("im:chat", "im:chat:create"),
        query=chats.CREATE_QUERY,
        body=chats.CREATE_BODY,
        writes=True,
        busy=232068,
        tokens=_BOT_ONLY,
        user_token_if=("user_token_of_create", "taken"),
        user_scopes=("im:chat:create_by_user",),
    ),
    Operation("chat_list", "GET", _CHATS, chats.chat_list, scopes=_LIST_SCOPES, query=chats.LIST_QUERY),
    Operation(
        "chat_get",
        "GET",
        _CHAT,
        chats.chat_get,
        scopes=("im:chat", "im:chat:read", "im:chat:readonly"),
        query=chats.USER_ID_QUERY,
    ),
    Operation(
        "chat_update",
        "PUT",
        _CHAT,
        chats.chat_update,
        scopes=("im:chat", "im:chat:update"),
        query=chats.USER_ID_QUERY,
        body=chats.UPDATE_BODY,
        writes=True,
        user_token_if=("user_token_of_update", "taken"),
    ),
    Operation(
        "chat_delete", "DELETE", _CHAT, chats.chat_delete, scopes=("im:chat", "im:chat:delete"), writes=True
    ),
    Operation(
        "chat_search",
        "GET",
        f"{_CHATS}/search",
        search.chat_search,
        scopes=_LIST_SCOPES,
        query=search.QUERY,
    ),
    Operation(
        "chat_link",
        "POST",
        f"{_CHAT}/link",
        links.chat_link,
        scopes=("im:chat", "im:chat:read", "im:chat:readonly"),
        body=links.BODY,
        writes=True,
        body_optional=True,
    ),
    # ---- top notice
    Operation(
        "chat_top_notice_put",
        "POST",
        f"{_CHAT}/top_notice/put_top_notice",
        top_notices.chat_top_notice_put,
        scopes=_TOP_NOTICE_WRITE,
        body=top_notices.PUT_BODY,
        writes=True,
    ),
    Operation(
        "chat_top_notice_delete",
        "POST",
        f"{_CHAT}/top_notice/delete_top_notice",
        top_notices.chat_top_notice_delete,
        scopes=_TOP_NOTICE_WRITE,
        writes=True,
    ),
    # ---- who may post
    Operation(
        "chat_moderation_get",
        "GET",
        f"{_CHAT}/moderation",
        moderation.chat_moderation_get,
        scopes=("im:chat", "im:chat.moderation:read", "im:chat:readonly"),
        query=moderation.GET_QUERY,
    ),
    Operation(
        "chat_moderation_update",
        "PUT",
        f"{_CHAT}/moderation",
        moderation.chat_moderation_update,
        scopes=("im:chat", "im:chat:moderation:write_only"),
        query=moderation.UPDATE_QUERY,
        body=moderation.UPDATE_BODY,
        writes=True,
    ),
    # ---- members and managers
    Operation(
        "chat_members_create",
        "POST",
        f"{_CHAT}/members",
        members.chat_members_create,
        scopes=_MEMBER_WRITE,
        query=members.CREATE_QUERY,
        body=members.ID_LIST_BODY,
        writes=True,
    ),
    Operation(
        "chat_members_delete",
        "DELETE",
        f"{_CHAT}/members",
        members.chat_members_delete,
        scopes=_MEMBER_WRITE,
        scope_code=232014,
        query=members.DELETE_QUERY,
        body=members.ID_LIST_BODY,
        writes=True,
    ),
    Operation(
        "chat_members_get",
        "GET",
        f"{_CHAT}/members",
        members.chat_members_get,
        scopes=_MEMBER_READ,
        query=members.GET_QUERY,
    ),
    Operation(
        "chat_members_is_in_chat",
        "GET",
        f"{_CHAT}/members/is_in_chat",
        members.chat_members_is_in_chat,
        scopes=_MEMBER_READ,
    ),
    Operation(
        "chat_members_me_join",
        "PATCH",
        f"{_CHAT}/members/me_join",
        joining.chat_members_me_join,
        scopes=_MEMBER_WRITE,
        writes=True,
    ),
    Operation(
        "chat_managers_add_managers",
        "POST",
        f"{_CHAT}/managers/add_managers",
        managers.chat_managers_add_managers,
        scopes=_MANAGER_WRITE,
        query=managers.QUERY,
        body=managers.BODY,
        writes=True,
    ),
    Operation(
        "chat_managers_delete_managers",
        "POST",
        f"{_CHAT}/managers/delete_managers",
        managers.chat_managers_delete_managers,
        scopes=_MANAGER_WRITE,
        query=managers.QUERY,
        body=managers.BODY,
        writes=True,
    ),
    # ---- announcement
    Operation(
        "docx_chat_announcement_get",
        "GET",
        _ANNOUNCEMENT,
        announcements.docx_chat_announcement_get,
        scopes=_ANNOUNCEMENT_READ,
        query=announcements.INFO_QUERY,
        windows=(Window(20, 1.0),),
    ),
    Operation(
        "docx_chat_announcement_block_list",
        "GET",
        _BLOCKS,
        announcements.docx_chat_announcement_block_list,
        scopes=_ANNOUNCEMENT_READ,
        query=announcements.LIST_QUERY,
        windows=_BLOCK_READS,
        over_limit=400,
    ),
    Operation(
        "docx_chat_announcement_block_get",
        "GET",
        _BLOCK,
        announcements.docx_chat_announcement_block_get,
        scopes=_ANNOUNCEMENT_READ,
        query=announcements.BLOCK_QUERY,
        windows=_BLOCK_READS,
        over_limit=400,
    ),
    Operation(
        "docx_chat_announcement_block_children_get",
        "GET",
        f"{_BLOCK}/children",
        announcements.docx_chat_announcement_block_children_get,
        scopes=_ANNOUNCEMENT_READ,
        query=announcements.LIST_QUERY,
        windows=_BLOCK_READS,
        over_limit=400,
    ),
    Operation(
        "docx_chat_announcement_block_children_create",
        "POST",
        f"{_BLOCK}/children",
        announcements.docx_chat_announcement_block_children_create,
        scopes=_ANNOUNCEMENT_WRITE,
        query=announcements.EDIT_QUERY,
        body=announcements.CREATE_BODY,
        windows=_BLOCK_WRITES,
        over_limit=400,
        writes=True,
        busy=None,
    ),
    Operation(
        "docx_chat_announcement_block_children_batch_delete",
        "DELETE",
        f"{_BLOCK}/children/batch_delete",
        announcements.docx_chat_announcement_block_children_batch_delete,
        scopes=_ANNOUNCEMENT_WRITE,
        query=announcements.DELETE_QUERY,
        body=announcements.DELETE_BODY,
        windows=_BLOCK_WRITES,
        writes=True,
        busy=None,
    ),
    Operation(
        "docx_chat_announcement_block_batch_update",
        "PATCH",
        f"{_BLOCKS}/batch_update",
        announcements.docx_chat_announcement_block_batch_update,
        scopes=_ANNOUNCEMENT_WRITE,
        query=announcements.EDIT_QUERY,
        body=announcements.UPDATE_BODY,
        windows=_BLOCK_WRITES,
        over_limit=400,
        writes=True,
        busy=None,
    ),
    # ---- announcement of the old type
    Operation(
        "chat_announcement_get",
        "GET",
        f"{_CHAT}/announcement",
        legacy_announcements.chat_announcement_get,
        scopes=("im:chat", "im:chat.announcement:read", "im:chat:readonly"),
        query=legacy_announcements.GET_QUERY,
    ),
    Operation(
        "chat_announcement_patch",
        "PATCH",
        f"{_CHAT}/announcement",
        legacy_announcements.chat_announcement_patch,
        scopes=("im:chat", "im:chat.announcement:write_only"),
        body=legacy_announcements.PATCH_BODY,
        writes=True,
    ),
    # ---- tabs
    Operation(
        "chat_tab_list",
        "GET",
        f"{_TABS}/list_tabs",
        tabs.chat_tab_list,
        scopes=("im:chat", "im:chat.tabs:read", "im:chat:readonly"),
    ),
    Operation(
        "chat_tab_create",
        "POST",
        _TABS,
        tabs.chat_tab_create,
        scopes=_TAB_WRITE,
        body=tabs.CREATE_BODY,
        writes=True,
    ),
    Operation(
        "chat_tab_update",
        "POST",
        f"{_TABS}/update_tabs",
        tabs.chat_tab_update,
        scopes=_TAB_WRITE,
        body=tabs.UPDATE_BODY,
        writes=True,
    ),
    Operation(
        "chat_tab_delete",
        "DELETE",
        f"{_TABS}/delete_tabs",
        tabs.chat_tab_delete,
        scopes=_TAB_WRITE,
        body=tabs.DELETE_BODY,
        writes=True,
    ),
    Operation(
        "chat_tab_sort",
        "POST",
        f"{_TABS}/sort_tabs",
        tabs.chat_tab_sort,
        scopes=_TAB_WRITE,
        body=tabs.SORT_BODY,
        writes=True,
    ),
    # ---- menu
    Operation(
        "chat_menu_tree_get",
        "GET",
        _MENU,
        menus.chat_menu_tree_get,
        scopes=("im:chat", "im:chat.menu_tree:read", "im:chat:readonly"),
        scope_code=232014,
        tokens=_BOT_ONLY,
    ),
    Operation(
        "chat_menu_tree_create",
        "POST",
        _MENU,
        menus.chat_menu_tree_create,
        scopes=_MENU_WRITE,
        scope_code=232014,
        body=menus.CREATE_BODY,
        writes=True,
        busy=_MENU_BUSY,
        tokens=_BOT_ONLY,
    ),
    Operation(
        "chat_menu_tree_delete",
        "DELETE",
        _MENU,
        menus.chat_menu_tree_delete,
        scopes=_MENU_WRITE,
        scope_code=232014,
        body=menus.DELETE_BODY,
        writes=True,
        busy=_MENU_BUSY,
        tokens=_BOT_ONLY,
    ),
    Operation(
        "chat_menu_tree_sort",
        "POST",
        f"{_MENU}/sort",
        menus.chat_menu_tree_sort,
        scopes=_MENU_WRITE,
        scope_code=232014,
        body=menus.SORT_BODY,
        writes=True,
        busy=_MENU_BUSY,
        tokens=_BOT_ONLY,
    ),
    Operation(
        "chat_menu_item_patch",
        "PATCH",
        f"{_CHAT}/menu_items/{{menu_item_id}}",
        menus.chat_menu_item_patch,
        scopes=_MENU_WRITE,
        scope_code=232014,
        body=menus.PATCH_BODY,
        writes=True,
        busy=_MENU_BUSY,
        tokens=_BOT_ONLY,
    ),
)

UNDOCUMENTED: tuple[Operation, ...] = (
    Operation(
        "chat_members_list",
        "GET",
        f"{_CHAT}/members/list",
        members.chat_members_list,
        scopes=_UNDOCUMENTED_READ,
        query=members.LIST_QUERY,
        only_if=("undocumented_members", "answered"),
    ),
    Operation(
        "chat_members_bots",
        "GET",
        f"{_CHAT}/members/bots",
        members.chat_members_bots,
        scopes=_UNDOCUMENTED_READ,
        only_if=("undocumented_members", "answered"),
    ),
)
"""Operations that exist without a page. Source: members.openapi.yaml, info.x-related-undocumented."""

BY_ID = {operation.operation_id: operation for operation in (*OPERATIONS, *UNDOCUMENTED)}


class Match(NamedTuple):
    """The operation of a request, with the values of the path's parameters."""

    operation: Operation
    path: dict[str, str]


class Routes:
    """Finds the operation of a method and a path; a fixed segment goes before a parameter."""

    def __init__(self, operations: Iterable[Operation] = BY_ID.values()) -> None:
        self._by_shape: dict[tuple[str, int], list[tuple[list[str], Operation]]] = {}
        for operation in operations:
            for path in (operation.path, *operation.aliases):
                segments = path.split("/")
                self._by_shape.setdefault((operation.method, len(segments)), []).append((segments, operation))
        for rows in self._by_shape.values():
            rows.sort(key=lambda row: sum(segment.startswith("{") for segment in row[0]))

    def match(self, method: str, path: str) -> Match | None:
        """Return the operation of a request, or `None`; `path` is as it was sent, its parameters are decoded."""
        segments = [unquote(segment) for segment in path.split("/")]
        for template, operation in self._by_shape.get((method, len(segments)), ()):
            found = _match_segments(template, segments)
            if found is not None:
                return Match(operation, found)
        return None


def _match_segments(template: list[str], segments: list[str]) -> dict[str, str] | None:
    found: dict[str, str] = {}
    for wanted, segment in zip(template, segments, strict=True):
        if wanted.startswith("{") and segment:
            found[wanted[1:-1]] = segment
        elif wanted != segment:
            return None
    return found
