"""Changing values in a YAML file and nothing else.

Only the text of what changes is replaced: comments, order, quotes and line breaks of everything else stay byte by
byte as people wrote them. A round trip through ruamel.yaml would keep comments, too, but it writes the whole file
anew, and hands the comment in front of the next key to the item above it, with which it would go.

What leaves a block takes the comments of its line and those right above it along; what moves takes them with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, Final, TypeAlias

from reconciler.config.document import resolve
from reconciler.config.written import block, block_text, flow, is_text, item, key_text, pair
from reconciler.model.base import JsonValue

Path: TypeAlias = tuple[str, ...]

_Part: TypeAlias = tuple[str | None, str]
"""A key or an item of a block with what stands before it, from the end of the line before; `None`: it is new, or
was first."""

_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")
_COLON: Final = re.compile(r"\s*:")
_ALIAS_VALUE: Final = re.compile(r"\s*:\s*(\*[^\s,\[\]{}]+)")
_ANCHOR: Final = re.compile(r"&\S+")
_DASH: Final = re.compile(r"(?:[ ]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*[ ]*(-)(?=\s)")
"""The dash of an item, behind empty lines and comments."""
_ALIAS_ITEM: Final = re.compile(r"[\s,]*(\*[^\s,\[\]{}]+)")
_BEHIND_MARK: Final = re.compile(r"[|>][-+0-9]*([ ]+#[^\r\n]*)?")
"""The mark of a text of several lines, and the comment behind it."""


def rewrite(content: str, values: Mapping[Path, JsonValue]) -> str:
    """Return the text of a YAML file with other values.

    Args:
        content: A map, as `reconciler.config.document` accepts it; may be empty.
        values: What stands under paths of keys afterwards, as plain data. Missing keys are made at the end of their
            map; keys and items that the new value does not have are taken out. Aliases stay, unless what they stand
            for would change: then they become values of their own.
    """
    text = _Text(content)
    changed = text.rewritten(values)
    if "*" not in content or _reads_as(changed, text.wanted(values)):
        return changed
    return _Text(content, keeps_aliases=False).rewritten(values)


def _reads_as(content: str, wanted: JsonValue) -> bool:
    from ruamel.yaml.error import YAMLError

    try:
        return bool(_Text(content).wanted({}) == wanted)
    except YAMLError:  # an alias lost its anchor
        return False


class _Text:
    """A file with the places of its nodes."""

    def __init__(self, content: str, *, keeps_aliases: bool = True) -> None:
        from ruamel.yaml import YAML

        self._content = content
        self._keeps_aliases = keeps_aliases
        self._root: Any = YAML(typ="safe", pure=True).compose(content)
        found = _LINE_BREAK.search(content)
        self._line_break = found.group() if found else "\n"
        self._plain: dict[int, JsonValue] = {}

    def wanted(self, values: Mapping[Path, JsonValue]) -> JsonValue:
        """Return what the file means, with other values."""
        new = {} if self._root is None else self._data(self._root) or {}
        for path, value in values.items():
            new = _replaced(new, path, value)
        return new

    def rewritten(self, values: Mapping[Path, JsonValue]) -> str:
        if not values:
            return self._content
        root, new = self._root, self.wanted(values)
        if root is None or not self._data(root):
            return self._begun(new)
        end = self._end(root)
        changed = self._content[: root.start_mark.index] + self._value(root, self._data(root), new)
        is_cut = end == len(self._content) and changed != self._content and is_text(_last(new))
        # Without a line break behind it a text of whole lines would lose its last one.
        return changed + (self._line_break if is_cut else self._content[end:])

    def _begun(self, new: JsonValue) -> str:
        """Return a file that holds nothing but comments, and now `new`."""
        head = "".join(
            line
            for line in self._content.splitlines(keepends=True)
            if not line.strip() or line.lstrip().startswith("#")
        )
        if head and not _LINE_BREAK.search(head[-1]):
            head += self._line_break
        return head + self._line_break.join(block(new, 0)) + self._line_break

    # ---- what nodes mean and where they end

    def _data(self, node: Any) -> JsonValue:
        """Return what a node means, without recursion into what was asked for before."""
        known = self._plain.get(id(node))
        if known is None:
            known = self._plain[id(node)] = self._read(node)
        return known

    def _read(self, node: Any) -> JsonValue:
        match node.id:
            case "mapping":
                return {key.value: self._data(value) for key, value in node.value}
            case "sequence":
                return [self._data(each) for each in node.value]
            case _:
                return node.value if node.style else resolve(node.value)

    def _end(self, node: Any) -> int:
        """Return where the text of a node ends; of a block, the end of its last line."""
        if node.id == "scalar":
            return self._block_scalar_end(node) if node.style in ("|", ">") else int(node.end_mark.index)
        if node.flow_style:
            return int(node.end_mark.index)
        if node.id == "mapping":
            return self._line_end(self._span(*node.value[-1])[1])
        return self._line_end(self._end(node.value[-1]))

    def _block_scalar_end(self, node: Any) -> int:
        """Return the end of the last line that belongs to a text after `|` or `>`."""
        written = self._content[node.start_mark.index : node.end_mark.index]
        return int(node.start_mark.index) + len(block_text(written).rstrip("\r\n"))

    def _span(self, key: Any, value: Any) -> tuple[int, int]:
        """Return where the value of a key begins and ends; an alias ends with its name."""
        alias = self._alias(key)
        return alias.span(1) if alias else (value.start_mark.index, self._end(value))

    def _stays(self, key: Any, old: JsonValue, new: JsonValue) -> bool:
        """Tell whether the text of a value stays as it is."""
        return _same(old, new) and (self._keeps_aliases or not self._alias(key))

    def _alias(self, key: Any) -> re.Match[str] | None:
        """Return the alias that stands for the value of a key, if one does."""
        return _ALIAS_VALUE.match(self._content, key.end_mark.index)

    def _line_end(self, index: int) -> int:
        found = _LINE_BREAK.search(self._content, index)
        return found.start() if found else len(self._content)

    def _line_start(self, index: int) -> int:
        return max(self._content.rfind("\n", 0, index), self._content.rfind("\r", 0, index)) + 1

    # ---- new text

    def _value(self, node: Any, old: JsonValue, new: JsonValue) -> str:
        """Return the text of a node with a new value of the same kind; both are maps or lists."""
        if isinstance(new, dict):
            return self._flow_map(node, new) if node.flow_style else self._block_map(node, new)
        return self._flow_list(node, old, new) if node.flow_style else self._block_list(node, old, new)

    def _block_map(self, node: Any, new: dict[str, JsonValue]) -> str:
        first, _ = node.value[0]
        column = first.start_mark.column
        parts: list[_Part] = []
        before: int | None = None
        for key, value in node.value:
            begin, end = key.start_mark.index, self._line_end(self._span(key, value)[1])
            if key.value in new:
                lead = None if before is None else self._content[before:begin]
                parts.append((lead, self._pair(key, value, new[key.value], column)))
            before = end
        known = {key.value for key, _ in node.value}
        is_free = before is None or self._is_free_below(before, column)
        parts += [
            (None, self._line_break.join(pair(name, value, column)))
            if is_free or not is_text(value)
            else (None, f"{key_text(name)}: {flow(value)}")
            for name, value in new.items()
            if name not in known
        ]
        return self._content[node.start_mark.index : first.start_mark.index] + self._joined(parts, column)

    def _pair(self, key: Any, value: Any, new: JsonValue, column: int) -> str:
        """Return a key of a block with its value, to the end of its last line."""
        old = self._data(value)
        start, end = self._span(key, value)
        tail = self._content[end : self._line_end(end)]
        if self._stays(key, old, new):
            return self._content[key.start_mark.index : end] + tail
        if _can_follow(old, new) and not self._alias(key):
            return self._content[key.start_mark.index : start] + self._value(value, old, new) + tail
        if value.id == "scalar" and value.style in ("|", ">") and not self._alias(key):
            behind = _BEHIND_MARK.match(self._content, self._content.index(value.style, start))
            tail = (behind and behind[1]) or ""
        if (isinstance(new, dict | list) and new) or (is_text(new) and self._is_free_below(end, column)):
            first, *rest = pair(key.value, new, column)
            return self._line_break.join([first + tail, *rest])
        colon = _COLON.match(self._content, key.end_mark.index)
        assert colon, "keys of a block have a colon behind them"
        return f"{self._content[key.start_mark.index : colon.end()]} {flow(new)}{tail}"

    def _is_free_below(self, index: int, column: int) -> bool:
        """Tell whether no comment follows that would become part of a text above it: one that stands deeper."""
        following = self._content[self._line_end(index) :].splitlines()[1:]
        comments = takewhile(lambda line: not line.strip() or line.lstrip().startswith("#"), following)
        return all(line[: column + 1].strip() for line in comments if line.strip())

    def _block_list(self, node: Any, old: list[JsonValue], new: list[JsonValue]) -> str:
        anchor = _ANCHOR.match(self._content, node.start_mark.index)
        place = anchor.end() if anchor else node.start_mark.index
        known: list[tuple[str | None, int, int]] = []
        before: int | None = None
        for each in node.value:
            dash = _DASH.match(self._content, place if before is None else before)
            assert dash, "items of a block have a dash before them"
            begin, end = dash.start(1), self._line_end(self._item_span(each, dash.end(1))[1])
            known.append((None if before is None else self._content[before:begin], begin, end))
            before = end
        start = known[0][1]
        column = start - self._line_start(start)
        parts: list[_Part] = []
        for value, index in zip(new, _matches(old, new), strict=True):
            if index is None:
                parts.append((None, self._line_break.join(item(value, column))))
                continue
            lead, begin, end = known[index]
            each = node.value[index]
            parts.append((lead, self._item(each, old[index], value, begin, end)))
        return self._content[node.start_mark.index : start] + self._joined(parts, column)

    def _item_span(self, node: Any, before: int) -> tuple[int, int]:
        """Return where an item begins and ends; an alias ends with its name.

        Args:
            node: The item, or what an alias stands for.
            before: Where the text before the item ends, its dash or comma aside.
        """
        alias = _ALIAS_ITEM.match(self._content, before)
        return alias.span(1) if alias else (node.start_mark.index, self._end(node))

    def _item(self, node: Any, old: JsonValue, new: JsonValue, begin: int, end: int) -> str:
        if _same(old, new):
            return self._content[begin:end]
        start = node.start_mark.index
        if _can_follow(old, new) and begin < start < end:
            return (
                self._content[begin:start]
                + self._value(node, old, new)
                + self._content[self._end(node) : end]
            )
        return f"- {flow(new)}"

    def _joined(self, parts: Sequence[_Part], column: int) -> str:
        """Return the parts of a block one under another."""
        indent = self._line_break + " " * column
        (lead, first), *rest = parts
        comments = (lead or "").strip()
        text = comments + indent + first if comments else first
        return text + "".join((indent if lead is None else lead) + body for lead, body in rest)

    def _flow_map(self, node: Any, new: dict[str, JsonValue]) -> str:
        spans: list[tuple[int, int]] = []
        texts: list[tuple[int | None, str]] = []
        for index, (key, value) in enumerate(node.value):
            spans.append((key.start_mark.index, self._span(key, value)[1]))
            if key.value in new:
                texts.append((index, self._flow_pair(key, value, new[key.value])))
        known = self._data(node)
        texts += [(None, flow({name: value})[1:-1]) for name, value in new.items() if name not in known]
        return self._flow(node, spans, texts)

    def _flow_pair(self, key: Any, value: Any, new: JsonValue) -> str:
        old = self._data(value)
        start, end = self._span(key, value)
        head = self._content[key.start_mark.index : start]
        if self._stays(key, old, new):
            return head + self._content[start:end]
        if _can_follow(old, new) and not self._alias(key):
            return head + self._value(value, old, new)
        return head + flow(new)

    def _flow_list(self, node: Any, old: list[JsonValue], new: list[JsonValue]) -> str:
        spans: list[tuple[int, int]] = []
        place = self._content.index("[", node.start_mark.index) + 1
        for each in node.value:
            spans.append(self._item_span(each, place))
            place = spans[-1][1]
        texts: list[tuple[int | None, str]] = []
        for value, index in zip(new, _matches(old, new), strict=True):
            if index is None:
                texts.append((None, flow(value)))
                continue
            start, end = spans[index]
            each = node.value[index]
            if _same(old[index], value):
                text = self._content[start:end]
            elif _can_follow(old[index], value) and each.start_mark.index == start:
                text = self._value(each, old[index], value)
            else:
                text = flow(value)
            texts.append((index, text))
        return self._flow(node, spans, texts)

    def _flow(
        self, node: Any, spans: Sequence[tuple[int, int]], texts: Sequence[tuple[int | None, str]]
    ) -> str:
        """Return a list or map in brackets; what stood before an item stays before it."""
        start, end = node.start_mark.index, node.end_mark.index
        text = self._content[start : spans[0][0]]
        for number, (index, each) in enumerate(texts):
            if number:
                text += self._content[spans[index - 1][1] : spans[index][0]] if index else ", "
            text += each
        return text + self._content[spans[-1][1] : end]


def _replaced(tree: dict[str, JsonValue], path: Path, value: JsonValue) -> dict[str, JsonValue]:
    head, *rest = path
    return tree | {head: _replaced(tree.get(head) or {}, tuple(rest), value) if rest else value}


def _last(value: JsonValue) -> JsonValue:
    """Return what stands last in a value."""
    while isinstance(value, dict | list) and value:
        value = value[-1] if isinstance(value, list) else list(value.values())[-1]
    return value


def _same(old: JsonValue, new: JsonValue) -> bool:
    """Tell whether two values mean the same; `1` and `true` do not."""
    if isinstance(old, dict | list):
        return bool(old == new)
    return type(old) is type(new) and bool(old == new)


def _can_follow(old: JsonValue, new: JsonValue) -> bool:
    """Tell whether a value can be changed part by part: both are maps or both lists, and neither is empty."""
    both = (isinstance(old, dict) and isinstance(new, dict)) or (
        isinstance(old, list) and isinstance(new, list)
    )
    return both and bool(old) and bool(new)


def _matches(old: Sequence[JsonValue], new: Sequence[JsonValue]) -> list[int | None]:
    """Return for each new item the index of the old one that it was: an equal one, else one of its kin."""
    free = dict(enumerate(old))
    found: dict[int, int] = {}
    for test in (_same, _is_kin):
        for place, value in enumerate(new):
            index = next((number for number, each in free.items() if test(each, value)), None)
            if place not in found and index is not None:
                found[place] = index
                del free[index]
    return [found.get(place) for place in range(len(new))]


def _is_kin(old: JsonValue, new: JsonValue) -> bool:
    """Tell whether two things of a list are one in two forms: they share a name or a link."""
    return (
        isinstance(old, dict)
        and isinstance(new, dict)
        and any(name in old and old.get(name) == new.get(name) for name in ("name", "url", "doc"))
    )
