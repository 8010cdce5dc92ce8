"""Rules of announcements.openapi.yaml, type docx: tables and grids, which batch updates change."""

from __future__ import annotations

import pytest

from tests.support.announcements import CHAT, CHILDREN, UPDATE, blocks, content_of, group, of_type, update
from tests.support.rows import shows_error, shows_rule


@pytest.fixture
def api(make):
    """Our bot in a group whose announcement has a table and a grid."""
    return make(
        groups=group(
            "blocks: [{table: [[A, B, C], [D, E, F], [G, H, I]]}, {grid: [[{text: X}], [{text: Y}]]}]"
        )
    )


def change(api, name, number=31, **value):
    return update(api, {"block_id": of_type(api, number)["block_id"], name: value})


def cells(api):
    """Return the texts of the table's cells, row by row."""
    table = of_type(api, 31)["table"]
    by_id = {block["block_id"]: block for block in blocks(api)}
    found = [content_of(by_id[by_id[cell]["children"][0]]) for cell in table["cells"]]
    columns = table["property"]["column_size"]
    assert len(found) == columns * table["property"]["row_size"]
    return [
        "".join(text or "." for text in found[start : start + columns])
        for start in range(0, len(found), columns)
    ]


def spans(api):
    """Return row and column span of every cell that spans more than itself, by its number."""
    merged = enumerate(of_type(api, 31)["table"]["property"]["merge_info"])
    return {number: tuple(span.values()) for number, span in merged if set(span.values()) != {1}}


def merge(api, row, row_end, column, column_end):
    return change(
        api,
        "merge_table_cells",
        row_start_index=row,
        row_end_index=row_end,
        column_start_index=column,
        column_end_index=column_end,
    )


class TestRowsAndColumns:
    @pytest.mark.parametrize(
        ("index", "rows"),
        [(0, "... ABC DEF GHI"), (1, "ABC ... DEF GHI"), (3, "ABC DEF GHI ..."), (-1, "ABC DEF GHI ...")],
    )
    def test_insert_row(self, api, index, rows):
        assert change(api, "insert_table_row", row_index=index).code == 0
        assert cells(api) == rows.split()

    @pytest.mark.parametrize(
        ("index", "rows"),
        [(0, ".ABC .DEF .GHI"), (2, "AB.C DE.F GH.I"), (3, "ABC. DEF. GHI."), (-1, "ABC. DEF. GHI.")],
    )
    def test_insert_column(self, api, index, rows):
        assert change(api, "insert_table_column", column_index=index).code == 0
        assert cells(api) == rows.split()
        assert of_type(api, 31)["table"]["property"]["column_width"] == [100] * 4

    @pytest.mark.parametrize(("start", "end", "rows"), [(0, 1, "DEF GHI"), (1, 3, "ABC")])
    def test_delete_rows(self, api, start, end, rows):
        assert change(api, "delete_table_rows", row_start_index=start, row_end_index=end).code == 0
        assert cells(api) == rows.split()

    @pytest.mark.parametrize(("start", "end", "rows"), [(0, 1, "BC EF HI"), (1, 3, "A D G")])
    def test_delete_columns(self, api, start, end, rows):
        assert change(api, "delete_table_columns", column_start_index=start, column_end_index=end).code == 0
        assert cells(api) == rows.split()

    @shows_rule(UPDATE, "the last row or column of a table cannot be deleted")
    @shows_error(UPDATE, 1770024, 1770026, 1770027)
    @pytest.mark.parametrize(
        ("name", "value", "code"),
        [
            ("insert_table_row", {"row_index": 4}, 1770026),
            ("insert_table_row", {"row_index": -2}, 99992402),
            ("insert_table_row", {}, 99992402),
            ("insert_table_column", {"column_index": 4}, 1770027),
            ("delete_table_rows", {"row_start_index": 0, "row_end_index": 3}, 1770024),
            ("delete_table_rows", {"row_start_index": 2, "row_end_index": 4}, 1770026),
            ("delete_table_rows", {"row_start_index": 1, "row_end_index": 1}, 1770001),
            ("delete_table_columns", {"column_start_index": 0, "column_end_index": 3}, 1770024),
            ("delete_table_columns", {"column_start_index": 2, "column_end_index": 4}, 1770027),
            ("delete_table_columns", {"column_start_index": 2, "column_end_index": 1}, 1770001),
            ("unmerge_table_cells", {"row_index": 3, "column_index": 0}, 1770026),
            ("unmerge_table_cells", {"row_index": 0, "column_index": 3}, 1770027),
            ("update_table_property", {"column_width": 60, "column_index": 3}, 1770027),
            ("update_table_property", {"column_width": 60}, 1770001),
            ("update_table_property", {"column_index": 0}, 1770001),
            ("update_table_property", {"column_width": 49, "column_index": 0}, 99992402),
        ],
    )
    def test_refusals_change_nothing(self, api, name, value, code):
        before = of_type(api, 31)

        assert change(api, name, **value).code == code
        assert of_type(api, 31) == before

    @shows_error(UPDATE, 1770010, 1770011)
    @pytest.mark.parametrize(
        ("rows", "columns", "name", "code"),
        [
            (1, 99, "insert_table_column", 0),
            (1, 100, "insert_table_column", 1770010),
            (19, 100, "insert_table_row", 0),
            (20, 100, "insert_table_row", 1770011),
            (40, 50, "insert_table_column", 1770011),
        ],
    )
    def test_size(self, api, rows, columns, name, code):
        api.emulator.acts.write_announcement(CHAT, "Kate", blocks=[{"table": [[""] * columns] * rows}])
        index = {"insert_table_row": "row_index", "insert_table_column": "column_index"}[name]

        assert change(api, name, **{index: -1}).code == code

    def test_properties(self, api):
        wanted = {"column_width": 60, "column_index": 1, "header_row": True, "header_column": False}

        change(api, "update_table_property", **wanted)

        found = of_type(api, 31)["table"]["property"]
        assert found["column_width"] == [100, 60, 100]
        assert (found["header_row"], found["header_column"]) == (True, False)

    def test_properties_left_out_stay(self, api):
        change(api, "update_table_property", header_row=True)

        found = of_type(api, 31)["table"]["property"]
        assert found["column_width"] == [100, 100, 100]
        assert (found["header_row"], "header_column" in found) == (True, False)


class TestMerging:
    def test_merge_and_unmerge(self, api):
        merge(api, 0, 2, 1, 3)
        merged = spans(api)
        change(api, "unmerge_table_cells", row_index=2, column_index=2)
        still = spans(api)
        change(api, "unmerge_table_cells", row_index=1, column_index=2)

        assert merged == still == {1: (2, 2)}
        assert spans(api) == {}

    @shows_error(UPDATE, 1770001, 1770024, 1770026, 1770027)
    @pytest.mark.parametrize(
        ("place", "code", "found"),
        [
            ((0, 1, 0, 1), 0, {0: (2, 2)}),
            ((0, 2, 0, 2), 0, {0: (2, 2)}),
            ((2, 3, 0, 3), 0, {0: (2, 2), 6: (1, 3)}),
            ((0, 3, 2, 3), 0, {0: (2, 2), 2: (3, 1)}),
            ((1, 3, 0, 1), 1770024, {0: (2, 2)}),
            ((0, 3, 0, 3), 1770024, {0: (2, 2)}),
            ((2, 4, 0, 1), 1770026, {0: (2, 2)}),
            ((2, 3, 2, 4), 1770027, {0: (2, 2)}),
            ((2, 2, 0, 1), 1770001, {0: (2, 2)}),
        ],
    )
    def test_range_is_wholly_inside_or_outside_what_is_merged(self, api, place, code, found):
        merge(api, 0, 2, 0, 2)

        assert merge(api, *place).code == code
        assert spans(api) == found

    @pytest.mark.parametrize(
        ("name", "value", "found"),
        [
            ("insert_table_row", {"row_index": 0}, {7: (2, 2)}),
            ("insert_table_row", {"row_index": 2}, {4: (3, 2)}),
            ("insert_table_row", {"row_index": 3}, {4: (2, 2)}),
            ("insert_table_column", {"column_index": 1}, {6: (2, 2)}),
            ("insert_table_column", {"column_index": 2}, {5: (2, 3)}),
            ("insert_table_column", {"column_index": 3}, {5: (2, 2)}),
            ("delete_table_rows", {"row_start_index": 0, "row_end_index": 1}, {1: (2, 2)}),
            ("delete_table_rows", {"row_start_index": 0, "row_end_index": 2}, {1: (1, 2)}),
            ("delete_table_rows", {"row_start_index": 2, "row_end_index": 3}, {4: (1, 2)}),
            ("delete_table_rows", {"row_start_index": 1, "row_end_index": 3}, {}),
            ("delete_table_columns", {"column_start_index": 0, "column_end_index": 1}, {2: (2, 2)}),
            ("delete_table_columns", {"column_start_index": 1, "column_end_index": 2}, {3: (2, 1)}),
        ],
    )
    def test_merged_cells_move_with_rows_and_columns(self, api, name, value, found):
        merge(api, 1, 3, 1, 3)

        assert change(api, name, **value).code == 0
        assert spans(api) == found


class TestGrids:
    def columns(self, api):
        grid = of_type(api, 24)
        assert grid["grid"]["column_size"] == len(grid["children"])
        inside = [api.call(CHILDREN, CHAT, block_id=column).data["items"] for column in grid["children"]]
        return "".join(content_of(found[0]) or "." for found in inside)

    @pytest.mark.parametrize(("index", "found"), [(1, "X.Y"), (2, "XY."), (-1, "XY.")])
    def test_insert_counts_from_one(self, api, index, found):
        assert change(api, "insert_grid_column", 24, column_index=index).code == 0
        assert self.columns(api) == found

    @pytest.mark.parametrize(("index", "found"), [(0, ".Y"), (1, "XY"), (-1, "X.")])
    def test_delete_counts_from_zero(self, api, index, found):
        change(api, "insert_grid_column", 24, column_index=1)

        assert change(api, "delete_grid_column", 24, column_index=index).code == 0
        assert self.columns(api) == found

    @shows_rule(UPDATE, "Grids keep 2 to 10 columns")
    @shows_error(UPDATE, 1770012, 1770024, 1770027, 1770001)
    @pytest.mark.parametrize(
        ("columns", "name", "value", "code"),
        [
            (9, "insert_grid_column", {"column_index": -1}, 0),
            (10, "insert_grid_column", {"column_index": -1}, 1770012),
            (2, "insert_grid_column", {"column_index": 0}, 1770001),
            (2, "insert_grid_column", {"column_index": 3}, 1770027),
            (3, "delete_grid_column", {"column_index": -1}, 0),
            (2, "delete_grid_column", {"column_index": -1}, 1770024),
            (3, "delete_grid_column", {"column_index": 3}, 1770027),
            (2, "update_grid_column_width_ratio", {"width_ratios": [50]}, 1770001),
            (2, "update_grid_column_width_ratio", {"width_ratios": []}, 99992402),
        ],
    )
    def test_size(self, api, columns, name, value, code):
        api.emulator.acts.write_announcement(CHAT, "Kate", blocks=[{"grid": [[{"text": "A"}]] * columns}])

        assert change(api, name, 24, **value).code == code

    def test_width_ratios_go_to_the_columns(self, api):
        change(api, "update_grid_column_width_ratio", 24, width_ratios=[30, 70])

        assert [block["grid_column"] for block in blocks(api) if block["block_type"] == 25] == [
            {"width_ratio": 30},
            {"width_ratio": 70},
        ]
