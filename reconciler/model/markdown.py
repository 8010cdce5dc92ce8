r"""Blocks as Markdown, in one form: whoever reads it back gets the same blocks.

CommonMark with to-dos, `~~strike~~` and mentions of people. Bold is `**`, italic `_`, a mention `@ou_…`, in narrow
places `<@ou_…>`. Where CommonMark would not take a mark for one (`**注意：**请看`), or would drop a space or a line
break, the character in question is written as an entity. What Markdown cannot say of a live document is a comment.

Source: https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby
from typing import Final

from reconciler.model.announcement import LIST_ITEMS, PLAIN_TEXT, Block, LiveBlock, Span, said

_MARKS: Final = (("bold", "**"), ("italic", "_"), ("strike", "~~"))
"""From the outermost to the innermost; links stand around them, code inside."""

_ESCAPED: Final = r"""
    [\\`*\[\]]                              # marks anywhere
  | _(?![A-Za-z0-9]) | (?<![A-Za-z0-9])_    # between letters it is none
  | ~(?=~) | (?<=~)~ | \A~ | ~\Z            # two are a mark; at an end the neighbour may be the other one
  | <(?=\S)                                 # HTML, links and mentions in brackets
  | &(?=\#|[A-Za-z0-9]+;)                   # entities
  | @(?=ou_|[A-Za-z0-9_.%+-]+@)                     # mentions
"""
_LINE_START: Final = r"[-+=#>:|]|[0-9]{1,9}(?=[.)])[.)]"
# Line breaks beside spaces or other line breaks, and spaces beside line breaks, would be dropped; the other
# characters cannot be seen in a file, or are taken for the end of a line by some.
_LOST: Final = r"""
    (?<=\s)\n | \n(?=\s) | [^\S\n](?=\n) | (?<=\n)[^\S\n]
  | [\x0c\r\x1c-\x1f\x85\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]
"""
_AT_BLOCK_START: Final = re.compile(
    rf"(?P<lost>{_LOST})|(?:\A|(?<=\n))(?:{_LINE_START})|{_ESCAPED}", re.VERBOSE
)
_ELSEWHERE: Final = re.compile(rf"(?P<lost>{_LOST})|(?<=\n)(?:{_LINE_START})|{_ESCAPED}", re.VERBOSE)
_IN_TITLE: Final = re.compile(rf"(?P<lost>\n|{_LOST})|\#|{_ESCAPED}", re.VERBOSE)
_IN_DESTINATION: Final = re.compile(r"[\\()]|&(?=#|[A-Za-z0-9]+;)")
_PUNCTUATION: Final = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_NO_PART_OF_MENTIONS: Final = frozenset(" \n!\"#$&'()*,/:;<=>?[\\]^`{|}~")


def markdown_of(blocks: Iterable[Block]) -> str:
    """Return a document as Markdown; empty without blocks, else with a line break at its end."""
    lines = _document(list(blocks))
    return "\n".join((*lines, "")) if lines else ""


def markdown_of_live(blocks: Iterable[LiveBlock]) -> str:
    """Return a live document as Markdown; what Markdown cannot say stands in a comment."""
    parts: list[Block | str] = []
    for block in blocks:
        told = said(block)
        parts += [_comment(block)] if told is None else told
    runs = groupby(parts, key=lambda part: isinstance(part, str))
    return "\n".join(
        "".join(f"{each}\n" for each in run)
        if is_comment
        else markdown_of(each for each in run if isinstance(each, Block))
        for is_comment, run in runs
    )


def _comment(block: LiveBlock) -> str:
    text = " ".join(" ".join(_texts(block)).split()).replace("--", "‐‐")
    return f"<!-- {block.kind}: {text} -->" if text else f"<!-- {block.kind} -->"


def _texts(block: LiveBlock) -> Iterator[str]:
    yield block.own.text if block.own else block.text
    for child in block.children:
        yield from _texts(child)


# ------------------------------------------------------------------ blocks


def _document(blocks: Sequence[Block]) -> list[str]:
    """Return lines, with an empty one between what would run together."""
    lines: list[str] = []
    for family, run in groupby(blocks, key=_family):
        lines += [*([""] if lines else []), *_run(family, list(run))]
    return lines


def _family(block: Block) -> str:
    """Return what neighbours have in common that stand together: the items of one list."""
    return "bullet" if block.kind == "todo" else block.kind


def _run(family: str, blocks: Sequence[Block]) -> list[str]:
    if family in LIST_ITEMS:
        return [line for number, block in enumerate(blocks, 1) for line in _item(block, number)]
    lines: list[str] = []
    for block in blocks:
        lines += [*([""] if lines else []), *_single(block)]
    # The paragraphs of neighbouring quotations stand in one.
    return [f"> {line}" if line else ">" for line in lines] if family == "quote" else lines


def _item(block: Block, number: int) -> list[str]:
    marker = f"{number}. " if block.kind == "ordered" else "- "
    box = f"[{'x' if block.done else ' '}] " if block.kind == "todo" else ""
    first, *more = _inline(block.spans)
    lines = [f"{box}{first}".rstrip(), *more]
    if block.children:
        lines += [*([""] if lines[0] and not _follows_at_once(block.children[0]) else [])]
        lines += _document(block.children)
    prefixes = (marker, *(" " * len(marker) for _ in lines[1:]))
    return [prefix + line if line else prefix.rstrip() for prefix, line in zip(prefixes, lines, strict=True)]


def _follows_at_once(child: Block) -> bool:
    """Tell whether a block under a text begins without an empty line: a list whose first item is not empty."""
    return child.kind == "todo" or (child.kind in LIST_ITEMS and bool(child.spans))


def _single(block: Block) -> list[str]:
    match block.kind:
        case "divider":
            return ["---"]
        case "code":
            return _code(block)
        case "text" | "quote":
            return _inline(block.spans)
        case _:
            level = int(block.kind.removeprefix("heading"))
            [title] = _inline(block.spans, is_title=True)
            return [f"{'#' * level} {title}".rstrip()]


def _code(block: Block) -> list[str]:
    fence = "`" * max(3, _longest_run(block.text) + 1)
    language = "" if block.language == PLAIN_TEXT else block.language
    return [f"{fence}{language}", *(block.text.split("\n") if block.text else []), fence]


def _longest_run(code: str) -> int:
    return max(map(len, re.findall("`+", code)), default=0)


# ------------------------------------------------------------------ text


class _Piece(Enum):
    TEXT = auto()
    OPENING = auto()
    CLOSING = auto()
    MENTION = auto()
    RAW = auto()


@dataclass(slots=True)
class _Part:
    """A part of a line in the making. Of a text it is known whether its ends have to be entities."""

    piece: _Piece
    value: str
    first_as_entity: bool = False
    last_as_entity: bool = False


_NOTHING: Final = _Part(_Piece.TEXT, "\n")
"""Stands for both ends of a block."""


def _inline(spans: Sequence[Span], *, is_title: bool = False) -> list[str]:
    """Return the lines of a text; of a title always one."""
    parts = list(_links(spans))
    for before, part, after in zip((_NOTHING, *parts), parts, (*parts[1:], _NOTHING), strict=False):
        _settle(before, part, after)
    placed = [(place, part, _next(parts, place)) for place, part in enumerate(parts)]
    written = (_written(place, part, after, parts, is_title=is_title) for place, part, after in placed)
    return "".join(written).split("\n")


def _next(parts: Sequence[_Part], place: int) -> _Part:
    return parts[place + 1] if place + 1 < len(parts) else _NOTHING


def _links(spans: Sequence[Span]) -> Iterator[_Part]:
    for link, run in groupby(spans, key=lambda span: span.style.link):
        if link:
            target = _IN_DESTINATION.sub(r"\\\g<0>", link)
            yield _Part(_Piece.RAW, "[")
            yield from _marked(list(run), 0)
            yield _Part(_Piece.RAW, f"]({target})")
        else:
            yield from _marked(list(run), 0)


def _marked(spans: Sequence[Span], depth: int) -> Iterator[_Part]:
    if depth == len(_MARKS):
        yield from map(_part, spans)
        return
    name, mark = _MARKS[depth]
    for is_marked, run in groupby(spans, key=lambda span: bool(getattr(span.style, name))):
        if is_marked:
            yield _Part(_Piece.OPENING, mark)
        yield from _marked(list(run), depth + 1)
        if is_marked:
            yield _Part(_Piece.CLOSING, mark)


def _part(span: Span) -> _Part:
    if span.person:
        return _Part(_Piece.MENTION, span.person)
    return _Part(_Piece.RAW, _code_span(span.text)) if span.style.code else _Part(_Piece.TEXT, span.text)


def _code_span(code: str) -> str:
    runs = set(map(len, re.findall("`+", code)))
    fence = "`" * next(length for length in range(1, len(runs) + 2) if length not in runs)
    # One space at both ends is dropped, unless there is nothing else.
    is_padded = code.strip(" ") != "" and (code[0] + code[-1] == "  " or "`" in (code[0], code[-1]))
    pad = " " if is_padded else ""
    return f"{fence}{pad}{code}{pad}{fence}"


def _settle(before: _Part, part: _Part, after: _Part) -> None:
    """Decide which ends of texts have to be entities, so that marks are marks and spaces stay."""
    match part.piece:
        case _Piece.TEXT:
            part.first_as_entity |= part.value[0].isspace() and _drops_spaces(before, _Piece.OPENING)
            part.last_as_entity |= part.value[-1].isspace() and _drops_spaces(after, _Piece.CLOSING)
        case _Piece.OPENING if not _is_free(part, after, 0):
            before.last_as_entity |= before.piece is _Piece.TEXT and not _is_safe(before.value[-1])
        case _Piece.CLOSING if not _is_free(part, before, -1):
            after.first_as_entity |= after.piece is _Piece.TEXT and not _is_safe(after.value[0])
        case _:
            pass


def _drops_spaces(neighbour: _Part, mark: _Piece) -> bool:
    """Tell whether spaces at this end would be lost: at the ends of a block, and just inside of marks."""
    return neighbour is _NOTHING or neighbour.piece is mark


def _is_free(mark: _Part, inner: _Part, end: int) -> bool:
    """Tell whether a mark counts whatever stands outside: `_` never, others before a letter."""
    return mark.value != "_" and inner.piece is _Piece.TEXT and inner.value[end].isalnum()


def _is_safe(outer: str) -> bool:
    return outer in " \n" or outer in _PUNCTUATION


def _written(place: int, part: _Part, after: _Part, parts: Sequence[_Part], *, is_title: bool) -> str:
    match part.piece:
        case _Piece.TEXT:
            text = _escaped(part, at_start=place == 0, is_title=is_title)
            # `![` would be an image.
            return f"{text[:-1]}\\!" if text.endswith("!") and after.value == "[" else text
        case _Piece.MENTION:
            before = parts[place - 1] if place else _NOTHING
            return f"@{part.value}" if _has_room(before, -1) and _has_room(after, 0) else f"<@{part.value}>"
        case _:
            return part.value


def _has_room(neighbour: _Part, end: int) -> bool:
    return neighbour.piece is _Piece.TEXT and neighbour.value[end] in _NO_PART_OF_MENTIONS


def _escaped(part: _Part, *, at_start: bool, is_title: bool) -> str:
    text = part.value
    first = _entity(text[0]) if part.first_as_entity else ""
    last = _entity(text[-1]) if part.last_as_entity and (len(text) > 1 or not first) else ""
    inner = text[bool(first) : len(text) - bool(last)]
    pattern = _IN_TITLE if is_title else _AT_BLOCK_START if at_start and not first else _ELSEWHERE
    return first + pattern.sub(_replaced, inner) + last


def _replaced(found: re.Match[str]) -> str:
    if found["lost"]:
        return _entity(found["lost"])
    return f"{found.group()[:-1]}\\{found.group()[-1]}"


def _entity(character: str) -> str:
    return f"&#{ord(character)};"
