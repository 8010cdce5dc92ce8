"""The use cases: what a command does, without words, screens and exit statuses.

Each takes its adapters as arguments (gateway, state, clock) and returns data for `render`.
"""

from __future__ import annotations

import asyncio
import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from reconciler import __version__
from reconciler.apply.apply import ApplyOptions, Progress, apply_plan
from reconciler.apply.ports import Clock, Gateway, Journal, Reader, StateStore
from reconciler.apply.recorder import Recorder
from reconciler.apply.run import Run
from reconciler.config import Configuration, missing_names
from reconciler.diff.changes import Level
from reconciler.errors import (
    ConfigurationError,
    Diagnostic,
    OperationRefused,
    PlatformError,
    RunRefused,
    StateError,
    UsageError,
    text,
)
from reconciler.feishu.quota import PARALLELISM, WINDOWS_BY_KIND
from reconciler.model.address import Facet
from reconciler.model.fleet import Fleet
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.ids import SELF, is_key, is_open_id
from reconciler.model.persons import labelled
from reconciler.model.pictures import with_images
from reconciler.model.recorded import State, Tombstone
from reconciler.plan.answers import FoundChat, ListedChat, ShareLink, Validity
from reconciler.plan.binding import (
    Binding,
    BindingKind,
    bind,
    claimed_keys,
    reborn,
    refuse_shared_chats,
)
from reconciler.plan.build import Member, PlanHeader, PlanOptions, build_plan
from reconciler.plan.lifecycle import dissolves
from reconciler.plan.members import expire_invitations
from reconciler.plan.outcome import Outcome
from reconciler.plan.people import Settled, names_of, settle_people
from reconciler.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class Scope:
    """What a command works on."""

    configuration: Configuration
    endpoint: str
    """Name of the platform as the state keeps it."""
    app_id: str
    state: State
    patterns: tuple[str, ...] = ()
    """Keys or globs; none selects everything."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What people chose for a plan."""

    overrides: frozenset[str] = frozenset()
    removals: bool = True
    strict_people: bool = False
    """Whether people who cannot be in groups are a failure instead of a warning."""
    fail_on: Level | None = None
    """The level from which on opening a group up is refused."""


def select_keys(patterns: Sequence[str], known: Iterable[str]) -> tuple[str, ...]:
    """Return the known keys that match any of the patterns, sorted; all when there is no pattern.

    Raises:
        UsageError: A pattern matches nothing.
    """
    keys = sorted(set(known))
    if not patterns:
        return tuple(keys)
    matches = {pattern: fnmatch.filter(keys, pattern) for pattern in patterns}
    fruitless = [pattern for pattern, found in matches.items() if not found]
    if fruitless:
        raise no_such_group(fruitless)
    chosen = {key for found in matches.values() for key in found}
    return tuple(key for key in keys if key in chosen)


def no_such_group(patterns: Iterable[str]) -> UsageError:
    """Return the error about keys or globs that match nothing."""
    return UsageError(
        Diagnostic(
            text("No such group"),
            text("Nothing matches {patterns}.", patterns=", ".join(f"`{each}`" for each in patterns)),
            text("`groupctl state list` and the YAML files show the keys there are."),
        )
    )


def check_state(state: State, fleet: str, endpoint: str, app_id: str) -> None:
    """Refuse a state that belongs elsewhere.

    Raises:
        StateError: The state is of another fleet, platform or app.
    """
    for what, found, given in (
        (text("fleet"), state.fleet, fleet),
        (text("endpoint"), state.endpoint, endpoint),
        (text("app"), state.app_id or app_id, app_id),
    ):
        if found != given:
            raise StateError(
                Diagnostic(
                    text("State belongs elsewhere"),
                    text(
                        "The state is of {what} `{found}`, but this run is for {what} `{given}`.",
                        what=what,
                        found=found,
                        given=given,
                    ),
                    text("Use the state of this fleet (`--state`), or the credentials it was made with."),
                )
            )


async def plan_groups(
    scope: Scope,
    choices: Choices,
    gateway: Reader,
    clock: Clock,
    progress: Progress = lambda _done, _total: None,
) -> Plan:
    """Read what is live and return the plan.

    Raises:
        UsageError: A pattern matches nothing.
        ConfigurationError: A group that has to be created has no name.
        StateError: The state belongs elsewhere.
        RunRefused: The platform refuses everything, for example the credentials.
    """
    configuration, state = scope.configuration, expire_invitations(scope.state, clock.now())
    fleet = configuration.fleet
    check_state(state, fleet.name, scope.endpoint, scope.app_id)
    claimed = claimed_keys(fleet.groups.values()) - fleet.groups.keys()
    selected = select_keys(scope.patterns, (*fleet.groups, *state.groups, *state.intents))
    keys = [key for key in selected if key not in claimed]
    desired = {key: _desired(fleet.groups[key], scope) for key in keys if key in fleet.groups}
    bindings = refuse_shared_chats({key: bind(key, desired.get(key), state, clock.now()) for key in keys})
    _require_names(configuration, bindings)
    settled = await _settle_people(desired, configuration, gateway, strict=choices.strict_people)
    members = [
        reborn_member(member, configuration)
        for member in await read_members(bindings, settled, gateway, progress)
    ]
    tenant_key = tenant_key_of(state, members)
    creating = any(member.binding.kind is BindingKind.CREATE for member in members)
    unbound: tuple[ListedChat, ...] = ()
    if creating:
        try:
            unbound = await unbound_chats(gateway, state, fleet)
        except RunRefused:
            raise
        except PlatformError as error:
            # Without the list nobody knows whether a group is there already: none is created.
            members = [_uncreatable(member, error.diagnostic) for member in members]
    plan = build_plan(
        members,
        fleet,
        PlanHeader(
            tool_version=__version__,
            endpoint=scope.endpoint,
            fleet=fleet.name,
            lineage=state.lineage,
            app_id=scope.app_id,
            tenant_key=tenant_key,
        ),
        PlanOptions(
            overrides=choices.overrides,
            removals=choices.removals,
            unbound=unbound,
            quotas=WINDOWS_BY_KIND,
            fail_on=choices.fail_on,
        ),
        managed=len(state.groups),
        locate=configuration.positions.find,
    )
    return plan.model_copy(update={"people": {**_picture_names(scope), **await _labels(plan, gateway)}})


async def settled_groups(scope: Scope, keys: Iterable[str], gateway: Reader) -> dict[str, Settled]:
    """Return groups of the configuration as they are compared: people as open ids, our app as `self`."""
    desired = {key: _desired(scope.configuration.fleet.groups[key], scope) for key in keys}
    return await _settle_people(desired, scope.configuration, gateway, strict=False)


async def _settle_people(
    desired: Mapping[str, DesiredGroup], configuration: Configuration, gateway: Reader, *, strict: bool
) -> dict[str, Settled]:
    """Return the groups with open ids in the place of names; one whose names cannot be looked up has a problem."""
    names = {key: names_of(group) for key, group in desired.items()}
    wanted = {name for each in names.values() for name in each}
    try:
        directory = await gateway.find_people(wanted) if wanted else {}
    except RunRefused:
        raise
    except PlatformError as error:
        return {
            key: Settled(group, problem=error.diagnostic if names[key] else None)
            for key, group in desired.items()
        }
    locate = configuration.positions.find
    return {key: settle_people(group, directory, locate, strict=strict) for key, group in desired.items()}


def _picture_names(scope: Scope) -> dict[str, str]:
    """Return how to show pictures of the configuration: as it writes them, by digest and by image key."""
    written = scope.configuration.picture_names
    digests = {key: name.partition("/")[2] for name, key in scope.state.images.items()}
    return {**written, **{key: written[digest] for key, digest in digests.items() if digest in written}}


async def _labels(plan: Plan, gateway: Reader) -> dict[str, str]:
    """Return how to show the people whom a plan adds or removes, and those who wait for approval."""
    concerned = {
        each
        for step in plan.steps
        for change in step.changes
        for each in (change.before, change.after)
        if isinstance(each, str) and is_open_id(each)
    }
    concerned |= {
        each
        for group in plan.groups
        if group.warnings and group.recorded
        for each in group.recorded.invited
        if is_open_id(each)
    }
    written = {open_id: name for group in plan.groups for open_id, name in group.written.items()}
    names = await gateway.display_names(concerned) if concerned else {}
    return {
        each: labelled(names.get(each, ""), written.get(each, each))
        for each in sorted(concerned)
        if each in names or each in written
    }


def _desired(group: DesiredGroup, scope: Scope) -> DesiredGroup:
    """Return a group of the configuration with all that is known of our app: its id and its uploads."""
    group = as_ours(group, scope.app_id)
    return with_images(group, scope.state.images) if scope.configuration.pictures else group


def as_ours(desired: DesiredGroup, app_id: str) -> DesiredGroup:
    """Return `desired` with our own app id as `self`, for the two are one identity."""
    ours: dict[str, object] = {
        name: collection.model_copy(
            update={
                "items": tuple(dict.fromkeys(SELF if each == app_id else each for each in collection.items)),
                "keep": tuple(SELF if each == app_id else each for each in collection.keep),
            }
        )
        for name, collection in (("managers", desired.managers), ("members", desired.members))
        if collection is not None and app_id in (*collection.items, *collection.keep)
    }
    if desired.owner == app_id:
        ours["owner"] = SELF
    return desired.model_copy(update=ours) if ours else desired


def _require_names(configuration: Configuration, bindings: Mapping[str, Binding]) -> None:
    unborn = {BindingKind.CREATE, BindingKind.RESUME}
    bound = {key for key in configuration.fleet.groups if key not in bindings} | {
        key for key, binding in bindings.items() if binding.kind not in unborn
    }
    problems = missing_names(configuration, bound)
    if problems:
        raise ConfigurationError(*problems)


async def read_members(
    bindings: Mapping[str, Binding],
    settled: Mapping[str, Settled],
    gateway: Reader,
    progress: Progress,
    facets: Mapping[str, frozenset[Facet]] | None = None,
) -> list[Member]:
    """Read the groups of keys, each with what is known of it or why it could not be read.

    Args:
        bindings: The keys with their chats.
        settled: What the configuration asks for.
        gateway: The platform.
        progress: Told how many are read.
        facets: What to read of each group; `None`: all that is managed.

    Raises:
        RunRefused: The platform refuses everything.
    """
    places = asyncio.Semaphore(PARALLELISM)
    lacking: list[tuple[frozenset[Facet], Diagnostic]] = []
    ended = 0

    async def read(chat_id: str, facets: frozenset[Facet]) -> LiveGroup | Diagnostic:
        async with places:
            # A call that the app has no scope for is refused in every group.
            known = next((problem for refused, problem in lacking if refused <= facets), None)
            if known:
                return known
            try:
                return await gateway.read_group(chat_id, facets)
            except RunRefused:
                raise
            except PlatformError as error:
                if isinstance(error, OperationRefused):
                    lacking.append((facets, error.diagnostic))
                return error.diagnostic

    async def read_member(key: str, binding: Binding) -> Member:
        nonlocal ended
        known = settled.get(key)
        group = known.desired if known else None
        told: LiveGroup | Diagnostic | None = known.problem if known else None
        if binding.chat_id and not (binding.problem or told):
            if group:
                told = await read(binding.chat_id, facets[key] if facets else group.facets)
            elif dissolves(binding.recorded):
                told = await read(binding.chat_id, frozenset())
        ended += 1
        progress(ended, len(bindings))
        if isinstance(told, Diagnostic):
            return Member(binding, group, problem=told)
        return Member(
            binding,
            group,
            told,
            written=known.written if known else {},
            warnings=known.warnings if known else (),
        )

    try:
        async with asyncio.TaskGroup() as tasks:
            reading = [tasks.create_task(read_member(key, binding)) for key, binding in bindings.items()]
    except ExceptionGroup as failures:
        refusals, bugs = failures.split(RunRefused)
        raise bugs or _first(refusals) from None
    return [task.result() for task in reading]


def _first(failures: ExceptionGroup[RunRefused] | None) -> BaseException:
    """Return one of several failures that say the same: the platform refuses everything."""
    assert failures
    return failures.exceptions[0]


def tenant_key_of(state: State, members: Iterable[Member]) -> str:
    """Return the tenant as the state knows it or the platform tells it; empty when neither does.

    An external group may carry another company's key.

    Raises:
        StateError: The platform answers for another tenant.
    """
    told = (member.live.tenant_key for member in members if member.live and not member.live.external)
    found = next((key for key in told if key), "")
    if state.tenant_key and found and found != state.tenant_key:
        raise StateError(
            Diagnostic(
                text("State belongs to another tenant"),
                text(
                    "The state is of tenant `{known}`, but the platform answers for tenant `{found}`.",
                    known=state.tenant_key,
                    found=found,
                ),
                text("Use the credentials of the app in the tenant that the state was made for."),
            )
        )
    return state.tenant_key or found


def reborn_member(member: Member, configuration: Configuration) -> Member:
    """Return a forgotten key that came back to a dissolved chat as one that gets a new chat."""
    live, desired = member.live, member.desired
    comes_back = member.binding.kind is BindingKind.ADOPT and member.binding.recorded is not None
    if not comes_back or desired is None or desired.chat_id or live is None or live.status == "normal":
        return member
    nameless = missing_names(configuration, configuration.fleet.groups.keys() - {member.binding.key})
    return replace(
        member,
        binding=reborn(member.binding, configuration.fleet.name),
        live=None,
        problem=nameless[0] if nameless else None,
    )


def _uncreatable(member: Member, problem: Diagnostic) -> Member:
    return replace(member, problem=problem) if member.binding.kind is BindingKind.CREATE else member


async def unbound_chats(gateway: Reader, state: State, fleet: Fleet) -> tuple[ListedChat, ...]:
    """Return the chats our app is in that no key of the configuration is bound to.

    The chat of a key that left or was forgotten is among them: whoever renames a key wants no second group.
    """
    known = fleet.groups.keys() | claimed_keys(fleet.groups.values())
    bound = {group.chat_id for key, group in state.groups.items() if key in known}
    bound |= {tombstone.group.chat_id for key, tombstone in state.tombstones.items() if key in known}
    bound |= {group.chat_id for group in fleet.groups.values() if group.chat_id}
    return tuple(chat for chat in await gateway.list_chats() if chat.chat_id not in bound)


async def apply(
    plan: Plan,
    scope: Scope,
    gateway: Gateway,
    store: StateStore,
    clock: Clock,
    run: Run,
    parallelism: int,
    progress: Progress = lambda _done, _total: None,
    *,
    journal: Journal,
    command: str = "",
) -> Outcome:
    """Perform a plan that no guard refuses, recording as it goes; return what became of it.

    Raises:
        JournalError: The journal, which tells of `command`, cannot be written; nothing was done.
    """
    recorder = Recorder(_with_images_in_use(scope), store, clock)
    options = ApplyOptions(
        parallelism=parallelism, operate_as_owner=scope.configuration.fleet.operate_as_owner, command=command
    )
    return await apply_plan(plan, gateway, recorder, clock, run, options, journal, progress)


def _with_images_in_use(scope: Scope) -> State:
    """Return the state without the image keys of files that nothing names any more."""
    used = {
        name: key
        for name, key in scope.state.images.items()
        if name.partition("/")[2] in scope.configuration.pictures
    }
    return scope.state.model_copy(update={"images": used})


@dataclass(frozen=True, slots=True)
class Shown:
    """One group, desired and live."""

    key: str
    chat_id: str | None
    desired: DesiredGroup | None
    live: LiveGroup | None


async def show(scope: Scope, key: str, gateway: Gateway, clock: Clock) -> Shown:
    """Return one group as desired and, when it has a chat, as live.

    Raises:
        UsageError: Nobody knows the key.
        PlatformError: The group could not be read.
    """
    groups = scope.configuration.fleet.groups
    if key not in groups and key not in scope.state.groups:
        raise no_such_group([key])
    group = _desired(groups[key], scope) if key in groups else None
    binding = bind(key, group, scope.state, clock.now())
    if group:
        [settled] = (await _settle_people({key: group}, scope.configuration, gateway, strict=False)).values()
        if settled.problem:
            raise ConfigurationError(settled.problem)
        group = settled.desired
    facets = group.facets if group else frozenset({Facet.SETTINGS})
    live = await gateway.read_group(binding.chat_id, facets) if binding.chat_id else None
    return Shown(key, binding.chat_id, group, live)


# ------------------------------------------------------------------ groups of the platform

KEYWORD_LENGTH: Final = 64
"""Longer keywords find nothing. Source: chats.openapi.yaml, chat_search `x-rules`."""


async def find_chats(scope: Scope, gateway: Gateway, keyword: str | None = None) -> tuple[FoundChat, ...]:
    """Return the groups that our app is in, or those that it can see and that fit `keyword`, sorted by name.

    Raises:
        UsageError: The keyword is one that never finds anything.
        PlatformError: They could not be listed.
    """
    if keyword is None:
        listed = await gateway.list_chats()
    else:
        _check_keyword(keyword)
        listed = await gateway.search_chats(keyword)
    alive = [chat for chat in listed if chat.status == "normal"]
    owners = {chat.owner for chat in alive if chat.owner}
    names = await gateway.display_names(owners) if owners else {}
    keys = {group.chat_id: key for key, group in scope.configuration.fleet.groups.items() if group.chat_id}
    keys |= {group.chat_id: key for key, group in scope.state.groups.items()}
    ours = {
        group.chat_id for group in scope.state.groups.values() if group.created_by_us and not group.gave_away
    }
    found = (
        FoundChat(
            chat_id=chat.chat_id,
            name=chat.name,
            key=keys.get(chat.chat_id),
            owner=chat.owner or (SELF if chat.chat_id in ours else None),
            owner_name=names.get(chat.owner or "", ""),
            external=chat.external,
        )
        for chat in alive
    )
    return tuple(sorted(found, key=lambda chat: ((chat.name or "").casefold(), chat.chat_id)))


def _check_keyword(keyword: str) -> None:
    if not keyword.strip() or len(keyword) > KEYWORD_LENGTH:
        raise UsageError(
            Diagnostic(
                text("Nothing to search for"),
                text(
                    "The platform finds nothing for an empty text or one of more than {limit} characters.",
                    limit=KEYWORD_LENGTH,
                ),
                text("Search for the beginning of a word of the name, or of a member's name."),
            )
        )


async def share_link(scope: Scope, key: str, validity: Validity, gateway: Gateway) -> ShareLink:
    """Make a link by which people can join a group.

    Raises:
        UsageError: Nobody knows the key, or it has no chat yet.
        PlatformError: The group has no share link, or our app may not share it.
    """
    groups = scope.configuration.fleet.groups
    if key in scope.state.groups:
        chat_id: str | None = scope.state.groups[key].chat_id
    elif key in groups:
        chat_id = groups[key].chat_id
    else:
        raise no_such_group([key])
    if chat_id is None:
        raise UsageError(
            Diagnostic(
                text("Group has no chat yet"),
                text("`{key}` is in the configuration only, so that there is nothing to join.", key=key),
                text("Run `groupctl apply {key}` first.", key=key),
            )
        )
    return await gateway.share_link(chat_id, validity)


# ------------------------------------------------------------------ the state, offline


def move_key(state: State, old: str, new: str) -> State:
    """Return the state with what is known of `old` known of `new`; a forgotten key can be moved as well.

    Raises:
        UsageError: `old` is not in the state, `new` is, or `new` cannot be a key.
    """
    if old not in state.groups and old not in state.tombstones:
        raise no_such_group([old])
    if not is_key(new):
        raise UsageError(
            Diagnostic(
                text("Not a key"),
                text("`{key}` cannot be the key of a group.", key=new),
                text("A key has up to 63 characters: small letters, digits and hyphens."),
            )
        )
    if new in state.groups or new in state.intents:
        raise UsageError(
            Diagnostic(
                text("Key is taken"),
                text("The state knows `{key}` already.", key=new),
                text("`groupctl state list` shows the keys."),
            )
        )
    groups, tombstones = dict(state.groups), dict(state.tombstones)
    tombstones.pop(new, None)
    if old in groups:
        groups[new] = groups.pop(old)
    else:
        tombstones[new] = tombstones.pop(old)
    return state.model_copy(
        update={"groups": dict(sorted(groups.items())), "tombstones": dict(sorted(tombstones.items()))}
    )


def forget_key(state: State, key: str, now: float, *, abandon: bool = False) -> State:
    """Return the state without `key`: a bound group leaves a tombstone, an unfinished create is cleared.

    Args:
        state: The state.
        key: A key that the state knows; one that was forgotten already can still be abandoned.
        now: Seconds since 1970.
        abandon: Whether the key never goes back to the chat, but gets a new one when it is in the files.

    Raises:
        UsageError: The state does not know the key.
    """
    groups, intents, tombstones = dict(state.groups), dict(state.intents), dict(state.tombstones)
    group, intent = groups.pop(key, None), intents.pop(key, None)
    buried = tombstones.get(key) if abandon else None
    if group is None and intent is None and buried is None:
        raise no_such_group([key])
    if group:
        tombstones[key] = Tombstone(time=now, group=group, abandoned=abandon)
    elif buried:
        tombstones[key] = buried.model_copy(update={"abandoned": True})
    return state.model_copy(
        update={"groups": groups, "intents": intents, "tombstones": dict(sorted(tombstones.items()))}
    )
