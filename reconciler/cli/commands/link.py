"""`groupctl link`: a link by which people can join a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit
from reconciler.cli.keys import key_argument
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer, configure_logging, tell
from reconciler.errors import Text, text

if TYPE_CHECKING:
    from reconciler.cli.running import Signals
    from reconciler.plan.answers import ShareLink, Validity


@click.command(
    epilog="""\b
Examples:
  groupctl link oncall-payments                       good for a week
  groupctl link oncall-payments --valid permanently
"""
)
@key_argument
@click.option(
    "--valid",
    type=click.Choice(["week", "year", "permanently"]),
    default="week",
    help="How long people can join by the link (week).",
)
@common_options
def link(key: str, valid: Validity, options: Options) -> Exit:
    """Make a link by which people can join a group.

    Every call makes another link; earlier ones stay good. No link can be taken back, and all end when our app
    leaves the group.
    """
    from reconciler.cli.planning import scope_of
    from reconciler.cli.running import run_async
    from reconciler.cli.session import open_session
    from reconciler.render.as_json import diagnostics_json
    from reconciler.render.durations import moment
    from reconciler.render.safe import safe
    from reconciler.render.translate import translate
    from reconciler.workflow import share_link

    configure_logging(options)
    session = open_session(options)
    state = session.load_state()

    async def make(_signals: Signals) -> ShareLink:
        async with session.platform() as (gateway, app_id):
            return await share_link(scope_of(session, state, app_id), key, valid, gateway)

    made = run_async(make)
    expires = None if made.expires is None else moment(made.expires)
    if options.json:
        answer(diagnostics_json(options.command, (), key=key, link=made.url, expires=expires))
        return Exit.OK
    answer(safe(made.url))
    if not options.quiet:
        tell(translate(_validity(expires)))
    return Exit.OK


def _validity(expires: str | None) -> Text:
    return (
        text("Good until {when}.", when=expires)
        if expires
        else text("Good for as long as our app is in the group.")
    )
