"""The JSON Schemas: what editors are told is what the loader accepts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from reconciler.config import SCHEMA_NAMES, schema_text, write_schemas
from reconciler.config.document import read_file
from reconciler.config.problems import Problems

REPOSITORY = Path(__file__).parents[3]
EXAMPLES = sorted(
    set((REPOSITORY / "examples/groups").glob("*.yaml"))
    - {REPOSITORY / "examples/groups/tenant.emulator.yaml"}
)
GROUP_FILES = [path for path in EXAMPLES if path.name != "groupctl.yaml"]


def _validator(name):
    schema = json.loads(schema_text(name))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


GROUPS = _validator("groups")
SETTINGS = _validator("groupctl")


def _tree(path):
    document = read_file(path, path.name, Problems())
    assert document is not None
    return document.root


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_committed_schema_is_fresh(name):
    """If it is stale, run `groupctl schema`."""
    committed = REPOSITORY / "schemas" / f"{name}.schema.json"

    assert committed.read_text(encoding="utf-8") == schema_text(name)


def test_schemas_are_written(tmp_path):
    written = write_schemas(tmp_path / "schemas")

    assert [path.name for path in written] == ["groups.schema.json", "groupctl.schema.json"]
    assert written[0].read_text(encoding="utf-8") == schema_text("groups")


@pytest.mark.parametrize("path", GROUP_FILES, ids=lambda path: path.name)
def test_example_satisfies_the_schema(path):
    assert list(GROUPS.iter_errors(_tree(path))) == []


def test_settings_of_the_examples_satisfy_the_schema():
    assert list(SETTINGS.iter_errors(_tree(REPOSITORY / "examples/groups/groupctl.yaml"))) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_example_names_its_schema_for_editors(path):
    first_line = path.read_text(encoding="utf-8").splitlines()[0]
    schema = first_line.removeprefix("# yaml-language-server: $schema=")

    assert (path.parent / schema).is_file()


GROUP_MISTAKES = {
    "unknown key": {"nmae": "x"},
    "wrong enum": {"chat_type": "open"},
    "null": {"name": None},
    "empty name": {"name": ""},
    "bad chat id": {"chat_id": "x"},
    "unknown locale": {"i18n_names": {"de_de": "x"}},
    "wrong permission": {"permissions": {"at_all": "everyone"}},
    "person in no form": {"managers": ["李雷"]},
    "tab without target": {"tabs": [{"name": "A"}]},
    "tab with two targets": {"tabs": [{"name": "A", "url": "https://a", "doc": "https://a"}]},
    "icon on a doc tab": {"tabs": {"list": [{"name": "A", "doc": "https://a", "icon": "img_1"}]}},
    "tab with another scheme": {"tabs": [{"name": "A", "url": "ftp://a"}]},
    "21 tabs": {"tabs": [{"name": str(n), "url": f"https://a/{n}"} for n in range(21)]},
    "4 menus": {"menus": [{"name": str(n)} for n in range(4)]},
    "6 entries": {"menus": [{"name": "A", "children": [{"name": str(n)} for n in range(6)]}]},
    "menu with children and link": {
        "menus": [{"name": "A", "url": "https://a", "children": [{"name": "B"}]}]
    },
    "menu link without common": {"menus": [{"name": "A", "url": {"ios": "https://a"}}]},
    "third level": {"menus": [{"name": "A", "children": [{"name": "B", "children": []}]}]},
    "list without moderators": {"moderation": {"mode": "moderator_list"}},
    "moderators without list": {"moderation": {"mode": "only_owner", "moderators": []}},
    "unknown path": {"unmanaged": ["permission.urgent"]},
    "neither file nor image key": {"avatar": "a.png"},
    "unknown notice": {"top_notice": "message"},
}


@pytest.mark.parametrize("group", GROUP_MISTAKES.values(), ids=GROUP_MISTAKES.keys())
def test_editor_shows_the_mistake(group):
    assert not GROUPS.is_valid({"groups": {"ops": group}})


def test_editor_shows_a_key_that_is_no_slug():
    assert not GROUPS.is_valid({"groups": {"Ops!": {}}})


@pytest.mark.parametrize("settings", [{}, {"version": 2, "fleet": "a"}, {"version": 1, "fleet": "A!"}])
def test_editor_shows_wrong_settings(settings):
    assert not SETTINGS.is_valid(settings)


def _properties(schema):
    if isinstance(schema, dict):
        for name, each in schema.get("properties", {}).items():
            yield name, each
        for each in schema.values():
            yield from _properties(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _properties(each)


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_every_key_has_a_description_for_hovering(name):
    schema = json.loads(schema_text(name))
    for each in schema["$defs"].values():
        for condition in ("if", "else", "dependentSchemas"):
            each.pop(condition, None)

    bare = [key for key, each in _properties(schema) if not each.keys() & {"description", "$ref"}]

    assert bare == []
    assert all("description" in each for each in schema["$defs"].values())


def test_no_key_offers_null():
    assert "null" not in schema_text("groups")
