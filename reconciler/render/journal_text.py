"""The journal of a run as text and as JSON: what was done, and the values to go back to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from reconciler.diff.changes import Change, ChangeKind
from reconciler.errors import text
from reconciler.plan.journal import Record, RunBegan, RunEnded, StepBegan, StepEnded, StepWentOn
from reconciler.render.as_json import dump_json
from reconciler.render.columns import Cell, Row, align, indent
from reconciler.render.diagnostics import diagnostic_lines
from reconciler.render.durations import moment
from reconciler.render.headings import heading
from reconciler.render.outcome_text import STATUS_WORDS
from reconciler.render.safe import safe, safe_block
from reconciler.render.style import Style
from reconciler.render.translate import say, say_count, translate
from reconciler.render.values import inline

JOURNAL_OUTPUT_VERSION: Final = 1

_PLAIN: Final = Style(color=False)
_MARKS: Final = {
    ChangeKind.ADD: text("+ add"),
    ChangeKind.CHANGE: text("~ change"),
    ChangeKind.REMOVE: text("- remove"),
    ChangeKind.MOVE: text("~ reorder"),
}


def render_journals(names: Sequence[str]) -> str:
    """Return the names of journals, a line each."""
    return "\n".join(names) or say("No journals.")


def journals_json(names: Sequence[str]) -> str:
    """Return the names of journals as JSON, oldest first."""
    return dump_json({"format_version": JOURNAL_OUTPUT_VERSION, "journals": list(names)})


def journal_json(record: Record, key: str | None = None) -> str:
    """Return a journal as JSON: its events as they were written, or those of one group."""
    events = [event.model_dump() for event in record.events if key is None or _concerns(event, key)]
    return dump_json(
        {
            "format_version": JOURNAL_OUTPUT_VERSION,
            "run": record.run,
            "ended": record.ended,
            "torn": record.torn,
            "events": events,
        }
    )


def render_journal(record: Record, key: str | None = None) -> str:
    """Return a journal as text: the run, a block per step in the order in which they began, how it ended.

    Args:
        record: The journal.
        key: Group that is shown; `None` shows all.
    """
    ends = {event.address: event for event in record.events if isinstance(event, StepEnded)}
    further: dict[str, list[StepWentOn]] = {}
    for event in record.events:
        if isinstance(event, StepWentOn):
            further.setdefault(event.address, []).append(event)
    blocks = ["\n".join(_head(record))]
    blocks += [
        "\n".join(_step_lines(event, further.get(event.address, ()), ends.get(event.address)))
        for event in record.events
        if isinstance(event, StepBegan) and (key is None or _concerns(event, key))
    ]
    return "\n\n".join((*blocks, "\n".join(_end(record))))


def _concerns(event: object, key: str) -> bool:
    match event:
        case StepBegan() | StepWentOn() | StepEnded():
            return event.address.partition("/")[0] == key
        case _:
            return True


def _head(record: Record) -> Iterator[str]:
    yield say("Journal {run}", run=record.run)
    for event in record.events:
        if isinstance(event, RunBegan):
            yield from indent([safe(event.command)])
            facts = (
                say("fleet {fleet} on {endpoint}", fleet=event.fleet, endpoint=event.endpoint),
                say("app {app_id}", app_id=event.app_id),
                say("lineage {lineage}", lineage=event.lineage),
                say("serial {serial}", serial=event.serial),
                f"groupctl {safe(event.tool_version)}",
            )
            yield from indent([", ".join(facts), say("began {when}", when=moment(event.time))])


def _step_lines(began: StepBegan, further: Iterable[StepWentOn], ended: StepEnded | None) -> Iterator[str]:
    chat_id = (ended.chat_id if ended else None) or began.chat_id
    yield heading(Cell(safe(began.action)), began.address, "", chat_id, _standing(ended), _PLAIN)
    yield from indent(list(_changes(began.changes)))
    for event in further:
        yield from indent([say("read back; what was left then:")])
        yield from indent(list(_changes(event.changes)), by="    ")
    if ended and ended.answered:
        done = say("done: {operations}", operations=", ".join(ended.answered))
        yield from indent([done])
    for diagnostic in (*ended.warnings, *((ended.problem,) if ended.problem else ())) if ended else ():
        yield from indent(diagnostic_lines(diagnostic, _PLAIN))


def _standing(ended: StepEnded | None) -> str:
    if ended is None:
        return say("not ended: any of it may have been done")
    calls = say_count(ended.calls, "{n} call", "{n} calls")
    return f"{translate(STATUS_WORDS[ended.status][0])}, {calls}"


def _changes(changes: Sequence[Change]) -> Iterator[str]:
    """Yield what changes, every value as a whole: a text of several lines below the row that names it."""
    rows = align([_row(change) for change in changes], _PLAIN)
    for change, row in zip(changes, rows, strict=True):
        yield row
        if _is_long(change.before):
            yield from indent([say("before:"), *indent(safe_block(change.before).splitlines())])


def _row(change: Change) -> Row:
    before, after = inline(change.before, None), inline(change.after)
    values = {
        ChangeKind.ADD: after,
        ChangeKind.REMOVE: before,
    }.get(change.kind, f"{before} → {after}")
    shown = "" if _is_long(change.before) else values
    return Cell(translate(_MARKS[change.kind])), Cell(safe(change.path)), Cell(shown)


def _is_long(value: object) -> bool:
    return isinstance(value, str) and "\n" in value


def _end(record: Record) -> Iterator[str]:
    if record.torn:
        yield say("The last line broke off: the run was killed while it wrote.")
    if not record.ended:
        yield say("The run did not come to its end: it was killed, or still goes on.")
    for event in record.events:
        if isinstance(event, RunEnded):
            if event.stopped:
                yield say("The run stopped before its end:")
                yield from indent(diagnostic_lines(event.stopped, _PLAIN))
            if event.interrupted:
                yield say("Interrupted.")
            counts = ", ".join(
                f"{event.counts[each]} {translate(word)}"
                for each, (word, _) in STATUS_WORDS.items()
                if each in event.counts
            )
            yield say("Ended {when}: {counts}.", when=moment(event.time), counts=counts)
