"""What a step has to do with its workflow: inputs come in as variables, outputs and messages go out.

Nothing of a workflow is put into the text of a script, and nothing from outside into a line that the runner obeys, without
being escaped: names of groups, branches and folders are written by anybody who can open a pull request.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Literal, NoReturn


def given(name: str) -> str:
    """Return an input of the action, empty when it was not given."""
    return os.environ.get("INPUT_" + name.upper().replace("-", "_"), "").strip()


def flag(name: str) -> bool:
    """Return an input that is `true` or `false`."""
    value = given(name) or "false"
    if value not in {"true", "false"}:
        stop(f"The input `{name}` is `{value}`; it has to be `true` or `false`.")
    return value == "true"


def words(name: str) -> list[str]:
    """Return an input that is a list, its items parted by spaces or lines."""
    return given(name).split()


def put(**outputs: object) -> None:
    """Set outputs of the step; `_` in their names stands for `-`."""
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        for name, value in outputs.items():
            end = secrets.token_hex(16)  # nothing that is told can know how its end is marked
            file.write(f"{name.replace('_', '-')}<<{end}\n{value}\n{end}\n")


def tell(level: Literal["notice", "warning", "error"], message: str) -> None:
    """Show a message at the job."""
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::{level} title=groupctl::{escaped}", flush=True)


def stop(message: str) -> NoReturn:
    """Fail the step with a message."""
    tell("error", message)
    sys.exit(1)
