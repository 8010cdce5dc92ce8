"""Markdown as blocks: CommonMark with to-dos, `~~strike~~` and mentions (`@ou_…`, `@name@example.com`).

What an announcement cannot hold is a fault, told with its line; nothing is dropped silently. The counterpart is
`reconciler.model.markdown`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from itertools import groupby, islice, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from reconciler.config.wording import closest, listed
from reconciler.errors import Severity, Text, text
from reconciler.model.announcement import (
    LANGUAGES,
    MAX_DEPTH,
    MENTIONS_PER_BLOCK,
    PLAIN_TEXT,
    UNITS_PER_BLOCK,
    Block,
    BlockKind,
    Span,
    Style,
    is_link,
    tidy,
    units,
)

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.rules_inline.state_inline import Delimiter
    from markdown_it.token import Token
    from markdown_it.tree import SyntaxTreeNode

_MENTION: Final = re.compile(r"@(ou_[0-9A-Za-z]+|[\w.%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)", re.ASCII)
_IN_BRACKETS: Final = re.compile(rf"<{_MENTION.pattern}>", re.ASCII)
_BOX: Final = re.compile(r"\[([ xX])\](?:\s+|$)")
_STYLES: Final = {"strong": "bold", "em": "italic", "s": "strike"}

MAX_LINES: Final = 10_000
MAX_MARKS: Final = 20_000
"""Brackets, asterisks and the like. Limits of our own: the work of the parser grows with their square, and no
announcement that people read comes near."""
_MARK: Final = re.compile(r"[\[\]*_~`<&@|]")
_MAX_NESTING: Final = 2 * MAX_DEPTH + 4
"""Levels of the parser: two a list, one more list to tell that it is too deep, a quotation in it, and its text."""

_OTHER_NAMES: Final = {
    "": PLAIN_TEXT, "text": PLAIN_TEXT, "txt": PLAIN_TEXT, "plain": PLAIN_TEXT, "c++": "cpp", "c#": "csharp",
    "cs": "csharp", "js": "javascript", "ts": "typescript", "py": "python", "rb": "ruby", "rs": "rust", "sh": "shell",
    "zsh": "shell", "console": "shell", "yml": "yaml", "md": "markdown", "golang": "go", "kt": "kotlin",
    "objc": "objective-c", "tex": "latex", "ps1": "powershell", "proto": "protobuf", "docker": "dockerfile",
    "make": "makefile", "patch": "diff", "jsonc": "json",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that an announcement cannot hold or, as a warning, is hardly meant; `line` is counted from 1."""

    line: int
    summary: Text
    detail: Text
    hint: Text
    severity: Severity = Severity.ERROR


def parse_markdown(source: str) -> tuple[tuple[Block, ...], tuple[Fault, ...]]:
    """Return what a text says as far as it can be said, and everything that cannot."""
    from markdown_it.tree import SyntaxTreeNode

    if excess := _excess(source):
        return (), (excess,)
    tokens = _parser().parse(source)
    for token in tokens:
        # The tree is built by recursion.
        if token.children and max(child.level for child in token.children) > _MAX_NESTING:
            return (), (_nested(token.map[0] + 1 if token.map else 1),)
    reader = _Reader()
    root = SyntaxTreeNode(tokens)
    return tuple(reader.blocks(root.children, depth=0)), tuple(reader.faults)


def revise_markdown(written: str, wanted: str) -> str:
    """Return a text that says what `wanted` says, its parts as in `written` where they say the same.

    Args:
        written: Markdown as people wrote it.
        wanted: Markdown in its one form.
    """
    blocks, _ = parse_markdown(wanted)
    if any(fault.severity is Severity.ERROR for fault in parse_markdown(written)[1]):
        return wanted
    old, new = list(_parts(written)), list(_parts(wanted))
    matcher = SequenceMatcher(None, [part.said for part in old], [part.said for part in new], autojunk=False)
    kept = {
        match.b + number: match.a + number
        for match in matcher.get_matching_blocks()
        for number in range(match.size)
    }
    lines: list[str] = []
    for place, part in enumerate(new):
        known, before = kept.get(place), kept.get(place - 1)
        is_next = known is not None and before is not None and known == before + 1
        gap = old[known].gap if known is not None and is_next else ("",)
        lines += [*(gap if place else ()), *(part if known is None else old[known]).lines]
    revised = "\n".join((*lines, "")) if lines else ""
    # What refers to something elsewhere in the text may not be read without it.
    return revised if parse_markdown(revised)[0] == blocks else wanted


class _Part(NamedTuple):
    """A part at the top of a text, a list as a whole."""

    said: tuple[Block, ...]
    gap: tuple[str, ...]
    """The lines before it, from the end of the part before."""
    lines: tuple[str, ...]


def _parts(source: str) -> Iterator[_Part]:
    from markdown_it.tree import SyntaxTreeNode

    lines, reader, place = source.split("\n"), _Reader(), 0
    for node in SyntaxTreeNode(_parser().parse(source)).children:
        assert node.map, "what stands at the top has lines"
        first, end = node.map
        while not lines[end - 1].strip():
            end -= 1
        yield _Part(tuple(reader.blocks([node], depth=0)), tuple(lines[place:first]), tuple(lines[first:end]))
        place = end


def _excess(source: str) -> Fault | None:
    """Return the fault of a text that takes too long to parse."""
    if source.count("\n") + source.count("\r") - source.count("\r\n") >= MAX_LINES:
        return Fault(
            MAX_LINES + 1,
            text("Announcement too long"),
            text("An announcement may have {limit} lines.", limit=MAX_LINES),
            text("Link to a document that holds the rest."),
        )
    marks = list(islice(_MARK.finditer(source), MAX_MARKS + 1))
    if len(marks) <= MAX_MARKS:
        return None
    return Fault(
        source.count("\n", 0, marks[-1].start()) + 1,
        text("Announcement too long"),
        text("An announcement may have {limit} marks such as brackets and asterisks.", limit=MAX_MARKS),
        text("Link to a document that holds the rest."),
    )


def _nested(line: int) -> Fault:
    return Fault(
        line,
        text("Marks nested too deeply"),
        text("Emphasis and links can stand in each other up to {limit} times.", limit=_MAX_NESTING),
        text("Write fewer levels."),
    )


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # 0.1 s that a fleet without announcements does not need

    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable(["strikethrough", "table"])
    # Links are kept as they are written: the platform encodes them in its own way, and `_Reader` judges them.
    parser.normalizeLink = str  # type: ignore[assignment,method-assign]
    parser.validateLink = bool  # type: ignore[assignment,method-assign]
    parser.inline.ruler.before("autolink", "mention", _read_mention)
    parser.inline.ruler2.before("fragments_join", "unread", _find_unread_emphasis)
    parser.core.ruler.after("block", "todo", _find_todos)
    return parser


def _read_mention(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  the library calls it so
    found = _mention_at(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("mention", "", 0).content = found[1]
    state.pos += len(found.group())
    return True


def _mention_at(source: str, place: int) -> re.Match[str] | None:
    """Return a mention that begins here; not within a word, for that may be an e-mail address."""
    if source[place] == "<":
        return _IN_BRACKETS.match(source, place)
    if source[place] != "@" or (place and (source[place - 1].isalnum() or source[place - 1] in "_.%+-")):
        return None
    return _MENTION.match(source, place)


@dataclass(frozen=True, slots=True)
class _Run:
    """Asterisks that stand together and were taken for text."""

    first: int
    last: int
    opens: bool
    closes: bool
    thwarted: bool
    """Whether it would open or close but for a mark such as `：`, which counts as punctuation."""


def _find_unread_emphasis(state: StateInline) -> None:
    """Put a token before asterisks that are text only because of full-width punctuation: `**注意：**请看`."""
    levels = [state.delimiters, *(meta["delimiters"] for meta in state.tokens_meta if meta)]
    runs = (list(_runs_of_text(level, state.tokens)) for level in levels)
    places = [
        before.first
        for level in runs
        for before, after in pairwise(level)
        if before.opens and after.closes and (before.thwarted or after.thwarted)
    ]
    for place in sorted(places, reverse=True):
        state.tokens.insert(place, _token_like(state.tokens[place]))


def _token_like(neighbour: Token) -> Token:
    from markdown_it.token import Token

    return Token("unread_emphasis", "", 0, level=neighbour.level)


def _runs_of_text(delimiters: Sequence[Delimiter], tokens: Sequence[Token]) -> Iterator[_Run]:
    asterisks = [each for each in delimiters if chr(each.marker) == "*"]
    # Marks of one run follow each other.
    for _, run in groupby(enumerate(asterisks), key=lambda numbered: numbered[1].token - numbered[0]):
        marks = [each for _, each in run]
        first, last = marks[0].token, marks[-1].token
        if any(token.type != "text" or token.content != "*" for token in tokens[first : last + 1]):
            continue
        mark = marks[0]
        opens = mark.open or _is_wide_punctuation(_character(tokens, last + 1, 0))
        closes = mark.close or _is_wide_punctuation(_character(tokens, first - 1, -1))
        yield _Run(first, last, opens, closes, thwarted=not (mark.open and mark.close) and opens and closes)


def _character(tokens: Sequence[Token], place: int, end: int) -> str:
    """Return the first or last character of a text; empty where there is none."""
    return tokens[place].content[end:][:1] if 0 <= place < len(tokens) and tokens[place].content else ""


def _is_wide_punctuation(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character).startswith(("P", "S"))


def can_mention(name: str) -> bool:
    """Tell whether `@` and `name` are a mention of that very name."""
    return name == name.lower() and _MENTION.fullmatch(f"@{name}") is not None


def _find_todos(state: StateCore) -> None:
    """Take the boxes of to-dos out of their texts, before these are read."""
    lists: list[str] = []
    for place, token in enumerate(state.tokens):
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            lists.append(token.type)
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            lists.pop()
        elif token.type == "inline" and lists[-1:] == ["bullet_list_open"]:
            item, box = state.tokens[place - 2], _BOX.match(token.content)
            if box and item.type == "list_item_open":
                item.meta["done"] = box[1] != " "
                token.content = token.content[box.end() :]


@dataclass
class _Reader:
    """Turns the syntax tree of one document into blocks."""

    faults: list[Fault] = field(default_factory=list)
    _line: int = 1

    def blocks(self, nodes: Sequence[SyntaxTreeNode], depth: int) -> Iterator[Block]:
        for node in nodes:
            self._line = node.map[0] + 1 if node.map else self._line
            yield from self._block(node, depth)

    def _block(self, node: SyntaxTreeNode, depth: int) -> Iterator[Block]:
        match node.type:
            case "paragraph":
                yield from self._text("text", node)
            case "heading":
                yield from self._text(cast("BlockKind", f"heading{node.tag[1]}"), node)
            case "bullet_list" | "ordered_list":
                yield from self._list(node, depth)
            case "blockquote":
                yield from self._quotation(node)
            case "fence" | "code_block":
                yield self._code(node)
            case "hr":
                yield Block(kind="divider")
            case "table":
                self._refuse(
                    text("Table in an announcement"),
                    text("Tables cannot be written to announcements from Markdown."),
                    text("Write a list, or link to a document that holds the table."),
                )
            case _:
                self._refuse_html()

    def _text(self, kind: BlockKind, node: SyntaxTreeNode) -> Iterator[Block]:
        spans = self._spans(node)
        # Without a text there is nothing to write, except for a heading.
        if spans or kind not in {"text", "quote"}:
            yield Block(kind=kind, spans=spans)

    def _list(self, node: SyntaxTreeNode, depth: int) -> Iterator[Block]:
        if depth == MAX_DEPTH:
            self._refuse(
                text("Lists nested too deeply"),
                text("A list can stand in a list up to {limit} times.", limit=MAX_DEPTH),
                text("Write fewer levels."),
            )
            return
        start = node.attrs.get("start", 1)
        if start != 1:
            self._refuse(
                text("Numbering cannot be set"),
                text("The list begins with {start}; the platform counts from 1 in every list.", start=start),
                text("Begin with `1.`."),
            )
        kind: BlockKind = "ordered" if node.type == "ordered_list" else "bullet"
        for item in node.children:
            yield self._item(kind, item, depth)

    def _item(self, kind: BlockKind, item: SyntaxTreeNode, depth: int) -> Block:
        done = item.meta.get("done")
        own, below = item.children[:1], item.children[1:]
        if own and own[0].type != "paragraph":
            own, below = [], item.children
        self._line = own[0].map[0] + 1 if own and own[0].map else self._line
        return Block(
            kind=kind if done is None else "todo",
            spans=self._spans(own[0]) if own else (),
            done=bool(done),
            children=tuple(self.blocks(below, depth + 1)),
        )

    def _quotation(self, node: SyntaxTreeNode) -> Iterator[Block]:
        for child in node.children:
            self._line = child.map[0] + 1 if child.map else self._line
            if child.type == "paragraph":
                yield from self._text("quote", child)
            else:
                self._refuse(
                    text("More than text in a quotation"),
                    text("A quotation in an announcement holds paragraphs and nothing else."),
                    text("Take the list, heading, code or inner quotation out of the quotation."),
                )

    def _code(self, node: SyntaxTreeNode) -> Block:
        written = node.info.strip().split(" ")[0] if node.type == "fence" else ""
        language = _OTHER_NAMES.get(written.lower(), written.lower())
        if language not in LANGUAGES:
            suggestion = closest(language, LANGUAGES)
            self._refuse(
                text("Unknown language"),
                text("The platform knows no language `{language}` for code.", language=written),
                text("Did you mean `{language}`?", language=suggestion)
                if suggestion
                else text("Known languages: {languages}.", languages=listed(LANGUAGES)),
            )
            language = PLAIN_TEXT
        code = node.content.removesuffix("\n")
        self._check_size(code, 0)
        return Block(kind="code", spans=tidy([Span(text=code)]) or (), language=language)

    # ---- texts

    def _spans(self, node: SyntaxTreeNode) -> tuple[Span, ...]:
        first = self._line
        spans = tuple(self._inline(node.children[0].children, {})) if node.children else ()
        self._line = first
        told = tidy(spans)
        if told is None:
            self._refuse(
                text("Characters cannot be written"),
                text("The text holds a control character."),
                text("Remove it."),
            )
            return ()
        self._check_size("".join(span.text for span in told), sum(1 for span in told if span.person))
        return told

    def _inline(self, nodes: Sequence[SyntaxTreeNode], style: dict[str, object]) -> Iterator[Span]:
        for node in nodes:
            match node.type:
                case "text":
                    yield Span(text=node.content, style=Style.model_validate(style))
                case "softbreak" | "hardbreak":
                    self._line += 1
                    yield Span(text="\n", style=Style.model_validate(style))
                case "code_inline":
                    yield Span(text=node.content, style=Style.model_validate({**style, "code": True}))
                case "unread_emphasis":
                    self._warn_of_emphasis()
                case "mention":
                    yield self._mention(node.content, style)
                case "strong" | "em" | "s":
                    yield from self._inline(node.children, {**style, _STYLES[node.type]: True})
                case "link":
                    yield from self._link(node, style)
                case "image":
                    self._refuse(
                        text("Image in an announcement"),
                        text("Images cannot be written to announcements yet."),
                        text("Write a link to the image: `[text](https://…)`."),
                    )
                case _:
                    self._refuse_html()

    def _mention(self, person: str, style: dict[str, object]) -> Span:
        if "link" in style:
            self._refuse(
                text("Person within a link"),
                text("A mention of a person cannot be part of a link."),
                text("Take it out of the link, or write `\\@`."),
            )
        name = person if person.startswith("ou_") else person.lower()
        marks = {mark: is_on for mark, is_on in style.items() if mark != "link"}
        return Span(person=name, style=Style.model_validate(marks))

    def _link(self, node: SyntaxTreeNode, style: dict[str, object]) -> Iterator[Span]:
        target = str(node.attrs.get("href", ""))
        if not is_link(target):
            self._refuse(
                text("Invalid link"),
                text("A link in an announcement has to be a whole address."),
                text("Write one such as `https://example.com`."),
            )
            return
        if "title" in node.attrs:
            self._refuse(
                text("Title of a link"),
                text("Links in announcements have no titles."),
                text("Remove what stands in quotes behind the address."),
            )
        yield from self._inline(node.children, {**style, "link": target})

    # ---- faults

    def _check_size(self, told: str, mentions: int) -> None:
        size = units(told)
        if size > UNITS_PER_BLOCK:
            self._refuse(
                text("Paragraph too long"),
                text(
                    "The paragraph has {size} characters; the platform takes {limit} in one.",
                    size=size,
                    limit=UNITS_PER_BLOCK,
                ),
                text("Divide it with an empty line."),
            )
        if mentions > MENTIONS_PER_BLOCK:
            self._refuse(
                text("Too many people in a paragraph"),
                text(
                    "The paragraph mentions {count} people; the platform takes {limit} in one.",
                    count=mentions,
                    limit=MENTIONS_PER_BLOCK,
                ),
                text("Divide it with an empty line."),
            )

    def _warn_of_emphasis(self) -> None:
        self.faults.append(
            Fault(
                self._line,
                text("Asterisks stay in the text"),
                text("Beside a mark such as `：` CommonMark takes them for text, not for bold or italic."),
                text("Put a space outside of them, as in `**注意：** 请看`, or write `\\*` for an asterisk."),
                Severity.WARNING,
            )
        )

    def _refuse_html(self) -> None:
        self._refuse(
            text("HTML in an announcement"),
            text("HTML cannot be written to announcements, comments included."),
            text("Remove it, or write `\\<` for a character as it is."),
        )

    def _refuse(self, summary: Text, detail: Text, hint: Text) -> None:
        self.faults.append(Fault(self._line, summary, detail, hint))
