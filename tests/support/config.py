"""Fleets for tests: files in a folder, loaded, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reconciler.config import Configuration, load_configuration
from reconciler.errors import ConfigurationError, Diagnostic
from reconciler.model.group import DesiredGroup

SETTINGS = "version: 1\nfleet: acme\n"


def write_fleet(folder: Path, files: Mapping[str, str]) -> Path:
    """Write `files` below `folder`, with the least `groupctl.yaml` unless there is one."""
    for name, content in {"groupctl.yaml": SETTINGS, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
    return folder


def load(folder: Path, files: Mapping[str, str]) -> Configuration:
    """Return the configuration that `files` make."""
    return load_configuration(write_fleet(folder, files))


def load_groups(folder: Path, groups: str, **files: str) -> dict[str, DesiredGroup]:
    """Return the groups of a fleet whose `groups.yaml` is `groups`; other files by name without `.yaml`."""
    others = {f"{name}.yaml": content for name, content in files.items()}
    return load(folder, {"groups.yaml": groups, **others}).fleet.groups


def problems_of(folder: Path, files: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Return what is told about a fleet that cannot be loaded, with files named relative to the fleet."""
    try:
        load(folder, files)
    except ConfigurationError as error:
        return error.diagnostics
    raise AssertionError("the fleet was loaded")


def problems_in(folder: Path, groups: str, **files: str) -> list[str]:
    """Return `line:column summary` for every problem of `groups.yaml` alone."""
    others = {f"{name}.yaml": content for name, content in files.items()}
    told = problems_of(folder, {"groups.yaml": groups, **others})
    return [
        f"{each.source.line}:{each.source.column} {each.summary}"
        for each in told
        if each.source is not None and each.source.file.endswith("groups.yaml")
    ]
