"""The use cases of saved plans: to save one, and to make of it what can be performed now.

Performing takes the same way as a plan that was just made; in between stands a second look at all it was made of.

Source: docs/behaviour.md, "Saved plans".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler import __version__
from reconciler.apply.apply import Progress
from reconciler.apply.ports import Clock, Gateway
from reconciler.apply.recording import remembered
from reconciler.config import Configuration
from reconciler.config.named_files import digest_of_file, files_of_announcement, files_of_pictures
from reconciler.errors import Diagnostic, PlatformError, RunRefused, SavedPlanError, UsageError, text
from reconciler.feishu.quota import WINDOWS_BY_KIND
from reconciler.model.address import Facet
from reconciler.model.group import DesiredGroup
from reconciler.model.pictures import with_images
from reconciler.model.recorded import State
from reconciler.plan.answers import ListedChat
from reconciler.plan.binding import bind, refuse_shared_chats
from reconciler.plan.build import Member, PlanHeader, PlanOptions, guarded_plan, plan_member
from reconciler.plan.members import expire_invitations
from reconciler.plan.operations import UploadImage
from reconciler.plan.people import Settled
from reconciler.plan.plan import GroupPlan, Plan, StepAction
from reconciler.plan.recheck import recheck_group
from reconciler.plan.saved import SavedChoices, SavedPlan, saved_plan
from reconciler.workflow import (
    Choices,
    Scope,
    check_state,
    read_members,
    reborn_member,
    tenant_key_of,
    unbound_chats,
)

# ------------------------------------------------------------------ saving


def save_plan(plan: Plan, scope: Scope, choices: Choices) -> SavedPlan:
    """Return a plan as it can be performed later.

    Args:
        plan: The plan, just made; also one that guards refuse, for they are asked again.
        scope: What it was made of.
        choices: What people chose for it.

    Raises:
        UsageError: The plan was made offline.
        SavedPlanError: A file that the plan needs changed meanwhile.
    """
    if plan.offline:
        raise UsageError(
            Diagnostic(
                text("Plan cannot be saved"),
                text("It was made offline: nobody looked at what is live."),
                text("Plan without `--offline`, or leave out `--out`."),
            )
        )
    saved_choices = SavedChoices(
        patterns=scope.patterns,
        removals=choices.removals,
        strict_people=choices.strict_people,
        configured=len(scope.configuration.fleet.groups),
    )
    unrecorded = {group.key: facets for group in plan.groups if (facets := _unrecorded(group))}
    return saved_plan(plan, saved_choices, unrecorded, _named_files(plan, scope.configuration))


def _unrecorded(group: GroupPlan) -> frozenset[Facet]:
    """Return what the state does not remember as it is: apply records that where there is nothing to write, too."""
    desired, live, recorded = group.desired, group.live, group.recorded
    if desired is None or live is None or group.chat_id is None:
        return frozenset()
    if recorded is None:
        return desired.facets
    whole = remembered(desired, live, live, recorded, ())
    facets = {each for each in desired.facets if remembered(desired, live, live, recorded, (each,)) != whole}
    return frozenset(facets | {Facet.SETTINGS} if whole != recorded else facets)


def _named_files(plan: Plan, configuration: Configuration) -> dict[str, str]:
    """Return the digests of the files that the steps of a plan need."""
    uploads = dict.fromkeys(
        operation.digest
        for step in plan.steps
        for operation in step.operations
        if isinstance(operation, UploadImage)
    )
    places = [
        *files_of_pictures(configuration, uploads),
        *(
            place
            for group in plan.groups
            if any(step.facet is Facet.ANNOUNCEMENT for step in group.steps)
            for place in files_of_announcement(configuration, group.key)
        ),
    ]
    digests = {place: digest_of_file(configuration.root, place) for place in places}
    lost = [place for place, digest in digests.items() if digest is None]
    if lost:
        raise SavedPlanError(*map(_file_changed, lost))
    return {place: digest for place, digest in digests.items() if digest}


# ------------------------------------------------------------------ looking again


def with_saved_pictures(configuration: Configuration, saved: SavedPlan) -> Configuration:
    """Return the configuration with the files of a saved plan, whether or not it still names them."""
    files = {digest: configuration.root / place for place, digest in saved.files.items()}
    return replace(configuration, pictures={**configuration.pictures, **files})


async def recheck_plan(
    saved: SavedPlan,
    scope: Scope,
    choices: Choices,
    gateway: Gateway,
    clock: Clock,
    progress: Progress = lambda _done, _total: None,
) -> Plan:
    """Return a saved plan as it can be performed now: exactly its steps, in the groups that are as they were.

    Groups that are not are `stale` or `already_done`. Guards are asked again, with the limits of the present
    configuration.

    Args:
        saved: The saved plan.
        scope: The present configuration and state.
        choices: What people chose for performing it: overrides and `fail_on`.
        gateway: The platform.
        clock: Time.
        progress: Told how many groups are read.

    Raises:
        SavedPlanError: The plan belongs elsewhere, or a file that it names is not as it was.
        StateError: The state belongs elsewhere.
        RunRefused: The platform refuses everything.
    """
    configuration, state = scope.configuration, expire_invitations(scope.state, clock.now())
    check_state(state, configuration.fleet.name, scope.endpoint, scope.app_id)
    _check_origin(saved.plan, scope)
    _check_files(saved, configuration)
    desired = {
        key: with_images(group.desired, state.images) for key, group in saved.groups.items() if group.desired
    }
    planned_fleet = configuration.fleet.model_copy(
        update={"groups": {**configuration.fleet.groups, **desired}}
    )
    planned_configuration = replace(configuration, fleet=planned_fleet)
    members = [
        reborn_member(member, planned_configuration)
        for member in await _look_again(saved, desired, state, gateway, clock, progress)
    ]
    tenant_key = tenant_key_of(state, members)
    _check_tenant(saved.plan, tenant_key)
    options = PlanOptions(
        overrides=choices.overrides,
        removals=saved.choices.removals,
        quotas=WINDOWS_BY_KIND,
        fail_on=choices.fail_on,
    )
    fresh = {member.binding.key: (member, plan_member(member, planned_fleet, options)) for member in members}
    groups = [_rechecked(group, fresh.get(group.key), state) for group in saved.plan.groups]
    unbound: tuple[ListedChat, ...] = ()
    if any(map(_creates, groups)):
        try:
            unbound = await unbound_chats(gateway, state, planned_fleet)
        except RunRefused:
            raise
        except PlatformError as error:
            # Without the list nobody knows whether a group is there already: none is created.
            groups = [_unread(group, error.diagnostic) if _creates(group) else group for group in groups]
    return guarded_plan(
        groups,
        planned_fleet,
        PlanHeader(
            tool_version=__version__,
            endpoint=scope.endpoint,
            fleet=configuration.fleet.name,
            lineage=state.lineage,
            app_id=scope.app_id,
            tenant_key=tenant_key or saved.plan.tenant_key,
        ),
        replace(options, unbound=unbound),
        configured=saved.choices.configured,
        managed=len(state.groups),
    )


async def _look_again(
    saved: SavedPlan,
    desired: Mapping[str, DesiredGroup],
    state: State,
    gateway: Gateway,
    clock: Clock,
    progress: Progress,
) -> list[Member]:
    """Read of the groups what their steps touch, bound as the state binds them now."""
    bindings = refuse_shared_chats(
        {key: bind(key, desired.get(key), state, clock.now()) for key in saved.groups}
    )
    settled = {key: Settled(group) for key, group in desired.items()}
    facets = {key: frozenset(group.reads) for key, group in saved.groups.items()}
    return await read_members(bindings, settled, gateway, progress, facets)


def _rechecked(planned: GroupPlan, looked: tuple[Member, GroupPlan] | None, state: State) -> GroupPlan:
    if looked is None:
        return planned
    member, fresh = looked
    if member.problem:
        return _unread(planned, member.problem)
    return recheck_group(planned, fresh, state)


def _unread(group: GroupPlan, problem: Diagnostic) -> GroupPlan:
    located = replace(problem, address=problem.address or group.key)
    return group.model_copy(update={"steps": (), "problem": located})


def _creates(group: GroupPlan) -> bool:
    return any(step.action is StepAction.CREATE for step in group.performable)


# ------------------------------------------------------------------ what a saved plan belongs to


def _check_origin(plan: Plan, scope: Scope) -> None:
    for what, found, given in (
        (text("fleet"), plan.fleet, scope.configuration.fleet.name),
        (text("endpoint"), plan.endpoint, scope.endpoint),
        (text("app"), plan.app_id, scope.app_id),
        (text("state (lineage)"), plan.lineage, scope.state.lineage),
    ):
        if found != given:
            raise SavedPlanError(_elsewhere(what, found, given))
    _check_tenant(plan, scope.state.tenant_key)


def _check_tenant(plan: Plan, tenant_key: str) -> None:
    """Compare tenants, as far as both are known: only an answer about a group tells ours."""
    if plan.tenant_key and tenant_key and plan.tenant_key != tenant_key:
        raise SavedPlanError(_elsewhere(text("tenant"), plan.tenant_key, tenant_key))


def _elsewhere(what: str, found: str, given: str) -> Diagnostic:
    return Diagnostic(
        text("Saved plan belongs elsewhere"),
        text(
            "The plan was made for {what} `{found}`, but this run is for {what} `{given}`. Nothing was changed.",
            what=what,
            found=found,
            given=given,
        ),
        text("Perform it where it was made for, or make a new one with `groupctl plan --out FILE`."),
    )


def _check_files(saved: SavedPlan, configuration: Configuration) -> None:
    changed = [
        place for place, digest in saved.files.items() if digest_of_file(configuration.root, place) != digest
    ]
    if changed:
        raise SavedPlanError(*map(_file_changed, changed))


def _file_changed(place: str) -> Diagnostic:
    return Diagnostic(
        text("File of the plan changed"),
        text(
            "`{place}` is not there any more, or not as it was when the plan was made. Nothing was changed.",
            place=place,
        ),
        text("Restore it, or make a new plan with `groupctl plan --out FILE`."),
    )
