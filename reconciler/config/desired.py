"""Effective values of a group as a `DesiredGroup`. The values have been checked; nothing is judged here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from reconciler.config.tree import Node, YamlMap
from reconciler.model.announcement import Announcement
from reconciler.model.collection import Collection, Mode
from reconciler.model.group import DesiredGroup
from reconciler.model.menus import Menu, MenuItem, MenuLink
from reconciler.model.moderation import Moderation
from reconciler.model.settings import Permissions, RestrictedMode, Settings
from reconciler.model.tabs import Tab

T = TypeVar("T")

# Made once: subscripting a generic model costs more than making an instance.
_Identities: Final = Collection[str]
_Tabs: Final = Collection[Tab]
_Menus: Final = Collection[Menu]

_PLAIN_SETTINGS: Final = ("name", "description", "avatar", "chat_type", "group_message_type")
_RESTRICTIONS: Final = ("screenshot", "download", "message")


def desired_group(key: str, values: YamlMap) -> DesiredGroup:
    """Return the group that effective values describe."""
    return DesiredGroup(
        key=key,
        chat_id=values.get("chat_id"),
        settings=_settings(values),
        previously=tuple(values.get("previously", ())),
        owner=values.get("owner"),
        managers=_collection(_Identities, values.get("managers"), Mode.EXACT, str),
        moderation=_moderation(values),
        members=_collection(_Identities, values.get("members"), Mode.ADDITIVE, str),
        announcement=_announcement(values.get("announcement")),
        tabs=_collection(_Tabs, values.get("tabs"), Mode.EXACT, _tab),
        menus=_collection(_Menus, values.get("menus"), Mode.EXACT, _menu),
        top_notice=values.get("top_notice"),
        on_remove=values.get("on_remove", "forget"),
    )


def _settings(values: YamlMap) -> Settings:
    fields = {name: values[name] for name in _PLAIN_SETTINGS if name in values}
    return Settings(
        **fields,
        i18n_names=values.get("i18n_names") or None,
        permissions=Permissions(**values.get("permissions", {})),
        restricted_mode=_restricted_mode(values["restricted_mode"]) if "restricted_mode" in values else None,
    )


def _restricted_mode(mode: YamlMap) -> RestrictedMode:
    """Return confidential mode; without a status it is on when something is restricted."""
    restrictions = {name: mode[name] for name in _RESTRICTIONS if name in mode}
    return RestrictedMode(status=mode.get("status", "not_anyone" in restrictions.values()), **restrictions)


def _collection(
    kind: type[Collection[T]], values: YamlMap | None, default: Mode, item: Callable[[Node], T]
) -> Collection[T] | None:
    """Return a managed list; without a `list` nothing is managed, whatever mode is inherited."""
    if values is None or "list" not in values:
        return None
    return kind(
        mode=Mode(values.get("mode", default)),
        items=tuple(item(each) for each in values["list"]),
        keep=tuple(values.get("keep", ())),
    )


def _moderation(values: YamlMap) -> Moderation | None:
    if "moderation" not in values:
        return None
    moderation = values["moderation"]
    return Moderation(
        mode=moderation["mode"],
        moderators=_collection(_Identities, moderation.get("moderators"), Mode.EXACT, str),
    )


def _announcement(values: YamlMap | None) -> Announcement | None:
    """Return a managed announcement; without a text nothing is managed, whatever `replace_all` is inherited."""
    if values is None or "markdown" not in values:
        return None
    return Announcement(blocks=values["markdown"], replace_all=values.get("replace_all", False))


def _tab(values: YamlMap) -> Tab:
    kind = "url" if "url" in values else "doc"
    return Tab(
        name=values["name"],
        type=kind,  # type: ignore[arg-type]  # mypy sees str instead of the two literals
        link=values[kind],
        open_in_app=values.get("open_in_app"),
        icon=values.get("icon"),
    )


def _menu(values: YamlMap) -> Menu:
    entry = _menu_item(values)
    return Menu(
        name=entry.name,
        url=entry.url,
        i18n_names=entry.i18n_names,
        icon=entry.icon,
        children=tuple(_menu_item(child) for child in values.get("children", ())),
    )


def _menu_item(values: YamlMap) -> MenuItem:
    return MenuItem(
        name=values["name"],
        url=_menu_link(values["url"]) if "url" in values else None,
        i18n_names=values.get("i18n_names") or None,
        icon=values.get("icon"),
    )


def _menu_link(url: Node) -> MenuLink:
    return MenuLink(**url) if isinstance(url, YamlMap) else MenuLink(common=url)
