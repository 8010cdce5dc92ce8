"""Each file in `diagnostics/` is one mistake: files of a fleet, and what is told about them.

`UPDATE_GOLDEN=1 pytest tests/golden/config` writes what is told now; review it like code.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from reconciler.errors import Diagnostic
from tests.support.config import problems_of

CASES = sorted((Path(__file__).parent / "diagnostics").glob("*.txt"))
_FILE = re.compile(r"^=== (.+)\n", re.MULTILINE)
_TOLD = "=== told ===\n"


def _files(given: str) -> dict[str, str]:
    _, *parts = _FILE.split(given)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _rendered(diagnostic: Diagnostic) -> str:
    lines = [f"{diagnostic.severity}: {diagnostic.summary}"]
    lines.append(f"  {diagnostic.source}  {diagnostic.address}".rstrip())
    lines += [f"  {line}" for line in diagnostic.detail.splitlines()]
    hint = diagnostic.hint.splitlines()
    lines += [f"  hint: {hint[0]}", *(f"  {line}" for line in hint[1:])] if hint else []
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_mistake_gets_its_message(case, tmp_path, monkeypatch):
    given, _, expected = case.read_text(encoding="utf-8").partition(_TOLD)
    monkeypatch.chdir(tmp_path)

    told = "\n".join(_rendered(each) for each in problems_of(Path(), _files(given)))

    if os.environ.get("UPDATE_GOLDEN"):
        case.write_text(given + _TOLD + told, encoding="utf-8")
        return
    assert told == expected
