"""The menu of a group. Create, delete and sort answer with the whole tree. Source: menus.openapi.yaml."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.feishu.endpoints.paths import chat_path
from reconciler.feishu.transport import Effect, Request, Transport
from reconciler.feishu.wire import Body, MenuTree, Nothing


class Menus:
    """The custom menu above the input box of a group."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def get(self, chat_id: str) -> MenuTree:
        """Return all top-level menus with their children."""
        path = chat_path(chat_id, "menu_tree")
        request = Request(operation="chat_menu_tree_get", method="GET", path=path, effect=Effect.READ)
        return await self._transport.call(request, MenuTree)

    async def create(self, chat_id: str, menus: Sequence[Body]) -> MenuTree:
        """Append top-level menus with their children. Doing it twice adds them twice."""
        body = {"menu_tree": {"chat_menu_top_levels": list(menus)}}
        path = chat_path(chat_id, "menu_tree")
        return await self._write("chat_menu_tree_create", "POST", path, Effect.ONCE, body)

    async def delete(self, chat_id: str, ids: Sequence[str]) -> MenuTree:
        """Delete top-level menus. A second time is refused (232001), as if nothing had been deleted."""
        body = {"chat_menu_top_level_ids": list(ids)}
        path = chat_path(chat_id, "menu_tree")
        return await self._write("chat_menu_tree_delete", "DELETE", path, Effect.ONCE, body)

    async def sort(self, chat_id: str, ids: Sequence[str]) -> MenuTree:
        """Set the order of all top-level menus."""
        body = {"chat_menu_top_level_ids": list(ids)}
        path = chat_path(chat_id, "menu_tree", "sort")
        return await self._write("chat_menu_tree_sort", "POST", path, Effect.REPEATABLE, body)

    async def patch_item(self, chat_id: str, item_id: str, body: Body) -> None:
        """Change one entry in place.

        Repeatable: it replaces the named fields as a whole and keeps the id, so doing it twice leaves the
        same entry. The answer shows that entry alone, without its id.
        """
        request = Request(
            operation="chat_menu_item_patch",
            method="PATCH",
            path=chat_path(chat_id, "menu_items", item_id),
            effect=Effect.REPEATABLE,
            body=body,
        )
        await self._transport.call(request, Nothing)

    async def _write(self, operation: str, method: str, path: str, effect: Effect, body: Body) -> MenuTree:
        request = Request(operation=operation, method=method, path=path, effect=effect, body=body)
        return await self._transport.call(request, MenuTree)
