"""YAML files in one form."""

from __future__ import annotations

import pytest

from reconciler.config.schema import GroupsFile, SettingsFile
from reconciler.config.tidy import NotUnderstoodError, tidy


def _tidy(content: str) -> str:
    return tidy(content, GroupsFile)


CASES = {
    "keys of a group": (
        "groups:\n  a:\n    tabs: []\n    name: x\n    template: t\n",
        "groups:\n  a:\n    template: t\n    name: x\n    tabs: []\n",
    ),
    "keys in brackets": (
        "groups: {a: {menus: [{url: 'https://x', name: M}]}}\n",
        'groups: {a: {menus: [{name: M, url: "https://x"}]}}\n',
    ),
    "keys that nobody knows stay behind": ("x: 1\ngroups: {}\n", "groups: {}\nx: 1\n"),
    "groups keep their order": ("groups:\n  b: {}\n  a: {}\n", "groups:\n  b: {}\n  a: {}\n"),
    "indentation": (
        "groups:\n      a:\n        tabs:\n        -   name: T\n            doc: https://x\n",
        "groups:\n  a:\n    tabs:\n      - name: T\n        doc: https://x\n",
    ),
    "list in a list": ("x:\n- - 1\n  - 2\n- # c\n  - 3\n", "x:\n  - - 1\n    - 2\n  # c\n  - - 3\n"),
    "blanks in brackets": ("x: [ 1,2 ,  {a : 1} ]\n", "x: [1, 2, {a: 1}]\n"),
    "brackets that are too long": (
        f"groups: {{a: {{managers: [{', '.join(f'ou_{number:020}' for number in range(5))}]}}}}\n",
        "groups:\n  a:\n    managers:\n" + "".join(f"      - ou_{number:020}\n" for number in range(5)),
    ),
    "brackets with comments": ("x: [1, # one\n  2]\n", "x:\n  - 1  # one\n  - 2\n"),
    "brackets with a comment at the end": ("x: [1\n  # end\n  ]\n", "x:\n  - 1\n  # end\n"),
    "quotes that nothing needs": ("x: ['only_owner', \"值班\"]\n", "x: [only_owner, 值班]\n"),
    "quotes that are needed": ("x: ['a: b', 'yes: ', '1', \"@x\"]\n", 'x: ["a: b", "yes: ", "1", "@x"]\n'),
    "escapes stay escapes": ('x: "a\\u200bb"\n', 'x: "a\\u200bb"\n'),
    "quotes of keys": ("'people': {\"a b\": ou_1, 'c:': ou_2}\n", 'people: {a b: ou_1, "c:": ou_2}\n'),
    "truth": ("x: [True, FALSE, 0x1F, +861, ~]\n", "x: [true, false, 0x1F, +861, ~]\n"),
    "nothing": ("x:\ny: # c\n", "x:\ny:  # c\n"),
    "empty line between groups of several lines": (
        "groups:\n\n  a:\n    name: x\n\n\n  b: {}\n  c: {}\n  d:\n    name: x\n",
        "groups:\n  a:\n    name: x\n\n  b: {}\n  c: {}\n\n  d:\n    name: x\n",
    ),
    "empty line between sections": (
        "people:\n  x: ou_1\ngroups:\n  a: {}\n",
        "people:\n  x: ou_1\n\ngroups:\n  a: {}\n",
    ),
    "empty lines that people left stay": (
        "groups:\n  a:\n    name: x\n\n\n    owner: self\n",
        "groups:\n  a:\n    name: x\n\n    owner: self\n",
    ),
    "comments go with their key": (
        "groups:\n  a:\n    # tabs\n    tabs: []  # none\n    # name\n    name: x # y\n",
        "groups:\n  a:\n    # name\n    name: x  # y\n    # tabs\n    tabs: []  # none\n",
    ),
    "comments below one another stay so": (
        "a: 1      # x\nbb: 2     # y\n",
        "a: 1      # x\nbb: 2     # y\n",
    ),
    "comment of a block stands behind its key": (
        "groups: # all\n  a: # first\n    name: x\n",
        "groups:  # all\n  a:  # first\n    name: x\n",
    ),
    "comment between key and value": ("x: # c\n  1\n", "# c\nx: 1\n"),
    "head of a file stays at its head": (
        "# yaml-language-server: $schema=x\n# Groups\ngroups: {}\npeople: {}\n",
        "# yaml-language-server: $schema=x\npeople: {}\n# Groups\ngroups: {}\n",
    ),
    "head that an empty line ends": (
        "\n# head\n\n\n# more\n\ngroups: {}\npeople: {}\n",
        "# head\n\n# more\n\npeople: {}\ngroups: {}\n",
    ),
    "comment at the end of a block stays there": (
        "groups:\n  a:\n    tabs:\n    - name: T\n      # T\n    # tabs\n    name: x\n    # a\n  # all\n# file\n",
        "groups:\n  a:\n    # tabs\n    name: x\n    tabs:\n      - name: T\n        # T\n    # a\n  # all\n# file\n",
    ),
    "comment at the end of a list": ("x:\n  - 1\n\n  # more\ny: 1\n", "x:\n  - 1\n\n  # more\ny: 1\n"),
    "text behind a bar": (
        "x: |   # t\n      # a\n        b\n\n      c\ny: >-\n z\n\n# end\n",
        "x: |   # t\n  # a\n    b\n\n  c\ny: >-\n  z\n\n# end\n",
    ),
    "texts of several lines": (
        "x: a\n    b\n\n    c # t\ny: 'a\n      b'\n",
        "x: a\n  b\n\n  c # t\ny: 'a\n  b'\n".replace("c # t", "c  # t"),
    ),
    "anchors": (
        "groups:\n  b: &b\n    name: &n  x\n  a: *b # same\n  c: [*n, &m {x: 1}, *m]\n",
        "groups:\n  b: &b\n    name: &n x\n\n  a: *b  # same\n  c: [*n, &m {x: 1}, *m]\n",
    ),
    "anchor of an item": ("x:\n- &a\n  y: 1\n- *a\n", "x:\n  - &a\n    y: 1\n  - *a\n"),
    "aliases keep the order of keys": (
        "groups:\n  a:\n    tabs: &t []\n    name: x\n    menus: *t\n",
        "groups:\n  a:\n    tabs: &t []\n    name: x\n    menus: *t\n",
    ),
    "beginning of the document": ("---\nx: 1\n...\n", "x: 1\n"),
    "question mark": ("? x\n: 1\n", "x: 1\n"),
    "no line break at the end": ("x: 1", "x: 1\n"),
    "line breaks of Windows": ("x:  1\r\ny: 2\r\n", "x: 1\r\ny: 2\r\n"),
    "nothing but comments": ("\n#  x\n\n", "\n#  x\n\n"),
    "empty": ("", ""),
    "empty map": ("{}", "{}"),
}


@pytest.mark.parametrize(
    ("content", "expected"),
    CASES.values(),
    ids=CASES,
)
def test_form(content, expected):
    assert _tidy(content) == expected
    assert _tidy(expected) == expected


def test_settings_stand_before_what_groups_share():
    content = "templates: {}\nstate: x\npeople: {}\nguards: {removals: {fraction: 1, count: 2}}\nfleet: a\nversion: 1\n"

    assert tidy(content, SettingsFile) == (
        "version: 1\nfleet: a\nstate: x\nguards: {removals: {count: 2, fraction: 1}}\npeople: {}\ntemplates: {}\n"
    )


@pytest.mark.parametrize(
    "content",
    [
        "x: |2\n   a\n",
        "&k x: 1\n",
        "&r\nx: 1\n",
        "%YAML 1.2\n---\nx: 1\n",
        '? "a\n  b"\n: 1\n',
    ],
)
def test_what_is_not_understood_is_left_alone(content):
    with pytest.raises(NotUnderstoodError):
        _tidy(content)
