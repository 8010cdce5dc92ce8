"""Existing groups of a scenario, as rows of its list `groups`."""

from __future__ import annotations

import json
from typing import Any


def group(chat_id: str = "oc_x", **keys: Any) -> str:
    """Return a row for the keyword `groups` of `make`; `keys` are those of the scenario file."""
    return f"  - {json.dumps({'chat_id': chat_id, **keys}, ensure_ascii=False)}\n"
