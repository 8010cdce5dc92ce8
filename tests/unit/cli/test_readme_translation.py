"""The README and its translation say the same: headings, examples, commands and links."""

from __future__ import annotations

import re

import pytest

from tests.support.golden import REPOSITORY

_BLOCK = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def read(name):
    return (REPOSITORY / name).read_text(encoding="utf-8")


def outside_of_blocks(text):
    return _BLOCK.sub("", text)


def heading_levels(text):
    return [len(marks) for marks in re.findall(r"^(#+) ", outside_of_blocks(text), re.MULTILINE)]


def inline_code(text):
    return set(re.findall(r"`([^`\n]+)`", outside_of_blocks(text)))


def links(text):
    """Links to files, but for those by which the two lead to each other."""
    targets = re.findall(r"\]\(([^)#]+)\)", text)
    return sorted(target for target in targets if not target.startswith("README"))


def table_rows(text):
    return [line.count("|") for line in outside_of_blocks(text).splitlines() if line.startswith("|")]


@pytest.mark.parametrize("part", [heading_levels, _BLOCK.findall, inline_code, links, table_rows])
def test_translation_has_the_same(part):
    assert part(read("README.zh-CN.md")) == part(read("README.md"))


def test_they_lead_to_each_other():
    assert "(README.zh-CN.md)" in read("README.md")
    assert "(README.md)" in read("README.zh-CN.md")
