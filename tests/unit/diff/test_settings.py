from __future__ import annotations

from reconciler.diff.changes import ChangeKind, Origin
from reconciler.diff.settings import diff_settings
from reconciler.model.recorded import RecordedValue
from reconciler.model.settings import NEW_GROUP_SETTINGS, Permissions, RestrictedMode, Settings
from tests.support.builders import recorded_group


def paths(changes):
    return [change.path for change in changes]


def test_unmanaged_field_is_never_compared():
    assert diff_settings(Settings(), NEW_GROUP_SETTINGS, None) == ()


def test_changed_field_is_told_with_both_values():
    [change] = diff_settings(Settings(name="支付值班"), Settings(name="值班"), None)

    assert (change.path, change.kind, change.before, change.after, change.origin) == (
        "name",
        ChangeKind.CHANGE,
        "值班",
        "支付值班",
        Origin.NEW,
    )


def test_changes_stand_in_the_order_of_the_file_format():
    desired = Settings(
        name="a",
        i18n_names={"en_us": "b"},
        description="c",
        chat_type="public",
        permissions=Permissions(at_all="only_owner"),
        restricted_mode=RestrictedMode(status=True, message="not_anyone"),
    )

    assert paths(diff_settings(desired, NEW_GROUP_SETTINGS, None)) == [
        "name",
        "i18n_names.en_us",
        "description",
        "chat_type",
        "permissions.at_all",
        "restricted_mode",
    ]


def test_restricted_mode_is_one_field():
    desired = Settings(restricted_mode=RestrictedMode(status=True, screenshot="not_anyone"))

    [change] = diff_settings(desired, NEW_GROUP_SETTINGS, None)

    assert change.after == {
        "status": True,
        "screenshot": "not_anyone",
        "download": "all_members",
        "message": "all_members",
    }


def test_unwritten_locale_is_unmanaged():
    live = Settings(i18n_names={"en_us": "Payments", "ja_jp": "支払い"})

    assert diff_settings(Settings(i18n_names={"en_us": "Payments"}), live, None) == ()


def test_empty_description_is_managed():
    assert paths(diff_settings(Settings(description=""), Settings(description="x"), None)) == ["description"]


def test_echo_of_what_we_sent_is_no_difference():
    recorded = recorded_group({"name": RecordedValue(sent="ＡＢ", echo="AB")})

    assert diff_settings(Settings(name="ＡＢ"), Settings(name="AB"), recorded) == ()


class TestFieldsThatLiveDoesNotTell:
    DESIRED = Settings(permissions=Permissions(hide_member_count="only_owner"))

    def test_untold_field_is_sent_once(self):
        assert paths(diff_settings(self.DESIRED, Settings(), None)) == ["permissions.hide_member_count"]

    def test_untold_field_is_no_difference_after_it_was_sent(self):
        recorded = recorded_group({"permissions.hide_member_count": "only_owner"})

        assert diff_settings(self.DESIRED, Settings(), recorded) == ()

    def test_untold_field_is_sent_again_when_the_configuration_changed(self):
        recorded = recorded_group({"permissions.hide_member_count": "all_members"})

        assert paths(diff_settings(self.DESIRED, Settings(), recorded)) == ["permissions.hide_member_count"]

    def test_absent_name_is_a_fact_even_if_it_was_sent(self):
        recorded = recorded_group({"name": "a", "i18n_names.en_us": "b"})
        desired = Settings(name="a", i18n_names={"en_us": "b"})

        assert paths(diff_settings(desired, Settings(), recorded)) == ["name", "i18n_names.en_us"]


class TestAvatar:
    """Live never tells it, except what we wrote ourselves: an avatar is read as a URL."""

    DESIRED = Settings(avatar="img_2")

    def test_first_one_replaces_something_unknown(self):
        [change] = diff_settings(self.DESIRED, NEW_GROUP_SETTINGS, None)

        assert (change.before, change.after, change.origin) == (None, "img_2", Origin.NEW)

    def test_another_one_replaces_what_was_sent_last(self):
        [change] = diff_settings(self.DESIRED, NEW_GROUP_SETTINGS, recorded_group({"avatar": "img_1"}))

        assert (change.before, change.after, change.origin) == ("img_1", "img_2", Origin.CONFIG)

    def test_one_that_was_sent_is_no_difference(self):
        assert diff_settings(self.DESIRED, NEW_GROUP_SETTINGS, recorded_group({"avatar": "img_2"})) == ()
