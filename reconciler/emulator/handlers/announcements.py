"""Announcements of type docx: basic info, reading blocks, creating, deleting and changing them.

Source: announcements.openapi.yaml. Checks come in the order of its error tables: app, chat, external, tenant,
membership, state, type, right. The state stands in `reconciler.emulator.announcement`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from reconciler.emulator import ids
from reconciler.emulator.announcement import begin_revision
from reconciler.emulator.blocks import (
    CALLOUT,
    CHAT_CARD,
    GRID,
    GRID_COLUMN,
    IMAGE,
    KINDS,
    TABLE,
    TABLE_CELL,
    Block,
    BlockKind,
    Tree,
    table_data,
)
from reconciler.emulator.chat import Chat, Role
from reconciler.emulator.directory import is_bot
from reconciler.emulator.fields import AnyObject, Fields, Items, Number, Shape, Text
from reconciler.emulator.handlers.access import save
from reconciler.emulator.handlers.block_texts import (
    ALIGN,
    BACKGROUND,
    COLOR,
    TEXT,
    element_names,
    read_text,
    require_few_resources,
    require_room,
    shown_block,
)
from reconciler.emulator.handlers.block_updates import REQUEST, BlockUpdate, apply_update, operation_of
from reconciler.emulator.handlers.members import show_person
from reconciler.emulator.handlers.paging import load_token, page, page_size
from reconciler.emulator.operation import Call
from reconciler.emulator.quota import Window
from reconciler.emulator.tables import require_grid_size, require_table_size
from reconciler.emulator.wire import Refusal

EDITS = (Window(3, 1.0),)
"""Edits of one announcement, whoever makes them."""

REVISION_LAG = 1000
"""How far the revision of an edit may lie behind the latest."""

REMEMBERED = 600.0
"""Seconds for which a client_token is remembered: "at least for minutes"; who needs more shall find out here."""

UNUSABLE_AFTER_CREATION = 5.0
"""Seconds for which a new announcement answers 1771002, where that reading is chosen."""

_USER_ID_TYPE = Text(("open_id", "union_id", "user_id"), default="open_id")
_REVISION = Number(least=-1, default=-1)

INFO_QUERY = Fields({"user_id_type": _USER_ID_TYPE})
BLOCK_QUERY = Fields({"revision_id": _REVISION, "user_id_type": _USER_ID_TYPE})
LIST_QUERY = Fields({
    "page_size": Number(least=1, most=500, default=500),
    "page_token": Text(),
    **BLOCK_QUERY.fields,
})  # fmt: skip
DELETE_QUERY = Fields({"revision_id": _REVISION, "client_token": Text()})
EDIT_QUERY = Fields({**DELETE_QUERY.fields, "user_id_type": _USER_ID_TYPE})

_DATA: dict[str, Shape] = {
    **dict.fromkeys((kind.key for kind in KINDS.values() if kind.creatable), AnyObject()),
    **dict.fromkeys((kind.key for kind in KINDS.values() if kind.text and kind.creatable), TEXT),
    # Listed by the page, but no block_type goes with it.
    "equation": TEXT,
    "callout": Fields({"background_color": BACKGROUND, "border_color": COLOR, "text_color": COLOR}),
    "divider": Fields(),
    "image": Fields({"align": ALIGN}),
    "quote_container": Fields(),
    "table": Fields({"property": Fields({"row_size": Number(least=1), "column_size": Number(least=1)})}),
    "grid": Fields({"column_size": Number(least=1)}),
    "task": AnyObject(),
    "link_preview": AnyObject(),
}
_BLOCK = Fields({"block_type": Number(required=True), **_DATA, "comment_ids": Items(Text())})

# `children` and `requests` are optional on the pages; without them the operation itself refuses.
CREATE_BODY = Fields({"children": Items(_BLOCK, fewest=1, most=50), "index": Number(least=-1, default=-1)})
DELETE_BODY = Fields(
    {"start_index": Number(least=0, required=True), "end_index": Number(least=1, required=True)}
)
UPDATE_BODY = Fields({"requests": Items(REQUEST, fewest=1, most=200)})

_HEADINGS = tuple(kind.key for kind in KINDS.values() if kind.key.startswith("heading"))
_IN_CALLOUT = ("text", *_HEADINGS, "ordered", "bullet", "task", "todo", "quote", "quote_container")
_NOT_IN = {TABLE_CELL: ("table", "sheet", "bitable", "okr"), GRID_COLUMN: ("grid", "bitable", "okr")}
"""Kinds of blocks that a container does not take."""


# ---- access


def _open(call: Call, *, both_types: bool = False) -> Chat:
    """Return the chat of the call, whose announcement the operator may read.

    Args:
        call: The call.
        both_types: Whether an announcement of type doc is returned instead of refused.
    """
    if not call.app.bot:
        raise Refusal(1772025)
    if not call.app.works_in(call.tenant.key):
        raise Refusal(1772034)
    chat = call.store.chat(call.path["chat_id"])
    if chat is None or chat.dissolved or not chat.announcement:
        raise Refusal(1770002)
    if chat.external:
        raise Refusal(1772004)
    if chat.tenant_key != call.tenant.key:
        raise Refusal(1772002)
    if chat.role_of(call.caller) is Role.OUTSIDE:
        raise Refusal(1772003)
    announcement = chat.announcement
    if announcement["state"] == "missing":
        raise Refusal(1772001)
    age = call.now - announcement["create_time"]
    if call.readings.announcement_at_creation == "late" and age < UNUSABLE_AFTER_CREATION:
        raise Refusal(1771002)
    if announcement["type"] == "doc" and not both_types:
        raise Refusal(1772006)
    if call.caller.id in announcement["barred"]:
        raise Refusal(1770032)
    return chat


def _may_edit(call: Call, chat: Chat) -> bool:
    """Tell whether the operator may edit what edit_permission is about."""
    return chat.settings["edit_permission"] == "all_members" or chat.role_of(call.caller) is not Role.MEMBER


def _tree(call: Call, chat: Chat) -> Tree:
    return Tree(chat.chat_id, chat.announcement["blocks"], lambda: call.new_id(ids.block_id))


def _read(call: Call, chat: Chat) -> Tree:
    """Return the blocks in the wanted revision; an earlier one is for those who may edit (1770032)."""
    revision = _revision(call, chat)
    if revision == chat.announcement["revision"]:
        return _tree(call, chat)
    if not _may_edit(call, chat):
        raise Refusal(1770032)
    blocks = call.store.kept_revision(chat.chat_id, revision) or chat.announcement["blocks"]
    return Tree(chat.chat_id, blocks, str)


def _revision(call: Call, chat: Chat) -> int:
    """Return the revision that the call names; refuse one that there never was (1770001)."""
    latest: int = chat.announcement["revision"]
    named: int = call.query["revision_id"]
    if named == 0 or named > latest:
        raise Refusal(1770001)
    return latest if named == -1 else named


# ---- reading


def docx_chat_announcement_get(call: Call) -> dict[str, Any]:
    """Return what the announcement is, of either type."""
    announcement = _open(call, both_types=True).announcement
    return {
        "revision_id": announcement["revision"],
        "create_time": int(announcement["create_time"]),
        "update_time": int(announcement["update_time"]),
        **_person(call, "owner_id", announcement["owner"]),
        **_person(call, "modifier_id", announcement["modifier"]),
        "announcement_type": announcement["type"],
    }


def _person(call: Call, name: str, who: str) -> dict[str, str]:
    if not is_bot(who):
        id_type = call.query["user_id_type"]
        shown = show_person(call, id_type, who)
        return {name: shown, f"{name}_type": id_type} if shown else {}
    if call.readings.bot_of_announcement == "absent":
        return {}
    return {name: who, f"{name}_type": "app_id"}


def docx_chat_announcement_block_list(call: Call) -> dict[str, Any]:
    """Return one page of all blocks, the root first."""
    chat = _open(call)
    return _page(call, chat, list(_read(call, chat).preorder()))


def docx_chat_announcement_block_get(call: Call) -> dict[str, Any]:
    """Return one block."""
    tree = _read(call, _open(call))
    return {"block": shown_block(call, _present(call, tree))}


def docx_chat_announcement_block_children_get(call: Call) -> dict[str, Any]:
    """Return one page of the direct children of a block."""
    chat = _open(call)
    tree = _read(call, chat)
    return _page(call, chat, tree.children(_present(call, tree)["block_id"]))


def _present(call: Call, tree: Tree) -> Block:
    block = tree.blocks.get(call.path["block_id"])
    if block is None:
        raise Refusal(1770002)
    return block


def _page(call: Call, chat: Chat, blocks: list[Block]) -> dict[str, Any]:
    scope = "/".join(("blocks", chat.chat_id, call.path.get("block_id", ""), str(call.query["revision_id"])))
    start = load_token(scope, call.query, refused_as=1770001)
    end = start + page_size(call)
    shown = [shown_block(call, block) for block in blocks[start:end]]
    return page(call, shown, scope, end if end < len(blocks) else None)


# ---- editing


def docx_chat_announcement_block_children_create(call: Call) -> dict[str, Any]:
    """Make blocks below a block and return them."""
    answer = _edit(call, "create", _create)
    if call.readings.revision_of_creation == "document_revision_id":
        answer["document_revision_id"] = answer.pop("revision_id")
    return answer


def docx_chat_announcement_block_children_batch_delete(call: Call) -> dict[str, Any]:
    """Delete a range of the children of a block, with all below them."""
    return _edit(call, "delete", _delete)


def docx_chat_announcement_block_batch_update(call: Call) -> dict[str, Any]:
    """Change blocks, all or none, and return them."""
    return _edit(call, "update", _update)


def _edit(
    call: Call, kind: str, change: Callable[[Call, Chat, Tree], dict[str, list[Block]]]
) -> dict[str, Any]:
    """Carry an edit out once, whoever repeats it with its client_token, and return its answer."""
    chat = _open(call)
    if not _may_edit(call, chat):
        raise Refusal(int(call.readings.announcement_edit_refusal))
    token = call.query.get("client_token")
    if token:
        earlier = call.store.earlier_edit(chat.chat_id, kind, token, call.now - REMEMBERED)
        if earlier is not None:
            return _repeated(call, earlier)
    if call.tenant.quota:
        call.quota.take(f"announcement/{chat.chat_id}", EDITS, call.now)
    if chat.announcement["state"] == "copying":
        raise Refusal(1770020)
    _require_recent(call, chat)
    begin_revision(
        call.store,
        chat,
        call.caller.id,
        call.now,
        step=1 if call.readings.announcement_revisions == "consecutive" else 3,
    )
    tree = _tree(call, chat)
    changed = change(call, chat, tree)
    require_room(tree.preorder())
    _require_bearable(tree, chat.announcement["limits"])
    save(call, chat)
    answer = {
        **changed,
        "revision_id": chat.announcement["revision"],
        "client_token": token or call.new_id(ids.client_token),
    }
    call.store.remember_edit(chat.chat_id, kind, answer["client_token"], call.now, answer)
    return _shown(call, answer)


def _repeated(call: Call, earlier: dict[str, Any]) -> dict[str, Any]:
    if call.readings.repeated_edit == "refused":
        raise Refusal(1770001)
    return _shown(call, earlier)


def _shown(call: Call, answer: dict[str, Any]) -> dict[str, Any]:
    return {
        name: [shown_block(call, block) for block in value] if isinstance(value, list) else value
        for name, value in answer.items()
    }


def _require_recent(call: Call, chat: Chat) -> None:
    """Refuse an edit of a revision too far back (1770021), or of any but the latest by that reading."""
    behind = chat.announcement["revision"] - _revision(call, chat)
    if behind > (REVISION_LAG if call.readings.edit_of_older_revision == "merged" else 0):
        raise Refusal(1770021)


def _require_bearable(tree: Tree, limits: dict[str, int]) -> None:
    """Refuse too many blocks (1770004), too deep a tree (1770005), too many children of one block (1770007)."""
    if len(tree.blocks) > limits.get("blocks", len(tree.blocks)):
        raise Refusal(1770004)
    depth = tree.depth()
    if depth > limits.get("depth", depth):
        raise Refusal(1770005)
    most = max(len(block.get("children", ())) for block in tree.preorder())
    if most > limits.get("children", most):
        raise Refusal(1770007)


def _addressed(call: Call, tree: Tree, block_id: str) -> Block:
    """Return a block to edit; tell a deleted one (1770003) and a foreign one (1770015) from one that never was."""
    if block_id in tree.blocks:
        return tree.blocks[block_id]
    if call.store.block_was_deleted(tree.root, block_id):
        raise Refusal(1770003)
    raise Refusal(1770015 if call.store.block_is_elsewhere(tree.root, block_id) else 1770002)


# ---- creating


def _create(call: Call, _chat: Chat, tree: Tree) -> dict[str, list[Block]]:
    wanted: list[dict[str, Any]] | None = call.body.get("children")
    if wanted is None:
        raise Refusal(1770001)
    parent = _addressed(call, tree, call.path["block_id"])
    if not KINDS[parent["block_type"]].parent:
        raise Refusal(1770028)
    kinds = [_kind_of(block) for block in wanted]
    for kind in kinds:
        _require_place(kind, parent)
    _require_few(wanted, kinds)
    index, present = call.body["index"], len(parent.get("children", []))
    if index > present:
        raise Refusal(1770001)
    first = present if index == -1 else index
    made = enumerate(zip(kinds, wanted, strict=True), first)
    return {
        "children": [
            _make(call, tree, parent["block_id"], kind, block[kind.key], place)
            for place, (kind, block) in made
        ]
    }


def _kind_of(wanted: dict[str, Any]) -> BlockKind:
    """Return the kind of a block to create.

    Raises:
        Refusal: 1770001 for a type that there is not, and for comments; 1770029 for one that cannot be created;
            1770006 unless the data is that of the type and nothing else.
    """
    kind = KINDS.get(wanted["block_type"])
    if kind is None or "comment_ids" in wanted:
        raise Refusal(1770001)
    if not kind.creatable:
        raise Refusal(1770029)
    if wanted.keys() != {"block_type", kind.key}:
        raise Refusal(1770006)
    return kind


def _require_place(kind: BlockKind, parent: Block) -> None:
    """Refuse a child that a container does not take (1770030)."""
    container = parent["block_type"]
    misplaced = (
        kind.key not in _IN_CALLOUT if container == CALLOUT else kind.key in _NOT_IN.get(container, ())
    )
    if misplaced:
        raise Refusal(1770030)


def _require_few(wanted: list[dict[str, Any]], kinds: list[BlockKind]) -> None:
    counted = Counter(kind.key for kind in kinds)
    for kind, block in zip(kinds, wanted, strict=True):
        if kind.text:
            counted.update(element_names(block[kind.key]["elements"]))
    require_few_resources(counted)


def _make(call: Call, tree: Tree, parent: str, kind: BlockKind, wanted: dict[str, Any], index: int) -> Block:
    """Make one block, with the children that it is born with."""
    data = _READERS.get(kind.number, _as_sent)(call, kind, wanted)
    block = tree.add(parent, kind, data, index)
    if kind.number == CALLOUT and call.readings.new_callout == "with_text":
        tree.fill(block)
    if kind.number == TABLE:
        for _ in range(data["property"]["row_size"] * data["property"]["column_size"]):
            tree.fill(tree.add_cell(block))
    if kind.number == GRID:
        for _ in range(data["column_size"]):
            tree.fill(tree.add_column(block))
    return block


def _as_sent(_call: Call, _kind: BlockKind, wanted: dict[str, Any]) -> dict[str, Any]:
    return wanted


def _read_image(_call: Call, _kind: BlockKind, wanted: dict[str, Any]) -> dict[str, Any]:
    return {"align": 2, "token": "", **wanted}


def _read_chat_card(call: Call, _kind: BlockKind, wanted: dict[str, Any]) -> dict[str, Any]:
    if call.store.chat(str(wanted.get("chat_id"))) is None:
        raise Refusal(1770038)
    return wanted


def _read_table(_call: Call, _kind: BlockKind, wanted: dict[str, Any]) -> dict[str, Any]:
    size = wanted.get("property", {})
    if not {"row_size", "column_size"} <= size.keys():
        raise Refusal(1770001)
    require_table_size(size["row_size"], size["column_size"])
    return table_data(size["row_size"], size["column_size"])


def _read_grid(_call: Call, _kind: BlockKind, wanted: dict[str, Any]) -> dict[str, Any]:
    if "column_size" not in wanted:
        raise Refusal(1770001)
    require_grid_size(wanted["column_size"])
    return wanted


_READERS: dict[int, Callable[[Call, BlockKind, dict[str, Any]], dict[str, Any]]] = {
    **{kind.number: read_text for kind in KINDS.values() if kind.text},
    CHAT_CARD: _read_chat_card,
    IMAGE: _read_image,
    TABLE: _read_table,
    GRID: _read_grid,
}
"""What becomes of the data of a new block, where it is not kept as it is."""


# ---- deleting


def _delete(call: Call, _chat: Chat, tree: Tree) -> dict[str, list[Block]]:
    parent = _addressed(call, tree, call.path["block_id"])
    kind, children = KINDS[parent["block_type"]], parent.get("children", [])
    if kind.number in {TABLE, GRID}:
        raise Refusal(1770031)
    if not kind.parent:
        raise Refusal(1770028)
    start, end = call.body["start_index"], call.body["end_index"]
    if end <= start or end > len(children):
        raise Refusal(1770001)
    if kind.number in {TABLE_CELL, GRID_COLUMN, CALLOUT} and end - start == len(children):
        raise Refusal(1770024)
    for child in children[start:end]:
        tree.remove(child)
    return {}


# ---- changing


def _update(call: Call, chat: Chat, tree: Tree) -> dict[str, list[Block]]:
    requests: list[dict[str, Any]] | None = call.body.get("requests")
    if requests is None:
        raise Refusal(1770001)
    operations = [operation_of(request) for request in requests]
    names = [request["block_id"] for request in requests]
    if len(set(names)) < len(names):
        raise Refusal(1770019)
    blocks = [_addressed(call, tree, name) for name in names]
    counted = Counter({"image": operations.count("replace_image"), "file": operations.count("replace_file")})
    for operation, request in zip(operations, requests, strict=True):
        counted.update(element_names(request[operation].get("elements", ())))
    require_few_resources(counted)
    for operation, request, block in zip(operations, requests, blocks, strict=True):
        media = chat.announcement["media"]
        apply_update(operation, BlockUpdate(call, tree, media, block, request[operation]))
    return {"blocks": blocks}
