"""How layers become one."""

from __future__ import annotations

import pytest

from reconciler.config.document import build
from reconciler.config.events import reference
from reconciler.config.merge import Layer, merge
from reconciler.config.problems import Problems
from reconciler.errors import Source
from tests.support.config import load_groups


def _layer(written: str, *unmanaged: str) -> Layer:
    place = Source("f.yaml", 1, 1)
    return Layer(build(written, "f.yaml", Problems(), reference()).root, dict.fromkeys(unmanaged, place))


@pytest.mark.parametrize(
    ("below", "above", "expected"),
    [
        ("{a: 1, b: 1}", "{b: 2}", {"a": 1, "b": 2}),
        ("{m: {a: 1, b: 1}}", "{m: {b: 2, c: 2}}", {"m": {"a": 1, "b": 2, "c": 2}}),
        ("{l: [1, 2]}", "{l: [3]}", {"l": [3]}),
        ("{m: {a: 1}}", "{m: {}}", {"m": {"a": 1}}),
        ("{tabs: {mode: additive}}", "{tabs: {list: [1]}}", {"tabs": {"mode": "additive", "list": [1]}}),
        ("{moderation: {mode: a, moderators: {}}}", "{moderation: {mode: b}}", {"moderation": {"mode": "b"}}),
        (
            "{restricted_mode: {status: true}}",
            "{restricted_mode: {message: x}}",
            {"restricted_mode": {"message": "x"}},
        ),
    ],
)
def test_nearer_layer_wins(below, above, expected):
    assert merge([_layer(below), _layer(above)]) == expected


@pytest.mark.parametrize(
    ("unmanaged", "expected"),
    [
        ("a", {"m": {"x": 1, "y": {"z": 1}}}),
        ("m", {"a": 1}),
        ("m.x", {"a": 1, "m": {"y": {"z": 1}}}),
        ("m.y.z", {"a": 1, "m": {"x": 1, "y": {}}}),
        ("gone", {"a": 1, "m": {"x": 1, "y": {"z": 1}}}),
        ("a.b", {"a": 1, "m": {"x": 1, "y": {"z": 1}}}),
        ("m.gone", {"a": 1, "m": {"x": 1, "y": {"z": 1}}}),
    ],
)
def test_unmanaged_cuts_what_earlier_layers_wrote(unmanaged, expected):
    below = _layer("{a: 1, m: {x: 1, y: {z: 1}}}")

    assert merge([below, _layer("{}", unmanaged)]) == expected
    assert below.values == {"a": 1, "m": {"x": 1, "y": {"z": 1}}}


def test_nearer_layer_may_write_again_what_was_cut():
    assert merge([_layer("{a: 1}"), _layer("{}", "a"), _layer("{a: 3}")]) == {"a": 3}


def test_places_follow_their_values():
    merged = merge([_layer("a: 1\nb: 1"), _layer("\nb: 2")])

    assert (merged.key_source("a").line, merged.key_source("b").line) == (1, 2)


def test_unmanaged_facet_is_not_managed(tmp_path):
    groups = load_groups(
        tmp_path,
        "defaults: {name: x, tabs: [], permissions: {at_all: only_owner, share_card: allowed}}\n"
        "groups:\n"
        "  settings: {unmanaged: [settings]}\n"
        "  tabs: {unmanaged: [tabs, permissions.share_card]}\n",
    )

    assert groups["settings"].settings.fields() == {}
    assert groups["settings"].tabs is not None
    assert groups["tabs"].tabs is None
    assert groups["tabs"].settings.fields() == {"name": "x", "permissions.at_all": "only_owner"}


def test_nearest_layer_decides_both_spellings(tmp_path):
    groups = load_groups(
        tmp_path,
        "defaults: {permissions: {add_member: only_owner}}\ngroups: {ops: {permissions: {share_card: allowed}}}\n",
    )

    assert groups["ops"].settings.permissions.add_member == "all_members"


def test_inherited_keep_meets_an_additive_list(tmp_path):
    groups = load_groups(tmp_path, "defaults: {tabs: {keep: [A]}}\ngroups: {ops: {tabs: []}}\n")

    assert groups["ops"].tabs is not None
    assert groups["ops"].tabs.keep == ("A",)
