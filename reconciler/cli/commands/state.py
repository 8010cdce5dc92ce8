"""`groupctl state`: look at the state and mend it."""

from __future__ import annotations

import click

from reconciler.cli.exits import Exit
from reconciler.cli.keys import complete_keys, key_argument
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer, answer_done, require_somebody_to_ask
from reconciler.errors import text


@click.group(
    epilog="""\b
Examples:
  groupctl state init                   this fleet was never applied
  groupctl state list                   which key is bound to which chat
  groupctl state mv old-key new-key     a key was renamed in the YAML
"""
)
def state() -> None:
    """Look at the state and mend it.

    The state says which key is bound to which chat. Nothing on the platform changes.
    """


@state.command(
    epilog="""\b
Examples:
  groupctl state init                   once, before the first apply
"""
)
@common_options
def init(options: Options) -> Exit:
    """Begin the state of a fleet that was never applied."""
    from reconciler.cli.session import open_session

    session = open_session(options)
    session.state_file.create(session.new_state())
    fleet = session.configuration.fleet.name
    answer_done(text("Made the state of fleet `{fleet}`.", fleet=fleet), options, fleet=fleet)
    return Exit.OK


@state.command(
    "list",
    epilog="""\b
Examples:
  groupctl state list
  groupctl state list --format json
""",
)
@common_options
def list_(options: Options) -> Exit:
    """List the keys with their chats.

    Unfinished creates and the tombstones of forgotten keys are listed as well.
    """
    from reconciler.cli.session import SystemClock, open_session
    from reconciler.render.state_text import render_state_list, state_json

    known = open_session(options).load_state()
    answer(state_json(known) if options.json else render_state_list(known, SystemClock().now()))
    return Exit.OK


@state.command(
    epilog="""\b
Examples:
  groupctl state show oncall-payments
"""
)
@key_argument
@common_options
def show(key: str, options: Options) -> Exit:
    """Show all that the state remembers of a key."""
    from reconciler.cli.session import SystemClock, open_session
    from reconciler.render.state_text import render_state_group, state_json
    from reconciler.workflow import no_such_group

    known = open_session(options).load_state()
    if key not in {*known.groups, *known.intents, *known.tombstones}:
        raise no_such_group([key])
    answer(state_json(known, key) if options.json else render_state_group(key, known, SystemClock().now()))
    return Exit.OK


@state.command(
    epilog="""\b
Examples:
  groupctl state mv oncall-pay oncall-payments
"""
)
@click.argument("old")
@click.argument("new", shell_complete=complete_keys)
@common_options
def mv(old: str, new: str, options: Options) -> Exit:
    """Give a bound group another key, as the YAML has it now."""
    from reconciler.cli.session import open_session
    from reconciler.workflow import move_key

    session = open_session(options)
    with session.state_file.locked(session.lock_holder(), options.lock_timeout or 0.0):
        session.state_file.save(move_key(session.load_state(), old, new))
    answer_done(text("`{old}` is `{new}` now.", old=old, new=new), options, old=old, new=new)
    return Exit.OK


@state.command(
    epilog="""\b
Examples:
  groupctl state unlock                 tells who holds the lock, and asks
  groupctl state unlock --yes
"""
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@common_options
def unlock(*, yes: bool, options: Options) -> Exit:
    """Remove a lock that a dead run left behind."""
    from reconciler.cli.session import open_session
    from reconciler.render.translate import say

    file = open_session(options).state_file
    if not file.is_locked():
        answer_done(text("The state is not locked."), options, unlocked=False)
        return Exit.OK
    if not yes:
        require_somebody_to_ask(options)
    holder = file.holder()
    who = (
        text(
            "{holder} since {time} for `{command}`",
            holder=holder.holder,
            time=holder.time,
            command=holder.command,
        )
        if holder
        else text("somebody unknown")
    )
    if not yes:
        click.confirm(say("The lock is held by {who}. Remove it?", who=who), abort=True, err=True)
    file.unlock()
    answer_done(text("Removed the lock of {who}.", who=who), options, unlocked=True)
    return Exit.OK
