"""`groupctl forget`: stop managing a group, changing nothing in it."""

from __future__ import annotations

import click

from reconciler.cli.exits import Exit
from reconciler.cli.keys import key_argument
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer_done
from reconciler.errors import Text, text


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
    with session.locked():
        state = forget_key(session.load_state(), key, SystemClock().now(), abandon=abandon)
        session.store.save(state)
    is_written = key in session.configuration.fleet.groups
    answer_done(_still_written(key, abandon=abandon) if is_written else _gone(key), options, key=key)
    return Exit.OK


def _gone(key: str) -> Text:
    return text("`{key}` is no longer managed; the group itself was not changed.", key=key)


def _still_written(key: str, *, abandon: bool) -> Text:
    """Return what is told of a key that the files still have: the next apply takes it up again."""
    if abandon:
        return text(
            "`{key}` is no longer bound; the group itself was not changed. The files still have the key: the next "
            "apply creates a new group for it.",
            key=key,
        )
    return text(
        "`{key}` is no longer bound; the group itself was not changed. The files still have the key: remove it there, "
        "or the next apply manages it again.",
        key=key,
    )
