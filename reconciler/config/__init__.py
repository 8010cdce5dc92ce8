"""From YAML files to desired groups, offline.

    files ─ document ─ validation ─┬─ layers ─ checks ─┬─ merge ─ desired
    which   YAML as    the shape   │  one spelling,    │  nearer  model
    files   a tree     of a file   │  rules of the     │  layers  types
                                   │  platform         │  win
                       (per file)  └─ (per layer) ─────┴─ (per group)

Every problem of every file is collected before anything is told; a wrong part is cut out, and the rest is checked
as if it were absent. Everything knows where it was written: trees carry a place for every key and value, and
`Positions` finds the place of an effective value afterwards.

Public:

- `find_root(start)`: the folder of the fleet, or a `ConfigurationError` that says how to begin one.
- `load_configuration(directory)`: a checked `Configuration`, or a `ConfigurationError` with all problems.
- `Configuration`, `EmulatorSettings`, `Positions`: what comes out.
- `load_settings(directory)`: the `Configuration` that `groupctl.yaml` alone makes, without groups.
- `load_emulator_place(directory)`: an `EmulatorPlace`, from `groupctl.yaml` alone.
- `missing_names(configuration, bound_keys)`: the one check that needs the state.
- `endpoint_problem(endpoint)`: what is wrong with an endpoint that was not read from a file.
- `schema_text(name)`, `write_schemas(directory)`, `SCHEMA_NAMES`: the JSON Schemas for editors.

May import `reconciler.model` and `reconciler.errors`. No HTTP and no state belong here.
"""

from reconciler.config.export import SCHEMA_NAMES, schema_text, write_schemas
from reconciler.config.files import find_root
from reconciler.config.loader import (
    Configuration,
    EmulatorPlace,
    EmulatorSettings,
    endpoint_problem,
    load_configuration,
    load_emulator_place,
    load_settings,
    missing_names,
)
from reconciler.config.positions import Positions

__all__ = [
    "SCHEMA_NAMES",
    "Configuration",
    "EmulatorPlace",
    "EmulatorSettings",
    "Positions",
    "endpoint_problem",
    "find_root",
    "load_configuration",
    "load_emulator_place",
    "load_settings",
    "missing_names",
    "schema_text",
    "write_schemas",
]
