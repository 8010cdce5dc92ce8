from __future__ import annotations

import json
import re
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reconciler.render.safe import markdown_code, safe, safe_block, safe_html, safe_markdown

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\x1b]0;title", r"a\u001b]0;title"),
        ("a\u202eb", r"a\u202eb"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x9b31m", r"\u009b31m"),
        ("\x7f", r"\u007f"),
        ("\u2028", r"\u2028"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\udb40\udc41"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
    ],
)
def test_what_a_terminal_would_obey_becomes_a_visible_escape(hostile: str, shown: str):
    assert safe(hostile) == shown


@pytest.mark.parametrize("character", [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))] + list(BIDI))
def test_no_control_or_bidi_character_passes(character: str):
    assert safe(character).isascii()
    assert safe(character).isprintable()


@pytest.mark.parametrize(
    "text", ["支付值班", "🚨", "ｱﾊﾟﾄ", "👩‍👩‍👧", "[ops] :warning:", "e\u0301", "a\\b", "🇨🇳", "❤️"]
)
def test_ordinary_text_stays_as_it_is(text: str):
    assert safe(text) == text


def test_escaping_twice_changes_nothing_more():
    once = safe("a\x1b\u202e\n\\")

    assert safe(once) == once


def test_block_keeps_its_line_breaks_and_nothing_else():
    assert safe_block("a\nb\x1b\r\x0b\u2029") == "a\nb\\u001b\\r\\u000b\\u2029"


def test_json_strings_mean_the_same_after_escaping():
    hostile = "".join(chr(code) for code in range(0x3000) if unicodedata.category(chr(code)) in {"Cc", "Cf"})
    hostile += "\U000e0041"

    assert json.loads(safe(json.dumps(hostile, ensure_ascii=False))) == hostile


MARKDOWN_ATTACKS = [
    "@all", "@octocat", "a@example.com", "#12", "!3", "~bug", "$1", "%2", "&4", "owner/repo#1", "GH-1@x",
    "http://evil.example", "https://evil.example/?a=b", "www.evil.example", "ftp://x", "mailto:a@b.co", "javascript:alert(1)",
    "[a](https://evil.example)", "![a](https://evil.example/x.png)", "[a]: https://evil.example", "<https://evil.example>",
    "[^1]", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!-- a", "</details></td></table>", "&lt;b&gt;", "&#60;b>",
    "a | b", "| a | b |\n|---|---|", "`a`", "```\na\n```", "~~~", "*a*", "**a**", "_a_", "__a__", "~~a~~", "a\\", "\\*a\\*",
    "a\nb", "a\r\n\r\n# b", "a  \nb", "# a", "## a", "> a", "- a", "+ a", "* a", "1. a", "12) a", "-", "+", "=", "===", "---", "***",
    "    code", "\tcode", "/close", "/assign @me", "/label ~bug", ":tada:", ":a:b:", "$x$", "$$x$$", "\\(x\\)", "{{x}}", "{% x %}",
    "- [ ] a", "<details>", "a<br>b", "&nbsp;", "\u202eevil", "a\u200bb", "\x1b[31m", "[[wiki]]", "[TOC]", "a ~ b", "支付 | 值班",
]  # fmt: skip
"""Names that a group, a tab or a person may have."""

HTML_ATTACKS = [
    "<script>alert(1)</script>", "</td></table><script>", "<img src=x onerror=alert(1)>", '" onmouseover="alert(1)', "' onclick='x",
    "&lt;script&gt;", "&#x3c;b&#x3e;", "<!--", "-->", "]]>", "<svg/onload=alert(1)>", "javascript:alert(1)", "a\nb", "\x00<b>", "\u202e",
    "\u2028", "`${x}`", "{{x}}", "<b", "&", "&amp", "a=b", "支付 <值班>",
]  # fmt: skip


class _Reader(HTMLParser):
    """What a browser would take from a page: its texts, and everything else."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.other: list[str] = []
        self.feed(page)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.other.append(f"{tag} {attrs}")

    def handle_comment(self, data: str) -> None:
        if data.strip():
            self.other.append(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        self.other.append(f"declaration {decl}")


def _page(markdown: str) -> _Reader:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return _Reader(parser.render(markdown))


class TestMarkdown:
    @pytest.mark.parametrize("hostile", MARKDOWN_ATTACKS)
    def test_text_on_a_line_of_its_own_is_shown_as_it_is(self, hostile):
        page = _page(safe_markdown(hostile))

        assert page.other == ["p []"]
        assert page.text.strip().replace("\u200b", "") == safe(hostile).strip()

    @pytest.mark.parametrize("hostile", MARKDOWN_ATTACKS)
    def test_cell_of_a_table_stays_one_cell(self, hostile):
        page = _page(f"| a | b |\n|---|---|\n| {safe_markdown(hostile)} | end |\n")

        assert [each for each in page.other if each.startswith("td")] == ["td []"] * 2
        assert not {each.split(" ")[0] for each in page.other} - {"table", "thead", "tbody", "tr", "th", "td"}

    @pytest.mark.parametrize("hostile", MARKDOWN_ATTACKS)
    def test_code_holds_nothing_but_its_text(self, hostile):
        page = _page(f"x {markdown_code(hostile)}")

        assert page.other == ["p []", "code []"]
        assert page.text.strip() == f"x {safe(hostile)}".strip()

    @pytest.mark.parametrize(
        "reference",
        ["@all", "#12", "!3", "~bug", "$1", "%2", "&4", "[x:1]", ":tada:", "a@b.co", "http://x.y", "www.x.y"],
    )
    def test_forges_find_nothing_of_theirs(self, reference):
        shown = _page(safe_markdown(f"a {reference} b")).text

        assert reference not in shown
        assert reference in shown.replace("\u200b", "")

    @pytest.mark.parametrize("address", ["a@b.co", "http://x.y", "<ftp://x.y>", "www.x.y", "mailto:a@b.co"])
    def test_no_address_in_code_becomes_a_link(self, address):
        code = markdown_code(f"a {address} b")

        assert not re.search(r"://|www\.|\w(@|&#64;)", code)
        assert _page(code).text.strip() == f"a {address} b"

    def test_command_of_a_forge_does_not_begin_a_line(self):
        assert not safe_markdown("/close").startswith("/")
        assert "\n" not in safe_markdown("a\n/close\r\n/assign @me")

    @pytest.mark.parametrize(
        "ordinary", ["支付值班", "Group 7", "a-b+c=d", "3.5", "l'été", "“Quote”", "🚨", "a (b) c"]
    )
    def test_ordinary_names_stay_as_they_are(self, ordinary):
        assert safe_markdown(ordinary) == ordinary


class TestHtml:
    @pytest.mark.parametrize("hostile", HTML_ATTACKS)
    def test_text_is_shown_as_it_is(self, hostile):
        page = _Reader(f"<p>{safe_html(hostile)}</p>")

        assert page.other == ["p []"]
        assert page.text == safe(hostile)

    @pytest.mark.parametrize("quote", ["'", '"'])
    @pytest.mark.parametrize("hostile", HTML_ATTACKS)
    def test_attribute_in_quotes_holds_it(self, hostile, quote):
        page = _Reader(f"<p title={quote}{safe_html(hostile)}{quote}>x</p>")

        assert page.other == [f"p {[('title', safe(hostile))]}"]
        assert page.text == "x"


@given(st.text())
def test_no_text_gets_out_of_its_place(hostile):
    told = f"a{hostile}"

    assert _page(f"x {safe_markdown(told)}").other == ["p []"]
    assert _page(f"x {markdown_code(told)}").other == ["p []", "code []"]
    assert _Reader(f"<p title='{safe_html(told)}'>{safe_html(told)}</p>").text == safe(told)
