"""`groupctl adopt`: begin to manage a group that exists, changing nothing in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit, exit_of_parts
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer_parts, configure_logging
from reconciler.errors import Diagnostic, UsageError, text

if TYPE_CHECKING:
    from reconciler.cli.running import Signals
    from reconciler.cli.session import Session
    from reconciler.moving import Adopted


@click.command(
    epilog="""\b
Examples:
  groupctl adopt oncall-payments=oc_a0553eda9014c201e6969b478895c230
"""
)
@click.argument("bindings", nargs=-1, required=True, metavar="KEY=CHAT_ID...")
@common_options
def adopt(bindings: tuple[str, ...], options: Options) -> Exit:
    """Bind groups that exist to keys of the YAML files.

    Changes nothing on the platform; the next plan shows what would. A key that no file has is told with the
    lines to add; `groupctl import` writes them.
    """
    from reconciler.cli.running import run_async
    from reconciler.cli.session import open_session
    from reconciler.render.moving_text import bound_data, render_bound

    configure_logging(options)
    chats = _parse(bindings)
    session = open_session(options)
    with session.locked():
        adopted = run_async(lambda signals: _adopt(session, chats, signals))
    done = (*adopted.bound, *adopted.already)
    answer_parts(
        options,
        adopted.problems,
        render_bound(done),
        bound=bound_data(adopted.bound),
        already=bound_data(adopted.already),
    )
    return exit_of_parts(len(done), adopted.problems)


async def _adopt(session: Session, chats: dict[str, str], _signals: Signals) -> Adopted:
    from reconciler.cli.planning import scope_of
    from reconciler.cli.session import SystemClock
    from reconciler.moving import adopt as use_case

    state = session.load_state()
    async with session.platform() as (gateway, app_id):
        scope = scope_of(session, state, app_id)
        return await use_case(scope, chats, gateway, session.store, SystemClock())


def _parse(bindings: tuple[str, ...]) -> dict[str, str]:
    """Return chat ids by key.

    Raises:
        UsageError: A binding is none, or a key or chat stands twice.
    """
    from reconciler.model.ids import is_chat_id, is_key

    chats: dict[str, str] = {}
    for binding in bindings:
        key, _, chat_id = binding.partition("=")
        if not (is_key(key) and is_chat_id(chat_id)) or key in chats or chat_id in chats.values():
            raise UsageError(
                Diagnostic(
                    text("Not a binding"),
                    text("`{binding}` is not a key with a chat of its own.", binding=binding),
                    text(
                        "Write each key and each chat once, as `KEY=oc_…`. The id of a group stands in its settings in "
                        "the Feishu client, at the bottom."
                    ),
                )
            )
        chats[key] = chat_id
    return chats
