"""What a check-up of a fleet finds, and how bad that is.

A check that failed stops nothing but what needs it; that is skipped. What nobody can know without writing is unknown.
Only certain trouble fails: a role that does not allow what may never have to be done is a warning.

Source: docs/behaviour.md, "Check-up".
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from reconciler.errors import Diagnostic, text
from reconciler.model.address import Facet
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.recorded import RecordedGroup, State
from reconciler.plan.authority import Role, authority_for, role_in
from reconciler.plan.binding import RESUMABLE_SECONDS, Binding
from reconciler.plan.build import reading_problem
from reconciler.plan.order import RANK
from reconciler.plan.plan import Authority
from reconciler.plan.report import TROUBLED, Check, GroupCheck, Place, Topic, Verdict
from reconciler.plan.scopes import CALLS, Known, ScopeNeed

TOLERATED_SKEW: Final = 60.0
"""Seconds that our clock may differ from the platform's."""


def checked(topic: Topic, verdict: Verdict, problem: Diagnostic) -> Check:
    """Return a problem as a check."""
    return Check(
        topic=topic,
        verdict=verdict,
        summary=problem.summary,
        detail=problem.detail,
        hint=problem.hint,
        keys=(problem.address.partition("/")[0],) if problem.address else (),
        source=problem.source,
        platform=problem.platform,
    )


def skipped(topics: Iterable[Topic], because: str) -> tuple[Check, ...]:
    """Return the checks that could not be made."""
    summary = text("Not checked")
    return tuple(
        Check(topic=topic, verdict=Verdict.SKIPPED, summary=summary, detail=because) for topic in topics
    )


# ------------------------------------------------------------------ state, clock


def check_leftovers(state: State, now: float) -> Iterator[Check]:
    """Yield what the state holds beside bound groups: creates that never ended.

    Args:
        state: The state.
        now: Seconds since 1970.
    """
    stale = sorted(key for key, intent in state.intents.items() if now - intent.time >= RESUMABLE_SECONDS)
    fresh = sorted(state.intents.keys() - set(stale))
    if stale:
        yield Check(
            topic=Topic.STATE,
            verdict=Verdict.FAILED,
            summary=text("Unfinished creates are too old to resume"),
            detail=text("They were begun more than 9 hours ago, and their answers never arrived."),
            hint=text(
                "Look for the groups in Feishu. Set `chat_id:` for those that are there, run `groupctl forget KEY` for "
                "the others."
            ),
            keys=tuple(stale),
            partial=True,
        )
    if fresh:
        oldest = max(now - state.intents[key].time for key in fresh)
        yield Check(
            topic=Topic.STATE,
            verdict=Verdict.WARNING,
            summary=text("Creates are unfinished"),
            detail=text(
                "Their answers never arrived; the oldest was begun {minutes} minutes ago.",
                minutes=max(int(oldest // 60), 0),
            ),
            hint=text(
                "Run `groupctl apply` within 9 hours of their beginning: it goes on without making a second group."
            ),
            keys=tuple(fresh),
        )


def check_clock(ours: float, theirs: float | None) -> Check:
    """Return how far our clock is from the platform's.

    Args:
        ours: Seconds since 1970.
        theirs: As the platform told it at about the same time; `None`: it did not.
    """
    if theirs is None:
        return Check(
            topic=Topic.CLOCK,
            verdict=Verdict.UNKNOWN,
            summary=text("Platform does not tell the time"),
            detail=text("Its answers have no usable `Date`."),
        )
    seconds = round(abs(ours - theirs))
    if seconds <= TOLERATED_SKEW:
        return Check(
            topic=Topic.CLOCK,
            verdict=Verdict.OK,
            summary=text("Clock agrees with the platform's"),
            detail=text("They differ by {seconds} s.", seconds=seconds),
        )
    template = (
        "The clock of this machine is {seconds} s ahead. No call suffers, for none is signed and tokens are counted "
        "from when they were fetched; but unfinished creates and invitations count as older than they are."
        if ours > theirs
        else "The clock of this machine is {seconds} s behind. No call suffers, for none is signed and tokens are "
        "counted from when they were fetched; but unfinished creates and invitations count as younger than they are, "
        "and a create could be repeated when the platform has forgotten it."
    )
    return Check(
        topic=Topic.CLOCK,
        verdict=Verdict.WARNING,
        summary=text("Clock differs from the platform's"),
        detail=text(template, seconds=seconds),
        hint=text("Let the machine set its clock by NTP."),
    )


# ------------------------------------------------------------------ scopes


def check_scopes(needs: Sequence[ScopeNeed], refusals: Mapping[str, Diagnostic]) -> Iterator[Check]:
    """Yield which scopes are missing, one check for each set that would suffice, and which nobody can know of.

    Args:
        needs: What the fleet needs, judged.
        refusals: Reads that failed, for whatever reason.
    """
    missing: defaultdict[tuple[str, ...], list[ScopeNeed]] = defaultdict(list)
    for need in needs:
        if need.known is Known.MISSING:
            missing[need.scopes].append(need)
    for scopes, lacking in missing.items():
        yield _missing_scope(scopes, lacking, refusals)
    untold = [
        refusals[need.operation]
        for need in needs
        if need.known is Known.UNKNOWN and need.operation in refusals
    ]
    yield from (checked(Topic.SCOPES, Verdict.UNKNOWN, refusal) for refusal in untold)
    there = sum(need.known is Known.THERE for need in needs)
    if not missing and not untold:
        yield Check(
            topic=Topic.SCOPES,
            verdict=Verdict.OK,
            summary=text("No scope is known to be missing"),
            detail=text(
                "{there} of {all} calls that the fleet needs are known to be allowed.",
                there=there,
                all=len(needs),
            ),
        )
    uncertain = [need for need in needs if need.known is Known.UNKNOWN and need.writes]
    if uncertain:
        sets = dict.fromkeys(need.scopes for need in uncertain)
        yield Check(
            topic=Topic.SCOPES,
            verdict=Verdict.UNKNOWN,
            summary=text("Only writing tells the rest"),
            detail=text(
                "Whether the app holds these no read shows: {scopes}.",
                scopes="; ".join(_any_of(each) for each in sets),
            ),
            hint=text("The developer console shows the scopes of the app under Permissions & Scopes."),
        )


def _missing_scope(
    scopes: tuple[str, ...], lacking: Sequence[ScopeNeed], refusals: Mapping[str, Diagnostic]
) -> Check:
    optional = all(need.optional for need in lacking)
    uses = dict.fromkeys(use for need in lacking for use in need.uses)
    told = (refusals[need.operation].platform for need in lacking if need.operation in refusals)
    return Check(
        topic=Topic.SCOPES,
        verdict=Verdict.WARNING if optional else Verdict.FAILED,
        summary=text("App lacks a scope"),
        detail=text(
            "{operations} needs {scopes}, for: {uses}.",
            operations=", ".join(dict.fromkeys(need.operation for need in lacking)),
            scopes=_any_of(scopes),
            uses=", ".join(uses),
        ),
        hint=text(
            "Add one of these in the developer console (Permissions & Scopes), and publish a version of the app."
        ),
        platform=next(told, None),
    )


def _any_of(scopes: Sequence[str]) -> str:
    return " or ".join(scopes)


# ------------------------------------------------------------------ roles


def check_group(
    binding: Binding,
    desired: DesiredGroup | None,
    told: LiveGroup | Diagnostic | None,
    *,
    operate_as_owner: bool,
) -> GroupCheck:
    """Return where our app stands in a group, and what it cannot write there.

    Args:
        binding: The key with its chat.
        desired: What is managed; `None` when the key left the configuration.
        told: The group as it was read, or why it could not be; `None` when it has no chat.
        operate_as_owner: Whether the app holds `im:chat:operate_as_owner`.
    """
    key, chat_id = binding.key, binding.chat_id
    if binding.problem:
        return GroupCheck(key=key, chat_id=chat_id, place=Place.UNMANAGEABLE, problem=binding.problem)
    if told is None:
        return GroupCheck(key=key, place=Place.NO_CHAT)
    if isinstance(told, Diagnostic):
        return GroupCheck(key=key, chat_id=chat_id, place=Place.UNREADABLE, problem=told)
    problem = reading_problem(key, told, adopting=True)
    if problem:
        return GroupCheck(key=key, chat_id=chat_id, place=_odd_place(told), problem=problem)
    refused = _refused(desired, told, binding.recorded, operate_as_owner=operate_as_owner)
    place = _PLACES[role_in(told, binding.recorded)]
    return GroupCheck(key=key, chat_id=chat_id, place=place, refused=tuple(refused))


_PLACES: Final = {
    Role.OWNER: Place.OWNER,
    Role.MANAGER: Place.MANAGER,
    Role.MEMBER: Place.MEMBER,
    Role.UNSURE: Place.UNSURE,
}


def _odd_place(live: LiveGroup) -> Place:
    if live.status != "normal":
        return Place.DISSOLVED
    return Place.UNMANAGEABLE if live.full else Place.OUTSIDE


def _refused(
    desired: DesiredGroup | None, live: LiveGroup, recorded: RecordedGroup | None, *, operate_as_owner: bool
) -> Iterator[Facet]:
    for facet in sorted(_managed(desired, live, recorded), key=RANK.__getitem__):
        paths = desired.settings.fields() if desired else ()
        authority = authority_for(facet, paths, live, recorded, operate_as_owner=operate_as_owner)
        if authority is Authority.REFUSED:
            yield facet


def _managed(desired: DesiredGroup | None, live: LiveGroup, recorded: RecordedGroup | None) -> set[Facet]:
    """Return the facets that may have to be written."""
    if desired is None:
        return {Facet.LIFECYCLE} if recorded and recorded.on_remove == "dissolve" else set()
    managed = set(desired.facets)
    if not desired.settings.fields():
        managed.discard(Facet.SETTINGS)
    if live.owner == desired.heir:
        # As it is to be; that a person gives the group away again is not ours to mend.
        managed.discard(Facet.OWNER)
    return managed


def check_roles(groups: Collection[GroupCheck]) -> Iterator[Check]:
    """Yield what our roles do not allow: groups out of reach by reason, then facets that cannot be written."""
    counts = Counter(group.place for group in groups)
    troubled = [group for group in groups if group.place in TROUBLED]
    partial = len(troubled) < len(groups)
    for place in sorted(TROUBLED, key=list(Place).index):
        keys = tuple(group.key for group in troubled if group.place is place)
        if keys:
            yield Check(
                topic=Topic.ROLES,
                verdict=Verdict.FAILED,
                summary=_OUT_OF_REACH[place],
                detail=text("{count} of {all} groups cannot be managed.", count=len(keys), all=len(groups)),
                hint=_HINTS[place],
                platform=next(
                    (each.problem.platform for each in troubled if each.place is place and each.problem), None
                ),
                keys=keys,
                partial=partial,
            )
    for refused, keys in _by_refused(groups).items():
        yield Check(
            topic=Topic.ROLES,
            verdict=Verdict.WARNING,
            summary=text("Our role does not allow to write all that is managed"),
            detail=text(
                "In {count} of {all} groups our app cannot write: {facets}.",
                count=len(keys),
                all=len(groups),
                facets=", ".join(refused),
            ),
            hint=text(
                "Let the owner make the app a manager or do it in the Feishu client, or list these in `unmanaged`."
            ),
            keys=keys,
            partial=True,
        )
    if counts[Place.UNSURE]:
        yield Check(
            topic=Topic.ROLES,
            verdict=Verdict.UNKNOWN,
            summary=text("Owner is a bot that the platform does not name"),
            detail=text("Whether it is our app only a write tells; what depends on it is tried."),
            keys=tuple(group.key for group in groups if group.place is Place.UNSURE),
            partial=True,
        )
    if not troubled:
        yield Check(
            topic=Topic.ROLES,
            verdict=Verdict.OK,
            summary=text("No group is out of reach"),
            detail=", ".join(f"{counts[place]} {place.value}" for place in Place if counts[place]),
        )


def _by_refused(groups: Iterable[GroupCheck]) -> dict[tuple[Facet, ...], tuple[str, ...]]:
    """Return the keys of groups by the facets that cannot be written, the most frequent ones first."""
    found: defaultdict[tuple[Facet, ...], list[str]] = defaultdict(list)
    for group in groups:
        if group.refused:
            found[group.refused].append(group.key)
    ordered = sorted(found.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return {refused: tuple(keys) for refused, keys in ordered}


_OUT_OF_REACH: Final = {
    Place.OUTSIDE: text("Our app is not in the group"),
    Place.DISSOLVED: text("Group is dissolved"),
    Place.UNMANAGEABLE: text("Group cannot be managed"),
    Place.UNREADABLE: text("Group cannot be read"),
}
_HINTS: Final = {
    Place.OUTSIDE: text(
        "Add the app to the groups in the Feishu client, or run `groupctl forget KEY --abandon` for those given up."
    ),
    Place.DISSOLVED: text(
        "Remove the keys from the YAML files, or run `groupctl forget KEY` for new groups."
    ),
    Place.UNMANAGEABLE: text("`groupctl plan KEY` says why, and what to do about it."),
    Place.UNREADABLE: text("Run the command again; `groupctl plan KEY` says more."),
}


# ------------------------------------------------------------------ quota


def calls_of_plan(groups: Iterable[tuple[DesiredGroup, bool]]) -> dict[str, int]:
    """Return how often a plan calls each operation, at least: long lists take more, and so do people's names.

    Args:
        groups: Each group with whether it has a chat.
    """
    calls: Counter[str] = Counter()
    for desired, has_chat in groups:
        if has_chat:
            calls["chat_get"] += 1
            calls.update(set(_reads(desired)) - {"chat_get"})
        else:
            calls["chat_list"] = 1
    return dict(sorted(calls.items()))


def _reads(desired: DesiredGroup) -> Iterator[str]:
    for facet in desired.facets:
        if facet is Facet.MODERATION and not (
            desired.moderation and desired.moderation.mode == "moderator_list"
        ):
            continue  # the mode comes with the group
        # What announcements of the old kind take, new ones do not.
        yield from (each for each in CALLS[facet].reads if each != "chat_announcement_get")


def check_quota(calls: Mapping[str, int], seconds: int) -> tuple[Check, ...]:
    """Return what a plan of the fleet takes, and that nobody can know what is left."""
    return (
        Check(
            topic=Topic.QUOTA,
            verdict=Verdict.OK,
            summary=text("Calls of a plan"),
            detail=text(
                "At least {calls}. At the platform's quota they take {seconds} s or more.",
                calls=sum(calls.values()),
                seconds=seconds,
            ),
        ),
        Check(
            topic=Topic.QUOTA,
            verdict=Verdict.UNKNOWN,
            summary=text("Platform does not tell what is left of the quota"),
            detail=text(
                "It names a limit only when that is reached; other programs that use the same app share it."
            ),
        ),
    )
