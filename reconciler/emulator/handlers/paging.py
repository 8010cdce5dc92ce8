"""Opaque page tokens and the parameters of paged lists."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from reconciler.emulator.fields import Number, Shape, Text
from reconciler.emulator.wire import Refusal

PAGE_FIELDS: dict[str, Shape] = {"page_size": Number(least=1, most=100, default=20), "page_token": Text()}


_POSITION = re.compile(r"[0-9]{1,12}")


def dump_token(scope: str, position: int) -> str:
    """Return the token for the page that begins at `position` of the list `scope`."""
    return base64.urlsafe_b64encode(f"{scope}\x1f{position}".encode()).decode()


def load_token(scope: str, query: dict[str, Any]) -> int:
    """Return the position at which the wanted page begins; 0 without a token.

    Raises:
        Refusal: 232001 for a token that does not belong to the list `scope`.
    """
    token = query.get("page_token")
    if not token:
        return 0
    try:
        found, _, position = base64.urlsafe_b64decode(token.encode()).decode().rpartition("\x1f")
    except (binascii.Error, UnicodeDecodeError):
        found, position = "", ""
    if found != scope or not _POSITION.fullmatch(position):
        raise Refusal(232001)
    return int(position)


def page(items: list[Any], scope: str, next_position: int | None) -> dict[str, Any]:
    """Return one page; the token is there only while more pages follow."""
    if next_position is None:
        return {"items": items, "has_more": False}
    return {"items": items, "page_token": dump_token(scope, next_position), "has_more": True}
