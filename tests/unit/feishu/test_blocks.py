"""Blocks as the platform sends and takes them. Source: announcements.openapi.yaml."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.feishu.blocks import WireBlock, block_body, legacy_text, live_blocks, update_body
from reconciler.model.announcement import LANGUAGES, MAX_DEPTH, Block, LiveBlock, Span, Style
from tests.support.contract import load_contract

ROOT = "oc_1"


def _wire(block_id: str, number: int, key: str, data: Any, *children: str) -> WireBlock:
    return WireBlock.model_validate(
        {"block_id": block_id, "block_type": number, key: data, "children": list(children)}
    )


def _run(content: str, **style: Any) -> dict[str, Any]:
    return {"text_run": {"content": content, "text_element_style": style}}


def _read(*blocks: WireBlock) -> tuple[LiveBlock, ...]:
    """Return what the document says whose root holds all given blocks that no other one holds."""
    below = {child for block in blocks for child in block.children}
    top = [block.block_id for block in blocks if block.block_id not in below]
    return live_blocks([_wire(ROOT, 1, "page", {}, *top), *blocks], ROOT)


def _own(number: int, key: str, data: Any) -> Block | None:
    [block] = _read(_wire("b", number, key, data))
    return block.own


class TestReading:
    def test_text_with_its_styles(self):
        elements = [
            _run("a", bold=True),
            _run("b", italic=False, strikethrough=True, comment_ids=["c"]),
            _run("c", inline_code=True, link={"url": "https%3A%2F%2Fa.b%2Fc%3Fd%3D1"}),
            {"mention_user": {"user_id": "ou_1"}},
        ]

        assert _own(2, "text", {"elements": elements, "style": {"align": 1, "folded": True}}) == Block(
            kind="text",
            spans=(
                Span(text="a", style=Style(bold=True)),
                Span(text="b", style=Style(strike=True)),
                Span(text="c", style=Style(code=True, link="https://a.b/c?d=1")),
                Span(person="ou_1"),
            ),
        )

    def test_neighbours_of_one_style_are_one(self):
        assert _own(2, "text", {"elements": [_run("a"), _run(""), _run("b\r\n")]}) == Block(
            kind="text", spans=(Span(text="ab\n"),)
        )

    @pytest.mark.parametrize(
        ("number", "key", "data", "block"),
        [
            (3, "heading1", {}, Block(kind="heading1")),
            (17, "todo", {"style": {"done": True}}, Block(kind="todo", done=True)),
            (14, "code", {"style": {"language": 49, "wrap": True}}, Block(kind="code", language="python")),
            (14, "code", {}, Block(kind="code", language="plaintext")),
            (22, "divider", {}, Block(kind="divider")),
            (22, "divider", None, Block(kind="divider")),
            (13, "ordered", {"style": {"sequence": "auto"}}, Block(kind="ordered")),
            (13, "ordered", {"style": {"sequence": "1"}}, Block(kind="ordered")),
        ],
    )
    def test_other_kinds(self, number, key, data, block):
        assert _own(number, key, data) == block

    @pytest.mark.parametrize(
        ("number", "key", "data"),
        [
            (2, "text", {"elements": [_run("a", underline=True)]}),
            (2, "text", {"elements": [_run("a", text_color=1)]}),
            (2, "text", {"elements": [_run("a", background_color=1)]}),
            (2, "text", {"elements": [_run("a", link={"url": "javascript%3Ax"})]}),
            (2, "text", {"elements": [_run("a\nb", inline_code=True)]}),
            (2, "text", {"elements": [_run("a\x01")]}),
            (2, "text", {"elements": [{"mention_doc": {"token": "t"}}]}),
            (2, "text", {"elements": [{"equation": {"content": "x"}}]}),
            (2, "text", {"elements": [{}]}),
            (2, "text", {"style": {"align": 2}}),
            (2, "text", {"style": {"background_color": "LightRedBackground"}}),
            (2, "text", {"style": {"indentation_level": "OneLevelIndent"}}),
            (13, "ordered", {"style": {"sequence": "3"}}),
            (14, "code", {"elements": [_run("a", bold=True)]}),
            (14, "code", {"style": {"language": 76}}),
            (9, "heading7", {}),
            (31, "table", {}),
            (27, "image", {"token": "t"}),
            (77, "unheard_of", {}),
        ],
    )
    def test_what_markdown_cannot_say(self, number, key, data):
        assert _own(number, key, data) is None

    def test_text_of_what_markdown_cannot_say_is_told(self):
        elements = [_run("a", underline=True), {"equation": {"content": "x"}}, _run("b")]

        [block] = _read(_wire("b", 2, "text", {"elements": elements}))

        assert block.text == "axb"

    def test_items_count_on_from_the_first(self):
        second = {"elements": [_run("b")], "style": {"sequence": "2"}}

        blocks = _read(_wire("a", 13, "ordered", {}), _wire("b", 13, "ordered", second))

        assert all(block.own for block in blocks)

    def test_list_that_begins_anew_is_not_sayable(self):
        again = {"style": {"sequence": "1"}}

        blocks = _read(_wire("a", 13, "ordered", {}), _wire("b", 13, "ordered", again))

        assert blocks[1].own is None

    def test_children_stand_below(self):
        [block] = _read(_wire("a", 12, "bullet", {}, "b", "lost"), _wire("b", 12, "bullet", {}))

        assert [child.id for child in block.children] == ["b"]

    def test_document_without_its_root_is_empty(self):
        assert live_blocks([_wire("a", 2, "text", {})], ROOT) == ()

    def test_blocks_that_hold_themselves_end_somewhere(self):
        [block] = _read_loop()

        depth = 0
        while block.children:
            [block] = block.children
            depth += 1
        assert depth == MAX_DEPTH
        assert block.own is None


def _read_loop() -> tuple[LiveBlock, ...]:
    return live_blocks([_wire(ROOT, 1, "page", {}, "a"), _wire("a", 12, "bullet", {}, "a")], ROOT)


class TestWriting:
    def test_text_names_only_what_it_has(self):
        block = Block(
            kind="text",
            spans=(Span(text="a"), Span(text="b", style=Style(bold=True, link="https://a.b/c d"))),
        )

        assert block_body(block) == {
            "block_type": 2,
            "text": {
                "elements": [
                    {"text_run": {"content": "a"}},
                    {
                        "text_run": {
                            "content": "b",
                            "text_element_style": {
                                "bold": True,
                                "link": {"url": "https%3A%2F%2Fa.b%2Fc%20d"},
                            },
                        }
                    },
                ]
            },
        }

    def test_empty_text_is_one_empty_element(self):
        assert block_body(Block(kind="bullet"))["bullet"]["elements"] == [{"text_run": {"content": ""}}]

    def test_update_of_a_to_do_sets_whether_it_is_done(self):
        block = Block(kind="todo", spans=(Span(person="ou_1"),))

        assert update_body("b", block) == {
            "block_id": "b",
            "update_text": {
                "elements": [{"mention_user": {"user_id": "ou_1"}}],
                "style": {"done": False},
                "fields": [2],
            },
        }

    def test_update_of_a_text_leaves_the_style_alone(self):
        assert list(update_body("b", Block(kind="text"))) == ["block_id", "update_text_elements"]

    def test_languages_are_those_of_the_contract(self):
        schema = load_contract("announcements")["components"]["schemas"]["TextStyle"]["properties"][
            "language"
        ]

        assert len(LANGUAGES) == len(schema["x-enum-names"])
        assert block_body(Block(kind="code", language="toml"))["code"]["style"] == {"language": 75}


class TestLegacy:
    def test_lines_of_title_and_body(self):
        def paragraph(*texts: str) -> dict[str, Any]:
            return {"elements": [{"type": "textRun", "textRun": {"text": text}} for text in texts]}

        content = {
            "title": paragraph("Title"),
            "body": {
                "blocks": [
                    {"paragraph": paragraph("a", "b")},
                    {"type": "image"},
                    {"paragraph": paragraph("")},
                ]
            },
        }

        assert legacy_text(json.dumps(content)) == "Title\nab\n"

    @pytest.mark.parametrize(
        "content", ["", "{}", "[]", '{"body": {"blocks": 5}}', '{"title": {"elements": [3]}}']
    )
    def test_document_without_text_is_empty(self, content):
        assert legacy_text(content) == ""

    @pytest.mark.parametrize("content", ["{", "no json"])
    def test_what_is_no_document_is_not_empty(self, content):
        assert legacy_text(content) is None
