"""Open questions of the API descriptions, each with the reading that the emulator takes.

The first value of every field is the reading that the descriptions give; a scenario may choose another one
under `readings`, so that a client can be tried against each answer that it could meet.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args, get_type_hints


def _reading(default: str, question: str) -> Any:
    """Return a field whose `question` can be shown to people."""
    return field(default=default, metadata={"question": question})


@dataclass(frozen=True, slots=True)
class Readings:
    """What the emulator does where nobody has published what the platform does."""

    empty_string: Literal["clears", "ignored"] = _reading(
        "clears", "what an empty text in chat_update does to the text that is there"
    )
    unknown_enum: Literal["refused", "dropped"] = _reading(
        "refused", "what becomes of an enum value outside the list: 99992402, or dropped without a word"
    )
    public_name_at_create: Literal["unique", "shared"] = _reading(
        "unique", "whether chat_create refuses the name of another public group (232026), as chat_update does"
    )


def alternatives() -> dict[str, tuple[str, ...]]:
    """Return the values of every reading, the one taken by default first."""
    hints = get_type_hints(Readings)
    return {
        reading.name: tuple(sorted(get_args(hints[reading.name]), key=lambda value: value != reading.default))
        for reading in fields(Readings)
    }


def questions() -> dict[str, str]:
    """Return the question behind every reading."""
    return {reading.name: reading.metadata["question"] for reading in fields(Readings)}
