"""Rules of the platform that need no platform to be checked.

Lists, `moderation` and `restricted_mode` are never mixed from several layers, so that their rules are checked per
layer: one message at the place where it is written, however many groups inherit it, and templates that no group
uses are checked as well. Rules about several values are checked on the effective values of a group.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.config.problems import Problems
from reconciler.config.tree import Node, YamlList, YamlMap
from reconciler.errors import Source, Text, text
from reconciler.model.address import address
from reconciler.model.ids import SELF
from reconciler.model.managers import LARGE_CAP, ORDINARY_CAP
from reconciler.model.menus import NAME_LENGTH as MENU_NAME_LENGTH
from reconciler.model.menus import SECOND_LEVELS, TOP_LEVELS
from reconciler.model.tabs import CUSTOM_TABS
from reconciler.model.tabs import NAME_LENGTH as TAB_NAME_LENGTH

ADVISED_NAME_LENGTH: Final = 60
ADVISED_DESCRIPTION_LENGTH: Final = 100
"""Advice, not limits. Source: chats.openapi.yaml, chat_create `x-rules`."""
PUBLIC_NAME_MIN_LENGTH: Final = 2
"""Source: chats.openapi.yaml, code 232020."""

_RESTRICTIONS: Final = ("screenshot", "download", "message")
_WEB: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is being checked, for messages."""

    problems: Problems
    key: str

    def at(self, *parts: str) -> str:
        """Return an address in the group; empty for templates and defaults."""
        return address(self.key, *parts) if self.key else ""


def check_layer(values: YamlMap, key: str, problems: Problems) -> None:
    """Check what one layer writes.

    Args:
        values: The layer in normal form.
        key: Key of the group, or empty for a template or defaults.
        problems: Takes everything that is wrong.
    """
    scope = _Scope(problems, key)
    settings = scope.at("settings")
    if "name" in values:
        _check_group_name(values, "name", settings, problems)
    if "i18n_names" in values:
        for locale in values["i18n_names"]:
            _check_group_name(values["i18n_names"], locale, settings, problems)
    if "description" in values:
        _check_description(values, settings, problems)
    if "restricted_mode" in values:
        _check_restricted_mode(values, settings, problems)
    if "moderation" in values:
        _check_moderation(values, scope.at("moderation"), problems)
    if "managers" in values:
        _check_managers(values["managers"], scope.at("managers"), problems)
    if "tabs" in values:
        _check_tabs(values["tabs"], scope)
    if "menus" in values:
        _check_menus(values["menus"], scope)


def check_group(values: YamlMap, key: str, problems: Problems) -> None:
    """Check the effective values of a group."""
    scope = _Scope(problems, key)
    _check_public_name(values, scope)
    for facet in ("managers", "tabs", "menus"):
        if facet in values:
            _check_keep(values[facet], scope.at(facet), problems)
    if "members" in values:
        _check_keep(values["members"], scope.at("members"), problems, default="additive")
    if "moderation" in values and "moderators" in values["moderation"]:
        _check_keep(values["moderation"]["moderators"], scope.at("moderation"), problems)


def check_fleet(groups: Mapping[str, YamlMap], problems: Problems) -> None:
    """Check what must differ between groups.

    Args:
        groups: Effective values by key.
        problems: Takes everything that is wrong.
    """
    _check_unique(
        ((key, values, "chat_id") for key, values in groups.items() if "chat_id" in values),
        text("Chat bound twice"),
        text("`{value}` is bound to the key `{first}` already, in {place}."),
        text("A group chat has one key. Remove one of the two."),
        problems,
    )
    _check_unique(
        ((key, values, "name") for key, values in groups.items() if _is_public(values) and "name" in values),
        text("Public name used twice"),
        text(
            "The public group `{first}` has the name `{value}` as well, in {place}; public names are unique."
        ),
        text("Rename one of them, or make one `private`."),
        problems,
    )
    _check_previously(groups, problems)


def _check_previously(groups: Mapping[str, YamlMap], problems: Problems) -> None:
    """Check that an old key is one no longer, and became one key only."""
    claims = sorted(
        (values["previously"].item_source(index), old, key)
        for key, values in groups.items()
        for index, old in enumerate(values.get("previously", ()))
    )
    first: dict[str, tuple[str, Source]] = {}
    for source, old, key in claims:
        if old in groups:
            problems.error(
                text("Old key is still a key"),
                text(
                    "`{old}` cannot have become `{key}`: the files still have the key `{old}`.",
                    old=old,
                    key=key,
                ),
                hint=text("Remove one of the two."),
                address=key,
                source=source,
            )
        elif old in first:
            problems.error(
                text("Old key claimed twice"),
                text(
                    "`{old}` became `{key}` already, in {place}.",
                    old=old,
                    key=first[old][0],
                    place=first[old][1],
                ),
                hint=text("A group has one key. Remove one of the two."),
                address=key,
                source=source,
            )
        first.setdefault(old, (key, source))


def _is_public(values: YamlMap) -> bool:
    return bool(values.get("chat_type") == "public")


def _check_unique(
    uses: Iterable[tuple[str, YamlMap, str]], summary: Text, detail: Text, hint: Text, problems: Problems
) -> None:
    """Report every value that is used before, in the order of the files."""
    first: dict[str, tuple[str, Source]] = {}
    ordered = sorted((values.value_source(path), key, values[path]) for key, values, path in uses)
    for source, key, value in ordered:
        if value in first:
            first_key, place = first[value]
            problems.error(
                summary,
                text(detail, value=value, first=first_key, place=place),
                hint=hint,
                address=key,
                source=source,
            )
        else:
            first[value] = (key, source)


# Settings


def _check_text(holder: YamlMap, key: str, where: str, problems: Problems) -> bool:
    """Check a text that is shown in one line, and tell whether it is usable."""
    value, source = holder[key], holder.value_source(key)
    if not value.strip():
        problems.error(
            text("Empty name"),
            text("`{key}` holds no visible character.", key=key),
            hint=text("Write a name, or leave the key out."),
            address=where,
            source=source,
        )
        return False
    if any(character in value for character in "\n\r\t"):
        problems.error(
            text("Name with a line break"),
            text("`{key}` holds a line break or a tab. It is shown in one line.", key=key),
            hint=text("Write it in one line, without `|` and `>`."),
            address=where,
            source=source,
        )
        return False
    return True


def _check_group_name(holder: YamlMap, key: str, where: str, problems: Problems) -> None:
    if _check_text(holder, key, where, problems) and len(holder[key]) > ADVISED_NAME_LENGTH:
        _advise_shorter(holder, key, ADVISED_NAME_LENGTH, where, problems)


def _check_description(values: YamlMap, where: str, problems: Problems) -> None:
    if len(values["description"]) > ADVISED_DESCRIPTION_LENGTH:
        _advise_shorter(values, "description", ADVISED_DESCRIPTION_LENGTH, where, problems)


def _advise_shorter(holder: YamlMap, key: str, limit: int, where: str, problems: Problems) -> None:
    problems.warning(
        text("Longer than advised"),
        text(
            "`{key}` has {length} characters; the platform advises at most {limit}.",
            key=key,
            length=len(holder[key]),
            limit=limit,
        ),
        address=where,
        source=holder.value_source(key),
    )


def _check_public_name(values: YamlMap, scope: _Scope) -> None:
    if not _is_public(values) or "name" not in values:
        return
    if 0 < len(values["name"]) < PUBLIC_NAME_MIN_LENGTH:
        scope.problems.error(
            text("Public name too short"),
            text(
                "The name of a public group has at least {limit} characters; `{name}` has {length}.",
                limit=PUBLIC_NAME_MIN_LENGTH,
                name=values["name"],
                length=len(values["name"]),
            ),
            hint=text("Write a longer name, or `chat_type: private`."),
            address=scope.at("settings"),
            source=values.value_source("name"),
        )


def _check_restricted_mode(values: YamlMap, where: str, problems: Problems) -> None:
    """Check that the switch agrees with its three settings.

    Source: chats.openapi.yaml, `info.x-rules` (status true needs one `not_anyone`, false needs none).
    """
    mode: YamlMap = values["restricted_mode"]
    restricted = [name for name in _RESTRICTIONS if mode.get(name) == "not_anyone"]
    if mode.get("status") is True and not restricted:
        problems.error(
            text("Restricted mode without a restriction"),
            text("Restricted mode is switched on, but screenshot, download and message are all allowed."),
            hint=text(
                "Set at least one of them to `not_anyone`, or write `restricted_mode: {status: false}`."
            ),
            address=where,
            source=mode.key_source("status"),
        )
    if mode.get("status") is False and restricted:
        problems.error(
            text("Conflicting settings"),
            text(
                "Restricted mode is switched off in line {line}, but `{name}` is `not_anyone`.",
                line=mode.key_source("status").line,
                name=restricted[0],
            ),
            hint=text("Remove `status: false`, or remove the restriction."),
            address=where,
            source=mode.key_source(restricted[0]),
        )


# People


def _check_moderation(values: YamlMap, where: str, problems: Problems) -> None:
    moderation: YamlMap = values["moderation"]
    has_list = "list" in moderation.get("moderators", ())
    if moderation["mode"] == "moderator_list" and not has_list:
        problems.error(
            text("Moderators missing"),
            text("With `moderator_list`, the list says who may post, but there is none."),
            hint=text('Add `moderators: ["@alias", …]`, or use `only_owner`.'),
            address=where,
            source=moderation.value_source("mode"),
        )
    if moderation["mode"] != "moderator_list" and "moderators" in moderation:
        problems.error(
            text("Conflicting settings"),
            text(
                "Moderators have a meaning with `mode: moderator_list` only; it is `{mode}`.",
                mode=moderation["mode"],
            ),
            hint=text("Change the mode, or remove `moderators`."),
            address=where,
            source=moderation.key_source("moderators"),
        )


def _check_managers(managers: YamlMap, where: str, problems: Problems) -> None:
    """Check the number of managers; our own app is the owner, which does not count.

    Source: members.openapi.yaml, `x-limits`.
    """
    count = sum(identity != SELF for identity in managers.get("list", ()))
    if count > LARGE_CAP:
        problems.error(
            text("Too many managers"),
            text("A group has at most {limit} managers; {count} are listed.", limit=LARGE_CAP, count=count),
            hint=text("Remove {surplus} of them.", surplus=count - LARGE_CAP),
            address=where,
            source=managers.key_source("list"),
        )
    elif count > ORDINARY_CAP:
        problems.warning(
            text("Many managers"),
            text(
                "Only super-large groups take more than {limit} managers; {count} are listed.",
                limit=ORDINARY_CAP,
                count=count,
            ),
            address=where,
            source=managers.key_source("list"),
        )


def _check_keep(collection: YamlMap, where: str, problems: Problems, default: str = "exact") -> None:
    if "keep" not in collection:
        return
    if collection.get("mode", default) == "additive":
        problems.error(
            text("Conflicting settings"),
            text("`keep` has a meaning with `mode: exact` only; an `additive` list keeps everything anyway."),
            hint=text("Remove `keep`, or write `mode: exact`."),
            address=where,
            source=collection.key_source("keep"),
        )
    items = {item["name"] if isinstance(item, YamlMap) else item for item in collection.get("list", ())}
    keep: YamlList = collection["keep"]
    for index, name in enumerate(keep):
        if name in items:
            problems.error(
                text("Listed and kept"),
                text(
                    "`{name}` is in the list and in `keep`, which is for things that are not listed.",
                    name=name,
                ),
                hint=text("Remove it from one of the two."),
                address=where,
                source=keep.item_source(index),
            )


# Tabs


def _check_tabs(tabs: YamlMap, scope: _Scope) -> None:
    items: YamlList = tabs.get("list", YamlList())
    _check_count(items, CUSTOM_TABS, text("Too many tabs"), text("A group has at most {limit} tabs; this is number {number}."), scope.at("tabs"), scope.problems)  # fmt: skip
    for tab in items:
        _check_tab(tab, scope.at("tabs", tab["name"]), scope.problems)
    _check_unique_names(items, scope, "tabs")
    _check_unique_links(items, scope)


def _check_tab(tab: YamlMap, where: str, problems: Problems) -> None:
    _check_limited_name(tab, "name", TAB_NAME_LENGTH, where, problems)
    if ("url" in tab) == ("doc" in tab):
        problems.error(
            text("Tab without a single target"),
            text("A tab leads either to a web page (`url`) or to a document (`doc`)."),
            hint=text("Write exactly one of `url` and `doc`."),
            address=where,
            source=tab.key_source("doc") if "doc" in tab else tab.key_source("name"),
        )
    for key in ("url", "doc"):
        if key in tab:
            _check_link(tab, key, where, problems)
    for key in ("icon", "open_in_app"):
        if key in tab and "url" not in tab:
            problems.error(
                text("Conflicting settings"),
                text("Only tabs with a `url` can have `{key}`.", key=key),
                hint=text("Remove `{key}`.", key=key),
                address=where,
                source=tab.key_source(key),
            )


def _check_unique_links(items: YamlList, scope: _Scope) -> None:
    seen: dict[tuple[str, str], Source] = {}
    for tab in items:
        for key in ("url", "doc"):
            if key not in tab:
                continue
            link, source = (key, tab[key]), tab.value_source(key)
            if link in seen:
                scope.problems.error(
                    text("Tab link used twice"),
                    text(
                        "Another tab of the group leads to the same place, in line {line}.",
                        line=seen[link].line,
                    ),
                    hint=text("Remove one of the two."),
                    address=scope.at("tabs", tab["name"]),
                    source=source,
                )
            seen.setdefault(link, source)


# Menus


def _check_menus(menus: YamlMap, scope: _Scope) -> None:
    items: YamlList = menus.get("list", YamlList())
    _check_count(items, TOP_LEVELS, text("Too many menus"), text("A group has at most {limit} menus; this is number {number}."), scope.at("menus"), scope.problems)  # fmt: skip
    for menu in items:
        _check_menu(menu, scope)
    _check_unique_names(items, scope, "menus")


def _check_menu(menu: YamlMap, scope: _Scope) -> None:
    where = scope.at("menus", menu["name"])
    _check_menu_entry(menu, where, scope.problems)
    children: YamlList = menu.get("children", YamlList())
    for key in ("url", "icon"):
        if "children" in menu and key in menu:
            scope.problems.error(
                text("Menu with entries and a target"),
                text("A menu with `children` opens them, so that it has neither link nor icon."),
                hint=text("Remove `{key}`, or make it an entry of its own under `children`.", key=key),
                address=where,
                source=menu.key_source(key),
            )
    _check_count(children, SECOND_LEVELS, text("Too many entries"), text("A menu has at most {limit} entries; this is number {number}."), where, scope.problems)  # fmt: skip
    for child in children:
        _check_menu_entry(child, scope.at("menus", menu["name"], child["name"]), scope.problems)


def _check_menu_entry(entry: YamlMap, where: str, problems: Problems) -> None:
    _check_limited_name(entry, "name", MENU_NAME_LENGTH, where, problems)
    names: YamlMap = entry.get("i18n_names", YamlMap())
    for locale in names:
        _check_limited_name(names, locale, MENU_NAME_LENGTH, where, problems)
    url = entry.get("url")
    if isinstance(url, YamlMap):
        for client in url:
            _check_link(url, client, where, problems)
    elif url is not None:
        _check_link(entry, "url", where, problems)


# Things of collections


def _check_count(
    items: YamlList, limit: int, summary: Text, detail: Text, where: str, problems: Problems
) -> None:
    if len(items) > limit:
        problems.error(
            summary,
            text(detail, limit=limit, number=limit + 1),
            hint=text("Remove {surplus} of the {count}.", surplus=len(items) - limit, count=len(items)),
            address=where,
            source=items.item_source(limit),
        )


def _check_unique_names(items: YamlList, scope: _Scope, facet: str) -> None:
    seen: dict[str, Source] = {}
    for item in items:
        name, source = item["name"], item.value_source("name")
        if name in seen:
            scope.problems.error(
                text("Name used twice"),
                text(
                    "`{name}` is the name of another one as well, in line {line}.",
                    name=name,
                    line=seen[name].line,
                ),
                hint=text("Names are unique in a group. Rename one of the two."),
                address=scope.at(facet, name),
                source=source,
            )
        seen.setdefault(name, source)


def _check_limited_name(holder: YamlMap, key: str, limit: int, where: str, problems: Problems) -> None:
    """Check a name with a stated limit.

    The documents do not agree whether characters or bytes are counted; what is within the limit both ways is safe.
    Source: tabs.openapi.yaml and menus.openapi.yaml, `x-open-questions`.
    """
    if not _check_text(holder, key, where, problems):
        return
    length, size = len(holder[key]), len(holder[key].encode())
    if length > limit:
        problems.error(
            text("Name too long"),
            text(
                "`{key}` has {length} characters; the limit is {limit}.", key=key, length=length, limit=limit
            ),
            hint=text("Write a shorter name."),
            address=where,
            source=holder.value_source(key),
        )
    elif size > limit:
        problems.warning(
            text("Name may be too long"),
            text(
                "`{key}` has {size} bytes. The platform's limit of {limit} may be one of bytes: it is not documented.",
                key=key,
                size=size,
                limit=limit,
            ),
            address=where,
            source=holder.value_source(key),
        )


def _check_link(holder: YamlMap, key: str, where: str, problems: Problems) -> None:
    link: Node = holder[key]
    if not link.lower().startswith(_WEB) or len(link.split()) != 1 or not link.split("://", 1)[1]:
        problems.error(
            text("Invalid link"),
            text("`{key}` has to be an address that begins with `http://` or `https://`.", key=key),
            hint=text("Copy the address from the browser."),
            address=where,
            source=holder.value_source(key),
        )
