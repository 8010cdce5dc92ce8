"""Departures: people and bots who are in the group and have to go.

They are the last but one to be dealt with: whoever goes loses every role with the membership.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.diff.changes import Change
from reconciler.diff.people import change_people, unwanted_people
from reconciler.model.collection import Collection
from reconciler.model.ids import SELF, is_user
from reconciler.model.members import LiveMembers
from reconciler.model.recorded import RecordedGroup, recorded_value


def diff_departures(
    wanted: Collection[str],
    needed: Iterable[str],
    live: LiveMembers,
    owner: str | None,
    recorded: RecordedGroup | None,
) -> tuple[Change, ...]:
    """Return one `remove` for each member who is not to stay.

    Of an `exact` list every unlisted user goes, of an `additive` one those whom we added ourselves. A bot goes
    only if we added it: others cannot be seen, and whoever brought them wants them. Our own app, the owner and
    whoever keeps a role stay in any case.

    Args:
        wanted: The managed list of members.
        needed: Everybody who has or gets a role and keeps it.
        live: Who is in the group.
        owner: The person who owns the group, if one does; owners cannot be removed.
        recorded: What the last apply left.

    Source: members.openapi.yaml, chat_members_delete `x-rules`.
    """
    value = recorded_value(recorded, "members")
    ours = frozenset(value.sent if value else ())
    bots = {each for each in ours if not is_user(each)} & (ours if live.bots is None else live.bots)
    staying = {SELF, owner, *needed}
    going = unwanted_people(wanted, (live.users | bots) - staying, value)
    return change_people("members", (), going, value)
