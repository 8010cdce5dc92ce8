"""The changes of docx_chat_announcement_block_batch_update, one per block.

Source: announcements.openapi.yaml, UpdateBlockRequest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reconciler.emulator.blocks import FILE, GRID, IMAGE, KINDS, PAGE, TABLE, TASK, Block, BlockKind, Tree
from reconciler.emulator.fields import Fields, Flag, Items, Number, Shape, Text
from reconciler.emulator.handlers.block_texts import (
    ALIGN,
    NEW_ELEMENTS,
    STYLE,
    STYLE_NUMBERS,
    read_elements,
    require_few_per_update,
    restyled,
)
from reconciler.emulator.operation import Call
from reconciler.emulator.tables import Table, delete_grid_column, insert_grid_column, set_grid_ratios
from reconciler.emulator.wire import Refusal

_FIRST, _END = Number(least=0, required=True), Number(least=1, required=True)
_PLACE = Number(least=-1, required=True)


@dataclass(frozen=True, slots=True)
class BlockUpdate:
    """One change on its way: of which block, in which document, and what was sent."""

    call: Call
    tree: Tree
    media: dict[str, dict[str, Any]]
    block: Block
    wanted: dict[str, Any]

    @property
    def kind(self) -> BlockKind:
        """Kind of the block."""
        return KINDS[self.block["block_type"]]

    @property
    def data(self) -> dict[str, Any]:
        """Data of the block; changed in place."""
        data: dict[str, Any] = self.block[self.kind.key]
        return data


@dataclass(frozen=True, slots=True)
class _Change:
    """What a key of a request does.

    Args:
        shape: What it takes; `wanted` of an update has its keys in the same order.
        fits: Whether it is for blocks of a kind.
        apply: Its effect.
    """

    shape: dict[str, Shape]
    fits: Callable[[BlockKind], bool]
    apply: Callable[[BlockUpdate], None]


def _is(number: int) -> Callable[[BlockKind], bool]:
    return lambda kind: kind.number == number


def _has_text(kind: BlockKind) -> bool:
    return kind.text


def _has_style(kind: BlockKind) -> bool:
    return (kind.text and kind.number != PAGE) or kind.number == TASK


def _has_text_and_style(kind: BlockKind) -> bool:
    return _has_text(kind) and _has_style(kind)


# ---- text


def _update_elements(update: BlockUpdate) -> None:
    require_few_per_update(update.wanted["elements"])
    present = update.data.get("elements", [])
    update.data["elements"] = read_elements(update.call, update.kind, update.wanted["elements"], present)


def _update_style(update: BlockUpdate) -> None:
    style = update.data.get("style", {})
    update.data["style"] = restyled(update.kind, style, update.wanted["style"], update.wanted["fields"])


def _update_text(update: BlockUpdate) -> None:
    _update_elements(update)
    _update_style(update)


# ---- pictures, files, tasks


def _require_upload(update: BlockUpdate) -> dict[str, Any]:
    """Return what was uploaded for the block under the token of the request."""
    found = update.media.get(update.wanted["token"])
    if found is None:
        raise Refusal(1770038)
    if found["block_id"] != update.block["block_id"]:
        raise Refusal(1770013)
    if found["too_big"]:
        raise Refusal(1770008)
    return found


def _replace_image(update: BlockUpdate) -> None:
    """Put a picture in; sizes left out are the real ones at first (100 if unknown) and stay later."""
    found = _require_upload(update)
    first = not update.data.get("token")
    for name in ("width", "height"):
        usual = (found[name] or 100) if first else update.data.get(name, 100)
        update.data[name] = update.wanted.get(name, usual)
    update.data.update({name: update.wanted[name] for name in ("token", "align") if name in update.wanted})


def _replace_file(update: BlockUpdate) -> None:
    _require_upload(update)
    update.data["token"] = update.wanted["token"]


def _update_task(update: BlockUpdate) -> None:
    """Change a task; its task_id only where none was set before."""
    if "task_id" in update.wanted:
        update.data.setdefault("task_id", update.wanted["task_id"])
    if "folded" in update.wanted:
        update.data["folded"] = update.wanted["folded"]


# ---- tables and grids


def _table(update: BlockUpdate) -> Table:
    return Table(update.tree, update.block)


def _update_table(update: BlockUpdate) -> None:
    wanted = update.wanted
    if ("column_width" in wanted) != ("column_index" in wanted):
        raise Refusal(1770001)
    for name in ("header_row", "header_column"):
        if name in wanted:
            _table(update).set_property(name, wanted[name])
    if "column_width" in wanted:
        _table(update).set_width(wanted["column_index"], wanted["column_width"])


_CHANGES: dict[str, _Change] = {
    "update_text_elements": _Change({"elements": NEW_ELEMENTS}, _has_text, _update_elements),
    "update_text_style": _Change({"style": STYLE, "fields": STYLE_NUMBERS}, _has_style, _update_style),
    "update_text": _Change(
        {"elements": NEW_ELEMENTS, "style": STYLE, "fields": STYLE_NUMBERS}, _has_text_and_style, _update_text
    ),
    "replace_image": _Change(
        {"token": Text(required=True), "width": Number(), "height": Number(), "align": ALIGN},
        _is(IMAGE),
        _replace_image,
    ),
    "replace_file": _Change({"token": Text(required=True)}, _is(FILE), _replace_file),
    "update_task": _Change({"task_id": Text(), "folded": Flag()}, _is(TASK), _update_task),
    "update_table_property": _Change(
        {
            "column_width": Number(least=50),
            "column_index": Number(least=0),
            "header_row": Flag(),
            "header_column": Flag(),
        },
        _is(TABLE),
        _update_table,
    ),
    "insert_table_row": _Change(
        {"row_index": _PLACE},
        _is(TABLE),
        lambda update: _table(update).insert_row(update.wanted["row_index"]),
    ),
    "insert_table_column": _Change(
        {"column_index": _PLACE},
        _is(TABLE),
        lambda update: _table(update).insert_column(update.wanted["column_index"]),
    ),
    "delete_table_rows": _Change(
        {"row_start_index": _FIRST, "row_end_index": _END},
        _is(TABLE),
        lambda update: _table(update).delete_rows(*update.wanted.values()),
    ),
    "delete_table_columns": _Change(
        {"column_start_index": _FIRST, "column_end_index": _END},
        _is(TABLE),
        lambda update: _table(update).delete_columns(*update.wanted.values()),
    ),
    "merge_table_cells": _Change(
        {
            "row_start_index": _FIRST,
            "row_end_index": _END,
            "column_start_index": _FIRST,
            "column_end_index": _END,
        },
        _is(TABLE),
        lambda update: _table(update).merge(*update.wanted.values()),
    ),
    "unmerge_table_cells": _Change(
        {"row_index": _FIRST, "column_index": _FIRST},
        _is(TABLE),
        lambda update: _table(update).unmerge(*update.wanted.values()),
    ),
    "insert_grid_column": _Change(
        {"column_index": _PLACE},
        _is(GRID),
        lambda update: insert_grid_column(update.tree, update.block, update.wanted["column_index"]),
    ),
    "delete_grid_column": _Change(
        {"column_index": _PLACE},
        _is(GRID),
        lambda update: delete_grid_column(update.tree, update.block, update.wanted["column_index"]),
    ),
    "update_grid_column_width_ratio": _Change(
        {"width_ratios": Items(Number(), required=True, fewest=1, most=99)},
        _is(GRID),
        lambda update: set_grid_ratios(update.tree, update.block, update.wanted["width_ratios"]),
    ),
}

REQUEST = Fields(
    {"block_id": Text(shortest=1), **{name: Fields(each.shape) for name, each in _CHANGES.items()}}
)


def operation_of(request: dict[str, Any]) -> str:
    """Return the one operation that a request names beside its block; refuse none and several (1770001)."""
    names = request.keys() - {"block_id"}
    if len(names) != 1 or "block_id" not in request:
        raise Refusal(1770001)
    return str(names.pop())


def apply_update(name: str, update: BlockUpdate) -> None:
    """Carry the operation `name` out; refuse one that does not fit the block (1770025)."""
    change = _CHANGES[name]
    if not change.fits(update.kind):
        raise Refusal(1770025)
    change.apply(update)
