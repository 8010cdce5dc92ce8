"""The calls that a step consists of: a closed set of operations, each at most one call to the platform.

An operation is plain data, so that a plan can be saved, reviewed and performed later. Things that do not
exist yet are referred to by what will identify them (`TabRef`, `MenuRef`).
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from reconciler.model.announcement import Block
from reconciler.model.base import Frozen
from reconciler.model.menus import Menu, MenuItem
from reconciler.model.moderation import ModerationMode
from reconciler.model.pictures import Purpose
from reconciler.model.settings import Settings
from reconciler.model.tabs import Tab


class CreateChat(Frozen):
    """Create the group; at most 50 users and 5 other bots go along."""

    kind: Literal["create_chat"] = "create_chat"
    settings: Settings
    users: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()
    uuid: str
    """At most one group comes of one uuid within 10 hours."""
    owner: str | None = None
    """The person who owns the group from the start, with our app as a manager; `None`: our app owns it."""


class BindChat(Frozen):
    """Begin to manage a chat that exists. No call."""

    kind: Literal["bind_chat"] = "bind_chat"
    chat_id: str


class UpdateChat(Frozen):
    """Write settings; what is not named stays. `i18n_names` and `restricted_mode` are complete."""

    kind: Literal["update_chat"] = "update_chat"
    settings: Settings


class UploadImage(Frozen):
    """Upload a file; operations after it name it by its digest, for only the upload tells its image key."""

    kind: Literal["upload_image"] = "upload_image"
    purpose: Purpose
    digest: str
    """`sha256:…`"""


class TransferOwner(Frozen):
    """Give the group to a person who is in it. It cannot be taken back; the old owner stays as a member."""

    kind: Literal["transfer_owner"] = "transfer_owner"
    owner: str


class AddMembers(Frozen):
    """Add at most 50 users or at most 5 bots; the usable ones come in, the others are listed."""

    kind: Literal["add_members"] = "add_members"
    ids: tuple[str, ...]


class RemoveMembers(Frozen):
    """Remove at most 50 users or at most 5 bots; who is not in the group counts as removed."""

    kind: Literal["remove_members"] = "remove_members"
    ids: tuple[str, ...]


class AddManagers(Frozen):
    """Appoint members: users only, or at most 5 bots only."""

    kind: Literal["add_managers"] = "add_managers"
    ids: tuple[str, ...]


class RemoveManagers(Frozen):
    """Take the role from managers, who stay members: users only, or at most 5 bots only."""

    kind: Literal["remove_managers"] = "remove_managers"
    ids: tuple[str, ...]


class SetModeration(Frozen):
    """Set who may post. The lists are changes to the live list; users only, at most 50 each."""

    kind: Literal["set_moderation"] = "set_moderation"
    mode: ModerationMode
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class BlockRef(Frozen):
    """A block of the announcement by its id or, when it is yet to be created, by how; else the document itself."""

    id: str = ""
    made: tuple[int, int] | None = None
    """The `number` of the operation that creates it, and its place there."""


class BlockUpdate(Frozen):
    """The complete wanted text of an existing block."""

    id: str
    block: Block


class UpdateBlocks(Frozen):
    """Change the texts of at most 200 blocks of the announcement, all or none; ids and comments stay."""

    kind: Literal["update_blocks"] = "update_blocks"
    revision: int
    """The revision that was planned with."""
    updates: tuple[BlockUpdate, ...]


class CreateBlocks(Frozen):
    """Create at most 50 blocks of the announcement below a block, without what stands below them."""

    kind: Literal["create_blocks"] = "create_blocks"
    revision: int
    number: int
    """Tells the creating operations of a step apart."""
    parent: BlockRef = BlockRef()
    index: int
    """Place of the first one among the children."""
    blocks: tuple[Block, ...]


class DeleteBlocks(Frozen):
    """Delete children of a block of the announcement, with all below them: from `start` to before `end`."""

    kind: Literal["delete_blocks"] = "delete_blocks"
    revision: int
    parent: BlockRef = BlockRef()
    start: int
    end: int


class DeleteTabs(Frozen):
    """Delete url or doc tabs."""

    kind: Literal["delete_tabs"] = "delete_tabs"
    ids: tuple[str, ...]


class TabUpdate(Frozen):
    """The complete wanted content of an existing tab."""

    id: str
    tab: Tab


class UpdateTabs(Frozen):
    """Change tabs in place; id and position stay."""

    kind: Literal["update_tabs"] = "update_tabs"
    tabs: tuple[TabUpdate, ...]


class CreateTabs(Frozen):
    """Append tabs at the right end, in this order."""

    kind: Literal["create_tabs"] = "create_tabs"
    tabs: tuple[Tab, ...]


class TabRef(Frozen):
    """A tab by its id or, when it is yet to be created, by its unique type and link."""

    id: str | None = None
    type: str = ""
    link: str = ""


class SortTabs(Frozen):
    """Set the order of all tabs, built-in ones included, the message tab first."""

    kind: Literal["sort_tabs"] = "sort_tabs"
    order: tuple[TabRef, ...]


class DeleteMenus(Frozen):
    """Delete top-level menus with their children."""

    kind: Literal["delete_menus"] = "delete_menus"
    ids: tuple[str, ...]


class CreateMenus(Frozen):
    """Append top-level menus with their children, in this order."""

    kind: Literal["create_menus"] = "create_menus"
    menus: tuple[Menu, ...]


MenuField: TypeAlias = Literal["ICON", "NAME", "I18N_NAME", "REDIRECT_LINK"]


class PatchMenuItem(Frozen):
    """Change one entry in place; only `fields` are taken from `item`, each of them complete."""

    kind: Literal["patch_menu_item"] = "patch_menu_item"
    id: str
    fields: tuple[MenuField, ...]
    item: MenuItem


class MenuRef(Frozen):
    """A top-level menu by its id or, when it is yet to be created, by its unique name."""

    id: str | None = None
    name: str = ""


class SortMenus(Frozen):
    """Set the order of all top-level menus."""

    kind: Literal["sort_menus"] = "sort_menus"
    order: tuple[MenuRef, ...]


class PutTopNotice(Frozen):
    """Pin the announcement at the top of the group, in the place of whatever is pinned there."""

    kind: Literal["put_top_notice"] = "put_top_notice"


class DeleteTopNotice(Frozen):
    """Take away whatever is pinned at the top of the group; that there is nothing counts as done."""

    kind: Literal["delete_top_notice"] = "delete_top_notice"


class ForgetGroup(Frozen):
    """Stop managing the group, leaving it as it is; a tombstone stays in the state. No call."""

    kind: Literal["forget_group"] = "forget_group"


class DissolveChat(Frozen):
    """Dissolve the group for good, its history with it; one that is dissolved already counts as done."""

    kind: Literal["dissolve_chat"] = "dissolve_chat"


class RenameKey(Frozen):
    """Know the group by the key of the plan from now on, instead of `old`. No call."""

    kind: Literal["rename_key"] = "rename_key"
    old: str


Operation: TypeAlias = Annotated[
    CreateChat
    | BindChat
    | UpdateChat
    | UploadImage
    | TransferOwner
    | AddMembers
    | RemoveMembers
    | AddManagers
    | RemoveManagers
    | SetModeration
    | UpdateBlocks
    | CreateBlocks
    | DeleteBlocks
    | DeleteTabs
    | UpdateTabs
    | CreateTabs
    | SortTabs
    | DeleteMenus
    | CreateMenus
    | PatchMenuItem
    | SortMenus
    | PutTopNotice
    | DeleteTopNotice
    | ForgetGroup
    | DissolveChat
    | RenameKey,
    Field(discriminator="kind"),
]

OFFLINE_KINDS = frozenset({"bind_chat", "forget_group", "rename_key"})
"""Operations that change the state only."""
