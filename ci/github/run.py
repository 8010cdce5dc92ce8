"""Runs one command of groupctl and tells the workflow what became of it.

Never fails because of what the command says: the last step of the action ends with its status, after all others had
their turn.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from workflow import flag, given, put, stop, words

COMMANDS = ("validate", "plan", "apply", "drift")
OPTIONS = {
    "keys": ("plan", "apply", "drift"),
    "base": ("plan",),
    "offline": ("plan",),
    "plan-file": ("plan", "apply"),
    "fail-on": ("plan", "apply"),
    "no-removals": ("plan", "apply"),
    "overrides": ("apply",),
    "notify": ("drift",),
    "state-commit": ("apply",),
}
"""Inputs that mean something to some commands only."""
REPORTS = {"json": "json", "markdown": "md", "html": "html", "github": "annotations"}
"""Reports that are written, with the endings of their files."""


def main() -> None:
    """Run the command, show its answer, set the outputs."""
    command = given("command")
    if command not in COMMANDS:
        stop(f"The input `command` is `{command}`; it has to be one of {', '.join(COMMANDS)}.")
    for name, commands in OPTIONS.items():
        if given(name) not in {"", "false"} and command not in commands:
            stop(f"The input `{name}` means nothing to `{command}`; it is for {', '.join(commands)}.")
    kept = Path(os.environ["RUNNER_TEMP"]) / "groupctl-reports"
    kept.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{command}-", dir=kept))
    files = {kind: folder / f"{command}.{ending}" for kind, ending in REPORTS.items()}
    put(reports=folder)

    status, last = run(
        [*command_line(command), *(f"--report={kind}={file}" for kind, file in files.items()), *keys()]
    )

    told = read_json(files["json"])
    if "diagnostics" in told:
        told = {}  # nothing but problems: whether there are changes was not found out
    put(
        exit_code=status,
        has_changes=str(told.get("has_changes", "")).lower(),
        has_drift=str(told.get("has_drift", "")).lower(),
        summary=last,
        **{f"report_{kind}": file for kind, file in files.items() if kind != "github" and file.exists()},
    )
    if files["github"].exists():
        sys.stdout.write(files["github"].read_text(encoding="utf-8"))
        files["github"].unlink()


def command_line(command: str) -> list[str]:
    """Return the command with its options, as the inputs have them."""
    # The one beside our Python, started by its path: `python -m` would look into the checkout first.
    line = [str(Path(sys.executable).with_name("groupctl")), command, f"--chdir={given('directory')}"]
    line += [f"--{name}={given(name)}" for name in ("base", "fail-on", "state") if given(name)]
    line += [f"--{name}" for name in ("offline", "no-removals") if flag(name)]
    line += [f"--override={each}" for each in words("overrides")]
    line += [f"--notify={each}" for each in words("notify")]
    if command == "plan":
        line += ["--detailed-exitcode", *([f"--out={given('plan-file')}"] if given("plan-file") else [])]
    if command == "apply":
        line += [f"--plan={given('plan-file')}"] if given("plan-file") else ["--yes"]
    if flag("state-commit") and not given("state"):
        line.append(f"--state={Path(given('directory')) / 'groupctl.lock.json'}")
    return line


def keys() -> list[str]:
    """Return what narrows the command; a key that begins with a hyphen is none of its options."""
    return ["--", *words("keys")] if words("keys") else []


def run(command: list[str]) -> tuple[int, str]:
    """Run to the end, showing all that is said; return the status and the last line of the answer.

    What is said holds texts of other people, so the runner must take no line of it for a command.
    """
    resume = secrets.token_hex(16)
    print(f"::stop-commands::{resume}", flush=True)
    last = ""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        # A job that is cancelled ends a command in good order: calls in flight are finished and recorded.
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda *_: process.terminate())
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    print(f"\n::{resume}::", flush=True)
    return process.returncode, last


def read_json(file: Path) -> dict[str, Any]:
    """Return the JSON report; nothing when the command did not come that far."""
    try:
        told = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


if __name__ == "__main__":
    main()
