"""The shape of one file: pydantic judges, we say where, what and what to do.

Wrong parts are cut out of the tree afterwards, so that all other checks can go on without guessing. What is
printed of a file's content are keys and, where a fixed set of values is allowed, the value; never the value of an
unknown key, which might be a secret in the wrong place.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from reconciler.config.document import Document
from reconciler.config.problems import Problems
from reconciler.config.schema import LIST, MAP, NAME_PATTERN, TEXT, FileModel, Group
from reconciler.config.tree import Node, YamlMap, empty_map, locate
from reconciler.config.wording import closest, listed
from reconciler.errors import Source, Text, text
from reconciler.model.address import address
from reconciler.model.ids import CHAT_ID_PATTERN, KEY_PATTERN

Trail: TypeAlias = Sequence[str | int]

_UNKNOWN_KEY: Final = text("Unknown key")
_WRONG_TYPE: Final = text("Wrong type")

_SECRET: Final = re.compile(r"secret|token|passw|credential|app_?id|api_?key|access_?key", re.IGNORECASE)

MAX_PROBLEMS: Final = 1000
"""In one file. More are of no use to anybody, and a hostile file can have millions."""

_DEPTHS: Final = {"groups": 3, "templates": 3, "defaults": 2, "people": 2}
"""How much of a tree goes when a part is wrong, as the length of the path: a facet, an alias, a section (1)."""


def validate(document: Document, model: type[FileModel], problems: Problems) -> YamlMap | None:
    """Check the shape of a file and return its tree without the parts that are wrong.

    `None` when hardly anything is right: the file was meant for something else.
    """
    try:
        model.model_validate(document.root)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True, include_input=False)
    else:
        return _map(document.root)
    if len(details) > MAX_PROBLEMS:
        problems.error(
            text("Too many problems"),
            text(
                "The file has {count} problems; the first {limit} are shown.",
                count=len(details),
                limit=MAX_PROBLEMS,
            ),
            hint=text(
                "Check that this is a file with groups: `groups` in `groupctl.yaml` says which files are."
            ),
            source=document.start,
        )
        for each in details[:MAX_PROBLEMS]:
            _report(each, document, model, problems)
        return None
    trails = [_report(each, document, model, problems) for each in details]
    for trail in trails:
        _cut(document.root, trail)
    return _map(document.root)


def _map(root: Node) -> YamlMap:
    return root if isinstance(root, YamlMap) else empty_map()


def _cut(root: Node, trail: Trail) -> None:
    """Take out the smallest part around `trail` that other checks can do without."""
    if not trail:
        return
    path = trail[: _DEPTHS.get(str(trail[0]), 1)]
    _, holder, _ = locate(root, path[:-1], Source("", 1, 1))
    name = path[-1]
    if not isinstance(holder, YamlMap) or not isinstance(name, str) or name not in holder:
        return  # an alias shows one part at two places, and it went with the first
    if path[0] == "templates" and len(path) == 2:
        holder[name] = empty_map()  # the name exists, so that its uses are no further problems
    elif path[0] == "people" and len(path) == 2:
        holder[name] = None
    else:
        holder.drop(name)


def _report(error: ErrorDetails, document: Document, model: type[FileModel], problems: Problems) -> Trail:
    trail, value, source = locate(document.root, error["loc"], document.start)
    kind = error["type"]
    name = str(trail[-1]) if trail else ""
    key_source = _key_source(document, trail)
    where = _address(trail)
    if kind == "extra_forbidden":
        summary, detail, hint = _unknown_key(name, _known_keys(model, trail[:-1]))
        source = key_source
    elif error["loc"] and error["loc"][-1] == "[key]":
        summary, detail, hint = _pattern(name, error)
        source = key_source
    elif kind == "missing":
        missing = error["loc"][-1]
        summary = text("Missing key")
        detail = text("`{key}` is missing here.", key=missing)
        hint = text("Add `{key}: …`.", key=missing)
    elif value is None:
        summary = text("Empty value")
        detail = text("{what} has no value, and `null` means nothing here.", what=_what(trail))
        hint = (
            text("Give it a value, leave the key out, or name an inherited key in `unmanaged`.")
            if isinstance(trail[-1], str)
            else text("Give it a value, or remove the item.")
        )
    elif kind == "literal_error":
        summary, detail, hint = _wrong_choice(name, value, _choices(error))
    elif kind == "string_pattern_mismatch":
        summary, detail, hint = _pattern(name if isinstance(trail[-1], str) else value, error)
    elif kind in _LIMITS:
        summary = text("Value out of range")
        limit = error["ctx"][_LIMITS[kind][0]]
        detail = text(_LIMITS[kind][1], key=name, limit=limit)
        hint = text("Change the number.")
    else:
        summary, detail, hint = _wrong_type(trail, value, error)
    problems.error(summary, detail, hint=hint, address=where, source=source)
    return trail


_LIMITS: Final = {
    "greater_than_equal": ("ge", "`{key}` has to be at least {limit}."),
    "less_than_equal": ("le", "`{key}` may be at most {limit}."),
}


def _key_source(document: Document, trail: Trail) -> Source:
    """Return where the last key of `trail` stands; the value's place for an item of a list."""
    _, holder, source = locate(document.root, trail[:-1], document.start)
    if isinstance(holder, YamlMap) and trail:
        return holder.key_source(str(trail[-1]))
    return locate(document.root, trail, source)[2]


def _address(trail: Trail) -> str:
    """Return the address of the group that `trail` leads into."""
    return address(str(trail[1])) if len(trail) > 1 and trail[0] == "groups" else ""


def _what(trail: Trail) -> Text:
    """Return what a trail leads to, in words."""
    match list(trail):
        case [*_, str(key)]:
            return text("`{key}`", key=key)
        case [*_, str(key), int()]:
            return text("An item of `{key}`", key=key)
        case _:
            return text("The file")


def _unknown_key(name: str, known: Sequence[str]) -> tuple[Text, Text, Text]:
    if _SECRET.search(name):
        return (
            text("Credentials in a file"),
            text(
                "`{key}` looks like a credential. Credentials never stand in YAML files; they come from the "
                "environment.",
                key=name,
            ),
            text(
                "Remove the line and set FEISHU_APP_ID and FEISHU_APP_SECRET in the environment. "
                "If the secret was ever committed, make a new one in the developer console."
            ),
        )
    if name in Group.model_fields and "permissions" in known:
        return (
            _UNKNOWN_KEY,
            text("`{key}` cannot be shared: only a group itself can have it.", key=name),
            text("Write it in the group."),
        )
    suggestion = closest(name, known)
    return (
        _UNKNOWN_KEY,
        text("`{key}` is not a key that is known here.", key=name),
        text("Did you mean `{name}`?", name=suggestion)
        if suggestion
        else text("Known keys: {names}.", names=listed(known)),
    )


def _choices(error: ErrorDetails) -> list[str]:
    """Return the allowed values; pydantic tells them as `'a', 'b' or 'c'`."""
    expected = str(error["ctx"]["expected"])
    return re.findall(r"'([^']*)'", expected) or [expected]


def _wrong_choice(name: str, value: Node, choices: Sequence[str]) -> tuple[Text, Text, Text]:
    suggestion = closest(value, choices) if isinstance(value, str) else None
    return (
        text("Unknown value"),
        text("`{key}` cannot be {value}.", key=name, value=_shown(value)),
        text("Did you mean `{value}`?", value=suggestion)
        if suggestion
        else text("Allowed: {values}.", values=listed(choices)),
    )


def _shown(value: Node) -> Text:
    """Return a wrong value of a fixed set, shortened; other values are only called by their type."""
    match value:
        case str():
            return text("`{value}`", value=value if len(value) <= 40 else f"{value[:39]}…")
        case int() if not isinstance(value, bool):
            return text("`{value}`", value=value)
        case _:
            return _found(value)


_PATTERNS: Final = {
    KEY_PATTERN: (
        text(
            "`{key}` does not have the form of a key: a-z, 0-9 and `-`, at most 63 characters, `-` not first."
        ),
        text("Use a short lasting word, such as `oncall-payments`. What people see goes into `name`."),
    ),
    CHAT_ID_PATTERN: (
        text("`{key}` has to be the id of a group chat, which begins with `oc_`."),
        text("Find the id in the settings of the group, at the bottom."),
    ),
    NAME_PATTERN: (
        text("`{key}` has to be one word without spaces, `@` and `/`."),
        text("Write for example `lilei` or `li-lei`."),
    ),
}


def _pattern(name: str, error: ErrorDetails) -> tuple[Text, Text, Text]:
    detail, hint = _PATTERNS[error["ctx"]["pattern"]]
    return text("Invalid name"), text(detail, key=name), hint


_EXPECTED: Final = {
    "string_type": text("text"),
    "list_type": text("a list"),
    "model_type": text("a map of keys"),
    "dict_type": text("a map of keys"),
    "bool_type": text("`true` or `false`"),
    "int_type": text("a whole number"),
    "float_type": text("a number"),
}
_ALTERNATIVES: Final = {
    f"'{TEXT}', '{MAP}'": text("text or a map of keys"),
    f"'{LIST}', '{MAP}'": text("a list or a map of keys"),
    f"'{TEXT}', '{LIST}'": text("text or a list"),
}


def _wrong_type(trail: Trail, value: Node, error: ErrorDetails) -> tuple[Text, Text, Text]:
    kind = error["type"]
    expected = (
        _ALTERNATIVES[error["ctx"]["expected_tags"]] if kind == "union_tag_invalid" else _EXPECTED[kind]
    )
    is_plain = not isinstance(value, str | list | dict)
    if is_plain and expected.startswith("text"):
        hint = text('Put the value in quotes: `"…"`.')
    elif kind == "bool_type":
        hint = text(
            "Write `true` or `false` without quotes; `yes`, `no`, `on` and `off` are text in YAML 1.2."
        )
    else:
        hint = text("Write {expected}.", expected=expected)
    return (
        _WRONG_TYPE,
        text(
            "{what} has to be {expected}; {found} stands here.",
            what=_what(trail),
            expected=expected,
            found=_found(value),
        ),
        hint,
    )


def _found(value: Node) -> Text:
    match value:
        case dict():
            return text("a map of keys")
        case list():
            return text("a list")
        case bool():
            return text("`true` or `false`")
        case int() | float():
            return text("a number")
        case _:
            return text("text")


def _known_keys(model: type[FileModel], trail: Trail) -> list[str]:
    """Return the keys that the map at `trail` can have."""
    annotations: list[Any] = [model]
    for part in trail:
        annotations = [inner for each in annotations for inner in _inside(each, part)]
    return [name for each in annotations if _is_model(each) for name in _fields(each)]


def _inside(annotation: Any, part: str | int) -> Iterator[Any]:
    """Yield the types that `part` of a value of a type can have, alternatives one by one."""
    if _is_model(annotation):
        yield from (inner for inner in _alternatives(_fields(annotation).get(str(part))))
    elif get_origin(annotation) in (list, dict):
        yield from _alternatives(get_args(annotation)[-1])


def _alternatives(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, types.UnionType):
        for each in get_args(annotation):
            yield from _alternatives(each)
    else:
        yield annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}
