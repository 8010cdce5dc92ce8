"""YAML files in one form: order of keys, indentation, empty lines, and quotes only where they are needed.

The form is that in which `reconciler.config.written` writes new text. What stays as people wrote it: comments and what
they belong to, lists and maps in brackets as far as they fit on a line, texts of several lines, the order of people,
templates and groups, and single empty lines. A file with aliases keeps the order of its keys, for an anchor has to
stand before them.

A round trip through ruamel.yaml does not do it: it hands the comment in front of a key to the value before, with which
it would move. Its events say where everything stands, and that is what the comments are put to here. In the end the new
text is read: it has to mean the same, with the same comments, or it is not used.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import UnionType
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin

from pydantic import Tag

from reconciler.config.document import build, resolve
from reconciler.config.events import Kind, reference
from reconciler.config.problems import Problems
from reconciler.config.schema import LIST, MAP, TEXT, FileModel
from reconciler.config.tree import Node
from reconciler.config.written import LINE_LENGTH, block_text, flow, key_text

_INDENT: Final = 2
_GAP: Final = 2
"""The fewest blanks before a comment that stands behind something."""
_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")
_COMMENT: Final = re.compile(r"(?:(?<=[ \t\n])|\A)#[^\n]*")
_ANCHOR: Final = re.compile(r"&\S+[ ]+")
_MODELINE: Final = "# yaml-language-server:"
_SECTIONS: Final = ("people", "defaults", "templates", "groups")
_APART: Final = (("groups",), ("templates",))
"""Maps of which the entries stand apart, as the sections of a file do."""


class NotUnderstoodError(Exception):
    """The text holds YAML that is not put in order here."""


def tidy(content: str, model: type[FileModel]) -> str:
    """Return the text of a file in its one form.

    Args:
        content: YAML as `reconciler.config.document` accepts it, without a byte order mark.
        model: What the file holds.

    Raises:
        NotUnderstoodError: The text has to be left as it is.
    """
    found = _LINE_BREAK.search(content)
    plain = _LINE_BREAK.sub("\n", content)
    reader = _Reader(plain)
    root = reader.root()
    if root is None:
        return content
    _Sorter(keeps_order=reader.has_aliases).sort(root, model)
    written = "\n".join([*_spaced(reader.header), *_block(root, 0, ())]) + "\n"
    _require_same(plain, written)
    return written.replace("\n", found.group() if found else "\n")


def _require_same(before: str, after: str) -> None:
    if _meaning(before) != _meaning(after) or _remarks(before) != _remarks(after):
        raise NotUnderstoodError


def _meaning(content: str) -> object:
    return _typed(build(content, "", Problems(), reference()).root)


def _typed(node: Node) -> object:
    """Return a value that equals only what means the same; `1` and `true` do not."""
    match node:
        case dict():
            return {name: _typed(inner) for name, inner in node.items()}
        case list():
            return [_typed(inner) for inner in node]
        case _:
            return type(node).__name__, repr(node)


def _remarks(content: str) -> Counter[str]:
    return Counter(comment.text for comment in _comments(content, list(_events(content))))


# ------------------------------------------------------------------ what stands where


class _Event(NamedTuple):
    kind: Kind
    start: int
    end: int
    line: int
    column: int
    given: Any
    """As ruamel.yaml tells it."""

    @property
    def is_text(self) -> bool:
        """Whether it is a text behind `|` or `>`."""
        return self.kind is Kind.SCALAR and self.given.style in ("|", ">")

    @property
    def closes_block(self) -> bool:
        return self.kind is Kind.END and self.start == self.end


class _Comment(NamedTuple):
    start: int
    line: int
    column: int
    text: str
    is_alone: bool
    """Whether nothing but the comment stands on its line."""
    gap: int
    """Blanks before it."""

    @property
    def beside(self) -> str:
        """The comment as it stands behind something."""
        return " " * max(self.gap, _GAP) + self.text


@dataclass(slots=True)
class _Part:
    """A key with its value, or an item of a list."""

    key: str | None
    """As it is written."""
    name: str
    value: _Node
    lead: list[str] = field(default_factory=list)
    """Comments above it; an empty text is an empty line."""
    tail: list[str] = field(default_factory=list)
    """The comment on its line, if there is one, with the blanks before it: people put comments below one another."""


@dataclass(slots=True)
class _Node:
    kind: Kind
    anchor: str = ""
    lines: list[str] = field(default_factory=list)
    """Of a scalar or alias as it is written; those after the first without indentation."""
    in_brackets: bool = False
    parts: list[_Part] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)
    """Comments below the last part."""


def _events(content: str) -> Iterator[_Event]:
    source = reference()
    for given in source.parse(content):
        kind = source.kind_of[type(given)]
        if kind is Kind.FRAME:
            continue
        start, end = given.start_mark, given.end_mark
        event = _Event(kind, start.index, end.index, start.line, start.column, given)
        yield event._replace(end=_text_end(content, event)) if event.is_text else event


def _text_end(content: str, event: _Event) -> int:
    return event.start + len(block_text(content[event.start : event.end]).rstrip("\n"))


def _comments(content: str, events: list[_Event]) -> Iterator[_Comment]:
    place = line = 0
    for start, end in [*_scalars(events), (len(content), len(content))]:
        for found in _COMMENT.finditer(content, place, start):
            index = found.start()
            line_start = content.rfind("\n", 0, index) + 1
            line = content.count("\n", 0, index)
            before = content[line_start:index]
            gap = len(before) - len(before.rstrip())
            yield _Comment(index, line, index - line_start, found.group().rstrip(), not before.strip(), gap)
        place = end


def _scalars(events: list[_Event]) -> Iterator[tuple[int, int]]:
    """Yield where texts stand: what looks like a comment in them is none."""
    yield from ((event.start, event.end) for event in events if event.kind is Kind.SCALAR)


class _Reader:
    """Makes nodes of a text, each with its comments."""

    def __init__(self, content: str) -> None:
        self._content = content
        self._lines = content.split("\n")
        events = list(_events(content))
        self._comments = deque(_comments(content, events))
        self._blanked = _without_comments(content, self._comments)
        self._events = deque(events)
        self.has_aliases = any(event.kind is Kind.ALIAS for event in events)
        self.header: list[str] = []
        """Comments at the head of the file that belong to no key, and the empty line below them."""

    def root(self) -> _Node | None:
        """Return the map that is the file; `None` when there is nothing in it."""
        if not self._events:
            return None
        begin = self._events.popleft()
        if begin.given.version or begin.given.tags:
            raise NotUnderstoodError
        if self._events[0].kind is not Kind.MAP_START:
            return None
        root = self._node(-1)
        if root.anchor:
            raise NotUnderstoodError
        if not root.parts:
            return None
        self.header, root.parts[0].lead = _divided(root.parts[0].lead)
        return root

    # ---- nodes

    def _node(self, outside: int) -> _Node:
        """Return the next node.

        Args:
            outside: Column of the block around it.
        """
        event = self._events.popleft()
        match event.kind:
            case Kind.ALIAS:
                return _Node(event.kind, lines=[f"*{event.given.anchor}"])
            case Kind.SCALAR:
                return _Node(event.kind, _anchor(event), self._scalar(event))
            case _:
                return self._collection(event, outside)

    def _collection(self, event: _Event, outside: int) -> _Node:
        node = _Node(event.kind, _anchor(event), in_brackets=bool(event.given.flow_style))
        column = outside
        while self._events[0].kind is not Kind.END:
            if not node.in_brackets:
                column = self._column(event.kind)
            part = self._pair(column) if event.kind is Kind.MAP_START else self._item(column)
            node.parts.append(part)
        end = self._events.popleft()
        if node.in_brackets:
            node.foot = self._above(end.start)
        else:
            node.foot = self._foot(column, outside)
        return node

    def _column(self, kind: Kind) -> int:
        """Return the column of the next key, or of the dash of the next item."""
        event = self._events[0]
        if kind is Kind.MAP_START:
            return event.column
        dash = self._blanked.rfind("-", 0, event.start)
        return dash - self._content.rfind("\n", 0, dash) - 1

    def _pair(self, column: int) -> _Part:
        event = self._events.popleft()
        if (
            event.kind is not Kind.SCALAR
            or event.given.anchor
            or "\n" in self._content[event.start : event.end]
        ):
            raise NotUnderstoodError
        lead = self._above(event.start, event.line)
        value = self._events[0]
        tail: list[str] = []
        if value.kind in (Kind.MAP_START, Kind.LIST_START) and not value.given.flow_style:
            tail = self._beside(event, self._first_inside())
        elif value.start < value.end:
            lead += self._above(value.start)
        key = key_text(event.given.value)
        written = event.given.value if not event.given.style else key
        part = _Part(written, event.given.value, self._node(column), lead, tail)
        part.tail += self._behind()
        return part

    def _item(self, column: int) -> _Part:
        event = self._events[0]
        lead = self._above(event.start, event.line)
        part = _Part(None, "", self._node(column), lead)
        part.tail += self._behind()
        return part

    def _scalar(self, event: _Event) -> list[str]:
        raw = self._content[event.start : event.end]
        if event.given.anchor:
            raw = _ANCHOR.sub("", raw, count=1)
        if "\n" in raw:
            return _text_lines(raw) if event.is_text else [line.strip() for line in raw.split("\n")]
        match event.given.style:
            case "'":
                return [flow(event.given.value)]
            case '"':
                bare = flow(event.given.value)
                return [raw if bare.startswith('"') else bare]
            case _:
                return [raw.lower() if isinstance(resolve(raw), bool) else raw]

    # ---- comments

    def _above(self, index: int, line: int | None = None) -> list[str]:
        """Return the comments before a place, and the empty lines among them and above `line`."""
        lead: list[str] = []
        while self._comments and self._comments[0].start < index:
            comment = self._comments.popleft()
            lead += self._gap(comment.line) if comment.is_alone else []
            lead.append(comment.text)
        return lead + self._gap(line) if line is not None else lead

    def _gap(self, line: int) -> list[str]:
        return [""] if line and not self._lines[line - 1].strip() else []

    def _beside(self, event: _Event, limit: int) -> list[str]:
        """Return the comment that stands behind an event on its line, before a place."""
        if not self._comments:
            return []
        comment = self._comments[0]
        line = event.line + self._content.count("\n", event.start, event.end)
        if comment.is_alone or comment.line != line or comment.start >= limit:
            return []
        return [self._comments.popleft().beside]

    def _behind(self) -> list[str]:
        """Return the comment behind the value that was read last."""
        if not self._comments or self._comments[0].is_alone:
            return []
        comment = self._comments[0]
        limit = next((each.start for each in self._events if not each.closes_block), len(self._content))
        line_start = self._content.rfind("\n", 0, comment.start) + 1
        if comment.start < limit and self._blanked[line_start : comment.start].strip(" -"):
            return [self._comments.popleft().beside]
        return []

    def _first_inside(self) -> int:
        """Return where the first key or item of the next block stands."""
        return self._events[1].start

    def _foot(self, column: int, outside: int) -> list[str]:
        """Return the comments below a block that are indented like it, or more."""
        limit = next((each.start for each in self._events if each.kind is not Kind.END), len(self._content))
        foot: list[str] = []
        while self._comments:
            comment = self._comments[0]
            if not comment.is_alone or comment.start >= limit or comment.column < max(column, outside + 1):
                break
            self._comments.popleft()
            foot += [*self._gap(comment.line), comment.text]
        return foot


def _divided(lead: list[str]) -> tuple[list[str], list[str]]:
    """Return the comments that head a file, and those that belong to its first key."""
    lines = lead[1:] if lead[:1] == [""] else lead
    blanks = [place for place, line in enumerate(lines, 1) if not line]
    modelines = [place for place, line in enumerate(lines[:1], 1) if line.startswith(_MODELINE)]
    end = max(blanks or modelines, default=0)
    return lines[:end], lines[end:]


def _without_comments(content: str, comments: deque[_Comment]) -> str:
    parts, place = [], 0
    for comment in comments:
        end = comment.start + len(comment.text)
        parts += [content[place : comment.start], " " * (end - comment.start)]
        place = end
    return "".join([*parts, content[place:]])


def _anchor(event: _Event) -> str:
    return f"&{event.given.anchor}" if event.given.anchor else ""


def _text_lines(raw: str) -> list[str]:
    """Return a text behind `|` or `>` without its indentation.

    Raises:
        NotUnderstoodError: It says how far it is indented, which depends on what is around it.
    """
    head, *lines = raw.split("\n")
    if any(character.isdigit() for character in head.partition("#")[0]):
        raise NotUnderstoodError
    first = next((line for line in lines if line.strip()), "")
    indent = len(first) - len(first.lstrip(" "))
    return [head.rstrip(), *(line[indent:] for line in lines)]


# ------------------------------------------------------------------ order of keys


@dataclass(frozen=True, slots=True)
class _Sorter:
    """Puts keys in the order of the documentation; those that it does not have stay behind, as they are."""

    keeps_order: bool

    def sort(self, node: _Node, shape: Any) -> None:
        """Sort the keys of a node and of all below it.

        Args:
            node: What is sorted.
            shape: What it may hold: a type as the fields of the file's models have it; `None` if that is unknown.
        """
        kind = _plain_type(shape, node)
        is_model = isinstance(kind, type) and issubclass(kind, FileModel)
        fields = (
            {info.alias or name: info.annotation for name, info in kind.model_fields.items()}
            if is_model
            else {}
        )
        inner = get_args(kind)[-1] if get_origin(kind) in (dict, list) else None
        for part in node.parts:
            self.sort(part.value, fields.get(part.name, inner))
        if is_model and not self.keeps_order:
            order = {name: place for place, name in enumerate(kind.key_order())}
            node.parts.sort(key=lambda part: order.get(part.name, len(order)))


def _plain_type(shape: Any, node: _Node) -> Any:
    """Return the one type among alternatives that a node is meant to be."""
    wanted = {Kind.MAP_START: MAP, Kind.LIST_START: LIST}.get(node.kind, TEXT)
    while True:
        if get_origin(shape) is Annotated:
            shape = get_args(shape)[0]
        elif get_origin(shape) in (Union, UnionType):
            shape = next((each for each in get_args(shape) if _is_tagged(each, wanted)), None)
        else:
            return shape


def _is_tagged(alternative: Any, wanted: str) -> bool:
    facts = getattr(alternative, "__metadata__", ())
    return any(isinstance(each, Tag) and each.tag == wanted for each in facts)


# ------------------------------------------------------------------ the new text


def _block(node: _Node, column: int, path: tuple[str, ...]) -> list[str]:
    """Return a map or list as lines with a key or item each, indented to `column`."""
    lines: list[str] = []
    was_long = False
    for number, part in enumerate(node.parts):
        body = _part(part, column, path)
        lead = _spaced(part.lead)
        is_long = len(body) > 1
        if number and _stands_apart(part, path) and (is_long or was_long):
            lead = _spaced(["", *lead])
        elif not number and lead[:1] == [""]:
            lead = lead[1:]
        lines += [*_indented(lead, column), *body]
        was_long = is_long
    return [*lines, *_indented(_spaced(node.foot), column)]


def _stands_apart(part: _Part, path: tuple[str, ...]) -> bool:
    if not path:
        return part.name in _SECTIONS and part.value.kind is Kind.MAP_START
    return path in _APART and part.key is not None


def _part(part: _Part, column: int, path: tuple[str, ...]) -> list[str]:
    """Return a key with its value, or an item, as lines indented to `column`."""
    value = part.value
    head = " " * column + ("-" if part.key is None else f"{part.key}:")
    remark = "".join(part.tail)
    line = _one_line(value)
    if line is not None and (not value.parts or len(head) + len(line) < LINE_LENGTH):
        return [f"{head} {line}".rstrip() + remark]
    anchor = f" {value.anchor}" if value.anchor else ""
    if value.lines:
        first, *rest = value.lines
        *above, last = [f"{head}{anchor} {first}", *_indented(rest, column + _INDENT)]
        return [*above, last + remark]
    below = _block(value, column + _INDENT, (*path, part.name))
    if part.key is not None or anchor:
        return [f"{head}{anchor}{remark}", *below]
    # Behind the dash stands the first key, and no comment can.
    remarks = [remark.strip()]
    while not below[0].strip() or below[0].lstrip().startswith("#"):
        remarks.append(below.pop(0).strip())
    first, *rest = below
    return [*_indented([each for each in remarks if each], column), f"{head} {first.strip()}", *rest]


def _one_line(node: _Node) -> str | None:
    """Return a node on one line; `None` when it cannot or shall not stand on one."""
    anchor = f"{node.anchor} " if node.anchor else ""
    if node.kind in (Kind.SCALAR, Kind.ALIAS):
        return anchor + node.lines[0] if len(node.lines) == 1 else None
    if not node.in_brackets or node.foot:
        return None
    inner = []
    for part in node.parts:
        line = _one_line(part.value)
        if line is None or part.tail or any(part.lead):
            return None
        inner.append(line if part.key is None else f"{part.key}: {line}".rstrip())
    listed = ", ".join(inner)
    return f"{anchor}{{{listed}}}" if node.kind is Kind.MAP_START else f"{anchor}[{listed}]"


def _indented(lines: list[str], column: int) -> list[str]:
    return [" " * column + line if line else "" for line in lines]


def _spaced(lead: list[str]) -> list[str]:
    """Return comments with one empty line where there were more."""
    return [line for place, line in enumerate(lead) if line or not place or lead[place - 1]]
