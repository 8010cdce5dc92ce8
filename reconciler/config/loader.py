"""Loading a fleet: the one way from files to desired groups."""

from __future__ import annotations

import gc
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from reconciler.config.assembly import Assembly, assemble
from reconciler.config.document import Document, read_bytes, read_file
from reconciler.config.files import (
    DEFAULT_GLOBS,
    SETTINGS_FILE,
    Glob,
    find_files,
    find_root,
    is_below,
    real_path,
)
from reconciler.config.pictures import read_picture
from reconciler.config.positions import Positions
from reconciler.config.problems import Problems
from reconciler.config.schema import GroupsFile, SettingsFile
from reconciler.config.tree import YamlMap, empty_map
from reconciler.config.validation import validate
from reconciler.config.wording import closest
from reconciler.errors import ConfigurationError, Diagnostic, Source, Text, text
from reconciler.model.address import address
from reconciler.model.announcement import Block
from reconciler.model.fleet import Fleet, GuardLimits
from reconciler.model.hosts import is_loopback
from reconciler.model.state_url import is_state_url, state_url_fault

_NAMED_ENDPOINTS: Final = ("feishu", "lark", "emulator")
_AS_IT_IS: Final[Mapping[PurePosixPath, str]] = {}


@dataclass(frozen=True, slots=True)
class EmulatorSettings:
    """Files of the emulator, as absolute paths below the folder of the fleet."""

    scenario: Path
    database: Path


@dataclass(frozen=True, slots=True)
class Configuration:
    """A fleet as its files describe it."""

    fleet: Fleet
    endpoint: str
    """`feishu`, `lark`, `emulator` or a URL; whether its host is trusted is not checked here."""
    state: str
    """Where the state is kept: a file relative to `root`, or a URL."""
    emulator: EmulatorSettings
    root: Path
    positions: Positions
    warnings: tuple[Diagnostic, ...]
    people: Mapping[str, str] = field(default_factory=dict)
    """Whom aliases (without `@`) stand for."""
    pictures: Mapping[str, Path] = field(default_factory=dict)
    """Files of avatars and icons by their digests."""
    picture_names: Mapping[str, str] = field(default_factory=dict)
    """How the YAML writes these files, by their digests: `./avatars/oncall.png`."""
    experimental: frozenset[str] = frozenset()
    """Calls without a page that may be used."""
    texts: Mapping[str, int] = field(default_factory=dict)
    """How often each file of an announcement is named, by its place as people are shown it."""
    announcements: Mapping[str, tuple[Block, ...]] = field(default_factory=dict)
    """What each of these files says."""

    def picture(self, digest: str) -> bytes | None:
        """Return the content of a picture; `None` when no file holds it, or not any more."""
        path = self.pictures.get(digest)
        return read_picture(path, digest) if path else None


@dataclass(frozen=True, slots=True)
class EmulatorPlace:
    """Where the emulator of a fleet is, whatever the state of the fleet's other files."""

    emulator: EmulatorSettings
    root: Path


def load_emulator_place(directory: Path) -> EmulatorPlace:
    """Return where the emulator of the fleet in `directory` is; only `groupctl.yaml` is read.

    Raises:
        ConfigurationError: Holds every problem of that file.
    """
    root = find_root(directory)
    problems = Problems()
    written, settings = _read_settings(root, problems)
    emulator = _emulator(settings, written or empty_map(), root, problems)
    if problems.has_errors:
        raise ConfigurationError(*problems.all)
    return EmulatorPlace(emulator, root.absolute())


def fleet_files(root: Path, planned: Iterable[PurePosixPath] = ()) -> tuple[PurePosixPath, ...]:
    """Return the YAML files of a fleet below its folder, `groupctl.yaml` before those with groups; nothing is checked.

    Args:
        root: Folder of the fleet; whatever of its `groupctl.yaml` cannot be read counts as not written.
        planned: Files that are about to be written, as far as groups in them would be found.
    """
    problems = Problems()
    written, settings = _read_settings(root, problems)
    tree = empty_map() if written is None else written
    globs = _globs(tree, Source(SETTINGS_FILE, 1, 1))
    scenario = _emulator(settings, tree, root, problems).scenario
    excluded = frozenset({real_path(scenario)})
    return PurePosixPath(SETTINGS_FILE), *find_files(root, globs, excluded, problems, planned)


def load_configuration(directory: Path, planned: Mapping[PurePosixPath, str] = _AS_IT_IS) -> Configuration:
    """Return the checked configuration of the fleet in `directory`, without any network.

    Args:
        directory: Folder of the fleet.
        planned: Content of files as they are about to be written, by their place below the folder.

    Raises:
        ConfigurationError: Holds every problem of every file, ordered by file, line and column.
    """
    with _collection_paused():
        return _load(find_root(directory), planned)


def load_settings(directory: Path) -> Configuration:
    """Return the fleet in `directory` as `groupctl.yaml` alone describes it, which is without groups.

    Raises:
        ConfigurationError: Holds every problem of that file.
    """
    return _load(find_root(directory), _AS_IT_IS, with_groups=False)


def _load(root: Path, planned: Mapping[PurePosixPath, str], *, with_groups: bool = True) -> Configuration:
    problems = Problems()
    written, settings = _read_settings(root, problems)
    tree = empty_map() if written is None else written
    start = Source(_shown(root, SETTINGS_FILE), 1, 1)
    _check_endpoint(tree, problems)
    _check_state(tree, root, problems)
    emulator = _emulator(settings, tree, root, problems)
    documents = _read_groups(root, _globs(tree, start), emulator, problems, planned) if with_groups else []
    trees = [validate(each, GroupsFile, problems) if each else None for each in documents]
    files = [each for each in trees if each is not None]
    complete = with_groups and written is not None and len(files) == len(trees)
    places = {real_path(root / path): content for path, content in planned.items()}
    assembly = assemble(tree, files, problems, root=root, complete=complete, planned=places)
    if problems.has_errors:
        raise ConfigurationError(*problems.all)
    return Configuration(
        fleet=_fleet(settings, assembly),
        endpoint=settings.tenant.endpoint,
        state=settings.state,
        emulator=emulator,
        root=root.absolute(),
        positions=Positions(assembly.origins),
        warnings=problems.all,
        people=assembly.people,
        pictures=assembly.pictures,
        experimental=frozenset(settings.experimental or ()),
        picture_names=assembly.picture_names,
        texts=assembly.texts,
        announcements=assembly.announcements,
    )


def missing_names(configuration: Configuration, bound_keys: Container[str]) -> tuple[Diagnostic, ...]:
    """Return an error for every group that would have to be created without a name.

    Args:
        configuration: The fleet.
        bound_keys: Keys that have a chat already according to the state.
    """
    return tuple(
        Diagnostic(
            text("Name missing"),
            text("`{key}` has no group chat yet, and a new one needs a name.", key=key),
            text("Add `name: …`, or `chat_id: oc_…` if the group chat exists already."),
            address(key, "settings"),
            configuration.positions.find(key),
        )
        for key, group in configuration.fleet.groups.items()
        if group.settings.name is None and group.chat_id is None and key not in bound_keys
    )


@contextmanager
def _collection_paused() -> Iterator[None]:
    """Keep the garbage collector from looking at a growing fleet again and again: a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _shown(root: Path, file: str) -> str:
    return (root / file).as_posix()


def _read_settings(root: Path, problems: Problems) -> tuple[YamlMap | None, SettingsFile]:
    """Return what `groupctl.yaml` writes, `None` if it cannot be read, and its settings with defaults."""
    document = read_file(root / SETTINGS_FILE, _shown(root, SETTINGS_FILE), problems)
    written = validate(document, SettingsFile, problems) if document else None
    return written, _settings(empty_map() if written is None else written)


def _settings(tree: YamlMap) -> SettingsFile:
    """Return the settings that were written rightly, filled up with defaults; errors were told before."""
    shared = {"people", "defaults", "templates"}
    written = {name: value for name, value in tree.items() if name not in shared}
    return SettingsFile.model_validate({"version": 1, "fleet": "unnamed"} | written)


def _fleet(settings: SettingsFile, assembly: Assembly) -> Fleet:
    return Fleet(
        name=settings.fleet,
        groups=assembly.groups,
        guards=GuardLimits.model_validate(settings.guards.model_dump()),
        operate_as_owner=settings.tenant.operate_as_owner,
    )


def _globs(tree: YamlMap, start: Source) -> tuple[Glob, ...]:
    if "groups" not in tree:
        return tuple(Glob(pattern, start) for pattern in DEFAULT_GLOBS)
    globs = tree["groups"]
    return tuple(Glob(pattern, globs.item_source(index)) for index, pattern in enumerate(globs))


def _read_groups(
    root: Path,
    globs: tuple[Glob, ...],
    emulator: EmulatorSettings,
    problems: Problems,
    planned: Mapping[PurePosixPath, str],
) -> list[Document | None]:
    """Read all group files; `None` stands for one that cannot be read."""
    excluded = frozenset({real_path(emulator.scenario)})
    paths = find_files(root, globs, excluded, problems, planned)
    return [
        read_bytes(planned[path].encode(), _shown(root, str(path)), problems)
        if path in planned
        else read_file(root / path, _shown(root, str(path)), problems)
        for path in paths
    ]


def _emulator(settings: SettingsFile, tree: YamlMap, root: Path, problems: Problems) -> EmulatorSettings:
    section = tree.get("emulator", empty_map())
    for key in section:
        _check_path(section, key, root, problems)
    absolute = root.absolute()
    return EmulatorSettings(
        scenario=absolute / settings.emulator.scenario, database=absolute / settings.emulator.database
    )


def _check_state(tree: YamlMap, root: Path, problems: Problems) -> None:
    if "state" not in tree:
        return
    if not is_state_url(tree["state"]):
        _check_path(tree, "state", root, problems)
        return
    fault = state_url_fault(tree["state"])
    if fault:
        problems.error(
            text("Invalid state"),
            fault,
            hint=text("Write the name of a file, or a URL such as `https://state.example.com/groups`."),
            source=tree.value_source("state"),
        )


def _check_path(holder: YamlMap, key: str, root: Path, problems: Problems) -> None:
    if not holder[key] or not is_below(root, root / holder[key]):
        problems.error(
            text("Path outside the fleet"),
            text("`{key}` has to name a file in the folder of the fleet or below it.", key=key),
            hint=text("Write a path relative to `groupctl.yaml`, without `..`."),
            source=holder.value_source(key),
        )


def _check_endpoint(tree: YamlMap, problems: Problems) -> None:
    tenant = tree.get("tenant", empty_map())
    problem = endpoint_problem(tenant.get("endpoint", "feishu"))
    if problem:
        problems.include([replace(problem, source=tenant.value_source("endpoint"))])


def endpoint_problem(endpoint: str) -> Diagnostic | None:
    """Return what is wrong with the form of an endpoint, or `None`; whether its host is trusted is not asked."""
    fault = None if endpoint in _NAMED_ENDPOINTS else _endpoint_fault(endpoint)
    if fault is None:
        return None
    suggestion = closest(endpoint, _NAMED_ENDPOINTS)
    return Diagnostic(
        text("Invalid endpoint"),
        fault,
        text("Did you mean `{name}`?", name=suggestion)
        if suggestion
        else text("Write `feishu`, `lark`, `emulator`, or a URL such as `https://feishu.example.com`."),
    )


def _endpoint_fault(endpoint: str) -> Text | None:
    """Return what is wrong with the URL of a platform; it may hold credentials and is never shown."""
    try:
        url = urlsplit(endpoint)
        host = url.hostname
    except ValueError:
        host = None
    if not host or url.scheme not in ("http", "https"):
        return text("`endpoint` is neither a known name nor a URL.")
    if url.username is not None or url.query or url.fragment or url.path not in ("", "/"):
        return text("The URL of an endpoint has a host and possibly a port, and nothing else.")
    if url.scheme == "http" and not is_loopback(host):
        return text("Only loopback addresses are reached without encryption.")
    return None
