"""Wires the adapters together: configuration, state, credentials, platform or emulator."""

from __future__ import annotations

import getpass
import os
import platform
import shlex
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from reconciler.cli.options import Options
from reconciler.config import Configuration, EmulatorPlace, endpoint_problem, find_root, load_configuration
from reconciler.errors import ConfigurationError, Diagnostic, Source, UsageError, text
from reconciler.feishu.quota import PARALLELISM
from reconciler.model import hosts
from reconciler.model.recorded import State
from reconciler.model.state_url import is_state_url, state_url_fault
from reconciler.redaction import redact
from reconciler.state.backend import LockHolder
from reconciler.state.places import open_store
from reconciler.state.store import Store

if TYPE_CHECKING:
    from reconciler.emulator import Emulator
    from reconciler.feishu.gateway import FeishuGateway

EMULATOR: Final = "emulator"
EMULATOR_STATE: Final = ".groupctl/emulator.lock.json"
"""Trying things out on an emulator never touches the state that is committed."""


JOURNAL: Final = ".groupctl/journal"
"""Folder of the journals, below that of the fleet."""


class SystemClock:
    """The clock of the machine."""

    def now(self) -> float:
        """Return seconds since 1970 in UTC."""
        return time.time()


@dataclass(frozen=True, slots=True)
class Session:
    """One run of a command in one fleet."""

    options: Options
    configuration: Configuration
    endpoint: str
    state_name: str
    """The state as people gave it: the path of a file, or a URL."""
    store: Store

    @property
    def emulated(self) -> bool:
        """Whether the platform is an emulator, in this process or behind a loopback socket."""
        return self.endpoint == EMULATOR or is_loopback(self.endpoint)

    @property
    def platform_name(self) -> str:
        """The platform as the state keeps it: every emulator of a fleet is the same one."""
        return EMULATOR if self.emulated else self.endpoint

    @property
    def parallelism(self) -> int:
        """Calls in flight at once."""
        return self.options.parallelism or PARALLELISM

    def load_state(self) -> State:
        """Return the state. On an emulator a missing one is that of a new fleet.

        Raises:
            StateError: It is missing on a real platform, or unusable.
        """
        if self.emulated and not self.store.exists():
            # The same one every time: a plan may be saved before the first apply writes it.
            lineage = str(uuid.uuid5(uuid.NAMESPACE_OID, self.configuration.fleet.name))
            return self.new_state().model_copy(update={"lineage": lineage})
        return self.store.load()

    def new_state(self) -> State:
        """Return the state of a fleet that was never applied."""
        return State(
            lineage=str(uuid.uuid4()), fleet=self.configuration.fleet.name, endpoint=self.platform_name
        )

    def lock_holder(self) -> LockHolder:
        """Return who we are, for the lock of the state."""
        return this_run()

    def locked(self) -> AbstractContextManager[None]:
        """Hold the lock of the state while the block runs.

        Raises:
            StateError: Somebody else holds it, also after `--lock-timeout`; or it cannot be taken.
        """
        return self.store.locked(self.lock_holder(), self.options.lock_timeout or 0.0)

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[tuple[FeishuGateway, str]]:
        """Open the platform and yield the gateway with the id of our app.

        Raises:
            CredentialsError: They are missing or unusable.
            ConfigurationError: The endpoint may not be talked to, or the scenario is wrong.
        """
        if self.endpoint == EMULATOR:
            emulator = open_emulator(self.configuration)
            try:
                async with self._emulated(emulator) as opened:
                    yield opened
            finally:
                emulator.close()
            return
        # Only commands that talk to the platform load the client.
        from reconciler.feishu.connect import connect
        from reconciler.feishu.credentials import read_credentials
        from reconciler.feishu.hosts import base_url_of

        base_url = base_url_of(self.endpoint, hosts.trusted_hosts(os.environ))
        credentials = read_credentials(os.environ, Path.cwd())
        gateway = connect(
            credentials,
            base_url,
            parallelism=self.parallelism,
            pictures=self.configuration.picture,
            experimental=self.configuration.experimental,
        )
        try:
            yield gateway, credentials.app_id
        finally:
            await gateway.aclose()

    @asynccontextmanager
    async def _emulated(self, emulator: Emulator) -> AsyncIterator[tuple[FeishuGateway, str]]:
        from pydantic import SecretStr

        from reconciler.emulator.transport import EmulatorTransport
        from reconciler.feishu.connect import connect
        from reconciler.feishu.credentials import Credentials

        app_id, app_secret = emulator.first_app()
        gateway = connect(
            Credentials(app_id=app_id, app_secret=SecretStr(app_secret)),
            "http://emulator.invalid",
            http_transport=EmulatorTransport(emulator),
            parallelism=self.parallelism,
            pictures=self.configuration.picture,
            experimental=self.configuration.experimental,
        )
        try:
            yield gateway, app_id
        finally:
            await gateway.aclose()


def open_session(options: Options, load: Callable[[Path], Configuration] = load_configuration) -> Session:
    """Load the fleet that the options point to, with `load`.

    Raises:
        UsageError: The endpoint or the state that was given is none.
        ConfigurationError: There is no fleet, its files are wrong, or the state is at a place that is not trusted.
    """
    configuration = load(find_root(options.directory))
    endpoint = options.endpoint or os.environ.get("GROUPCTL_ENDPOINT") or configuration.endpoint
    problem = endpoint_problem(endpoint)
    if problem:
        # Before the state: a mistyped endpoint must not be told as a missing state, nor be written into one.
        raise UsageError(problem)
    name, base = _state_place(options, configuration, endpoint)
    return Session(options, configuration, endpoint, name, open_store(name, base, os.environ))


def this_run() -> LockHolder:
    """Return this run as the holder of a lock of its own."""
    return LockHolder(
        holder=f"{_user()}@{platform.node()}",
        pid=os.getpid(),
        time=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        command=redact(shlex.join(["groupctl", *sys.argv[1:]])),
        id=str(uuid.uuid4()),
    )


def _user() -> str:
    """Return who runs us; containers often run as a number that has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _state_place(options: Options, configuration: Configuration, endpoint: str) -> tuple[str, Path]:
    """Return the address of the state, and where a path starts: option, environment, the emulator's own, configuration."""
    chosen = options.state or os.environ.get("GROUPCTL_STATE") or None
    if chosen is None:
        emulated = endpoint == EMULATOR or is_loopback(endpoint)
        name = EMULATOR_STATE if emulated else configuration.state
        return name, configuration.root
    fault = state_url_fault(chosen) if is_state_url(chosen) else None
    if fault:
        hint = text("Give the path of a file, or a URL such as `https://state.example.com/groups`.")
        raise UsageError(Diagnostic(text("Invalid state"), fault, hint))
    return chosen, Path()


def journal_folder(root: Path) -> Path:
    """Return where the runs of the fleet at `root` leave their journals."""
    chosen = os.environ.get("GROUPCTL_JOURNAL")
    return Path(chosen) if chosen else root / JOURNAL


def is_loopback(endpoint: str) -> bool:
    """Tell whether an endpoint is a URL on this machine."""
    return hosts.is_loopback(urlsplit(endpoint).hostname or "")


def open_emulator(place: Configuration | EmulatorPlace) -> Emulator:
    """Open the emulator of a fleet.

    Raises:
        ConfigurationError: The scenario is wrong or missing, or the database cannot be used.
    """
    from reconciler.emulator import DatabaseError, ScenarioError, open_emulator

    settings = place.emulator
    try:
        return open_emulator(settings.scenario, settings.database)
    except ScenarioError as error:
        raise ConfigurationError(
            Diagnostic(
                text("Emulator scenario is wrong"),
                error.message,
                text(
                    "`groupctl init --endpoint emulator` in an empty folder makes a scenario to start from."
                ),
                source=Source(_shown(error.file, place.root), error.line, error.column),
            )
        ) from None
    except DatabaseError as error:
        raise ConfigurationError(
            Diagnostic(
                text("Emulator database cannot be used"),
                text(
                    "`{database}`: {why}.",
                    database=_shown(str(settings.database), place.root),
                    why=str(error).removeprefix(f"{settings.database}: "),
                ),
                text("Remove the file; the emulator then begins again with its scenario."),
            )
        ) from None


def _shown(file: str, root: Path) -> str:
    """Return a path as people know it: relative to the fleet when it is below."""
    path = Path(file)
    return str(path.relative_to(root)) if path.is_relative_to(root) else file
