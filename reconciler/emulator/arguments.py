"""Arguments that come as JSON: whether a function takes them, by its signature."""

from __future__ import annotations

import inspect
import math
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Union

_NAMES = {str: "text", bool: "true or false", int: "a whole number", float: "a number", dict: "an object"}
_LARGEST = 2**63 - 1
"""The largest whole number that the database takes."""


class ArgumentError(Exception):
    """A function cannot be called with these arguments."""


def require_arguments(function: Callable[..., Any], arguments: Mapping[str, Any], *parts: str) -> None:
    """Refuse arguments that a function does not have, that it lacks, or that are of another type.

    Args:
        function: What is to be called.
        arguments: What is to be said by name.
        *parts: What comes before that, as text.

    Raises:
        ArgumentError: the function does not take them; the text says what it takes.
    """
    signature = inspect.signature(function)
    try:
        signature.bind(*parts, **arguments)
    except TypeError as error:
        raise ArgumentError(
            f"{error}; there are: {', '.join(map(_shown, signature.parameters.values())) or 'none'}"
        ) from None
    hints: dict[str, Any] = typing.get_type_hints(function)
    for name, value in arguments.items():
        hint = hints.get(name, Any)
        if not _fits(value, hint):
            raise ArgumentError(f"{name}: must be {_named(hint)}")


def _shown(parameter: inspect.Parameter) -> str:
    """Return what to call an argument; whatever else may be named goes as dots."""
    return "…" if parameter.kind is parameter.VAR_KEYWORD else parameter.name


def _fits(value: Any, hint: Any) -> bool:
    """Tell whether a value of JSON is of the type `hint`."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return True
    if origin in {Union, types.UnionType}:
        return any(_fits(value, each) for each in inner)
    if origin in {Sequence, list}:
        return isinstance(value, list) and all(_fits(item, inner[0]) for item in value)
    if hint is int:
        return type(value) is int and abs(value) <= _LARGEST
    if hint is float:
        return type(value) in {int, float} and abs(value) <= _LARGEST and math.isfinite(value)
    return isinstance(value, origin or hint)


def _named(hint: Any) -> str:
    """Return what a type is called."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in {Union, types.UnionType}:
        return " or ".join(_named(each) for each in inner)
    if origin in {Sequence, list}:
        return f"a list of {_named(inner[0])}"
    return _NAMES.get(origin or hint, "null" if hint is type(None) else "anything")
