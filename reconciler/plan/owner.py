"""The owner: one call gives the group away, as the last of all that our app may still write.

Source: chats.openapi.yaml, chat_update `x-rules` ("make the transfer the last step of a change, in a request of
its own").
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from reconciler.diff.changes import Change
from reconciler.errors import Diagnostic, Severity, text
from reconciler.model.address import Facet, address
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.ids import SELF, is_bot
from reconciler.model.persons import Standing
from reconciler.model.recorded import RecordedGroup
from reconciler.model.settings import Settings
from reconciler.plan.authority import authority_for
from reconciler.plan.operations import Operation, TransferOwner
from reconciler.plan.plan import Authority, Block

_UNUSABLE: Final = {
    Standing.RESIGNED: text("The person whom `owner` names has left the company."),
    Standing.INVISIBLE: text("The person whom `owner` names is outside what the app may see."),
}
_OFTEN_OWNER_ONLY: Final = (Facet.MANAGERS, Facet.MODERATION, Facet.DEPARTURES, Facet.LIFECYCLE)
"""What only owners, or owners and managers, may write, whatever the permissions of the group."""


def plan_owner(changes: Iterable[Change]) -> tuple[Operation, ...]:
    """Return the operation that gives the group to a person; nothing gives one to an app."""
    return tuple(TransferOwner(owner=change.after) for change in changes if not is_bot(change.after))


def is_born_with_owner(desired: DesiredGroup) -> bool:
    """Tell whether a new group belongs to a person from the start: then our app can be one of its managers.

    Source: chats.openapi.yaml, chat_create `set_bot_manager`; only an owner can appoint managers later on.
    """
    return bool(desired.heir) and desired.managers is not None and SELF in desired.managers.items


def owner_block(desired: DesiredGroup) -> Block | None:
    """Return why no call could give the group to the owner whom it is to have and has not.

    Source: chats.openapi.yaml, `info.x-rules` ("no operation here hands ownership to a bot").
    """
    if desired.owner_standing is not Standing.ACTIVE:
        return Block(
            reason=_UNUSABLE[desired.owner_standing],
            remedy=text("Name another person, or list `owner` in `unmanaged`."),
        )
    if desired.owner == SELF:
        return Block(
            reason=text("A person owns the group, and no call of the platform gives a group to an app."),
            remedy=text(
                "Name that person as `owner` (`groupctl pull` does when the group was given away on the platform), or "
                "list `owner` in `unmanaged`."
            ),
        )
    if desired.owner and is_bot(desired.owner):
        return Block(
            reason=text("`{bot}` is a bot; the platform gives groups to people only.", bot=desired.owner),
            remedy=text("Name a person, `self`, or nobody as `owner`."),
        )
    return None


def handed_over(desired: DesiredGroup, live: LiveGroup) -> LiveGroup:
    """Return the group as it is once its wanted owner has it."""
    managers = None if live.managers is None else live.managers - {desired.owner}
    return live.model_copy(update={"owner": desired.heir, "managers": managers})


def losses(
    desired: DesiredGroup, live: LiveGroup, recorded: RecordedGroup | None, *, operate_as_owner: bool
) -> Diagnostic:
    """Return the warning about what our app can write no longer once a person owns the group.

    Args:
        desired: The group as configured; a person is to own it.
        live: The group when all is written.
        recorded: What the state knows then.
        operate_as_owner: Whether the app holds `im:chat:operate_as_owner`.
    """
    facets = (Facet.SETTINGS, Facet.MEMBERS, Facet.ANNOUNCEMENT, *_OFTEN_OWNER_ONLY)
    settings = Settings.from_fields({**live.settings.fields(), **desired.settings.fields()})
    after = handed_over(desired, live.model_copy(update={"settings": settings}))
    lost = [
        facet.value
        for facet in facets
        if authority_for(facet, desired.settings.fields(), after, recorded, operate_as_owner=operate_as_owner)
        is Authority.REFUSED
    ]
    role = text("a manager") if SELF in (after.managers or ()) else text("an ordinary member")
    return Diagnostic(
        text("Group will be given away"),
        text(
            "Once a person owns the group, our app is {role} in it, and can write no longer: {facets}. No call of "
            "the platform gives the group back.",
            role=role,
            facets=", ".join(lost),
        ),
        text("What differs there later has to be changed by the owner in the Feishu client."),
        address=address(desired.key, Facet.OWNER),
        severity=Severity.WARNING,
    )
