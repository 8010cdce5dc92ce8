"""The lines of a change: mark and word, what it is about, from what to what, remarks, position.

~ change  permissions.at_all  "only_owner" → "all_members"  ! loosens (low)  groups/oncall.yaml:20:5
~ change  Dashboards          link: "https://a" → "https://b"
                              open_in_app: (none) → true
+ add     ou_7d8a6e           (removed on the platform)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, assert_never

from reconciler.diff.changes import Change, ChangeKind, Direction, Level, Origin
from reconciler.errors import text
from reconciler.model.address import Facet
from reconciler.model.base import JsonValue
from reconciler.model.settings import UNREADABLE
from reconciler.render.columns import Cell, Row
from reconciler.render.safe import safe
from reconciler.render.style import Role
from reconciler.render.text_diff import text_diff
from reconciler.render.translate import say, translate
from reconciler.render.values import LIMIT, inline, inline_order, inline_pair, shorten

_MARKS: Final = {
    ChangeKind.ADD: (text("+ add"), Role.ADD),
    ChangeKind.CHANGE: (text("~ change"), Role.CHANGE),
    ChangeKind.REMOVE: (text("- remove"), Role.REMOVE),
    ChangeKind.MOVE: (text("~ reorder"), Role.CHANGE),
}
_SET: Final = (text("+ set"), Role.ADD)

_DRIFTS: Final = {
    # What somebody did on the platform is the opposite of what has to be done now.
    ChangeKind.ADD: text("(removed on the platform)"),
    ChangeKind.CHANGE: text("(changed on the platform)"),
    ChangeKind.REMOVE: text("(added on the platform)"),
    ChangeKind.MOVE: text("(reordered on the platform)"),
}
_LEVELS: Final = {Level.LOW: text("low"), Level.MEDIUM: text("medium"), Level.HIGH: text("high")}

_UNMANAGED_WHEN_ABSENT: Final = frozenset({"icon", "open_in_app", "i18n_names"})
"""Fields of tabs and menus that are not compared while the configuration does not write them."""
_UNREADABLE: Final = UNREADABLE | {"top_notice"}
"""Paths of which nothing is known before they were written for the first time."""
_PICTURES: Final = frozenset({"avatar", "icon"})
_PICTURE_LIMIT: Final = 24
"""Cells of an id that nobody reads."""
_OVERLAID: Final = "i18n_names"
"""A map of which each managed key counts by itself."""


@dataclass(frozen=True, slots=True)
class ChangeContext:
    """What the lines of a change depend on beside the change."""

    facet: Facet
    begins: bool = False
    """The group is created or adopted by this plan: that nothing was applied before goes without saying."""
    created: bool = False
    """The group is created by this plan: there is nothing that could be loosened yet."""
    people: Mapping[str, str] = field(default_factory=dict)
    """How people are shown, by open id, and pictures, by digest and image key."""
    limit: int | None = LIMIT
    """Cells after which texts are shortened."""


def change_rows(change: Change, context: ChangeContext) -> Iterator[Row]:
    """Yield the rows of one change, to be aligned with those of the other changes of its step."""
    told = change.model_copy(
        update={
            "before": _with_picture_names(change.before, change.path, context),
            "after": _with_picture_names(change.after, change.path, context),
        }
    )
    first, *more = list(_values(told, context)) or [""]
    mark, role = _SET if _is_first_value(change, context) else _MARKS[change.kind]
    yield (
        Cell(translate(mark), role),
        Cell(label_of(change, context)),
        Cell(first),
        _remarks(change, context),
        Cell(safe(str(change.source)) if change.source else "", Role.FAINT),
    )
    for value in more:
        yield Cell(), Cell(), Cell(value)


def _is_first_value(change: Change, context: ChangeContext) -> bool:
    return context.facet is Facet.EXISTENCE and change.kind is ChangeKind.CHANGE


def label_of(change: Change, context: ChangeContext) -> str:
    """Return what the change is about; the facet stands in the line above already."""
    if change.kind is ChangeKind.MOVE:
        return say("order")
    if change.path == Facet.MODERATION.value:
        return say("mode")
    if change.path == Facet.ANNOUNCEMENT.value:
        return say("text")
    collection, slash, thing = change.path.partition("/")
    if not slash:
        return safe(change.path)
    label = context.people.get(thing, thing)
    told_above = context.facet.value == collection or context.facet is Facet.DEPARTURES
    return safe(label if told_above else f"{collection}/{label}")


def _remarks(change: Change, context: ChangeContext) -> Cell:
    """Return risk and origin in words, as far as they are worth a remark."""
    loosens = change.risk.direction is Direction.LOOSENS and not context.created
    risk = say("! loosens ({level})", level=_LEVELS[change.risk.level]) if loosens else ""
    is_alarming = loosens or change.origin in {Origin.DRIFT, Origin.BOTH}
    remarks = " ".join(part for part in (risk, _origin(change, context)) if part)
    return Cell(remarks, Role.WARNING if is_alarming else Role.FAINT)


def _origin(change: Change, context: ChangeContext) -> str:
    match change.origin:
        case Origin.DRIFT:
            return translate(_DRIFTS[change.kind])
        case Origin.BOTH:
            return say("(changed in the configuration and on the platform)")
        case Origin.NEW:
            return "" if context.begins else say("(not managed before)")
        case Origin.CONFIG:
            return ""
        case _:
            assert_never(change.origin)


# ------------------------------------------------------------------ values


def _with_picture_names(value: JsonValue, key: str, context: ChangeContext) -> JsonValue:
    """Return a value with pictures as the configuration writes them; of one that it does not write, a short id."""
    match value:
        case Mapping():
            return {name: _with_picture_names(each, name, context) for name, each in value.items()}
        case list() | tuple():
            return [_with_picture_names(each, "", context) for each in value]
        case str() if key in _PICTURES:
            short = value if context.limit is None else shorten(value, _PICTURE_LIMIT)
            return context.people.get(value, short)
        case _:
            return value


def _values(change: Change, context: ChangeContext) -> Iterator[str]:
    """Yield what stands in the value column, a line each; nothing where the label says it all."""
    match change.kind:
        case ChangeKind.ADD:
            yield thing_line(change.after, context)
        case ChangeKind.REMOVE:
            yield thing_line(change.before, context)
        case ChangeKind.MOVE:
            yield f"{inline_order(change.before)} → {inline_order(change.after)}"
        case ChangeKind.CHANGE if change.path == "owner":
            names = [safe(context.people.get(each, each)) for each in (change.before, change.after) if each]
            yield " → ".join(names)
        case ChangeKind.CHANGE if change.path == Facet.ANNOUNCEMENT.value:
            yield from text_diff(change.before, change.after, context.limit)
        case ChangeKind.CHANGE if _is_first_value(change, context):
            yield inline(change.after, context.limit)
        case ChangeKind.CHANGE if change.before is None and change.path in _UNREADABLE:
            yield f"{say('(unknown)')} → {inline(change.after, context.limit)}"
        case ChangeKind.CHANGE:
            fields = list(differing_fields(change.before, change.after))
            for path, before, after in fields or [("", change.before, change.after)]:
                yield _arrow(path, before, after, context.limit)
        case _:
            assert_never(change.kind)


def thing_line(value: JsonValue, context: ChangeContext) -> str:
    """Return a tab or menu without its name, which the label tells; empty for a person, of whom it tells all."""
    if not isinstance(value, Mapping):
        return ""
    return ", ".join(
        f"{safe(key)}: {inline(_names(each) if key == 'children' else each, context.limit)}"
        for key, each in value.items()
        if key != "name"
    )


def _names(children: JsonValue) -> JsonValue:
    return [child["name"] for child in children]


def _arrow(path: str, before: JsonValue, after: JsonValue, limit: int | None) -> str:
    old, new = inline_pair(before, after, limit)
    return f"{safe(path)}: {old} → {new}" if path else f"{old} → {new}"


def differing_fields(
    before: JsonValue, after: JsonValue, path: str = ""
) -> Iterator[tuple[str, JsonValue, JsonValue]]:
    """Yield the fields in which live differs from desired, each with its dotted path below the changed thing."""
    if before == after:
        return
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        yield path, before, after
        return
    for key in (*after, *(key for key in before if key not in after and _is_managed(key, path))):
        inner = f"{path}.{key}" if path else key
        if key == "children":
            yield from _differing_children(before.get(key, ()), after.get(key, ()), inner)
        else:
            yield from differing_fields(before.get(key), after.get(key), inner)


def _is_managed(key: str, path: str) -> bool:
    """Tell whether a field that only live has is a difference."""
    return key not in _UNMANAGED_WHEN_ABSENT and not path.endswith(_OVERLAID)


def _differing_children(
    before: JsonValue, after: JsonValue, path: str
) -> Iterator[tuple[str, JsonValue, JsonValue]]:
    """Yield what differs among menu entries, which are known by their names while those are unique."""
    old = {child["name"]: child for child in before}
    new = {child["name"]: child for child in after}
    if len(old) < len(before) or len(new) < len(after):
        yield path, list(before), list(after)
        return
    for name in dict.fromkeys((*old, *new)):
        yield from differing_fields(old.get(name), new.get(name), f"{path}/{name}")
    common = [name for name in old if name in new]
    if common != [name for name in new if name in old]:
        yield path, _names(before), _names(after)
