"""Laws of changing YAML files: what is read afterwards, and what stays as it was written."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.config.document import read_bytes
from reconciler.config.edit import rewrite
from reconciler.config.problems import Problems
from reconciler.config.written import block, flow
from tests.support.strategies import LAW

KEYS = ("name", "tabs", "menus", "list", "值班", "a-b", "true", "1")
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-9, 99),
    st.sampled_from(
        (
            "值班",
            "only_owner",
            "a: b",
            "#x",
            "",
            "@y",
            "yes",
            "null",
            "1e3",
            "- a",
            "x #y",
            "🚀",
            "a\nb",
            " x ",
            "+861",
        )
    ),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=14,
)
MAPS = st.dictionaries(st.sampled_from(KEYS), TREES, max_size=5)


def read(content: str) -> Any:
    problems = Problems()
    document = read_bytes(content.encode(), "f.yaml", problems)
    assert document, problems.all
    assert problems.all == ()
    return document.root


class Writer:
    """Writes a tree in one of the many ways in which people write, with comments and empty lines in between."""

    def __init__(self, draw: st.DrawFn, line_break: str) -> None:
        self.draw = draw
        self.line_break = line_break
        self.comments = 0

    def remark(self) -> str:
        self.comments += 1
        return f"# remark {self.comments}"

    def maybe(self, share: int = 3) -> bool:
        return self.draw(st.integers(0, share)) == 0

    def scalar(self, value: Any) -> str:
        return flow(value) if self.maybe() else json.dumps(value, ensure_ascii=False)

    def flow(self, value: Any) -> str:
        gap = self.draw(st.sampled_from(("", " ")))
        match value:
            case dict():
                return (
                    "{"
                    + gap
                    + ", ".join(
                        f"{json.dumps(k, ensure_ascii=False)}: {self.flow(v)}" for k, v in value.items()
                    )
                    + gap
                    + "}"
                )
            case list():
                return "[" + gap + ", ".join(map(self.flow, value)) + gap + "]"
            case _:
                return self.scalar(value)

    def between(self, column: int) -> list[str]:
        lines = []
        if self.maybe():
            lines.append(" " * column + self.remark())
        if self.maybe(6):
            lines.append("")
        return lines

    def tail(self) -> str:
        return f"  {self.remark()}" if self.maybe() else ""

    def block(self, value: Any, column: int) -> list[str]:
        lines: list[str] = []
        parts = value.items() if isinstance(value, dict) else ((None, each) for each in value)
        for name, inner in parts:
            lines += self.between(column)
            head = " " * column + ("-" if name is None else f"{json.dumps(name, ensure_ascii=False)}:")
            if isinstance(inner, dict | list) and inner and not self.maybe():
                flush = isinstance(inner, list) and name is not None and self.maybe()
                nested = self.block(inner, column if flush else column + self.draw(st.integers(1, 3)))
                lines += [head + self.tail(), *nested]
            elif isinstance(inner, str) and inner and inner == inner.strip() and self.maybe():
                lines += [f"{head} |-", *(" " * (column + 2) + line for line in inner.split("\n"))]
            else:
                lines.append(f"{head} {self.flow(inner)}{self.tail()}")
        return lines

    def write(self, value: dict[str, Any]) -> str:
        lines = [self.remark(), *self.block(value, 0), *self.between(0)]
        return self.line_break.join(lines) + self.draw(st.sampled_from(("", self.line_break)))


@st.composite
def files(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    tree = draw(MAPS)
    return Writer(draw, draw(st.sampled_from(("\n", "\r\n")))).write(tree), tree


@LAW
@given(MAPS)
def test_plain_data_is_read_as_it_was_written(tree):
    assert read("\n".join(block(tree, 0))) == tree
    assert read(flow(tree)) == tree


@LAW
@given(files(), MAPS)
def test_new_values_are_read_afterwards_and_everything_else_as_before(written, new):
    content, tree = written

    changed = rewrite(content, {(name,): value for name, value in new.items()})

    assert read(changed) == tree | new


@LAW
@given(files(), st.data())
def test_lists_are_read_afterwards_however_they_were_shuffled(written, data):
    content, tree = written
    lists = {name: value for name, value in tree.items() if isinstance(value, list)}
    new = {
        name: data.draw(st.permutations(value))[: data.draw(st.integers(0, len(value)))]
        + data.draw(st.lists(SCALARS, max_size=2))
        for name, value in lists.items()
    }

    changed = rewrite(content, {(name,): value for name, value in new.items()})

    assert read(changed) == tree | new


@LAW
@given(files(), st.sampled_from(KEYS), TREES)
def test_nothing_but_the_lines_of_the_value_changes(written, name, value):
    content, tree = written
    keys = list(tree)
    places = [_place(content, key) for key in keys]

    changed = rewrite(content, {(name,): value})

    if name in tree:
        index = keys.index(name)
        assert changed.startswith(content[: places[index]])
        assert index + 1 == len(keys) or changed.endswith(content[places[index + 1] :])
    else:
        kept = iter(changed.splitlines())
        assert all(line in kept for line in content.splitlines()) or not tree


def _place(content: str, key: str) -> int:
    """Return where a key at the top begins."""
    found = re.search(rf"^{re.escape(json.dumps(key, ensure_ascii=False))}:", content, re.MULTILINE)
    assert found
    return found.start()


@LAW
@given(files())
def test_saying_the_same_changes_nothing(written):
    content, tree = written

    assert rewrite(content, {(name,): value for name, value in tree.items()}) == content
