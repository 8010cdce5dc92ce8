"""What moving in tells: groups that got keys, what the files do not say of them, and how files change."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.plan.moving_in import Bound, PulledGroup
from reconciler.render.columns import Cell, align, indent
from reconciler.render.durations import clock
from reconciler.render.safe import safe
from reconciler.render.style import Role, Style
from reconciler.render.translate import say, say_count, translate
from reconciler.render.values import quote


def render_estimate(chats: int, calls: Mapping[str, int], seconds: int, file: str) -> str:
    """Return what an import takes, before anybody is asked."""
    groups = say_count(chats, "{n} group", "{n} groups")
    counted = say_count(sum(calls.values()), "{n} call", "{n} calls")
    return say(
        "{groups} to describe in {file}: at least {calls}, and {time} at the quota of the platform.",
        groups=groups,
        file=file,
        calls=counted,
        time=clock(seconds),
    )


def render_imported(bound: Sequence[Bound], already: int, file: str) -> str:
    """Return which groups were imported, and what the file does not say of each."""
    lines = [say("No new groups.")]
    if bound:
        title = say_count(len(bound), "{n} group is described in", "{n} groups are described in")
        lines = [f"{title} {safe(file)}:", *indent(list(_imported(bound)))]
    if already:
        lines.append(say_count(already, "{n} group had a key already.", "{n} groups had a key already."))
    return "\n".join(lines)


def _imported(bound: Sequence[Bound]) -> Iterator[str]:
    for group, line in zip(bound, _lines(bound), strict=True):
        yield line
        yield from indent([_without(paths, reason) for reason, paths in _left_out(group).items()])


def render_bound(bound: Sequence[Bound]) -> str:
    """Return keys with their chats, a line each."""
    return "\n".join(_lines(bound))


def _lines(bound: Sequence[Bound]) -> list[str]:
    rows = [
        (Cell(safe(each.key)), Cell(safe(each.chat_id)), Cell(quote(each.name) if each.name else ""))
        for each in bound
    ]
    return align(rows, Style(color=False))


def _left_out(group: Bound) -> dict[str, list[str]]:
    """Return paths by the reason why they are left out, settings of one map together."""
    reasons: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for each in group.left_out:
        reasons[translate(each.reason)][each.path.partition(".")[0]] = None
    return {reason: list(paths) for reason, paths in reasons.items()}


def _without(paths: Iterable[str], reason: str) -> str:
    return say("without {paths}:", paths=", ".join(paths)) + f" {reason}"


def bound_data(bound: Iterable[Bound]) -> list[dict[str, Any]]:
    """Return groups with their chats as plain data."""
    return [
        {
            "key": each.key,
            "chat_id": each.chat_id,
            "name": each.name,
            "left_out": [{"path": part.path, "reason": str(part.reason)} for part in each.left_out],
        }
        for each in bound
    ]


def pulled_data(groups: Iterable[PulledGroup]) -> list[dict[str, Any]]:
    """Return groups whose files follow what is live as plain data."""
    return [
        {
            "key": each.key,
            "name": each.name,
            "changes": [
                {"path": change.path, "live": change.before, "configured": change.after}
                for change in each.changes
            ],
        }
        for each in groups
    ]


_ROLES = {"+": Role.ADD, "-": Role.REMOVE, "@": Role.FAINT}


def file_difference(file: str, before: str, after: str) -> list[str]:
    """Return how a file changes, as lines of a unified diff; hostile characters are neutralised."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), file, file, lineterm="")
    return [safe(line) for line in lines]


def render_difference(file: str, before: str, after: str, *, color: bool) -> str:
    """Return how a file changes, for people."""
    style = Style(color)
    header, body = 2, file_difference(file, before, after)
    painted = [style.paint(line, _ROLES.get(line[:1], Role.PLAIN)) for line in body[header:]]
    return "\n".join([*(style.paint(line, Role.HEADING) for line in body[:header]), *painted])
