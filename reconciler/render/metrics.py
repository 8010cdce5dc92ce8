"""A look for drift in numbers, for Prometheus: the text of node exporter's textfile collector and of a Pushgateway.

All are gauges of the last look; calls are counted anew by each, so that they are no counters. Every series has the
label `fleet`, so that files of several fleets can stand side by side.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/ and https://prometheus.io/docs/practices/naming/.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from reconciler.diff.changes import Direction, Level
from reconciler.plan.drift import DriftReport, DriftStatus

_LAST_SUCCESS: Final = "groupctl_drift_last_success_timestamp_seconds"
_FOUND_SUCCESS: Final = re.compile(rf"^{_LAST_SUCCESS}(?:\{{.*\}})? (\d+(?:\.\d+)?)$", re.MULTILINE)
_ESCAPES: Final = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


@dataclass(slots=True)
class Look:
    """One look for drift."""

    version: str
    began: float
    """Seconds since 1970."""
    seconds: float = 0.0
    fleet: str = ""
    calls: Counter[str] = field(default_factory=Counter)
    throttled: Counter[str] = field(default_factory=Counter)
    report: DriftReport | None = None
    """What was found; `None`: the look failed as a whole."""

    @property
    def succeeded(self) -> bool:
        """Whether every group could be read."""
        return self.report is not None and not self.report.counts.unreadable


@dataclass(frozen=True, slots=True)
class _Metric:
    name: str
    help: str
    samples: tuple[tuple[Mapping[str, str], float], ...]


def drift_metrics(look: Look, before: str = "") -> str:
    """Return a look in the text format.

    Args:
        look: The look.
        before: What was written last time: the time of the last success is taken over when this look failed.
    """
    metrics = [*_run_metrics(look, before), *(_group_metrics(look.report) if look.report else ())]
    return "".join(line + "\n" for metric in metrics for line in _lines(metric, look.fleet))


def _run_metrics(look: Look, before: str) -> Iterator[_Metric]:
    yield _Metric("groupctl_build_info", "The version of groupctl.", (({"version": look.version}, 1),))
    yield _one("groupctl_drift_success", "Whether the last look read every group.", look.succeeded)
    yield _one("groupctl_drift_last_run_timestamp_seconds", "When the last look began.", look.began)
    earlier = _FOUND_SUCCESS.search(before)
    if look.succeeded or earlier:
        when = look.began if look.succeeded or not earlier else float(earlier[1])
        yield _one(_LAST_SUCCESS, "When the last look began that read every group.", when)
    yield _one("groupctl_drift_duration_seconds", "How long the last look took.", look.seconds)
    for name, told, counts in (
        ("groupctl_drift_api_calls", "Calls to the platform, repeats included.", look.calls),
        (
            "groupctl_drift_throttled_api_calls",
            "Calls that the platform refused until later.",
            look.throttled,
        ),
    ):
        samples = (({"operation": operation}, number) for operation, number in sorted(counts.items()))
        yield _Metric(name, told, tuple(samples))


def _group_metrics(report: DriftReport) -> Iterator[_Metric]:
    counts = report.counts
    by_status = {status: getattr(counts, status.value) for status in DriftStatus}
    yield _one("groupctl_drift_managed_groups", "Groups that were looked at.", sum(by_status.values()))
    yield _Metric(
        "groupctl_drift_groups",
        "Groups by how they stand; each is counted once.",
        tuple(({"status": status.value}, number) for status, number in by_status.items()),
    )
    blocked = sum(any(each.block for each in group.drifted) for group in report.groups)
    yield _one("groupctl_drift_blocked_groups", "Groups in which apply cannot set everything back.", blocked)
    risks = Counter(each.risk for group in report.groups for each in group.drifted)
    found = {(risk.direction, risk.level): number for risk, number in risks.items()}
    yield _Metric(
        "groupctl_drift_changes",
        "Changes on the platform by the risk of setting them back.",
        tuple(
            ({"risk": direction.value, "level": level.value}, found.get((direction, level), 0))
            for direction in Direction
            for level in Level
        ),
    )
    yield _one(
        "groupctl_drift_pending_changes",
        "Changes of the configuration to be applied.",
        counts.pending_changes,
    )


def _one(name: str, told: str, value: float) -> _Metric:
    return _Metric(name, told, (({}, value),))


def _lines(metric: _Metric, fleet: str) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.help}"
    yield f"# TYPE {metric.name} gauge"
    for labels, value in metric.samples:
        every = {"fleet": fleet, **labels} if fleet else labels
        written = ",".join(f'{name}="{each.translate(_ESCAPES)}"' for name, each in every.items())
        yield f"{metric.name}{{{written}}} {_number(value)}" if written else f"{metric.name} {_number(value)}"


def _number(value: float) -> str:
    # Not 1.7e+09: times are for eyes as well.
    return f"{value:.3f}".rstrip("0").rstrip(".")
