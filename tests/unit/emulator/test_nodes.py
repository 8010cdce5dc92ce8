from __future__ import annotations

import sys

import pytest

from reconciler.emulator.nodes import DEEPEST, NodeError, read_nodes


@pytest.fixture(params=["libyaml", "ruamel.yaml"])
def parser(request, monkeypatch):
    """Either library, as an installation may have it."""
    if request.param == "ruamel.yaml":
        monkeypatch.setitem(sys.modules, "yaml", None)
    return request.param


def parsed(text):
    node = read_nodes(text)
    assert node
    return node


def plain(node):
    match node.kind:
        case "seq":
            return [plain(item) for item in node.value]
        case "map":
            return {plain(key): plain(value) for key, value in node.value}
        case _:
            return f"{node.kind} {node.value}"


@pytest.mark.usefixtures("parser")
class TestKinds:
    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("true", "bool"), ("FALSE", "bool"), ("yes", "str"), ("on", "str"),
            ("12", "int"), ("-3", "int"), ("0o17", "int"), ("0x1F", "int"), ("12:30", "str"), ("1_000", "str"),
            ("1.5", "float"), ("1e3", "float"), (".inf", "float"), (".NaN", "float"), ("1.2.3", "str"),
            ("~", "null"), ("null", "null"), ("'12'", "str"), ('"true"', "str"), ("!!str 12", "str"), ("组", "str"),
        ],
    )  # fmt: skip
    def test_plain_scalars_mean_what_yaml_1_2_says(self, text, kind):
        (item,) = parsed(f"- {text}").value

        assert item.kind == kind

    def test_block_scalars_are_text(self):
        assert plain(read_nodes("a: |\n  12\nb: >\n  x\n  y\n")) == {
            "str a": "str 12\n",
            "str b": "str x y\n",
        }

    def test_collections_nest(self):
        assert plain(read_nodes("a: [1, {b: []}]")) == {"str a": ["int 1", {"str b": []}]}

    def test_alias_stands_for_what_its_anchor_names(self):
        assert plain(read_nodes("a: &people [李雷]\nb: *people")) == {
            "str a": ["str 李雷"],
            "str b": ["str 李雷"],
        }

    @pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "null\n"])
    def test_empty_text_is_no_document(self, text):
        assert read_nodes(text) is None

    def test_positions_count_from_one(self):
        node = parsed("\ngroups:\n  - name: 组\n")
        ((key, groups),) = node.value
        ((_, name),) = groups.value[0].value

        assert [(key.line, key.column), (groups.line, groups.column), (name.line, name.column)] == [
            (2, 1),
            (3, 3),
            (3, 11),
        ]


@pytest.mark.usefixtures("parser")
class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "line", "column", "words"),
        [
            ("a: [1\nb: 2", 2, 2, "expected"),
            ("a: 1\n---\nb: 2\n", 2, 1, "only one document"),
            ("a: *nobody", 1, 4, "no anchor `nobody`"),
            ("[" * (DEEPEST + 2) + "]" * (DEEPEST + 2), 1, DEEPEST + 2, "levels deep"),
        ],
    )
    def test_text_that_cannot_be_read_is_refused_with_its_position(self, text, line, column, words):
        with pytest.raises(NodeError, match=words) as caught:
            read_nodes(text)

        assert (caught.value.line, caught.value.column) == (line, column)

    @pytest.mark.parametrize("text", ["a: \x01", 'a: "\\U00110000"', 'a: "\\ud800"', "a: \ud800"])
    def test_impossible_characters_are_refused(self, text):
        with pytest.raises(NodeError):
            read_nodes(text)


def test_pyyaml_without_libyaml_is_no_help(monkeypatch):
    import yaml

    monkeypatch.setattr(yaml, "__with_libyaml__", False)

    assert plain(read_nodes("a: 1")) == {"str a": "int 1"}
