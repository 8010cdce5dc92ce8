"""Turns words into use cases, and their results into text and exit statuses.

Only this package prints, reads the environment, asks questions and wires adapters together. At the top of
its modules nothing heavier than click is imported, so that `groupctl --help` stays fast.
"""

from reconciler.cli.main import main

__all__ = ["main"]
