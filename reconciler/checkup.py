"""The use case of a check-up: what a fleet needs from the platform, and whether it is there. Writes nothing.

What fails stops only what needs it. Reads alone are made, and how bad something is `plan.doctor` says.

Source: docs/behaviour.md, "Check-up".
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.apply.apply import Progress
from reconciler.apply.ports import Clock, Examiner
from reconciler.errors import (
    Diagnostic,
    GroupGone,
    OperationRefused,
    OutsideGroup,
    PlatformError,
    Refused,
    RunRefused,
    StateError,
    text,
)
from reconciler.feishu.codes import lacks_scope
from reconciler.feishu.quota import PARALLELISM, WINDOWS
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.plan.binding import Binding, bind, claimed_keys, refuse_shared_chats
from reconciler.plan.doctor import (
    calls_of_plan,
    check_clock,
    check_group,
    check_leftovers,
    check_quota,
    check_roles,
    check_scopes,
    checked,
    skipped,
)
from reconciler.plan.duration import shortest_seconds
from reconciler.plan.moving_in import own_tenant
from reconciler.plan.people import Settled
from reconciler.plan.report import Check, GroupCheck, Place, Topic, Verdict
from reconciler.plan.scopes import ScopeNeed, judge, needs_of
from reconciler.workflow import Scope, check_state, select_keys, settled_groups

AFTER_SIGN_IN = (Topic.BOT, Topic.CLOCK, *(AFTER_BOT := (Topic.SCOPES, Topic.ROLES)))
"""What needs an access token, and what needs a bot that works as well."""


@dataclass(frozen=True, slots=True)
class CheckUp:
    """What was found with the platform."""

    checks: tuple[Check, ...]
    scopes: tuple[ScopeNeed, ...] = ()
    groups: tuple[GroupCheck, ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)
    tenant_key: str = ""


def check_belonging(scope: Scope, now: float) -> tuple[Check, ...]:
    """Return whether the state belongs to this run, and what in it waits to be ended; the platform is not asked."""
    state = scope.state
    try:
        check_state(state, scope.configuration.fleet.name, scope.endpoint, scope.app_id)
    except StateError as error:
        return tuple(checked(Topic.STATE, Verdict.FAILED, problem) for problem in error.diagnostics)
    return tuple(check_leftovers(state, now))


async def check_up(
    scope: Scope,
    gateway: Examiner,
    clock: Clock,
    progress: Progress = lambda _done, _total: None,
) -> CheckUp:
    """Return what a fleet needs from the platform, and whether it is there.

    Raises:
        UsageError: A pattern matches nothing.
    """
    bindings = _bindings(scope, clock.now())
    groups = scope.configuration.fleet.groups
    managed = {key: groups[key] for key in bindings if key in groups}
    calls = calls_of_plan((group, bool(bindings[key].chat_id)) for key, group in managed.items())
    quota = check_quota(calls, shortest_seconds(calls, WINDOWS))
    checks, works = await _check_access(gateway, clock)
    if not works:
        return CheckUp((*checks, *quota), calls=calls)
    settled, people = await _settle(scope, managed, gateway)
    read = await _read_all([each.chat_id for each in bindings.values() if each.chat_id], gateway, progress)
    found = tuple(_check_groups(scope, bindings, settled, read))
    needs, scopes = await _check_scopes(scope, managed.values(), found, gateway)
    tenant_key = own_tenant("", (each for each in read.values() if isinstance(each, LiveGroup)))
    return CheckUp(
        checks=(*checks, *_check_tenant(scope, tenant_key), *people, *scopes, *check_roles(found), *quota),
        scopes=needs,
        groups=found,
        calls=calls,
        tenant_key=tenant_key or scope.state.tenant_key,
    )


def _bindings(scope: Scope, now: float) -> dict[str, Binding]:
    fleet, state = scope.configuration.fleet, scope.state
    claimed = claimed_keys(fleet.groups.values()) - fleet.groups.keys()
    selected = select_keys(scope.patterns, (*fleet.groups, *state.groups))
    keys = [key for key in selected if key not in claimed]
    return refuse_shared_chats({key: bind(key, fleet.groups.get(key), state, now) for key in keys})


# ------------------------------------------------------------------ credentials, bot, clock


async def _check_access(gateway: Examiner, clock: Clock) -> tuple[list[Check], bool]:
    """Return what became of token, bot and clock, and whether calls can be made at all."""
    try:
        lifetime = await gateway.sign_in()
    except PlatformError as error:
        because = text("There is no access token.")
        return [
            checked(Topic.CREDENTIALS, Verdict.FAILED, error.diagnostic),
            *skipped(AFTER_SIGN_IN, because),
        ], False
    token = Check(
        topic=Topic.CREDENTIALS,
        verdict=Verdict.OK if lifetime else Verdict.UNKNOWN,
        summary=text("Access token is there"),
        detail=text(
            "It lives for {minutes} minutes, and is renewed before its end.", minutes=int(lifetime // 60)
        )
        if lifetime
        else text("How long it lives is not told, and it cannot be renewed: two hours at most."),
    )
    bot = await _check_bot(gateway)
    time = check_clock(clock.now(), gateway.platform_time)
    if bot.verdict is not Verdict.FAILED:
        return [token, bot, time], True
    return [token, bot, time, *skipped(AFTER_BOT, text("The bot of the app does not work."))], False


async def _check_bot(gateway: Examiner) -> Check:
    try:
        bot = await gateway.our_bot()
    except PlatformError as error:
        return checked(Topic.BOT, Verdict.FAILED, error.diagnostic)
    if bot is None:
        return Check(
            topic=Topic.BOT,
            verdict=Verdict.FAILED,
            summary=text("Bot ability is off"),
            detail=text("The app has no bot, and only bots can be in groups."),
            hint=text(
                "Switch the bot on in the developer console (Add Features), and publish a version of the app."
            ),
        )
    if not bot.enabled:
        return Check(
            topic=Topic.BOT,
            verdict=Verdict.FAILED,
            summary=text("Bot is not enabled"),
            detail=text("The tenant does not let `{name}` work.", name=bot.name),
            hint=text("Open the app in the developer console; enable it, publish it, and have it installed."),
        )
    return Check(
        topic=Topic.BOT,
        verdict=Verdict.OK,
        summary=text("Bot ability is on"),
        detail=text("The bot is called `{name}`.", name=bot.name),
    )


def _check_tenant(scope: Scope, told: str) -> Iterator[Check]:
    known = scope.state.tenant_key
    if known and told and known != told:
        yield Check(
            topic=Topic.TENANT,
            verdict=Verdict.FAILED,
            summary=text("State belongs to another tenant"),
            detail=text(
                "The state is of tenant `{known}`, but the platform answers for tenant `{found}`.",
                known=known,
                found=told,
            ),
            hint=text("Use the credentials of the app in the tenant that the state was made for."),
        )
    elif told or known:
        yield Check(
            topic=Topic.TENANT,
            verdict=Verdict.OK,
            summary=text("Tenant is known"),
            detail=text("It is `{tenant}`.", tenant=told or known),
        )
    else:
        yield Check(
            topic=Topic.TENANT,
            verdict=Verdict.UNKNOWN,
            summary=text("Tenant is not known yet"),
            detail=text("Only groups tell it, and none was read."),
        )


# ------------------------------------------------------------------ people, groups


async def _settle(
    scope: Scope, keys: Iterable[str], gateway: Examiner
) -> tuple[dict[str, Settled], list[Check]]:
    """Return the groups with open ids in the place of names, and what is wrong with the names."""
    try:
        settled = await settled_groups(scope, keys, gateway)
    except RunRefused as error:
        return {}, [checked(Topic.PEOPLE, Verdict.FAILED, error.diagnostic)]
    problems = {each.problem: key for key, each in settled.items() if each.problem}
    warnings = [(key, warning) for key, each in settled.items() for warning in each.warnings]
    partial = len(problems) < len(settled)
    failed = [
        checked(Topic.PEOPLE, Verdict.FAILED, problem).model_copy(update={"keys": (key,), "partial": partial})
        for problem, key in problems.items()
    ]
    warned = [
        checked(Topic.PEOPLE, Verdict.WARNING, warning).model_copy(update={"keys": (key,)})
        for key, warning in warnings
    ]
    return settled, failed + warned


async def _read_all(
    chat_ids: Iterable[str], gateway: Examiner, progress: Progress
) -> dict[str, LiveGroup | Diagnostic]:
    """Return every chat, or why it could not be read; what is refused everywhere is not tried again."""
    places = asyncio.Semaphore(PARALLELISM)
    hopeless: list[Diagnostic] = []
    wanted = sorted(set(chat_ids))
    ended = 0

    async def read(chat_id: str) -> LiveGroup | Diagnostic:
        nonlocal ended
        async with places:
            told = hopeless[0] if hopeless else await attempt(chat_id)
        ended += 1
        progress(ended, len(wanted))
        return told

    async def attempt(chat_id: str) -> LiveGroup | Diagnostic:
        try:
            return await gateway.read_group(chat_id, ())
        except PlatformError as error:
            if isinstance(error, RunRefused | OperationRefused):
                hopeless.append(error.diagnostic)
            return error.diagnostic

    async with asyncio.TaskGroup() as tasks:
        reading = {chat_id: tasks.create_task(read(chat_id)) for chat_id in wanted}
    return {chat_id: task.result() for chat_id, task in reading.items()}


def _check_groups(
    scope: Scope,
    bindings: Mapping[str, Binding],
    settled: Mapping[str, Settled],
    read: Mapping[str, LiveGroup | Diagnostic],
) -> Iterator[GroupCheck]:
    fleet = scope.configuration.fleet
    for key, binding in bindings.items():
        yield check_group(
            binding,
            settled[key].desired if key in settled else fleet.groups.get(key),
            read.get(binding.chat_id) if binding.chat_id else None,
            operate_as_owner=fleet.operate_as_owner,
        )


# ------------------------------------------------------------------ scopes


async def _check_scopes(
    scope: Scope, groups: Iterable[DesiredGroup], found: Iterable[GroupCheck], gateway: Examiner
) -> tuple[tuple[ScopeNeed, ...], list[Check]]:
    """Return what is known of the scopes that the fleet needs, by trying its reads once each."""
    readable = [each.chat_id for each in found if each.place in _SEEN]
    needs = needs_of(
        groups,
        creating=any(each.place is Place.NO_CHAT for each in found),
        pictures=bool(scope.configuration.pictures),
    )
    reads = [need.operation for need in needs if not need.writes]
    chat_id = readable[0] if readable else None
    async with asyncio.TaskGroup() as tasks:
        trying = {each: tasks.create_task(_probe(each, chat_id, gateway)) for each in reads}
    errors = {each: task.result() for each, task in trying.items()}
    judged = judge(needs, dict(_probed(errors)))
    refusals = {each: error.diagnostic for each, error in errors.items() if error}
    checks = list(check_scopes(judged, refusals))
    if scope.configuration.fleet.operate_as_owner:
        checks.append(
            Check(
                topic=Topic.SCOPES,
                verdict=Verdict.UNKNOWN,
                summary=text("Nothing tells whether the app may operate as owner"),
                detail=text(
                    "`operate_as_owner` declares the scope im:chat:operate_as_owner; only a write shows it."
                ),
            )
        )
    return judged, checks


_SEEN = frozenset({Place.OWNER, Place.MANAGER, Place.MEMBER, Place.UNSURE})


async def _probe(operation: str, chat_id: str | None, gateway: Examiner) -> PlatformError | None:
    try:
        await gateway.probe(operation, chat_id)
    except PlatformError as error:
        return error
    return None


def _probed(errors: Mapping[str, PlatformError | None]) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """Yield the reads that tell something of scopes.

    Whatever else a read is refused for, the platform looked at scopes before (reported); an answer without a code is
    not the platform's.
    """
    for operation, error in errors.items():
        if error and lacks_scope(error.facts):
            yield operation, error.scopes
        elif error is None or (isinstance(error, Refused | GroupGone | OutsideGroup) and error.facts.code):
            yield operation, None
