"""One YAML file as a tree with positions, read strictly.

What is accepted is YAML 1.2 with its core schema and nothing that hides meaning: no tags, no merge keys, no
duplicate keys, one document. `yes`, `no`, `on`, `off` and dates are text. Sizes are bounded before anything is
built, with aliases counted at their expanded size, and nothing here recurses.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from reconciler.config.events import EventSource, Kind, accelerator, reference
from reconciler.config.problems import Problems
from reconciler.config.tree import Node, YamlList, YamlMap, empty_list, empty_map
from reconciler.errors import Diagnostic, Source, Text, text

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_DEPTH: Final = 32
MAX_LINES: Final = 500_000
MAX_LINE: Final = 1_000_000
"""Characters of a line. Looking for the end of a line or of a text is what costs the parsers most."""
MAX_NODES: Final = 500_000
MAX_PROBLEMS: Final = 100
"""Told of one file. More are of no use to anybody, and a hostile file can have millions."""
MAX_ALIASED_NODES: Final = 200_000
"""Each alias counts as what it stands for: a few bytes must not make much work."""

# C0 and C1 controls but tab and line break, marks that turn the direction of text, line and paragraph separators
# (parsers disagree whether they end a line), byte order marks and halves of surrogate pairs.
_FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
# What libyaml reads and ruamel.yaml refuses or reads otherwise: tabs between tokens, a comment right after `|` or
# `>`, colons in the names of anchors.
_DISPUTED: Final = re.compile(
    r"""[\t|>&*](?:                                        # found fast, then looked at
        (?<=\t)
      | (?<=[|>])[-+0-9]*\#
      | (?<=[&*])(?<![^\s\[{,][&*])[^\s,\[\]{}]*:
    )""",
    re.VERBOSE,
)
_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")
_LONG_LINE: Final = re.compile(rf"(?:\A|(?<=[\r\n]))[^\r\n]{{{MAX_LINE + 1}}}")

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTHS: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
# The core schema allows a plus sign before a number as well. Here `+8613800000000` is a telephone number, and no
# setting is a number with a sign, so that it stays text.
_DECIMAL: Final = re.compile(r"-?[0-9]+")
_PREFIXED: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"-?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL_FLOAT: Final = re.compile(r"-?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_MAX_DIGITS: Final = 30  # no setting is longer, and int() of hostile lengths is slow
_MAYBE_NOT_TEXT: Final = frozenset("0123456789-.~nNtTfF")
"""First characters of everything that a plain scalar could be besides text."""


class Document(NamedTuple):
    """A file that was read."""

    file: str
    """The name shown to people."""
    root: Node
    """An empty map for an empty file."""

    @property
    def start(self) -> Source:
        """The beginning of the file."""
        return Source(self.file, 1, 1)


class _Refused(Exception):
    """The rest of the text cannot be read."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic)
        self.diagnostic = diagnostic


def read_file(path: Path, file: str, problems: Problems) -> Document | None:
    """Return the tree of a file, or `None` when its text cannot be read as a whole.

    Args:
        path: Where the file is.
        file: Its name as shown to people.
        problems: Takes everything that is wrong.
    """
    content = content_of(path, file, MAX_BYTES, problems)
    return None if content is None else read_bytes(content, file, problems)


def read_text(content: bytes, file: str, limit: int, problems: Problems) -> str | None:
    """Return a text that a fleet names, with the same demands on its characters as on YAML, or `None`.

    Args:
        content: What the file holds.
        file: Its name as shown to people.
        limit: Bytes that it may have.
        problems: Takes what is wrong.
    """
    try:
        return _visible(_decoded(content, file, limit), file)
    except _Refused as refused:
        problems.include((refused.diagnostic,))
        return None


def content_of(path: Path, file: str, limit: int, problems: Problems) -> bytes | None:
    """Return the bytes of a file, one more than the limit at most; `None` when it cannot be read."""
    try:
        if path.is_fifo() or path.is_char_device():  # would be waited for, or never end
            raise OSError(errno.EINVAL, "Not an ordinary file")  # noqa: TRY301  told like every other
        with path.open("rb") as stream:
            return stream.read(limit + 1)
    except OSError as error:
        problems.error(
            text("File cannot be read"),
            text("The file cannot be read: {why}.", why=error.strerror or type(error).__name__),
            source=Source(file, 1, 1),
        )
        return None


def read_bytes(content: bytes, file: str, problems: Problems) -> Document | None:
    """Return the tree of a file's content, or `None` when it cannot be read as a whole."""
    try:
        return _read(_visible(_in_lines(_decoded(content, file, MAX_BYTES), file), file), file, problems)
    except _Refused as refused:
        problems.include((refused.diagnostic,))
        return None


def _read(content: str, file: str, problems: Problems) -> Document:
    fast = accelerator()
    if fast is not None and not _DISPUTED.search(content):
        own = Problems()
        try:
            document = build(content, file, own, fast)
        except _Refused as refused:
            if refused.diagnostic.summary != _INVALID:
                problems.include(own.all)
                raise
        else:
            problems.include(own.all)
            return document
    return build(content, file, problems, reference())


def build(content: str, file: str, problems: Problems, source: EventSource) -> Document:
    """Return the tree of `content` as one parser reads it."""
    try:
        return Document(file, _Builder(content, file, problems).build(source.parse(content), source.kind_of))
    except source.errors as error:
        raise _Refused(_syntax_error(error, content, file)) from error


_INVALID: Final = text("Invalid YAML")
_TAB: Final = text("Tab in the indentation")


class _Builder:
    """Puts events together to a tree, with a stack of its own."""

    def __init__(self, content: str, file: str, problems: Problems) -> None:
        self.content = content
        self.file = file
        self.problems = problems
        self.told = 0

    def build(self, events: Iterator[Any], kind_of: Mapping[type, Kind]) -> Node:
        """Return the root of the only document, an empty map when there is none."""
        file = self.file
        holder = empty_list()
        container: YamlMap | YamlList = holder
        key: str | None = None
        key_line = key_column = 0
        skip = False  # the value of a key that was refused
        # What was begun around the container: it, the anchor of its part, nodes before the part, its height so far.
        stack: list[tuple[YamlMap | YamlList, str | None, int, int]] = []
        anchors: dict[str, tuple[Node, int, int]] = {}  # value, number of nodes, height
        nodes = aliased = height = 0

        for event in events:
            kind = kind_of[type(event)]
            if kind is Kind.FRAME:
                continue
            if kind is Kind.END:
                ended, ended_height = container, height
                container, anchor, before, height = stack.pop()
                height = max(height, ended_height + 1)
                if anchor is not None:
                    anchors[anchor] = (ended, nodes - before, ended_height + 1)
                continue
            mark = event.start_mark
            line, column = mark.line + 1, mark.column + 1
            if kind is Kind.DOCUMENT_START:
                self._check_document(event, line, column, has_one_already=bool(holder))
                continue

            nodes += 1
            if kind is Kind.ALIAS:
                value, size, alias_height = self._anchored(anchors, event.anchor, line, column)
                nodes += size - 1
                aliased += size
                height = max(height, alias_height)
                if len(stack) + alias_height > MAX_DEPTH:
                    raise _Refused(self._too_deep(line, column))
            elif kind is Kind.SCALAR:
                if event.tag is not None:
                    self._refuse_tag(line, column)
                value = event.value
                if not event.style:
                    if value == "" and key is not None:
                        line, column = key_line, key_column  # the parsers disagree about where nothing stands
                    if (value == "" or value[0] in _MAYBE_NOT_TEXT) and (
                        key is not None or isinstance(container, YamlList)
                    ):
                        value = resolve(value)
                elif event.style == '"':
                    self._check_characters(value, line, column)
                if event.anchor is not None:
                    anchors[event.anchor] = (value, 1, 0)
            else:
                if event.tag is not None:
                    self._refuse_tag(line, column)
                if len(stack) >= MAX_DEPTH:
                    raise _Refused(self._too_deep(line, column))
                value = empty_map() if kind is Kind.MAP_START else empty_list()
                anchors.pop(event.anchor, None)  # inside the new value its anchor is not complete yet
            if nodes > MAX_NODES or aliased > MAX_ALIASED_NODES:
                raise _Refused(self._too_many(line, column))

            if isinstance(container, YamlMap):
                if key is None:
                    if kind is not Kind.SCALAR:
                        raise _Refused(self._odd_key(line, column))
                    skip = not self._is_new_key(container, value, event, line, column)
                    key, key_line, key_column = value, line, column
                    continue
                if not skip:
                    container[key] = value
                    container.marks[key] = (file, key_line, key_column, line, column)
            else:
                if container is holder and kind is Kind.SCALAR and value is not None:
                    raise _Refused(self._no_map(line, column))
                container.append(value)
                container.marks.append((file, line, column, line, column))
            if kind is Kind.MAP_START or kind is Kind.LIST_START:
                stack.append((container, event.anchor, nodes - 1, height))
                container, height = value, 0
            key = None

        root = holder[0] if holder else None
        return empty_map() if root is None else root

    def _check_document(self, event: Any, line: int, column: int, *, has_one_already: bool) -> None:
        if has_one_already:
            raise _Refused(
                Diagnostic(
                    text("Unsupported YAML"),
                    text("A second document begins here (`---`). A configuration file holds one document."),
                    text("Put the second document into a file of its own."),
                    source=Source(self.file, line, column),
                )
            )
        if event.version not in (None, (1, 2)):
            # The parsers disagree about where a document with a directive begins.
            directive = self.content.index("%YAML")
            raise _Refused(
                Diagnostic(
                    text("Unsupported YAML"),
                    text("The directive asks for another version of YAML. These files are YAML 1.2."),
                    text("Remove the `%YAML` line."),
                    source=_source_at(self.content, directive, self.file),
                )
            )

    def _anchored(
        self, anchors: dict[str, tuple[Node, int, int]], name: str, line: int, column: int
    ) -> tuple[Node, int, int]:
        try:
            return anchors[name]
        except KeyError:
            raise _Refused(
                Diagnostic(
                    text("Unknown anchor"),
                    text("`*{name}` refers to an anchor that no complete value above has.", name=name),
                    text("Write `&{name}` before the value that is meant.", name=name),
                    source=Source(self.file, line, column),
                )
            ) from None

    def _is_new_key(self, container: YamlMap, key: str, event: Any, line: int, column: int) -> bool:
        if key == "<<" and not event.style:
            self._tell(
                text("Unsupported YAML"),
                text("Merge keys (`<<`) are not part of YAML 1.2."),
                text("Use `defaults` or a template."),
                Source(self.file, line, column),
            )
            return False
        if key in container:
            first = container.key_source(key)
            self._tell(
                text("Duplicate key"),
                text(
                    "`{key}` stands here a second time; the first one is in line {line}.",
                    key=key,
                    line=first.line,
                ),
                text("Keep one of them."),
                Source(self.file, line, column),
            )
            return False
        return True

    def _check_characters(self, value: str, line: int, column: int) -> None:
        found = _FORBIDDEN.search(value)
        if found:
            raise _Refused(_forbidden(found.group(), Source(self.file, line, column)))

    def _refuse_tag(self, line: int, column: int) -> None:
        self._tell(
            text("Unsupported YAML"),
            text("Tags (`!…`) are not used in configuration files."),
            text('Remove the tag. A value in quotes is text: `"2026"`.'),
            Source(self.file, line, column),
        )

    def _tell(self, summary: Text, detail: Text, hint: Text, source: Source) -> None:
        """Remember something wrong after which the rest can still be read."""
        self.told += 1
        if self.told > MAX_PROBLEMS:
            raise _Refused(
                Diagnostic(
                    text("Too many problems"),
                    text("The first {limit} are shown; the rest was not read.", limit=MAX_PROBLEMS),
                    text("Correct these first."),
                    source=source,
                )
            )
        self.problems.error(summary, detail, hint=hint, source=source)

    def _odd_key(self, line: int, column: int) -> Diagnostic:
        return Diagnostic(
            text("Unsupported YAML"),
            text("A key has to be one plain word or a text in quotes."),
            text("If this is a text that begins with `[`, `{` or `*`, put it in quotes."),
            source=Source(self.file, line, column),
        )

    def _no_map(self, line: int, column: int) -> Diagnostic:
        return Diagnostic(
            text("Wrong type"),
            text("A configuration file is a map of keys; text stands here."),
            text("Write `key: value`, with a space after the colon."),
            source=Source(self.file, line, column),
        )

    def _too_deep(self, line: int, column: int) -> Diagnostic:
        return Diagnostic(
            text("Nested too deeply"),
            text("Values may be nested {limit} levels deep.", limit=MAX_DEPTH),
            source=Source(self.file, line, column),
        )

    def _too_many(self, line: int, column: int) -> Diagnostic:
        return Diagnostic(
            text("Too many values"),
            text(
                "A file may hold {limit} values, {aliased} of them through aliases, which count as what they mean.",
                limit=MAX_NODES,
                aliased=MAX_ALIASED_NODES,
            ),
            text("Split the file, and use `defaults` or templates instead of aliases."),
            source=Source(self.file, line, column),
        )


def resolve(plain: str) -> Node:
    """Return what an unquoted scalar means in the core schema of YAML 1.2."""
    if plain in _NULLS:
        return None
    if plain in _TRUTHS:
        return _TRUTHS[plain]
    if len(plain) > _MAX_DIGITS:
        return plain
    if _DECIMAL.fullmatch(plain):
        return int(plain)
    if _PREFIXED.fullmatch(plain):
        return int(plain, 0)
    if _FLOAT.fullmatch(plain):
        return float(plain)
    if _SPECIAL_FLOAT.fullmatch(plain):
        return float(plain.replace(".", "", 1))
    return plain


def shown_size(limit: int) -> str:
    """Return a number of bytes as people say it."""
    return f"{limit // 1024**2} MB" if limit >= 1024**2 else f"{limit // 1024} kB"


def _visible(content: str, file: str) -> str:
    found = _FORBIDDEN.search(content)
    if found:
        raise _Refused(_forbidden(found.group(), _source_at(content, found.start(), file)))
    return content


def _in_lines(content: str, file: str) -> str:
    found = _LONG_LINE.search(content)
    if found:
        raise _Refused(
            Diagnostic(
                text("Line too long"),
                text("A line may have {limit} characters.", limit=MAX_LINE),
                text("Divide it, or split the file."),
                source=_source_at(content, found.start(), file),
            )
        )
    if max(content.count("\n"), content.count("\r")) > MAX_LINES:
        raise _Refused(
            Diagnostic(
                text("Too many lines"),
                text("A file may have {limit} lines.", limit=MAX_LINES),
                text("Split the file."),
                source=Source(file, MAX_LINES + 1, 1),
            )
        )
    return content


def _decoded(content: bytes, file: str, limit: int) -> str:
    if len(content) > limit:
        raise _Refused(
            Diagnostic(
                text("File too large"),
                text("This file may have {limit}.", limit=shown_size(limit)),
                text("Split the file, or shorten it."),
                source=Source(file, 1, 1),
            )
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        raise _Refused(
            Diagnostic(
                text("Not UTF-8"),
                text(
                    "The byte 0x{byte:02X} here is not part of a UTF-8 text.", byte=error.object[error.start]
                ),
                text("Save the file with the encoding UTF-8."),
                source=_source_at(before, len(before), file),
            )
        ) from None


def _forbidden(character: str, source: Source) -> Diagnostic:
    return Diagnostic(
        text("Forbidden character"),
        text(
            "The character U+{code:04X} is invisible and can make a text look like another one.",
            code=ord(character),
        ),
        text("Delete the character."),
        source=source,
    )


def _source_at(content: str, offset: int, file: str) -> Source:
    """Return the place of a character by its number in the text."""
    line, start = 1, 0
    for line_break in _LINE_BREAK.finditer(content, 0, offset):
        line, start = line + 1, line_break.end()
    return Source(file, line, offset - start + 1)


def _syntax_error(error: Exception, content: str, file: str) -> Diagnostic:
    mark = getattr(error, "problem_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    tab = _tab_in_indentation(content, line)
    if tab:
        return Diagnostic(
            _TAB,
            text("The line is indented with a tab. YAML allows spaces only."),
            text("Replace the tab by spaces."),
            source=Source(file, line, tab),
        )
    context = getattr(error, "context_mark", None)
    begin = context.line + 1 if context else line
    detail, hint = _explained(getattr(error, "problem", None) or str(error), begin)
    return Diagnostic(_INVALID, detail, hint, source=Source(file, line, column))


def _tab_in_indentation(content: str, line: int) -> int:
    """Return the column of the first tab that indents `line`, or 0."""
    lines = _LINE_BREAK.split(content)
    written = lines[line - 1] if line <= len(lines) else ""
    return written[: len(written) - len(written.lstrip(" \t"))].find("\t") + 1


_CANNOT_START: Final = re.compile(r"found character '(.+)' that cannot start any token")


def _explained(problem: str, begin: int) -> tuple[Text, Text]:
    """Return detail and hint for a problem as ruamel.yaml words it.

    Args:
        problem: The parser's words.
        begin: Line in which the unfinished part begins.
    """
    character = _CANNOT_START.search(problem)
    if character and character.group(1) == "\\t":
        return (
            text("A tab stands between two parts of a line, where only spaces separate."),
            text("Replace the tab by a space."),
        )
    if character:
        return (
            text("A value without quotes cannot begin with `{character}`.", character=character.group(1)),
            text('Put the value in quotes: `"{character}…"`.', character=character.group(1)),
        )
    for part, detail, hint in _EXPLANATIONS:
        if part in problem:
            return text(detail, line=begin), hint
    return text("The YAML parser says: {problem}.", problem=problem), text(
        "Compare the line with those around it."
    )


_EXPLANATIONS: Final = (
    (
        "mapping values are not allowed",
        text("A `: ` stands where no key can be: the line is indented too far, or a value holds `: `."),
        text("Indent keys of one map alike, and put a value that holds `: ` in quotes."),
    ),
    (
        "could not find expected ':'",
        text("A key without `:`, or a value that goes on in a line that is indented too little."),
        text("Write `key: value`, with a space after the colon."),
    ),
    (
        "found unexpected end of stream",
        text("The text in quotes that begins in line {line} is never closed."),
        text("Close the quotes."),
    ),
    (
        "expected ',' or",
        text("The list or map in brackets that begins in line {line} is not closed, or lacks a comma."),
        text("Close the bracket, and separate the parts by commas."),
    ),
    (
        "expected the node content",
        text("A value is missing here, or the bracket in line {line} is never closed."),
        text("Write the value, or close the bracket."),
    ),
    (
        "expected <block end>",
        text(
            "The line does not fit the lines above: its indentation differs, or a value is already complete."
        ),
        text("Indent parts of one list or map alike."),
    ),
    (
        "entries are not allowed here",
        text("A list cannot begin in the line of its key."),
        text("Put `- ` into the next line, or write the list as `[a, b]`."),
    ),
    (
        "unknown escape character",
        text("A text in double quotes has a backslash that means nothing."),
        text("Write `\\\\` for a backslash, or use single quotes."),
    ),
)
