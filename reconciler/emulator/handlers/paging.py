"""Opaque page tokens and the parameters of paged lists."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from reconciler.emulator.fields import Number, Shape, Text
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal

PAGE_FIELDS: dict[str, Shape] = {"page_size": Number(least=1, most=100, default=20), "page_token": Text()}


_POSITION = re.compile(r"[0-9]{1,12}")


def dump_token(scope: str, position: int) -> str:
    """Return the token for the page that begins at `position` of the list `scope`."""
    return base64.urlsafe_b64encode(f"{scope}\x1f{position}".encode()).decode()


def load_token(scope: str, query: dict[str, Any], refused_as: int = 232001) -> int:
    """Return the position at which the wanted page begins; 0 without a token.

    Raises:
        Refusal: `refused_as` for a token that does not belong to the list `scope`.
    """
    token = query.get("page_token")
    if not token:
        return 0
    try:
        found, _, position = base64.urlsafe_b64decode(token.encode()).decode().rpartition("\x1f")
    except (binascii.Error, UnicodeDecodeError):
        found, position = "", ""
    if found != scope or not _POSITION.fullmatch(position):
        raise Refusal(refused_as)
    return int(position)


def page_size(call: Call) -> int:
    """Return how many items a page of the call holds at most: what was asked for, or half of it."""
    wanted: int = call.query["page_size"]
    return wanted if call.readings.page_length == "full" else -(-wanted // 2)


def page(call: Call, items: list[Any], scope: str, next_position: int | None) -> dict[str, Any]:
    """Return one page; `next_position` of `None` says that it is the last one.

    The token that a last page may have leads to that page once more: whoever follows it never gets on.
    """
    if next_position is not None:
        return {"items": items, "page_token": dump_token(scope, next_position), "has_more": True}
    last = {"items": items, "has_more": False}
    if call.readings.last_page == "bare":
        return last
    if call.readings.last_page == "empty_token":
        return {**last, "page_token": ""}
    return {**last, "page_token": dump_token(scope, load_token(scope, call.query))}
