"""Where the values of a group come from, as text and as JSON.

oncall-payments  "支付值班"
  path                    value          source               from
  name                    "支付值班"     engineering.yaml:9:5  group
  permissions.add_member  "only_owner"   engineering.yaml:4:5  file defaults, as permissions.share_card
                          "all_members"  groupctl.yaml:7:5     overridden: fleet defaults
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.errors import Source
from reconciler.model.explanation import LISTS, Duty, Explained, LayerKind, Role, Word
from reconciler.render.as_json import dump_json
from reconciler.render.columns import Cell, Row, align, indent
from reconciler.render.documents import ExplanationDocument
from reconciler.render.headings import heading
from reconciler.render.safe import safe
from reconciler.render.style import Role as Color
from reconciler.render.style import Style
from reconciler.render.translate import say, say_count
from reconciler.render.values import inline


def render_explanation(key: str, name: str, values: Iterable[Explained], *, color: bool) -> str:
    """Return a line per value of a group, and one for everything it overrides.

    Args:
        key: Key of the group.
        name: Its display name; may be empty.
        values: What is to be shown, in its order.
        color: Whether to colour the text.
    """
    style = Style(color)
    titles = tuple(map(Cell, (say("path"), say("value"), say("source"), say("from"))))
    rows = [row for value in values for row in _rows(value)]
    return "\n".join((heading(Cell(), key, name, None, "", style), *indent(align((titles, *rows), style))))


def explanation_json(key: str, values: Iterable[Explained]) -> str:
    """Return the values as data; see `schemas/explain.schema.json`."""
    return dump_json(ExplanationDocument(key=key, values=tuple(values)).model_dump())


def _rows(value: Explained) -> Iterator[Row]:
    word = value.decided_by
    (shown, place, origin), *rest = _facts(value)
    yield Cell(safe(value.path)), Cell(shown), Cell(place), Cell(origin)
    for further, place, origin in rest:
        yield Cell(), Cell(further), Cell(place), Cell(origin)
    for earlier in value.overrides:
        origin = say("overridden: {layer}", layer=_layer(earlier)) if word else _layer(earlier)
        cells = (_value(value.path, earlier), _position(earlier.source), origin)
        yield Cell(), *(Cell(each, Color.FAINT) for each in cells)


def _facts(value: Explained) -> list[tuple[str, str, str]]:
    """Return value, place and layer of what is effective, then why somebody has to be a member besides."""
    word = value.decided_by
    duties = [("", _position(duty.source), _duty(duty)) for duty in value.implied_by]
    if word and (word.action == "written" or not duties):
        return [(_value(value.path, word), _position(word.source), _layer(word)), *duties]
    if duties:
        (_, place, why), *rest = duties
        return [(say("implied"), place, why), *rest]
    if value.managed:
        return [(inline(value.value), "", say("default"))]
    return [(say("(unmanaged)"), "", say("nothing writes it"))]


def _value(path: str, word: Word) -> str:
    match word.action:
        case "unmanaged":
            return say("(unmanaged)")
        case "replaced":
            return say("(not listed)")
        case "written":
            if path in LISTS:
                return say_count(len(word.value), "{n} listed", "{n} listed")
            return say("listed") if word.value is None else inline(word.value)


def _layer(word: Word) -> str:
    layer = _layer_names()[word.layer]
    named = f"{layer} {safe(word.template)}" if word.template else layer
    return say("{layer}, as {spelling}", layer=named, spelling=word.spelling) if word.spelling else named


def _layer_names() -> dict[LayerKind, str]:
    return {
        "fleet defaults": say("fleet defaults"),
        "file defaults": say("file defaults"),
        "template": say("template"),
        "group": say("group"),
    }


def _duty(duty: Duty) -> str:
    roles: dict[Role, str] = {
        "owner": say("is to be the owner"),
        "manager": say("is a manager"),
        "moderator": say("is a moderator"),
    }
    return roles[duty.role]


def _position(source: Source) -> str:
    return safe(str(source))
