"""`groupctl list` and `groupctl search`: groups of the platform, managed or not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer, configure_logging, wants_color

if TYPE_CHECKING:
    from reconciler.cli.running import Signals
    from reconciler.plan.answers import FoundChat


@click.command(
    "list",
    epilog="""\b
Examples:
  groupctl list
  groupctl list --format json           for programs, under `groups`
""",
)
@common_options
def list_(options: Options) -> Exit:
    """List all groups that our app is in, managed or not.

    What an owner beside our app is called is shown as far as the app may read names. Whether our app is a
    manager, the list does not tell.
    """
    return _show(options, None)


@click.command(
    epilog="""\b
Examples:
  groupctl search 值班
  groupctl search on-call --format json
"""
)
@click.argument("text")
@common_options
def search(text: str, options: Options) -> Exit:
    """Search the groups that our app can see, managed or not.

    These are the groups that it is in and the public ones. The platform compares the beginnings of words in the
    names of groups and of their members, pinyin as well, so that more may be found than one looks for.
    """
    return _show(options, text)


def _show(options: Options, keyword: str | None) -> Exit:
    from reconciler.cli.planning import scope_of
    from reconciler.cli.running import run_async
    from reconciler.cli.session import open_session
    from reconciler.render.chats_text import chats_json, render_chats
    from reconciler.workflow import find_chats

    configure_logging(options)
    session = open_session(options)
    state = session.load_state()

    async def find(_signals: Signals) -> tuple[FoundChat, ...]:
        async with session.platform() as (gateway, app_id):
            return await find_chats(scope_of(session, state, app_id), gateway, keyword)

    chats = run_async(find)
    if options.json:
        answer(chats_json(options.command, chats))
    else:
        answer(render_chats(chats, color=wants_color(options, sys.stdout)))
    return Exit.OK
