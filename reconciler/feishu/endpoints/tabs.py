"""Tabs of a chat. Every write answers with all tabs of the chat. Source: tabs.openapi.yaml."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.feishu.endpoints.paths import chat_path
from reconciler.feishu.transport import Effect, Request, Transport
from reconciler.feishu.wire import Body, WireTabs


class Tabs:
    """The row of tabs at the top of a chat."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self, chat_id: str) -> WireTabs:
        """Return all tabs, built-in ones included."""
        path = chat_path(chat_id, "chat_tabs", "list_tabs")
        request = Request(operation="chat_tab_list", method="GET", path=path, effect=Effect.READ)
        return await self._transport.call(request, WireTabs)

    async def create(self, chat_id: str, tabs: Sequence[Body]) -> WireTabs:
        """Append tabs. Doing it twice adds them twice."""
        path = chat_path(chat_id, "chat_tabs")
        return await self._write("chat_tab_create", "POST", path, Effect.ONCE, {"chat_tabs": list(tabs)})

    async def update(self, chat_id: str, tabs: Sequence[Body]) -> WireTabs:
        """Change tabs, each named by its `tab_id` and complete."""
        path = chat_path(chat_id, "chat_tabs", "update_tabs")
        return await self._write(
            "chat_tab_update", "POST", path, Effect.REPEATABLE, {"chat_tabs": list(tabs)}
        )

    async def delete(self, chat_id: str, ids: Sequence[str]) -> WireTabs:
        """Delete tabs. A second time is refused (232001), as if nothing had been deleted."""
        path = chat_path(chat_id, "chat_tabs", "delete_tabs")
        return await self._write("chat_tab_delete", "DELETE", path, Effect.ONCE, {"tab_ids": list(ids)})

    async def sort(self, chat_id: str, ids: Sequence[str]) -> WireTabs:
        """Set the order of all tabs."""
        path = chat_path(chat_id, "chat_tabs", "sort_tabs")
        return await self._write("chat_tab_sort", "POST", path, Effect.REPEATABLE, {"tab_ids": list(ids)})

    async def _write(self, operation: str, method: str, path: str, effect: Effect, body: Body) -> WireTabs:
        request = Request(operation=operation, method=method, path=path, effect=effect, body=body)
        return await self._transport.call(request, WireTabs)
