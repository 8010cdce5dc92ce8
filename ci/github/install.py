"""Installs the groupctl that stands beside this file, at the locked versions, into a folder of the runner.

Runs with the Python of the runner and its standard library alone.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

from workflow import given, put, stop

ACTION = Path(__file__).parents[2]


def main() -> None:
    """Install, unless a step before this one did."""
    if sys.version_info < (3, 11):  # noqa: UP036  this may be any Python
        stop(
            f"groupctl needs Python 3.11 or later; `{given('python')}` is {sys.version.split()[0]}. Use actions/setup-python "
            "before this action, or name another Python with the input `python`."
        )
    extras = given("extras")
    if not re.fullmatch(r"[a-z, ]*", extras):
        stop(f"The input `extras` is `{extras}`; it has to be names of extras, with commas between them.")
    # Outside of the checkout: nothing there can stand in for a module of ours.
    which = hashlib.sha256(f"{ACTION}\0{extras}".encode()).hexdigest()[:12]
    folder = Path(os.environ["RUNNER_TEMP"]) / "groupctl" / which
    python = folder / "bin" / "python"
    if not (folder / "bin" / "groupctl").exists():
        run(sys.executable, "-m", "venv", str(folder))
        pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input")
        run(
            *pip,
            "--constraint",
            str(ACTION / "constraints.txt"),
            f"{ACTION}[{extras}]" if extras else str(ACTION),
        )
    put(python=python)


def run(*command: str) -> None:
    """Run a command that sees none of the credentials of the platform, in a folder without files of the checkout."""
    harmless = {
        name: value for name, value in os.environ.items() if not name.startswith(("FEISHU_", "GROUPCTL_"))
    }
    done = subprocess.run(command, env=harmless, cwd=os.environ["RUNNER_TEMP"], check=False)
    if done.returncode:
        stop("groupctl could not be installed: see the lines above.")


if __name__ == "__main__":
    main()
