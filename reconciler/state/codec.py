"""State ↔ text. Every form that was ever released stays readable."""

from __future__ import annotations

import json

from pydantic import ValidationError

from reconciler.errors import Diagnostic, StateError, text
from reconciler.model.recorded import STATE_VERSION, State
from reconciler.model.state_url import is_state_url
from reconciler.state.backend import MAX_BYTES


def dump_state(state: State) -> str:
    """Return the state as JSON text: indented and in a stable order, because it is meant to be committed."""
    # Not json.dumps: its indented form is made in Python and takes ten times as long.
    return state.model_dump_json(indent=2) + "\n"


def parse_state(content: bytes, name: str) -> State:
    """Return the state that `content` holds.

    Args:
        content: All that the state file holds.
        name: How the file is called in messages.

    Raises:
        StateError: It is no state, is damaged, or was written by a newer version.
    """
    if len(content) > MAX_BYTES:
        raise StateError(_damaged(name, text("it is larger than {limit} MB", limit=MAX_BYTES // 1024**2)))
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        raise StateError(_damaged(name, text("it is not valid JSON"))) from None
    if not isinstance(data, dict) or not isinstance(data.get("version"), int):
        raise StateError(_damaged(name, text("it has no `version`")))
    if data["version"] > STATE_VERSION:
        raise StateError(
            Diagnostic(
                text("State was written by a newer version"),
                text(
                    "`{name}` has format {found}; this version reads up to format {known}.",
                    name=name,
                    found=data["version"],
                    known=STATE_VERSION,
                ),
                text("Update `groupctl` and run the command again."),
            )
        )
    try:
        return State.model_validate_json(content)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise StateError(_damaged(name, text("`{where}` is not as it should be", where=where))) from None


def _damaged(name: str, why: str) -> Diagnostic:
    return Diagnostic(
        text("State cannot be read"),
        text("`{name}` is damaged: {why}.", name=name, why=why),
        text("Restore the last good version from the history of its place.")
        if is_state_url(name)
        else text("Restore the last good version, for example `git checkout -- {name}`.", name=name),
    )
