"""Where each value of a group comes from, and what it overrides.

Merging (`reconciler.config.merge`) tells what is effective. Here the same layers are followed once more, and every
word that one of them says of a value is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from reconciler.config.layers import paths_of
from reconciler.config.merge import Layer
from reconciler.config.positions import Origin
from reconciler.config.schema import UNMANAGEABLE, Group
from reconciler.config.tree import Node, YamlList, YamlMap, empty_list, plain
from reconciler.config.wording import closest
from reconciler.errors import Diagnostic, Source, UsageError, text
from reconciler.model.address import address
from reconciler.model.base import JsonValue
from reconciler.model.explanation import LISTS, Duty, Explained, LayerKind, Role, Word
from reconciler.model.group import DesiredGroup
from reconciler.model.markdown import markdown_of
from reconciler.model.persons import masked
from reconciler.model.settings import LOCALES, Permissions

_PARTS: Final = ("permissions", "i18n_names")
"""Maps of settings that are written one by one."""
_COLLECTIONS: Final = ("managers", "members", "tabs", "menus")
_ORDER: Final = Group.key_order()
_INNER_ORDER: Final = (*Permissions.model_fields, *LOCALES)
_DEFAULT_MODES: Final = {path: "additive" if path == "members" else "exact" for path in LISTS}
_NOT_SETTINGS: Final = ("chat_id", "previously", "on_remove")


def explain(origin: Origin, group: DesiredGroup) -> tuple[Explained, ...]:
    """Return every value of a group in the order of the documentation, with all that its layers say of it.

    Args:
        origin: The layers of the group.
        group: The same group as the configuration asks for it.
    """
    values = {
        path: Explained(
            path=path,
            managed=words[-1].action == "written",
            value=words[-1].value,
            decided_by=words[-1],
            overrides=tuple(reversed(words[:-1])),
        )
        for path, words in _followed(origin).items()
    }
    for default in _defaults(values, group):
        values.setdefault(default.path, default)
    for identity in group.implied_members:
        path = address("members", identity)
        duties = tuple(_duties(identity, group, values))
        if duties:
            known = values.get(path, Explained(path=path, managed=True))
            values[path] = known.model_copy(update={"managed": True, "implied_by": duties})
    return tuple(sorted(values.values(), key=_place))


def narrowed(values: Iterable[Explained], path: str, people: Mapping[str, str]) -> tuple[Explained, ...]:
    """Return the values that `path` names: itself, and all below it; people by alias as well.

    Args:
        values: All values of a group.
        path: A setting, a facet or a thing in it; empty for everything.
        people: Whom aliases stand for.

    Raises:
        UsageError: No group can have such a value.
    """
    told = tuple(values)
    facet, _, name = path.partition("/")
    wanted = paths_of(address(facet, _identity(name, people)) if name else path) if path else ("",)
    found = tuple(each for each in told if any(_is_below(each.path, one) for one in wanted))
    if found:
        return found
    if path in (*UNMANAGEABLE, *_NOT_SETTINGS):
        return tuple(Explained(path=each, managed=False) for each in wanted)
    raise UsageError(_unknown(path, [*(each.path for each in told), *UNMANAGEABLE, *_NOT_SETTINGS], people))


def shown(value: Explained) -> Explained:
    """Return a value as people may see it: of mobile numbers only both ends."""
    facet, slash, name = value.path.partition("/")
    return value.model_copy(
        update={
            "path": f"{facet}{slash}{masked(name)}",
            "value": _masked(value.path, value.value),
            "decided_by": value.decided_by and _shown_word(value.path, value.decided_by),
            "overrides": tuple(_shown_word(value.path, word) for word in value.overrides),
        }
    )


def _shown_word(path: str, word: Word) -> Word:
    return word.model_copy(update={"value": _masked(path, word.value)})


def _masked(path: str, value: JsonValue) -> JsonValue:
    if path == "owner" and value:
        return masked(value)
    people = path.removesuffix(".keep") in {"managers", "members", "moderation.moderators"}
    return [masked(each) for each in value] if people and isinstance(value, list) else value


def _identity(name: str, people: Mapping[str, str]) -> str:
    """Return whom a name of the files means; other names as they are."""
    if name.startswith("@"):
        return people.get(name[1:], name)
    return name.lower() if name.lower() in people.values() else name


def _unknown(path: str, known: Iterable[str], people: Mapping[str, str]) -> Diagnostic:
    aliases = {identity: f"@{alias}" for alias, identity in people.items()}
    names = dict.fromkeys(masked_path(each, aliases) for each in known)
    suggestion = closest(path, names)
    return Diagnostic(
        text("Unknown path"),
        text("The group has nothing that is called `{path}`.", path=path),
        text("Did you mean `{path}`?", path=suggestion)
        if suggestion
        else text(
            "Write a setting (`permissions.at_all`), a facet (`tabs`) or a thing in it (`tabs/Runbook`, `members/@lilei`)."
        ),
    )


def masked_path(path: str, aliases: Mapping[str, str]) -> str:
    """Return a path with people by alias, or masked."""
    facet, slash, name = path.partition("/")
    return f"{facet}{slash}{aliases.get(name, masked(name))}"


# ------------------------------------------------------------------ what layers say


class _Said(NamedTuple):
    value: JsonValue
    source: Source
    spelling: str = ""


def _followed(origin: Origin) -> dict[str, list[Word]]:
    """Return all that the layers say of each value, the nearest last."""
    words: dict[str, list[Word]] = {}
    for layer, (kind, template) in zip(origin.layers, _names(origin), strict=True):
        for cut, source in layer.unmanaged.items():
            below = [path for path in words if _is_below(path, cut) and _is_written(words[path])]
            for path in below or [cut]:
                words.setdefault(path, []).append(
                    Word(action="unmanaged", layer=kind, template=template, source=source)
                )
        said = dict(_said(layer))
        for prefix, source in _replaced(layer.values):
            for path, before in words.items():
                if path.startswith(prefix) and path not in said and _is_written(before):
                    before.append(Word(action="replaced", layer=kind, template=template, source=source))
        for path, (value, source, spelling) in said.items():
            words.setdefault(path, []).append(
                Word(
                    action="written",
                    layer=kind,
                    template=template,
                    source=source,
                    value=value,
                    spelling=spelling,
                )
            )
    return words


def _names(origin: Origin) -> Iterator[tuple[LayerKind, str | None]]:
    yield "fleet defaults", None
    yield "file defaults", None
    yield from (("template", name) for name in origin.templates)
    yield "group", None


def _is_written(words: list[Word]) -> bool:
    return words[-1].action == "written"


def _is_below(path: str, above: str) -> bool:
    return not above or path == above or path.startswith((f"{above}.", f"{above}/"))


def _replaced(values: YamlMap) -> Iterator[tuple[str, Source]]:
    """Yield the beginnings of paths of which a layer writes all or nothing, with the place where it does."""
    for name in _COLLECTIONS:
        if "list" in values.get(name, ()):
            yield f"{name}/", values[name].key_source("list")
    if "moderation" in values:
        yield "moderation.", values.key_source("moderation")
        yield "moderation/", values.key_source("moderation")


def _said(layer: Layer) -> Iterator[tuple[str, _Said]]:
    """Yield what a layer writes, by path."""
    values = layer.values
    for name, value in values.items():
        if name in _PARTS:
            for part in value:
                other = "permissions.share_card" if part == "add_member" and layer.share_card else ""
                yield f"{name}.{part}", _Said(value[part], value.key_source(part), other)
        elif name in _COLLECTIONS:
            yield from _collection(name, name, value)
        elif name == "moderation":
            yield name, _Said(value["mode"], values.key_source(name))
            if "moderators" in value:
                yield from _collection("moderation.moderators", name, value["moderators"])
        elif name == "announcement":
            yield from _announcement(value)
        else:
            yield name, _Said(plain(value), values.key_source(name))


def _announcement(value: YamlMap) -> Iterator[tuple[str, _Said]]:
    if "markdown" in value:
        yield "announcement", _Said(markdown_of(value["markdown"]), value.key_source("markdown"))
    if "replace_all" in value:
        yield "announcement.replace_all", _Said(value["replace_all"], value.key_source("replace_all"))


def _collection(path: str, facet: str, value: YamlMap) -> Iterator[tuple[str, _Said]]:
    if "mode" in value:
        yield f"{path}.mode", _Said(value["mode"], value.key_source("mode"))
    if "keep" in value:
        yield f"{path}.keep", _Said(list(value["keep"]), value.key_source("keep"))
    if "list" in value:
        yield path, _Said([_name(each) for each in value["list"]], value.key_source("list"))
        yield from _things(facet, value["list"])


def _things(above: str, things: YamlList) -> Iterator[tuple[str, _Said]]:
    for index, thing in enumerate(things):
        path, source = address(above, _name(thing)), things.item_source(index)
        if not isinstance(thing, YamlMap):
            yield path, _Said(None, source)
            continue
        data = {name: plain(value) for name, value in thing.items() if name not in {"name", "children"}}
        yield path, _Said(data, source)
        yield from _things(path, thing.get("children", empty_list()))


def _name(thing: Node) -> str:
    name: str = thing["name"] if isinstance(thing, YamlMap) else thing
    return name


# ------------------------------------------------------------------ what nobody says


def _defaults(values: Mapping[str, Explained], group: DesiredGroup) -> Iterator[Explained]:
    for path, mode in _DEFAULT_MODES.items():
        if path in values and values[path].managed:
            yield Explained(path=f"{path}.mode", managed=True, value=mode)
    yield Explained(path="on_remove", managed=True, value=group.on_remove)


def _duties(identity: str, group: DesiredGroup, values: Mapping[str, Explained]) -> Iterator[Duty]:
    roles: tuple[tuple[Role, str], ...] = (
        ("owner", "owner"),
        ("manager", address("managers", identity)),
        ("moderator", address("moderation", identity)),
    )
    for role, path in roles:
        word = values[path].decided_by if path in values and values[path].managed else None
        if word and (role != "owner" or identity == group.heir):
            yield Duty(role=role, source=word.source)


def _place(value: Explained) -> tuple[int, int]:
    """Return where a value stands in the documentation; things keep the order of their list."""
    head, _, inner = value.path.partition("/")[0].partition(".")
    is_thing = "/" in value.path
    inner_place = _INNER_ORDER.index(inner) if inner in _INNER_ORDER else 0
    return _ORDER.index(head), len(_INNER_ORDER) if is_thing else inner_place
