"""Who moved: the table of docs/behaviour.md."""

from __future__ import annotations

import pytest

from reconciler.diff.changes import (
    Origin,
    agrees,
    is_normalized,
    origin_of_item,
    origin_of_value,
    tell_origin,
)
from reconciler.diff.ordering import diff_order
from reconciler.model.collection import Mode
from reconciler.model.recorded import RecordedValue
from tests.support.builders import LILEI, live_tab, recorded_group


class TestSingleValues:
    @pytest.mark.parametrize(
        ("recorded", "origin"),
        [
            pytest.param({}, Origin.NEW, id="nothing-recorded"),
            pytest.param({"name": "live"}, Origin.CONFIG, id="recorded-is-live"),
            pytest.param({"name": "desired"}, Origin.DRIFT, id="recorded-is-desired"),
            pytest.param({"name": "other"}, Origin.BOTH, id="all-differ"),
            pytest.param(
                {"name": RecordedValue(sent="old", echo="live")}, Origin.CONFIG, id="live-is-the-echo"
            ),
            pytest.param(
                {"name": RecordedValue(sent="desired", echo="x")}, Origin.DRIFT, id="live-left-the-echo"
            ),
        ],
    )
    def test_origin_follows_what_is_recorded(self, recorded, origin):
        assert origin_of_value("name", "live", "desired", recorded_group(recorded)) is origin

    def test_origin_without_a_record_of_the_group_is_new(self):
        assert origin_of_value("name", "live", "desired", None) is Origin.NEW

    def test_texts_are_compared_by_their_digests(self):
        digest = "sha256:" + "0" * 64

        origin = origin_of_value("description", "live", "desired", recorded_group({"description": digest}))

        assert origin is Origin.BOTH


class TestThings:
    """People are told by their ids, tabs and menus by their names."""

    @pytest.mark.parametrize(
        ("before", "after", "recorded", "origin"),
        [
            pytest.param(None, LILEI, None, Origin.NEW, id="add-without-a-record"),
            pytest.param(None, LILEI, [], Origin.CONFIG, id="add-of-somebody-new"),
            pytest.param(None, LILEI, [LILEI], Origin.DRIFT, id="add-of-somebody-who-was-taken-away"),
            pytest.param(LILEI, None, None, Origin.NEW, id="remove-without-a-record"),
            pytest.param(LILEI, None, [LILEI], Origin.CONFIG, id="remove-of-somebody-unlisted"),
            pytest.param(LILEI, None, [], Origin.DRIFT, id="remove-of-somebody-put-there"),
        ],
    )
    def test_origin_of_a_person(self, before, after, recorded, origin):
        value = None if recorded is None else RecordedValue(sent=recorded)

        assert origin_of_item(before, after, value) is origin

    @pytest.mark.parametrize(
        ("before", "after", "recorded", "origin"),
        [
            pytest.param("live", "desired", "live", Origin.CONFIG, id="change-of-the-configuration"),
            pytest.param("live", "desired", "desired", Origin.DRIFT, id="change-by-somebody"),
            pytest.param("live", "desired", "other", Origin.BOTH, id="change-by-both"),
            pytest.param(None, "desired", "desired", Origin.DRIFT, id="taken-away"),
            pytest.param(None, "desired", "other", Origin.BOTH, id="taken-away-and-changed-here"),
            pytest.param("live", None, "live", Origin.CONFIG, id="unlisted"),
            pytest.param("live", None, "other", Origin.BOTH, id="unlisted-and-changed-there"),
        ],
    )
    def test_origin_of_a_tab_with_the_given_link(self, before, after, recorded, origin):
        def runbook(link):
            return None if link is None else {"name": "Runbook", "link": link}

        value = RecordedValue(sent=[runbook(recorded)])

        assert origin_of_item(runbook(before), runbook(after), value) is origin

    def test_echo_of_a_tab_counts_as_live_and_sent_as_desired(self):
        value = RecordedValue(sent=[{"name": "A", "link": "sent"}], echo=[{"name": "A", "link": "echo"}])

        origin = origin_of_item({"name": "A", "link": "echo"}, {"name": "A", "link": "new"}, value)

        assert origin is Origin.CONFIG

    @pytest.mark.parametrize(
        ("recorded", "live", "origin"),
        [
            ({"name": "A", "url": {"common": "x"}}, {"name": "A"}, Origin.DRIFT),
            (
                {"name": "A", "children": [{"name": "B", "icon": "i"}]},
                {"name": "A", "children": [{"name": "B"}]},
                Origin.DRIFT,
            ),
            (
                {"name": "A", "children": [{"name": "B"}]},
                {"name": "A", "children": [{"name": "B"}, {"name": "C"}]},
                Origin.DRIFT,
            ),
            ({"name": "A"}, {"name": "A", "icon": "img_1"}, Origin.CONFIG),
        ],
        ids=["link-taken-away", "icon-of-an-entry-taken-away", "entry-added", "unmanaged-icon"],
    )
    def test_what_a_live_thing_lacks_was_taken_away(self, recorded, live, origin):
        value = RecordedValue(sent=[recorded])

        assert origin_of_item(live, recorded, value) is origin

    def test_what_only_one_side_says_is_no_disagreement(self):
        assert agrees({"name": "A"}, {"name": "A", "icon": "img_1"})

    def test_children_agree_one_by_one(self):
        assert agrees({"children": [{"name": "A"}]}, {"children": [{"name": "A", "icon": "img_1"}]})

    def test_another_number_of_children_disagrees(self):
        assert not agrees({"children": [{"name": "A"}]}, {"children": []})


@pytest.mark.parametrize(
    ("live_moved", "desired_moved", "origin"),
    [
        (False, False, Origin.CONFIG),
        (False, True, Origin.CONFIG),
        (True, False, Origin.DRIFT),
        (True, True, Origin.BOTH),
    ],
)
def test_origin_tells_who_moved(live_moved, desired_moved, origin):
    assert tell_origin(live_moved=live_moved, desired_moved=desired_moved) is origin


class TestOrders:
    @pytest.mark.parametrize(
        ("recorded", "origin"),
        [
            pytest.param(None, Origin.NEW, id="nothing-recorded"),
            pytest.param("BA", Origin.CONFIG, id="recorded-is-live"),
            pytest.param("AB", Origin.DRIFT, id="recorded-is-desired"),
            pytest.param("", Origin.DRIFT, id="recorded-knows-neither"),
        ],
    )
    def test_origin_of_an_order(self, recorded, origin):
        value = None if recorded is None else RecordedValue(sent=[{"name": name} for name in recorded])
        a, b = live_tab("1", "A"), live_tab("2", "B")

        [change] = diff_order("tabs", Mode.EXACT, [b, a], [a, b], value)

        assert change.origin is origin

    def test_origin_of_an_order_that_both_changed_is_both(self):
        value = RecordedValue(sent=[{"name": name} for name in "CAB"])
        a, b, c = live_tab("1", "A"), live_tab("2", "B"), live_tab("3", "C")

        [change] = diff_order("tabs", Mode.EXACT, [b, a, c], [a, b, c], value)

        assert change.origin is Origin.BOTH

    def test_tab_that_somebody_put_in_between_is_drift(self):
        value = RecordedValue(sent=[{"name": "A"}, {"name": "B"}])
        a, b, kept = live_tab("1", "A"), live_tab("2", "B"), live_tab("3", "Kept")

        [change] = diff_order("tabs", Mode.EXACT, [a, kept, b], [a, b, kept], value)

        assert change.origin is Origin.DRIFT

    def test_names_only_belong_to_recorded_things_that_are_still_there(self):
        value = RecordedValue(sent=[{"name": "Gone"}, {"name": "B"}, {"name": "A"}])
        a, b = live_tab("1", "A"), live_tab("2", "B")

        [change] = diff_order("tabs", Mode.EXACT, [b, a], [a, b], value)

        assert change.origin is Origin.CONFIG

    def test_additive_collections_have_no_order(self):
        a, b = live_tab("1", "A"), live_tab("2", "B")

        assert diff_order("tabs", Mode.ADDITIVE, [b, a], [a, b], None) == ()

    def test_two_things_of_one_name_are_told_apart_by_their_ids(self):
        one, other = live_tab("1", "A", "https://x"), live_tab("2", "A", "https://y")

        [change] = diff_order("tabs", Mode.EXACT, [one, other], [other, one], None)

        assert (change.before, change.after) == (["A", "A"], ["A", "A"])


class TestNormalization:
    RECORDED = recorded_group({"name": RecordedValue(sent="ＡＢ", echo="AB")})

    def test_echo_of_what_we_still_want_is_no_difference(self):
        assert is_normalized("name", "ＡＢ", "AB", self.RECORDED)

    def test_echo_counts_no_longer_when_the_configuration_changed(self):
        assert not is_normalized("name", "ＡＣ", "AB", self.RECORDED)

    def test_echo_counts_no_longer_when_live_changed(self):
        assert not is_normalized("name", "ＡＢ", "AC", self.RECORDED)

    def test_value_without_an_echo_is_never_normalized(self):
        assert not is_normalized("name", "a", "b", recorded_group({"name": "a"}))

    def test_nothing_recorded_is_never_normalized(self):
        assert not is_normalized("name", "a", "b", None)
