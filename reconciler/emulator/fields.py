"""Checks of fields in front of the operations: JSON types (9499) and declared rules (99992402).

A shape says what a body or a query may hold. Keys outside the shape are ignored and `null` counts as absent,
as chats.openapi.yaml reads it. Rules across fields or against state belong to the handlers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any, TypeAlias, assert_never

from reconciler.emulator.wire import Refusal


@dataclass(frozen=True, slots=True)
class Text:
    """A string; lengths count characters."""

    values: tuple[str, ...] = ()
    required: bool = False
    shortest: int = 0
    longest: int | None = None
    pattern: re.Pattern[str] | None = None
    """What the whole text must look like."""
    default: str | None = None
    refused_as: int | None = None
    """Code that answers a value outside `values`, where the operation has one of its own."""


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number."""

    values: tuple[int, ...] = ()
    least: int | None = None
    most: int | None = None
    required: bool = False
    default: int | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    required: bool = False
    default: bool | None = None


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of a part of a form."""

    required: bool = False
    default: None = None


@dataclass(frozen=True, slots=True)
class Anything:
    """Any JSON value: the handler makes of it what it can."""

    required: bool = False
    default: None = None


@dataclass(frozen=True, slots=True)
class Items:
    """A list of one kind of thing."""

    of: Shape
    required: bool = False
    fewest: int = 0
    most: int | None = None
    distinct: bool = False
    default: None = None


@dataclass(frozen=True, slots=True)
class AnyObject:
    """An object that nothing more is known of; it is taken as it stands."""

    required: bool = False
    default: None = None


@dataclass(frozen=True, slots=True)
class Fields:
    """An object with named fields."""

    fields: Mapping[str, Shape] = field(default_factory=dict)
    required: bool = False
    default: None = None


Shape: TypeAlias = Text | Number | Flag | File | Anything | Items | AnyObject | Fields

NO_FIELDS = Fields()


def parse_body(body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`.

    Raises:
        Refusal: 9499 if it is no JSON, no object, nested beyond reason, or holds half a surrogate pair.
    """
    try:
        # As text: of bytes, `json` would also take UTF-16 and raw halves of surrogate pairs.
        value = json.loads(body.decode(), parse_constant=_no_constant)
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Refusal(9499, "Bad Request: the body is not valid JSON.") from error
    if not isinstance(value, dict):
        raise _wrong_type("body", "object")
    return value


def _no_constant(name: str) -> Any:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(f"{name} is no JSON")


def parse_form(shape: Fields, content_type: str, body: bytes) -> dict[str, str | bytes]:
    """Return the parts of a multipart/form-data body that `shape` knows: files as bytes, others as text.

    What is no such body has no parts.
    """
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = message_from_bytes(head + body)
    found: dict[str, str | bytes] = {}
    if message.get_content_type() != "multipart/form-data" or not message.is_multipart():
        return found
    parts: Any = message.get_payload()
    for part in parts:
        name, payload = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes) and name in shape.fields:
            is_file = isinstance(shape.fields[name], File)
            found[name] = payload if is_file else payload.decode(errors="replace")
    return found


def read_body(
    shape: Fields, value: dict[str, Any], *, drop_unknown: bool = False, refuse_unknown: bool = False
) -> dict[str, Any]:
    """Return the fields of `value` that `shape` knows, with defaults.

    Args:
        shape: What the operation takes.
        value: The parsed body.
        drop_unknown: Whether an enum value outside the list is dropped silently instead of refused.
        refuse_unknown: Whether a field that `shape` does not know is refused instead of ignored.

    Raises:
        Refusal: 9499 for the first wrong JSON type, else 99992402 naming every broken rule.
    """
    reader = _Reader(drop_unknown=drop_unknown, refuse_unknown=refuse_unknown)
    read: dict[str, Any] = reader.read(shape, value, "")
    reader.finish()
    return read


def read_query(shape: Fields, query: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the parameters of `query` that `shape` knows, converted, with defaults.

    A list is a parameter that stands there once per item.

    Raises:
        Refusal: 99992402 naming every broken rule, or the code that a parameter has of its own.
    """
    reader = _Reader()
    given: dict[str, Any] = {}
    for name, text in query:
        match shape.fields.get(name):
            case None:
                pass
            case Items(of=of):
                given.setdefault(name, []).append(reader.convert(of, text, name))
            case plain:
                given[name] = reader.convert(plain, text, name)
    read: dict[str, Any] = reader.read(shape, given, "")
    reader.finish()
    return read


_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")


class _Reader:
    """Walks one value along its shape and collects broken rules."""

    def __init__(self, *, drop_unknown: bool = False, refuse_unknown: bool = False) -> None:
        self._drop_unknown = drop_unknown
        self._refuse_unknown = refuse_unknown
        self._violations: list[dict[str, str]] = []

    def finish(self) -> None:
        if self._violations:
            raise Refusal(99992402, details={"field_violations": self._violations})

    def convert(self, shape: Shape, text: str, path: str) -> Any:
        """Return a query parameter as its type; the broken ones are noted and count as absent."""
        match shape:
            case Number():
                if _WHOLE_NUMBER.fullmatch(text):
                    return int(text)
                return self._broken(path, text, f"{path} must be an integer")
            case Flag():
                if text in {"true", "false"}:
                    return text == "true"
                return self._broken(path, text, f"{path} must be true or false")
            case _:
                return text

    def read(self, shape: Shape, value: Any, path: str) -> Any:
        match shape:
            case Text():
                return self._text(shape, value, path)
            case Number():
                return self._number(shape, value, path)
            case Flag():
                return value if isinstance(value, bool) else _raise(_wrong_type(path, "boolean"))
            case File() | Anything():
                return value
            case Items():
                return self._items(shape, value, path)
            case AnyObject():
                return value if isinstance(value, dict) else _raise(_wrong_type(path, "object"))
            case Fields():
                return self._fields(shape, value, path)
            case _:
                assert_never(shape)

    def _text(self, shape: Text, value: Any, path: str) -> Any:
        if not isinstance(value, str):
            raise _wrong_type(path, "string")
        if shape.values and value not in shape.values:
            if shape.refused_as is not None:
                raise Refusal(shape.refused_as)
            if self._drop_unknown:
                return None
            return self._broken(path, value, f"{path} must be one of {', '.join(shape.values)}")
        if len(value) < shape.shortest:
            return self._broken(path, value, f"the minimum length of {path} is {shape.shortest}")
        if shape.longest is not None and len(value) > shape.longest:
            return self._broken(path, value, f"the maximum length of {path} is {shape.longest}")
        if shape.pattern is not None and not shape.pattern.fullmatch(value):
            return self._broken(path, value, f"{path} must match {shape.pattern.pattern}")
        return value

    def _number(self, shape: Number, value: Any, path: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, int):
            raise _wrong_type(path, "integer")
        if shape.values and value not in shape.values:
            if self._drop_unknown:
                return None
            return self._broken(
                path, str(value), f"{path} must be one of {', '.join(map(str, shape.values))}"
            )
        if shape.least is not None and value < shape.least:
            return self._broken(path, str(value), f"the minimum of {path} is {shape.least}")
        if shape.most is not None and value > shape.most:
            return self._broken(path, str(value), f"the maximum of {path} is {shape.most}")
        return value

    def _items(self, shape: Items, value: Any, path: str) -> Any:
        if not isinstance(value, list):
            raise _wrong_type(path, "array")
        if len(value) < shape.fewest:
            return self._broken(path, "", f"the minimum number of {path} is {shape.fewest}")
        if shape.most is not None and len(value) > shape.most:
            return self._broken(path, "", f"the maximum number of {path} is {shape.most}")
        if shape.distinct and any(item in value[:number] for number, item in enumerate(value)):
            return self._broken(path, "", f"the items of {path} must differ")
        read = [self.read(shape.of, item, f"{path}[{number}]") for number, item in enumerate(value)]
        return [item for item in read if item is not None]

    def _fields(self, shape: Fields, value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _wrong_type(path, "object")
        read: dict[str, Any] = {}
        if self._refuse_unknown:
            for name in value.keys() - shape.fields.keys():
                self._broken(name, "", f"{name} is no field of {path or 'the body'}")
        for name, of in shape.fields.items():
            inner = f"{path}.{name}" if path else name
            item = value.get(name)
            if item is not None:
                item = self.read(of, item, inner)
            elif of.required:
                self._broken(inner, "", f"{inner} is required")
            if item is None:
                item = of.default
            if item is not None:
                read[name] = item
        return read

    def _broken(self, path: str, value: str, description: str) -> Any:
        """Note a broken rule; the `None` it returns stands for the field."""
        violation = {"field": path, "description": description}
        if value:
            violation["value"] = value
        self._violations.append(violation)
        return None


def _wrong_type(path: str, wanted: str) -> Refusal:
    return Refusal(9499, f"Bad Request: the JSON type of {path} must be {wanted}.")


def _raise(refusal: Refusal) -> Any:
    raise refusal
