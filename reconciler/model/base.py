"""The base of all model types."""

from __future__ import annotations

from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict

JsonValue: TypeAlias = Any
"""A value that JSON can say: None, bool, int, float, str, list or dict of these."""


class Frozen(BaseModel):
    """An immutable, strictly typed value; unknown fields are errors."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )
