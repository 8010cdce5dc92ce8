"""Paths of the platform's calls."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

CHATS: Final = "/open-apis/im/v1/chats"


def chat_path(chat_id: str, *parts: str) -> str:
    """Return the path of a chat, or of something in it; every part is quoted."""
    return "/".join((CHATS, *(quote(part, safe="") for part in (chat_id, *parts))))
