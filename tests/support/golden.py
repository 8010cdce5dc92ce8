"""Compares texts with files that are kept under review; `UPDATE_GOLDEN=1` writes the files instead."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def assert_golden(name: str, text: str) -> None:
    """Fail unless `text` and a final line break are what stands in `tests/golden/<name>`."""
    assert_file(REPOSITORY / "tests" / "golden" / name, text + "\n")


def assert_file(file: Path, text: str) -> None:
    """Fail unless `text` is what stands in `file`."""
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    assert text == file.read_text(encoding="utf-8"), f"{file.name} is stale; UPDATE_GOLDEN=1 renews it"
