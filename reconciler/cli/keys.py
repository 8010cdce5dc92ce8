"""Group keys as arguments, completed from the YAML files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from reconciler.cli.options import Options

F = TypeVar("F", bound=Callable[..., Any])


def complete_keys(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the keys of the fleet that begin with `incomplete`; none when the fleet cannot be read."""
    from reconciler.config import find_root, load_configuration
    from reconciler.errors import ReconcilerError

    options = context.find_object(Options) or Options()
    directory = context.params.get("chdir") or options.directory
    try:
        groups = load_configuration(find_root(directory)).fleet.groups
    except ReconcilerError:
        return []
    return [
        CompletionItem(key, help=group.settings.name)
        for key, group in groups.items()
        if key.startswith(incomplete)
    ]


def key_arguments(function: F) -> F:
    """Give a command any number of keys or globs as `keys`."""
    return click.argument("keys", nargs=-1, metavar="[KEYS]...", shell_complete=complete_keys)(function)


def key_argument(function: F) -> F:
    """Give a command exactly one key as `key`."""
    return click.argument("key", metavar="KEY", shell_complete=complete_keys)(function)
