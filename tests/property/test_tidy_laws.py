"""Laws of the one form of YAML files."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from reconciler.config.schema import GroupsFile
from reconciler.config.tidy import tidy
from reconciler.config.written import block
from tests.support.strategies import LAW
from tests.support.yaml_files import MAPS, Writer, files, read

LINKS = st.sampled_from(("https://a.example.com", "https://b.example.com/?x=1#y"))
TABS = st.fixed_dictionaries({"url": LINKS, "name": st.sampled_from(("值班", "Run book", "a: b"))})
GROUPS = st.fixed_dictionaries(
    {},
    optional={
        "tabs": st.lists(TABS, max_size=3) | st.fixed_dictionaries({"list": st.lists(TABS, max_size=2)}),
        "permissions": st.dictionaries(
            st.sampled_from(("urgent", "at_all", "add_member")), st.just("only_owner"), min_size=1
        ),
        "name": st.sampled_from(("值班", "#1", "yes")),
        "announcement": st.sampled_from(("# a\n\n# b: |\n  c\n", "x", "./a.md")),
        "moderation": st.just({"moderators": ["ou_1"], "mode": "moderator_list"}),
        "template": st.just(["a"]),
    },
)
FLEETS = st.fixed_dictionaries(
    {"groups": st.dictionaries(st.sampled_from(("a", "b-1", "c")), GROUPS)},
    optional={"defaults": GROUPS, "people": st.just({"李雷": "ou_1"})},
)


@st.composite
def fleets(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    fleet = draw(FLEETS)
    return Writer(draw, draw(st.sampled_from(("\n", "\r\n")))).write(fleet), fleet


EVERYTHING = st.one_of(files(), fleets())
TIDY = hypothesis_settings(LAW, max_examples=60)


@TIDY
@given(EVERYTHING)
def test_tidy_file_means_the_same(written):
    content, tree = written

    assert read(tidy(content, GroupsFile)) == tree


@TIDY
@given(EVERYTHING)
def test_tidy_file_stays_as_it_is(written):
    once = tidy(written[0], GroupsFile)

    assert tidy(once, GroupsFile) == once


@TIDY
@given(EVERYTHING)
def test_no_comment_is_lost(written):
    content, _ = written

    assert sorted(_remarks(tidy(content, GroupsFile))) == sorted(_remarks(content))


@TIDY
@given(fleets())
def test_keys_stand_in_the_order_of_the_documentation(written):
    content, fleet = written

    tree = read(tidy(content, GroupsFile))

    assert [key for key in GroupsFile.key_order() if key in tree] == list(tree)
    assert list(tree["groups"]) == list(fleet["groups"])


@TIDY
@given(MAPS)
def test_text_that_groupctl_writes_is_tidy(tree):
    content = "".join(f"{line}\n" for line in block(tree, 0)) if tree else ""

    assert tidy(content, GroupsFile) == content


def _remarks(content: str) -> list[str]:
    return re.findall(r"# remark \d+", content)
