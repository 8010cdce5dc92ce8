"""Ends the action with the status of its command."""

from __future__ import annotations

import os
import sys

from workflow import flag, stop, tell

CHANGES = "2"


def main() -> None:
    """Exit with the status; changes and drift are no failure unless they were said to be."""
    status = os.environ["EXIT_CODE"]
    if not status:
        stop("groupctl did not come to its end: see the lines above.")
    if status == CHANGES and not flag("fail-on-changes"):
        tell("notice", "There are changes or drift (exit status 2), which is no failure here.")
        status = "0"
    # A process that a signal ended has no status of its own.
    sys.exit(int(status) if int(status) >= 0 else 1)


if __name__ == "__main__":
    main()
