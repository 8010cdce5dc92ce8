"""What `doctor` looks at: everything between this machine and the platform, one after another.

Whatever fails is a check that failed, and the next ones are made as far as they can be.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from importlib import metadata
from typing import TYPE_CHECKING, Final

from reconciler import __version__
from reconciler.cli.session import EMULATOR, Session, SystemClock, open_session
from reconciler.config import load_settings
from reconciler.errors import (
    ConfigurationError,
    CredentialsError,
    Diagnostic,
    ReconcilerError,
    Severity,
    StateError,
    UsageError,
    text,
)
from reconciler.model.hosts import TRUSTED_HOSTS, trusted_hosts
from reconciler.plan.doctor import checked, skipped
from reconciler.plan.report import Check, Report, Topic, Verdict
from reconciler.state.store import told_holder

if TYPE_CHECKING:
    from reconciler.checkup import CheckUp
    from reconciler.cli.options import Options
    from reconciler.cli.running import Signals
    from reconciler.model.recorded import State

DISTRIBUTION: Final = "feishu-group-reconciler"
_NO_EXTRAS: Final = frozenset({"dev"})
"""Extras that nobody needs to run the tool."""
_NAME: Final = re.compile(r"[\w.-]+")
_REQUIREMENT: Final = re.compile(r"""(?P<name>[\w.-]+).*\bextra == ["'](?P<extra>[\w-]+)["']""")

_ORDER: Final = {topic: number for number, topic in enumerate(Topic)}


def examine(options: Options, keys: tuple[str, ...]) -> Report:
    """Return everything that a check-up finds; nothing is written.

    Raises:
        UsageError: The endpoint is none, or a key matches nothing.
    """
    installation = tuple(_check_installation())
    session, configuration = _open(options)
    if session is None:
        because = text("`groupctl.yaml` cannot be used.")
        rest = [topic for topic in Topic if topic not in {Topic.INSTALLATION, Topic.CONFIGURATION}]
        return Report(
            tool_version=__version__, checks=(*installation, *configuration, *skipped(rest, because))
        )
    state, state_checks = _load_state(session)
    is_whole = all(check.verdict is not Verdict.FAILED for check in configuration)
    # In files that are wrong nobody knows which keys there are.
    app_id, found = _ask_platform(session, state, keys if is_whole else ())
    checks = (*installation, *configuration, *_check_endpoint(session), *state_checks, *found.checks)
    return Report(
        tool_version=__version__,
        fleet=session.configuration.fleet.name,
        endpoint=session.endpoint,
        app_id=app_id,
        tenant_key=found.tenant_key,
        checks=tuple(sorted(checks, key=lambda check: _ORDER[check.topic])),
        scopes=found.scopes,
        groups=found.groups,
        calls=dict(found.calls),
    )


# ------------------------------------------------------------------ installation


def _check_installation() -> Iterator[Check]:
    yield Check(
        topic=Topic.INSTALLATION,
        verdict=Verdict.OK,
        summary=text("Versions"),
        detail=", ".join(_versions()),
    )
    for extra, packages in sorted(_missing_extras().items()):
        yield Check(
            topic=Topic.INSTALLATION,
            verdict=Verdict.WARNING,
            summary=text("Optional part is not installed"),
            detail=text(
                "`{extra}` needs {packages}.",
                extra=extra,
                packages=", ".join(f"`{each}`" for each in packages),
            ),
            hint=text(
                "Run `pip install '{distribution}[{extra}]'` if you want to use it.",
                distribution=DISTRIBUTION,
                extra=extra,
            ),
        )


def _versions() -> Iterator[str]:
    yield f"groupctl {__version__}"
    yield f"Python {platform.python_version()}"
    yield platform.system()
    for requirement in _requirements():
        name = _NAME.match(requirement)
        if name and "extra ==" not in requirement:
            yield f"{name.group()} {metadata.version(name.group())}"


def _missing_extras() -> dict[str, list[str]]:
    """Return the packages that are not there, by the extra that needs them."""
    missing: dict[str, list[str]] = {}
    for requirement in _requirements():
        found = _REQUIREMENT.match(requirement)
        if found and found["extra"] not in _NO_EXTRAS and not _is_installed(found["name"]):
            missing.setdefault(found["extra"], []).append(found["name"])
    return missing


def _requirements() -> list[str]:
    try:
        return metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:  # run from a folder, never installed
        return []


def _is_installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True


# ------------------------------------------------------------------ configuration, endpoint, state


def _open(options: Options) -> tuple[Session | None, tuple[Check, ...]]:
    """Return the fleet, as far as its files can be used, and what is wrong with them."""
    try:
        session = open_session(options)
    except UsageError:
        raise
    except ReconcilerError as error:
        return _open_settings(options), tuple(map(_file_check, error.diagnostics))
    groups = len(session.configuration.fleet.groups)
    valid = Check(
        topic=Topic.CONFIGURATION,
        verdict=Verdict.OK,
        summary=text("Configuration is valid"),
        detail=text("Groups in the files: {n}.", n=groups),
    )
    return session, (valid, *map(_file_check, session.configuration.warnings))


def _open_settings(options: Options) -> Session | None:
    try:
        return open_session(options, load_settings)
    except ReconcilerError:
        return None


def _file_check(problem: Diagnostic) -> Check:
    verdict = Verdict.FAILED if problem.severity is Severity.ERROR else Verdict.WARNING
    return checked(Topic.CONFIGURATION, verdict, problem)


def _check_endpoint(session: Session) -> Iterator[Check]:
    if session.endpoint == EMULATOR:
        yield Check(
            topic=Topic.ENDPOINT,
            verdict=Verdict.OK,
            summary=text("Platform is the emulator"),
            detail=text("It runs in this process; nothing leaves this machine."),
        )
        return
    from reconciler.feishu.hosts import base_url_of

    trusted = trusted_hosts(os.environ)
    try:
        url = base_url_of(session.endpoint, trusted)
    except ConfigurationError:
        return  # told by the attempt to use it
    yield Check(
        topic=Topic.ENDPOINT,
        verdict=Verdict.OK,
        summary=text("Endpoint may be talked to"),
        detail=text(
            "{url}; {variable} lists {hosts}.",
            url=url,
            variable=TRUSTED_HOSTS,
            hosts=", ".join(sorted(trusted)) or text("nothing"),
        ),
    )


def _load_state(session: Session) -> tuple[State, list[Check]]:
    """Return the state, that of a new fleet when it cannot be used, and what was found."""
    try:
        state = session.load_state()
    except (StateError, CredentialsError) as error:
        failed = [checked(Topic.STATE, Verdict.FAILED, problem) for problem in error.diagnostics]
        return session.new_state(), failed
    if not session.store.exists():
        begun = Check(
            topic=Topic.STATE,
            verdict=Verdict.OK,
            summary=text("State is not there yet"),
            detail=text("The first apply on the emulator makes `{name}`.", name=session.state_name),
        )
        return state, [begun, *_check_lock(session)]
    told = Check(
        topic=Topic.STATE,
        verdict=Verdict.OK,
        summary=text("State is there"),
        detail=text(
            "`{name}`: lineage {lineage}, serial {serial}; groups: {bound} bound, {begun} begun, {forgotten} forgotten.",
            name=session.state_name,
            lineage=state.lineage,
            serial=state.serial,
            bound=len(state.groups),
            begun=len(state.intents),
            forgotten=len(state.tombstones),
        ),
    )
    return state, [told, *_check_lock(session)]


def _check_lock(session: Session) -> Iterator[Check]:
    try:
        holder = session.store.holder(session.lock_holder())
    except (StateError, CredentialsError) as error:
        # Plans need no lock.
        for problem in error.diagnostics:
            yield checked(Topic.STATE, Verdict.WARNING, problem)
        return
    if holder:
        yield Check(
            topic=Topic.STATE,
            verdict=Verdict.WARNING,
            summary=text("State is locked"),
            detail=text("The lock is held by {who}.", who=told_holder(holder)),
            hint=text("Wait for that run. If it is dead, run `groupctl state unlock`."),
        )


# ------------------------------------------------------------------ the platform


def _ask_platform(session: Session, state: State, keys: tuple[str, ...]) -> tuple[str, CheckUp]:
    """Return the id of our app and all that the platform tells."""
    from reconciler.checkup import CheckUp, check_belonging, check_up
    from reconciler.cli.planning import scope_of
    from reconciler.cli.running import run_async, showing_progress

    async def ask(_signals: Signals) -> tuple[str, CheckUp]:
        async with (
            session.platform() as (gateway, app_id),
            showing_progress(gateway, session.options) as display,
        ):
            clock, scope = SystemClock(), scope_of(session, state, app_id, keys)
            belonging = check_belonging(scope, clock.now())
            found = await check_up(scope, gateway, clock, display.update)
            checks = (_credentials(session, app_id), *belonging, *found.checks)
            return app_id, CheckUp(checks, found.scopes, found.groups, found.calls, found.tenant_key)

    try:
        return run_async(ask)
    except CredentialsError as error:
        failed = [checked(Topic.CREDENTIALS, Verdict.FAILED, each) for each in error.diagnostics]
    except ConfigurationError as error:
        failed = [checked(Topic.ENDPOINT, Verdict.FAILED, each) for each in error.diagnostics]
    because = text("Nobody can be asked.")
    return "", CheckUp((*failed, *skipped(_ASKED, because)))


_ASKED: Final = (Topic.BOT, Topic.CLOCK, Topic.SCOPES, Topic.ROLES)
"""What only the platform tells."""


def _credentials(session: Session, app_id: str) -> Check:
    if session.endpoint == EMULATOR:
        detail = text("They are those of the first app of the scenario, `{app_id}`.", app_id=app_id)
    else:
        from reconciler.feishu.credentials import variables_in_use

        variables = ", ".join(variables_in_use(os.environ))
        detail = text(
            "They come from {variables}; the app is `{app_id}`.", variables=variables, app_id=app_id
        )
    return Check(
        topic=Topic.CREDENTIALS, verdict=Verdict.OK, summary=text("Credentials are given"), detail=detail
    )
