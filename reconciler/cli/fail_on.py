"""`--fail-on`: what a plan must not do, for those who review access."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from reconciler.diff.changes import Level

F = TypeVar("F", bound=Callable[..., Any])

_LOWEST: Final = "low"
_CHOICES: Final = ("loosens", "loosens:low", "loosens:medium", "loosens:high")


def fail_on_option(function: F) -> F:
    """Give a command `--fail-on`, as the argument `fail_on`."""
    option = click.option(
        "--fail-on",
        type=click.Choice(_CHOICES),
        metavar="loosens[:LEVEL]",
        help="Exit 4 when a group opens up that much or more: low (all), medium, high.",
    )
    return option(function)


def level_of(fail_on: str | None) -> Level | None:
    """Return the level from which on opening a group up is refused."""
    from reconciler.diff.changes import Level

    return Level(fail_on.partition(":")[2] or _LOWEST) if fail_on else None
