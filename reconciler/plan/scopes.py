"""Which scopes of the platform a fleet needs: facet → calls → scopes, any one of which suffices.

No call tells which scopes an app holds. What can be known without writing follows from reads: one that is refused
shows that none of its scopes is there, one that is let in shows that one of them is. The platform checks scopes
before it looks at what a call is about (reported), so that a read of a group that is not there tells as much.

Source: `x-scopes-any` of the operations in schemas/api/*.openapi.yaml, which a test compares with the table here;
platform.openapi.yaml, `info.x-missing-scope-error` and `x-call-conventions`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from reconciler.model.address import Facet
from reconciler.model.base import Frozen
from reconciler.model.group import DesiredGroup
from reconciler.plan.people import names_of


class Service(StrEnum):
    """What a fleet may need beside its facets."""

    LOOK_UP = "people by e-mail or mobile number"
    DIRECTORY = "people by union id or user id"
    NAMES = "names of people"
    PICTURES = "pictures"


Use: TypeAlias = Facet | Service


@dataclass(frozen=True, slots=True)
class Calls:
    """The operations of the platform that one use takes, by their operationId."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


CALLS: Final[Mapping[Use, Calls]] = {
    Facet.EXISTENCE: Calls(reads=("chat_list",), writes=("chat_create",)),
    Facet.SETTINGS: Calls(reads=("chat_get",), writes=("chat_update",)),
    Facet.MEMBERS: Calls(reads=("chat_members_get",), writes=("chat_members_create",)),
    Facet.MANAGERS: Calls(
        reads=("chat_get",), writes=("chat_managers_add_managers", "chat_managers_delete_managers")
    ),
    Facet.MODERATION: Calls(reads=("chat_moderation_get",), writes=("chat_moderation_update",)),
    Facet.ANNOUNCEMENT: Calls(
        reads=("docx_chat_announcement_get", "docx_chat_announcement_block_list", "chat_announcement_get"),
        writes=(
            "docx_chat_announcement_block_batch_update",
            "docx_chat_announcement_block_children_create",
            "docx_chat_announcement_block_children_batch_delete",
        ),
    ),
    Facet.TABS: Calls(
        reads=("chat_tab_list",),
        writes=("chat_tab_create", "chat_tab_update", "chat_tab_delete", "chat_tab_sort"),
    ),
    Facet.MENUS: Calls(
        reads=("chat_menu_tree_get",),
        writes=(
            "chat_menu_tree_create",
            "chat_menu_item_patch",
            "chat_menu_tree_delete",
            "chat_menu_tree_sort",
        ),
    ),
    Facet.TOP_NOTICE: Calls(writes=("chat_top_notice_put", "chat_top_notice_delete")),
    Facet.DEPARTURES: Calls(reads=("chat_members_get",), writes=("chat_members_delete",)),
    Facet.OWNER: Calls(reads=("chat_get",), writes=("chat_update",)),
    Facet.LIFECYCLE: Calls(reads=("chat_get",), writes=("chat_delete",)),
    Service.LOOK_UP: Calls(reads=("contact_user_batch_get_id",)),
    Service.DIRECTORY: Calls(reads=("contact_user_batch",)),
    Service.NAMES: Calls(reads=("contact_user_batch",)),
    Service.PICTURES: Calls(writes=("im_image_create",)),
}

OPTIONAL: Final = frozenset({Service.NAMES})
"""Uses that a fleet can do without: plans are right without the names of people."""

_READ_CHATS: Final = ("im:chat", "im:chat:readonly", "im:chat:read", "im:chat.group_info:readonly")
_READ_CHAT: Final = ("im:chat", "im:chat:read", "im:chat:readonly")
_WRITE_MEMBERS: Final = ("im:chat", "im:chat.members:write_only")
_WRITE_MANAGERS: Final = ("im:chat", "im:chat.managers:write_only")
_READ_ANNOUNCEMENT: Final = ("im:chat.announcement:read",)
_WRITE_ANNOUNCEMENT: Final = ("im:chat.announcement:write_only",)
_WRITE_TABS: Final = ("im:chat", "im:chat.tabs:write_only")
_WRITE_MENUS: Final = ("im:chat", "im:chat.menu_tree:write_only")
_WRITE_TOP_NOTICE: Final = ("im:chat", "im:chat.top_notice:write_only")

SCOPES: Final[Mapping[str, tuple[str, ...]]] = {
    "chat_list": _READ_CHATS,
    "chat_create": ("im:chat", "im:chat:create"),
    "chat_get": _READ_CHAT,
    "chat_update": ("im:chat", "im:chat:update"),
    "chat_delete": ("im:chat", "im:chat:delete"),
    "chat_members_get": (
        "im:chat",
        "im:chat:readonly",
        "im:chat.members:read",
        "im:chat.group_info:readonly",
    ),
    "chat_members_create": _WRITE_MEMBERS,
    "chat_members_delete": _WRITE_MEMBERS,
    "chat_managers_add_managers": _WRITE_MANAGERS,
    "chat_managers_delete_managers": _WRITE_MANAGERS,
    "chat_moderation_get": ("im:chat", "im:chat.moderation:read", "im:chat:readonly"),
    "chat_moderation_update": ("im:chat", "im:chat:moderation:write_only"),
    "docx_chat_announcement_get": _READ_ANNOUNCEMENT,
    "docx_chat_announcement_block_list": _READ_ANNOUNCEMENT,
    "chat_announcement_get": ("im:chat", "im:chat.announcement:read", "im:chat:readonly"),
    "docx_chat_announcement_block_batch_update": _WRITE_ANNOUNCEMENT,
    "docx_chat_announcement_block_children_create": _WRITE_ANNOUNCEMENT,
    "docx_chat_announcement_block_children_batch_delete": _WRITE_ANNOUNCEMENT,
    "chat_tab_list": ("im:chat", "im:chat.tabs:read", "im:chat:readonly"),
    "chat_tab_create": _WRITE_TABS,
    "chat_tab_update": _WRITE_TABS,
    "chat_tab_delete": _WRITE_TABS,
    "chat_tab_sort": _WRITE_TABS,
    "chat_menu_tree_get": ("im:chat", "im:chat.menu_tree:read", "im:chat:readonly"),
    "chat_menu_tree_create": _WRITE_MENUS,
    "chat_menu_item_patch": _WRITE_MENUS,
    "chat_menu_tree_delete": _WRITE_MENUS,
    "chat_menu_tree_sort": _WRITE_MENUS,
    "chat_top_notice_put": _WRITE_TOP_NOTICE,
    "chat_top_notice_delete": _WRITE_TOP_NOTICE,
    "contact_user_batch_get_id": ("contact:user.id:readonly",),
    "contact_user_batch": ("contact:contact.base:readonly",),
    "im_image_create": ("im:resource", "im:resource:upload"),
}

READS: Final = frozenset(operation for calls in CALLS.values() for operation in calls.reads)


class Known(StrEnum):
    """What is known of the scopes of a call."""

    THERE = "there"
    MISSING = "missing"
    UNKNOWN = "unknown"


class ScopeNeed(Frozen):
    """One call that a fleet needs."""

    operation: str
    """Its operationId."""
    uses: tuple[str, ...]
    """What it is needed for: facets, people, pictures."""
    scopes: tuple[str, ...]
    """Any one of these suffices."""
    writes: bool
    optional: bool = False
    """Whether the fleet can do without it."""
    known: Known = Known.UNKNOWN


def needs_of(groups: Iterable[DesiredGroup], *, creating: bool, pictures: bool) -> tuple[ScopeNeed, ...]:
    """Return the calls that groups need, in the order of the table.

    Args:
        groups: As the configuration has them, before names were looked up.
        creating: Whether one of them has no chat yet.
        pictures: Whether one of them names a file as its avatar or as an icon.
    """
    used: set[Use] = set(_uses(groups))
    used |= {use for use, needed in ((Facet.EXISTENCE, creating), (Service.PICTURES, pictures)) if needed}
    by_operation: defaultdict[tuple[str, bool], list[Use]] = defaultdict(list)
    for use, calls in CALLS.items():
        for operation in calls.reads if use in used else ():
            by_operation[operation, False].append(use)
        for operation in calls.writes if use in used else ():
            by_operation[operation, True].append(use)
    return tuple(
        ScopeNeed(
            operation=operation,
            uses=tuple(use.value for use in uses),
            scopes=SCOPES[operation],
            writes=writes,
            optional=OPTIONAL.issuperset(uses),
        )
        for (operation, writes), uses in by_operation.items()
    )


def _uses(groups: Iterable[DesiredGroup]) -> Iterator[Use]:
    for group in groups:
        yield from group.facets
        if group.on_remove == "dissolve":
            yield Facet.LIFECYCLE
        for name in names_of(group):
            yield Service.DIRECTORY if name.startswith(("on_", "user_id:")) else Service.LOOK_UP
        if group.implied_members:
            yield Service.NAMES


def judge(needs: Iterable[ScopeNeed], probed: Mapping[str, tuple[str, ...] | None]) -> tuple[ScopeNeed, ...]:
    """Return the needs with what reads show of their scopes.

    Args:
        needs: What the fleet needs.
        probed: Reads that were tried: `None` for one that was let in, for one that was refused the scopes that the
            platform named, which may be none at all. Reads of which nothing is known are left out.
    """
    absent = {
        scope
        for operation, named in probed.items()
        if named is not None
        for scope in named or SCOPES[operation]
    }
    # Of a read that was let in, one scope is there: it is known which, when no other one can be.
    there = {
        left.pop()
        for operation, named in probed.items()
        if named is None and len(left := set(SCOPES[operation]) - absent) == 1
    }
    return tuple(need.model_copy(update={"known": _known(need, probed, absent, there)}) for need in needs)


def _known(
    need: ScopeNeed, probed: Mapping[str, tuple[str, ...] | None], absent: set[str], there: set[str]
) -> Known:
    if need.operation in probed:
        return Known.THERE if probed[need.operation] is None else Known.MISSING
    if there.intersection(need.scopes):
        return Known.THERE
    return Known.MISSING if absent.issuperset(need.scopes) else Known.UNKNOWN
