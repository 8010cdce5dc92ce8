"""What Markdown says as blocks, and what an announcement cannot hold."""

from __future__ import annotations

import pytest

from reconciler.config.markdown import parse_markdown, revise_markdown
from reconciler.errors import Severity
from reconciler.model.announcement import MAX_DEPTH, Block, Span, Style
from reconciler.model.markdown import markdown_of


def _blocks(source: str) -> tuple[Block, ...]:
    blocks, faults = parse_markdown(source)
    assert not faults
    return blocks


def _spans(source: str) -> tuple[Span, ...]:
    [block] = _blocks(source)
    return block.spans


def _faults(source: str) -> list[tuple[int, str]]:
    return [(fault.line, str(fault.summary)) for fault in parse_markdown(source)[1]]


def _text(kind: str, text: str, **fields: object) -> Block:
    return Block.model_validate({"kind": kind, "spans": (Span(text=text),), **fields})


class TestBlocks:
    @pytest.mark.parametrize(
        ("source", "block"),
        [
            ("a", _text("text", "a")),
            ("# a", _text("heading1", "a")),
            ("###### a", _text("heading6", "a")),
            ("a\n===", _text("heading1", "a")),
            ("- a", _text("bullet", "a")),
            ("* a", _text("bullet", "a")),
            ("1) a", _text("ordered", "a")),
            ("> a", _text("quote", "a")),
            ("- [ ] a", _text("todo", "a")),
            ("- [X] a", _text("todo", "a", done=True)),
            ("- [ ]", Block(kind="todo")),
            ("-", Block(kind="bullet")),
            ("#", Block(kind="heading1")),
            ("***", Block(kind="divider")),
            ("```\na\n```", _text("code", "a", language="plaintext")),
            ("    a", _text("code", "a", language="plaintext")),
            ("```Python title\na\n```", _text("code", "a", language="python")),
            ("~~~c#\na\n\n~~~", _text("code", "a\n", language="csharp")),
        ],
    )
    def test_every_kind(self, source, block):
        assert _blocks(source) == (block,)

    def test_more_in_an_item_stands_below_it(self):
        [item] = _blocks("- a\n\n  b\n\n  > c\n  - d\n")

        assert [child.kind for child in item.children] == ["text", "quote", "bullet"]

    def test_item_that_begins_with_a_list_has_no_text(self):
        assert _blocks("-\n  - a") == (Block(kind="bullet", children=(_text("bullet", "a"),)),)

    def test_box_in_an_ordered_list_is_text(self):
        assert _blocks("1. [ ] a") == (_text("ordered", "[ ] a"),)

    def test_box_in_a_later_paragraph_is_text(self):
        [item] = _blocks("- a\n\n  [ ] b")

        assert item.children == (_text("text", "[ ] b"),)

    def test_paragraphs_of_a_quotation_are_blocks_of_their_own(self):
        assert _blocks("> a\n>\n> b") == (_text("quote", "a"), _text("quote", "b"))

    def test_nothing_is_nothing(self):
        assert _blocks(" \n\n") == ()


class TestTexts:
    @pytest.mark.parametrize(
        ("source", "style"),
        [
            ("**a**", Style(bold=True)),
            ("*a*", Style(italic=True)),
            ("~~a~~", Style(strike=True)),
            ("`a`", Style(code=True)),
            ("[a](https://b)", Style(link="https://b")),
            ("[a](mailto:b@c.de)", Style(link="mailto:b@c.de")),
            ("[a](<https://b/(c)>)", Style(link="https://b/(c)")),
            ("[a][b]\n\n[b]: https://c", Style(link="https://c")),
            ("**[`a`](https://b)**", Style(bold=True, code=True, link="https://b")),
        ],
    )
    def test_every_style(self, source, style):
        assert _spans(source) == (Span(text="a", style=style),)

    def test_link_is_kept_as_it_is_written(self):
        [span] = _spans("[a](https://例子.cn/路径?a=%20&b={x})")

        assert span.style.link == "https://例子.cn/路径?a=%20&b={x}"

    @pytest.mark.parametrize("source", ["a\nb", "a\\\nb", "a  \nb"])
    def test_line_break_stays_one(self, source):
        assert _spans(source) == (Span(text="a\nb"),)

    @pytest.mark.parametrize("source", ["@ou_x1", "<@ou_x1>"])
    def test_person_by_open_id(self, source):
        assert _spans(source) == (Span(person="ou_x1"),)

    def test_person_by_email_in_small_letters_and_without_the_full_stop(self):
        assert _spans("ask @Li.Lei@Example.com.") == (
            Span(text="ask "),
            Span(person="li.lei@example.com"),
            Span(text="."),
        )

    @pytest.mark.parametrize(
        "source", ["li.lei@example.com", "\\@ou_x", "`@ou_x`", "@lilei", "a@ou_x", "@all"]
    )
    def test_what_is_no_person(self, source):
        assert not any(span.person for span in _spans(source))

    def test_person_can_be_bold(self):
        assert _spans("**@ou_x**") == (Span(person="ou_x", style=Style(bold=True)),)


class TestFaults:
    @pytest.mark.parametrize(
        ("source", "faults"),
        [
            ("a\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", [(3, "Table in an announcement")]),
            ("a\n\nb\n![c](d.png)", [(4, "Image in an announcement")]),
            ("<div>a</div>", [(1, "HTML in an announcement")]),
            ("a\n<!-- b -->", [(2, "HTML in an announcement")]),
            ("a <b>c", [(1, "HTML in an announcement")]),
            ("2. a", [(1, "Numbering cannot be set")]),
            ("> # a", [(1, "More than text in a quotation")]),
            ("> a\n>\n> - b", [(3, "More than text in a quotation")]),
            ("```pythonic\na\n```", [(1, "Unknown language")]),
            ("```nonsense\na\n```", [(1, "Unknown language")]),
            ("[a](./b.md)", [(1, "Invalid link")]),
            ("[a]()", [(1, "Invalid link")]),
            ("[a](javascript:b)", [(1, "Invalid link")]),
            ('[a](https://b "c")', [(1, "Title of a link")]),
            ("[@ou_x](https://b)", [(1, "Person within a link")]),
            ("- a\n- b\n\n  " + "x" * 200_000, [(4, "Paragraph too long")]),
            ("x" * 200_000, [(1, "Paragraph too long")]),
            ("```\n" + "x" * 200_000, [(1, "Paragraph too long")]),
            ("@ou_x " * 101, [(1, "Too many people in a paragraph")]),
            ("a\x01b", [(1, "Characters cannot be written")]),
            ("- " * (MAX_DEPTH + 1) + "a", [(1, "Lists nested too deeply")]),
        ],
    )
    def test_what_an_announcement_cannot_hold_is_told_with_its_line(self, source, faults):
        assert _faults(source) == faults

    @pytest.mark.parametrize(
        ("source", "lines"),
        [
            ("**注意：**请看", [1]),
            ("看**「注意」**请", [1]),
            ("a\nb *注意：*请看", [2]),
            ("[**注意：**请看](https://example.com)", [1]),
            ("**`x`：**请看", [1]),
            ("**注意：**请看**再看：**请", [1]),
            ("**注意：** 请看", []),
            ("**注意**：请看", []),
            ("他说：**请看**。", []),
            ("\\*\\*注意：\\*\\*请看", []),
            ("`**注意：**请看`", []),
            ("价格：*含税", []),
            ("2 * 3：* 4", []),
            ("**a.**b", []),
        ],
    )
    def test_asterisks_that_are_text_beside_full_width_punctuation_are_a_warning(self, source, lines):
        faults = parse_markdown(source)[1]

        assert [fault.line for fault in faults] == lines
        assert {fault.severity for fault in faults} <= {Severity.WARNING}

    def test_astral_characters_count_twice(self):
        assert _faults("😀" * 50_001) == [(1, "Paragraph too long")]
        assert _faults("😀" * 50_000) == []

    def test_unknown_language_has_a_suggestion(self):
        [fault] = parse_markdown("```pythonic\n```")[1]

        assert "`python`" in fault.hint

    @pytest.mark.timeout(10)
    @pytest.mark.parametrize(
        "bomb",
        ["[" * 9_000, "*a_" * 20_000, ">" * 30_000, "- " * 20_000, "`" * 30_000, "<" * 30_000, "![" * 4_000],
    )
    def test_hostile_text_takes_no_long_time(self, bomb):
        parse_markdown(bomb)


class TestRevising:
    def test_parts_that_stay_keep_their_form_and_their_distance(self):
        text = "# Rota\nHello *you*\n\n\n* a\n\nBye\n"

        assert revise_markdown(text, "# Rota\n\nHello _you_\n\n- a\n\nSee you\n") == (
            "# Rota\nHello *you*\n\n\n* a\n\nSee you\n"
        )
        assert revise_markdown(text, "# Rota\n\nNew\n\n- a\n\nBye\n") == "# Rota\n\nNew\n\n* a\n\nBye\n"

    def test_nothing_left_to_say_leaves_an_empty_text(self):
        assert revise_markdown("# Rota\n", "") == ""

    def test_text_that_refers_to_what_is_gone_is_written_anew(self):
        source = "See the *[page][1]*.\n\nBye\n\n[1]: https://example.com\n"
        wanted = markdown_of(parse_markdown(source)[0]).replace("Bye", "Hello")

        assert revise_markdown(source, wanted) == "See the [_page_](https://example.com).\n\nHello\n"

    def test_wrong_text_is_written_anew(self):
        assert revise_markdown("| a |\n|---|\n\n*b*", "_b_\n") == "_b_\n"
