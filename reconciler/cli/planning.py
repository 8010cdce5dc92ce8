"""What `plan` and `apply` share: making the plan of a session, saving it and taking it up again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.session import Session, SystemClock
from reconciler.workflow import Choices, Scope, plan_groups

if TYPE_CHECKING:
    from reconciler.cli.running import ProgressDisplay
    from reconciler.comparing import Planner
    from reconciler.feishu.gateway import FeishuGateway
    from reconciler.model.recorded import State
    from reconciler.plan.comparison import Comparison
    from reconciler.plan.plan import Plan
    from reconciler.plan.saved import SavedPlan


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


async def plan_and_compare(
    session: Session,
    state: State,
    keys: tuple[str, ...],
    choices: Choices,
    *,
    base: str | None,
    offline: bool,
) -> tuple[Plan, Comparison | None]:
    """Return a plan and, with a base, what a change asks for beyond it.

    Args:
        session: The fleet.
        state: Its state.
        keys: Keys or globs.
        choices: What people chose.
        base: Folder or revision that the change is compared with.
        offline: Whether the state answers for the platform.
    """
    from reconciler.cli.running import showing_progress
    from reconciler.comparing import ReadOnce
    from reconciler.offline import plan_offline

    if offline:
        scope = scope_of(session, state, state.app_id, keys)

        async def plan_by_state(each: Scope) -> Plan:
            return await plan_offline(each, choices, SystemClock())

        head = await plan_by_state(scope)
        return head, await _compare(session, head, scope, base, plan_by_state)

    async with session.platform() as (gateway, app_id), showing_progress(gateway, session.options) as display:
        platform = ReadOnce(gateway)
        scope = scope_of(session, state, app_id, keys)

        async def plan_live(each: Scope) -> Plan:
            return await plan_groups(each, choices, platform, SystemClock(), display.update)

        head = await plan_live(scope)
        return head, await _compare(session, head, scope, base, plan_live)


async def _compare(
    session: Session, head: Plan, scope: Scope, base: str | None, plan: Planner
) -> Comparison | None:
    if base is None:
        return None
    from reconciler.cli.base import lock_file, open_base
    from reconciler.comparing import compare_with_base

    configuration = session.configuration
    with open_base(base, configuration.root) as opened:
        beside = lock_file(configuration.root / configuration.state)
        return await compare_with_base(head, scope, opened, beside, plan)


async def take_up_plan(
    session: Session,
    state: State,
    gateway: FeishuGateway,
    app_id: str,
    saved: SavedPlan,
    choices: Choices,
    display: ProgressDisplay,
) -> Plan:
    """Look again at what a saved plan was made of and return it as it can be performed, showing progress."""
    from reconciler.saved_plans import recheck_plan

    scope = scope_of(session, state, app_id)
    return await recheck_plan(saved, scope, choices, gateway, SystemClock(), display.update)


def save_plan_to(
    path: Path, plan: Plan, session: Session, state: State, keys: tuple[str, ...], choices: Choices
) -> None:
    """Write a plan that was just made to a file, for `apply --plan`.

    Raises:
        SavedPlanError: It cannot be written.
    """
    from reconciler.saved_plans import save_plan
    from reconciler.state.saved_plan import write_saved_plan

    write_saved_plan(path, save_plan(plan, scope_of(session, state, plan.app_id, keys), choices))
