"""The JSON Schemas of the two kinds of files, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from reconciler.config.schema import FileModel, GroupsFile, SettingsFile

_FILES: Final[dict[str, type[FileModel]]] = {"groups": GroupsFile, "groupctl": SettingsFile}
SCHEMA_NAMES: Final = tuple(_FILES)

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema_file_name(name: str) -> str:
    """Return the name of a schema's file in `schemas/`."""
    return f"{name}.schema.json"


def schema_text(name: str) -> str:
    """Return the JSON Schema (draft 2020-12) of a kind of file: `groups` or `groupctl`."""
    schema = _FILES[name].model_json_schema()
    _adapt(schema)
    head = {"$schema": _DIALECT, "$id": f"urn:groupctl:{schema_file_name(name)}"}
    return json.dumps(head | schema, ensure_ascii=False, indent=2) + "\n"


def write_schemas(directory: Path) -> tuple[Path, ...]:
    """Write all schemas into `directory` and return their files."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name in SCHEMA_NAMES:
        path = directory / schema_file_name(name)
        path.write_text(schema_text(name), encoding="utf-8")
        written.append(path)
    return tuple(written)


def _adapt(schema: Any) -> None:
    """Say what the loader does where pydantic says less.

    Maps with a pattern for their keys refuse all other keys, and a default of null only means that a key may be
    absent.
    """
    if isinstance(schema, dict):
        if "patternProperties" in schema:
            schema["additionalProperties"] = False
        if schema.get("default", "") is None:
            del schema["default"]
        for value in schema.values():
            _adapt(value)
    elif isinstance(schema, list):
        for value in schema:
            _adapt(value)
