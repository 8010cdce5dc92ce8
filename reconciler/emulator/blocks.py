"""The blocks of a docx announcement: their kinds, the tree that they form, and a short way to write them.

A block is kept as the API returns it, but people stand in it by their inner ids (union_id). Source:
announcements.openapi.yaml, info.x-block-support and components.schemas.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

Block: TypeAlias = dict[str, Any]

PAGE, PARAGRAPH, CODE, TODO, CALLOUT, CHAT_CARD, FILE, IMAGE = 1, 2, 14, 17, 19, 20, 23, 27
GRID, GRID_COLUMN, TABLE, TABLE_CELL, QUOTE_CONTAINER, TASK = 24, 25, 31, 32, 34, 35

GRID_COLUMNS = range(2, 11)
"""How many columns a grid may have."""

PLAIN_STYLE = dict.fromkeys(("bold", "italic", "strikethrough", "underline", "inline_code"), False)
"""Character style of text that has none."""


@dataclass(frozen=True, slots=True)
class BlockKind:
    """What a block of one type is.

    Args:
        number: `block_type`.
        key: Key of the block's data.
        text: Whether the data is text: elements and a style.
        parent: Whether the API creates and deletes children of such a block.
        creatable: Whether the API makes such blocks by themselves; not where the table of supported types says
            no, n/a, or nothing.
    """

    number: int
    key: str
    text: bool = False
    parent: bool = False
    creatable: bool = True


_HEADINGS = tuple(f"heading{level}" for level in range(1, 10))

_KINDS = (
    BlockKind(PAGE, "page", text=True, parent=True, creatable=False),
    BlockKind(PARAGRAPH, "text", text=True, parent=True),
    *(BlockKind(number, key, text=True, parent=True) for number, key in enumerate(_HEADINGS, 3)),
    BlockKind(12, "bullet", text=True, parent=True),
    BlockKind(13, "ordered", text=True, parent=True),
    BlockKind(CODE, "code", text=True),
    BlockKind(15, "quote", text=True),
    BlockKind(TODO, "todo", text=True, parent=True),
    BlockKind(18, "bitable"),
    BlockKind(CALLOUT, "callout", parent=True),
    BlockKind(CHAT_CARD, "chat_card"),
    BlockKind(21, "diagram", creatable=False),
    BlockKind(22, "divider"),
    BlockKind(FILE, "file"),
    BlockKind(GRID, "grid"),
    BlockKind(GRID_COLUMN, "grid_column", parent=True, creatable=False),
    BlockKind(26, "iframe"),
    BlockKind(IMAGE, "image"),
    BlockKind(28, "isv"),
    BlockKind(29, "mindnote", creatable=False),
    BlockKind(30, "sheet"),
    BlockKind(TABLE, "table"),
    BlockKind(TABLE_CELL, "table_cell", parent=True, creatable=False),
    BlockKind(33, "view", creatable=False),
    BlockKind(QUOTE_CONTAINER, "quote_container", parent=True),
    BlockKind(TASK, "task", parent=True, creatable=False),
    BlockKind(36, "okr"),
    *(BlockKind(number, key, creatable=False) for number, key in enumerate(("okr_objective", "okr_key_result", "okr_progress"), 37)),
    BlockKind(40, "add_ons"),
    BlockKind(41, "jira_issue", creatable=False),
    BlockKind(42, "wiki_catalog"),
    BlockKind(43, "board"),
    *(BlockKind(number, key, creatable=False) for number, key in enumerate(("agenda", "agenda_item", "agenda_item_title", "agenda_item_content", "link_preview"), 44)),
    BlockKind(999, "undefined", creatable=False),
)  # fmt: skip

KINDS = {kind.number: kind for kind in _KINDS}
KIND_OF_KEY = {kind.key: kind for kind in _KINDS}


class Tree:
    """The blocks of one announcement; the root's id is the chat_id.

    Args:
        root: Id of the root.
        blocks: All blocks by id; changed in place.
        new_id: Makes the id of a new block.
    """

    def __init__(self, root: str, blocks: dict[str, Block], new_id: Callable[[], str]) -> None:
        self.root = root
        self.blocks = blocks
        self._new_id = new_id

    @staticmethod
    def empty(root: str) -> dict[str, Block]:
        """Return the blocks of an announcement that nobody has written yet."""
        page = {"elements": [], "style": {"align": 1}}
        return {root: {"block_id": root, "parent_id": "", "block_type": PAGE, "page": page}}

    def preorder(self, start: str | None = None) -> Iterator[Block]:
        """Return the block `start` (default: the root) and all below it, parents before their children."""
        waiting = [self.root if start is None else start]
        while waiting:
            block = self.blocks[waiting.pop()]
            yield block
            waiting += reversed(block.get("children", ()))

    def depth(self) -> int:
        """Return how many blocks stand above each other at most."""
        depths = {"": 0}
        for block in self.preorder():
            depths[block["block_id"]] = depths[block["parent_id"]] + 1
        return max(depths.values())

    def children(self, parent: str) -> list[Block]:
        """Return the direct children of a block in order."""
        return [self.blocks[child] for child in self.blocks[parent].get("children", [])]

    def add(self, parent: str, kind: BlockKind, data: Any, index: int = -1) -> Block:
        """Make a block at a place among the children of `parent`; -1 is the last one."""
        block = {"block_id": self._new_id(), "parent_id": parent, "block_type": kind.number, kind.key: data}
        self.blocks[block["block_id"]] = block
        siblings = self.blocks[parent].setdefault("children", [])
        siblings.insert(len(siblings) if index == -1 else index, block["block_id"])
        return block

    def remove(self, block_id: str) -> None:
        """Take a block away, with all below it."""
        parent = self.blocks[self.blocks[block_id]["parent_id"]]
        for block in list(self.preorder(block_id)):
            del self.blocks[block["block_id"]]
        parent["children"].remove(block_id)
        if not parent["children"]:
            del parent["children"]

    def clear(self) -> None:
        """Take everything away but the root."""
        for child in self.children(self.root):
            self.remove(child["block_id"])

    # ---- a short way to write blocks

    def write(self, shorts: Collection[Any], parent: str | None = None) -> None:
        """Append blocks that are written in short, one mapping with one key per block.

        The key is a block's kind, the value

        - of a text-like block: its text, or the data as the API has it, beside it perhaps `children`;
        - of a callout or quote_container: the list of its children;
        - of a table: the list of its rows, each the list of the cells' texts;
        - of a grid: the list of its columns, each the list of its blocks;
        - of any other block: the data as the API has it.

        Raises:
            ValueError: something is written differently.
        """
        for short in shorts:
            if not isinstance(short, dict) or len(short) != 1:
                raise ValueError("a block is one mapping with one key, its kind")
            ((key, value),) = short.items()
            kind = KIND_OF_KEY.get(key)
            if kind is None or kind.number == PAGE:
                raise ValueError(f"`{key}` is no kind of block")
            self._write_one(self.root if parent is None else parent, kind, value)

    def _write_one(self, parent: str, kind: BlockKind, value: Any) -> None:
        if kind.text:
            data = _written_text(value) if isinstance(value, dict) else text_data(_str(value))
            children = _list(data.pop("children", []))
            self.write(children, self.add(parent, kind, data)["block_id"])
        elif kind.number in {CALLOUT, QUOTE_CONTAINER}:
            self.write(_list(value), self.add(parent, kind, {})["block_id"])
        elif kind.number == TABLE:
            self._write_table(parent, [_list(row) for row in _list(value)])
        elif kind.number == GRID:
            self._write_grid(parent, [_list(column) for column in _list(value)])
        elif isinstance(value, dict):
            self.add(parent, kind, value)
        else:
            raise ValueError(f"the value of `{kind.key}` must be a mapping")

    def _write_table(self, parent: str, rows: list[list[Any]]) -> None:
        if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
            raise ValueError("a table needs rows of equal length")
        table = self.add(parent, KINDS[TABLE], table_data(len(rows), len(rows[0])))
        for text in (text for row in rows for text in row):
            self.write([{"text": text}], self.add_cell(table)["block_id"])

    def _write_grid(self, parent: str, columns: list[list[Any]]) -> None:
        if len(columns) not in GRID_COLUMNS:
            raise ValueError("a grid has 2 to 10 columns")
        grid = self.add(parent, KINDS[GRID], {"column_size": len(columns)})
        for column in columns:
            self.write(column, self.add_column(grid)["block_id"])

    # ---- tables and grids

    def fill(self, parent: Block) -> None:
        """Put an empty text into a container, as the new ones have it."""
        self.add(parent["block_id"], KINDS[PARAGRAPH], text_data(""))

    def add_cell(self, table: Block, index: int = -1) -> Block:
        """Make a cell of a table, which names its cells in its data as well; it is empty."""
        cell = self.add(table["block_id"], KINDS[TABLE_CELL], {}, index)
        table["table"]["cells"] = list(table["children"])
        return cell

    def add_column(self, grid: Block, index: int = -1) -> Block:
        """Make a column of a grid; it is empty."""
        return self.add(grid["block_id"], KINDS[GRID_COLUMN], {}, index)


def text_data(text: str) -> dict[str, Any]:
    """Return the data of a text-like block that holds `text` in the plainest style."""
    run = {"text_run": {"content": text, "text_element_style": dict(PLAIN_STYLE)}}
    return {"elements": [run], "style": {"align": 1}}


def table_data(rows: int, columns: int) -> dict[str, Any]:
    """Return the data of a table without its cells."""
    spans = [{"row_span": 1, "col_span": 1} for _ in range(rows * columns)]
    sizes = {"row_size": rows, "column_size": columns, "column_width": [100] * columns}
    return {"cells": [], "property": {**sizes, "merge_info": spans}}


def _written_text(value: dict[str, Any]) -> dict[str, Any]:
    """Return text data that somebody wrote as the API has it; refuse what could not be shown."""
    for element in _list(value.get("elements", [])):
        if not isinstance(element, dict) or [type(inner) for inner in element.values()] != [dict]:
            raise ValueError("an element is one mapping with one key, and a mapping there")
    return dict(value)


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("the value must be text")  # noqa: TRY004 (what is wrong is the value given, to the caller)
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("the value must be a list")  # noqa: TRY004 (as above)
    return value
