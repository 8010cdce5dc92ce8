"""The end of life: a key that left the configuration is forgotten, or its group is dissolved.

What happens was decided while the key was still there: `on_remove` as recorded by the last apply.

Source: docs/behaviour.md, "Exactly one group per key"; chats.openapi.yaml, chat_delete `x-rules`.
"""

from __future__ import annotations

from reconciler.diff.changes import Change, ChangeKind, Origin
from reconciler.diff.risk import risk_of_value
from reconciler.errors import Diagnostic, Severity, Text, text
from reconciler.model.address import Facet, address
from reconciler.model.group import LiveGroup
from reconciler.model.recorded import RecordedGroup
from reconciler.plan.authority import authority_for, block_for
from reconciler.plan.binding import Binding
from reconciler.plan.operations import DissolveChat, ForgetGroup
from reconciler.plan.plan import Authority, Block, GroupPlan, Step, StepAction


def dissolves(recorded: RecordedGroup | None) -> bool:
    """Tell whether a group is to be dissolved when its key leaves; then it has to be read."""
    return recorded is not None and recorded.on_remove == "dissolve"


def plan_leave(
    binding: Binding, live: LiveGroup | None, *, removals: bool, operate_as_owner: bool
) -> GroupPlan:
    """Return the plan of a key that left the configuration.

    Args:
        binding: The key, with its chat unless only a create was begun.
        live: The group; read only if it is to be dissolved.
        removals: False: whatever is live stays.
        operate_as_owner: Whether the app holds `im:chat:operate_as_owner`.
    """
    recorded = binding.recorded
    name = recorded.values.get("name") if recorded else None
    group = GroupPlan(
        key=binding.key,
        name=(live and live.settings.name) or (str(name.sent) if name else ""),
        chat_id=binding.chat_id,
        recorded=recorded,
    )
    if live is None:
        reason = text("the key left the configuration; the group stays as it is")
        return group.model_copy(update={"steps": (_forget(binding.key, reason),)})
    if live.status != "normal":
        reason = text("the key left the configuration; the group is dissolved already")
        return group.model_copy(update={"steps": (_forget(binding.key, reason),), "live": live})
    known = group.model_copy(update={"live": live, "user_count": live.user_count})
    if not removals:
        return known.model_copy(update={"warnings": (_spared(binding.key),)})
    step = _dissolve(binding.key, live, recorded, operate_as_owner=operate_as_owner)
    return known.model_copy(update={"steps": (step,)})


def _forget(key: str, reason: Text) -> Step:
    return Step(
        address=address(key, Facet.LIFECYCLE),
        facet=Facet.LIFECYCLE,
        action=StepAction.FORGET,
        reason=reason,
        operations=(ForgetGroup(),),
    )


def _dissolve(key: str, live: LiveGroup, recorded: RecordedGroup | None, *, operate_as_owner: bool) -> Step:
    authority = authority_for(Facet.LIFECYCLE, (), live, recorded, operate_as_owner=operate_as_owner)
    change = Change(
        path="chat_status",
        kind=ChangeKind.CHANGE,
        before=live.status,
        after="dissolved",
        origin=Origin.CONFIG,
        risk=risk_of_value("chat_status", live.status, "dissolved"),
    )
    return Step(
        address=address(key, Facet.LIFECYCLE),
        facet=Facet.LIFECYCLE,
        action=StepAction.DISSOLVE,
        reason=text("the key left the configuration, which said `on_remove: dissolve`"),
        changes=(change,),
        operations=(DissolveChat(),),
        authority=authority,
        block=_block(key, live, recorded, authority),
    )


def _block(key: str, live: LiveGroup, recorded: RecordedGroup | None, authority: Authority) -> Block | None:
    remedy = text(
        "Let the owner dissolve the group in the Feishu client, or run `groupctl forget {key}` to leave it as it is.",
        key=key,
    )
    if not live.full:
        return Block(reason=text("Our app is not in the group any more."), remedy=remedy)
    if authority is Authority.REFUSED:
        return block_for(Facet.LIFECYCLE, live, recorded).model_copy(update={"remedy": remedy})
    return None


def _spared(key: str) -> Diagnostic:
    return Diagnostic(
        text("Group is not dissolved"),
        text(
            "The key left the configuration, which said `on_remove: dissolve`; with `--no-removals` the group stays, "
            "and stays bound to its key."
        ),
        address=address(key, Facet.LIFECYCLE),
        severity=Severity.WARNING,
    )
