"""Revising a fleet: groups say something else, and the fleet is checked before anything is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from reconciler.config.assembly import assemble
from reconciler.config.document import read_bytes
from reconciler.config.edit import rewrite
from reconciler.config.loader import Configuration, load_configuration
from reconciler.config.override import Naming, overridden
from reconciler.config.problems import Problems
from reconciler.config.replace import FileChange, read_group_file, without_mark
from reconciler.config.schema import GroupsFile
from reconciler.config.tree import Node, YamlMap, empty_map
from reconciler.config.validation import validate
from reconciler.config.written import flow
from reconciler.errors import ConfigurationError, Diagnostic, Severity, Text, text
from reconciler.model.base import JsonValue
from reconciler.model.group import DesiredGroup


@dataclass(frozen=True, slots=True)
class Revision:
    """A fleet as it would be, and the files that have to be written for it."""

    configuration: Configuration
    files: tuple[FileChange, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """A group that shall ask for something else; people as open ids."""

    before: DesiredGroup
    after: DesiredGroup
    naming: Naming


def add_groups(
    configuration: Configuration, target: PurePosixPath, groups: Mapping[str, JsonValue]
) -> Revision:
    """Return the fleet with new groups in one of its files, which may be a new one.

    Args:
        configuration: The fleet as it is.
        target: The file below the folder of the fleet.
        groups: What the file says of each new key.

    Raises:
        ConfigurationError: The fleet would not be right, or the file is none of its group files.
    """
    return _revised(configuration, {target: dict(groups)})


def change_groups(configuration: Configuration, wishes: Mapping[str, Wish]) -> Revision:
    """Return the fleet with groups that ask for something else, each changed where it stands.

    Raises:
        ConfigurationError: The fleet would not be right, or another group would change as well.
    """
    groups: defaultdict[PurePosixPath, dict[str, JsonValue]] = defaultdict(dict)
    for key, wish in wishes.items():
        origin = configuration.positions.origin(key)
        assert origin, "every group of a fleet comes from somewhere"
        path = _below_root(configuration, origin.source.file)
        written = _written(configuration, path)[key]
        groups[path][key] = overridden(written, origin, wish.before, wish.after, wish.naming)
    return _revised(configuration, groups)


def unsayable(key: str, group: Mapping[str, JsonValue]) -> dict[str, Text]:
    """Return the parts of a group that a file cannot hold, with the reason.

    Args:
        key: The key of the group.
        group: What a file would say of it, people by their ids.
    """
    if not _errors(key, group):
        return {}
    found = {name: _errors(key, {name: value}) for name, value in group.items()}
    return {name: _why(errors[0]) for name, errors in found.items() if errors}


def _why(problem: Diagnostic) -> Text:
    return text("{summary}: {detail}", summary=problem.summary, detail=problem.detail)


_ALONE: Final = "group.yaml"


def _errors(key: str, group: Mapping[str, JsonValue]) -> list[Diagnostic]:
    problems = Problems()
    document = read_bytes(
        flow({"groups": {key: dict(group)}}).encode("utf-8", "surrogatepass"), _ALONE, problems
    )
    tree = validate(document, GroupsFile, problems) if document else None
    if tree is not None:
        assemble(empty_map(), [tree], problems)
    return [each for each in problems.all if each.severity is Severity.ERROR]


def _revised(
    configuration: Configuration, groups: Mapping[PurePosixPath, Mapping[str, JsonValue]]
) -> Revision:
    changes = tuple(
        _changed(configuration.root, path, values) for path, values in sorted(groups.items()) if values
    )
    planned = {change.path: change.after for change in changes}
    revised = load_configuration(configuration.root, planned)
    keys = {key for values in groups.values() for key in values}
    _require_found(revised, keys, changes)
    _require_others_unchanged(configuration, revised, keys)
    return Revision(revised, tuple(change for change in changes if change.before != change.after))


def _changed(root: Path, path: PurePosixPath, groups: Mapping[str, JsonValue]) -> FileChange:
    before = read_group_file(root, path)
    mark, content = without_mark(before)
    after = mark + rewrite(content, {("groups", key): value for key, value in groups.items()})
    return FileChange(path, before, after)


def _below_root(configuration: Configuration, shown: str) -> PurePosixPath:
    """Return the path of a file as people are shown it, below the folder of the fleet."""
    return PurePosixPath(Path(shown).absolute().relative_to(configuration.root).as_posix())


def _written(configuration: Configuration, path: PurePosixPath) -> YamlMap:
    """Return what a file says of its groups; it was read before."""
    content = read_group_file(configuration.root, path)
    document = read_bytes(content.encode(), str(path), Problems())
    root: Node = document.root if document else empty_map()
    groups: YamlMap = root.get("groups", empty_map())
    return groups


def _require_found(revised: Configuration, keys: set[str], changes: tuple[FileChange, ...]) -> None:
    if keys <= revised.fleet.groups.keys():
        return
    raise ConfigurationError(
        Diagnostic(
            text("File is not part of the fleet"),
            text(
                "Groups in {files} would not be found: no glob of `groups` in `groupctl.yaml` matches.",
                files=", ".join(f"`{change.path}`" for change in changes),
            ),
            text("Choose another file, or add it to `groups`."),
        )
    )


def _require_others_unchanged(before: Configuration, after: Configuration, keys: set[str]) -> None:
    moved = sorted(
        key
        for key, group in before.fleet.groups.items()
        if key not in keys and after.fleet.groups.get(key) != group
    )
    if moved:
        raise ConfigurationError(
            Diagnostic(
                text("Value is shared by an anchor"),
                text(
                    "The change would reach {keys}, too: what is to change has an anchor (`&…`) that they refer to.",
                    keys=", ".join(f"`{key}`" for key in moved),
                ),
                text("Write the value out in each group, or change it by hand."),
            )
        )
