"""Performs what a document tells its readers to do: its shell blocks, in a shell, on a terminal.

    ```sh     command lines; a comment `exits N` says with which status, 0 if none does
    ```text   right behind: what the block before shows; `…` stands for anything
    ```yaml   whose first line is `# NAME.yaml`: a file, written as it stands

Questions are answered with yes.
"""

from __future__ import annotations

import re
import shlex
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.cli import environment
from tests.support.terminal import Terminal

_BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"# ([\w./-]+\.ya?ml)\n")
_STATUS = re.compile(r"#.*\bexits (\d+)")
_END = "\x1e"
"""Printed after every command with its status."""

_NOBODY_ELSES = {
    "GIT_AUTHOR_NAME": "Test",
    "GIT_AUTHOR_EMAIL": "test@example.com",
    "GIT_COMMITTER_NAME": "Test",
    "GIT_COMMITTER_EMAIL": "test@example.com",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "NO_COLOR": "1",
    "TERM": "dumb",
}


@dataclass(frozen=True)
class Command:
    """A command line of a document, with the status that it promises."""

    line: str
    status: int


@dataclass(frozen=True)
class Step:
    """A block of a document: command lines with what they show, or a file."""

    commands: tuple[Command, ...] = ()
    shows: str = ""
    file: str = ""
    content: str = ""


def steps_of(markdown: str) -> list[Step]:
    """Return what a document tells its readers to do."""
    blocks = [(each.group(1), each.group(2), each.span()) for each in _BLOCK.finditer(markdown)]
    steps = []
    for index, (language, content, (_, end)) in enumerate(blocks):
        named = _FILE.match(content)
        if language == "yaml" and named:
            steps.append(Step(file=named.group(1), content=content))
        elif language == "sh":
            following = blocks[index + 1] if index + 1 < len(blocks) else None
            told = following and following[0] == "text" and not markdown[end : following[2][0]].strip()
            steps.append(Step(tuple(_commands(content)), following[1] if following and told else ""))
    return steps


def _commands(content: str) -> Iterator[Command]:
    for line in content.replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith("#"):
            promised = _STATUS.search(line)
            yield Command(line, int(promised.group(1)) if promised else 0)


def walk_through(
    markdown: str,
    folder: Path,
    *,
    variables: Mapping[str, str] | None = None,
    before: Mapping[str, str] | None = None,
    instead: Mapping[str, str] | None = None,
) -> str:
    """Do everything that a document says, in `folder`; fail where it does not end or look as promised.

    Args:
        markdown: The document.
        folder: Where the reader is at first.
        variables: The environment of the reader.
        before: What happens in the meantime: a command line by the beginning of the one that it comes before.
        instead: What the test does instead: a command line by the beginning of the one that it replaces.

    Returns:
        All that was shown.
    """
    steps = steps_of(markdown)
    commands = [command for step in steps for command in step.commands]
    assert commands, "the document has no commands"
    unused = [
        key
        for key in [*(before or {}), *(instead or {})]
        if not any(c.line.startswith(key) for c in commands)
    ]
    assert not unused, f"no command begins with {unused}"
    script = "\n".join(_script(steps, before or {}, instead or {}))
    path = f"{_program(folder)}:{environment()['PATH']}"
    terminal = Terminal(
        ["bash", "--norc", "--noprofile", "-c", script],
        folder,
        environment({**_NOBODY_ELSES, "HOME": str(folder), **(variables or {}), "PATH": path}),
    )
    terminal.end(answer="y\n")
    shown = terminal.shown.replace("\r\n", "\n")
    _compare(steps, shown)
    return shown


def _program(folder: Path) -> Path:
    """Make `groupctl` a command of this Python."""
    place = folder.parent / f".bin-of-{folder.name}"
    place.mkdir(exist_ok=True)
    program = place / "groupctl"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m reconciler "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return place


def _script(steps: list[Step], before: Mapping[str, str], instead: Mapping[str, str]) -> Iterator[str]:
    for step in steps:
        if step.file:
            yield f"mkdir -p {shlex.quote(str(Path(step.file).parent))}"
            yield f"printf %s {shlex.quote(step.content)} > {shlex.quote(step.file)}"
        for command in step.commands:
            yield from (f"{line} > /dev/null" for key, line in before.items() if command.line.startswith(key))
            replaced = [line for key, line in instead.items() if command.line.startswith(key)]
            yield replaced[0] if replaced else command.line
            yield f"printf '{_END}%s{_END}' $?"


def _compare(steps: list[Step], shown: str) -> None:
    *parts, _ = shown.split(_END)
    told = iter(zip(parts[::2], parts[1::2], strict=True))
    for step in steps:
        shown_here = []
        for command in step.commands:
            output, status = next(told, ("", "none"))
            assert status == str(command.status), f"{command.line} ended with {status}: {output}"
            shown_here.append(output)
        rest = "".join(shown_here)
        for line in filter(str.strip, step.shows.splitlines()):
            pattern = ".*".join(map(re.escape, line.rstrip().split("…")))
            found = re.search(f"^{pattern}[ ]*$", rest, re.MULTILINE)
            assert found, f"{line!r} is not shown (any more) by {step.commands}:\n{''.join(shown_here)}"
            rest = rest[found.end() :]
