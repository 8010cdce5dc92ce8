"""A tiny pure interpreter of operations by the rules of the contract: what the laws run plans on.

It is strict where the platform is lenient: an operation that the contract calls an error, or that would
change nothing by its rules, raises `ContractBroken`. The emulator is the faithful one; this one is small
enough to be believed at a glance.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from reconciler.model.base import JsonValue
from reconciler.model.group import LiveGroup
from reconciler.model.ids import is_user, other_bots_of
from reconciler.model.menus import LiveMenu, LiveMenuItem, Menu
from reconciler.model.settings import Settings
from reconciler.model.tabs import LiveTab, Tab
from reconciler.plan.operations import (
    AddManagers,
    AddMembers,
    CreateMenus,
    CreateTabs,
    DeleteMenus,
    DeleteTabs,
    DeleteTopNotice,
    MenuRef,
    Operation,
    PatchMenuItem,
    PutTopNotice,
    RemoveManagers,
    RemoveMembers,
    SetModeration,
    SortMenus,
    SortTabs,
    TabRef,
    TransferOwner,
    UpdateChat,
    UpdateTabs,
)

ORDINARY_CAP = 10
SUPER_LARGE_CAP = 20


class ContractBroken(AssertionError):
    """An operation the platform would refuse, with the code of the refusal."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code


def require(condition: bool, code: int, why: str) -> None:
    if not condition:
        raise ContractBroken(code, why)


class FakeChat:
    """One chat. `hides_bots`: like the documented calls, reading does not tell bot members."""

    def __init__(self, live: LiveGroup, *, hides_bots: bool = False) -> None:
        assert live.managers is not None
        assert live.moderation
        assert live.members
        assert live.members.bots is not None
        assert live.tabs is not None
        assert live.menus is not None
        self._fields = dict(live)
        self._users, self._bots = live.members.users, live.members.bots
        self._managers = live.managers
        self._mode = live.moderation.mode
        self._moderators = live.moderation.moderators or frozenset()
        self._tabs, self._menus = list(live.tabs), list(live.menus)
        self._owner = live.owner
        self._settings = live.settings
        self._top_notice = live.top_notice
        self._cap = ORDINARY_CAP if len(live.managers) <= ORDINARY_CAP else SUPER_LARGE_CAP
        self._hides_bots = hides_bots
        self._numbers = count(1)
        self.peak_of_managers = len(self._managers)

    def read(self) -> LiveGroup:
        owners = {self._owner} if self._owner else set()
        listing = self._mode == "moderator_list"
        return LiveGroup.model_validate(
            {
                **self._fields,
                "owner": self._owner,
                "settings": self._settings,
                "managers": self._managers,
                "moderation": {
                    "mode": self._mode,
                    "moderators": self._moderators | owners if listing else None,
                },
                "members": {"users": self._users, "bots": None if self._hides_bots else self._bots},
                "tabs": tuple(self._tabs),
                "menus": tuple(self._menus),
                "top_notice": self._top_notice,
            }
        )

    def perform(self, operations: Iterable[Operation]) -> LiveGroup:
        """Perform operations one after another and return the group afterwards."""
        for operation in operations:
            self._perform(operation)
        return self.read()

    def _perform(self, operation: Operation) -> None:
        match operation:
            case UpdateChat():
                self._update(operation.settings)
            case TransferOwner():
                self._transfer(operation.owner)
            case AddMembers():
                self._add_members(operation.ids)
            case RemoveMembers():
                self._remove_members(operation.ids)
            case AddManagers():
                self._add_managers(operation.ids)
            case RemoveManagers():
                self._remove_managers(operation.ids)
            case SetModeration():
                self._set_moderation(operation)
            case DeleteTabs():
                self._delete_tabs(operation.ids)
            case UpdateTabs():
                for update in operation.tabs:
                    self._update_tab(update.id, update.tab)
            case CreateTabs():
                self._create_tabs(operation.tabs)
            case SortTabs():
                self._sort_tabs(operation.order)
            case PutTopNotice():
                self._top_notice = "announcement"
            case DeleteTopNotice():
                self._top_notice = "none"
            case DeleteMenus():
                self._delete_menus(operation.ids)
            case CreateMenus():
                self._create_menus(operation.menus)
            case PatchMenuItem():
                self._patch(operation)
            case SortMenus():
                self._sort_menus(operation.order)
            case _:
                raise ContractBroken(0, f"{operation.kind} is no call on an existing chat")

    # -------------------------------------------------------------- settings

    def _update(self, sent: Settings) -> None:
        """Partial update; the reading of nested objects that hurts most: they are replaced as a whole."""
        fields = self._settings.fields()
        if sent.i18n_names is not None:
            fields = {path: value for path, value in fields.items() if not path.startswith("i18n_names.")}
        self._settings = Settings.from_fields({**fields, **sent.fields()})
        restricted = self._settings.restricted_mode
        if restricted:
            bans = {restricted.screenshot, restricted.download, restricted.message}
            require(restricted.status == ("not_anyone" in bans), 232001, "status and restrictions disagree")
        name = self._settings.name or ""
        require(self._settings.chat_type != "public" or len(name) >= 2, 232020, "name of a public group")

    # -------------------------------------------------------------- people

    def _check_ids(self, ids: tuple[str, ...], users: int, bots: int) -> None:
        require(len(ids) > 0, 232027, "no ids")
        require(len(set(ids)) == len(ids), 232001, "an id twice")
        kinds = {is_user(each) for each in ids}
        require(len(kinds) == 1, 232001, "users and bots in one call")
        require(len(ids) <= (users if kinds == {True} else bots), 232001, "too many ids for a call")

    def _transfer(self, owner: str) -> None:
        require(is_user(owner), 232035, "only a person can become the owner")
        require(owner in self._users, 232012, "the new owner has to be in the chat")
        require(owner != self._owner, 0, "who owns the chat need not become its owner")
        self._owner = owner
        self._managers -= {owner}

    def _add_members(self, ids: tuple[str, ...]) -> None:
        self._check_ids(ids, 50, 5)
        self._users |= {each for each in ids if is_user(each)}
        self._bots |= frozenset(other_bots_of(ids))
        require(len(self._bots) <= 15, 232013, "more than 15 bots")

    def _remove_members(self, ids: tuple[str, ...]) -> None:
        self._check_ids(ids, 50, 5)
        require(self._owner not in ids, 232076, "the owner cannot be removed")
        require(self._users | self._bots >= set(ids), 0, "who is not in the group need not be removed")
        gone = frozenset(ids)
        self._users, self._bots = self._users - gone, self._bots - gone
        self._managers, self._moderators = self._managers - gone, self._moderators - gone

    def _add_managers(self, ids: tuple[str, ...]) -> None:
        self._check_ids(ids, 50, 5)
        require(self._users | self._bots >= set(ids), 232011, "a manager has to be in the chat")
        require(self._owner not in ids, 232027, "the owner is no manager")
        self._managers |= frozenset(ids)
        self.peak_of_managers = max(self.peak_of_managers, len(self._managers))
        require(len(self._managers) <= self._cap, 232040, "too many managers")

    def _remove_managers(self, ids: tuple[str, ...]) -> None:
        self._check_ids(ids, 50, 5)
        require(self._managers >= set(ids), 232027, "not a manager")
        self._managers -= frozenset(ids)

    def _set_moderation(self, operation: SetModeration) -> None:
        added, removed = frozenset(operation.add), frozenset(operation.remove)
        require(max(len(added), len(removed)) <= 50, 232001, "too many ids")
        require(not added & removed, 232001, "an id in both lists")
        require(all(is_user(each) for each in added | removed), 232001, "users only")
        require(added <= self._users, 0, "who is not in the group is dropped silently")
        self._mode = operation.mode
        if self._mode == "moderator_list":
            self._moderators = (self._moderators | added) - removed

    # -------------------------------------------------------------- tabs

    def _delete_tabs(self, ids: tuple[str, ...]) -> None:
        require(len(ids) > 0, 232001, "no ids")
        for tab_id in ids:
            tab = self._tab(tab_id)
            require(tab.writable, 232049, "a built-in tab")
            self._tabs.remove(tab)

    def _update_tab(self, tab_id: str, wanted: Tab) -> None:
        tab = self._tab(tab_id)
        require(tab.writable, 232049, "a built-in tab")
        require(tab.type == wanted.type, 232049, "another type")
        told = wanted.model_dump(exclude_none=True)
        self._tabs[self._tabs.index(tab)] = tab.model_copy(update=told)

    def _create_tabs(self, tabs: tuple[Tab, ...]) -> None:
        require(len(tabs) > 0, 232001, "no tabs")
        self._tabs += [LiveTab(**dict(tab), id=f"new-tab-{next(self._numbers)}") for tab in tabs]
        require(sum(tab.writable for tab in self._tabs) <= 20, 232046, "more than 20 tabs")

    def _sort_tabs(self, order: tuple[TabRef, ...]) -> None:
        tabs = [self._referred_tab(ref) for ref in order]
        have, told = sorted(tab.id for tab in self._tabs), sorted(tab.id for tab in tabs)
        require(have == told, 232001, "every tab exactly once")
        message = [tab.type == "message" for tab in tabs]
        require(True not in message[1:], 232001, "the message tab comes first")
        self._tabs = tabs

    def _referred_tab(self, ref: TabRef) -> LiveTab:
        if ref.id:
            return self._tab(ref.id)
        found = [tab for tab in self._tabs if (tab.type, tab.link) == (ref.type, ref.link)]
        require(len(found) == 1, 232001, "a new tab is known by its unique type and link")
        return found[0]

    def _tab(self, tab_id: str) -> LiveTab:
        found = [tab for tab in self._tabs if tab.id == tab_id]
        require(len(found) == 1, 232001, "unknown tab")
        return found[0]

    # -------------------------------------------------------------- menus

    def _delete_menus(self, ids: tuple[str, ...]) -> None:
        require(len(ids) > 0, 232001, "no ids")
        for menu_id in ids:
            self._menus.remove(self._menu(menu_id))

    def _create_menus(self, menus: tuple[Menu, ...]) -> None:
        require(len(menus) > 0, 232001, "no menus")
        self._menus += [self._new_menu(menu) for menu in menus]
        require(len(self._menus) <= 3, 232070, "more than 3 top-level menus")

    def _new_menu(self, menu: Menu) -> LiveMenu:
        require(len(menu.children) <= 5, 232071, "more than 5 second-level menus")
        require(not (menu.children and (menu.icon or menu.url)), 232078, "icon or link beside children")
        children = tuple(
            LiveMenuItem(**dict(child), id=f"new-item-{next(self._numbers)}") for child in menu.children
        )
        return LiveMenu(**{**dict(menu), "children": children}, id=f"new-menu-{next(self._numbers)}")

    def _patch(self, operation: PatchMenuItem) -> None:
        require(len(operation.fields) > 0, 232001, "no update_fields")
        names = {"NAME": "name", "I18N_NAME": "i18n_names", "REDIRECT_LINK": "url", "ICON": "icon"}
        told = {names[field]: getattr(operation.item, names[field]) for field in operation.fields}
        patched = [self._patched(menu, operation.id, told) for menu in self._menus]
        require(patched != self._menus, 232001, "unknown entry, or nothing to change")
        self._menus = patched

    def _patched(self, menu: LiveMenu, item_id: str, told: dict[str, JsonValue]) -> LiveMenu:
        def patch(item: LiveMenuItem) -> LiveMenuItem:
            if item.id != item_id:
                return item
            require(
                "url" not in told or (item.url is None) == (told["url"] is None),
                232001,
                "action_type is fixed",
            )
            require(
                "icon" not in told or told["icon"] is not None, 232001, "removing an icon is inferred only"
            )
            return item.model_copy(update=told)

        children = tuple(patch(child) for child in menu.children)
        return LiveMenu(**{**dict(patch(menu)), "children": children})

    def _sort_menus(self, order: tuple[MenuRef, ...]) -> None:
        menus = [self._referred_menu(ref) for ref in order]
        have, told = sorted(menu.id for menu in self._menus), sorted(menu.id for menu in menus)
        require(have == told, 232072, "every menu exactly once")
        self._menus = menus

    def _referred_menu(self, ref: MenuRef) -> LiveMenu:
        if ref.id:
            return self._menu(ref.id)
        # A kept or surplus menu may have the name as well; the created one stands further right.
        found = [menu for menu in self._menus if menu.name == ref.name]
        require(len(found) > 0, 232072, "unknown menu")
        return found[-1]

    def _menu(self, menu_id: str) -> LiveMenu:
        found = [menu for menu in self._menus if menu.id == menu_id]
        require(len(found) == 1, 232001, "unknown menu")
        return found[0]
