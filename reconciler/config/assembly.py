"""From the trees of all files to the groups of the fleet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reconciler.config.announcement import Announcements
from reconciler.config.checks import check_fleet, check_group, check_layer
from reconciler.config.desired import desired_group
from reconciler.config.layers import Normalizer
from reconciler.config.merge import Layer, merge, overlay
from reconciler.config.persons import Definition, People
from reconciler.config.pictures import Pictures
from reconciler.config.positions import Origin
from reconciler.config.problems import Problems
from reconciler.config.tree import Node, YamlList, YamlMap, empty_list, empty_map
from reconciler.config.wording import closest
from reconciler.errors import Source, Text, text
from reconciler.model.announcement import Block
from reconciler.model.group import DesiredGroup

_NO_LAYER: Final = Layer(empty_map())


@dataclass(frozen=True, slots=True)
class Assembly:
    """All groups by key in sorted order, and where each comes from."""

    groups: dict[str, DesiredGroup]
    origins: dict[str, Origin]
    people: dict[str, str]
    """Whom aliases stand for."""
    pictures: dict[str, Path]
    """Files of pictures by their digests."""
    picture_names: dict[str, str]
    """How these files are written, by their digests."""
    texts: dict[str, int]
    """How often each file of an announcement is named, by its place as people are shown it."""
    announcements: dict[str, tuple[Block, ...]]
    """What each of these files says."""


_AS_IT_IS: Final[Mapping[Path, str]] = {}


def assemble(
    settings: YamlMap,
    files: Sequence[YamlMap],
    problems: Problems,
    *,
    root: Path = Path(),
    complete: bool = True,
    planned: Mapping[Path, str] = _AS_IT_IS,
) -> Assembly:
    """Merge all files to groups and check them.

    Args:
        settings: The tree of `groupctl.yaml`; its shape was checked.
        files: The trees of the other files; their order means nothing.
        problems: Takes everything that is wrong.
        root: Folder of the fleet.
        complete: Whether all files could be read. If not, names that are missing may stand in one of the others,
            and are no problems of their own.
        planned: Content of announcements that are about to be written, by their places with all links resolved.
    """
    announcements = Announcements(root, problems, planned)
    return _Assembler(settings, files, problems, root, announcements, complete=complete).assemble()


@dataclass(frozen=True, slots=True)
class _Base:
    """What a group inherits."""

    layers: tuple[Layer, ...]
    templates: tuple[str, ...]
    values: YamlMap


@dataclass(frozen=True, slots=True)
class _Defined:
    """Something with a name, defined in one of the files."""

    value: Node
    holder: YamlMap
    name: str
    file: YamlMap = field(repr=False)

    @property
    def source(self) -> Source:
        return self.holder.key_source(self.name)


class _Assembler:
    def __init__(
        self,
        settings: YamlMap,
        files: Sequence[YamlMap],
        problems: Problems,
        root: Path,
        announcements: Announcements,
        *,
        complete: bool,
    ) -> None:
        self._problems = problems
        self._complete = complete
        everywhere = (settings, *files)
        people = self._collect(everywhere, "people", text("Alias defined twice"))
        definitions = {
            alias: Definition(each.value, each.holder.value_source(alias)) for alias, each in people.items()
        }
        self._pictures = Pictures(root, problems)
        self._people = People(definitions, problems, complete=complete)
        self._announcements = announcements
        self._normalizer = Normalizer(self._people, announcements, self._pictures, problems)
        templates = self._collect(everywhere, "templates", text("Template defined twice"))
        self._templates = {name: self._layer(each.value) for name, each in templates.items()}
        self._groups = self._collect(files, "groups", text("Key defined twice"))
        self._fleet_defaults = self._defaults(settings)
        self._file_defaults = {id(file): self._defaults(file) for file in files}
        self._bases: dict[tuple[int, tuple[str, ...]], _Base] = {}

    def assemble(self) -> Assembly:
        groups: dict[str, DesiredGroup] = {}
        origins: dict[str, Origin] = {}
        effective: dict[str, YamlMap] = {}
        for key in sorted(self._groups):
            defined = self._groups[key]
            base = self._base(defined)
            own = self._layer(defined.value, key)
            values = overlay(base.values, own)
            check_group(values, key, self._problems)
            effective[key] = values
            origins[key] = Origin(defined.source, (*base.layers, own), base.templates)
        check_fleet(effective, self._problems)
        if not self._problems.has_errors:
            groups = {key: desired_group(key, values) for key, values in effective.items()}
        return Assembly(
            groups,
            origins,
            self._people.definitions,
            self._pictures.files,
            self._pictures.names,
            dict(self._announcements.files),
            dict(self._announcements.contents),
        )

    def _layer(self, written: YamlMap, key: str = "") -> Layer:
        layer = self._normalizer.layer(written, key)
        check_layer(layer.values, key, self._problems)
        return layer

    def _defaults(self, file: YamlMap) -> Layer:
        return self._layer(file["defaults"]) if "defaults" in file else _NO_LAYER

    def _base(self, group: _Defined) -> _Base:
        """Return what a group inherits, merged once for all groups that inherit the same."""
        templates = tuple(self._known_templates(group))
        identity = (id(group.file), templates)
        if identity not in self._bases:
            layers = (
                self._fleet_defaults,
                self._file_defaults[id(group.file)],
                *(self._templates[name] for name in templates),
            )
            self._bases[identity] = _Base(layers, templates, merge(layers))
        return self._bases[identity]

    def _known_templates(self, group: _Defined) -> Iterator[str]:
        for name, source in _named(group.value):
            if name in self._templates:
                yield name
            elif self._complete:
                suggestion = closest(name, self._templates)
                self._problems.error(
                    text("Unknown template"),
                    text("No file of the fleet defines the template `{name}`.", name=name),
                    hint=text("Did you mean `{name}`?", name=suggestion)
                    if suggestion
                    else text("Define it under `templates:`."),
                    address=group.name,
                    source=source,
                )

    def _collect(self, files: Iterable[YamlMap], section: str, summary: Text) -> dict[str, _Defined]:
        """Return what all files define under `section`; what is defined twice counts where it stands first."""
        found: dict[str, list[_Defined]] = {}
        for file in files:
            holder: YamlMap = file.get(section, empty_map())
            for name, value in holder.items():
                found.setdefault(name, []).append(_Defined(value, holder, name, file))
        for definitions in found.values():
            definitions.sort(key=lambda each: each.source)
            for repeated in definitions[1:]:
                self._problems.error(
                    summary,
                    text(
                        "`{name}` is defined in {place} already.",
                        name=repeated.name,
                        place=definitions[0].source,
                    ),
                    hint=text("Remove or rename one of the two."),
                    address=repeated.name if section == "groups" else "",
                    source=repeated.source,
                )
        return {name: definitions[0] for name, definitions in found.items()}


def _named(group: YamlMap) -> Iterator[tuple[str, Source]]:
    """Yield the templates that a group names, with their places."""
    written = group.get("template", empty_list())
    if isinstance(written, YamlList):
        yield from ((name, written.item_source(index)) for index, name in enumerate(written))
    else:
        yield written, group.value_source("template")
