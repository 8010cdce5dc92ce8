"""Builds the plan: for each group the steps in their order, then the guards.

A group that does not exist yet is planned against what the platform makes of an empty create, so that its
first plan already shows every step.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from reconciler.diff.announcement import diff_announcement
from reconciler.diff.changes import Change, ChangeKind, Level, Origin
from reconciler.diff.departures import diff_departures
from reconciler.diff.managers import diff_managers, staying_managers
from reconciler.diff.members import diff_members
from reconciler.diff.menus import diff_menus
from reconciler.diff.moderation import diff_moderation, staying_moderators
from reconciler.diff.owner import diff_owner
from reconciler.diff.risk import NEUTRAL
from reconciler.diff.settings import diff_settings
from reconciler.diff.tabs import diff_tabs
from reconciler.diff.top_notice import diff_top_notice
from reconciler.errors import Diagnostic, PlatformFacts, Severity, Source, text
from reconciler.model.address import Facet, address
from reconciler.model.announcement import LiveAnnouncement
from reconciler.model.fleet import Fleet
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.ids import SELF, other_bots_of, users_of
from reconciler.model.members import BOTS_PER_ADD, USERS_PER_ADD, LiveMembers
from reconciler.model.moderation import LiveModeration
from reconciler.model.persons import Standing
from reconciler.model.recorded import RecordedGroup
from reconciler.model.settings import NEW_GROUP_SETTINGS, Settings
from reconciler.plan.announcement import announcement_block, plan_announcement
from reconciler.plan.answers import ListedChat
from reconciler.plan.authority import authority_for, block_for
from reconciler.plan.binding import Binding, BindingKind
from reconciler.plan.departures import plan_departures
from reconciler.plan.duration import Windows, shortest_seconds
from reconciler.plan.fingerprint import fingerprint
from reconciler.plan.guards import check_group, check_guards
from reconciler.plan.lifecycle import plan_leave
from reconciler.plan.managers import plan_managers
from reconciler.plan.members import plan_members
from reconciler.plan.menus import plan_menus
from reconciler.plan.moderation import plan_moderation
from reconciler.plan.operations import BindChat, CreateChat, Operation, RenameKey
from reconciler.plan.order import RANK
from reconciler.plan.owner import handed_over, is_born_with_owner, losses, owner_block, plan_owner
from reconciler.plan.pictures import count_calls, with_uploads
from reconciler.plan.plan import Authority, Block, Gone, GroupPlan, Plan, Step, StepAction
from reconciler.plan.settings import creatable, plan_settings
from reconciler.plan.spare import spare_live
from reconciler.plan.tabs import plan_tabs
from reconciler.plan.top_notice import plan_top_notice

Locate = Callable[[str, str], Source | None]
"""Where the value of a key's change path stands in the YAML files."""


@dataclass(frozen=True, slots=True)
class Member:
    """One key of the fleet, with all that is known of it. `problem`: it could not be read."""

    binding: Binding
    desired: DesiredGroup | None = None
    live: LiveGroup | None = None
    problem: Diagnostic | None = None
    written: Mapping[str, str] = field(default_factory=dict)
    """How the configuration names people, by open id."""
    warnings: tuple[Diagnostic, ...] = ()
    """What is to be told of the group beside its plan."""


@dataclass(frozen=True, slots=True)
class PlanHeader:
    """What a plan belongs to."""

    tool_version: str
    endpoint: str
    fleet: str
    lineage: str
    app_id: str
    tenant_key: str = ""


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What people chose for this plan."""

    overrides: Container[str] = ()
    removals: bool = True
    """False: whatever is live stays (`--no-removals`)."""
    unbound: Sequence[ListedChat] = field(default=())
    """Chats our app is in that no key is bound to; for the guard `twin`."""
    quotas: Mapping[str, Windows] = field(default_factory=dict)
    """The quota of each kind of operation."""
    fail_on: Level | None = None
    """The level from which on opening a group up is refused (`--fail-on`)."""


def _nowhere(_key: str, _path: str) -> Source | None:
    return None


def build_plan(
    members: Iterable[Member],
    fleet: Fleet,
    header: PlanHeader,
    options: PlanOptions,
    *,
    managed: int,
    locate: Locate = _nowhere,
) -> Plan:
    """Return the plan for the given keys, sorted by key, with every refusal of a guard in it.

    Args:
        members: The keys that were selected, each once.
        fleet: The whole fleet: its limits and the number of its groups count for the guards.
        header: What the plan belongs to.
        options: What people chose.
        managed: Groups in the state before this plan.
        locate: Finds the position of a change in the YAML files.
    """
    planned = [plan_member(member, fleet, options, locate) for member in members]
    return guarded_plan(planned, fleet, header, options, configured=len(fleet.groups), managed=managed)


def guarded_plan(
    planned: Iterable[GroupPlan],
    fleet: Fleet,
    header: PlanHeader,
    options: PlanOptions,
    *,
    configured: int,
    managed: int,
) -> Plan:
    """Return the plan of groups that were planned one by one, with every refusal of a guard in it.

    Args:
        planned: The groups.
        fleet: Its limits count.
        header: What the plan belongs to.
        options: What people chose.
        configured: Groups in the configuration.
        managed: Groups in the state before this plan.
    """
    namesakes = _by_name(options.unbound)
    groups = tuple(
        group.model_copy(update={"refusals": refusals}) if refusals else group
        for group in sorted(planned, key=lambda group: group.key)
        for refusals in [
            check_group(
                group, fleet.guards, options.overrides, namesakes, operate_as_owner=fleet.operate_as_owner
            )
        ]
    )
    return Plan(
        tool_version=header.tool_version,
        endpoint=header.endpoint,
        fleet=header.fleet,
        lineage=header.lineage,
        app_id=header.app_id,
        tenant_key=header.tenant_key,
        groups=groups,
        refusals=check_guards(
            groups,
            fleet.guards,
            options.overrides,
            configured=configured,
            managed=managed,
            fail_on=options.fail_on,
        ),
        shortest_seconds=shortest_seconds(_performed_calls(groups), options.quotas),
    )


def _performed_calls(groups: Iterable[GroupPlan]) -> Counter[str]:
    """Return how often apply makes each kind of call."""
    return count_calls(
        operation for group in groups for step in group.performable for operation in step.operations
    )


def _by_name(chats: Iterable[ListedChat]) -> Mapping[str, Sequence[ListedChat]]:
    names: defaultdict[str, list[ListedChat]] = defaultdict(list)
    for chat in chats:
        if chat.name and chat.status == "normal":
            names[chat.name].append(chat)
    return names


def plan_member(member: Member, fleet: Fleet, options: PlanOptions, locate: Locate = _nowhere) -> GroupPlan:
    """Return the plan of one key, before any guard looked at it."""
    group = _plan_member(member, fleet, options, locate)
    if not (group.steps and group.chat_id and group.live):
        return group
    return group.model_copy(update={"fingerprint": fingerprint(group.steps, group.live, group.recorded)})


def _plan_member(member: Member, fleet: Fleet, options: PlanOptions, locate: Locate) -> GroupPlan:
    binding, desired = member.binding, member.desired
    problem = member.problem or binding.problem
    if problem is None and desired and member.live:
        problem = reading_problem(binding.key, member.live, adopting=binding.kind is BindingKind.ADOPT)
    if problem:
        source = problem.source or locate(binding.key, "chat_id")
        return GroupPlan(
            key=binding.key,
            name=(desired.settings.name if desired else None) or "",
            chat_id=binding.chat_id,
            problem=replace(problem, address=problem.address or binding.key, source=source),
            gone=_gone(member) if binding.kind is BindingKind.BOUND else None,
        )
    if desired is None:
        return plan_leave(
            binding, member.live, removals=options.removals, operate_as_owner=fleet.operate_as_owner
        )
    group = _plan_desired(member, desired, fleet, options)
    return _with_sources(group, locate, member.written)


_LOST: Final = {232009: Gone.DISSOLVED, 232011: Gone.OUTSIDE}
"""What calls on a lost group are refused with. Source: wire-behaviour.md, section 12."""


def _gone(member: Member) -> Gone | None:
    """Tell whether the group of a member was lost: by what was read, or by the refusal to tell it."""
    live, problem = member.live, member.problem
    if live is None:
        return _LOST.get(problem.platform.code) if problem and problem.platform else None
    if live.status != "normal":
        return Gone.DISSOLVED
    return None if live.full else Gone.OUTSIDE


def reading_problem(key: str, live: LiveGroup, *, adopting: bool) -> Diagnostic | None:
    """Return why a group that answered cannot be managed; `None` when it can.

    A reduced answer is a state of its own: never drift, never "empty".
    """
    if live.status != "normal":
        return Diagnostic(
            text("Group is dissolved"),
            text(
                "`{chat_id}` was dissolved on the platform; it cannot be brought back.", chat_id=live.chat_id
            ),
            text(
                "Remove the key from the YAML files. Or, for a new group: remove `chat_id:` if it is written, and run "
                "`groupctl forget {key}`; the next apply creates one.",
                key=key,
            ),
            address=key,
            platform=_answer(live),
        )
    if not live.full:
        return Diagnostic(
            text("Our app is not in the group"),
            text(
                "The platform shows outsiders only the name of `{chat_id}`, so nothing can be compared.",
                chat_id=live.chat_id,
            ),
            text(
                "Add the app to the group in the Feishu client, as a manager if it is to change settings. If the group "
                "is given up, `groupctl forget {key} --abandon` lets the next apply create a new one.",
                key=key,
            ),
            address=key,
            platform=_answer(live),
        )
    if live.mode != "group":
        return Diagnostic(
            text("Kind of chat is not supported"),
            text(
                "`{chat_id}` is a chat of mode `{mode}`; only ordinary groups can be managed.",
                chat_id=live.chat_id,
                mode=live.mode,
            ),
            text("Remove the key from the YAML files."),
            address=key,
        )
    if live.external and adopting:
        return Diagnostic(
            text("Group is external"),
            text("People of other companies are in `{chat_id}`.", chat_id=live.chat_id),
            text("Remove the key from the YAML files; external groups are not managed."),
            address=key,
        )
    return None


def _answer(live: LiveGroup) -> PlatformFacts:
    """Return what to quote about an answer that is a success without a code and shows too little."""
    return PlatformFacts("chat_get", log_id=live.log_id)


def _plan_desired(member: Member, desired: DesiredGroup, fleet: Fleet, options: PlanOptions) -> GroupPlan:
    binding = member.binding
    live, recorded = member.live, binding.recorded
    first = tuple(_rename_steps(binding))
    if binding.kind in {BindingKind.CREATE, BindingKind.RESUME}:
        operation = _create_operation(binding, desired)
        live = _born(operation)
        recorded = RecordedGroup(
            chat_id="",
            incarnation=binding.incarnation,
            created_by_us=True,
            gave_away=live.owner is not None,
            promised_to=desired.heir,
        )
        first = (*first, _create_step(binding, operation))
    assert live is not None, "a key with a chat comes with the live group or a problem"
    if binding.kind is BindingKind.ADOPT:
        first = (*first, _adopt_step(binding.key, live.chat_id))
    wanted = desired if options.removals else spare_live(desired, live, recorded)
    rest = tuple(facet_steps(wanted, live, recorded, operate_as_owner=fleet.operate_as_owner))
    changes_hands = (live.owner is not None and not binding.chat_id) or _gives_away(rest)
    told = losses(desired, live, recorded, operate_as_owner=fleet.operate_as_owner) if changes_hands else None
    return GroupPlan(
        key=binding.key,
        name=desired.settings.name or live.settings.name or "",
        chat_id=binding.chat_id,
        user_count=live.user_count,
        steps=(*first, *rest),
        warnings=(*member.warnings, *_warnings(desired, live, recorded), *((told,) if told else ())),
        written=dict(member.written),
        desired=wanted,
        live=live,
        recorded=recorded,
    )


def _gives_away(steps: Iterable[Step]) -> bool:
    """Tell whether the group goes to another owner."""
    return any(step.facet is Facet.OWNER and step.block is None for step in steps)


# ------------------------------------------------------------------ groups that begin


def _rename_steps(binding: Binding) -> Iterator[Step]:
    if binding.renamed_from:
        yield Step(
            address=address(binding.key, "previously"),
            facet=Facet.EXISTENCE,
            action=StepAction.RENAME,
            reason=text("the key was `{old}` before", old=binding.renamed_from),
            operations=(RenameKey(old=binding.renamed_from),),
        )


def _create_operation(binding: Binding, desired: DesiredGroup) -> CreateChat:
    """Return the create of a key, the same one when it was begun before.

    A repeated one leaves the avatar to the settings: nothing would tell whether the group was made with it.
    """
    if binding.intent is None:
        return create_operation(desired, binding.uuid)
    begun = CreateChat.model_validate(binding.intent.operation, strict=False)
    return begun.model_copy(update={"settings": begun.settings.model_copy(update={"avatar": None})})


def _create_step(binding: Binding, operation: CreateChat) -> Step:
    resumed = binding.kind is BindingKind.RESUME
    fields = operation.settings.fields()
    changes = [_new(path, ChangeKind.CHANGE, value) for path, value in fields.items()]
    if operation.owner:
        changes.append(_new("owner", ChangeKind.CHANGE, operation.owner))
    changes += [_new(f"members/{each}", ChangeKind.ADD, each) for each in (*operation.users, *operation.bots)]
    return Step(
        address=address(binding.key, Facet.EXISTENCE),
        facet=Facet.EXISTENCE,
        action=StepAction.RESUME if resumed else StepAction.CREATE,
        reason=text("a create was begun and its answer never came; it is repeated with the same key")
        if resumed
        else text("the key has no chat yet"),
        changes=tuple(changes),
        operations=with_uploads([operation]),
    )


def _new(path: str, kind: ChangeKind, value: object) -> Change:
    return Change(path=path, kind=kind, after=value, origin=Origin.NEW, risk=NEUTRAL)


def create_operation(desired: DesiredGroup, uuid: str) -> CreateChat:
    """Return the create that takes along all it accepts; who does not fit in is added afterwards."""
    owner = desired.heir if is_born_with_owner(desired) else None
    people = [each for each in desired.implied_members if each != owner]
    return CreateChat(
        settings=creatable(desired.settings),
        users=users_of(people)[:USERS_PER_ADD],
        bots=other_bots_of(people)[:BOTS_PER_ADD],
        uuid=uuid,
        owner=owner,
    )


def _born(create: CreateChat) -> LiveGroup:
    """Return the group as a successful create leaves it."""
    made = {**NEW_GROUP_SETTINGS.fields(), **create.settings.fields()}
    users = frozenset(create.users) | frozenset({create.owner} if create.owner else ())
    return LiveGroup(
        chat_id="",
        settings=Settings.from_fields(made),
        owner=create.owner,
        managers=frozenset({SELF} if create.owner else ()),
        moderation=LiveModeration(mode="all_members"),
        members=LiveMembers(users=users, bots=frozenset(create.bots)),
        announcement=LiveAnnouncement(),
        tabs=(),
        menus=(),
        top_notice="none",
        user_count=len(users),
    )


def _adopt_step(key: str, chat_id: str) -> Step:
    return Step(
        address=address(key, Facet.EXISTENCE),
        facet=Facet.EXISTENCE,
        action=StepAction.ADOPT,
        reason=text("the chat `{chat_id}` exists already; it is managed from now on", chat_id=chat_id),
        operations=(BindChat(chat_id=chat_id),),
    )


# ------------------------------------------------------------------ facets of a live group


def facet_steps(
    desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None, *, operate_as_owner: bool
) -> Iterator[Step]:
    """Yield a step for every facet of a live group that differs.

    Both the plan and apply use this: apply to go on after a call whose outcome is unknown.
    """
    for facet in sorted(desired.facets, key=RANK.__getitem__):
        step = _facet_step(facet, desired, live, recorded, operate_as_owner=operate_as_owner)
        if step is None:
            continue
        yield step
        if facet is Facet.OWNER and desired.heir:
            yield from _old_owner_steps(step, desired, live, recorded)


def _facet_step(
    facet: Facet,
    desired: DesiredGroup,
    live: LiveGroup,
    recorded: RecordedGroup | None,
    *,
    operate_as_owner: bool,
) -> Step | None:
    changes, operations = facet_difference(facet, desired, live, recorded)
    impossible = facet is Facet.OWNER and desired.owner_standing is not Standing.ACTIVE
    if not changes and not impossible:
        return None
    paths = [change.path for change in changes]
    authority = authority_for(facet, paths, live, recorded, operate_as_owner=operate_as_owner)
    block = _external_block(live) or _name_block(facet, changes, desired, live)
    if block is None and facet is Facet.OWNER:
        block = owner_block(desired)
    if block is None and facet is Facet.ANNOUNCEMENT:
        block = announcement_block(desired, live)
    if block is None and authority is Authority.REFUSED:
        block = block_for(facet, live, recorded)
    return Step(
        address=address(desired.key, facet),
        facet=facet,
        action=StepAction.UPDATE,
        reason=text("live differs from the configuration"),
        changes=changes,
        operations=operations,
        authority=authority,
        block=block,
    )


def _old_owner_steps(
    transfer: Step, desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None
) -> Iterator[Step]:
    """Yield what becomes of an old owner: owners are no moderators and cannot be removed.

    Whoever may transfer a group that a person owns may do that to the person afterwards as well.
    """
    after_transfer = handed_over(desired, live)
    for facet, reason in _OLD_OWNER.items():
        before, _ = facet_difference(facet, desired, live, recorded)
        after, _ = facet_difference(facet, desired, after_transfer, recorded)
        changes = tuple(change for change in after if change not in before)
        if changes:
            yield Step(
                address=address(desired.key, facet, "old-owner"),
                facet=facet,
                action=StepAction.UPDATE,
                reason=reason,
                changes=changes,
                operations=_people_operations(facet, changes, desired),
                authority=transfer.authority,
                block=transfer.block,
            )


_OLD_OWNER: Final = {
    Facet.MODERATION: text(
        "owners are no moderators; the old one is a member like any other after the transfer"
    ),
    Facet.DEPARTURES: text("owners cannot be removed; the old one can go after the transfer"),
}


def _people_operations(
    facet: Facet, changes: Iterable[Change], desired: DesiredGroup
) -> tuple[Operation, ...]:
    """Return the operations that bring and remove people."""
    coming, going = _come_and_go(changes)
    if facet is Facet.MODERATION and desired.moderation:
        return plan_moderation(desired.moderation.mode, coming, going)
    return plan_departures(going)


def facet_difference(
    facet: Facet, desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None
) -> tuple[tuple[Change, ...], tuple[Operation, ...]]:
    """Return the changes of one facet and the operations that make them; nothing where it is not told."""
    match facet:
        case Facet.SETTINGS:
            changes = diff_settings(desired.settings, live.settings, recorded)
            return changes, with_uploads(plan_settings(changes, live.settings))
        case Facet.MEMBERS if live.members is not None:
            changes = diff_members(desired.implied_members, live.members, live.managers, recorded)
            return changes, plan_members([change.after for change in changes])
        case Facet.DEPARTURES if desired.members is not None and live.members is not None:
            needed = {
                *desired.role_holders,
                *staying_managers(desired.managers, live.managers, recorded),
                *staying_moderators(desired.moderation, live.moderation, recorded),
            }
            changes = diff_departures(desired.members, needed, live.members, live.owner, recorded)
            return changes, plan_departures([change.before for change in changes])
        case Facet.MANAGERS if desired.managers is not None and live.managers is not None:
            owners = {live.owner or SELF, desired.heir}
            changes = diff_managers(desired.managers, live.managers, recorded, owners=owners)
            return changes, plan_managers(*_come_and_go(changes), len(live.managers))
        case Facet.MODERATION if desired.moderation is not None and live.moderation is not None:
            staying = staying_managers(desired.managers, live.managers, recorded)
            changes = diff_moderation(
                desired.moderation,
                live.moderation,
                recorded,
                owner=live.owner,
                heir=desired.heir or live.owner,
                managers=staying,
            )
            people = [change for change in changes if change.kind is not ChangeKind.CHANGE]
            mode = desired.moderation.mode
            return changes, plan_moderation(mode, *_come_and_go(people)) if changes else ()
        case Facet.ANNOUNCEMENT if desired.announcement is not None and live.announcement is not None:
            changes = diff_announcement(desired.announcement, live.announcement, recorded)
            return changes, plan_announcement(desired.announcement, live.announcement) if changes else ()
        case Facet.TABS if desired.tabs is not None and live.tabs is not None:
            changes = diff_tabs(desired.tabs, live.tabs, recorded)
            # Finding the fewest calls takes longer than finding that there is nothing to do.
            return changes, with_uploads(plan_tabs(desired.tabs, live.tabs, recorded)) if changes else ()
        case Facet.MENUS if desired.menus is not None and live.menus is not None:
            changes = diff_menus(desired.menus, live.menus, recorded)
            return changes, with_uploads(plan_menus(desired.menus, live.menus, recorded)) if changes else ()
        case Facet.TOP_NOTICE if desired.top_notice is not None:
            changes = diff_top_notice(desired.top_notice, live.top_notice, recorded)
            return changes, plan_top_notice(changes)
        case Facet.OWNER if desired.owner:
            changes = diff_owner(desired.owner, live.owner, recorded)
            return changes, plan_owner(changes)
        case _:
            return (), ()


def _come_and_go(changes: Iterable[Change]) -> tuple[list[str], list[str]]:
    """Return the ids that are added and those that are removed."""
    listed = list(changes)
    return (
        [change.after for change in listed if change.kind is ChangeKind.ADD],
        [change.before for change in listed if change.kind is ChangeKind.REMOVE],
    )


def _external_block(live: LiveGroup) -> Block | None:
    """A group that became external cannot be managed."""
    if not live.external:
        return None
    return Block(
        reason=text("The group is external: people of other companies are in it."),
        remedy=text("Remove the key from the YAML files; external groups are not managed."),
    )


def _name_block(
    facet: Facet, changes: Sequence[Change], desired: DesiredGroup, live: LiveGroup
) -> Block | None:
    """A group can become public only with a name of two characters, stored or sent.

    Source: chats.openapi.yaml, chat_update `x-open-questions` ("A client checks the length first").
    """
    becomes_public = facet is Facet.SETTINGS and any(
        (change.path, change.after) == ("chat_type", "public") for change in changes
    )
    name = desired.settings.name or live.settings.name or ""
    if not becomes_public or len(name) >= 2:
        return None
    return Block(
        reason=text("A public group needs a name of at least 2 characters."),
        remedy=text("Set `name` in the YAML."),
    )


def _warnings(desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None) -> Iterator[Diagnostic]:
    waiting = [each for each in (recorded.invited if recorded else ()) if each in desired.implied_members]
    waiting = [each for each in waiting if live.members and each not in live.members.users]
    if waiting:
        yield Diagnostic(
            text("People wait for approval"),
            text("{names} were invited and are not in the group yet.", names=", ".join(waiting)),
            text(
                "The owner or a manager approves them in the Feishu client; they are invited again after 7 days."
            ),
            address=address(desired.key, Facet.MEMBERS),
            severity=Severity.WARNING,
        )
    if live.members and live.members.bots_untold:
        yield Diagnostic(
            text("Bots are not listed"),
            text(
                "`members/list`, which no page describes, did not tell who is in this group, and the documented list has "
                "no bots; they are believed to be as recorded. {why}",
                why=live.members.bots_untold,
            ),
            text("If it stays so, remove `members_list` from `experimental` in `groupctl.yaml`."),
            address=address(desired.key, Facet.MEMBERS),
            severity=Severity.WARNING,
        )
    if live.members and not live.members.complete:
        yield Diagnostic(
            text("Member list is incomplete"),
            text(
                "A security setting of the tenant cuts the member list of this group; people may be "
                "counted as missing who are in it."
            ),
            address=address(desired.key, Facet.MEMBERS),
            severity=Severity.WARNING,
        )


# ------------------------------------------------------------------ positions and records


def _with_sources(group: GroupPlan, locate: Locate, written: Mapping[str, str]) -> GroupPlan:
    steps = tuple(
        step.model_copy(
            update={
                "changes": tuple(
                    change.model_copy(update={"source": locate(group.key, _as_written(change.path, written))})
                    for change in step.changes
                )
            }
        )
        for step in group.steps
    )
    return group.model_copy(update={"steps": steps})


def _as_written(path: str, written: Mapping[str, str]) -> str:
    """Return the path by which the files know a person."""
    facet, slash, name = path.partition("/")
    return f"{facet}/{written[name]}" if slash and name in written else path
