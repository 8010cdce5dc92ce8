"""`groupctl fmt`: YAML files in one form."""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit, exit_of_parts
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer, answer_parts, wants_color

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.config.replace import FileChange
    from reconciler.errors import Diagnostic


@click.command(
    epilog="""\b
Examples:
  groupctl fmt                          all files of the fleet
  groupctl fmt teams/engineering.yaml
  groupctl fmt --check --diff           for pipelines: exit 1 when a file would change
"""
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show how files would change.")
@common_options
def fmt(files: tuple[Path, ...], *, check: bool, diff: bool, options: Options) -> Exit:
    """Put YAML files into one form.

    Keys in the order of the documentation, one indentation, an empty line between groups, quotes where they are
    needed. Comments stay, and so does the meaning. A file with errors is left as it is.
    """
    from reconciler.config import find_root

    root = find_root(options.directory)
    changes, problems = _tidied(root, _chosen(root, files))
    untidy = [change for change in changes if change.before != change.after]
    if not (check or diff):
        problems += _written(root, untidy)
    if diff and not options.json:
        color = wants_color(options, sys.stdout)
        for change in untidy:
            answer(_difference(change, color=color))
    _answer(untidy, problems, options, wrote=not (check or diff), silent=diff)
    status = exit_of_parts(len(changes), problems)
    return Exit.FAILED if check and untidy else status


def _chosen(root: Path, files: Iterable[Path]) -> list[PurePosixPath]:
    """Return files below the folder of the fleet; one that is elsewhere is refused when it is read."""
    from reconciler.config.loader import fleet_files

    given = [root / file for file in files]
    if not given:
        return list(fleet_files(root))
    return [PurePosixPath(_below(root, file)) for file in given]


def _below(root: Path, file: Path) -> str:
    whole = file.absolute()
    return (whole.relative_to(root.absolute()) if whole.is_relative_to(root.absolute()) else file).as_posix()


def _tidied(root: Path, paths: Iterable[PurePosixPath]) -> tuple[list[FileChange], list[Diagnostic]]:
    from reconciler.config.format import tidied
    from reconciler.errors import ConfigurationError

    changes: list[FileChange] = []
    problems: list[Diagnostic] = []
    for path in paths:
        try:
            changes.append(tidied(root, path))
        except ConfigurationError as error:
            problems += error.diagnostics
    return changes, problems


def _written(root: Path, changes: Iterable[FileChange]) -> list[Diagnostic]:
    """Write the files, each for itself, and return why some could not be."""
    from reconciler.config.replace import replace_files
    from reconciler.errors import ConfigurationError

    problems: list[Diagnostic] = []
    for change in changes:
        try:
            replace_files(root, [change])
        except ConfigurationError as error:
            problems += error.diagnostics
    return problems


def _difference(change: FileChange, *, color: bool) -> str:
    from reconciler.render.moving_text import render_difference

    return render_difference(str(change.path), change.before, change.after, color=color)


def _answer(
    untidy: list[FileChange], problems: list[Diagnostic], options: Options, *, wrote: bool, silent: bool
) -> None:
    from reconciler.render.moving_text import file_difference
    from reconciler.render.translate import say

    lines = [
        say("Changed {file}.", file=change.path) if wrote else say("Would change {file}.", file=change.path)
        for change in untidy
    ]
    if not untidy and not problems:
        lines = [say("All files are in their one form.")]
    answer_parts(
        options,
        problems,
        "" if silent and untidy else "\n".join(lines),
        files=[
            {"file": str(each.path), "diff": file_difference(str(each.path), each.before, each.after)}
            for each in untidy
        ],
    )
