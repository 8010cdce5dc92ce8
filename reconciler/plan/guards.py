"""What makes a plan unsafe. Guards run before the first write; each can be overridden by its name only.

`removals`, `forgets`, `owner` and `dissolve` refuse the whole plan, `lockout`, `incomplete` and `twin` refuse a group.

Source: docs/behaviour.md, "Guards".
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import assert_never

from reconciler.diff.changes import Change, ChangeKind
from reconciler.errors import Diagnostic, text
from reconciler.model.address import Facet, address
from reconciler.model.fleet import ForgetsLimit, GuardLimits, LockoutLimit, RemovalsLimit
from reconciler.model.group import LiveGroup
from reconciler.model.ids import SELF
from reconciler.plan.answers import ListedChat
from reconciler.plan.plan import GroupPlan, StepAction


def check_guards(
    groups: Sequence[GroupPlan],
    limits: GuardLimits,
    overrides: Container[str],
    *,
    configured: int,
    managed: int,
) -> tuple[Diagnostic, ...]:
    """Return why the whole plan is refused; empty when it is not.

    Args:
        groups: The planned groups.
        limits: Limits from the configuration.
        overrides: Names of guards that are set aside.
        configured: Groups in the configuration.
        managed: Groups in the state before this plan.
    """
    refusals: list[Diagnostic] = []
    if "removals" not in overrides:
        refusals.extend(_check_removals(groups, limits.removals))
    if "forgets" not in overrides:
        refusals.extend(_check_forgets(groups, limits.forgets, configured, managed))
    if "owner" not in overrides:
        refusals.extend(_check_owner(groups))
    if "dissolve" not in overrides:
        refusals.extend(_check_dissolve(groups))
    return tuple(refusals)


def check_group(
    group: GroupPlan,
    limits: GuardLimits,
    overrides: Container[str],
    namesakes: Mapping[str, Sequence[ListedChat]],
    *,
    operate_as_owner: bool = False,
) -> tuple[Diagnostic, ...]:
    """Return why one group is refused; empty when it is not.

    Args:
        group: The planned group.
        limits: Limits from the configuration.
        overrides: Names of guards that are set aside.
        namesakes: Chats our app is in that no key is bound to, by name.
        operate_as_owner: Whether our app keeps its power over groups that it created and gave away.
    """
    refusals: list[Diagnostic] = []
    if "lockout" not in overrides:
        refusals.extend(_check_lockout(group, limits.lockout))
        refusals.extend(_check_farewell(group, operate_as_owner=operate_as_owner))
    if "incomplete" not in overrides:
        refusals.extend(_check_incomplete(group))
    if "twin" not in overrides:
        refusals.extend(_check_twin(group, namesakes))
    return tuple(refusals)


# ------------------------------------------------------------------ removals


def _check_removals(groups: Iterable[GroupPlan], limit: RemovalsLimit) -> Iterator[Diagnostic]:
    gone = 0
    for group in groups:
        for step in group.performable:
            removed = [change for change in step.changes if change.kind is ChangeKind.REMOVE]
            gone += len(removed)
            size = _size(group.live, step.facet) if group.live else 0
            if len(removed) < 2:
                continue
            if len(removed) > limit.fraction * size:
                yield _too_large_a_part(step.address, removed, size, limit)
            elif len(removed) == size and not any(each.kind is ChangeKind.ADD for each in step.changes):
                yield _emptied(step.address, removed)
    if gone > limit.count:
        yield _too_many(gone, limit)


def _size(live: LiveGroup, facet: Facet) -> int:
    """Return how many things of a collection there are now."""
    match facet:
        case Facet.MANAGERS:
            return len(live.managers or ())
        case Facet.MODERATION:
            return len((live.moderation and live.moderation.moderators) or ())
        case Facet.TABS:
            return sum(tab.writable for tab in live.tabs or ())
        case Facet.MENUS:
            return len(live.menus or ())
        case Facet.MEMBERS | Facet.DEPARTURES:
            return len(live.members.users) if live.members else 0
        case (
            Facet.EXISTENCE
            | Facet.SETTINGS
            | Facet.ANNOUNCEMENT
            | Facet.TOP_NOTICE
            | Facet.OWNER
            | Facet.LIFECYCLE
        ):
            return 0
        case _:
            assert_never(facet)


def _too_large_a_part(where: str, removed: Sequence[Change], size: int, limit: RemovalsLimit) -> Diagnostic:
    return Diagnostic(
        text("Plan removes too large a part of a collection"),
        text(
            "{count} of {size} ({percent:.0f} %) would be removed: {names}. The limit is {limit:.0f} % "
            "when more than one goes. Nothing was changed.",
            count=len(removed),
            size=size,
            percent=100 * len(removed) / size,
            names=_names(removed),
            limit=100 * limit.fraction,
        ),
        _override_removals(),
        address=where,
        source=removed[0].source,
    )


def _emptied(where: str, removed: Sequence[Change]) -> Diagnostic:
    return Diagnostic(
        text("Plan empties a collection"),
        text(
            "All {count} would be removed: {names}. Nothing was changed.",
            count=len(removed),
            names=_names(removed),
        ),
        _override_removals(),
        address=where,
        source=removed[0].source,
    )


def _too_many(gone: int, limit: RemovalsLimit) -> Diagnostic:
    return Diagnostic(
        text("Plan removes too much"),
        text(
            "{gone} members, managers, moderators, tabs and menus would be removed; the limit is {limit}. "
            "Nothing was changed.",
            gone=gone,
            limit=limit.count,
        ),
        _override_removals(),
    )


def _names(changes: Sequence[Change]) -> str:
    return _listing([change.path.partition("/")[2] for change in changes])


def _listing(things: Sequence[str], shown: int = 5) -> str:
    names = ", ".join(things[:shown])
    rest = len(things) - shown
    return text("{names} and {rest} more", names=names, rest=rest) if rest > 0 else names


def _override_removals() -> str:
    return text(
        "If this is what you want, run `groupctl apply --override removals`; to keep everything that is "
        "there, run `groupctl apply --no-removals`."
    )


def _override(guard: str) -> str:
    return text("If this is what you want, run `groupctl apply --override {guard}`.", guard=guard)


# ------------------------------------------------------------------ forgets


def _check_forgets(
    groups: Iterable[GroupPlan], limit: ForgetsLimit, configured: int, managed: int
) -> Iterator[Diagnostic]:
    # A key without a chat only has an unfinished create to lose; it was never managed.
    leaving = [
        group.key
        for group in groups
        if group.chat_id and any(step.facet is Facet.LIFECYCLE for step in group.performable)
    ]
    if not leaving:
        return
    # One key is never a mass: in a small fleet it would always be more than the fraction, and people would
    # learn to override. Forgetting changes nothing on the platform and can be taken back.
    if configured == 0:
        yield Diagnostic(
            text("Configuration has no groups"),
            text(
                "The state holds {managed} groups and the configuration none: all would be forgotten or dissolved. "
                "Nothing was changed.",
                managed=managed,
            ),
            text(
                "Check that `groups:` in `groupctl.yaml` finds your files. If the fleet is really to be "
                "given up, run `groupctl apply --override forgets`."
            ),
        )
    elif len(leaving) > 1 and (len(leaving) > limit.count or len(leaving) > limit.fraction * managed):
        yield Diagnostic(
            text("Plan forgets too many groups"),
            text(
                "{count} of {managed} groups ({percent:.0f} %) left the configuration and would no longer "
                "be managed: {names}. The limits are {limit} and {fraction:.0f} %. Nothing was changed.",
                count=len(leaving),
                managed=managed,
                percent=100 * len(leaving) / managed,
                names=", ".join(leaving[:5]) + (", …" if len(leaving) > 5 else ""),
                limit=limit.count,
                fraction=100 * limit.fraction,
            ),
            _override("forgets"),
        )


# ------------------------------------------------------------------ owner, dissolve


def _check_owner(groups: Iterable[GroupPlan]) -> Iterator[Diagnostic]:
    """Refuse to give away a group that exists; for a group made for a person the YAML was the asking."""
    given = [
        (group, change)
        for group in groups
        if group.chat_id
        for change in _transfers(group)
        if not _was_promised(group, change)
    ]
    if given:
        yield Diagnostic(
            text("Plan gives groups away"),
            text(
                "Groups that would get another owner: {count} ({names}). A transfer cannot be taken back. Nothing was "
                "changed.",
                count=len(given),
                names=_listing([f"{group.key} → {change.after}" for group, change in given]),
            ),
            _override("owner"),
            address=address(given[0][0].key, Facet.OWNER),
            source=given[0][1].source,
        )


def _was_promised(group: GroupPlan, change: Change) -> bool:
    """Tell whether the group was created for its new owner and never got there."""
    recorded = group.recorded
    return recorded is not None and recorded.promised_to == change.after and not recorded.gave_away


def _transfers(group: GroupPlan) -> Iterator[Change]:
    return (change for step in group.performable if step.facet is Facet.OWNER for change in step.changes)


def _check_dissolve(groups: Iterable[GroupPlan]) -> Iterator[Diagnostic]:
    doomed = [
        group for group in groups if any(step.action is StepAction.DISSOLVE for step in group.performable)
    ]
    if doomed:
        yield Diagnostic(
            text("Plan dissolves groups"),
            text(
                "Groups that would be dissolved with their history, which cannot be undone: {count} ({names}), with "
                "{users} memberships. Nothing was changed.",
                count=len(doomed),
                users=sum(group.user_count for group in doomed),
                names=_listing([group.key for group in doomed]),
            ),
            _override("dissolve"),
            address=address(doomed[0].key, Facet.LIFECYCLE),
        )


# ------------------------------------------------------------------ lockout


def _check_farewell(group: GroupPlan, *, operate_as_owner: bool) -> Iterator[Diagnostic]:
    """Refuse to give away a group that our app could not manage afterwards."""
    keeps_power = operate_as_owner and group.recorded is not None and group.recorded.created_by_us
    given = [change for change in _transfers(group) if change.before == SELF]
    if given and not keeps_power:
        yield Diagnostic(
            text("Our app would lose its role"),
            text(
                "`{owner}` would own this group, and our app would be an ordinary member of it, who can manage hardly "
                "anything. Nothing was changed in this group.",
                owner=given[0].after,
            ),
            text(
                "For a new group add `self` to `managers`: it is then created for its owner, with the app as a manager. "
                "If the app created the group and holds the scope `im:chat:operate_as_owner`, set "
                "`tenant.operate_as_owner: true`. To give the group away all the same, run "
                "`groupctl apply --override lockout`."
            ),
            address=address(group.key, Facet.OWNER),
            source=given[0].source,
        )


def _check_lockout(group: GroupPlan, limit: LockoutLimit) -> Iterator[Diagnostic]:
    changes = [change for step in group.performable for change in step.changes]
    dismissed = [
        change
        for change in changes
        if change.path.startswith("managers/") and change.kind is ChangeKind.REMOVE
    ]
    if any(change.before == SELF for change in dismissed):
        yield Diagnostic(
            text("Our app would lose its role"),
            text(
                "The app is a manager of this group and not in the list of `managers`; without the role it "
                "could not manage the group any longer. Nothing was changed in this group."
            ),
            text("Add `self` to `managers`, or run `groupctl apply --override lockout`."),
            address=address(group.key, "managers"),
            source=dismissed[0].source,
        )
    appointed = sum(change.path.startswith("managers/") for change in changes) - len(dismissed)
    present = len((group.live.managers if group.live else None) or ())
    staying = present + appointed - len(dismissed)
    if dismissed and staying < limit.min_managers:
        yield Diagnostic(
            text("Too few managers would stay"),
            text(
                "{staying} of {present} managers would stay; `guards.lockout.min_managers` asks for "
                "{limit}. Nothing was changed in this group.",
                staying=staying,
                present=present,
                limit=limit.min_managers,
            ),
            _override("lockout"),
            address=address(group.key, "managers"),
            source=dismissed[0].source,
        )


# ------------------------------------------------------------------ incomplete


def _check_incomplete(group: GroupPlan) -> Iterator[Diagnostic]:
    members = group.live.members if group.live else None
    leaving = [step for step in group.performable if step.facet is Facet.DEPARTURES]
    if members is None or members.complete or not leaving:
        return
    yield Diagnostic(
        text("Member list is incomplete"),
        text(
            "{count} would be removed from a group of which the platform shows only {shown} members: a list "
            "that is known to be cut says nothing about who else is there. Nothing was changed in this group.",
            count=len(leaving[0].changes),
            shown=len(members.users),
        ),
        text(
            "Write `members: {{mode: additive, …}}`, let an administrator raise the tenant's limit, or run "
            "`groupctl apply --override incomplete`."
        ),
        address=leaving[0].address,
        source=leaving[0].changes[0].source,
    )


# ------------------------------------------------------------------ twin


def _check_twin(group: GroupPlan, namesakes: Mapping[str, Sequence[ListedChat]]) -> Iterator[Diagnostic]:
    if not any(step.action is StepAction.CREATE for step in group.steps):
        return
    twins = namesakes.get(group.name, ())
    if twins:
        yield Diagnostic(
            text("A group of this name exists already"),
            text(
                "Our app is in {ids}, of the same name and bound to no key of the configuration. Creating "
                "another one would make a twin. Nothing was changed in this group.",
                ids=", ".join(f"`{chat.chat_id}`" for chat in twins),
            ),
            text(
                "If the key was renamed, add `previously: [OLD]` in the YAML, or run `groupctl state mv OLD {key}`. To "
                "manage the existing group, set `chat_id: {chat_id}` in the YAML. To create a second one all the same, "
                "run `groupctl apply {key} --override twin`.",
                chat_id=twins[0].chat_id,
                key=group.key,
            ),
            address=group.key,
            source=next(each.source for each in group.steps[0].changes if each.path == "name"),
        )
