"""Laws of reading and merging."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.config import document
from reconciler.config.assembly import assemble
from reconciler.config.document import build, read_bytes
from reconciler.config.events import accelerator, reference
from reconciler.config.merge import Layer, merge
from reconciler.config.problems import Problems
from reconciler.config.tree import YamlList, YamlMap, empty_list, empty_map
from reconciler.errors import Source

unhurried = settings(deadline=None)
"""A busy machine breaks no law."""

NAMES = st.sampled_from(
    ["name", "permissions", "tabs", "moderation", "restricted_mode", "i18n_names", "list", "mode"]
)
SCALARS = st.one_of(
    st.booleans(), st.integers(0, 9), st.sampled_from(["值班", "only_owner", "a: b", "#x", "", "@y"])
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)
MAPS = st.dictionaries(NAMES, TREES, max_size=5)
SHAPED = st.fixed_dictionaries(
    {},
    optional={
        "name": SCALARS,
        "permissions": st.dictionaries(NAMES, SCALARS, max_size=3),
        "tabs": st.fixed_dictionaries({}, optional={"mode": SCALARS, "list": st.lists(SCALARS, max_size=2)}),
        "moderation": st.dictionaries(NAMES, SCALARS, max_size=3),
        "restricted_mode": st.dictionaries(NAMES, SCALARS, max_size=3),
    },
)
"""Maps in which a key always has one kind of value, as the shape of files demands."""


def _marked(value: Any, line: int = 1) -> Any:
    """Return a tree of ours; all of it stands in `line`."""
    mark = ("f.yaml", line, 1, line, 1)
    if isinstance(value, dict):
        tree = empty_map()
        for key, inner in value.items():
            tree.put(key, _marked(inner, line), mark)
        return tree
    if isinstance(value, list):
        items = empty_list()
        for inner in value:
            items.append_marked(_marked(inner, line), mark)
        return items
    return value


def _written(value: Any) -> str:
    """Return a value in flow style, every text in quotes."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_written(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(_written(inner) for inner in value) + "]"
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case _:
            return str(value)


PLACE = Source("f.yaml", 1, 1)


class TestMerging:
    """Design, section 2: fleet defaults, file defaults, templates, group; the nearer layer wins."""

    @unhurried
    @given(MAPS)
    def test_layer_over_nothing_is_itself(self, only):
        assert merge([Layer(_marked(only))]) == only

    @unhurried
    @given(MAPS)
    def test_layer_over_itself_is_itself(self, twice):
        assert merge([Layer(_marked(twice))] * 2) == twice

    @unhurried
    @given(SHAPED, SHAPED, SHAPED)
    def test_layers_can_be_merged_in_any_grouping(self, far, middle, near):
        far, middle, near = (Layer(_marked(each)) for each in (far, middle, near))

        left = merge([Layer(merge([far, middle])), near])
        right = merge([far, Layer(merge([middle, near]))])

        assert left == right

    @unhurried
    @given(MAPS, MAPS)
    def test_every_key_of_the_nearest_layer_is_there_with_its_place(self, far, near):
        merged = merge([Layer(_marked(far, 1)), Layer(_marked(near, 2))])

        assert {key: merged.key_source(key).line for key in merged} == dict.fromkeys(far, 1) | dict.fromkeys(
            near, 2
        )

    @unhurried
    @given(MAPS, MAPS, NAMES)
    def test_what_is_unmanaged_comes_from_the_nearer_layer_only(self, far, near, cut):
        merged = merge([Layer(_marked(far)), Layer(_marked(near), {cut: PLACE})])

        assert merged.get(cut) == near.get(cut)

    @unhurried
    @given(MAPS, MAPS)
    def test_merging_changes_no_layer(self, far, near):
        below, above = (
            Layer(_marked(far), {"permissions.at_all": PLACE}),
            Layer(_marked(near), {"permissions": PLACE, "name": PLACE}),
        )

        merge([below, above])

        assert (below.values, above.values) == (far, near)


KEYS = st.sampled_from(["a", "b", "c"])
GROUPS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["x", "值班"]),
        "chat_type": st.sampled_from(["public", "private"]),
        "chat_id": st.sampled_from(["oc_1", "oc_2"]),
        "template": st.sampled_from(["t", "u"]),
        "managers": st.lists(st.sampled_from(["@p", "@q", "ou_1", "self"]), max_size=2),
    },
)
LAYERS = st.fixed_dictionaries({}, optional={"name": st.just("x"), "tabs": st.just([])})
FILES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "people": st.dictionaries(st.sampled_from(["p", "q"]), st.sampled_from(["ou_1", "ou_2"])),
            "templates": st.dictionaries(st.sampled_from(["t", "u"]), LAYERS),
            "defaults": LAYERS,
            "groups": st.dictionaries(KEYS, GROUPS),
        },
    ),
    max_size=3,
)


@unhurried
@given(FILES, st.randoms(use_true_random=False))
def test_order_of_the_files_never_changes_the_result(files, random):
    trees = [_marked(file, line) for line, file in enumerate(files, start=1)]
    shuffled = random.sample(trees, len(trees))
    first, second = Problems(), Problems()

    assembly = assemble(empty_map(), trees, first)
    again = assemble(empty_map(), shuffled, second)

    assert (assembly.groups, first.all) == (again.groups, second.all)


class TestReading:
    @unhurried
    @given(MAPS)
    def test_what_was_written_is_read(self, value):
        problems = Problems()
        root = build(_written(value), "f.yaml", problems, reference()).root

        assert (root, problems.all) == (value, ())

    @unhurried
    @given(MAPS)
    def test_places_point_at_the_text(self, value):
        content = "\n" + _written(value)
        root = build(content, "f.yaml", Problems(), reference()).root

        _assert_places(root, content.splitlines())

    # Always the same examples: libyaml reads a few oddities that ruamel.yaml refuses, and a lucky draw of one
    # nobody writes should not fail a build.
    @settings(derandomize=True, deadline=None)
    @given(st.text(st.sampled_from("ab:- \n\t[]{}&*|>'\"%@#,?0.~中"), max_size=24))
    def test_verdict_and_places_do_not_depend_on_the_accelerator(self, content):
        assert accelerator() is not None
        with pytest.MonkeyPatch.context() as patch:
            told = _told(content)
            patch.setattr(document, "accelerator", lambda: None)
            assert _told(content) == told


def _told(content: str) -> Any:
    problems = Problems()
    read = read_bytes(content.encode(), "f.yaml", problems)
    return problems.all, read and (read.root, _places(read.root))


def _places(node: Any) -> Any:
    match node:
        case YamlMap():
            return node.marks, [_places(each) for each in node.values()]
        case YamlList():
            return node.marks, [_places(each) for each in node]
        case _:
            return None


def _assert_places(node: Any, lines: list[str]) -> None:
    match node:
        case YamlMap():
            for key, value in node.items():
                source, place = node.key_source(key), node.value_source(key)
                assert lines[source.line - 1][source.column - 1 :].startswith(f"{key}: ")
                assert lines[place.line - 1][place.column - 1 :].startswith(_written(value))
                _assert_places(value, lines)
        case YamlList():
            for index, value in enumerate(node):
                place = node.item_source(index)
                assert lines[place.line - 1][place.column - 1 :].startswith(_written(value))
                _assert_places(value, lines)
        case _:
            pass
