"""Checks the documents: links lead somewhere, commands that are shown exist, the field table is complete."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from reconciler.cli.main import groupctl
from reconciler.feishu.wire import RESTRICTED_MODE, SETTINGS

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def main() -> int:
    """Print every problem and return how many there are."""
    problems = [problem for document in DOCUMENTS for problem in check(document)]
    problems += missing_fields((ROOT / "docs" / "fields.md").read_text(encoding="utf-8"))
    problems += missing_commands((ROOT / "README.md").read_text(encoding="utf-8"))
    print("\n".join(problems) or "documents: no problems")
    return len(problems)


def check(document: Path) -> list[str]:
    """Return broken relative links and unknown commands of one document."""
    content = document.read_text(encoding="utf-8")
    where = document.relative_to(ROOT)
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", content)
    broken = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    shown = re.findall(r"groupctl ((?:-C \S+ )?[a-z][a-z-]*)", content)
    unknown = [word for word in shown if word.split()[-1] not in groupctl.commands]
    return [f"{where}: broken link {link}" for link in broken] + [
        f"{where}: unknown command `groupctl {word}`" for word in unknown
    ]


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
    assert isinstance(groupctl, click.Group)
    return [
        f"README.md does not mention `{name}`"
        for name in groupctl.commands
        if f"`groupctl {name}" not in readme
    ]


if __name__ == "__main__":
    sys.exit(main())
