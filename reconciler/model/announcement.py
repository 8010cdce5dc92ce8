"""The announcement facet: the document of a group, as far as Markdown can say it.

Desired and live are both a list of blocks, so that they can be compared whatever form they were written in. A
live block that Markdown cannot say (a table, a picture, coloured text …) says nothing: `said` tells `None`.

Source: announcements.openapi.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, Literal, TypeAlias, get_args

from reconciler.model.base import Frozen

BLOCKS_PER_CREATE: Final = 50
UPDATES_PER_CALL: Final = 200
MENTIONS_PER_REQUEST: Final = 200
MENTIONS_PER_BLOCK: Final = 100
UNITS_PER_BLOCK: Final = 100_000
"""UTF-16 code units. Source: announcements.openapi.yaml, `info.x-limits`."""
MAX_DEPTH: Final = 10
"""Of lists within lists; a limit of our own, for the platform does not state its one (1770005)."""

BlockKind: TypeAlias = Literal[
    "text",
    "heading1",
    "heading2",
    "heading3",
    "heading4",
    "heading5",
    "heading6",
    "bullet",
    "ordered",
    "code",
    "quote",
    "todo",
    "divider",
]
"""The blocks that Markdown can say, by the platform's names."""

SAYABLE: Final[frozenset[str]] = frozenset(get_args(BlockKind))
LIST_ITEMS: Final[frozenset[str]] = frozenset({"bullet", "ordered", "todo"})
"""The blocks whose children Markdown can say."""
PLAIN_TEXT: Final = "plaintext"

LANGUAGES: Final = (
    "plaintext", "abap", "ada", "apache", "apex", "assembly", "bash", "csharp", "cpp", "c", "cobol", "css",
    "coffeescript", "d", "dart", "delphi", "django", "dockerfile", "erlang", "fortran", "foxpro", "go", "groovy",
    "html", "htmlbars", "http", "haskell", "json", "java", "javascript", "julia", "kotlin", "latex", "lisp", "logo",
    "lua", "matlab", "makefile", "markdown", "nginx", "objective-c", "openedgeabl", "php", "perl", "postscript",
    "powershell", "prolog", "protobuf", "python", "r", "rpg", "ruby", "rust", "sas", "scss", "sql", "scala", "scheme",
    "scratch", "shell", "swift", "thrift", "typescript", "vbscript", "visual-basic", "xml", "yaml", "cmake", "diff",
    "gherkin", "graphql", "glsl", "properties", "solidity", "toml",
)  # fmt: skip
"""Languages of code in the order of the platform's numbers, which begin with 1; called as Markdown calls them.
Source: announcements.openapi.yaml, `TextStyle.language`."""

# Controls, halves of surrogate pairs and noncharacters: Markdown has no way to write them.
_UNSAYABLE: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINK: Final = re.compile(r"(?!(?i:javascript|vbscript|file|data):)[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f<>]+")


class Style(Frozen):
    """How a piece of text looks, and where it leads."""

    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    link: str = ""


PLAIN: Final = Style()


class Span(Frozen):
    """A piece of text of one style, or a mention of a person (then `text` is empty)."""

    text: str = ""
    person: str = ""
    """Open id; in a configuration that was not looked up yet perhaps an e-mail address."""
    style: Style = PLAIN


class Block(Frozen):
    """One block of a document, with what stands below it."""

    kind: BlockKind
    spans: tuple[Span, ...] = ()
    """Neighbours differ in style; none is empty. A line break is a line feed."""
    done: bool = False
    """Of a to-do."""
    language: str = ""
    """Of code: one of `LANGUAGES`."""
    children: tuple[Block, ...] = ()
    """Only of list items."""

    @property
    def text(self) -> str:
        """The text without its style."""
        return "".join(span.text or f"@{span.person}" for span in self.spans)


class Announcement(Frozen):
    """The announcement that a configuration asks for; without blocks it is to be empty."""

    blocks: tuple[Block, ...]
    replace_all: bool = False
    """Whether live blocks that Markdown cannot say are replaced as well."""

    @property
    def people(self) -> frozenset[str]:
        """Everybody who is mentioned."""
        return frozenset(
            span.person for block in all_blocks(self.blocks) for span in block.spans if span.person
        )


class LiveBlock(Frozen):
    """A block of the platform."""

    id: str
    kind: str
    """The platform's name of its type."""
    own: Block | None = None
    """What it says without its children; `None` when Markdown cannot say it."""
    text: str = ""
    """Its plain text, for people, when Markdown cannot say it."""
    children: tuple[LiveBlock, ...] = ()


class LiveAnnouncement(Frozen):
    """The announcement of a group as the platform shows it."""

    type: Literal["docx", "doc"] = "docx"
    """`doc` is the old kind, which no call can replace."""
    revision: int = 1
    blocks: tuple[LiveBlock, ...] = ()
    text: str = ""
    """The lines of the old kind."""


def with_ids(blocks: Iterable[Block], ids: Mapping[str, str]) -> tuple[Block, ...]:
    """Return blocks that mention people by the open ids in `ids`; who has an empty one is named as plain text."""
    return tuple(
        block.model_copy(
            update={
                "spans": tidy(_with_id(span, ids) for span in block.spans) or (),
                "children": with_ids(block.children, ids),
            }
        )
        for block in blocks
    )


def _with_id(span: Span, ids: Mapping[str, str]) -> Span:
    if not span.person or span.person not in ids:
        return span
    person = ids[span.person]
    return Span(text="" if person else f"@{span.person}", person=person, style=span.style)


def all_blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks with all that stand below them, parents first."""
    for block in blocks:
        yield block
        yield from all_blocks(block.children)


def said(live: LiveBlock) -> tuple[Block, ...] | None:
    """Return what a live block says in Markdown, `None` when Markdown cannot say it.

    An empty paragraph says nothing, a quotation of several paragraphs several blocks.
    """
    if live.kind == "quote_container":
        return _quoted(live)
    below = said_all(live.children)
    if live.own is None or below is None:
        return None
    if live.kind in {"text", "quote"} and not live.own.spans and not live.children:
        return ()
    if below and not _can_hold(live.own, below):
        return None
    return (live.own.model_copy(update={"children": below}) if below else live.own,)


def said_all(blocks: Iterable[LiveBlock]) -> tuple[Block, ...] | None:
    """Return what live blocks say together, `None` when Markdown cannot say one of them."""
    told: list[Block] = []
    for each in map(said, blocks):
        if each is None:
            return None
        told += each
    return tuple(told)


def _quoted(container: LiveBlock) -> tuple[Block, ...] | None:
    inner = said_all(container.children)
    if inner is None or any(block.kind != "text" for block in inner):
        return None
    return tuple(block.model_copy(update={"kind": "quote"}) for block in inner)


def _can_hold(item: Block, below: Sequence[Block]) -> bool:
    """Tell whether Markdown can say children: of list items only.

    In an item without text of its own the first paragraph would be taken for it, and only a list is certain not to be.
    """
    if item.kind not in LIST_ITEMS:
        return False
    return bool(item.spans) or item.kind == "todo" or below[0].kind in LIST_ITEMS


def tidy(spans: Iterable[Span]) -> tuple[Span, ...] | None:
    """Return spans in their one form: joined where the style is the same, none of them empty.

    `None` when Markdown cannot say one of them.
    """
    told = [each for each in spans if each.text or each.person]
    if not all(map(_is_sayable, told)):
        return None
    return tuple(
        joined
        for (_, person, style), run in groupby(enumerate(told), key=_mergeable)
        for joined in [Span(text="".join(each.text for _, each in run), person=person, style=style)]
    )


def _mergeable(placed: tuple[int, Span]) -> tuple[int, str, Style]:
    """Return what neighbours have in common that are one; mentions stand alone."""
    place, span = placed
    return (place if span.person else -1), span.person, span.style


def _is_sayable(span: Span) -> bool:
    style = span.style
    if style.link and not is_link(style.link):
        return False
    if span.person:
        return not style.link and not style.code
    return not _UNSAYABLE.search(span.text) and not (style.code and "\n" in span.text)


def is_link(target: str) -> bool:
    """Tell whether Markdown and the platform can both lead to `target`: an absolute address."""
    return _LINK.fullmatch(target) is not None


def units(text: str) -> int:
    """Return the length of a text as the platform counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def plain_lines(blocks: Iterable[Block]) -> list[str]:
    """Return what a document says without any form, line by line."""
    lines = (line.strip() for block in all_blocks(blocks) for line in block.text.splitlines())
    return [line for line in lines if line]
