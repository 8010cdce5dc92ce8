"""Shows the report of the command: in the summary of the job, and as the one comment of the pull request.

What the forge refuses is a warning: the report is in the summary of the job anyway, and the action ends with the status of its
command.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from workflow import flag, given, tell

COMMENT = Path(__file__).parents[1] / "comment.py"


def main() -> None:
    """Write the summary, and the comment if it was asked for."""
    report = Path(os.environ["REPORT"] or none_made())
    # Never longer than GitHub takes: a report is at most 65,000 characters, a comment 65,536, a summary 1 MiB.
    with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as file:
        file.write(report.read_text(encoding="utf-8") + "\n")
    if not flag("comment"):
        return
    number = pull_request()
    if number is None:
        tell("warning", "No comment: this run is for no pull request.")
    else:
        comment(report, number)


def none_made() -> Path:
    """Return what stands in for a report when the command ended without one, because its options were wrong for example."""
    file = Path(os.environ["RUNNER_TEMP"]) / "groupctl-no-report.md"
    file.write_text(f"### groupctl {given('command')}\n\nThere is no report; the log of the job says why.\n")
    return file


def pull_request() -> int | None:
    """Return the number of the pull request that the run is for."""
    try:
        event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_bytes())
    except (KeyError, OSError, ValueError):
        return None
    number = (event.get("pull_request") or {}).get("number")
    return number if isinstance(number, int) else None


def comment(report: Path, number: int) -> None:
    """Make the comment of the pull request say the report."""
    # Each command and fleet has a comment of its own. Their names would end the mark if they held `-->`.
    fleet = hashlib.sha256(os.path.normpath(given("directory")).encode()).hexdigest()[:12]
    variables = {"GITHUB_TOKEN": given("github-token"), "PULL_REQUEST": str(number)}
    done = subprocess.run(
        [sys.executable, COMMENT, "github", report, "--name", f"{given('command')} {fleet}"],
        env=os.environ | variables,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        tell(
            "warning",
            f"{done.stderr.strip().removeprefix('warning: ')}. The report is in the summary of the job. A comment needs `permissions: "
            "pull-requests: write`, which runs for pull requests from forks never get.",
        )


if __name__ == "__main__":
    main()
