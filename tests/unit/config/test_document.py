"""Reading YAML: values, places, and what is refused. Both parsers are held to the same answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.config import document
from reconciler.config.document import build, read_bytes, read_file, resolve
from reconciler.config.events import EventSource, accelerator, reference
from reconciler.config.problems import Problems
from reconciler.config.tree import YamlList, YamlMap, locate
from reconciler.errors import Source

FAST = accelerator()
assert FAST is not None
PARSERS = {"pure": reference(), "libyaml": FAST}

VALID = {
    "empty": ("", {}),
    "comment": ("# nothing\n", {}),
    "document marker": ("---\na: 1\n", {"a": 1}),
    "explicit 1.2": ("%YAML 1.2\n---\na: 1\n", {"a": 1}),
    "block": ("a:\n  b: x\n  c:\n    - 1\n    - d: 2\n", {"a": {"b": "x", "c": [1, {"d": 2}]}}),
    "flow": ("{a: [1, \"x\"], b: {c: 'y'}}", {"a": [1, "x"], "b": {"c": "y"}}),
    "link in a flow map": (
        "- {name: Wiki, url: https://x/?q=1}\n",
        [{"name": "Wiki", "url": "https://x/?q=1"}],
    ),
    "wide text": ("名: 值班 🚨\n", {"名": "值班 🚨"}),
    "literal and folded": ("a: |\n  x\n  y\nb: >-\n  x\n  y\n", {"a": "x\ny\n", "b": "x y"}),
    "words of YAML 1.1": ("[yes, no, on, off, y, n, NO]", ["yes", "no", "on", "off", "y", "n", "NO"]),
    "dates and times": ("[2026-01-01, 1:30, 12:30:45]", ["2026-01-01", "1:30", "12:30:45"]),
    "truth": ("[true, True, FALSE]", [True, True, False]),
    "nothing": ("[~, null, Null, NULL]", [None, None, None, None]),
    "numbers": ("[0, -1, 017, 0o17, 0xFF, 1.5, 1e3, -.5, 1.]", [0, -1, 17, 15, 255, 1.5, 1000.0, -0.5, 1.0]),
    "no numbers": ("[1_000, 1e, 0b1, .e1, -, 1-2]", ["1_000", "1e", "0b1", ".e1", "-", "1-2"]),
    "telephone number": ("[+8613800000000]", ["+8613800000000"]),
    "infinite": ("[.inf, -.INF]", [float("inf"), float("-inf")]),
    "keys are text": ("1: a\ntrue: b\n~: c\n", {"1": "a", "true": "b", "~": "c"}),
    "quoted numbers": ("['1', \"true\"]", ["1", "true"]),
    "anchor": (
        "a: &x {b: 1}\nc: *x\nd: &y z\ne: [*y, *y]\n",
        {"a": {"b": 1}, "c": {"b": 1}, "d": "z", "e": ["z", "z"]},
    ),
    "anchor used again": ("a: &x 1\nb: *x\nc: &x 2\nd: *x\n", {"a": 1, "b": 1, "c": 2, "d": 2}),
    "quoted <<": ('"<<": 1\n', {"<<": 1}),
    "empty value": ("a:\nb: 1\n", {"a": None, "b": 1}),
    "windows line ends": ("a: 1\r\nb:\r\n  - 2\r\n", {"a": 1, "b": [2]}),
    "escapes": ('a: "\\u4e2d\\t\\n"\n', {"a": "中\t\n"}),
    "complex key syntax": ("? a\n: b\n", {"a": "b"}),
    "comments between": ("a: 1 # one\n# two\nb: 2\n", {"a": 1, "b": 2}),
}


def _tree(content: str, source: EventSource) -> Any:
    problems = Problems()
    root = build(content, "f.yaml", problems, source).root
    assert problems.all == ()
    return root


def _places(node: Any) -> Any:
    match node:
        case YamlMap():
            return [node.marks[key] for key in node] + [_places(value) for value in node.values()]
        case YamlList():
            return node.marks + [_places(item) for item in node]
        case _:
            return node


@pytest.mark.parametrize("source", PARSERS.values(), ids=PARSERS.keys())
@pytest.mark.parametrize(("content", "expected"), VALID.values(), ids=VALID.keys())
def test_text_becomes_its_value_in_both_parsers(content, expected, source):
    assert _tree(content, source) == expected


@pytest.mark.parametrize("content", [content for content, _ in VALID.values()], ids=VALID.keys())
def test_both_parsers_see_the_same_places(content):
    assert _places(_tree(content, PARSERS["libyaml"])) == _places(_tree(content, PARSERS["pure"]))


def test_nan_is_a_float():
    assert repr(resolve(".nan")) == "nan"


def test_very_long_digits_stay_text():
    assert resolve("9" * 5000) == "9" * 5000


def _told(content: str | bytes) -> list[str]:
    problems = Problems()
    raw = content if isinstance(content, bytes) else content.encode()
    read_bytes(raw, "f.yaml", problems)
    return [f"{each.source.line}:{each.source.column} {each.summary}" for each in problems.all if each.source]


REFUSED = {
    "tab in indentation": ("a:\n\tb: 1\n", ["2:1 Tab in the indentation"]),
    "spaces and tab": ("a:\n  \tb: 1\n", ["2:3 Tab in the indentation"]),
    "tab in block text": ("a: |\n\tb\n", ["2:1 Tab in the indentation"]),
    "tab after a colon": ("a:\tb\n", ["1:3 Invalid YAML"]),
    "duplicate key": ("a: 1\nb: {c: 1, c: 2}\na: 3\n", ["2:11 Duplicate key", "3:1 Duplicate key"]),
    "duplicate with children": ("a: 1\na: {b: [1]}\nc: 1\n", ["2:1 Duplicate key"]),
    "merge key": ("a: &x {}\nb:\n  <<: *x\n", ["3:3 Unsupported YAML"]),
    "tag": (
        "a: !!str 1\nb: !x [1]\nc: !x {}\n",
        ["1:4 Unsupported YAML", "2:4 Unsupported YAML", "3:4 Unsupported YAML"],
    ),
    "tag on a key": ("!!str a: 1\n", ["1:1 Unsupported YAML"]),
    "python object": ("a: !!python/object/apply:os.system [ls]\n", ["1:4 Unsupported YAML"]),
    "YAML 1.1": ("# x\n%YAML 1.1\n---\na: on\n", ["2:1 Unsupported YAML"]),
    "two documents": ("a: 1\n---\nb: 2\n", ["2:1 Unsupported YAML"]),
    "document after an end": ("a: 1\n...\nb: 2\n", ["3:1 Unsupported YAML"]),
    "list as key": ("[a]: 1\n", ["1:1 Unsupported YAML"]),
    "alias as key": ("a: &x b\n*x : 1\n", ["2:1 Unsupported YAML"]),
    "unknown anchor": ("a: *x\n", ["1:4 Unknown anchor"]),
    "anchor inside itself": ("a: &x [*x]\n", ["1:8 Unknown anchor"]),
    "anchor inside its namesake": ("a: &x 1\nb: &x [*x]\n", ["2:8 Unknown anchor"]),
    "control character": ("a: b\nc: d\x07\n", ["2:5 Forbidden character"]),
    "escaped control character": ('a: "\\a"\n', ["1:4 Forbidden character"]),
    "escaped half of a pair": ('a: "\\ud800"\n', ["1:4 Forbidden character"]),
    "comment after a bar": ("a: |#x\n  b\n", ["1:5 Invalid YAML"]),
    "colon in an anchor": ("a: *x:\n", ["1:4 Unknown anchor"]),
    "impossible escape": ('a: "\\U00110000"\n', ["1:1 Invalid YAML"]),
    "unknown escape": ('a: "\\q"\n', ["1:6 Invalid YAML"]),
    "text turned around": ("a: \u202eb\n", ["1:4 Forbidden character"]),
    "line separator": ("a: b\u2028c\n", ["1:5 Forbidden character"]),
    "second byte order mark": ("a: \ufeffb\n", ["1:4 Forbidden character"]),
    "Latin-1": (b"a: b\nc: gr\xfc\xdf\n", ["2:6 Not UTF-8"]),
    "UTF-16": ("a: b".encode("utf-16"), ["1:1 Not UTF-8"]),
    "list in the line of its key": ("a: - b\n", ["1:4 Invalid YAML"]),
    "several problems before the last": ("a: 1\na: *x\n", ["2:1 Duplicate key", "2:4 Unknown anchor"]),
    "key without colon": ("a: 1\nb\nc: 2\n", ["3:1 Invalid YAML"]),
    "text alone": ("name\n", ["1:1 Wrong type"]),
    "missing item": ("[a, , b]", ["1:5 Invalid YAML"]),
    "closed twice": ("{a: 1}}", ["1:7 Invalid YAML"]),
}


@pytest.mark.parametrize(("content", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_text_is_refused_at_its_place(content, expected):
    assert _told(content) == expected


@pytest.mark.parametrize("content", [content for content, _ in REFUSED.values()], ids=REFUSED.keys())
def test_verdict_does_not_depend_on_the_accelerator(content, monkeypatch):
    with_accelerator = _told(content)

    monkeypatch.setattr(document, "accelerator", lambda: None)

    assert _told(content) == with_accelerator


def test_byte_order_mark_at_the_beginning_is_skipped():
    problems = Problems()
    result = read_bytes(b"\xef\xbb\xbfa: 1\n", "f.yaml", problems)

    assert result is not None
    assert (result.root, result.root.key_source("a")) == ({"a": 1}, Source("f.yaml", 1, 1))


def test_columns_count_characters():
    problems = Problems()
    result = read_bytes("{值班🚨: x, b: 1}".encode(), "f.yaml", problems)

    assert result is not None
    assert result.root.key_source("b") == Source("f.yaml", 1, 10)


class TestBounds:
    """Nothing that a file says makes reading it expensive."""

    @pytest.mark.parametrize("source", PARSERS.values(), ids=PARSERS.keys())
    def test_32_levels_are_read(self, source):
        tree = _tree("[" * 32 + "]" * 32, source)

        assert len(tree) == 1

    def test_33_levels_are_refused(self):
        assert _told("[" * 33 + "]" * 33) == ["1:33 Nested too deeply"]

    def test_endless_nesting_is_refused_at_once(self):
        assert _told("[" * 300_000) == ["1:33 Nested too deeply"]

    def test_levels_behind_an_alias_count(self):
        deep = "[" * 20 + "]" * 20
        assert _told(f"a: &x {deep}\nb: [[[[[[[[[[[[*x]]]]]]]]]]]]\n") == ["2:16 Nested too deeply"]

    def test_billion_laughs_are_refused(self):
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
        assert [each.split(" ", 1)[1] for each in _told("\n".join(lines))] == ["Too many values"]

    @pytest.mark.parametrize("source", PARSERS.values(), ids=PARSERS.keys())
    def test_plain_values_count(self, source, monkeypatch):
        monkeypatch.setattr(document, "MAX_NODES", 4)
        assert len(_tree("[a, b, c]", source)) == 3
        assert _told("[a, b, c, d]") == ["1:11 Too many values"]

    def test_file_of_more_than_16_mb_is_refused(self, monkeypatch):
        monkeypatch.setattr(document, "MAX_BYTES", 8)
        assert _told("a: 1\nb: 2\n") == ["1:1 File too large"]


def test_file_is_read_with_its_shown_name(tmp_path):
    (tmp_path / "a.yaml").write_text("a: 1\n")
    problems = Problems()

    result = read_file(tmp_path / "a.yaml", "shown.yaml", problems)

    assert result is not None
    assert (result.root, result.start) == ({"a": 1}, Source("shown.yaml", 1, 1))


def test_missing_file_is_a_problem():
    problems = Problems()

    assert read_file(Path("does-not-exist.yaml"), "x.yaml", problems) is None
    assert [str(each.summary) for each in problems.all] == ["File cannot be read"]


def test_locate_skips_what_is_no_key():
    root = _tree("a: [1, {b: 2}]\n", PARSERS["pure"])

    found = locate(root, ("a", "[list]", 1, "b", "[text]"), Source("f.yaml", 1, 1))

    assert found == (["a", 1, "b"], 2, Source("f.yaml", 1, 12))
