"""The text of blocks: what a request may hold, what is kept of it, and what answers show.

Source: announcements.openapi.yaml, TextInput, TextElementInput, TextStyleInput and info.x-limits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from typing import Any
from urllib.parse import quote, unquote

from reconciler.emulator.blocks import CODE, KINDS, PAGE, PARAGRAPH, PLAIN_STYLE, TASK, TODO, Block, BlockKind
from reconciler.emulator.fields import Fields, Flag, Items, Number, Shape, Text
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal

BLOCK_UNITS = 100_000
"""UTF-16 code units of the text of one block."""

DOCUMENT_CHARACTERS = 10_485_760

ALIGN = Number(values=(1, 2, 3))
BACKGROUND, COLOR = Number(least=1, most=15), Number(least=1, most=7)

_MILLISECONDS = Text(required=True, pattern=re.compile("[0-9]+"))
_ELEMENT_STYLE = Fields({
    **dict.fromkeys(PLAIN_STYLE, Flag()),
    "background_color": BACKGROUND,
    "text_color": COLOR,
    "link": Fields({"url": Text(required=True)}),
    "comment_ids": Items(Text()),
})  # fmt: skip
_ELEMENTS: dict[str, dict[str, Shape]] = {
    "text_run": {"content": Text(required=True)},
    "mention_user": {"user_id": Text(required=True)},
    # `title` is read-only and so ignored when sent.
    "mention_doc": {
        "token": Text(required=True),
        "obj_type": Number(values=(1, 3, 8, 11, 12, 15, 16, 22), required=True),
        "url": Text(required=True),
    },
    "reminder": {
        "create_user_id": Text(required=True),
        "is_notify": Flag(default=False),
        "is_whole_day": Flag(default=False),
        "expire_time": _MILLISECONDS,
        "notify_time": _MILLISECONDS,
    },
    "file": {"file_token": Text(), "source_block_id": Text()},
    "undefined": {},
    "inline_block": {"block_id": Text(required=True)},
    "equation": {"content": Text(required=True, shortest=1, longest=10_000)},
}
_ELEMENT = Fields({
    name: Fields({**inner, "text_element_style": _ELEMENT_STYLE}) for name, inner in _ELEMENTS.items()
})  # fmt: skip
_BLOCK_BACKGROUNDS = tuple(
    f"{shade}{color}Background"
    for shade, colors in (
        ("Light", ("Gray", "Red", "Orange", "Yellow", "Green", "Blue", "Purple")),
        ("Pale", ("Gray",)),
        ("Dark", ("Gray", "Red", "Orange", "Yellow", "Green", "Blue", "Purple")),
    )
    for color in colors
)
# `sequence` is a property of answers alone: creation ignores it, and `fields` of updates has no number for it.
STYLE_FIELDS: dict[str, Shape] = {
    "align": ALIGN,
    "done": Flag(),
    "folded": Flag(),
    "language": Number(least=1, most=75),
    "wrap": Flag(),
    "background_color": Text(_BLOCK_BACKGROUNDS),
    "indentation_level": Text(("NoIndent", "OneLevelIndent")),
}
"""Properties of a block's style; their places, counted from 1, are the numbers of `fields` in updates."""

_PROPERTIES = tuple(STYLE_FIELDS)
_DEFAULTS = {"align": 1, "done": False, "folded": False, "wrap": False}

STYLE = Fields(STYLE_FIELDS, required=True)
STYLE_NUMBERS = Items(Number(least=1, most=len(_PROPERTIES)), required=True, fewest=1, distinct=True)
NEW_ELEMENTS = Items(_ELEMENT, required=True, fewest=1)
TEXT = Fields({"elements": Items(_ELEMENT, required=True), "style": Fields(STYLE_FIELDS)})

_PEOPLE = {"mention_user": "user_id", "reminder": "create_user_id"}
_MOVED_ONLY = {"file": "file_token", "inline_block": "block_id"}
"""Elements that cannot be made but stay when they are sent again, with what tells one from another."""

_NOT_IN_PAGE_AND_CODE = ("mention_user", "mention_doc", "reminder")
_PER_UPDATE = {"reminder": 30, "mention_doc": 50, "mention_user": 100}
_PER_REQUEST = {
    "chat_card": 200, "file": 200, "mention_doc": 200, "mention_user": 200,
    "image": 20, "isv": 20, "sheet": 5, "bitable": 5,
}  # fmt: skip

_FOLDABLE = frozenset(
    kind.number
    for kind in KINDS.values()
    if (kind.text and kind.parent and kind.number != PAGE) or kind.number == TASK
)


# ---- reading


def read_text(call: Call, kind: BlockKind, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return the data of a new text-like block."""
    given = {name: value for name, value in wanted.get("style", {}).items() if _has(kind, name)}
    usual = {name: value for name, value in _DEFAULTS.items() if _has(kind, name)}
    return {"elements": read_elements(call, kind, wanted["elements"], ()), "style": {**usual, **given}}


def read_elements(
    call: Call, kind: BlockKind, wanted: Sequence[dict[str, Any]], present: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the elements to keep in a block.

    Args:
        call: The call.
        kind: Kind of the block.
        wanted: The elements of the request.
        present: The elements of the block so far; none at its creation.

    Raises:
        Refusal: 1770006 for an element that is not one, or not for this kind; 1770024 for one that cannot be
            sent, and for a link beside anything but text; 1770032 for people and documents out of the operator's
            reach; 1770001 for comments that are not there; 1770033 for too long a text.
    """
    elements = [_read_element(call, kind, element, present) for element in wanted]
    if sum(len(text.encode("utf-16-le")) // 2 for text in _texts(elements)) > BLOCK_UNITS:
        raise Refusal(1770033)
    return _merged(elements) if call.readings.adjacent_text_runs == "merged" else elements


def require_few_per_update(elements: Iterable[dict[str, Any]]) -> None:
    """Refuse too many reminders and mentions for one text update; the page gives no code, so 1770001."""
    counted = Counter(element_names(elements))
    if any(counted[name] > most for name, most in _PER_UPDATE.items()):
        raise Refusal(1770001)


def element_names(elements: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Return what each element is."""
    return (name for element in elements for name in element)


def require_few_resources(counted: Counter[str]) -> None:
    """Refuse too many resources in one request (1770035); `counted` by key of block or element."""
    if any(counted[name] > most for name, most in _PER_REQUEST.items()):
        raise Refusal(1770035)


def restyled(kind: BlockKind, style: dict[str, Any], wanted: dict[str, Any], numbers: list[int]) -> Any:
    """Return the style of a block with the properties `numbers` taken from `wanted`.

    Raises:
        Refusal: 1770025 for a property that such blocks do not have.
    """
    names = [_PROPERTIES[number - 1] for number in numbers]
    of_code = ("language", "wrap")
    if not all(_has(kind, name) and (kind.number != CODE or name in of_code) for name in names):
        raise Refusal(1770025)
    changed = {name: wanted.get(name, _DEFAULTS.get(name)) for name in names}
    return {name: value for name, value in {**style, **changed}.items() if value is not None}


def require_room(blocks: Iterable[Block]) -> None:
    """Refuse a document with too much text (1770033)."""
    elements = (element for block in blocks for element in _elements(block))
    if sum(map(len, _texts(elements))) > DOCUMENT_CHARACTERS:
        raise Refusal(1770033)


def _has(kind: BlockKind, name: str) -> bool:
    """Tell whether blocks of a kind have a property of style."""
    match name:
        case "done":
            return kind.number in {TODO, TASK}
        case "folded":
            return kind.number in _FOLDABLE
        case "language" | "wrap":
            return kind.number == CODE
        case "indentation_level":
            return kind.number == PARAGRAPH
        case "align":
            return True
        case _:
            return kind.number != PAGE


def _read_element(
    call: Call, kind: BlockKind, wanted: dict[str, Any], present: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    if len(wanted) != 1:
        raise Refusal(1770006)
    ((name, value),) = wanted.items()
    if kind.number in {PAGE, CODE} and name in _NOT_IN_PAGE_AND_CODE:
        raise Refusal(1770006)
    style = _read_style(name, value.get("text_element_style", {}), present)
    if name == "undefined" or (name in _MOVED_ONLY and not _is_present(name, value, present)):
        raise Refusal(1770024)
    kept = {**value, "text_element_style": style}
    if name in _PEOPLE:
        kept[_PEOPLE[name]] = _contact(call, kept[_PEOPLE[name]])
    if name == "mention_doc":
        kept["url"] = _readable(call, kept["url"])
    return {name: kept}


def _read_style(name: str, wanted: dict[str, Any], present: Sequence[dict[str, Any]]) -> dict[str, Any]:
    style = {**PLAIN_STYLE, **wanted}
    if "link" in style:
        if name != "text_run":
            raise Refusal(1770024)
        style["link"] = {"url": _encoded(style["link"]["url"])}
    known = {comment for element in present for comment in _comments(element)}
    if not known.issuperset(style.get("comment_ids", ())):
        raise Refusal(1770001)
    return style


def _comments(element: dict[str, Any]) -> Iterator[str]:
    for value in element.values():
        yield from value.get("text_element_style", {}).get("comment_ids", ())


def _is_present(name: str, value: dict[str, Any], present: Sequence[dict[str, Any]]) -> bool:
    key = _MOVED_ONLY[name]
    return value.get(key) in [element[name].get(key) for element in present if name in element]


def _contact(call: Call, named: str) -> str:
    """Return the inner id of somebody who is active and a contact of the operator (else 1770032)."""
    user = call.directory.resolve(call.app.app_id, call.query["user_id_type"], named)
    if user is None or user.resigned or not user.visible or user.tenant_key != call.tenant.key:
        raise Refusal(1770032)
    return user.union_id


def _readable(call: Call, url: str) -> str:
    """Return the link of a document, encoded; refuse one that the operator may not read (1770032)."""
    encoded = _encoded(url)
    collaborators = dict(call.tenant.docs).get(unquote(encoded))
    if collaborators is not None and call.caller.id not in map(call.directory.find, collaborators):
        raise Refusal(1770032)
    return encoded


def _encoded(url: str) -> str:
    """Return a link as answers have it, whether it came encoded as a whole or as it is."""
    return quote(url, safe="") if "://" in url else url


def _merged(elements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the elements with neighbouring texts of one style as one."""
    merged: list[dict[str, Any]] = []
    for element in elements:
        last, this = merged[-1].get("text_run") if merged else None, element.get("text_run")
        if last and this and last["text_element_style"] == this["text_element_style"]:
            last["content"] += this["content"]
        else:
            merged.append(element)
    return merged


def _elements(block: Block) -> list[dict[str, Any]]:
    kind = KINDS[block["block_type"]]
    return list(block[kind.key].get("elements", ())) if kind.text else []


def _texts(elements: Iterable[dict[str, Any]]) -> Iterator[str]:
    for element in elements:
        for name in ("text_run", "equation"):
            if name in element:
                yield element[name].get("content", "")


# ---- showing


def shown_block(call: Call, block: Block) -> Block:
    """Return a block as an answer has it: people by the ids that the caller asked for."""
    shown = deepcopy(block)
    for element in _elements(shown):
        for name, key in _PEOPLE.items():
            if element.get(name, {}).get(key) in call.directory.users:
                element[name][key] = call.show(call.query["user_id_type"], element[name][key])
    return shown
