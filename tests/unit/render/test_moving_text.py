"""What moving in tells."""

from __future__ import annotations

from reconciler.errors import text
from reconciler.plan.describe import LeftOut
from reconciler.plan.moving_in import Bound
from reconciler.render.moving_text import (
    bound_data,
    file_difference,
    render_bound,
    render_difference,
    render_estimate,
    render_imported,
)

ROLE = text("Only {needed} may do this.", needed=text("the owner"))


def test_what_is_left_out_is_told_once_for_each_reason():
    paths = ("permissions.edit", "permissions.urgent", "chat_type")
    group = Bound(
        "ops", "oc_1", "Ops", (*(LeftOut(path, ROLE) for path in paths), LeftOut("tabs", text("No link.")))
    )

    assert render_imported([group], 0, "imported.yaml") == (
        "1 group is described in imported.yaml:\n"
        '  ops  oc_1  "Ops"\n'
        "    without permissions, chat_type: Only the owner may do this.\n"
        "    without tabs: No link."
    )


def test_keys_and_chats_line_up():
    assert render_bound([Bound("a", "oc_1", "甲"), Bound("long", "oc_2", "")]) == (
        'a     oc_1  "甲"\nlong  oc_2'
    )


def test_nothing_new_is_told_with_what_had_a_key():
    assert render_imported([], 1, "x.yaml") == "No new groups.\n1 group had a key already."


def test_estimate_tells_calls_and_time():
    told = render_estimate(1200, {"chat_get": 1200, "chat_tab_list": 1200}, 72, "x.yaml")

    assert told == (
        "1200 groups to describe in x.yaml: at least 2400 calls, and 1:12 at the quota of the platform."
    )


def test_hostile_names_are_neutralised():
    group = Bound("a", "oc_1", "x\x1b[2J")

    assert "\x1b" not in render_bound([group])
    assert "\x1b" not in "".join(file_difference("f", "a\n", "\x1b[2J\n"))


def test_difference_is_painted_by_line():
    shown = render_difference("f.yaml", "a\nb\n", "a\nc\n", color=True)

    assert shown.splitlines()[-2:] == ["\x1b[31m-b\x1b[0m", "\x1b[32m+c\x1b[0m"]
    assert shown.startswith("\x1b[1m--- f.yaml\x1b[0m\n\x1b[1m+++ f.yaml\x1b[0m\n\x1b[2m@@")


def test_programs_get_paths_and_reasons():
    [data] = bound_data([Bound("a", "oc_1", "A", (LeftOut("tabs", ROLE),))])

    assert data["left_out"] == [{"path": "tabs", "reason": "Only the owner may do this."}]
