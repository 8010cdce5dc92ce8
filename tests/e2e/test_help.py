"""`groupctl --help` and `--version`: every command explains itself, and quickly."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from reconciler import __version__
from reconciler.cli.main import groupctl as root
from tests.support.cli import environment, groupctl

HEAVY = ("httpx", "pydantic", "deepdiff", "rich", "ruamel", "starlette", "uvicorn", "stamina", "yaml")


def _commands(command: click.Command, *names: str):
    yield names, command
    if isinstance(command, click.Group):
        for name, child in sorted(command.commands.items()):
            yield from _commands(child, *names, name)


COMMANDS = dict(_commands(root))


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_examples(names):
    result = groupctl(*names, "--help")

    assert result.status == 0
    assert COMMANDS[names].help
    assert "Examples:\n" in result.stdout
    assert f"groupctl {' '.join(names)}".rstrip() in result.stdout.partition("Examples:")[2]


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_every_option_says_what_it_does(names):
    options = [each for each in COMMANDS[names].params if isinstance(each, click.Option)]

    assert all(option.help for option in options)


@pytest.mark.parametrize("names", [each for each in COMMANDS if each], ids=" ".join)
def test_summary_fits_the_list_of_commands(names):
    assert "..." not in COMMANDS[names].get_short_help_str(limit=60)


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_help_fits_a_terminal(names):
    assert max(map(len, groupctl(*names, "--help").stdout.splitlines())) <= 100


def test_short_option_shows_help_as_well():
    assert groupctl("plan", "-h") == groupctl("plan", "--help")


@pytest.mark.parametrize("names", [(), ("state",), ("emulator",)])
def test_missing_command_shows_help_and_is_wrong_usage(names):
    result = groupctl(*names)

    assert result.status == 64
    assert "Commands:" in result.stderr
    assert result.stdout == ""


def test_version_is_told():
    assert groupctl("--version").stdout == f"groupctl {__version__}\n"


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_nothing_heavy_is_imported_for(option):
    script = f"""
import sys
from reconciler.cli.main import run
status = run([{option!r}])
print(*sorted(name for name in sys.modules if name.partition('.')[0] in {HEAVY!r}), file=sys.stderr, end="")
raise SystemExit(status)
"""
    process = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment(), check=False
    )

    assert (process.returncode, process.stderr) == (0, "")


def test_import_time_report_of_the_module_shows_nothing_heavy():
    process = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "reconciler", "--version"],
        capture_output=True,
        text=True,
        env=environment(),
        check=True,
    )

    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in process.stderr.splitlines()}
    assert not imported & set(HEAVY)
