"""`groupctl emulator`: the pretend platform."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer, answer_done, tell
from reconciler.errors import Diagnostic, ReconcilerError, UsageError, text


def _named_values(
    _context: click.Context, _parameter: click.Parameter, words: Sequence[str]
) -> dict[str, Any]:
    """Return NAME=VALUE arguments by name."""
    values: dict[str, Any] = {}
    for word in words:
        name, separator, value = word.partition("=")
        if not separator:
            raise click.BadParameter(text("`{word}` is not NAME=VALUE.", word=word))
        try:
            values[name] = json.loads(value)
        except ValueError:
            values[name] = value
    return values


@click.group(
    epilog="""\b
Examples:
  groupctl emulator serve --port 8080   let other clients talk to it
  groupctl emulator act rename chat_id=oc_… name=值班     what somebody does in the client
  groupctl emulator reset               begin again with the scenario
"""
)
def emulator() -> None:
    """A pretend Feishu for trying and testing.

    Nothing leaves this machine, unless apps of the scenario are told of events at a host in GROUPCTL_TRUSTED_HOSTS.
    """


@emulator.command(
    epilog="""\b
Examples:
  groupctl emulator serve               on a free port, which it prints
  groupctl emulator serve --port 8080   on this one
"""
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; 0: a free one.")
@common_options
def serve(port: int, options: Options) -> Exit:
    """Answer on a loopback port until interrupted.

    Prints the base URL and the credentials of the scenario's first app as environment lines.
    """
    from reconciler.cli.session import open_emulator
    from reconciler.config import load_emulator_place
    from reconciler.model.hosts import trusted_hosts

    try:
        from reconciler.emulator.server import serve as serve_socket
    except ModuleNotFoundError as error:
        raise ReconcilerError(
            Diagnostic(
                text("Emulator server is not installed"),
                text("The package `{name}` is missing.", name=error.name),
                text("Run `pip install 'feishu-group-reconciler[emulator]'`."),
            )
        ) from None
    platform = open_emulator(load_emulator_place(options.directory))
    platform.trusted_hosts = trusted_hosts(os.environ)
    app_id, app_secret = platform.first_app()

    def announce(url: str) -> None:
        environment = {
            "GROUPCTL_ENDPOINT": url,
            "FEISHU_APP_ID": app_id,
            "FEISHU_APP_SECRET": app_secret,
        }
        if options.json:
            answer_done("", options, environment=environment)
        else:
            answer("\n".join(f"{name}={value}" for name, value in environment.items()))
        tell(text("Listening on {url}; use it with `--endpoint {url}`. Ctrl-C ends it.", url=url))

    try:
        serve_socket(platform, port=port, announce=announce)
    except OSError as error:
        raise ReconcilerError(
            Diagnostic(
                text("Port cannot be used"),
                text("Port {port}: {why}.", port=port, why=error.strerror or str(error)),
                text("Choose another one with `--port`, or leave it out to get a free one."),
            )
        ) from None
    finally:
        platform.close()
    return Exit.OK


@emulator.command(
    epilog="""\b
Examples:
  groupctl emulator act rename chat_id=oc_a0553eda9014c201e6969b478895c230 name=值班
  groupctl emulator act add_members chat_id=oc_a0553eda9014c201e6969b478895c230 'members=["韩梅梅"]'
"""
)
@click.argument("name", metavar="ACT")
@click.argument("arguments", metavar="NAME=VALUE", nargs=-1, callback=_named_values)
@common_options
def act(name: str, arguments: dict[str, Any], options: Options) -> Exit:
    """Do what somebody does in the client.

    An unknown ACT is answered with all that are known, wrong arguments with those that it takes. A VALUE is JSON, or
    text as it stands.
    """
    from reconciler.cli.session import open_emulator
    from reconciler.config import load_emulator_place
    from reconciler.emulator.acts import ActError
    from reconciler.emulator.admin import perform_act

    platform = open_emulator(load_emulator_place(options.directory))
    try:
        result = perform_act(platform, name, arguments)
    except ActError as error:
        raise UsageError(
            Diagnostic(
                text("Act makes no sense"),
                str(error),
                text("`groupctl state list` shows the chats; docs/emulator.md has more."),
            )
        ) from None
    finally:
        platform.close()
    answer_done(text("Done."), options, result=result)
    return Exit.OK


@emulator.command(
    epilog="""\b
Examples:
  groupctl emulator reset               the fleet in this folder
  groupctl -C fleets/acme emulator reset
"""
)
@common_options
def reset(options: Options) -> Exit:
    """Begin again with the scenario.

    Forgets everything that happened on the emulator, and the state of what was applied to it.
    """
    from reconciler.cli.session import EMULATOR_STATE, open_emulator
    from reconciler.config import load_emulator_place
    from reconciler.state.file import FileBackend

    place = load_emulator_place(options.directory)
    platform = open_emulator(place)
    platform.reset()
    platform.close()
    FileBackend(place.root / EMULATOR_STATE, EMULATOR_STATE).remove()
    answer_done(text("The emulator is as the scenario describes it."), options)
    return Exit.OK
