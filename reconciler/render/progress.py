"""The line that says how far a run is. Printing it, and over itself, is left to the command line."""

from __future__ import annotations

from reconciler.render.columns import GAP
from reconciler.render.durations import clock
from reconciler.render.translate import say, say_count
from reconciler.render.values import shorten


def format_progress(done: int, total: int, calls: int, elapsed: float, width: int | None = None) -> str:
    """Return one line: groups done, calls made, time gone, time to go.

    Args:
        done: Groups that are finished.
        total: Groups of the run; 0 while nobody knows yet, and then not told.
        calls: Calls made to the platform so far, repeats included.
        elapsed: Seconds since the run began.
        width: Cells that the line may fill; `None`: any number.
    """
    parts = [say("{done}/{total} groups", done=done, total=total)] if total else []
    parts += [say_count(calls, "{n} call", "{n} calls"), clock(elapsed)]
    if 0 < done < total:
        parts.append(say("about {time} left", time=clock(elapsed / done * (total - done))))
    line = GAP.join(parts)
    return line if width is None else shorten(line, width)
