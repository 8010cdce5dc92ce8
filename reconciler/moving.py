"""The use cases of moving in: chats that exist become groups of a fleet, and what people changed goes into its files.

- `adopt`: a chat gets one of the keys of the configuration;
- `find_candidates`, `import_groups`: chats get keys of their own, and the files get what is live;
- `pull`: the files get what somebody changed on the platform; the caller shows and writes them.

None of them changes anything on the platform.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Final

from reconciler import __version__
from reconciler.apply.apply import ApplyOptions, Progress, apply_plan
from reconciler.apply.journal import NoJournal
from reconciler.apply.ports import Clock, Gateway, StateStore
from reconciler.apply.recorder import Recorder
from reconciler.apply.recording import facet_of
from reconciler.apply.run import Run
from reconciler.config.override import Naming
from reconciler.config.replace import FileChange, replace_files
from reconciler.config.revise import Revision, Wish, add_groups, change_groups, unsayable
from reconciler.config.written import group_data
from reconciler.diff.changes import Change, is_drift
from reconciler.errors import (
    ConfigurationError,
    Diagnostic,
    OperationRefused,
    PlatformError,
    Refused,
    RunRefused,
    Severity,
    text,
)
from reconciler.feishu.quota import PARALLELISM, WINDOWS
from reconciler.model.address import Facet, address
from reconciler.model.base import JsonValue
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.persons import needs_look_up
from reconciler.model.recorded import RecordedGroup, State
from reconciler.plan.accept import accept
from reconciler.plan.binding import Binding, BindingKind
from reconciler.plan.build import Member, PlanHeader, PlanOptions, build_plan, facet_difference
from reconciler.plan.describe import ALWAYS, LeftOut, describe, managed_paths
from reconciler.plan.duration import shortest_seconds
from reconciler.plan.moving_in import Bound, PulledGroup, new_key, odd_chat, own_tenant
from reconciler.plan.order import ORDER
from reconciler.plan.plan import GroupPlan, Plan, StepAction
from reconciler.workflow import (
    Choices,
    Scope,
    check_state,
    plan_groups,
    select_keys,
    settled_groups,
)

PORTION: Final = 100
"""Groups that are read before files and state are written: what an interrupted import loses at most."""
_NAMES_PER_CALL: Final = 50


# ------------------------------------------------------------------ what adopt and import share


async def _read_chats(
    chat_ids: Iterable[str], facets: frozenset[Facet], gateway: Gateway
) -> dict[str, LiveGroup | Diagnostic]:
    """Return every chat as it is, or why it could not be read.

    Raises:
        RunRefused: The platform refuses everything.
        OperationRefused: The app lacks a scope, so that no group can be read.
    """
    places = asyncio.Semaphore(PARALLELISM)

    async def read(chat_id: str) -> LiveGroup | Diagnostic:
        async with places:
            try:
                return await _read_chat(chat_id, facets, gateway)
            except (RunRefused, OperationRefused):
                raise
            except PlatformError as error:
                return replace(error.diagnostic, address=chat_id)

    try:
        async with asyncio.TaskGroup() as tasks:
            reading = {chat_id: tasks.create_task(read(chat_id)) for chat_id in chat_ids}
    except ExceptionGroup as failures:
        refusals, bugs = failures.split((RunRefused, OperationRefused))
        raise bugs or _first(refusals) from None
    return {chat_id: task.result() for chat_id, task in reading.items()}


def _first(failures: ExceptionGroup[PlatformError] | None) -> BaseException:
    """Return one of several failures that say the same."""
    assert failures
    return failures.exceptions[0]


async def _read_chat(chat_id: str, facets: frozenset[Facet], gateway: Gateway) -> LiveGroup:
    """Return a chat; where people have roles that make them members, with the members.

    An announcement that we may not read, for the app lacks the scope or a person barred us, is not told.
    """
    try:
        live = await gateway.read_group(chat_id, facets)
    except (OperationRefused, Refused):
        if Facet.ANNOUNCEMENT not in facets:
            raise
        live = await gateway.read_group(chat_id, facets - {Facet.ANNOUNCEMENT})
    posting = live.moderation and live.moderation.moderators
    if live.members is None and (posting or (live.owner and Facet.OWNER in facets)):
        members = (await gateway.read_group(chat_id, {Facet.MEMBERS})).members
        return live.model_copy(update={"members": members})
    return live


def _sorted_out(
    read: Mapping[str, LiveGroup | Diagnostic], state: State
) -> tuple[dict[str, LiveGroup], list[Diagnostic]]:
    """Return the chats that can be managed, and why the others cannot."""
    told = {chat_id: live for chat_id, live in read.items() if isinstance(live, LiveGroup)}
    tenant_key = own_tenant(state.tenant_key, told.values())
    odd = {chat_id: odd_chat(live, tenant_key) for chat_id, live in told.items()}
    problems = [each if isinstance(each, Diagnostic) else odd[chat_id] for chat_id, each in read.items()]
    usable = {chat_id: live for chat_id, live in told.items() if odd[chat_id] is None}
    return usable, [problem for problem in problems if problem]


def _binding_plan(scope: Scope, members: Sequence[Member]) -> Plan:
    """Return the plan that binds chats to keys; other steps show where files and platform disagree."""
    live = [member.live for member in members if member.live]
    return build_plan(
        members,
        scope.configuration.fleet,
        PlanHeader(
            tool_version=__version__,
            endpoint=scope.endpoint,
            fleet=scope.configuration.fleet.name,
            lineage=scope.state.lineage,
            app_id=scope.app_id,
            tenant_key=own_tenant(scope.state.tenant_key, live),
        ),
        PlanOptions(),
        managed=len(scope.state.groups),
    )


async def _bind(plan: Plan, scope: Scope, gateway: Gateway, store: StateStore, clock: Clock) -> State:
    """Record the bindings of a plan that has no other steps, and return the state.

    Raises:
        StateError: The state could not be written.
    """
    recorder = Recorder(scope.state, store, clock)
    await apply_plan(plan, gateway, recorder, clock, Run(), ApplyOptions(PARALLELISM), NoJournal())
    if recorder.failure:
        raise recorder.failure
    return recorder.state


def _adoption(key: str, live: LiveGroup, recorded: RecordedGroup | None, desired: DesiredGroup) -> Member:
    binding = Binding(key=key, kind=BindingKind.ADOPT, chat_id=live.chat_id, recorded=recorded)
    return Member(binding, desired, live)


def _holders(scope: Scope) -> dict[str, str]:
    """Return the key of every chat that is bound, or that the configuration names."""
    named = {group.chat_id: key for key, group in scope.configuration.fleet.groups.items() if group.chat_id}
    return named | {group.chat_id: key for key, group in scope.state.groups.items()}


# ------------------------------------------------------------------ adopt


@dataclass(frozen=True, slots=True)
class Adopted:
    """What became of chats that were to get a key."""

    bound: tuple[Bound, ...]
    already: tuple[Bound, ...]
    """They had the key before."""
    problems: tuple[Diagnostic, ...]


async def adopt(
    scope: Scope, chats: Mapping[str, str], gateway: Gateway, store: StateStore, clock: Clock
) -> Adopted:
    """Bind chats that exist to keys of the configuration, changing nothing on the platform.

    Args:
        scope: The fleet and its state.
        chats: Chat ids by key.
        gateway: The platform.
        store: Takes the new state.
        clock: Tells the time.

    Raises:
        StateError: The state belongs elsewhere, or could not be written.
        RunRefused: The platform refuses everything.
    """
    fleet, state = scope.configuration.fleet, scope.state
    check_state(state, fleet.name, scope.endpoint, scope.app_id)
    already = {key: chat for key, chat in chats.items() if _is_bound(key, chat, state)}
    faults = {key: _adoption_fault(key, chat, scope) for key, chat in chats.items() if key not in already}
    read = await _read_chats(
        [chats[key] for key, fault in faults.items() if fault is None], frozenset({Facet.SETTINGS}), gateway
    )
    usable, problems = _sorted_out(read, state)
    members = [
        _adoption(
            key,
            usable[chat],
            _known(key, chat, state),
            DesiredGroup(key=key, chat_id=chat, on_remove=fleet.groups[key].on_remove),
        )
        for key, chat in chats.items()
        if key not in already and faults[key] is None and chat in usable
    ]
    if members:
        await _bind(_binding_plan(scope, members), scope, gateway, store, clock)
    return Adopted(
        bound=tuple(_bound(member) for member in members),
        already=tuple(Bound(key, chat, _name_of(scope, key)) for key, chat in already.items()),
        problems=(*(fault for fault in faults.values() if fault), *problems),
    )


def _name_of(scope: Scope, key: str) -> str:
    """Return the name that the configuration gives a group; empty where it gives none."""
    group = scope.configuration.fleet.groups.get(key)
    return (group.settings.name if group else None) or ""


def _bound(member: Member, left_out: tuple[LeftOut, ...] = ()) -> Bound:
    assert member.live, "only a chat that was read is bound"
    return Bound(member.binding.key, member.live.chat_id, member.live.settings.name or "", left_out)


def _is_bound(key: str, chat_id: str, state: State) -> bool:
    return key in state.groups and state.groups[key].chat_id == chat_id


def _known(key: str, chat_id: str, state: State) -> RecordedGroup | None:
    """Return what is known of a key that was forgotten and comes back to its chat."""
    tombstone = state.tombstones.get(key)
    return tombstone.group if tombstone and tombstone.group.chat_id == chat_id else None


def _adoption_fault(key: str, chat_id: str, scope: Scope) -> Diagnostic | None:
    """Return why a chat cannot get a key, as far as that is known without the platform."""
    group = scope.configuration.fleet.groups.get(key)
    if group is None:
        return Diagnostic(
            text("Key is not in the files"),
            text("No file of the fleet has the group `{key}`.", key=key),
            text(
                "Add it to one of them, or let `groupctl import {chat_id}` describe the group:\n"
                "    groups:\n      {key}:\n        chat_id: {chat_id}",
                key=key,
                chat_id=chat_id,
            ),
            address=key,
        )
    source = scope.configuration.positions.find(key, "chat_id")
    bound = scope.state.groups.get(key)
    if bound or group.chat_id not in {None, chat_id}:
        return Diagnostic(
            text("Key is bound to another chat"),
            text(
                "`{key}` belongs to `{known}`, not to `{chat_id}`.",
                key=key,
                known=bound.chat_id if bound else group.chat_id,
                chat_id=chat_id,
            ),
            text(
                "Choose another key. To give the chat up, run `groupctl forget {key}` and correct `chat_id:`.",
                key=key,
            ),
            address=key,
            source=source,
        )
    holder = _holders(scope).get(chat_id, key)
    if holder != key:
        return Diagnostic(
            text("Chat is bound to another key"),
            text("`{chat_id}` belongs to the key `{holder}`.", chat_id=chat_id, holder=holder),
            text("If the key was renamed, run `groupctl state mv {holder} {key}`.", holder=holder, key=key),
            address=key,
            source=source,
        )
    return None


# ------------------------------------------------------------------ import


@dataclass(frozen=True, slots=True)
class Candidates:
    """Chats that can be imported, and what that takes."""

    chat_ids: tuple[str, ...]
    already: tuple[Bound, ...]
    """They have a key."""
    problems: tuple[Diagnostic, ...]
    """Chats of which the list tells already that they cannot be managed."""
    facets: frozenset[Facet]
    calls: Mapping[str, int]
    """Calls per operation, at least: long lists take more."""

    @property
    def shortest_seconds(self) -> int:
        """How long reading them takes at least, at the platform's quota."""
        return shortest_seconds(self.calls, WINDOWS)


async def find_candidates(
    scope: Scope, chat_ids: Sequence[str], more: frozenset[Facet], gateway: Gateway
) -> Candidates:
    """Return the chats to import: those of `chat_ids`, or all that our app is in and no key is bound to.

    Args:
        scope: The fleet and its state.
        chat_ids: Chats; none stands for all.
        more: Facets to describe besides those that always are.
        gateway: The platform.

    Raises:
        StateError: The state belongs elsewhere.
        PlatformError: The list of chats could not be read.
    """
    check_state(scope.state, scope.configuration.fleet.name, scope.endpoint, scope.app_id)
    problems: list[Diagnostic] = []
    if not chat_ids:
        listed = {chat.chat_id: chat for chat in await gateway.list_chats()}
        odd = {
            chat_id: odd_chat(
                LiveGroup(chat_id=chat_id, status=chat.status, external=chat.external), tenant_key=""
            )
            for chat_id, chat in listed.items()
        }
        problems = [problem for problem in odd.values() if problem]
        chat_ids = [chat_id for chat_id, problem in odd.items() if problem is None]
    holders = _holders(scope)
    already = [
        Bound(holders[each], each, _name_of(scope, holders[each])) for each in chat_ids if each in holders
    ]
    new = tuple(dict.fromkeys(each for each in chat_ids if each not in holders))
    facets = ALWAYS | more
    return Candidates(new, tuple(already), tuple(problems), facets, _calls(scope, len(new), facets))


def _calls(scope: Scope, chats: int, facets: frozenset[Facet]) -> dict[str, int]:
    names = sum(needs_look_up(each) for each in scope.configuration.people.values())
    calls = {
        "chat_get": chats,
        "docx_chat_announcement_get": chats,
        "docx_chat_announcement_block_list": chats,
        "chat_tab_list": chats,
        "chat_menu_tree_get": chats,
        "chat_members_get": chats if Facet.MEMBERS in facets else 0,
        "contact_user_batch_get_id": -(-names // _NAMES_PER_CALL) if chats else 0,
    }
    return {operation: count for operation, count in calls.items() if count}


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of chats that were to be imported."""

    bound: tuple[Bound, ...] = ()
    already: tuple[Bound, ...] = ()
    problems: tuple[Diagnostic, ...] = ()


async def import_groups(
    scope: Scope,
    candidates: Candidates,
    target: PurePosixPath,
    gateway: Gateway,
    store: StateStore,
    clock: Clock,
    progress: Progress = lambda _done, _total: None,
) -> Imported:
    """Describe chats in a file of the fleet and bind them to new keys, changing nothing on the platform.

    Files and state are written once for each portion of chats, so that an import that was interrupted goes on
    where it ended.

    Args:
        scope: The fleet and its state.
        candidates: What to import.
        target: The file below the folder of the fleet; a new one is made.
        gateway: The platform.
        store: Takes the new state.
        clock: Tells the time.
        progress: Told how many chats were read, of all.

    Raises:
        ConfigurationError: The fleet would not be right with the file; nothing more was written.
        StateError: The state could not be written.
        PlatformError: The platform refuses everything, or our app lacks a scope.
    """
    done: list[Bound] = []
    problems = list(candidates.problems)
    for start in range(0, len(candidates.chat_ids), PORTION):
        portion = candidates.chat_ids[start : start + PORTION]
        usable, odd = _sorted_out(await _read_chats(portion, candidates.facets, gateway), scope.state)
        progress(start + len(portion), len(candidates.chat_ids))
        problems += odd
        if usable:
            scope, bound, unusable = await _import_portion(
                scope, usable, candidates.facets, target, gateway, store, clock
            )
            done += bound
            problems += unusable
    return Imported(tuple(done), candidates.already, tuple(problems))


async def _import_portion(
    scope: Scope,
    chats: Mapping[str, LiveGroup],
    facets: frozenset[Facet],
    target: PurePosixPath,
    gateway: Gateway,
    store: StateStore,
    clock: Clock,
) -> tuple[Scope, list[Bound], list[Diagnostic]]:
    """Return the fleet with some chats in it, which were bound, and why others were not."""
    naming = await _naming(scope, (), gateway)
    described = _describe_all(scope, chats, facets, naming)
    problems: list[Diagnostic] = []
    while described:
        try:
            revision = _with_groups(scope, target, described)
        except ConfigurationError:
            wrong = _wrong_alone(scope, target, described)
            if not wrong or len(wrong) == len(described):
                raise
            problems += [
                replace(problem, address=described.pop(key).live.chat_id) for key, problem in wrong.items()
            ]
            continue
        revised = replace(scope, configuration=revision.configuration)
        settled = await settled_groups(revised, described, gateway)
        inheriting = {
            key: each.without(inherited)
            for key, each in described.items()
            if (inherited := managed_paths(settled[key].desired) - each.managed)
        }
        if inheriting:
            described |= inheriting
            continue
        members = [
            replace(
                _adoption(key, each.live, each.recorded, settled[key].desired), problem=settled[key].problem
            )
            for key, each in described.items()
        ]
        plan = _binding_plan(revised, members)
        unlike = [group for group in plan.groups if not _only_binds(group)]
        if not unlike:
            replace_files(revised.configuration.root, revision.files)
            state = await _bind(plan, revised, gateway, store, clock)
            bound = [_bound(member, described[member.binding.key].left_out) for member in members]
            return replace(revised, state=state), bound, problems
        problems += [_unlike(group, described.pop(group.key).live) for group in unlike]
    return scope, [], problems


def _with_groups(scope: Scope, target: PurePosixPath, described: Mapping[str, _Described]) -> Revision:
    return add_groups(scope.configuration, target, {key: each.data for key, each in described.items()})


def _wrong_alone(
    scope: Scope, target: PurePosixPath, described: Mapping[str, _Described]
) -> dict[str, Diagnostic]:
    """Return why groups make the fleet wrong, each of them alone."""
    wrong: dict[str, Diagnostic] = {}
    for key, each in described.items():
        try:
            _with_groups(scope, target, {key: each})
        except ConfigurationError as error:
            wrong[key] = error.diagnostics[0]
    return wrong


def _only_binds(group: GroupPlan) -> bool:
    return group.problem is None and all(step.action is StepAction.ADOPT for step in group.steps)


def _unlike(group: GroupPlan, live: LiveGroup) -> Diagnostic:
    """Return why a group is not imported: what the files would say of it differs from what is live."""
    if group.problem:
        return replace(group.problem, address=live.chat_id)
    paths = [change.path for step in group.steps for change in step.changes]
    return Diagnostic(
        text("Group cannot be described"),
        text(
            "Read again from the file, {paths} would differ from what is live.",
            paths=", ".join(f"`{each}`" for each in paths),
        ),
        text("Describe the group by hand, and run `groupctl adopt KEY={chat_id}`.", chat_id=live.chat_id),
        address=live.chat_id,
    )


@dataclass(frozen=True, slots=True)
class _Described:
    """A chat on its way into the fleet."""

    live: LiveGroup
    recorded: RecordedGroup | None
    managed: frozenset[str]
    """Paths that are described."""
    data: dict[str, JsonValue]
    left_out: tuple[LeftOut, ...]

    def without(self, inherited: frozenset[str]) -> _Described:
        """Return the chat without what it would get from defaults: they were not made for it.

        What is unmanaged already is inherited no more, so that nothing is taken out twice.
        """
        paths = [*self.data.get("unmanaged", ()), *sorted(inherited)]
        return replace(self, data=self.data | {"unmanaged": paths})


def _describe_all(
    scope: Scope, chats: Mapping[str, LiveGroup], facets: frozenset[Facet], naming: Naming
) -> dict[str, _Described]:
    """Return what the files say of each chat, by its new key."""
    fleet, state = scope.configuration.fleet, scope.state
    forgotten = {each.group.chat_id: key for key, each in state.tombstones.items() if key not in fleet.groups}
    taken = {*fleet.groups, *state.groups, *state.intents, *state.tombstones}
    described: dict[str, _Described] = {}
    for chat_id, live in chats.items():
        key = forgotten.get(chat_id) or new_key(live.settings.name or "", chat_id, taken)
        taken.add(key)
        recorded = _known(key, chat_id, state)
        description = describe(key, live, recorded, facets=facets, operate_as_owner=fleet.operate_as_owner)
        unsaid = unsayable(key, group_data(description.desired, str))
        data = group_data(_mentioning(description.desired, naming), naming.spell)
        described[key] = _Described(
            live,
            recorded,
            frozenset(
                path
                for path in managed_paths(description.desired)
                if path not in unsaid and path.partition(".")[0] not in unsaid
            ),
            {name: value for name, value in data.items() if name not in unsaid},
            (*description.left_out, *(LeftOut(path, reason) for path, reason in unsaid.items())),
        )
    return described


def _mentioning(desired: DesiredGroup, naming: Naming) -> DesiredGroup:
    """Return a group with an announcement that mentions people as the files name them."""
    announcement = desired.announcement and naming.mentioning(desired.announcement)
    return desired.model_copy(update={"announcement": announcement})


async def _naming(scope: Scope, groups: Iterable[str], gateway: Gateway) -> Naming:
    """Return how people are written in the files: by alias where one stands for them.

    Args:
        scope: The fleet.
        groups: Keys of groups whose people have to be known again.
        gateway: The platform; an alias that it does not let us look up stands for nobody.
    """
    aliases = scope.configuration.people
    names = {each for each in aliases.values() if needs_look_up(each)}
    try:
        directory = await gateway.find_people(names) if names else {}
    except RunRefused:
        raise
    except PlatformError:
        directory = {}
    meant = {name: person.open_id for name, person in directory.items() if person.open_id}
    by_identity = {
        meant.get(identity, identity): f"@{alias}"
        for alias, identity in sorted(aliases.items(), reverse=True)
    }
    settled = await settled_groups(scope, groups, gateway)
    for each in settled.values():
        meant |= {name: open_id for open_id, name in each.written.items()}
    return Naming(lambda identity: by_identity.get(identity, identity), meant)


# ------------------------------------------------------------------ pull


@dataclass(frozen=True, slots=True)
class Pulled:
    """What pulling would write; nothing is written yet."""

    groups: tuple[PulledGroup, ...]
    files: tuple[FileChange, ...]
    problems: tuple[Diagnostic, ...]
    """Groups that could not be read, and drift that the files cannot say: errors and warnings."""
    readable: int = 0
    """Groups that were compared."""


async def pull(
    scope: Scope,
    gateway: Gateway,
    clock: Clock,
    progress: Progress = lambda _done, _total: None,
) -> Pulled:
    """Return the changes of the files that make the configuration ask for what is live.

    What was changed in the files and not applied yet stays as it is.

    Raises:
        UsageError: A pattern matches nothing.
        StateError: The state belongs elsewhere.
        RunRefused: The platform refuses everything.
    """
    keys = _bound_keys(scope)
    if not keys:
        return Pulled((), (), ())
    plan = await plan_groups(replace(scope, patterns=keys), Choices(), gateway, clock, progress)
    drifted = [group for group in plan.groups if _has_drift(group)]
    naming = await _naming(scope, [group.key for group in drifted], gateway)
    draft = _Draft(scope)
    for group in drifted:
        assert group.desired, "only a group of the files differs"
        assert group.live, "only a group that was read differs"
        draft.wishes[group.key] = Wish(
            group.desired, accept(group.desired, group.live, group.recorded), naming
        )
    revision = draft.revise()
    problems = [group.problem for group in plan.groups if group.problem] + draft.problems
    revised = replace(scope, configuration=revision.configuration) if revision else scope
    settled = await settled_groups(revised, draft.wishes, gateway)
    told = {each.address for each in draft.problems}
    pulled: list[PulledGroup] = []
    for group in drifted:
        wanted = settled[group.key].desired if group.key in settled else group.desired
        left = _differences(group, wanted)
        still = {change.path for change in left}
        moved = (each for step in group.steps for each in step.changes if is_drift(each))
        changes = tuple(each for each in moved if each.path not in still)
        if changes:
            pulled.append(PulledGroup(group.key, group.name, changes))
        problems += _still_different(group.key, left, told)
    return Pulled(
        tuple(pulled),
        revision.files if revision else (),
        tuple(problems),
        readable=sum(group.problem is None for group in plan.groups),
    )


def _bound_keys(scope: Scope) -> tuple[str, ...]:
    """Return the selected keys of groups that are in the files and have a chat."""
    groups, state = scope.configuration.fleet.groups, scope.state
    selected = select_keys(scope.patterns, (*groups, *state.groups))
    return tuple(key for key in selected if key in groups and (key in state.groups or groups[key].chat_id))


def _has_drift(group: GroupPlan) -> bool:
    return group.desired is not None and any(
        is_drift(change) for step in group.steps for change in step.changes
    )


def _differences(group: GroupPlan, desired: DesiredGroup | None) -> list[Change]:
    """Return the drift that is left when a group asks for `desired`."""
    assert desired, "only a group of the files differs"
    assert group.live, "only a group that was read differs"
    return [
        change
        for facet in ORDER
        for change in facet_difference(facet, desired, group.live, group.recorded)[0]
        if is_drift(change)
    ]


def _still_different(key: str, left: Iterable[Change], told: set[str]) -> list[Diagnostic]:
    """Return warnings about drift that stays, unless somebody was told why."""
    return [
        Diagnostic(
            text("Drift stays"),
            text("`{path}` cannot be taken over into the files.", path=change.path),
            text("Change it by hand, or let `groupctl apply` set it back."),
            address=key,
            severity=Severity.WARNING,
        )
        for change in left
        if address(key, facet_of(change.path.partition("/")[0])) not in told
    ]


_FIELDS: Final = ("settings", "owner", "managers", "moderation", "members", "announcement", "tabs", "menus")


@dataclass(slots=True)
class _Draft:
    """The groups that shall ask for something else, as far as the fleet stays right."""

    scope: Scope
    wishes: dict[str, Wish] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)

    def revise(self) -> Revision | None:
        """Return the revised fleet; what would make it wrong is dropped from the wishes and told."""
        self.wishes = {key: wish for key, wish in self.wishes.items() if wish.before != wish.after}
        if not self.wishes:
            return None
        try:
            return change_groups(self.scope.configuration, self.wishes)
        except ConfigurationError:
            wanted, self.wishes = self.wishes, {}
        revision: Revision | None = None
        for key, wish in wanted.items():
            for name in _FIELDS:
                revision = self._with(key, wish, name) or revision
        return revision

    def _with(self, key: str, wish: Wish, name: str) -> Revision | None:
        """Take one facet of a wish in, if the fleet is right with it."""
        sofar = self.wishes[key].after if key in self.wishes else wish.before
        after = sofar.model_copy(update={name: getattr(wish.after, name)})
        if after == sofar:
            return None
        trial = self.wishes | {key: replace(wish, after=after)}
        try:
            revision = change_groups(self.scope.configuration, trial)
        except ConfigurationError as error:
            self.problems.append(_unpulled(key, name, error.diagnostics[0]))
            return None
        self.wishes = trial
        return revision


def _unpulled(key: str, name: str, problem: Diagnostic) -> Diagnostic:
    return Diagnostic(
        text("Drift cannot be written"),
        text("With what is live the files would be wrong: {detail}", detail=problem.detail),
        text("Put it right in the Feishu client, or let `groupctl apply` set it back."),
        address=address(key, name),
    )
