"""YAML files as people write them: every tree in many forms, with comments and empty lines in between."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from reconciler.config.document import read_bytes
from reconciler.config.problems import Problems
from reconciler.config.written import flow

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
            "a\n",
            "a\n\n# b: |\n  c\n",
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
                lines += [
                    f"{head} |-{self.tail()}",
                    *(" " * (column + 2) + line for line in inner.split("\n")),
                ]
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
