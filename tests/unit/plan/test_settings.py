from __future__ import annotations

from reconciler.diff.settings import diff_settings
from reconciler.model.settings import NEW_GROUP_SETTINGS, Permissions, Settings
from reconciler.plan.operations import UpdateChat
from reconciler.plan.settings import creatable, plan_settings


def plan(desired, live):
    return plan_settings(diff_settings(desired, live, None), live)


def test_nothing_to_change_is_no_call():
    assert plan(Settings(), NEW_GROUP_SETTINGS) == ()


def test_all_that_differs_goes_in_one_call_and_nothing_else():
    desired = Settings(
        name="a", description="", permissions=Permissions(at_all="only_owner", edit="all_members")
    )

    assert plan(desired, NEW_GROUP_SETTINGS) == (
        UpdateChat(settings=Settings(name="a", permissions=Permissions(at_all="only_owner"))),
    )


def test_localized_names_are_sent_as_live_overlaid_by_desired():
    live = Settings(i18n_names={"zh_cn": "支付", "en_us": "Pay"})

    [operation] = plan(Settings(i18n_names={"en_us": "Payments"}), live)

    assert operation.settings.i18n_names == {"zh_cn": "支付", "en_us": "Payments"}


def test_localized_names_are_sent_where_live_has_none():
    [operation] = plan(Settings(i18n_names={"en_us": "Payments"}), Settings())

    assert operation.settings.i18n_names == {"en_us": "Payments"}


def test_create_takes_along_all_but_what_only_an_update_can_write():
    settings = Settings(
        name="a", permissions=Permissions(add_member="only_owner", at_all="only_owner", edit="only_owner")
    )

    assert creatable(settings) == Settings(name="a", permissions=Permissions(edit="only_owner"))
