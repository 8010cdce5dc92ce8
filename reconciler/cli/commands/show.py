"""`groupctl show`: one group, as desired and as live."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit
from reconciler.cli.keys import key_argument
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer, configure_logging

if TYPE_CHECKING:
    from reconciler.cli.running import Signals
    from reconciler.workflow import Shown


@click.command(
    epilog="""\b
Examples:
  groupctl show oncall-payments
  groupctl show oncall-payments --format json
"""
)
@key_argument
@common_options
def show(key: str, options: Options) -> Exit:
    """Show one group: what is configured beside what is live.

    Every value says which file, line and column it comes from.
    """
    from reconciler.cli.planning import scope_of
    from reconciler.cli.running import run_async
    from reconciler.cli.session import SystemClock, open_session
    from reconciler.render.show_text import group_json, render_group
    from reconciler.workflow import show as use_case

    configure_logging(options)
    session = open_session(options)
    state = session.load_state()

    async def read(_signals: Signals) -> Shown:
        async with session.platform() as (gateway, app_id):
            return await use_case(scope_of(session, state, app_id), key, gateway, SystemClock())

    shown = run_async(read)
    locate = partial(session.configuration.positions.find, key)
    render = group_json if options.json else render_group
    answer(render(shown.key, shown.chat_id, shown.desired, shown.live, locate))
    return Exit.OK
