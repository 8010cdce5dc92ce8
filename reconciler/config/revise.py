"""Revising a fleet: groups say something else, and the fleet is checked before anything is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from reconciler.config.assembly import assemble
from reconciler.config.document import read_bytes
from reconciler.config.edit import rewrite
from reconciler.config.loader import Configuration, fleet_files, load_configuration
from reconciler.config.override import Naming, overridden
from reconciler.config.problems import Problems
from reconciler.config.replace import FileChange, read_group_file, require_below, without_mark
from reconciler.config.schema import GroupsFile
from reconciler.config.texts import Texts
from reconciler.config.tree import YamlMap, empty_map
from reconciler.config.validation import validate
from reconciler.config.written import flow
from reconciler.errors import ConfigurationError, Diagnostic, Severity, Text, text
from reconciler.model.base import JsonValue
from reconciler.model.group import DesiredGroup


@dataclass(frozen=True, slots=True)
class Revision:
    """A fleet as it would be, and the files that have to be written for it, in this order."""

    configuration: Configuration
    files: tuple[FileChange, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """A group that shall ask for something else; people as open ids."""

    before: DesiredGroup
    after: DesiredGroup
    naming: Naming


def add_groups(
    configuration: Configuration, target: PurePosixPath, groups: Mapping[str, Mapping[str, JsonValue]]
) -> Revision:
    """Return the fleet with new groups in one of its files, which may be a new one.

    Args:
        configuration: The fleet as it is.
        target: The file below the folder of the fleet.
        groups: What the file says of each new key; the text of a long announcement gets a file of its own.

    Raises:
        ConfigurationError: The fleet would not be right, or the file is none of its group files.
    """
    require_below(configuration.root, target)
    _require_found(configuration, target)
    texts = Texts(configuration)
    placed = {key: _placed(key, group, target.parent, texts) for key, group in groups.items()}
    return _revised(configuration, {target: placed}, texts)


def _placed(
    key: str, group: Mapping[str, JsonValue], folder: PurePosixPath, texts: Texts
) -> dict[str, JsonValue]:
    """Return what a file says of a new group, its announcement where it belongs."""
    if "announcement" not in group:
        return dict(group)
    return {**group, "announcement": texts.place(key, folder, None, group["announcement"])}


def change_groups(configuration: Configuration, wishes: Mapping[str, Wish]) -> Revision:
    """Return the fleet with groups that ask for something else, each changed where it stands.

    Raises:
        ConfigurationError: The fleet would not be right, or another group would change as well.
    """
    groups: defaultdict[PurePosixPath, dict[str, JsonValue]] = defaultdict(dict)
    texts = Texts(configuration)
    for key, wish in wishes.items():
        origin = configuration.positions.origin(key)
        assert origin, "every group of a fleet comes from somewhere"
        path = _below_root(configuration, origin.source.file)
        written = _written(configuration, path)[key]
        place = partial(texts.place, key, path.parent)
        groups[path][key] = overridden(written, origin, wish.before, wish.after, wish.naming, place)
    return _revised(configuration, groups, texts)


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
    configuration: Configuration, groups: Mapping[PurePosixPath, Mapping[str, JsonValue]], texts: Texts
) -> Revision:
    # Whatever a YAML file names has to be there before it.
    changes = (
        *texts.changes,
        *(_changed(configuration.root, path, values) for path, values in sorted(groups.items()) if values),
    )
    planned = {change.path: change.after for change in changes}
    revised = load_configuration(configuration.root, planned)
    keys = {key for values in groups.values() for key in values}
    _require_others_unchanged(configuration, revised, keys)
    return Revision(revised, tuple(change for change in changes if change.before != change.after))


def _changed(root: Path, path: PurePosixPath, groups: Mapping[str, JsonValue]) -> FileChange:
    before = read_group_file(root, path)
    mark, content = without_mark(before)
    after = rewrite(content, {("groups", key): value for key, value in groups.items()})
    told = _groups_in(after, path)
    if told is not None and any(told.get(key) != value for key, value in groups.items()):
        # Within a group, too, an alias would follow the value that it stands for.
        raise _shared(text("What is to change has an anchor (`&…`) that other places of the file refer to."))
    return FileChange(path, before, mark + after)


def _below_root(configuration: Configuration, shown: str) -> PurePosixPath:
    """Return the path of a file as people are shown it, below the folder of the fleet."""
    return PurePosixPath(Path(shown).absolute().relative_to(configuration.root).as_posix())


def _written(configuration: Configuration, path: PurePosixPath) -> YamlMap:
    """Return what a file says of its groups; it was read before."""
    return _groups_in(read_group_file(configuration.root, path), path) or empty_map()


def _groups_in(content: str, path: PurePosixPath) -> YamlMap | None:
    """Return the groups of a file as they are written; `None` when it cannot be read."""
    document = read_bytes(content.encode(), str(path), Problems())
    if document is None:
        return None
    groups: YamlMap = document.root.get("groups", empty_map())
    return groups


def _require_found(configuration: Configuration, target: PurePosixPath) -> None:
    """Refuse a file that no groups are read from, before it is taken for one that has any."""
    _, *files = fleet_files(configuration.root, (target,))
    if target in files:
        return
    raise ConfigurationError(
        Diagnostic(
            text("File is not part of the fleet"),
            text(
                "Groups in `{file}` would not be found: no glob of `groups` in `groupctl.yaml` matches.",
                file=target,
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
        raise _shared(
            text(
                "The change would reach {keys}, too: what is to change has an anchor (`&…`) that they refer to.",
                keys=", ".join(f"`{key}`" for key in moved),
            )
        )


def _shared(detail: Text) -> ConfigurationError:
    return ConfigurationError(
        Diagnostic(
            text("Value is shared by an anchor"),
            detail,
            text("Write the value out in each place, or change it by hand."),
        )
    )
