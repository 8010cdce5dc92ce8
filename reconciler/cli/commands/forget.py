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
  groupctl forget oncall-payments       then remove the key from the YAML, or it is bound again
"""
)
@key_argument
@common_options
def forget(key: str, options: Options) -> Exit:
    """Stop managing a group, changing nothing in it.

    The state keeps a tombstone: when the key comes back it is bound to the same chat again. Clears an
    unfinished create, too.
    """
    from reconciler.cli.session import SystemClock, open_session
    from reconciler.workflow import forget_key

    session = open_session(options)
    with session.state_file.locked(session.lock_holder(), options.lock_timeout or 0.0):
        state = forget_key(session.load_state(), key, SystemClock().now())
        session.state_file.save(state)
    answer_done(
        text("`{key}` is no longer managed; the group itself was not changed.", key=key), options, key=key
    )
    return Exit.OK
