"""`groupctl import`: describe groups that exist in a file of the fleet."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import click

from reconciler.cli.exits import Exit, exit_of_parts
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer_parts, configure_logging, require_somebody_to_ask, tell
from reconciler.errors import Diagnostic, UsageError, text

if TYPE_CHECKING:
    from reconciler.cli.running import Signals
    from reconciler.cli.session import Session
    from reconciler.model.address import Facet
    from reconciler.moving import Candidates, Imported

DEFAULT_FILE: Final = "imported.yaml"


@click.command(
    "import",
    epilog="""\b
Examples:
  groupctl import --all                 every group our app is in and no key is bound to
  groupctl import oc_a0553eda9014c201e6969b478895c230
  groupctl import --all --file teams/sales.yaml
  groupctl import --all --facets members,owner
""",
)
@click.argument("chat_ids", nargs=-1, metavar="[CHAT_ID]...")
@click.option("--all", "everything", is_flag=True, help="All groups our app is in.")
@click.option(
    "--file",
    "file",
    metavar="FILE",
    default=DEFAULT_FILE,
    help=f"File of the fleet that takes the groups, new or existing ({DEFAULT_FILE}).",
)
@click.option("--facets", metavar="LIST", default="", help="Describe these as well: members, owner.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@common_options
def import_(
    chat_ids: tuple[str, ...], *, everything: bool, file: str, facets: str, yes: bool, options: Options
) -> Exit:
    """Describe groups that exist in YAML, and manage them.

    Each group gets a key of its own, `chat_id:`, and what our app may write of it; what is left out is told. Long
    announcements get files of their own, beside the file.
    Changes nothing on the platform, and the next plan is empty. An import that was interrupted goes on when it
    is run again: groups that have a key are passed over.
    """
    from reconciler.cli.running import run_async
    from reconciler.cli.session import open_session
    from reconciler.render.moving_text import bound_data, render_imported
    from reconciler.render.translate import say

    configure_logging(options)
    _check_choice(chat_ids, everything=everything)
    more = _parse_facets(facets)
    if not yes:
        require_somebody_to_ask(options)
    session = open_session(options)
    with session.locked():
        imported = run_async(
            lambda signals: _import(session, chat_ids, more, PurePosixPath(file), signals, yes=yes)
        )
    if imported is None:
        tell(say("Nothing was changed."))
        return Exit.OK
    answer_parts(
        options,
        imported.problems,
        render_imported(imported.bound, len(imported.already), file),
        file=file,
        imported=bound_data(imported.bound),
        already=bound_data(imported.already),
    )
    if imported.bound and not options.json:
        tell(say("Avatar and top notice are not described; they stay as they are."))
    return exit_of_parts(len(imported.bound) + len(imported.already), imported.problems)


async def _import(
    session: Session,
    chat_ids: tuple[str, ...],
    more: frozenset[Facet],
    target: PurePosixPath,
    _signals: Signals,
    *,
    yes: bool,
) -> Imported | None:
    """Import, or return `None` when somebody said no."""
    from reconciler.cli.planning import scope_of
    from reconciler.cli.running import showing_progress
    from reconciler.cli.session import SystemClock
    from reconciler.moving import find_candidates, import_groups

    options, state = session.options, session.load_state()
    async with session.platform() as (gateway, app_id):
        scope = scope_of(session, state, app_id)
        candidates = await find_candidates(scope, chat_ids, more, gateway)
        if candidates.chat_ids and not _confirmed(candidates, target, yes=yes):
            return None
        async with showing_progress(gateway, options) as display:
            return await import_groups(
                scope,
                candidates,
                target,
                gateway,
                session.store,
                SystemClock(),
                display.update,
            )


def _confirmed(candidates: Candidates, target: PurePosixPath, *, yes: bool) -> bool:
    """Tell what an import takes, and ask."""
    from reconciler.cli.running import asking
    from reconciler.render.moving_text import render_estimate
    from reconciler.render.translate import say

    number = len(candidates.chat_ids)
    tell(render_estimate(number, candidates.calls, candidates.shortest_seconds, str(target)))
    if yes:
        return True
    with asking():
        return click.confirm(say("Go on?"), err=True)


def _check_choice(chat_ids: tuple[str, ...], *, everything: bool) -> None:
    """Refuse a command line that does not say which groups.

    Raises:
        UsageError: It says nothing, or two things, or an id is none.
    """
    from reconciler.model.ids import is_chat_id

    wrong = [each for each in chat_ids if not is_chat_id(each)]
    if wrong:
        raise UsageError(
            Diagnostic(
                text("Not a chat"),
                text("`{chat_id}` is not the id of a group chat.", chat_id=wrong[0]),
                text(
                    "Ids begin with `oc_`; the settings of a group in the Feishu client show it at the bottom."
                ),
            )
        )
    if everything == bool(chat_ids):
        raise UsageError(
            Diagnostic(
                text("Which groups?"),
                text("Name chats, or all of them; not both and not neither."),
                text("Run `groupctl import --all`, or `groupctl import oc_…`."),
            )
        )


def _parse_facets(written: str) -> frozenset[Facet]:
    """Return the facets that somebody asked for.

    Raises:
        UsageError: One is not described at all.
    """
    from reconciler.model.address import Facet
    from reconciler.plan.describe import WHEN_ASKED

    names = [each.strip() for each in written.split(",") if each.strip()]
    wrong = [each for each in names if each not in WHEN_ASKED]
    if wrong:
        raise UsageError(
            Diagnostic(
                text("Facet cannot be described"),
                text("An avatar cannot be read back from the platform.")
                if wrong[0] == "avatar"
                else text("`{facet}` is not something that can be asked for here.", facet=wrong[0]),
                text("Choose of `members` and `owner`."),
            )
        )
    return frozenset(Facet(each) for each in names)
