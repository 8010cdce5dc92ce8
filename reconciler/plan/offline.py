"""Groups as they are believed to be when nobody may ask the platform: as the last apply left them.

What was never applied is not told, or as in a new group. Long texts are remembered by their digests: whether they differ is known, how is
not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.errors import Diagnostic, Severity, text
from reconciler.model.address import Facet, address
from reconciler.model.announcement import Block, LiveAnnouncement, LiveBlock
from reconciler.model.base import JsonValue
from reconciler.model.collection import Collection
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.ids import SELF, other_bots_of, users_of
from reconciler.model.markdown import markdown_of
from reconciler.model.members import LiveMembers
from reconciler.model.menus import LiveMenu
from reconciler.model.moderation import LiveModeration
from reconciler.model.persons import needs_look_up
from reconciler.model.recorded import RecordedGroup, recorded_form
from reconciler.model.settings import Settings
from reconciler.model.tabs import LiveTab


def believed(recorded: RecordedGroup, desired: DesiredGroup) -> LiveGroup:
    """Return a group as the last apply left it, the facets that `desired` manages told."""
    seen = {path: value.seen for path, value in recorded.values.items()}
    wanted = desired.settings.fields()
    settings = {path: _text(path, seen[path], wanted[path]) for path in wanted if path in seen}
    owner = seen.get("owner", SELF)
    return LiveGroup(
        chat_id=recorded.chat_id,
        settings=Settings.from_fields(settings),
        owner=None if owner == SELF else owner,
        managers=frozenset(seen.get("managers", ())),
        moderation=LiveModeration(
            mode=seen.get("moderation", "all_members"), moderators=frozenset(seen.get("moderators", ()))
        ),
        members=_members((*seen.get("members", ()), *seen.get("implied", ()))),
        announcement=_announcement(seen, desired),
        tabs=tuple(LiveTab(id=f"tab-{number}", **tab) for number, tab in enumerate(seen.get("tabs", ()))),
        menus=tuple(_menu(menu, number) for number, menu in enumerate(seen.get("menus", ()))),
    )


def _text(path: str, seen: JsonValue, wanted: JsonValue) -> JsonValue:
    """Return the wanted text where it has the digest that is remembered."""
    return wanted if seen == recorded_form(path, wanted) else seen


def _members(present: Iterable[str]) -> LiveMembers:
    everybody = tuple(present)
    return LiveMembers(users=frozenset(users_of(everybody)), bots=frozenset(other_bots_of(everybody)))


def _announcement(seen: dict[str, JsonValue], desired: DesiredGroup) -> LiveAnnouncement:
    wanted = desired.announcement
    if wanted and seen.get("announcement") == recorded_form("announcement", markdown_of(wanted.blocks)):
        return LiveAnnouncement(blocks=tuple(map(_live_block, wanted.blocks)))
    return LiveAnnouncement()


def _live_block(block: Block) -> LiveBlock:
    children = tuple(map(_live_block, block.children))
    return LiveBlock(id="", kind=block.kind, own=block.model_copy(update={"children": ()}), children=children)


def _menu(menu: dict[str, JsonValue], number: int) -> LiveMenu:
    children = [
        {**child, "id": f"menu-{number}-{place}"} for place, child in enumerate(menu.get("children", ()))
    ]
    return LiveMenu.model_validate({**menu, "id": f"menu-{number}", "children": children}, strict=False)


# ------------------------------------------------------------------ people


def without_names(desired: DesiredGroup) -> tuple[DesiredGroup, tuple[Diagnostic, ...]]:
    """Return a group without the facets whose people only the company's directory knows, and what to tell of that."""
    unknown = tuple(_unknown_people(desired))
    if not unknown:
        return desired, ()
    warning = Diagnostic(
        text("People cannot be compared offline"),
        text(
            "Only the company's directory knows the people who are named by address, number or other ids. Not "
            "compared: {facets}.",
            facets=", ".join(unknown),
        ),
        text(
            "The difference of the files shows what was changed; `groupctl plan` with credentials compares them."
        ),
        address=address(desired.key, Facet.MEMBERS),
        severity=Severity.WARNING,
    )
    return desired.model_copy(update=dict.fromkeys(unknown)), (warning,)


def _unknown_people(desired: DesiredGroup) -> Iterator[str]:
    for name, people in (
        ("managers", _named(desired.managers)),
        ("moderation", _named(desired.moderation.moderators if desired.moderation else None)),
        ("members", _named(desired.members)),
        ("owner", (desired.owner,) if desired.owner else ()),
        ("announcement", desired.announcement.people if desired.announcement else ()),
    ):
        if any(map(needs_look_up, people)):
            yield name


def _named(people: Collection[str] | None) -> tuple[str, ...]:
    return (*people.items, *people.keep) if people else ()
