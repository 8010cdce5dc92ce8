"""A house whose fleet is files in a folder: what moving in works on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from reconciler.config import Configuration, load_configuration
from reconciler.config.replace import replace_files
from reconciler.config.written import block, group_data
from reconciler.model.address import Facet
from reconciler.model.fleet import Fleet
from reconciler.model.group import DesiredGroup
from reconciler.moving import Adopted, Imported, Pulled, adopt, find_candidates, import_groups, pull
from reconciler.plan.plan import Plan
from reconciler.workflow import Choices, Scope, plan_groups
from tests.support.house import NO_LIMITS, House

SETTINGS = "version: 1\nfleet: acme-groups\ntenant: {endpoint: emulator}\n"
TARGET = PurePosixPath("imported.yaml")


class Folder:
    """The files of a fleet, with the house that it describes."""

    def __init__(self, root: Path, house: House, files: dict[str, str]) -> None:
        self.root = root
        self.house = house
        self.write("groupctl.yaml", SETTINGS)
        self.write("groups.yaml", "groups: {}\n")
        for name, content in files.items():
            self.write(name, content)

    def write(self, name: str, content: str) -> None:
        (self.root / name).write_text(content, encoding="utf-8", newline="")

    def text(self, name: str = "groups.yaml") -> str:
        return (self.root / name).read_bytes().decode()

    def write_groups(self, *groups: DesiredGroup) -> None:
        """Write groups as a person would."""
        data = {group.key: group_data(group, str) for group in groups}
        self.write("groups.yaml", "\n".join(block({"groups": data}, 0)) + "\n")

    @property
    def configuration(self) -> Configuration:
        return load_configuration(self.root)

    def scope(self, *patterns: str) -> Scope:
        configuration = self.configuration
        fleet: Fleet = configuration.fleet.model_copy(
            update={"guards": NO_LIMITS, "operate_as_owner": self.house.operate_as_owner}
        )
        return Scope(
            replace(configuration, fleet=fleet), "emulator", self.house.app_id, self.house.state, patterns
        )

    def groups(self) -> tuple[DesiredGroup, ...]:
        return tuple(self.configuration.fleet.groups.values())

    async def plan(self) -> Plan:
        return await plan_groups(self.scope(), Choices(), self.house.gateway, self.house.clock)

    async def import_all(self, *chat_ids: str, more: Sequence[Facet] = ()) -> Imported:
        house, scope = self.house, self.scope()
        candidates = await find_candidates(scope, chat_ids, frozenset(more), house.gateway)
        imported = await import_groups(scope, candidates, TARGET, house.gateway, house.store, house.clock)
        self._take_over_state()
        return imported

    async def adopt(self, **chats: str) -> Adopted:
        house = self.house
        adopted = await adopt(self.scope(), chats, house.gateway, house.store, house.clock)
        self._take_over_state()
        return adopted

    async def pull(self, *patterns: str) -> Pulled:
        """Pull and write."""
        pulled = await pull(self.scope(*patterns), self.house.gateway, self.house.clock)
        replace_files(self.root.absolute(), pulled.files)
        return pulled

    def _take_over_state(self) -> None:
        if self.house.store.saved:
            self.house.state = self.house.store.saved[-1]


@contextmanager
def open_folder(house: House, **files: str) -> Iterator[Folder]:
    """Open a fleet without groups; `files` are contents by their names without `.yaml`."""
    with TemporaryDirectory() as root:
        yield Folder(Path(root), house, {f"{name}.yaml": content for name, content in files.items()})
