"""What the part without a platform costs: files → desired, compared with live and recorded, planned.

Each size runs in a process of its own, so that memory is its own as well.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (1_000, 10_000)
GROUP = """\
  team-{n:05d}:
    name: 团队 {n:05d}
    description: 第 {n} 组
    chat_type: private
    permissions: {{add_member: only_owner, at_all: only_owner, edit: all_members, urgent: all_members}}
    managers: [ou_{n:032x}]
    tabs:
      - {{name: Wiki, url: "https://wiki.example.com/{n}"}}
      - {{name: Board, url: "https://board.example.com/{n}"}}
"""


def main() -> None:
    """Print a table: one row per size, and how the cost per group grows."""
    rows = [json.loads(subprocess.check_output([sys.executable, __file__, str(size)])) for size in SIZES]
    print(f"{'groups':>8} {'load s':>8} {'plan s':>8} {'µs/group':>9} {'MB':>6}")
    for row in rows:
        print(
            f"{row['groups']:>8} {row['load']:>8.2f} {row['plan']:>8.2f} {per_group(row):>9.0f} {row['megabytes']:>6.0f}"
        )
    print(
        f"cost per group, {SIZES[-1]:,} against {SIZES[0]:,}: {per_group(rows[-1]) / per_group(rows[0]):.2f} ×"
    )


def per_group(row: dict[str, float]) -> float:
    """Return microseconds per group."""
    return (row["load"] + row["plan"]) / row["groups"] * 1e6


def measure(size: int) -> dict[str, float]:
    """Return the figures of one size, imports left out."""
    from reconciler.config import load_configuration
    from reconciler.model.group import DesiredGroup, LiveGroup
    from reconciler.model.members import LiveMembers
    from reconciler.model.recorded import RecordedGroup, RecordedValue
    from reconciler.model.settings import NEW_GROUP_SETTINGS, Settings
    from reconciler.model.tabs import LiveTab
    from reconciler.plan.binding import Binding, BindingKind
    from reconciler.plan.build import Member, PlanHeader, PlanOptions, build_plan

    def live_as(desired: DesiredGroup) -> LiveGroup:
        assert desired.tabs
        assert desired.managers
        return LiveGroup(
            chat_id="oc_" + desired.key,
            settings=Settings.from_fields({**NEW_GROUP_SETTINGS.fields(), **desired.settings.fields()}),
            managers=frozenset(desired.managers.items),
            members=LiveMembers(users=frozenset(desired.implied_members)),
            tabs=tuple(
                LiveTab(id=str(n), type=tab.type, name=tab.name, link=tab.link)
                for n, tab in enumerate(desired.tabs.items)
            ),
        )

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "groupctl.yaml").write_text("version: 1\nfleet: bench\n")
        groups = "groups:\n" + "".join(GROUP.format(n=n) for n in range(size))
        (root / "groups.yaml").write_text(groups, encoding="utf-8")
        began = time.perf_counter()
        configuration = load_configuration(root)
        loaded = time.perf_counter() - began
    fleet = configuration.fleet
    members = [
        Member(
            Binding(
                key=key,
                kind=BindingKind.BOUND,
                chat_id="oc_" + key,
                recorded=RecordedGroup(
                    chat_id="oc_" + key, values={"chat_type": RecordedValue(sent="private")}
                ),
            ),
            desired,
            live_as(desired),
        )
        for key, desired in fleet.groups.items()
    ]
    header = PlanHeader("0", "feishu", fleet.name, "", "cli_a")
    began = time.perf_counter()
    plan = build_plan(
        members, fleet, header, PlanOptions(), managed=size, locate=configuration.positions.find
    )
    planned = time.perf_counter() - began
    assert not plan.has_changes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"groups": size, "load": loaded, "plan": planned, "megabytes": peak}


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(int(sys.argv[1]))))
    else:
        main()
