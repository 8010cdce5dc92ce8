from __future__ import annotations

from reconciler.plan.journal import AFTER_LIMIT, BEFORE_LIMIT, Record, RunEnded, bounded
from tests.support.builders import change


def test_values_to_go_back_to_are_kept_as_a_whole_and_wanted_ones_are_cut():
    text = "长" * (AFTER_LIMIT + 1)

    told = bounded(change("announcement", before=text, after=text))

    assert told.before == text
    assert told.after == f"{text[:AFTER_LIMIT]}… ({AFTER_LIMIT + 1} characters)"


def test_texts_inside_of_a_thing_are_cut_as_well():
    text = "x" * (BEFORE_LIMIT + 1)

    told = bounded(change("menus/A", before={"name": "A", "children": [{"name": text}]}, after=None))

    assert told.before["name"] == "A"
    assert len(told.before["children"][0]["name"]) < BEFORE_LIMIT + 50
    assert told.after is None


def test_run_came_to_its_end_when_its_last_event_is_there():
    assert Record(run="a", events=(RunEnded(time=0.0, counts={}),)).ended
    assert not Record(run="a", events=()).ended
