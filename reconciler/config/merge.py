"""How layers become one: fleet defaults, file defaults, templates, group; the nearer one wins.

Maps merge deeply, lists replace. `moderation` and `restricted_mode` replace as a whole. `unmanaged` cuts what
earlier layers wrote; a nearer layer may write it again. Every value keeps the place where it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from reconciler.config.tree import YamlMap, empty_map
from reconciler.errors import Source

_WHOLE: Final = frozenset({"moderation", "restricted_mode"})


@dataclass(frozen=True, slots=True)
class Layer:
    """What one place writes, in the normal form of `reconciler.config.layers`."""

    values: YamlMap
    unmanaged: Mapping[str, Source] = field(default_factory=dict)
    """Dotted paths that are cut from earlier layers, and where that is written."""
    share_card: bool = False
    """Whether `permissions.add_member` stands there as `share_card`."""


def merge(layers: Iterable[Layer]) -> YamlMap:
    """Return the effective values of `layers`, which stand in the order of their nearness."""
    merged = empty_map()
    for layer in layers:
        merged = overlay(merged, layer)
    return merged


def overlay(below: YamlMap, layer: Layer) -> YamlMap:
    """Return `below` with a nearer layer laid over it; neither is changed."""
    for path in layer.unmanaged:
        below = _without(below, path)
    return _merged(below, layer.values)


def _merged(below: YamlMap, above: YamlMap) -> YamlMap:
    result = below.copy()
    for name, value in above.items():
        under = result.get(name)
        if isinstance(value, YamlMap) and isinstance(under, YamlMap) and name not in _WHOLE:
            result[name] = _merged(under, value)
        else:
            result[name] = value
    result.marks.update(above.marks)
    return result


def _without(tree: YamlMap, path: str) -> YamlMap:
    head, _, rest = path.partition(".")
    if head not in tree:
        return tree
    result = tree.copy()
    if not rest:
        result.drop(head)
    elif isinstance(tree[head], YamlMap):
        result[head] = _without(tree[head], rest)
    return result
