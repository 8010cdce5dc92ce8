"""Laws of changing YAML files: what is read afterwards, and what stays as it was written."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from reconciler.config.edit import rewrite
from reconciler.config.written import block, flow
from tests.support.strategies import LAW
from tests.support.yaml_files import KEYS, MAPS, SCALARS, TREES, files, read


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
