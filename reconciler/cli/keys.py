"""Group keys as arguments, completed from the YAML files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from reconciler.errors import ReconcilerError

F = TypeVar("F", bound=Callable[..., Any])


def complete_keys(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the keys of the YAML files that begin with `incomplete`; none when these cannot be read."""
    from reconciler.config import find_root, load_configuration

    try:
        groups = load_configuration(find_root(_folder(context))).fleet.groups
    except (ReconcilerError, OSError):
        return []
    return [
        CompletionItem(key, help=group.settings.name)
        for key, group in groups.items()
        if key.startswith(incomplete)
    ]


def complete_paths(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the paths of the group `key` that begin with `incomplete`; none when the files cannot be read."""
    from reconciler.config import find_root, load_configuration
    from reconciler.config.explain import explain, shown

    try:
        configuration = load_configuration(find_root(_folder(context)))
    except (ReconcilerError, OSError):
        return []
    key = context.params.get("key", "")
    origin = configuration.positions.origin(key)
    values = explain(origin, configuration.fleet.groups[key]) if origin else ()
    paths = (shown(each).path for each in values)
    return [CompletionItem(path) for path in paths if path.startswith(incomplete)]


def _folder(context: click.Context) -> Path:
    """Return the folder chosen with `-C`, before or after the name of the command."""
    chosen = context.params.get("chdir")
    if chosen:
        return Path(chosen)
    return _folder(context.parent) if context.parent else Path()


def key_arguments(function: F) -> F:
    """Give a command any number of keys or globs as `keys`."""
    return click.argument("keys", nargs=-1, metavar="[KEYS]...", shell_complete=complete_keys)(function)


def key_argument(function: F) -> F:
    """Give a command exactly one key as `key`."""
    return click.argument("key", metavar="KEY", shell_complete=complete_keys)(function)
