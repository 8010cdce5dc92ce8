"""Tables and grids among the blocks of an announcement: rows, columns, merged cells.

A table keeps its cells row by row, as its children and in `cells`; `property` has the sizes and, cell by cell,
how far each one reaches. Source: announcements.openapi.yaml, UpdateBlockRequest and the x-rules of its operation.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from reconciler.emulator.blocks import GRID_COLUMNS, Block, Tree
from reconciler.emulator.wire import Refusal

MOST_COLUMNS = 100
MOST_CELLS = 2000


class _Region(NamedTuple):
    """Cells that are merged into one."""

    row: int
    column: int
    rows: int
    columns: int

    def inside(self, other: _Region) -> bool:
        return (
            other.row <= self.row
            and other.column <= self.column
            and self.row + self.rows <= other.row + other.rows
            and self.column + self.columns <= other.column + other.columns
        )

    def outside(self, other: _Region) -> bool:
        return (
            self.row >= other.row + other.rows
            or other.row >= self.row + self.rows
            or self.column >= other.column + other.columns
            or other.column >= self.column + self.columns
        )


def require_table_size(rows: int, columns: int) -> None:
    """Refuse more than 100 columns (1770010) or 2000 cells (1770011)."""
    if columns > MOST_COLUMNS:
        raise Refusal(1770010)
    if rows * columns > MOST_CELLS:
        raise Refusal(1770011)


def require_grid_size(columns: int) -> None:
    """Refuse more than 10 columns (1770012) or less than 2 (1770024)."""
    if columns >= GRID_COLUMNS.stop:
        raise Refusal(1770012)
    if columns < GRID_COLUMNS.start:
        raise Refusal(1770024)


class Table:
    """A table in a tree; changes go to the tree at once."""

    def __init__(self, tree: Tree, block: Block) -> None:
        self._tree = tree
        self._block = block
        self._property: dict[str, Any] = block["table"]["property"]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self._property["row_size"])

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return int(self._property["column_size"])

    def set_property(self, name: str, value: Any) -> None:
        """Set `header_row` or `header_column`."""
        self._property[name] = value

    def set_width(self, column: int, width: int) -> None:
        """Set the width of a column in px; refuse one that there is not (1770027)."""
        if column >= self.columns:
            raise Refusal(1770027)
        self._property["column_width"][column] = width

    def insert_row(self, index: int) -> None:
        """Make an empty row; -1 is the last. Refuse a place out of range (1770026) and too many cells."""
        place = self.rows if index == -1 else index
        if place > self.rows:
            raise Refusal(1770026)
        require_table_size(self.rows + 1, self.columns)
        regions = [
            region._replace(row=region.row + 1) if region.row >= place
            else region._replace(rows=region.rows + (place < region.row + region.rows))
            for region in self._regions()
        ]  # fmt: skip
        for column in range(self.columns):
            self._new_cell(place * self.columns + column)
        self._resize(self.rows + 1, self.columns, regions)

    def insert_column(self, index: int) -> None:
        """Make an empty column; -1 is the last. Refuse a place out of range (1770027) and too many of them."""
        place = self.columns if index == -1 else index
        if place > self.columns:
            raise Refusal(1770027)
        require_table_size(self.rows, self.columns + 1)
        regions = [
            region._replace(column=region.column + 1) if region.column >= place
            else region._replace(columns=region.columns + (place < region.column + region.columns))
            for region in self._regions()
        ]  # fmt: skip
        for row in range(self.rows):
            self._new_cell(row * (self.columns + 1) + place)
        self._property["column_width"].insert(place, 100)
        self._resize(self.rows, self.columns + 1, regions)

    def delete_rows(self, start: int, end: int) -> None:
        """Delete rows; refuse those that there are not (1770026) and all of them (1770024)."""
        _require_some(start, end, self.rows, 1770026)
        regions = []
        for region in self._regions():
            row, rows = _without(region.row, region.rows, start, end)
            regions.append(region._replace(row=row, rows=rows))
        self._remove_cells(lambda row, _column: start <= row < end)
        self._resize(self.rows - (end - start), self.columns, regions)

    def delete_columns(self, start: int, end: int) -> None:
        """Delete columns; refuse those that there are not (1770027) and all of them (1770024)."""
        _require_some(start, end, self.columns, 1770027)
        regions = []
        for region in self._regions():
            column, columns = _without(region.column, region.columns, start, end)
            regions.append(region._replace(column=column, columns=columns))
        self._remove_cells(lambda _row, column: start <= column < end)
        del self._property["column_width"][start:end]
        self._resize(self.rows, self.columns - (end - start), regions)

    def merge(self, row: int, row_end: int, column: int, column_end: int) -> None:
        """Merge cells; refuse a range that is partly in a region merged before (1770024)."""
        _require_range(row, row_end, self.rows, 1770026)
        _require_range(column, column_end, self.columns, 1770027)
        wanted, regions = _Region(row, column, row_end - row, column_end - column), self._regions()
        if any(wanted.inside(region) for region in regions):
            return
        if not all(wanted.outside(region) for region in regions):
            raise Refusal(1770024)
        self._set_regions([*regions, wanted])

    def unmerge(self, row: int, column: int) -> None:
        """Take apart the region that a cell is in, if there is one."""
        if row >= self.rows:
            raise Refusal(1770026)
        if column >= self.columns:
            raise Refusal(1770027)
        cell = _Region(row, column, 1, 1)
        self._set_regions([region for region in self._regions() if not cell.inside(region)])

    def _new_cell(self, index: int) -> None:
        self._tree.fill(self._tree.add_cell(self._block, index))

    def _remove_cells(self, gone: Any) -> None:
        columns = self.columns
        for number, cell in enumerate(list(self._block["children"])):
            if gone(*divmod(number, columns)):
                self._tree.remove(cell)
        self._block["table"]["cells"] = list(self._block["children"])

    def _resize(self, rows: int, columns: int, regions: list[_Region]) -> None:
        self._property |= {"row_size": rows, "column_size": columns}
        self._set_regions(regions)

    def _regions(self) -> list[_Region]:
        spans = enumerate(self._property["merge_info"])
        cells = [
            (*divmod(number, self.columns), span["row_span"], span["col_span"]) for number, span in spans
        ]
        return [_Region(*cell) for cell in cells if cell[2] * cell[3] > 1]

    def _set_regions(self, regions: list[_Region]) -> None:
        spans = [{"row_span": 1, "col_span": 1} for _ in range(self.rows * self.columns)]
        for region in regions:
            if region.rows and region.columns:
                span = spans[region.row * self.columns + region.column]
                span |= {"row_span": region.rows, "col_span": region.columns}
        self._property["merge_info"] = spans


def insert_grid_column(tree: Tree, grid: Block, after: int) -> None:
    """Make an empty column behind the column `after`, counted from 1; -1 is the last."""
    size = len(grid["children"])
    if after == 0:
        raise Refusal(1770001)
    if after > size:
        raise Refusal(1770027)
    require_grid_size(size + 1)
    tree.fill(tree.add_column(grid, after))
    grid["grid"]["column_size"] = size + 1


def delete_grid_column(tree: Tree, grid: Block, index: int) -> None:
    """Delete a column, counted from 0; -1 is the last."""
    size = len(grid["children"])
    if index >= size:
        raise Refusal(1770027)
    require_grid_size(size - 1)
    tree.remove(grid["children"][index])
    grid["grid"]["column_size"] = size - 1


def set_grid_ratios(tree: Tree, grid: Block, ratios: list[int]) -> None:
    """Set the share of every column in percent; refuse another number of shares than columns."""
    columns = tree.children(grid["block_id"])
    if len(ratios) != len(columns):
        raise Refusal(1770001)
    for column, ratio in zip(columns, ratios, strict=True):
        column["grid_column"]["width_ratio"] = ratio


def _require_range(start: int, end: int, size: int, code: int) -> None:
    if end <= start:
        raise Refusal(1770001)
    if end > size:
        raise Refusal(code)


def _require_some(start: int, end: int, size: int, code: int) -> None:
    _require_range(start, end, size, code)
    if end - start == size:
        raise Refusal(1770024)


def _without(first: int, length: int, start: int, end: int) -> tuple[int, int]:
    """Return where a stretch begins and how long it is once `start` to `end` is cut out."""
    lost = max(0, min(first + length, end) - max(first, start))
    return first - max(0, min(first, end) - start), length - lost
