"""Builds the plan: for each group the steps in their order, then the guards.

A group that does not exist yet is planned against what the platform makes of an empty create, so that its
first plan already shows every step.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.diff.changes import Change, ChangeKind, Origin
from reconciler.diff.managers import diff_managers, staying_managers
from reconciler.diff.members import diff_members
from reconciler.diff.menus import diff_menus
from reconciler.diff.moderation import diff_moderation
from reconciler.diff.owner import diff_owner
from reconciler.diff.risk import NEUTRAL
from reconciler.diff.settings import diff_settings
from reconciler.diff.tabs import diff_tabs
from reconciler.errors import Diagnostic, PlatformFacts, Severity, Source, text
from reconciler.model.address import Facet, address
from reconciler.model.fleet import Fleet
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.ids import SELF, other_bots_of, users_of
from reconciler.model.members import BOTS_PER_ADD, USERS_PER_ADD, LiveMembers
from reconciler.model.moderation import LiveModeration
from reconciler.model.recorded import RecordedGroup
from reconciler.model.settings import NEW_GROUP_SETTINGS, Settings
from reconciler.plan.answers import ListedChat
from reconciler.plan.authority import authority_for, block_for
from reconciler.plan.binding import Binding, BindingKind
from reconciler.plan.duration import Windows, shortest_seconds
from reconciler.plan.guards import check_group, check_guards
from reconciler.plan.managers import plan_managers
from reconciler.plan.members import plan_members
from reconciler.plan.menus import plan_menus
from reconciler.plan.moderation import plan_moderation
from reconciler.plan.operations import BindChat, CreateChat, ForgetGroup, Operation
from reconciler.plan.order import RANK
from reconciler.plan.plan import Authority, Block, GroupPlan, Plan, Step, StepAction
from reconciler.plan.settings import creatable, plan_settings
from reconciler.plan.spare import spare_live
from reconciler.plan.tabs import plan_tabs

Locate = Callable[[str, str], Source | None]
"""Where the value of a key's change path stands in the YAML files."""


@dataclass(frozen=True, slots=True)
class Member:
    """One key of the fleet, with all that is known of it. `problem`: it could not be read."""

    binding: Binding
    desired: DesiredGroup | None = None
    live: LiveGroup | None = None
    problem: Diagnostic | None = None


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
    namesakes = _by_name(options.unbound)
    planned = [_plan_member(member, fleet, options, locate) for member in members]
    groups = tuple(
        group.model_copy(update={"refusals": refusals}) if refusals else group
        for group in sorted(planned, key=lambda group: group.key)
        for refusals in [check_group(group, fleet.guards, options.overrides, namesakes)]
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
            groups, fleet.guards, options.overrides, configured=len(fleet.groups), managed=managed
        ),
        shortest_seconds=shortest_seconds(_performed_calls(groups), options.quotas),
    )


def _performed_calls(groups: Iterable[GroupPlan]) -> Counter[str]:
    """Return how often apply makes each kind of call."""
    return Counter(
        operation.kind for group in groups for step in group.performable for operation in step.operations
    )


def _by_name(chats: Iterable[ListedChat]) -> Mapping[str, Sequence[ListedChat]]:
    names: defaultdict[str, list[ListedChat]] = defaultdict(list)
    for chat in chats:
        if chat.name and chat.status == "normal":
            names[chat.name].append(chat)
    return names


def _plan_member(member: Member, fleet: Fleet, options: PlanOptions, locate: Locate) -> GroupPlan:
    binding, desired = member.binding, member.desired
    problem = member.problem or binding.problem
    if problem is None and member.live:
        problem = reading_problem(binding.key, member.live, adopting=binding.kind is BindingKind.ADOPT)
    if problem:
        source = problem.source or locate(binding.key, "chat_id")
        return GroupPlan(
            key=binding.key,
            name=(desired.settings.name if desired else None) or "",
            chat_id=binding.chat_id,
            problem=replace(problem, address=problem.address or binding.key, source=source),
        )
    if desired is None:
        return _plan_leave(binding)
    group = _plan_desired(member, desired, fleet, options)
    return _with_sources(group, locate)


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
            text("Remove the key from the YAML files, or give the group a new key to create it anew."),
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
            text("Add the app to the group in the Feishu client, as a manager if it is to change settings."),
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


def _plan_leave(binding: Binding) -> GroupPlan:
    step = Step(
        address=address(binding.key, Facet.LIFECYCLE),
        facet=Facet.LIFECYCLE,
        action=StepAction.FORGET,
        reason=text("the key left the configuration; the group stays as it is"),
        operations=(ForgetGroup(),),
    )
    name = binding.recorded.values.get("name") if binding.recorded else None
    return GroupPlan(
        key=binding.key,
        name=str(name.sent) if name else "",
        chat_id=binding.chat_id,
        steps=(step,),
        recorded=binding.recorded,
    )


def _plan_desired(member: Member, desired: DesiredGroup, fleet: Fleet, options: PlanOptions) -> GroupPlan:
    binding = member.binding
    live, recorded = member.live, binding.recorded
    first: tuple[Step, ...] = ()
    if binding.kind in {BindingKind.CREATE, BindingKind.RESUME}:
        operation = _create_operation(binding, desired)
        live, recorded = _born(operation), RecordedGroup(chat_id="", created_by_us=True)
        first = (_create_step(binding, operation),)
    assert live is not None, "a key with a chat comes with the live group or a problem"
    if binding.kind is BindingKind.ADOPT:
        first = (_adopt_step(binding.key, live.chat_id),)
    wanted = desired if options.removals else spare_live(desired, live)
    rest = facet_steps(wanted, live, recorded, operate_as_owner=fleet.operate_as_owner)
    return GroupPlan(
        key=binding.key,
        name=desired.settings.name or live.settings.name or "",
        chat_id=binding.chat_id,
        user_count=live.user_count,
        steps=tuple(sorted((*first, *rest), key=lambda step: RANK[step.facet])),
        warnings=tuple(_warnings(desired, live)),
        desired=wanted,
        live=live,
        recorded=recorded,
    )


# ------------------------------------------------------------------ groups that begin


def _create_operation(binding: Binding, desired: DesiredGroup) -> CreateChat:
    """Return the create of a key, the very same one when it was begun before."""
    if binding.intent is None:
        return create_operation(desired, binding.uuid)
    return CreateChat.model_validate(binding.intent.operation, strict=False)


def _create_step(binding: Binding, operation: CreateChat) -> Step:
    resumed = binding.kind is BindingKind.RESUME
    fields = operation.settings.fields()
    changes = [_new(path, ChangeKind.CHANGE, value) for path, value in fields.items()]
    changes += [_new(f"members/{each}", ChangeKind.ADD, each) for each in (*operation.users, *operation.bots)]
    return Step(
        address=address(binding.key, Facet.EXISTENCE),
        facet=Facet.EXISTENCE,
        action=StepAction.RESUME if resumed else StepAction.CREATE,
        reason=text("a create was begun and its answer never came; it is repeated with the same key")
        if resumed
        else text("the key has no chat yet"),
        changes=tuple(changes),
        operations=(operation,),
    )


def _new(path: str, kind: ChangeKind, value: object) -> Change:
    return Change(path=path, kind=kind, after=value, origin=Origin.NEW, risk=NEUTRAL)


def create_operation(desired: DesiredGroup, uuid: str) -> CreateChat:
    """Return the create that takes along all it accepts; who does not fit in is added afterwards."""
    people = desired.implied_members
    return CreateChat(
        settings=creatable(desired.settings),
        users=users_of(people)[:USERS_PER_ADD],
        bots=other_bots_of(people)[:BOTS_PER_ADD],
        uuid=uuid,
    )


def _born(create: CreateChat) -> LiveGroup:
    """Return the group as a successful create leaves it."""
    made = {**NEW_GROUP_SETTINGS.fields(), **create.settings.fields()}
    return LiveGroup(
        chat_id="",
        settings=Settings.from_fields(made),
        managers=frozenset(),
        moderation=LiveModeration(mode="all_members"),
        members=LiveMembers(users=frozenset(create.users), bots=frozenset(create.bots)),
        tabs=(),
        menus=(),
        user_count=len(create.users),
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
        changes, operations = facet_difference(facet, desired, live, recorded)
        if not changes:
            continue
        paths = [change.path for change in changes]
        authority = authority_for(facet, paths, live, recorded, operate_as_owner=operate_as_owner)
        block = _external_block(live) or _name_block(facet, changes, desired, live)
        if block is None and authority is Authority.REFUSED:
            block = block_for(facet, live, recorded)
        yield Step(
            address=address(desired.key, facet),
            facet=facet,
            action=StepAction.UPDATE,
            reason=text("live differs from the configuration"),
            changes=changes,
            operations=operations,
            authority=authority,
            block=block,
        )


def facet_difference(
    facet: Facet, desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None
) -> tuple[tuple[Change, ...], tuple[Operation, ...]]:
    """Return the changes of one facet and the operations that make them; nothing where it is not told."""
    match facet:
        case Facet.SETTINGS:
            changes = diff_settings(desired.settings, live.settings, recorded)
            return changes, plan_settings(changes, live.settings)
        case Facet.MEMBERS if live.members is not None:
            changes = diff_members(desired.implied_members, live.members, live.managers, recorded)
            return changes, plan_members([change.after for change in changes])
        case Facet.MANAGERS if desired.managers is not None and live.managers is not None:
            changes = diff_managers(desired.managers, live.managers, recorded, owner=live.owner or SELF)
            return changes, plan_managers(*_come_and_go(changes), len(live.managers))
        case Facet.MODERATION if desired.moderation is not None and live.moderation is not None:
            staying = staying_managers(desired.managers, live.managers, recorded)
            changes = diff_moderation(
                desired.moderation, live.moderation, recorded, owner=live.owner, managers=staying
            )
            people = [change for change in changes if change.kind is not ChangeKind.CHANGE]
            mode = desired.moderation.mode
            return changes, plan_moderation(mode, *_come_and_go(people)) if changes else ()
        case Facet.TABS if desired.tabs is not None and live.tabs is not None:
            changes = diff_tabs(desired.tabs, live.tabs, recorded)
            # Finding the fewest calls takes longer than finding that there is nothing to do.
            return changes, plan_tabs(desired.tabs, live.tabs, recorded) if changes else ()
        case Facet.MENUS if desired.menus is not None and live.menus is not None:
            changes = diff_menus(desired.menus, live.menus, recorded)
            return changes, plan_menus(desired.menus, live.menus, recorded) if changes else ()
        case Facet.OWNER if desired.owner is not None:
            return diff_owner(desired.owner, live.owner, recorded), ()
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


def _warnings(desired: DesiredGroup, live: LiveGroup) -> Iterator[Diagnostic]:
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


def _with_sources(group: GroupPlan, locate: Locate) -> GroupPlan:
    steps = tuple(
        step.model_copy(
            update={
                "changes": tuple(
                    change.model_copy(update={"source": locate(group.key, change.path)})
                    for change in step.changes
                )
            }
        )
        for step in group.steps
    )
    return group.model_copy(update={"steps": steps})
