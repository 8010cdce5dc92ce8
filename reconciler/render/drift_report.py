"""Drift as a report: gone groups first, then those that were opened up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from reconciler.errors import Diagnostic, text
from reconciler.plan.drift import (
    Drifted,
    DriftReport,
    DriftStatus,
    Event,
    GroupDrift,
    worst_opening,
)
from reconciler.render.change_lines import ChangeContext
from reconciler.render.columns import Cell
from reconciler.render.drift_text import DRIFT_MARKS, drift_rows, drift_title, drift_verdict, pending_summary
from reconciler.render.people import named
from reconciler.render.report import Concern, GroupReport, Report, Section, StepReport
from reconciler.render.safe import safe
from reconciler.render.style import Role
from reconciler.render.translate import say, say_count, translate

_ORDER: Final = tuple(DriftStatus)


def drift_report(report: DriftReport) -> Report:
    """Return the drift as a report; pending configuration is only counted."""
    told = [group for group in report.groups if group.status is not DriftStatus.PENDING]
    told.sort(key=lambda group: (_ORDER.index(group.status), worst_opening(group) is None, group.key))
    return Report(
        title=drift_title(report),
        verdict=drift_verdict(report),
        remarks=tuple(Cell(each) for each in pending_summary(report)),
        sections=(Section("", tuple(_group(group, report.people) for group in told)),) if told else (),
    )


def _group(group: GroupDrift, people: Mapping[str, str]) -> GroupReport:
    mark, role = DRIFT_MARKS[group.status]
    return GroupReport(
        mark=Cell(translate(mark), role),
        key=group.key,
        name=group.name,
        chat_id=group.chat_id or "",
        remarks=tuple(drift_remarks(group)),
        concerns=_concerns(group),
        problems=(named(group.problem, people),) if group.problem else (),
        steps=tuple(
            _facet(list(drifted), ChangeContext(facet=facet, people=people))
            for facet, drifted in groupby(group.drifted, key=lambda each: each.facet)
        ),
    )


def drift_remarks(group: GroupDrift) -> Iterator[Cell]:
    """Yield whom the drift of a group concerns, and whether it opens the group up."""
    if group.user_count:
        yield Cell(say_count(group.user_count, "{n} user", "{n} users"))
    level = worst_opening(group)
    if level:
        yield Cell(say("! opened up ({level})", level=level.value), Role.WARNING)


def _concerns(group: GroupDrift) -> frozenset[Concern]:
    found = {
        Concern.LOOSENS: worst_opening(group) is not None,
        Concern.REMOVES: any(each.event is Event.REMOVED for each in group.drifted),
        Concern.DRIFT: bool(group.drifted or group.gone),
        Concern.STUCK: bool(group.problem) or any(each.block for each in group.drifted),
    }
    return frozenset(concern for concern, is_there in found.items() if is_there)


def _facet(drifted: list[Drifted], context: ChangeContext) -> StepReport:
    block = drifted[0].block
    blocked = Diagnostic(text("Cannot be set back"), block.reason, block.remedy) if block else None
    return StepReport(
        title=safe(context.facet.value),
        remarks=say_count(len(drifted), "{n} difference", "{n} differences"),
        problems=(blocked,) if blocked else (),
        changes=tuple(tuple(drift_rows(each, context)) for each in drifted),
    )
