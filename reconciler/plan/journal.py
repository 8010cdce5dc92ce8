"""What a run writes down about itself, event by event: who ran what, each step before and after it.

Values are ids and texts of groups; addresses and numbers of people are not among them.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from reconciler.diff.changes import Change
from reconciler.errors import Diagnostic
from reconciler.model.base import Frozen, JsonValue
from reconciler.plan.outcome import Status
from reconciler.plan.plan import StepAction, Totals

JOURNAL_VERSION: Final = 1

BEFORE_LIMIT: Final = 1_000_000
"""Characters of a text that is kept because it would be lost otherwise; no announcement is that long."""
AFTER_LIMIT: Final = 2_000
"""Characters of a text that stands in the configuration as well."""


class RunBegan(Frozen):
    """The first event of a journal."""

    event: Literal["run_began"] = "run_began"
    format_version: Literal[1] = JOURNAL_VERSION
    time: float
    """Seconds since 1970, as in all events."""
    tool_version: str
    fleet: str
    endpoint: str
    app_id: str
    lineage: str
    serial: int
    """Of the state that the run began with."""
    command: str
    totals: Totals


class StepBegan(Frozen):
    """A step that is about to make its first call."""

    event: Literal["step_began"] = "step_began"
    time: float
    address: str
    chat_id: str | None
    action: StepAction
    operations: tuple[str, ...]
    """Kinds of the operations that are planned."""
    changes: tuple[Change, ...]


class StepWentOn(Frozen):
    """Reading back in the middle of a step showed what is left of it, which need not be what was planned."""

    event: Literal["step_went_on"] = "step_went_on"
    time: float
    address: str
    operations: tuple[str, ...]
    changes: tuple[Change, ...]


class StepEnded(Frozen):
    """A step that came to its end, whatever that was."""

    event: Literal["step_ended"] = "step_ended"
    time: float
    address: str
    chat_id: str | None
    status: Status
    calls: int
    """Operations tried."""
    answered: tuple[str, ...]
    """Kinds of the operations that the platform said were done."""
    warnings: tuple[Diagnostic, ...] = ()
    problem: Diagnostic | None = None


class RunEnded(Frozen):
    """The last event; where it is missing, the run was killed or still goes on."""

    event: Literal["run_ended"] = "run_ended"
    time: float
    counts: dict[str, int]
    """Groups per status."""
    stopped: Diagnostic | None = None
    interrupted: bool = False


Event: TypeAlias = Annotated[
    RunBegan | StepBegan | StepWentOn | StepEnded | RunEnded, Field(discriminator="event")
]


class Record(Frozen):
    """A journal as it was read."""

    run: str
    """Name of the journal."""
    events: tuple[Event, ...]
    torn: bool = False
    """Whether the last line broke off: the run was killed while it wrote."""

    @property
    def ended(self) -> bool:
        """Whether the run came to its end."""
        return any(isinstance(event, RunEnded) for event in self.events)


def bounded(change: Change) -> Change:
    """Return a change with texts cut that are too long; values to go back to are kept as a whole."""
    return change.model_copy(
        update={"before": _cut(change.before, BEFORE_LIMIT), "after": _cut(change.after, AFTER_LIMIT)}
    )


def _cut(value: JsonValue, limit: int) -> JsonValue:
    match value:
        case str() if len(value) > limit:
            return f"{value[:limit]}… ({len(value)} characters)"
        case dict():
            return {key: _cut(each, limit) for key, each in value.items()}
        case list() | tuple():
            return [_cut(each, limit) for each in value]
        case _:
            return value
