"""What `plan` and `apply` share: making the plan of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli.session import Session, SystemClock
from reconciler.workflow import Choices, Scope, plan_groups

if TYPE_CHECKING:
    from reconciler.cli.running import ProgressDisplay
    from reconciler.feishu.gateway import FeishuGateway
    from reconciler.model.recorded import State
    from reconciler.plan.plan import Plan


def scope_of(session: Session, state: State, app_id: str, keys: tuple[str, ...] = ()) -> Scope:
    """Return what a session works on."""
    return Scope(session.configuration, session.platform_name, app_id, state, keys)


async def make_plan(
    session: Session,
    state: State,
    gateway: FeishuGateway,
    app_id: str,
    keys: tuple[str, ...],
    choices: Choices,
    display: ProgressDisplay,
) -> Plan:
    """Read what is live and return the plan, showing progress."""
    scope = scope_of(session, state, app_id, keys)
    return await plan_groups(scope, choices, gateway, SystemClock(), display.update)
