"""Moderation: the mode and, for `moderator_list`, the set of people who may post."""

from __future__ import annotations

from reconciler.diff.changes import Change, ChangeKind, is_normalized, origin_of_value
from reconciler.diff.people import change_people, unwanted_people
from reconciler.diff.risk import risk_of_value
from reconciler.model.moderation import LiveModeration, Moderation
from reconciler.model.recorded import RecordedGroup, recorded_value


def diff_moderation(
    desired: Moderation,
    live: LiveModeration,
    recorded: RecordedGroup | None,
    *,
    owner: str | None,
    heir: str | None,
    managers: frozenset[str],
) -> tuple[Change, ...]:
    """Return the change of the mode, then people who get and lose the right to post.

    Args:
        desired: Who shall be able to post.
        live: Who may post.
        recorded: What the last apply left.
        owner: The person who owns the group: always in the list, and therefore not to be removed.
        heir: The person who owns it in the end: need not be added for the same reason.
        managers: Live managers who keep the role; one who is in the live list but not listed is left alone.

    Source: chats.openapi.yaml, chat_moderation_get `x-open-questions`.
    """
    mode = _diff_mode(desired, live.mode, recorded)
    listed = _listed(live)
    if desired.moderators is None or listed is None:
        return mode
    value = recorded_value(recorded, "moderators")
    missing = [each for each in desired.moderators.items if each not in listed and each != heir]
    surplus = unwanted_people(desired.moderators, listed - managers - {owner, heir}, value)
    return mode + change_people("moderation", missing, surplus, value)


def staying_moderators(
    desired: Moderation | None, live: LiveModeration | None, recorded: RecordedGroup | None
) -> frozenset[str]:
    """Return the live moderators who keep the right to post; nobody where the list is not managed."""
    if desired is None or desired.moderators is None or live is None:
        return frozenset()
    present = _listed(live) or frozenset()
    surplus = unwanted_people(desired.moderators, present, recorded_value(recorded, "moderators"))
    return present.difference(surplus)


def _listed(live: LiveModeration) -> frozenset[str] | None:
    """Return the people on the live list, `None` when it was not told.

    In another mode nobody is listed: whether the platform remembers an old list is not stated.
    """
    return live.moderators if live.mode == "moderator_list" else frozenset()


def _diff_mode(desired: Moderation, live_mode: str, recorded: RecordedGroup | None) -> tuple[Change, ...]:
    if desired.mode == live_mode or is_normalized("moderation", desired.mode, live_mode, recorded):
        return ()
    change = Change(
        path="moderation",
        kind=ChangeKind.CHANGE,
        before=live_mode,
        after=desired.mode,
        origin=origin_of_value("moderation", live_mode, desired.mode, recorded),
        risk=risk_of_value("moderation", live_mode, desired.mode),
    )
    return (change,)
