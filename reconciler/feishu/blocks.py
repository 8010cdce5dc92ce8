"""Announcements on the wire: blocks as the platform sends and takes them, and as the model knows them.

Source: announcements.openapi.yaml, `Block`, `BlockInput`, `UpdateBlockRequest`, `LegacyDocContent`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast
from urllib.parse import quote, unquote

from pydantic import AliasChoices, ConfigDict, Field

from reconciler.feishu.wire import Body, Page, Wire
from reconciler.model.announcement import (
    LANGUAGES,
    MAX_DEPTH,
    PLAIN,
    PLAIN_TEXT,
    SAYABLE,
    Block,
    BlockKind,
    LiveBlock,
    Span,
    Style,
    tidy,
)

_TYPES: Final = {
    1: "page", 2: "text", 3: "heading1", 4: "heading2", 5: "heading3", 6: "heading4", 7: "heading5", 8: "heading6",
    9: "heading7", 10: "heading8", 11: "heading9", 12: "bullet", 13: "ordered", 14: "code", 15: "quote", 17: "todo",
    18: "bitable", 19: "callout", 20: "chat_card", 21: "diagram", 22: "divider", 23: "file", 24: "grid",
    25: "grid_column", 26: "iframe", 27: "image", 28: "isv", 29: "mindnote", 30: "sheet", 31: "table",
    32: "table_cell", 33: "view", 34: "quote_container", 35: "task", 36: "okr", 37: "okr_objective",
    38: "okr_key_result", 39: "okr_progress", 40: "add_ons", 41: "jira_issue", 42: "wiki_catalog", 43: "board",
    44: "agenda", 45: "agenda_item", 46: "agenda_item_title", 47: "agenda_item_content", 48: "link_preview",
}  # fmt: skip
"""Source: announcements.openapi.yaml, `info.x-block-support`."""
_NUMBERS: Final = {kind: number for number, kind in _TYPES.items()}

_DONE, _LANGUAGE = 2, 4
"""Numbers of properties in `fields` of an update. Source: announcements.openapi.yaml, `TextStyleFields`."""

_FLAGS: Final = {
    "bold": "bold",
    "italic": "italic",
    "strikethrough": "strike",
    "inline_code": "code",
}
_UNSAYABLE_STYLES: Final = ("underline", "background_color", "text_color")
_UNSAYABLE_FORMS: Final = {"align": (2, 3), "indentation_level": ("OneLevelIndent",)}
"""What a block may look like that Markdown cannot say; `folded` and `wrap` are matters of the view."""


class WireInfo(Wire):
    """What an announcement is."""

    revision_id: int
    announcement_type: str


class WireBlock(Wire):
    """A block; its data stands under the key of its kind."""

    model_config = ConfigDict(extra="allow")

    block_id: str
    block_type: int
    children: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The name of its type."""
        return _TYPES.get(self.block_type, "undefined")

    @property
    def data(self) -> Mapping[str, Any]:
        """What stands under the key of its kind."""
        found = (self.model_extra or {}).get(self.kind)
        return found if isinstance(found, Mapping) else {}


class WireBlockPage(Page):
    """One page of blocks."""

    items: tuple[WireBlock, ...] = ()


class WireEdit(Wire):
    """The answer of an edit. A page calls the revision after a creation otherwise than the others."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    revision_id: int = Field(default=-1, validation_alias=AliasChoices("revision_id", "document_revision_id"))
    children: tuple[WireBlock, ...] = ()


class WireLegacy(Wire):
    """An announcement of the old kind: a document in a text."""

    content: str = ""


# ------------------------------------------------------------------ what is live


def live_blocks(blocks: Sequence[WireBlock], root: str) -> tuple[LiveBlock, ...]:
    """Return the children of the root with all that stands below them."""
    known = {block.block_id: block for block in blocks}
    return tuple(_children(known[root], known, 0)) if root in known else ()


def _children(parent: WireBlock, known: Mapping[str, WireBlock], depth: int) -> Iterator[LiveBlock]:
    number = 0
    for block in (known[each] for each in parent.children if each in known):
        number = number + 1 if block.kind == "ordered" else 0
        yield _live(block, known, depth, number)


def _live(block: WireBlock, known: Mapping[str, WireBlock], depth: int, number: int) -> LiveBlock:
    # Deeper ones Markdown cannot say here; and no answer, however odd, leads astray.
    is_deep = bool(block.children) and depth == MAX_DEPTH
    own = None if is_deep else _own(block, number)
    return LiveBlock(
        id=block.block_id,
        kind=block.kind,
        own=own,
        text="" if own else _text_of(block),
        children=() if is_deep else tuple(_children(block, known, depth + 1)),
    )


def _own(block: WireBlock, number: int) -> Block | None:
    if block.kind not in SAYABLE:
        return None
    kind = cast("BlockKind", block.kind)
    if kind == "divider":
        return Block(kind=kind)
    style = _mapping(block.data.get("style"))
    spans = _spans(block)
    if spans is None or _is_odd(style, number):
        return None
    if kind == "code":
        language = style.get("language", 1)
        is_known = isinstance(language, int) and 1 <= language <= len(LANGUAGES)
        is_plain = all(span.style == PLAIN and not span.person for span in spans)
        return (
            Block(kind=kind, spans=spans, language=LANGUAGES[language - 1]) if is_known and is_plain else None
        )
    return Block(kind=kind, spans=spans, done=kind == "todo" and style.get("done") is True)


def _is_odd(style: Mapping[str, Any], number: int) -> bool:
    """Tell whether a block looks like nothing that Markdown can say; `number` counts the items of an ordered list."""
    sequence = style.get("sequence", "auto")
    return (
        any(style.get(name) in values for name, values in _UNSAYABLE_FORMS.items())
        or bool(style.get("background_color"))
        or (number > 0 and sequence not in {"", "auto", str(number)})
    )


def _spans(block: WireBlock) -> tuple[Span, ...] | None:
    spans = [_span(element) for element in _elements(block)]
    told = [span for span in spans if span is not None]
    return tidy(told) if len(told) == len(spans) else None


def _elements(block: WireBlock) -> Iterator[Mapping[str, Any]]:
    elements = block.data.get("elements")
    return (each for each in (elements if isinstance(elements, list) else ()) if isinstance(each, Mapping))


def _span(element: Mapping[str, Any]) -> Span | None:
    """Return a part of a text, `None` for one that Markdown cannot say."""
    for name in ("text_run", "mention_user"):
        if name in element:
            part = _mapping(element[name])
            style = _style(_mapping(part.get("text_element_style")))
            if style is None:
                return None
            text = str(part.get("content", "")).replace("\r\n", "\n").replace("\r", "\n")
            return Span(text=text, person=str(part.get("user_id", "")), style=style)
    return None


def _style(written: Mapping[str, Any]) -> Style | None:
    if any(written.get(name) for name in _UNSAYABLE_STYLES):
        return None
    link = unquote(str(_mapping(written.get("link")).get("url", "")))
    return Style(link=link, **{ours: written.get(name) is True for name, ours in _FLAGS.items()})


def _text_of(block: WireBlock) -> str:
    """Return the text of a block that Markdown cannot say, as far as it has one."""
    runs = (_mapping(each.get("text_run") or each.get("equation")) for each in _elements(block))
    return "".join(str(run.get("content", "")) for run in runs)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def legacy_text(content: str) -> str | None:
    """Return the lines of an announcement of the old kind, `None` when it cannot be read."""
    try:
        document = json.loads(content) if content else {}
    except (ValueError, RecursionError):
        return None
    body = _mapping(_mapping(document).get("body"))
    paragraphs = [_mapping(document).get("title"), *_paragraphs(body.get("blocks"))]
    return "".join(f"{line}\n" for line in map(_line, paragraphs) if line)


def _paragraphs(blocks: Any) -> Iterator[Any]:
    return (_mapping(block).get("paragraph") for block in (blocks if isinstance(blocks, list) else ()))


def _line(paragraph: Any) -> str:
    elements = _mapping(paragraph).get("elements")
    runs = (
        _mapping(_mapping(each).get("textRun")) for each in (elements if isinstance(elements, list) else ())
    )
    return "".join(str(run.get("text", "")) for run in runs)


# ------------------------------------------------------------------ what is sent


def block_body(block: Block) -> Body:
    """Return a block to be created, without what stands below it."""
    return {
        "block_type": _NUMBERS[block.kind],
        block.kind: {} if block.kind == "divider" else _text_body(block),
    }


def _text_body(block: Block) -> Body:
    style = _style_body(block)
    return {"elements": _element_bodies(block.spans)} | ({"style": style} if style else {})


def update_body(block_id: str, block: Block) -> Body:
    """Return the change that gives an existing block its whole text, and what belongs to it."""
    style = _style_body(block)
    if not style:
        return {"block_id": block_id, "update_text_elements": {"elements": _element_bodies(block.spans)}}
    fields = [_DONE if block.kind == "todo" else _LANGUAGE]
    text = {"elements": _element_bodies(block.spans), "style": style, "fields": fields}
    return {"block_id": block_id, "update_text": text}


def _style_body(block: Block) -> Body:
    match block.kind:
        case "todo":
            return {"done": block.done}
        case "code":
            return {"language": LANGUAGES.index(block.language or PLAIN_TEXT) + 1}
        case _:
            return {}


def _element_bodies(spans: Iterable[Span]) -> list[Body]:
    """Return the parts of a text; an update takes no empty list."""
    return [_element_body(span) for span in spans] or [{"text_run": {"content": ""}}]


def _element_body(span: Span) -> Body:
    flags: Body = {name: True for name, ours in _FLAGS.items() if getattr(span.style, ours)}
    link = {"link": {"url": quote(span.style.link, safe="")}} if span.style.link else {}
    style = {"text_element_style": flags | link} if flags or link else {}
    if span.person:
        return {"mention_user": {"user_id": span.person} | style}
    return {"text_run": {"content": span.text} | style}
