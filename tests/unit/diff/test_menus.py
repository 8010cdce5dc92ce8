from __future__ import annotations

from reconciler.diff.changes import ChangeKind, Origin
from reconciler.diff.menus import diff_menus, match_menus
from reconciler.model.recorded import RecordedValue
from tests.support.builders import additive, entry, exact, link, live_menu, menu, recorded_group


def kinds(changes):
    return [(change.path, change.kind) for change in changes]


def test_menu_is_found_by_its_name():
    match = match_menus(exact(menu("A", url="new")), [live_menu("1", menu("A"))], None)

    assert [(wanted.name, old.id) for wanted, old in match.pairs] == [("A", "1")]


def test_of_two_menus_with_one_name_the_one_as_desired_counts():
    live = [live_menu("1", menu("A", url="other")), live_menu("2", menu("A"))]

    match = match_menus(exact(menu("A")), live, None)

    assert [old.id for _, old in match.pairs] == ["2"]


def test_of_two_equal_menus_with_one_name_the_first_counts():
    live = [live_menu("1", menu("A")), live_menu("2", menu("A"))]

    match = match_menus(exact(menu("A")), live, None)

    assert [old.id for _, old in match.pairs] == ["1"]


def test_unlisted_menu_goes_and_missing_one_comes():
    changes = diff_menus(exact(menu("B")), [live_menu("1", menu("A"))], None)

    assert kinds(changes) == [("menus/A", ChangeKind.REMOVE), ("menus/B", ChangeKind.ADD)]


def test_menu_is_kept_by_name_or_by_id():
    live = [live_menu("1", menu("A")), live_menu("2", menu("B"))]

    assert diff_menus(exact(keep=["A", "2"]), live, None) == ()


def test_unlisted_menu_stays_in_an_additive_list():
    assert diff_menus(additive(), [live_menu("1", menu("A"))], None) == ()


def test_menu_that_we_added_goes_from_an_additive_list():
    changes = diff_menus(additive(), [live_menu("1", menu("A"))], recorded_group({"menus": [{"name": "A"}]}))

    assert kinds(changes) == [("menus/A", ChangeKind.REMOVE)]


def test_second_menu_of_a_listed_name_stays_in_an_additive_list():
    live = [live_menu("1", menu("A")), live_menu("2", menu("A"))]

    assert diff_menus(additive(menu("A")), live, recorded_group({"menus": [{"name": "A"}]})) == ()


def test_changed_child_changes_its_menu():
    live = [live_menu("1", menu("A", entry("B", "old")))]

    assert kinds(diff_menus(exact(menu("A", entry("B"))), live, None)) == [("menus/A", ChangeKind.CHANGE)]


def test_another_number_of_children_changes_the_menu():
    live = [live_menu("1", menu("A", entry("B")))]

    changes = diff_menus(exact(menu("A", entry("B"), entry("C"))), live, None)

    assert kinds(changes) == [("menus/A", ChangeKind.CHANGE)]


def test_unmanaged_icon_and_localized_names_are_never_compared():
    live = [live_menu("1", menu("A"), icon="img_1", i18n_names={"en_us": "x"})]

    assert diff_menus(exact(menu("A")), live, None) == ()


def test_managed_icon_is_compared():
    live = [live_menu("1", menu("A"), icon="img_1")]

    assert kinds(diff_menus(exact(menu("A", icon="img_2")), live, None)) == [("menus/A", ChangeKind.CHANGE)]


def test_unwritten_locale_of_an_entry_is_unmanaged():
    live = [live_menu("1", menu("A"), i18n_names={"en_us": "x", "ja_jp": "y"})]

    assert diff_menus(exact(menu("A", i18n_names={"en_us": "x"})), live, None) == ()


def test_written_locale_of_an_entry_is_compared():
    live = [live_menu("1", menu("A"))]

    changes = diff_menus(exact(menu("A", i18n_names={"en_us": "x"})), live, None)

    assert kinds(changes) == [("menus/A", ChangeKind.CHANGE)]


def test_order_of_menus_is_told_by_names():
    live = [live_menu("2", menu("B")), live_menu("1", menu("A"))]

    [change] = diff_menus(exact(menu("A"), menu("B")), live, None)

    assert (change.path, change.before, change.after) == ("menus", ["B", "A"], ["A", "B"])


def test_menu_is_shown_without_ids():
    [change] = diff_menus(exact(), [live_menu("1", menu("A", entry("B")))], None)

    assert change.before == {
        "name": "A",
        "children": [{"name": "B", "url": {"common": "https://example.com/B"}}],
    }


class TestEcho:
    """The records come from a JSON file: lists, where menus hold tuples."""

    SENT = {"name": "A", "children": [{"name": "B", "url": {"common": "https://example.com/B"}}]}
    ECHO = {"name": "A", "children": [{"name": "B", "url": {"common": "https://example.com/b/"}}]}
    RECORDED = recorded_group({"menus": RecordedValue(sent=[SENT], echo=[ECHO])})
    LIVE = live_menu("1", menu("A", entry("B", "b/")))

    def test_echo_of_a_menu_that_we_still_want_is_no_difference(self):
        assert diff_menus(exact(menu("A", entry("B"))), [self.LIVE], self.RECORDED) == ()

    def test_echo_of_a_menu_without_children_is_no_difference(self):
        sent, echo = ({"name": "A", "url": {"common": link(each).common}} for each in ("A", "a/"))
        recorded = recorded_group({"menus": RecordedValue(sent=[sent], echo=[echo])})

        assert diff_menus(exact(menu("A")), [live_menu("1", menu("A", url="a/"))], recorded) == ()

    def test_echo_counts_no_longer_when_the_configuration_changed(self):
        [change] = diff_menus(exact(menu("A", entry("B", "new"))), [self.LIVE], self.RECORDED)

        assert change.origin is Origin.CONFIG

    def test_echo_counts_no_longer_when_live_changed(self):
        live = live_menu("1", menu("A", entry("B", "theirs")))

        [change] = diff_menus(exact(menu("A", entry("B"))), [live], self.RECORDED)

        assert change.origin is Origin.DRIFT

    def test_echo_with_another_number_of_children_is_a_difference(self):
        echo = {"name": "A", "url": {"common": "https://example.com/A"}}
        recorded = recorded_group({"menus": RecordedValue(sent=[self.SENT], echo=[echo])})

        changes = diff_menus(exact(menu("A", entry("B"))), [live_menu("1", menu("A"))], recorded)

        assert kinds(changes) == [("menus/A", ChangeKind.CHANGE)]
