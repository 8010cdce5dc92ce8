"""The calls that a step consists of: a closed set of operations, each at most one call to the platform.

An operation is plain data, so that a plan can be saved, reviewed and performed later. Things that do not
exist yet are referred to by what will identify them (`TabRef`, `MenuRef`).
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from reconciler.model.base import Frozen
from reconciler.model.menus import Menu, MenuItem
from reconciler.model.moderation import ModerationMode
from reconciler.model.settings import Settings
from reconciler.model.tabs import Tab


class CreateChat(Frozen):
    """Create the group with our app as its owner; at most 50 users and 5 other bots go along."""

    kind: Literal["create_chat"] = "create_chat"
    settings: Settings
    users: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()
    uuid: str
    """At most one group comes of one uuid within 10 hours."""


class BindChat(Frozen):
    """Begin to manage a chat that exists. No call."""

    kind: Literal["bind_chat"] = "bind_chat"
    chat_id: str


class UpdateChat(Frozen):
    """Write settings; what is not named stays. `i18n_names` and `restricted_mode` are complete."""

    kind: Literal["update_chat"] = "update_chat"
    settings: Settings


class AddMembers(Frozen):
    """Add at most 50 users or at most 5 bots; the usable ones come in, the others are listed."""

    kind: Literal["add_members"] = "add_members"
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


class ForgetGroup(Frozen):
    """Stop managing the group, leaving it as it is; a tombstone stays in the state. No call."""

    kind: Literal["forget_group"] = "forget_group"


Operation: TypeAlias = Annotated[
    CreateChat
    | BindChat
    | UpdateChat
    | AddMembers
    | AddManagers
    | RemoveManagers
    | SetModeration
    | DeleteTabs
    | UpdateTabs
    | CreateTabs
    | SortTabs
    | DeleteMenus
    | CreateMenus
    | PatchMenuItem
    | SortMenus
    | ForgetGroup,
    Field(discriminator="kind"),
]

OFFLINE_KINDS = frozenset({"bind_chat", "forget_group"})
"""Operations that change the state only."""
