"""Reads that are made to learn whether the app may make them; what they return does not matter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from reconciler.feishu.endpoints.announcement import Announcements
from reconciler.feishu.endpoints.chats import Chats
from reconciler.feishu.endpoints.contacts import Contacts
from reconciler.feishu.endpoints.members import Members
from reconciler.feishu.endpoints.menus import Menus
from reconciler.feishu.endpoints.moderation import Moderation
from reconciler.feishu.endpoints.tabs import Tabs
from reconciler.feishu.transport import Transport

_NO_CHAT: Final = "oc_00000000000000000000000000000000"
_NO_ADDRESS: Final = "nobody@example.invalid"
_NOBODY: Final = "ou_00000000000000000000000000000000"


class Probes:
    """One read for every operation that reads what fleets manage."""

    def __init__(self, transport: Transport) -> None:
        chats, contacts, announcements = Chats(transport), Contacts(transport), Announcements(transport)
        self._reads: Mapping[str, Callable[[str], Awaitable[object]]] = {
            "chat_get": chats.get,
            "chat_list": lambda _chat: chats.list(),
            "chat_members_get": Members(transport).get,
            "chat_moderation_get": Moderation(transport).get,
            "chat_tab_list": Tabs(transport).list,
            "chat_menu_tree_get": Menus(transport).get,
            "docx_chat_announcement_get": announcements.info,
            "docx_chat_announcement_block_list": announcements.blocks,
            "chat_announcement_get": announcements.legacy,
            "contact_user_batch_get_id": lambda _chat: contacts.find([_NO_ADDRESS], []),
            "contact_user_batch": lambda _chat: contacts.get("open_id", [_NOBODY]),
        }

    async def perform(self, operation: str, chat_id: str | None) -> None:
        """Make the read `operation`, of a chat that is not there when there is none to read.

        Raises:
            PlatformError: It was refused, for whatever reason.
        """
        await self._reads[operation](chat_id or _NO_CHAT)
