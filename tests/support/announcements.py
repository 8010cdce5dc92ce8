"""Calls and blocks for the tests of docx announcements."""

from __future__ import annotations

from typing import Any

from tests.support.pretend import OURS, Answer, Pretend

INFO = "docx_chat_announcement_get"
LIST = "docx_chat_announcement_block_list"
GET = "docx_chat_announcement_block_get"
CHILDREN = "docx_chat_announcement_block_children_get"
CREATE = "docx_chat_announcement_block_children_create"
DELETE = "docx_chat_announcement_block_children_batch_delete"
UPDATE = "docx_chat_announcement_block_batch_update"

BLOCK_READS = (LIST, GET, CHILDREN)
READS = (INFO, *BLOCK_READS)
WRITES = (CREATE, DELETE, UPDATE)
ALL = (*READS, *WRITES)

CHAT = "oc_x"
"""The chat of these tests, and so its root block."""


def run(content: str, **style: Any) -> dict[str, Any]:
    """Return a text element."""
    return {"text_run": {"content": content, **({"text_element_style": style} if style else {})}}


def text(content: str = "New", kind: str = "text", number: int = 2) -> dict[str, Any]:
    """Return a text-like block to create."""
    return {"block_type": number, kind: {"elements": [run(content)]}}


def rewrite(block_id: str = CHAT, content: str = "New") -> dict[str, Any]:
    """Return the change of a block's text."""
    return {"block_id": block_id, "update_text_elements": {"elements": [run(content)]}}


WORKING: dict[str, dict[str, Any]] = {
    INFO: {},
    LIST: {},
    GET: {"block_id": CHAT},
    CHILDREN: {"block_id": CHAT},
    CREATE: {"block_id": CHAT, "body": {"children": [text()]}},
    DELETE: {"block_id": CHAT, "body": {"start_index": 0, "end_index": 1}},
    UPDATE: {"body": {"requests": [rewrite()]}},
}
"""For every operation arguments with which it works in the usual `group`."""


def group(
    announcement: str = "text: Hello", more: str = f"owner: Kate, bots: [{OURS}]", chat: str = CHAT
) -> str:
    """Return a group of the scenario with an announcement."""
    return f"  - {{chat_id: {chat}, announcement: {{{announcement}}}, {more}}}\n"


def attempt(api: Pretend, operation: str, chat_id: str = CHAT, **more: Any) -> Answer:
    """Call an operation as in `WORKING`, with `more` instead of what stands there."""
    return api.call(operation, chat_id, **{**WORKING[operation], **more})


def create(
    api: Pretend, *blocks: dict[str, Any], parent: str = CHAT, index: int = -1, **query: Any
) -> Answer:
    """Make blocks; a second passes first, so that nobody meets the limit of edits by mistake."""
    api.emulator.move_clock(1)
    body = {"children": list(blocks), "index": index}
    return api.call(CREATE, CHAT, block_id=parent, body=body, query=query)


def delete(api: Pretend, start: int, end: int, parent: str = CHAT, **query: Any) -> Answer:
    """Delete children, after a second."""
    api.emulator.move_clock(1)
    body = {"start_index": start, "end_index": end}
    return api.call(DELETE, CHAT, block_id=parent, body=body, query=query)


def update(api: Pretend, *requests: dict[str, Any], **query: Any) -> Answer:
    """Change blocks, after a second."""
    api.emulator.move_clock(1)
    return api.call(UPDATE, CHAT, body={"requests": list(requests)}, query=query)


def made(answer: Answer) -> str:
    """Return the id of the first block that a call made."""
    block_id: str = answer.data["children"][0]["block_id"]
    return block_id


def blocks(api: Pretend, **query: Any) -> list[dict[str, Any]]:
    """Return all blocks."""
    items: list[dict[str, Any]] = api.call(LIST, CHAT, query=query).data["items"]
    return items


def of_type(api: Pretend, number: int) -> dict[str, Any]:
    """Return the first block of a type."""
    return next(block for block in blocks(api) if block["block_type"] == number)


def texts(api: Pretend, **query: Any) -> list[str]:
    """Return the text of every paragraph, in the order of the document."""
    return [content_of(block) for block in blocks(api, **query) if block["block_type"] == 2]


def content_of(block: dict[str, Any]) -> str:
    """Return the text of a paragraph."""
    return "".join(element["text_run"]["content"] for element in block["text"]["elements"])
