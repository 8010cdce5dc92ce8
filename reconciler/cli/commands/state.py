"""`groupctl state`: look at the state and mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from reconciler.cli.exits import Exit
from reconciler.cli.keys import complete_keys
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer, answer_done, require_somebody_to_ask
from reconciler.errors import Diagnostic, UsageError, text

_STATE_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


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
    with session.locked():
        session.store.create(session.new_state())
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
  groupctl state show --journal         what the latest apply did, and the values to go back to
  groupctl state show --journal list    the runs there are
  groupctl state show oncall-payments --journal 20260612T150448.123Z-1f3a9c
"""
)
@click.argument("key", required=False, shell_complete=complete_keys)
@click.option(
    "--journal",
    "run",
    is_flag=False,
    flag_value="latest",
    metavar="[RUN]",
    help="Show what an apply did, the latest one unless named; `list` lists them.",
)
@common_options
def show(key: str | None, *, run: str | None, options: Options) -> Exit:
    """Show what is known of a key, or what an apply did."""
    if run is not None:
        _show_journal(run, key, options)
        return Exit.OK
    if key is None:
        raise UsageError(
            Diagnostic(
                text("Nothing to show"),
                text("Neither a key nor a journal was named."),
                text("`groupctl state list` shows the keys, `groupctl state show --journal` the latest run."),
            )
        )
    from reconciler.cli.session import SystemClock, open_session
    from reconciler.render.state_text import render_state_group, state_json
    from reconciler.workflow import no_such_group

    known = open_session(options).load_state()
    if key not in {*known.groups, *known.intents, *known.tombstones}:
        raise no_such_group([key])
    answer(state_json(known, key) if options.json else render_state_group(key, known, SystemClock().now()))
    return Exit.OK


def _show_journal(run: str, key: str | None, options: Options) -> None:
    from reconciler.cli.session import journal_folder
    from reconciler.config import find_root
    from reconciler.render import journal_text
    from reconciler.state.journal import list_journals, read_journal

    folder = journal_folder(find_root(options.directory))
    if run == "list":
        names = list_journals(folder)
        answer(journal_text.journals_json(names) if options.json else journal_text.render_journals(names))
        return
    record = read_journal(folder, run)
    answer(
        journal_text.journal_json(record, key) if options.json else journal_text.render_journal(record, key)
    )


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
    with session.locked():
        session.store.save(move_key(session.load_state(), old, new))
    answer_done(text("`{old}` is `{new}` now.", old=old, new=new), options, old=old, new=new)
    return Exit.OK


@state.command(
    epilog="""\b
Examples:
  groupctl state merge base.json ours.json theirs.json
  git config merge.groupctl.driver 'groupctl state merge %O %A %B'
"""
)
@click.argument("base", type=_STATE_FILE)
@click.argument("ours", type=_STATE_FILE)
@click.argument("theirs", type=_STATE_FILE)
@common_options
def merge(base: Path, ours: Path, theirs: Path, *, options: Options) -> Exit:
    """Put two states together that began as one.

    The result stands in the file OURS.

    BASE is what both began with, an empty file when there was nothing. Fails, and changes nothing, when a key is bound
    to two chats or a chat to two keys.
    """
    from reconciler.cli.session import this_run
    from reconciler.model.state_merge import merge_states
    from reconciler.state.file import FileBackend
    from reconciler.state.store import Store

    def store_of(file: Path) -> Store:
        return Store(FileBackend(file, str(file)), str(file))

    begun = store_of(base).load() if base.stat().st_size else None
    store = store_of(ours)
    with store.locked(this_run(), options.lock_timeout or 0.0):
        merged = store.save(merge_states(begun, store.load(), store_of(theirs).load()))
    count = len(merged.groups)
    answer_done(text("Merged into `{file}`: {count} groups.", file=ours, count=count), options, groups=count)
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
    from reconciler.state.store import told_holder

    session = open_session(options)
    holder = session.store.holder(session.lock_holder())
    if holder is None:
        answer_done(text("The state is not locked."), options, unlocked=False)
        return Exit.OK
    if not yes:
        require_somebody_to_ask(options)
    who = told_holder(holder)
    if not yes:
        click.confirm(say("The lock is held by {who}. Remove it?", who=who), abort=True, err=True)
    session.store.unlock(holder)
    answer_done(text("Removed the lock of {who}.", who=who), options, unlocked=True)
    return Exit.OK
