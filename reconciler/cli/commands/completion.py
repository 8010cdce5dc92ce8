"""`groupctl completion`: shell completion, group keys included."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from reconciler.cli.exits import Exit
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer, answer_done


@click.command(
    epilog="""\b
Examples:
  groupctl completion bash >> ~/.bashrc
  groupctl completion zsh >> ~/.zshrc
  groupctl completion fish > ~/.config/fish/completions/groupctl.fish
"""
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@common_options
def completion(shell: str, options: Options) -> Exit:
    """Print the completion script of a shell.

    It completes commands, options and group keys.
    """
    context = click.get_current_context()
    kind = get_completion_class(shell)
    assert kind
    script = kind(context.find_root().command, {}, "groupctl", "_GROUPCTL_COMPLETE").source()
    if options.json:
        answer_done("", options, script=script)
    else:
        answer(script)
    return Exit.OK
