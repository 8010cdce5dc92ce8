"""Documents for the laws of announcements: strategies, and a pure interpreter of their operations.

The interpreter is strict by the rules of the contract: whatever the platform would refuse, and an update of a block
that is not there, raises `ContractBroken`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, product

from hypothesis import strategies as st

from reconciler.model.announcement import (
    LANGUAGES,
    LIST_ITEMS,
    Block,
    LiveAnnouncement,
    LiveBlock,
    Span,
    Style,
    said,
    tidy,
)
from reconciler.plan.operations import BlockRef, CreateBlocks, DeleteBlocks, Operation, UpdateBlocks
from tests.support.fake_platform import require

# ------------------------------------------------------------------ desired documents

_ALPHABET = (
    *"ab1 *_~`[]()<>!&#@|-+=.:\\\n\t;",
    *"注：「”\u3000\u00a0😀",
    *("ou_", "**", "&#10;", "a@b.co", "@ou_x", "- ", "1. ", "](", "https://", "  \n", "\n\n", "[ ] ", "```"),
)
texts = st.lists(st.sampled_from(_ALPHABET), min_size=1, max_size=5).map("".join)
# One draw from a table is many times faster than one draw per field.
_LINKS = ("", "", "https://a.b/c", "https://x.y/(z)?a&amp;b_\\", "mailto:a@b.co")
_switch = (False, True)
styles = st.sampled_from(
    [
        Style(bold=bold, italic=italic, strike=strike, code=code, link=link)
        for bold, italic, strike, code, link in product(_switch, _switch, _switch, _switch, _LINKS)
    ]
)
people = st.sampled_from(
    [
        Span(person=person, style=Style(bold=bold, italic=italic))
        for person, bold, italic in product(("ou_x", "ou_Yz1"), _switch, _switch)
    ]
)


@st.composite
def span_rows(draw: st.DrawFn, *, least: int = 0) -> tuple[Span, ...]:
    spans = tidy(
        draw(st.lists(st.builds(Span, text=texts, style=styles) | people, min_size=least, max_size=3))
    )
    # Code of several lines is what Markdown cannot say.
    return spans if spans is not None else (Span(text="a"),)


def paragraph(content: str) -> Block:
    """Return a paragraph of plain text."""
    return Block(kind="text", spans=(Span(text=content),))


def _code(content: str, language: str) -> Block:
    return Block(kind="code", spans=tidy([Span(text=content)]) or (), language=language)


_code_texts = st.lists(st.sampled_from(("a", "`", "~~~", " ", "\n", "\t", "-", "```")), max_size=6).map(
    "".join
)
leaves = st.one_of(
    st.builds(Block, kind=st.sampled_from(("text", "quote")), spans=span_rows(least=1)),
    st.builds(
        Block,
        kind=st.sampled_from(("heading1", "heading3", "heading6", "bullet", "ordered")),
        spans=span_rows(),
    ),
    st.builds(Block, kind=st.just("todo"), spans=span_rows(), done=st.booleans()),
    st.builds(_code, _code_texts, st.sampled_from(LANGUAGES)),
    st.just(Block(kind="divider")),
)


def _holds(item: Block, below: Sequence[Block]) -> bool:
    """Tell whether Markdown can say an item with what stands below it."""
    return bool(item.spans) or item.kind == "todo" or below[0].kind in LIST_ITEMS


@st.composite
def _items(draw: st.DrawFn, inner: st.SearchStrategy[Block]) -> Block:
    item = draw(
        st.builds(Block, kind=st.sampled_from(("bullet", "ordered")), spans=span_rows())
        | st.builds(Block, kind=st.just("todo"), spans=span_rows(), done=st.booleans())
    )
    below = tuple(draw(st.lists(inner, min_size=1, max_size=2)))
    return item.model_copy(update={"children": below}) if _holds(item, below) else item


documents = st.lists(leaves | _items(leaves | _items(leaves)), max_size=4).map(tuple)

# ------------------------------------------------------------------ live documents

_few = st.sampled_from(("a", "b", "c"))
small_leaves = st.one_of(
    st.builds(paragraph, _few),
    st.builds(lambda text: Block(kind="heading1", spans=(Span(text=text),)), _few),
    st.builds(
        lambda text, done: Block(kind="todo", spans=(Span(text=text),), done=done), _few, st.booleans()
    ),
    st.just(Block(kind="divider")),
    st.builds(lambda text: Block(kind="quote", spans=(Span(text=text),)), _few),
)


@st.composite
def _small_items(draw: st.DrawFn, inner: st.SearchStrategy[Block]) -> Block:
    below = tuple(draw(st.lists(inner, max_size=3)))
    return Block(kind="bullet", spans=(Span(text=draw(_few)),), children=below)


small_documents = st.lists(st.recursive(small_leaves, _small_items, max_leaves=4), max_size=5).map(tuple)
"""With few texts, so that desired and live have much in common."""

_TABLE = LiveBlock(id="", kind="table")
_COLOURED = LiveBlock(id="", kind="text", text="red")
_EMPTY = LiveBlock(id="", kind="text", own=Block(kind="text"))
_QUOTATION = LiveBlock(
    id="",
    kind="quote_container",
    children=tuple(
        LiveBlock(id="", kind="text", own=Block(kind="text", spans=(Span(text=text),))) for text in "ab"
    ),
)


def live_of(block: Block) -> LiveBlock:
    """Return a block as the platform shows it, without an id."""
    own = block.model_copy(update={"children": ()})
    return LiveBlock(id="", kind=block.kind, own=own, children=tuple(map(live_of, block.children)))


def numbered(blocks: Iterable[LiveBlock], numbers: Iterator[int] | None = None) -> tuple[LiveBlock, ...]:
    """Return live blocks with ids of their own."""
    ids = numbers or count()
    return tuple(
        block.model_copy(update={"id": f"old-{next(ids)}", "children": numbered(block.children, ids)})
        for block in blocks
    )


@st.composite
def live_documents(draw: st.DrawFn, *, foreign: bool = True) -> LiveAnnouncement:
    others = (_TABLE, _COLOURED, _EMPTY, _QUOTATION) if foreign else (_EMPTY, _QUOTATION)
    blocks = [live_of(block) for block in draw(small_documents)]
    for place in sorted(draw(st.lists(st.integers(0, len(blocks)), max_size=2)), reverse=True):
        blocks.insert(place, draw(st.sampled_from(others)))
    return LiveAnnouncement(revision=7, blocks=numbered(blocks))


# ------------------------------------------------------------------ operations on documents


@dataclass
class _Node:
    id: str
    live: LiveBlock
    children: list[_Node] = field(default_factory=list)


class FakeDocument:
    """One document of type docx."""

    def __init__(self, live: LiveAnnouncement) -> None:
        self._root = _Node("", LiveBlock(id="", kind="page"), [_node(block) for block in live.blocks])
        self._made: dict[int, list[_Node]] = {}
        self._numbers = count(1)
        self._revision = live.revision
        self.least = self._size()
        """The fewest blocks that it ever had."""

    def read(self) -> LiveAnnouncement:
        return LiveAnnouncement(
            revision=self._revision, blocks=tuple(_live(node) for node in self._root.children)
        )

    def perform(self, operations: Iterable[Operation]) -> LiveAnnouncement:
        for operation in operations:
            self._perform(operation)
            self._revision += 1
            self.least = min(self.least, self._size())
        return self.read()

    def _size(self) -> int:
        return len(self._root.children)

    def _perform(self, operation: Operation) -> None:
        match operation:
            case UpdateBlocks():
                require(0 < len(operation.updates) <= 200, 1770001, "1 to 200 updates")
                ids = [update.id for update in operation.updates]
                require(len(set(ids)) == len(ids), 1770019, "a block twice")
                for update in operation.updates:
                    self._update(update.id, update.block)
            case CreateBlocks():
                self._create(operation)
            case DeleteBlocks():
                siblings = self._parent(operation.parent).children
                require(operation.start < operation.end <= len(siblings), 1770001, "range of children")
                del siblings[operation.start : operation.end]
            case _:
                raise AssertionError(operation)

    def _update(self, block_id: str, wanted: Block) -> None:
        node = next((each for each in _all(self._root) if each.id == block_id), None)
        assert node, "1770002: unknown block"
        require(node.live.kind == wanted.kind, 1770025, "no update changes the type")
        require(not wanted.children, 1770006, "no update changes children")
        require(node.live.own != wanted, 0, "an update that changes nothing")
        node.live = node.live.model_copy(update={"own": wanted})

    def _create(self, operation: CreateBlocks) -> None:
        require(0 < len(operation.blocks) <= 50, 1770001, "1 to 50 blocks")
        require(not any(block.children for block in operation.blocks), 1770006, "no nested blocks")
        parent = self._parent(operation.parent)
        require(
            parent.live.kind in {"page", "bullet", "ordered", "todo", "text"}, 1770028, "no children here"
        )
        require(0 <= operation.index <= len(parent.children), 1770001, "index")
        made = [_Node(f"new-{next(self._numbers)}", live_of(block)) for block in operation.blocks]
        require(operation.number not in self._made, 0, "a number twice")
        self._made[operation.number] = made
        parent.children[operation.index : operation.index] = made

    def _parent(self, ref: BlockRef) -> _Node:
        if ref.made is not None:
            number, place = ref.made
            return self._made[number][place]
        return next(node for node in _all(self._root) if node.id == ref.id)


def _node(live: LiveBlock) -> _Node:
    return _Node(live.id, live, [_node(child) for child in live.children])


def _live(node: _Node) -> LiveBlock:
    return node.live.model_copy(
        update={"id": node.id, "children": tuple(_live(child) for child in node.children)}
    )


def _all(node: _Node) -> Iterator[_Node]:
    yield node
    for child in node.children:
        yield from _all(child)


# ------------------------------------------------------------------ the fewest calls


def fewest_calls(live: Sequence[LiveBlock], desired: Sequence[Block]) -> int:
    """Return the calls of the best of all ways, found by looking at every one; of documents without children.

    A way is told by which live block stays as which desired one, in their order. Texts that differ then take one call,
    and every stretch between what stays one to delete and one to create.
    """
    return min(_calls(way, live, desired) for way in _ways(list(live), list(desired), 0, 0))


def _ways(
    live: list[LiveBlock], desired: list[Block], row: int, column: int
) -> Iterator[list[tuple[int, int]]]:
    yield []
    for first in range(row, len(live)):
        own = live[first].own
        if said(live[first]) == ():
            yield from ([(first, -1), *rest] for rest in _ways(live, desired, first + 1, column))
        for second in range(column, len(desired)):
            if own is not None and own.kind == desired[second].kind:
                yield from ([(first, second), *rest] for rest in _ways(live, desired, first + 1, second + 1))


def _calls(way: list[tuple[int, int]], live: Sequence[LiveBlock], desired: Sequence[Block]) -> int:
    updates = any(second >= 0 and live[first].own != desired[second] for first, second in way)
    calls = int(updates)
    row, column = 0, 0
    for first, second in [*way, (len(live), len(desired))]:
        calls += first > row
        # What says nothing stays between any two desired blocks; those before it may come on either side.
        if second >= 0:
            calls += second > column
            column = second + 1
        row = first + 1
    return calls
