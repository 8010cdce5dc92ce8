"""The announcement of the old type doc. Source: announcements.openapi.yaml, chat_announcement_get and _patch."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from itertools import accumulate, pairwise
from typing import Any

from reconciler.emulator.chat import Chat, Role
from reconciler.emulator.directory import is_bot
from reconciler.emulator.fields import Fields, Flag, Items, Number, Shape, Text, parse_body, read_body
from reconciler.emulator.handlers.access import open_chat, require_member, require_visible, save
from reconciler.emulator.handlers.chats import USER_ID_TYPE
from reconciler.emulator.handlers.members import show_person
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal

REVISION_LAG = 100
INT64_DIGITS = 19

GET_QUERY = Fields({"user_id_type": USER_ID_TYPE})
PATCH_BODY = Fields({
    "revision": Text(required=True, pattern=re.compile(r"[0-9]+")),
    "requests": Items(Text()),
})  # fmt: skip

_ZONE: Shape = Text(("0",), required=True)  # the body; other zones are not described
_PARAGRAPH = Fields({"elements": Items(Fields({"type": Text(), "textRun": Fields({"text": Text()})}))})
_BLOCKS = Fields({
    "blocks": Items(Fields({"type": Text(required=True), "paragraph": _PARAGRAPH}), required=True, fewest=1),
})  # fmt: skip
_PLACE = Fields(
    {"zoneId": _ZONE, "index": Number(), "startOfZone": Flag(), "endOfZone": Flag()}, required=True
)
_RANGE = Fields(
    {"zoneId": _ZONE, "startIndex": Number(required=True), "endIndex": Number(required=True)}, required=True
)
_EDIT = Fields({"requestType": Text(required=True)})
_INSERT = Fields({
    "insertBlocksRequest": Fields({"payload": Text(required=True), "location": _PLACE}, required=True),
})  # fmt: skip
_UPDATE_TITLE = Fields({"updateTitleRequest": Fields({"payload": Text(required=True)}, required=True)})
_DELETE = Fields({"deleteContentRangeRequest": Fields({"deleteRange": _RANGE}, required=True)})


# ---- read


def chat_announcement_get(call: Call) -> dict[str, Any]:
    """Return the document with its revision."""
    # A dissolved chat has nobody who could ask.
    chat, _ = _open(call, dissolved_too=True)
    announcement = chat.announcement
    return {
        "content": json.dumps(_located(announcement["content"]), ensure_ascii=False),
        "revision": str(announcement["revision"]),
        "create_time": str(int(announcement["create_time"])),
        "update_time": str(int(announcement["update_time"])),
        **_person(call, "owner", announcement["owner"]),
        **_person(call, "modifier", announcement["modifier"]),
    }


def _open(call: Call, *, dissolved_too: bool = False) -> tuple[Chat, Role]:
    """Return the chat, which has a readable announcement of type doc, and what the caller is in it."""
    chat = open_chat(call, unknown=232001, dissolved_too=dissolved_too)
    require_visible(call)
    role = require_member(call, chat)
    if chat.mode == "p2p" or chat.announcement.get("state") != "usable":
        raise Refusal(232003)
    if chat.announcement["type"] != "doc":
        raise Refusal(232097)
    if call.caller.id in chat.announcement["barred"]:
        raise Refusal(232066)
    return chat, role


def _person(call: Call, role: str, member: str) -> dict[str, str]:
    id_type = "app_id" if is_bot(member) else call.query["user_id_type"]
    shown = member if is_bot(member) else show_person(call, id_type, member)
    return {f"{role}_id_type": id_type, f"{role}_id": shown} if shown else {}


def _located(content: dict[str, Any]) -> dict[str, Any]:
    """Return the document with the positions of its paragraphs and their elements."""
    located = deepcopy(content)
    blocks = located["body"]["blocks"]
    for block, start in zip(blocks, _borders(blocks), strict=False):
        paragraph = block.get("paragraph")
        if paragraph is None:
            continue
        elements = paragraph.get("elements") or []
        paragraph["location"] = _location(start, start + _length(block))
        lengths = map(_element_length, elements)
        for element, (begin, end) in zip(elements, pairwise(accumulate(lengths, initial=start)), strict=True):
            if element.get("textRun"):
                element["textRun"]["location"] = _location(begin, end)
    return located


def _location(start: int, end: int) -> dict[str, Any]:
    return {"zoneId": "0", "startIndex": start, "endIndex": end}


def _borders(blocks: list[dict[str, Any]]) -> list[int]:
    """Return the positions at which blocks begin, and the end of the last one."""
    return list(accumulate(map(_length, blocks), initial=0))


def _length(block: dict[str, Any]) -> int:
    """Return how many positions a block takes: its elements, and one for its end."""
    elements = (block.get("paragraph") or {}).get("elements") or []
    return sum(map(_element_length, elements)) + 1


def _element_length(element: dict[str, Any]) -> int:
    """Return the length of a text; any other element takes one position."""
    run = element.get("textRun")
    return 1 if run is None else len(run.get("text") or "")


# ---- change


def chat_announcement_patch(call: Call) -> dict[str, Any]:
    """Apply the edits in order, all of them or none, to the latest revision."""
    chat, role = _open(call)
    if chat.settings["edit_permission"] == "only_owner" and role is Role.MEMBER:
        raise Refusal(232002)
    edits = call.body.get("requests")
    if not edits:
        raise Refusal(232001, "requests must be given.")
    announcement = chat.announcement
    _require_recent(call, announcement["revision"])
    for edit in edits:
        _apply(call, announcement["content"], edit)
    announcement["revision"] += 1
    announcement["update_time"] = call.now
    announcement["modifier"] = call.caller.id
    save(call, chat)
    return {}


def _require_recent(call: Call, latest: int) -> None:
    """Refuse a revision that there never was, or one that lags too far behind."""
    lag = REVISION_LAG if call.readings.legacy_edit_of_older_revision == "merged" else 0
    given = call.body["revision"]
    if len(given) > INT64_DIGITS or not max(latest - lag, 1) <= int(given) <= latest:
        raise Refusal(232018)


def _apply(call: Call, content: dict[str, Any], text: str) -> None:
    """Apply one edit to `content`; refuse one that is malformed or not among those that are accepted."""
    kind = _read(_EDIT, text)["requestType"]
    if kind == "InsertBlocksRequestType":
        _insert(content["body"]["blocks"], _read(_INSERT, text)["insertBlocksRequest"])
    elif kind == "UpdateTitleRequestType":
        payload = _read(_UPDATE_TITLE, text)["updateTitleRequest"]["payload"]
        content["title"] = _kept(_PARAGRAPH, payload)
    elif kind == "DeleteContentRangeRequestType" and call.readings.legacy_deletion == "accepted":
        _delete(content["body"]["blocks"], _read(_DELETE, text)["deleteContentRangeRequest"]["deleteRange"])
    else:
        raise Refusal(232018, f"{kind} is not accepted.")


def _insert(blocks: list[dict[str, Any]], wanted: dict[str, Any]) -> None:
    new, place = _kept(_BLOCKS, wanted["payload"])["blocks"], wanted["location"]
    if any(block["type"] == "paragraph" and not block.get("paragraph") for block in new):
        raise Refusal(232018, "A paragraph is empty.")
    if place.get("startOfZone"):
        at = 0
    elif place.get("endOfZone"):
        at = len(blocks)
    else:
        at = _border(blocks, place.get("index"))
    blocks[at:at] = new


def _delete(blocks: list[dict[str, Any]], wanted: dict[str, Any]) -> None:
    del blocks[_border(blocks, wanted["startIndex"]) : _border(blocks, wanted["endIndex"])]


def _border(blocks: list[dict[str, Any]], position: int | None) -> int:
    """Return the number of the block that begins at `position`.

    What a position inside a block does is not written; it is refused.
    """
    borders = _borders(blocks)
    if position not in borders:
        raise Refusal(232018, f"No block begins at {position}.")
    return borders.index(position)


def _read(shape: Fields, text: str) -> dict[str, Any]:
    """Return what `shape` knows of the JSON in `text`."""
    return _parse(shape, text)[1]


def _kept(shape: Fields, text: str) -> dict[str, Any]:
    """Return the JSON in `text` as it stands; it fits `shape` and may hold more."""
    return _parse(shape, text)[0]


def _parse(shape: Fields, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        value = parse_body(text.encode())
        return value, read_body(shape, value)
    except Refusal as refusal:
        raise Refusal(232018, refusal.msg) from refusal
