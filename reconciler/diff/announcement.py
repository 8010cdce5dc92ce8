"""The announcement: compared block by block, shown as Markdown.

An announcement of the old kind (`doc`) has lines and no blocks; it is compared as text without form.
"""

from __future__ import annotations

from reconciler.diff.changes import Change, ChangeKind, is_normalized, origin_of_value
from reconciler.diff.risk import risk_of_value
from reconciler.model.announcement import Announcement, LiveAnnouncement, plain_lines, said_all
from reconciler.model.markdown import markdown_of, markdown_of_live
from reconciler.model.recorded import RecordedGroup

PATH = "announcement"


def diff_announcement(
    desired: Announcement, live: LiveAnnouncement, recorded: RecordedGroup | None
) -> tuple[Change, ...]:
    """Return the change of the text, if it has to change; both values are Markdown."""
    if _says_the_same(desired, live):
        return ()
    before, after = live_markdown(live), markdown_of(desired.blocks)
    if is_normalized(PATH, after, before, recorded):
        return ()
    return (
        Change(
            path=PATH,
            kind=ChangeKind.CHANGE,
            before=before,
            after=after,
            origin=origin_of_value(PATH, before, after, recorded),
            risk=risk_of_value(PATH, before, after),
        ),
    )


def _says_the_same(desired: Announcement, live: LiveAnnouncement) -> bool:
    if live.type == "doc":
        return plain_lines(desired.blocks) == live_lines(live)
    return said_all(live.blocks) == desired.blocks


def live_lines(live: LiveAnnouncement) -> list[str]:
    """Return the lines of an announcement of the old kind that are not empty."""
    lines = map(str.strip, live.text.splitlines())
    return [line for line in lines if line]


def live_markdown(live: LiveAnnouncement) -> str:
    """Return a live announcement as people see it: Markdown, or the text of one of the old kind."""
    return live.text if live.type == "doc" else markdown_of_live(live.blocks)


def recorded_markdown(desired: Announcement, live: LiveAnnouncement) -> str:
    """Return what to remember of the live announcement: as desired where both say the same."""
    return markdown_of(desired.blocks) if _says_the_same(desired, live) else live_markdown(live)
