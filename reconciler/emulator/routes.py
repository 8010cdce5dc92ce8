"""The table of operations, and the way from method and path to its row."""

from __future__ import annotations

from typing import NamedTuple

from reconciler.emulator.handlers import auth, bot, chats, managers, members, menus, moderation, tabs
from reconciler.emulator.operation import Operation
from reconciler.emulator.quota import UNLIMITED
from reconciler.emulator.store import TokenKind

_CHATS = "/open-apis/im/v1/chats"
_CHAT = f"{_CHATS}/{{chat_id}}"
_TABS = f"{_CHAT}/chat_tabs"
_MENU = f"{_CHAT}/menu_tree"
_AUTH = "/open-apis/auth/v3"

_LIST_SCOPES = ("im:chat", "im:chat:readonly", "im:chat:read", "im:chat.group_info:readonly")
_MEMBER_READ = ("im:chat", "im:chat:readonly", "im:chat.members:read", "im:chat.group_info:readonly")
_MEMBER_WRITE = ("im:chat", "im:chat.members:write_only")
_MANAGER_WRITE = ("im:chat", "im:chat.managers:write_only")
_TAB_WRITE = ("im:chat", "im:chat.tabs:write_only")
_MENU_WRITE = ("im:chat", "im:chat.menu_tree:write_only")
_MENU_BUSY = 232073

_BOT_ONLY = (TokenKind.TENANT,)

OPERATIONS: tuple[Operation, ...] = (
    # ---- tokens and the own bot
    Operation(
        "auth_tenant_access_token_internal",
        "POST",
        f"{_AUTH}/tenant_access_token/internal",
        auth.tenant_access_token_internal,
        body=auth.CREDENTIALS,
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
        windows=UNLIMITED,
        writes=True,
        tokens=(),
        flat=True,
    ),
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
    ),
    Operation(
        "chat_delete", "DELETE", _CHAT, chats.chat_delete, scopes=("im:chat", "im:chat:delete"), writes=True
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
        tokens=_BOT_ONLY,
    ),
    Operation(
        "chat_menu_tree_create",
        "POST",
        _MENU,
        menus.chat_menu_tree_create,
        scopes=_MENU_WRITE,
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
        body=menus.PATCH_BODY,
        writes=True,
        busy=_MENU_BUSY,
        tokens=_BOT_ONLY,
    ),
)

BY_ID = {operation.operation_id: operation for operation in OPERATIONS}


class Match(NamedTuple):
    """The operation of a request, with the values of the path's parameters."""

    operation: Operation
    path: dict[str, str]


class Routes:
    """Finds the operation of a method and a path; a fixed segment goes before a parameter."""

    def __init__(self, operations: tuple[Operation, ...] = OPERATIONS) -> None:
        self._by_shape: dict[tuple[str, int], list[tuple[list[str], Operation]]] = {}
        for operation in operations:
            for path in (operation.path, *operation.aliases):
                segments = path.split("/")
                self._by_shape.setdefault((operation.method, len(segments)), []).append((segments, operation))
        for rows in self._by_shape.values():
            rows.sort(key=lambda row: sum(segment.startswith("{") for segment in row[0]))

    def match(self, method: str, path: str) -> Match | None:
        """Return the operation of a request, or `None`."""
        segments = path.split("/")
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
