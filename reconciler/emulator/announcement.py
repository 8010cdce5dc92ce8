"""The announcement of a chat as it is kept in `Chat.announcement`, plain JSON; `{}` where there is none.

    type: docx                    # docx | doc
    state: usable                 # usable | missing | copying
    revision: 1                   # of the latest edit
    create_time: 0.0              # seconds since the epoch
    update_time: 0.0
    owner: on_…                   # inner ids (union_id, App ID): who owned the chat when it began,
    modifier: on_…                #   and who wrote last
    barred: []                    # inner ids of those who may not read the document
    blocks: {oc_…: {…}}           # type docx: all blocks by id, the root (named like the chat) among them
    limits: {}                    # type docx: `blocks`, `depth`, `children`; the pages give no figures
    media: {token: {…}}           # type docx: uploaded for a block: block_id, width, height, too_big
    content: {…}                  # type doc: title and body, as the API serializes them, without locations

Earlier revisions of type docx are in the store, not here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from reconciler.emulator.blocks import Tree

if TYPE_CHECKING:
    from reconciler.emulator.chat import Chat
    from reconciler.emulator.store import Store

TYPES = ("docx", "doc")
STATES = ("usable", "missing", "copying")


def new_announcement(kind: str, chat_id: str, owner: str, now: float = 0.0) -> dict[str, Any]:
    """Return the announcement of a fresh chat, not yet written, of type `kind`."""
    content = (
        {"blocks": Tree.empty(chat_id), "media": {}} if kind == "docx" else {"content": legacy_content([])}
    )
    return {
        "type": kind,
        "state": "usable",
        "revision": 1,
        "create_time": now,
        "update_time": now,
        "owner": owner,
        "modifier": owner,
        "barred": [],
        "limits": {},
        **content,
    }  # fmt: skip


def keep_only(announcement: dict[str, Any], known: Collection[str], stand_in: str) -> None:
    """Put `stand_in` in the place of owner and last writer who are not `known`; nobody else stays barred."""
    for part in ("owner", "modifier"):
        if announcement[part] not in known:
            announcement[part] = stand_in
    announcement["barred"] = [name for name in announcement["barred"] if name in known]


def begin_revision(store: Store, chat: Chat, editor: str, now: float, step: int = 1) -> None:
    """Begin the next revision, by `editor`; of type docx the present one stays readable."""
    announcement = chat.announcement
    if announcement["type"] == "docx":
        store.keep_revision(chat.chat_id, announcement["revision"], announcement["blocks"])
    announcement["revision"] += step
    announcement["update_time"] = now
    announcement["modifier"] = editor


def legacy_content(lines: Sequence[str]) -> dict[str, Any]:
    """Return the old document that holds one paragraph per line."""
    return {
        "title": {"elements": []},
        "body": {"blocks": [{"type": "paragraph", "paragraph": _paragraph(line)} for line in lines]},
    }


def _paragraph(line: str) -> dict[str, Any]:
    return {"elements": [{"type": "textRun", "textRun": {"text": line, "style": {}}}], "style": {}}


def write_announcement(
    announcement: dict[str, Any],
    root: str,
    new_id: Callable[[], str],
    text: str | None = None,
    blocks: Sequence[Any] = (),
) -> None:
    """Replace the content: by the lines of `text`, or by `blocks` as `Tree.write` has them (type docx).

    Raises:
        ValueError: the blocks are written wrongly, or the type has none.
    """
    lines = [] if text is None else text.splitlines()
    if announcement["type"] == "docx":
        tree = Tree(root, announcement["blocks"], new_id)
        tree.clear()
        tree.write([*({"text": line} for line in lines), *blocks])
    elif blocks:
        raise ValueError("an announcement of type doc has no blocks")
    else:
        announcement["content"] = legacy_content(lines)
