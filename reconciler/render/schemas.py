"""The JSON Schemas of JSON output, for those who read it with programs."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from reconciler.model.base import Frozen
from reconciler.plan.drift import DriftReport
from reconciler.render.documents import (
    DiagnosticsDocument,
    DoctorDocument,
    ExplanationDocument,
    OutcomeDocument,
    PlanDocument,
)

_DOCUMENTS: Final[dict[str, type[Frozen]]] = {
    "plan": PlanDocument,
    "outcome": OutcomeDocument,
    "drift": DriftReport,
    "validate": DiagnosticsDocument,
    "explain": ExplanationDocument,
    "doctor": DoctorDocument,
}
OUTPUT_NAMES: Final = tuple(_DOCUMENTS)

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class _Generator(GenerateJsonSchema):
    """Describes output, in which every field stands whether or not it has a default."""

    def field_is_required(self, *_args: Any, **_options: Any) -> bool:
        return True

    def field_title_should_be_set(self, *_args: Any) -> bool:
        return False


def output_schema(name: str) -> str:
    """Return the JSON Schema (draft 2020-12) of an output: `plan`, `outcome`, `validate` or `explain`."""
    schema = _DOCUMENTS[name].model_json_schema(mode="serialization", schema_generator=_Generator)
    head = {"$schema": _DIALECT, "$id": f"urn:groupctl:{name}.schema.json"}
    return json.dumps(head | schema, ensure_ascii=False, indent=2) + "\n"
