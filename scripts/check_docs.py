"""Checks the documents: links lead somewhere, commands and options that are shown exist, nothing is left out."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click

from reconciler.cli.exits import Exit
from reconciler.cli.main import groupctl
from reconciler.feishu.wire import RESTRICTED_MODE, SETTINGS

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").rglob("*.md")),
]

_CODE = re.compile(r"^ *```.*?^ *```$|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)[^)]*\)")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
_SHOWN = re.compile(r"groupctl ((?:-C \S+ )?[a-z][a-z-]*[^`\n|#()]*)")


def main() -> int:
    """Print every problem and return how many there are."""
    problems = [
        f"{document.relative_to(ROOT)}: {problem}"
        for document in DOCUMENTS
        for problem in (*wrong_links(document), *wrong_commands(document.read_text(encoding="utf-8")))
    ]
    problems += missing_fields(page("docs/fields.md"))
    problems += missing_commands(page("README.md"))
    problems += missing_statuses(page("docs/reference/exit-statuses.md"))
    print("\n".join(problems) or "documents: no problems")
    return len(problems)


def page(name: str) -> str:
    """Return the text of a document."""
    return (ROOT / name).read_text(encoding="utf-8")


def wrong_links(document: Path) -> Iterator[str]:
    """Yield links and pictures of a document that lead nowhere, and places that their page has not."""
    for link in _LINK.findall(_CODE.sub("", document.read_text(encoding="utf-8"))):
        path, _, place = link.partition("#")
        target = document.parent / path if path else document
        if "://" in link or link.startswith("mailto:"):
            continue
        if not target.exists():
            yield f"broken link {link}"
        elif place and target.suffix == ".md" and place not in places(target):
            yield f"link to a heading that is not there: {link}"


@cache
def places(document: Path) -> frozenset[str]:
    """Return what the headings of a document are called in links, as forges and the site make it of them."""
    content = re.sub(
        r"^```.*?^```$", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    titles = (re.sub(r"[`*]|\]\([^)]*\)|\[", "", title).lower() for title in _HEADING.findall(content))
    return frozenset(re.sub(r"[^\w\- ]", "", title).strip().replace(" ", "-") for title in titles)


def wrong_commands(content: str) -> Iterator[str]:
    """Yield commands and options that a document shows and that do not exist."""
    for shown in _SHOWN.findall(content.replace("\\\n", " ")):
        words = re.sub(r"^-C \S+ ", "", shown).split()
        command: click.Command = groupctl
        while words and isinstance(command, click.Group):
            name = words.pop(0)
            if name not in command.commands:
                if re.fullmatch("[a-z-]+", name):
                    yield f"unknown command `groupctl {shown.strip()}`"
                break
            command = command.commands[name]
        known = {word for option in (*groupctl.params, *command.params) for word in option.opts} | {"--help"}
        options = (re.match(r"--[a-z][a-z-]*", word) for word in words)
        yield from (
            f"unknown option {option[0]} of `groupctl {shown.strip()}`"
            for option in options
            if option and option[0] not in known
        )


def missing_fields(table: str) -> list[str]:
    """Return settings whose YAML path or wire name the table of fields lacks."""
    names = {**SETTINGS, **{f"restricted_mode.{key}": name for key, name in RESTRICTED_MODE.items()}}
    return [
        f"docs/fields.md lacks `{path}` / `{wire}`"
        for path, wire in names.items()
        if f"`{path}`" not in table or f"`{wire}`" not in table
    ]


def missing_commands(readme: str) -> list[str]:
    """Return commands that the README does not mention."""
    return [
        f"README.md does not mention `{name}`"
        for name in groupctl.commands
        if f"`groupctl {name}" not in readme
    ]


def missing_statuses(table: str) -> list[str]:
    """Return exit statuses that their page lacks."""
    return [
        f"docs/reference/exit-statuses.md lacks {status.value}"
        for status in Exit
        if f"\n| {status.value} |" not in table
    ]


if __name__ == "__main__":
    sys.exit(main())
