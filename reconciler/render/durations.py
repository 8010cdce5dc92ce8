"""Lengths of time as people say them."""

from __future__ import annotations

from datetime import UTC, datetime

from reconciler.render.translate import say


def clock(seconds: float) -> str:
    """Return a length of time as `0:07`, `12:30` or `1:02:03`."""
    minutes, second = divmod(max(round(seconds), 0), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def age(seconds: float) -> str:
    """Return how long ago something was, in its largest whole unit."""
    for length, template in ((86400, "{n} d ago"), (3600, "{n} h ago"), (60, "{n} min ago")):
        if seconds >= length:
            return say(template, n=int(seconds // length))
    return say("just now")


def moment(timestamp: float) -> str:
    """Return a time, given in seconds since 1970, in UTC to the second."""
    return datetime.fromtimestamp(timestamp, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
