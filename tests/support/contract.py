"""The API description as data, and the check of an answer against it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

CONTRACTS = Path(__file__).parents[2] / "schemas" / "api"

_METHODS = ("get", "put", "post", "delete", "patch")


class Described(NamedTuple):
    """One operation of the API description."""

    file: str
    pointer: str
    method: str
    path: str
    document: dict[str, Any]


@functools.cache
def load_contract(name: str) -> dict[str, Any]:
    """Return the document `name` (`chats`, `members` …)."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load((CONTRACTS / f"{name}.openapi.yaml").read_bytes(), loader)
    return document


@functools.cache
def operations() -> dict[str, Described]:
    """Return every described operation by its operationId."""
    return {described.document["operationId"]: described for described in _walk()}


def _walk() -> Iterator[Described]:
    for file in sorted(path.name.removesuffix(".openapi.yaml") for path in CONTRACTS.glob("*.openapi.yaml")):
        for path, item in load_contract(file)["paths"].items():
            for method in _METHODS:
                if method in item:
                    pointer = f"#/paths/{_escaped(path)}/{method}"
                    yield Described(file, pointer, method.upper(), path, item[method])


def check_answer(operation_id: str, status: int, content_type: str, body: Any) -> None:
    """Assert that an answer with a JSON body is as the description of its operation says."""
    described = operations()[operation_id]
    responses = described.document["responses"]
    key = next(key for key in (str(status), f"{status // 100}XX", "default") if key in responses)
    validator = _validator(described.file, described.pointer, key, content_type.partition(";")[0])
    error = best_match(validator.iter_errors(body))
    assert error is None, f"{operation_id} {status}: {error.json_path}: {error.message}"


@functools.cache
def _validator(file: str, pointer: str, status: str, content_type: str) -> Draft202012Validator:
    response = _resolve(file, f"{pointer}/responses/{status}")
    return Draft202012Validator(
        {"$ref": f"urn:{file}{response}/content/{_escaped(content_type)}/schema"}, registry=_registry()
    )


def _resolve(file: str, pointer: str) -> str:
    """Return where the object at `pointer` stands, following one reference."""
    place: Any = load_contract(file)
    for part in pointer.removeprefix("#/").split("/"):
        place = place[part.replace("~1", "/").replace("~0", "~")]
    return str(place.get("$ref", pointer))


@functools.cache
def _registry() -> Registry[Any]:
    names = {described.file for described in operations().values()}
    return Registry().with_resources(
        (f"urn:{name}", DRAFT202012.create_resource(load_contract(name))) for name in names
    )


def _escaped(text: str) -> str:
    return text.replace("~", "~0").replace("/", "~1")
