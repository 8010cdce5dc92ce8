from __future__ import annotations

from reconciler.diff.changes import ChangeKind, Origin
from reconciler.diff.tabs import diff_tabs, match_tabs
from reconciler.model.recorded import RecordedValue
from tests.support.builders import MESSAGE_TAB, additive, exact, live_tab, recorded_group, tab


def pairs(match):
    return {wanted.name: old.id for wanted, old in match.pairs}


def test_tab_is_found_by_its_link_after_it_was_renamed():
    match = match_tabs(exact(tab("New", "https://x")), [live_tab("1", "Old", "https://x")], None)

    assert pairs(match) == {"New": "1"}


def test_tab_is_found_by_its_name_after_its_link_changed():
    match = match_tabs(exact(tab("A", "https://new")), [live_tab("1", "A", "https://old")], None)

    assert pairs(match) == {"A": "1"}


def test_link_counts_before_the_name():
    live = [live_tab("1", "A", "https://y"), live_tab("2", "B", "https://x")]

    assert pairs(match_tabs(exact(tab("A", "https://x")), live, None)) == {"A": "2"}


def test_link_and_name_together_count_before_the_link():
    live = [live_tab("1", "B", "https://x"), live_tab("2", "A", "https://x")]

    assert pairs(match_tabs(exact(tab("A", "https://x")), live, None)) == {"A": "2"}


def test_tab_of_another_type_is_another_tab():
    live = [live_tab("1", "A", "https://x", tab_type="doc")]

    match = match_tabs(exact(tab("A", "https://x")), live, None)

    assert match.pairs == ()
    assert [old.id for old in match.surplus] == ["1"]


def test_tabs_that_the_api_cannot_write_take_no_part():
    match = match_tabs(exact(), [MESSAGE_TAB, live_tab("1", tab_type="pin")], None)

    assert match.surplus == ()


def test_unlisted_tab_goes_from_an_exact_list():
    [change] = diff_tabs(exact(), [live_tab("1", "A")], None)

    assert (change.path, change.kind, change.after) == ("tabs/A", ChangeKind.REMOVE, None)


def test_unlisted_tab_without_a_name_is_told_by_its_id():
    [change] = diff_tabs(exact(), [live_tab("1", None)], None)

    assert change.path == "tabs/1"


def test_tab_is_kept_by_name_or_by_id():
    live = [live_tab("1", "A"), live_tab("2", "B")]

    assert diff_tabs(exact(keep=["A", "2"]), live, None) == ()


def test_unlisted_tab_stays_in_an_additive_list():
    assert diff_tabs(additive(), [live_tab("1", "A")], None) == ()


def test_tab_that_we_added_goes_from_an_additive_list():
    recorded = recorded_group({"tabs": [{"name": "A", "type": "url", "link": "https://example.com/A"}]})

    [change] = diff_tabs(additive(), [live_tab("1", "A")], recorded)

    assert change.kind is ChangeKind.REMOVE


def test_second_tab_of_a_listed_name_stays_in_an_additive_list():
    recorded = recorded_group({"tabs": [{"name": "A", "type": "url", "link": "https://example.com/A"}]})
    live = [live_tab("1", "A"), live_tab("2", "A", "https://theirs")]

    assert diff_tabs(additive(tab("A")), live, recorded) == ()


def test_unmanaged_fields_of_a_tab_are_never_compared():
    live = [live_tab("1", "A", open_in_app=True, icon="img_1")]

    assert diff_tabs(exact(tab("A")), live, None) == ()


def test_managed_field_of_a_tab_is_compared():
    [change] = diff_tabs(exact(tab("A", open_in_app=False)), [live_tab("1", "A", open_in_app=True)], None)

    assert change.kind is ChangeKind.CHANGE
    assert change.before == {
        "type": "url",
        "name": "A",
        "link": "https://example.com/A",
        "open_in_app": True,
    }


def test_missing_tab_is_added():
    [change] = diff_tabs(exact(tab("A")), [], None)

    assert (change.path, change.kind, change.before) == ("tabs/A", ChangeKind.ADD, None)


def test_order_is_told_by_names_and_leaves_out_tabs_that_cannot_be_written():
    live = [MESSAGE_TAB, live_tab("2", "B"), live_tab("pin", tab_type="pin"), live_tab("1", "A")]

    [change] = diff_tabs(exact(tab("A"), tab("B")), live, None)

    assert (change.path, change.kind, change.before, change.after) == (
        "tabs",
        ChangeKind.MOVE,
        ["B", "A"],
        ["A", "B"],
    )


class TestEcho:
    SENT = {"name": "A", "type": "url", "link": "https://example.com/A"}
    ECHO = {"name": "A", "type": "url", "link": "https://example.com/a/"}
    RECORDED = recorded_group({"tabs": RecordedValue(sent=[SENT], echo=[ECHO])})

    def test_echo_of_a_tab_that_we_still_want_is_no_difference(self):
        assert diff_tabs(exact(tab("A")), [live_tab("1", "A", self.ECHO["link"])], self.RECORDED) == ()

    def test_echo_counts_no_longer_when_the_configuration_changed(self):
        live = [live_tab("1", "A", self.ECHO["link"])]

        [change] = diff_tabs(exact(tab("A", "https://new")), live, self.RECORDED)

        assert change.origin is Origin.CONFIG

    def test_echo_counts_no_longer_when_live_changed(self):
        live = [live_tab("1", "A", "https://theirs")]

        [change] = diff_tabs(exact(tab("A")), live, self.RECORDED)

        assert change.origin is Origin.DRIFT
