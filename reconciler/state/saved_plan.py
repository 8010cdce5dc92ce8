"""Saved plans in files. Equal plans give equal bytes; whatever was changed in a file since is refused.

The digest tells damage and edits, not who wrote the file: whoever can write it can have it performed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from reconciler.errors import Diagnostic, SavedPlanError, Text, text
from reconciler.model.base import JsonValue
from reconciler.plan.canonical import canonical_digest, canonical_json
from reconciler.plan.saved import SAVED_VERSION, SavedPlan
from reconciler.state.file import replace_file

MAX_BYTES: Final = 64 * 1024 * 1024
"""Of a file; thousands of groups that all change take less."""

_MODE: Final = 0o600
"""A plan tells who is in which group and what is said there."""


def dump_saved_plan(saved: SavedPlan) -> bytes:
    """Return a plan as the content of its file."""
    content = saved.model_dump(round_trip=True)
    return canonical_json({**content, "digest": canonical_digest(content)}) + b"\n"


def parse_saved_plan(content: bytes, name: str) -> SavedPlan:
    """Return the plan that a file holds.

    Args:
        content: All that the file holds.
        name: How the file is called in messages.

    Raises:
        SavedPlanError: It is no saved plan, was damaged or changed, or was written by another version.
    """
    if len(content) > MAX_BYTES:
        raise SavedPlanError(
            _unusable(name, text("it is larger than {limit} MiB", limit=MAX_BYTES // 1024**2))
        )
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        raise SavedPlanError(_unusable(name, text("it is not valid JSON"))) from None
    if not isinstance(data, dict) or not {"format_version", "digest", "plan"} <= data.keys():
        raise SavedPlanError(_unusable(name, text("it was not written by `groupctl plan --out`")))
    _check_version(data["format_version"], name)
    return _checked(data, name)


def _check_version(version: JsonValue, name: str) -> None:
    if version == SAVED_VERSION:
        return
    raise SavedPlanError(
        Diagnostic(
            text("Saved plan was written by another version"),
            text(
                "`{name}` has another format than {known}, the one that this version reads and writes.",
                name=name,
                known=SAVED_VERSION,
            ),
            text("Run `groupctl plan --out {name}` with this version.", name=name),
        )
    )


def _checked(data: dict[str, JsonValue], name: str) -> SavedPlan:
    digest = data.pop("digest")
    try:
        if canonical_digest(data) != digest:
            raise SavedPlanError(_unusable(name, text("it was changed after it was written")))
        return SavedPlan.model_validate_json(canonical_json(data))
    except RecursionError:
        raise SavedPlanError(_unusable(name, text("it is nested too deeply"))) from None
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise SavedPlanError(_unusable(name, text("`{where}` is not as it should be", where=where))) from None


def read_saved_plan(path: Path) -> SavedPlan:
    """Return the plan that the file at `path` holds.

    Raises:
        SavedPlanError: It cannot be read, or is none.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SavedPlanError(_failed(path, text("read"), error)) from None
    return parse_saved_plan(content, str(path))


def write_saved_plan(path: Path, saved: SavedPlan) -> None:
    """Write a plan for nobody but us to read, in the place of whatever file is there, wholly or not at all.

    Raises:
        SavedPlanError: It cannot be written.
    """
    content = dump_saved_plan(saved)
    if len(content) > MAX_BYTES:
        raise SavedPlanError(
            Diagnostic(
                text("Plan is too large to be saved"),
                text("It would take more than {limit} MiB.", limit=MAX_BYTES // 1024**2),
                text("Plan a part of the groups at a time: `groupctl plan KEYS --out FILE`."),
            )
        )
    try:
        replace_file(path, content, mode=_MODE)
    except OSError as error:
        raise SavedPlanError(_failed(path, text("written"), error)) from None


def _unusable(name: str, why: Text) -> Diagnostic:
    return Diagnostic(
        text("Saved plan cannot be used"),
        text("`{name}`: {why}. Nothing was changed.", name=name, why=why),
        text("Make a new one with `groupctl plan --out {name}`.", name=name),
    )


def _failed(path: Path, what: Text, error: OSError) -> Diagnostic:
    return Diagnostic(
        text("File of the plan cannot be used"),
        text("`{file}` could not be {what}: {why}.", file=path, what=what, why=error.strerror or "I/O error"),
        text("Check the path and the permissions of the folder."),
    )
