"""`groupctl forget`: stop managing a group, changing nothing in it."""

from __future__ import annotations

import click

from reconciler.cli.exits import Exit
from reconciler.cli.keys import key_argument
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer_done
from reconciler.errors import text


@click.command(
    epilog="""\b
Examples:
  groupctl forget oncall                then remove the key from the YAML, or it is bound again
  groupctl forget oncall --abandon      the key gets a new group when it is in the YAML
"""
)
@key_argument
@click.option("--abandon", is_flag=True, help="Give the group up: never bind the key to it again.")
@common_options
def forget(key: str, *, abandon: bool, options: Options) -> Exit:
    """Stop managing a group, changing nothing in it.

    The state keeps a tombstone: when the key comes back it is bound to the same chat again, unless that was
    dissolved or given up; then a new group is created. Clears an unfinished create, too.
    """
    from reconciler.cli.session import SystemClock, open_session
    from reconciler.workflow import forget_key

    session = open_session(options)
    with session.state_file.locked(session.lock_holder(), options.lock_timeout or 0.0):
        state = forget_key(session.load_state(), key, SystemClock().now(), abandon=abandon)
        session.state_file.save(state)
    answer_done(
        text("`{key}` is no longer managed; the group itself was not changed.", key=key), options, key=key
    )
    return Exit.OK
